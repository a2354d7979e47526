"""Two people at one drawer: opened once, closed once, and no cash comes in beside the count.

Each race has a twin in which what prevents it is taken away.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select, text

from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.kernel.db import db, require_transaction, transaction
from core.kernel.errors import DomainError
from core.proof.invariants import broken
from core.till import close, drawer
from core.till.close import close_shift
from core.till.models import Shift
from core.till.open import Opening, open_shift
from core.till.queries import open_shift_at, shift_of
from core.till.rules import pieces_of
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, CLERK, make_office
from tests.support.till import CLERKS_DRAWER

PRICE = 2600
CROWD = 6


@pytest.fixture
def shift(fresh_database: FreshDatabase) -> UUID:
    with fresh_database.app.app_context():
        make_office()
        found = open_shift_at(CLERKS_DRAWER).id
        db.session.remove()
        return found


def at_once(fresh: FreshDatabase, *deeds: Callable[[], object]) -> list[object]:
    """Do them in threads of their own that begin together; what each came to, or its error."""
    together = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        with fresh.app.app_context():
            together.wait()
            try:
                return deed()
            except DomainError as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def codes(came: list[object]) -> list[str]:
    return sorted(each.code for each in came if isinstance(each, DomainError))


def count(fresh: FreshDatabase, where: str) -> int:
    with fresh.app.app_context():
        return int(db.session.execute(text(f"SELECT count(*) FROM shifts WHERE {where}")).scalar_one())


def opening() -> UUID:
    return open_shift(Opening(CLERKS_DRAWER, "EUR", {500: 1}), CLERK)


def test_of_many_who_open_a_drawer_one_does(fresh_database: FreshDatabase, shift: UUID) -> None:
    with fresh_database.app.app_context():
        close_shift(shift, {}, CLERK)
    came = at_once(fresh_database, *[opening] * CROWD)

    assert codes(came) == ["shift_is_open"] * (CROWD - 1)
    assert count(fresh_database, "closed_at IS NULL") == 1


def test_without_the_constraint_more_than_one_would(fresh_database: FreshDatabase, shift: UUID) -> None:
    with fresh_database.app.app_context():
        close_shift(shift, {}, CLERK)
        with transaction() as session:
            session.execute(text("DROP INDEX uq_shifts_open_drawer"))
    assert codes(at_once(fresh_database, *[opening] * CROWD)) == []
    assert count(fresh_database, "closed_at IS NULL") == CROWD


def closing(shift: UUID) -> list[Callable[[], object]]:
    """Many who close one shift, and each has counted something else."""
    return [partial(close_shift, shift, {500: pieces}, CLERK) for pieces in range(CROWD)]


def test_of_many_who_close_a_shift_one_does_and_its_count_is_kept(
    fresh_database: FreshDatabase, shift: UUID
) -> None:
    came = at_once(fresh_database, *closing(shift))

    assert codes(came) == ["shift_is_closed"] * (CROWD - 1)
    winner = next(each for each in came if not isinstance(each, DomainError))
    with fresh_database.app.app_context():
        assert shift_of(shift).counted == winner.counted
        assert broken(db.session.connection()) == []


def all_look_before_one_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is away: nobody writes until everybody has found the shift open."""
    met = threading.Barrier(CROWD)

    def look(shift_id: UUID) -> Shift:
        found: Shift = require_transaction().execute(select(Shift).where(Shift.id == shift_id)).scalar_one()
        assert found.closed_at is None
        met.wait(20)
        return found

    monkeypatch.setattr(close, "lock_open", look)


def test_without_the_lock_the_database_still_keeps_the_first_count(
    fresh_database: FreshDatabase, shift: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_look_before_one_closes(monkeypatch)
    came = at_once(fresh_database, *closing(shift))
    assert len(codes(came)) == CROWD - 1


def test_without_the_lock_and_the_triggers_each_count_would_be_booked_and_the_last_kept(
    fresh_database: FreshDatabase, shift: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_look_before_one_closes(monkeypatch)
    with fresh_database.app.app_context(), transaction() as session:
        session.execute(text("ALTER TABLE shifts DISABLE TRIGGER shifts_written_once"))
        session.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER cash_needs_shift"))
    assert codes(at_once(fresh_database, *closing(shift))) == []

    with fresh_database.app.app_context():
        closed = text("SELECT count(*) FROM activity_log WHERE action = 'shift.closed'")
        assert db.session.execute(closed).scalar_one() == CROWD
        assert broken(db.session.connection()) != []


def sell_while_closing(fresh: FreshDatabase, shift: UUID, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A sale has found the open shift; the shift is closed before the sale is in the books."""
    found, may_go_on = threading.Event(), threading.Event()
    asked = drawer.open_shift_of

    def and_wait(*given: object) -> UUID:
        shift_id = asked(*given)
        found.set()
        may_go_on.wait(5)
        return shift_id

    monkeypatch.setattr(drawer, "open_shift_of", and_wait)
    with fresh.app.app_context():
        held = reserve(make_office().ask(0), ALICE, ACTOR).reservation_id
        db.session.remove()

    def closing() -> object:
        found.wait(5)
        threading.Timer(0.3, may_go_on.set).start()
        return close_shift(shift, pieces_of(PRICE, "EUR"), CLERK)

    return at_once(fresh, lambda: take_cash(held, None, CLERK), closing)


def test_closing_waits_for_the_sale_and_counts_it(
    fresh_database: FreshDatabase, shift: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = sell_while_closing(fresh_database, shift, monkeypatch)

    assert codes(came) == []
    with fresh_database.app.app_context():
        assert shift_of(shift).variance == 0
        assert broken(db.session.connection()) == []


def test_without_the_lock_the_cash_would_be_taken_beside_the_count(
    fresh_database: FreshDatabase, shift: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawer, "_LOCK", drawer._LOCK.replace("FOR SHARE", ""))
    came = sell_while_closing(fresh_database, shift, monkeypatch)

    with fresh_database.app.app_context():
        assert shift_of(shift).variance == PRICE, "counted, and not expected"
        assert codes(came) == ["no_open_shift"], "the database refuses the sale, with the money in the drawer"
