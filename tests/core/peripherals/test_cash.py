"""Cash at a kiosk: counted piece by piece, booked when whole, given back when not; the books account for every piece."""

import pytest
from sqlalchemy import text

from core.booking.cancel import cancel
from core.booking.errors import HoldExpired
from core.booking.pay import take_cash
from core.booking.queries import reservation_view
from core.booking.reserve import reserve
from core.kernel.db import db, transaction
from core.payments.cash_intake import CashBoxBusy
from core.payments.exceptions import exceptions
from core.peripherals.cash_sale import CashNotPossible, begin_cash, stop_cash
from core.peripherals.queries import command, commands_about, devices_of, intake_of
from core.peripherals.sweep import sweep
from core.peripherals.words import CommandKind, EventKind
from core.proof.invariants import broken
from core.till.close import close_shift
from core.till.errors import NoOpenShift
from core.till.hand_out_owed import hand_out_owed
from tests.core.peripherals.kiosks import Machine, box_state, make_machine
from tests.support.clock import Clock
from tests.support.factories import BOB, CLERK, Office, make_office


@pytest.fixture
def office(db_session) -> Office:
    return make_office()


@pytest.fixture
def machine(office: Office) -> Machine:
    return make_machine(office)


@pytest.fixture(autouse=True)
def books_hold(db_session):
    """Whatever a test does: in the end everything that must be true of money is."""
    yield
    assert broken(db_session.connection()) == []


def begin(machine: Machine, reservation):
    started = begin_cash(reservation, machine.holder, machine.kiosk_id, machine.actor)
    machine.new()
    return started.payment_id


def drawer(account: str = "cash_drawer") -> int:
    statement = text("SELECT coalesce(sum(amount), 0) FROM ledger_entries WHERE account = :account")
    return int(db.session.execute(statement, {"account": account}).scalar_one())


def movements() -> list[int]:
    return list(db.session.execute(text("SELECT amount FROM cash_movements ORDER BY id")).scalars())


def test_the_piece_that_makes_the_amount_whole_makes_the_booking(office, machine):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)

    machine.insert(paying, 2000)
    assert intake_of(reservation).inserted == 2000
    assert drawer() == 2000 == -drawer("intake")
    assert reservation_view(reservation).booking_reference is None
    machine.insert(paying, 500, 100)

    view = reservation_view(reservation)
    assert view.booking_reference is not None
    assert [(p.method, p.status) for p in view.payments] == [("cash", "completed")]
    assert (drawer(), drawer("intake")) == (2600, 0)
    machine.tell(EventKind.STOPPED, paying)
    assert intake_of(reservation).status == "done"
    assert movements() == [2000, 500, 100]


@pytest.mark.parametrize("statement", ["UPDATE cash_movements SET amount = 1", "DELETE FROM cash_movements"])
def test_what_was_counted_stays(office, machine, statement):
    machine.insert(begin(machine, machine.hold(office)), 2000)
    with pytest.raises(Exception, match="cash_movements_append_only"), transaction() as session:
        session.execute(text(statement))
    assert movements() == [2000]


def test_what_is_too_much_comes_back_as_change(office, machine):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    machine.insert(paying, 5000)
    machine.tell(EventKind.STOPPED, paying)

    [change] = machine.new()
    assert (change.kind, change.data["amount"]) == ("pay_out", 2400)
    assert intake_of(reservation).status == "returning"
    for piece in (1000, 1000, 200, 200):
        machine.tell(EventKind.PAID_OUT, change.id, value=piece, currency="EUR")
    machine.tell(EventKind.PAY_OUT_ENDED, change.id, missing=0)

    assert intake_of(reservation).status == "done"
    assert (drawer(), drawer("intake")) == (2600, 0)
    assert movements() == [5000, -1000, -1000, -200, -200]


def test_an_event_that_comes_twice_counts_once(office, machine):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    machine.insert(paying, 2000)
    machine.numbers = iter([1, 2])  # the answer to the first was lost
    machine.insert(paying, 2000, 500)

    assert intake_of(reservation).inserted == 2500
    assert movements() == [2000, 500]


