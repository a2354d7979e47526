"""One buyer of the crowd: what it tries, again and again, through the same services as every screen."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from core.booking.cancel import cancel, release
from core.booking.cancellation import cancel_booking
from core.booking.extend import extend
from core.booking.parties import Holder
from core.booking.pay import begin_payment, take_cash
from core.booking.requests import Held
from core.booking.reserve import reserve
from core.booking.settle import settle
from core.kernel.activity import Actor
from core.kernel.ids import new_id
from core.payments.gateways.base import EventKind, GatewayEvent
from core.proof.clerk import STAFF
from core.proof.departures import LEGS, SEATS, Departures
from core.proof.gateway import ProofGateway
from core.proof.scratch import SPEED
from core.proof.tally import Tally

#: The policy of the proof, in minutes of its fast clock: a hold lasts a second of ours.
HOLD_MINUTES = 2
POLICY = {"hold_minutes": HOLD_MINUTES, "extension_minutes": 1, "payment_grace_minutes": 1}
#: After so many of our seconds a hold has run out whatever was done to prolong it.
SURELY_OVER = 60.0 * (HOLD_MINUTES + 2 + 1) / SPEED + 0.2

_EMAIL = "traveller@proof.example"
#: One in so many leaves an address and gets the mail with the ticket: making it is not what is proved here.
_WITH_MAIL = 25

#: What a buyer does with a hold, and how often of a hundred times.
WAYS = {
    "paid": 30, "paid_in_cash": 8, "message_twice": 9, "declined_then_paid": 7, "failed_after_paid": 6,
    "paid_twice": 4, "paid_short": 3, "paid_late": 9, "message_lost": 5, "extended_then_paid": 5,
    "paid_then_cancelled": 4, "given_up": 3, "released": 2, "walked_away": 5,
}  # fmt: skip

Later = tuple[float, Callable[[], None]]


@dataclass
class Buyer:
    """`later` has what it will do once its time (of the steady clock) has come."""

    departures: Departures
    gateway: ProofGateway
    tally: Tally
    chance: random.Random
    later: list[Later] = field(default_factory=list)

    def attempt(self, schedule: int) -> None:
        """Try to hold one to three seats of a departure on some stretch, and go on in one of the `WAYS`.

        Raises the DomainError that says why not.
        """
        holder = Holder("guest", str(new_id()), "Proof traveller")
        actor = Actor("guest", holder.id, holder.label)
        first = self.chance.randrange(LEGS)
        last = self.chance.randint(first + 1, LEGS)
        seats = self.chance.sample(range(SEATS), self.chance.choice((1, 1, 2, 3)))
        email = _EMAIL if self.chance.randrange(_WITH_MAIL) == 0 else None
        request = self.departures.ask(schedule, seats, first, last, email)
        with self.tally.timed("hold"):
            held = reserve(request, holder, actor)
        self.tally.count("held")
        (way,) = self.chance.choices(list(WAYS), list(WAYS.values()))
        getattr(self, way)(held, holder, actor)
        self.tally.count(way)

    def do_what_is_due(self, *, wait: bool = False) -> None:
        """Do what was put off and whose time has come; with `wait`, all of it."""
        while self.later and (wait or self.later[0][0] <= time.monotonic()):
            due, work = self.later.pop(0)
            time.sleep(max(0.0, due - time.monotonic()))
            work()

    # -- the ways, named in WAYS -------------------------------------------------------------------

    def paid(self, held: Held, holder: Holder, actor: Actor) -> None:
        self._tell(self.gateway.pay(self._begin(held, holder, actor)))

    def paid_in_cash(self, held: Held, holder: Holder, actor: Actor) -> None:  # noqa: ARG002 - the form of every way
        with self.tally.timed("confirm"):
            take_cash(held.reservation_id, holder, STAFF)

    def message_twice(self, held: Held, holder: Holder, actor: Actor) -> None:
        """The same message again, and another one that says the same."""
        payment_id = self._begin(held, holder, actor)
        event = self.gateway.pay(payment_id)
        for message in (event, event, self.gateway.message(payment_id, EventKind.PAYMENT_COMPLETED)):
            self._tell(message)

    def declined_then_paid(self, held: Held, holder: Holder, actor: Actor) -> None:
        declined = self._begin(held, holder, actor)
        self._tell(self.gateway.message(declined, EventKind.PAYMENT_FAILED))
        self.paid(held, holder, actor)

    def failed_after_paid(self, held: Held, holder: Holder, actor: Actor) -> None:
        """Out of order: the older word of failure comes after, or before, the money."""
        payment_id = self._begin(held, holder, actor)
        failed = self.gateway.message(payment_id, EventKind.PAYMENT_FAILED)
        messages = [self.gateway.pay(payment_id), failed]
        self.chance.shuffle(messages)
        for message in messages:
            self._tell(message)

    def paid_twice(self, held: Held, holder: Holder, actor: Actor) -> None:
        """Two payments are open, and both are paid."""
        payments = [self._begin(held, holder, actor) for _ in range(2)]
        for payment_id in payments:
            self._tell(self.gateway.pay(payment_id))

    def paid_short(self, held: Held, holder: Holder, actor: Actor) -> None:
        self._tell(self.gateway.pay(self._begin(held, holder, actor), short_by=1))

    def paid_late(self, held: Held, holder: Holder, actor: Actor) -> None:
        payment_id = self._begin(held, holder, actor)
        self._put_off(SURELY_OVER, lambda: self._tell(self.gateway.pay(payment_id)))

    def message_lost(self, held: Held, holder: Holder, actor: Actor) -> None:
        """The money moves and nobody tells the office: it has to ask."""
        self.gateway.pay(self._begin(held, holder, actor))

    def extended_then_paid(self, held: Held, holder: Holder, actor: Actor) -> None:
        extend(held.reservation_id, holder, actor)
        self.paid(held, holder, actor)

    def paid_then_cancelled(self, held: Held, holder: Holder, actor: Actor) -> None:
        booking_id = take_cash(held.reservation_id, holder, STAFF)
        cancel_booking(booking_id, actor)

    def given_up(self, held: Held, holder: Holder, actor: Actor) -> None:
        cancel(held.reservation_id, holder, actor)

    def released(self, held: Held, holder: Holder, actor: Actor) -> None:  # noqa: ARG002 - the form of every way
        release(held.reservation_id, STAFF, "proof")

    def walked_away(self, held: Held, holder: Holder, actor: Actor) -> None:
        """The hold runs out by itself."""

    # -- steps -------------------------------------------------------------------------------------

    def _begin(self, held: Held, holder: Holder, actor: Actor) -> UUID:
        with self.tally.timed("begin payment"):
            return begin_payment(held.reservation_id, holder, actor, "card").payment_id

    def _tell(self, event: GatewayEvent) -> None:
        with self.tally.timed("confirm"):
            effect = settle(self.gateway.name, event)
        self.tally.count(f"effect {effect}")

    def _put_off(self, seconds: float, work: Callable[[], None]) -> None:
        self.later.append((time.monotonic() + seconds, work))
