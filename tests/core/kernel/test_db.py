"""transaction(): the one way to write."""

import re
import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.kernel.activity import SYSTEM, record
from core.kernel.db import Base, after_commit, db, in_transaction, require_transaction, run_alone, transaction
from core.kernel.errors import Busy, Conflict, Unavailable
from core.timetable.models import Operator
from core.timetable.service import operators  # noqa: F401 - gives constraints their names
from tests.support.database import FreshDatabase
from tests.support.factories import make_office


def operator(code: str) -> Operator:
    return Operator(code=code, name="X", trade="bus", currency="EUR", timezone="Europe/Lisbon")


@pytest.mark.usefixtures("db_session")
class TestTransaction:
    def test_keeps_what_it_wrote(self) -> None:
        with transaction() as session:
            session.add(operator("kept"))
        assert db.session.execute(text("SELECT code FROM operators")).scalars().all() == ["kept"]

    def test_undoes_everything_when_anything_goes_wrong(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction() as session:
            session.add(operator("lost"))
            session.flush()
            raise ZeroDivisionError
        assert db.session.execute(text("SELECT count(*) FROM operators")).scalar() == 0
        assert not in_transaction()

    def test_is_not_nested(self) -> None:
        with transaction(), pytest.raises(RuntimeError, match="one per use case"), transaction():
            pass

    def test_locks_are_refused_outside(self) -> None:
        with pytest.raises(RuntimeError, match="inside transaction"):
            require_transaction()

    def test_a_named_constraint_speaks_in_our_words(self) -> None:
        with pytest.raises(Conflict) as refused, transaction() as session:
            session.add_all([operator("twice"), operator("twice")])
        assert refused.value.code == "code_taken", (
            "named by the timetable, which knows what the constraint means"
        )

    def test_nudges_come_after_the_commit_and_may_fail(self) -> None:
        seen: list[bool] = []
        with transaction():
            after_commit(lambda: seen.append(in_transaction()))
            after_commit(lambda: seen.append(bool(1 / 0)))
            after_commit(lambda: seen.append(in_transaction()))
            assert seen == []
        assert seen == [False, False]

    def test_no_nudge_for_what_was_undone(self) -> None:
        seen: list[int] = []
        with pytest.raises(ZeroDivisionError), transaction():
            after_commit(lambda: seen.append(1))
            raise ZeroDivisionError
        assert seen == []


def test_waiting_for_a_lock_ends_after_three_seconds_as_busy(fresh_database: FreshDatabase) -> None:
    app = fresh_database.app
    with app.app_context():
        office = make_office()
    taken, done = threading.Event(), threading.Event()
    lock = text("SELECT 1 FROM schedules WHERE id = :id FOR UPDATE")

    def hold_it() -> None:
        with app.app_context(), transaction() as session:
            session.execute(lock, {"id": office.schedule_id})
            taken.set()
            done.wait(10)

    other = threading.Thread(target=hold_it)
    other.start()
    taken.wait(5)
    began = time.monotonic()
    with app.app_context(), pytest.raises(Busy), transaction() as session:
        session.execute(lock, {"id": office.schedule_id})
    waited = time.monotonic() - began
    done.set()
    other.join(5)
    assert 2.5 < waited < 6


@pytest.mark.usefixtures("db_session")
class TestGuards:
    """What the database refuses, whoever asks."""

    def refused(self, statement: str) -> str:
        with pytest.raises(IntegrityError) as refused:
            db.session.execute(text(statement))
        db.session.rollback()
        return str(refused.value)

    def test_patterns_are_immutable(self) -> None:
        make_office()
        assert "patterns_immutable" in self.refused(
            "UPDATE pattern_stops SET departure_offset = 99999 WHERE position = 1"
        )
        assert "patterns_immutable" in self.refused("DELETE FROM patterns")

    def test_a_layout_in_use_is_immutable(self) -> None:
        make_office()
        assert "layout is in use" in self.refused("UPDATE seats SET number = '99Z' WHERE number = '1A'")
        assert "layout is in use" in self.refused("UPDATE layouts SET rows = 7")
        assert "layout is in use" in self.refused("DELETE FROM seats WHERE number = '1A'")

    def test_the_activity_log_is_append_only(self) -> None:
        with transaction():
            record(SYSTEM, "test.done", "test", 1)
        assert "activity_log_append_only" in self.refused("UPDATE activity_log SET action = 'x'")
        assert "activity_log_append_only" in self.refused("DELETE FROM activity_log")

    def test_what_is_only_added_to_is_neither_changed_nor_emptied(self) -> None:
        assert triggers(UPDATE | DELETE | ROW) == ONLY_ADDED_TO
        assert triggers(TRUNCATE) == {table: f"{table}_not_emptied" for table in ONLY_ADDED_TO}
        for table, name in ONLY_ADDED_TO.items():
            assert name in self.refused(f"TRUNCATE {table} CASCADE")

    def test_a_table_that_is_called_so_is_among_them(self) -> None:
        said = re.compile(r"append[- ]only|written once|nothing is ever changed|refuses? (any|to) change")
        models = [each.class_ for each in Base.registry.mappers]
        called = {model.__tablename__ for model in models if said.search(model.__doc__ or "")}
        assert called >= {"activity_log", "cash_movements", "ledger_postings", "patterns", "voucher_entries"}
        assert called <= ONLY_ADDED_TO.keys()


#: Every table that is only ever added to (a shift is closed once, and then stays), and what a refused statement names.
ONLY_ADDED_TO = {
    "activity_log": "activity_log_append_only",
    "cash_movements": "cash_movements_append_only",
    "invoices": "invoices_append_only",
    "ledger_entries": "ledger_append_only",
    "ledger_postings": "ledger_append_only",
    "pattern_stops": "patterns_immutable",
    "patterns": "patterns_immutable",
    "shift_approvals": "shift_approvals_append_only",
    "shift_movements": "shift_movements_append_only",
    "shifts": "shifts_written_once",
    "voucher_entries": "voucher_entries_append_only",
}
#: Bits of `pg_trigger.tgtype`.
ROW, DELETE, UPDATE, TRUNCATE = 1, 8, 16, 32


def triggers(deeds: int) -> dict[str, str]:
    """The tables with an armed trigger that comes before all of these deeds, on whatever row and column, to refuse them."""
    found = text(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgtype & :bits = :bits AND tgenabled = 'O'"
        " AND tgqual IS NULL AND tgattr = '' AND NOT tgisinternal"
        " AND tgfoid IN ('refuse_change'::regproc, 'shift_may_only_close'::regproc)"
    )
    bits = deeds | 2  # before
    return {row[0]: row[1] for row in db.session.execute(found, {"bits": bits})}


class TestAStatementAlone:
    PUBLISH = "INSERT INTO outbox (kind, payload) VALUES (%(kind)s, '{}') RETURNING kind"

    def test_is_a_transaction_of_its_own(self, fresh_database: FreshDatabase) -> None:
        with fresh_database.app.app_context():
            assert [row.kind for row in run_alone(self.PUBLISH, {"kind": "kept"})] == ["kept"]
        with fresh_database.app.app_context():
            assert [row.kind for row in run_alone("SELECT kind FROM outbox")] == ["kept"]

    def test_refuses_to_be_part_of_another(self, fresh_database: FreshDatabase) -> None:
        with (
            fresh_database.app.app_context(),
            transaction(),
            pytest.raises(RuntimeError, match="use run"),
        ):
            run_alone("SELECT 1")

    def test_has_the_same_errors(self, fresh_database: FreshDatabase) -> None:
        made = "INSERT INTO operators (id, code, name, trade, currency, timezone) VALUES (gen_random_uuid(), 'same', 'X', 'bus', 'EUR', 'UTC') RETURNING id"
        with fresh_database.app.app_context():
            run_alone(made)
            with pytest.raises(Conflict):
                run_alone(made)

    def test_one_lost_connection_costs_one_answer(self, fresh_database: FreshDatabase) -> None:
        with fresh_database.app.app_context():
            for _ in range(2):
                with pytest.raises(Unavailable):
                    run_alone("SELECT pg_terminate_backend(pg_backend_pid())")
                assert [row.one for row in run_alone("SELECT 1 AS one")] == [1]