def test_who_stops_gets_everything_back(office, machine):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    machine.insert(paying, 2000)
    assert stop_cash(reservation, machine.holder, machine.kiosk_id)
    assert not stop_cash(reservation, machine.holder, machine.kiosk_id)
    machine.insert(paying, 1000)  # it was falling in

    [stop] = machine.new()
    assert (stop.kind, stop.data) == ("stop", {"accept": str(paying)})
    machine.tell(EventKind.STOPPED, paying)
    [back] = machine.new()
    assert back.data["amount"] == 3000
    view = reservation_view(reservation)
    assert view.status == "active", "the seats are still held: another way of paying may follow"
    assert view.payments[-1].status == "failed"
    machine.tell(EventKind.PAID_OUT, back.id, value=3000, currency="EUR")
    machine.tell(EventKind.PAY_OUT_ENDED, back.id, missing=0)
    assert (drawer(), drawer("intake")) == (0, 0)


def test_a_hold_that_ends_gives_the_money_back(office, machine, clock: Clock):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    machine.insert(paying, 2000)
    clock.move(minutes=30)
    machine.new()
    assert sweep() == 1
    assert sweep() == 0

    [stop] = machine.new()
    machine.tell(EventKind.STOPPED, paying)
    [back] = machine.new()
    assert (stop.kind, back.kind, back.data["amount"]) == ("stop", "pay_out", 2000)


def test_money_that_is_whole_after_the_hold_buys_the_seat_if_it_is_free(office, machine, clock: Clock):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    clock.move(minutes=30)
    machine.insert(paying, 2000, 500, 100)

    assert reservation_view(reservation).booking_reference is not None


def test_money_for_a_seat_that_somebody_else_has_by_now_goes_back(office, machine, clock: Clock):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    clock.move(minutes=30)
    take_cash(reserve(office.ask(0), BOB, CLERK).reservation_id, None, CLERK)
    machine.insert(paying, 2000, 500, 100)
    machine.tell(EventKind.STOPPED, paying)

    assert reservation_view(reservation).booking_reference is None
    assert [each.data["amount"] for each in machine.new()] == [2600]
    assert intake_of(reservation).status == "returning"


def test_a_reservation_that_was_given_up_takes_no_money(office, machine):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    cancel(reservation, machine.holder, machine.actor)
    machine.insert(paying, 5000)
    sweep()
    machine.tell(EventKind.STOPPED, paying)

    assert [(each.kind, each.data.get("amount")) for each in machine.new()] == [
        ("stop", None),
        ("pay_out", 5000),
    ]


def test_what_the_box_cannot_give_back_is_owed_and_a_slip_says_so(office, machine):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    machine.insert(paying, 5000)
    machine.tell(EventKind.STOPPED, paying)
    [change] = machine.new()
    machine.tell(EventKind.PAID_OUT, change.id, value=1000, currency="EUR")
    machine.tell(EventKind.PAY_OUT_ENDED, change.id, missing=1400, reason="jam")

    intake = intake_of(reservation)
    assert (intake.status, intake.left) == ("owed", 1400)
    [slip] = machine.new()
    words = [element.get("text") or element.get("right") for element in slip.data["elements"]]
    assert intake.slip_code in words
    assert any("14.00" in str(word) for word in words)
    [found] = [each for each in exceptions() if each.kind == "cash_owed"]
    assert (found.amount.amount, found.payment_id) == (1400, paying)

    assert hand_out_owed(paying, CLERK)
    assert not hand_out_owed(paying, CLERK)
    assert [each for each in exceptions() if each.kind == "cash_owed"] == []
    assert (drawer(), drawer("intake")) == (2600, 0)


