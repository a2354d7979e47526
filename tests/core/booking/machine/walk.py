"""One way through everything: each deed succeeds at least once, and everything is true after each step."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from core.booking.settle import BOOKED
from tests.core.booking.machine.counter import DAN, PEOPLE, Taken
from tests.core.booking.machine.office import Office
from tests.support.factories import ALICE

CARLA = PEOPLE[2]
ALL_THE_WAY, HALF, REST = (0, 5), (0, 2), (2, 5)


def walk(office: Office) -> None:
    """Open an office, let everybody do what they can do, and close it."""
    sold, held, there, _ = office.open_the_office().values
    step = _Steps(office)
    offer = _hold_and_wait(step, held, there)
    _pay(step, held, offer)
    _change(step, sold, held)
    _give_back(step, offer)
    _end(step)
    office.teardown()


class _Steps:
    """Does one thing after the other, and asks after each whether everything is true."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def __call__(self, deed: Callable[..., Any], *values: Any, **named: Any) -> Any:
        given = deed(*values, **named)
        self.office.everything_is_true()
        self.office.everything_is_logged()
        return given

    def by_card(self, payment: UUID) -> None:
        """The payment arrives, and books."""
        event = self(self.office.pay, payment, 0)
        assert self.office.gateway.taken()[-1] == payment
        self(self.office.carry, event)
        assert (
            self.office.one("SELECT effect FROM webhook_events WHERE event_id = :id", id=event.event_id)
            == BOOKED
        )


def _hold_and_wait(step: _Steps, held: Taken, there: Taken) -> Taken:
    office = step.office
    step(office.extend, held)
    step(office.extend_a_basket, there)
    step(office.give_up_a_basket, there)
    step(office.alter, held, [2], keep=True)
    last = step(office.hold, CARLA, [3], ALL_THE_WAY, "a@example.org")
    eve = step(office.join_the_line, "eve", 1, ALL_THE_WAY, later=False)
    finn = step(office.join_the_line, "finn", 1, ALL_THE_WAY, later=False)
    step(office.release, last)
    offers = step(office.serve_the_lines).values
    step(office.leave_the_line, finn)
    assert [offer.holder.id for offer in offers] == [f"waiting-{eve.hex}"]
    return offers[0]


def _pay(step: _Steps, held: Taken, offer: Taken) -> None:
    office = step.office
    step.by_card(step(office.begin, offer))
    present = step(office.issue_a_voucher, 500, sold=True)
    step(office.pay_by_voucher, held, present, "cash")
    step(office.block_a_voucher, present)


def _change(step: _Steps, sold: Taken, held: Taken) -> None:
    office = step.office
    step(office.change_address, held, "a@example.org")
    step(office.change_seat_or_name, held, 0, None, "Rita Pinto")
    step.by_card(step(office.begin, step(office.hold_a_dearer_departure, sold, later=True, first=0)))
    by_card = step(office.hold_a_basket, DAN, [0], [2], REST).values
    step.by_card(step(office.begin_for_a_basket, by_card[0]))
    in_cash = step(office.hold_a_basket, CARLA, [1], [3], REST).values
    step(office.pay_a_basket_in_cash, in_cash[0])
    step(office.block_seats, [1], HALF, later=False, minutes=20)
    step(office.unblock_seats, [1], HALF, later=False)
    step(office.have_a_bad_day, ["refuses", "fails"])
    step(office.cancel_one_passenger, by_card[1], 0)
    step(office.move, held, later=True, stretch=HALF, first=2, cash=True, waive=True)
    step(office.work)
    step(office.swap, later=True, which=1, leave=False, worse=False, told=True)
    step(office.swap, later=True, which=2, leave=True, worse=True, told=True)
    step(office.swap, later=True, which=0, leave=True, worse=True, told=True)
    step(office.work)


def _give_back(step: _Steps, offer: Taken) -> None:
    office = step.office
    step(office.cancel_booking, offer, waive=True)
    step(office.work)
    step(office.time_passes, 4)
    step(office.cron)
    step(office.try_a_refund_again, 0)
    given_up = step(office.hold, ALICE, [3], ALL_THE_WAY, None)
    step(office.give_up, given_up)
    bought = step(office.buy, ALICE, [3], ALL_THE_WAY, None)
    step(office.cancel_booking, bought, waive=False)
    step(office.work)
    step(office.hand_out_cash)


def _end(step: _Steps) -> None:
    office = step.office
    step(office.disrupt, "delayed", 30)
    step(office.work)
    step(office.choose, "keep", 0)
    step(office.hold, ALICE, [3], ALL_THE_WAY, None)
    step(office.disrupt, "cancelled", 0)
    step(office.work)
    step(office.choose, "refund", 0)
    step(office.cancel_departure, really=True, later=True)