def test_nobody_throws_money_into_an_empty_hall(office, machine, clock: Clock):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    machine.insert(paying, 5000)
    machine.tell(EventKind.STOPPED, paying)
    clock.move(minutes=5)  # the machine lost its network before it heard of the change
    sweep()

    assert [each.kind for each in machine.new()] == ["print"], "the slip, and no pay-out"
    assert intake_of(reservation).status == "owed"


def test_a_box_that_never_answers_takes_nothing(office, machine, clock: Clock):
    reservation = machine.hold(office)
    begin_cash(reservation, machine.holder, machine.kiosk_id, machine.actor)
    clock.move(seconds=20)
    assert intake_of(reservation).stale
    sweep()

    assert machine.new() == []
    assert intake_of(reservation).status == "done"
    assert reservation_view(reservation).payments[-1].status == "failed"


def test_an_agent_that_is_gone_leaves_what_it_took_owed(office, machine, clock: Clock):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    machine.insert(paying, 2000)
    clock.move(minutes=11)
    sweep()

    assert intake_of(reservation).status == "owed"
    assert machine.new()[0].kind == "print"
    assert command(paying).status == "expired"
    machine.insert(paying, 500)  # what it still had in its journal
    machine.tell(EventKind.STOPPED, paying)
    assert intake_of(reservation).left == 2500
    assert [each.kind for each in commands_about(paying, CommandKind.PAY_OUT)] == []


def test_a_piece_that_belongs_to_nobody_known_is_shown_to_somebody(office, machine):
    machine.tell(EventKind.INSERTED, None, value=500, currency="EUR")

    [found] = exceptions()
    assert (found.kind, found.amount.amount) == ("cash_stray", 500)


def test_cash_is_not_begun_without_an_open_shift(office, machine):
    reservation = machine.hold(office)
    close_kiosk(machine)
    with pytest.raises(NoOpenShift):
        begin(machine, reservation)


def test_money_in_the_box_when_its_shift_is_closed_is_the_safes(office, machine):
    reservation = machine.hold(office)
    paying = begin(machine, reservation)
    machine.insert(paying, 2000)
    close_kiosk(machine, {2000: 1})
    machine.insert(paying, 1000)
    machine.tell(EventKind.STOPPED, paying)
    [change] = machine.new()
    machine.tell(EventKind.PAID_OUT, change.id, value=400, currency="EUR")
    machine.tell(EventKind.PAY_OUT_ENDED, change.id, missing=0)

    assert reservation_view(reservation).booking_reference is not None
    assert (drawer(), drawer("safe"), drawer("intake")) == (0, 2600, 0)


def close_kiosk(machine: Machine, count: dict[int, int] | None = None) -> None:
    statement = text("SELECT id FROM shifts WHERE kiosk_id = :id AND closed_at IS NULL")
    shift = db.session.execute(statement, {"id": machine.kiosk_id}).scalar_one()
    close_shift(shift, count or {}, CLERK)


def test_one_traveller_at_a_time(office, machine):
    first, second = machine.hold(office), None
    begin(machine, first)
    machine_holder = machine.holder
    second = reserve(office.ask(1), BOB, CLERK).reservation_id
    with pytest.raises(CashBoxBusy):
        begin_cash(second, BOB, machine.kiosk_id, machine.actor)
    assert machine_holder == machine.holder


def test_cash_is_not_begun_where_change_or_the_box_is_missing(office, machine):
    reservation = machine.hold(office)
    for state in (
        box_state(values=[1000, 2000], float={}),
        box_state(condition="jam"),
        box_state(currency="RON"),
    ):
        machine.hello(cash=state)
        with pytest.raises(CashNotPossible):
            begin(machine, reservation)
    machine.hello(cash=box_state(float={}))
    assert begin_cash(reservation, machine.holder, machine.kiosk_id, machine.actor).mode == "exact"


def test_a_hold_that_ran_out_is_not_paid(office, machine, clock: Clock):
    reservation = machine.hold(office)
    clock.move(minutes=30)
    machine.new()
    assert devices_of(machine.kiosk_id).online
    with pytest.raises(HoldExpired):
        begin(machine, reservation)
