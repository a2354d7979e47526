"""The rules of money: by card in all its moods, in cash, by voucher, in parts."""

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple, rule

from core.booking.basket_pay import begin_basket_payment, take_cash_for_basket
from core.booking.pay import begin_payment, take_cash
from core.booking.settle import BOOKED, DUPLICATE, IGNORED, REFUND_DUE, settle
from core.booking.split import begin_split
from core.booking.split_rules import PartRequest
from core.payments.gateways.base import EventKind, GatewayEvent
from core.payments.vouchers import block, issue
from core.payments.words import Method
from core.till.vouchers import sell_voucher
from tests.core.booking.machine.counter import Counter, Taken
from tests.support.factories import ACTOR, CLERK


class Paying(Counter):
    """Payments are begun, taken, declined; their messages are carried at once, later, again, or never."""

    payments: Bundle[UUID] = Bundle("payments")
    events: Bundle[GatewayEvent] = Bundle("events")
    vouchers: Bundle[tuple[UUID, str]] = Bundle("vouchers")

    @rule(target=payments, hold=Counter.holds)
    def begin(self, hold: Taken) -> object:
        begun = self.attempt("begin_payment", lambda: begin_payment(hold.id, hold.holder, ACTOR, "card"))
        return multiple() if begun is None else begun.payment_id

    @rule(target=payments, hold=Counter.holds)
    def begin_for_a_basket(self, hold: Taken) -> object:
        basket = self.basket(hold)
        begun = None
        if basket:
            begun = self.attempt(
                "begin_basket_payment", lambda: begin_basket_payment(basket, hold.holder, ACTOR, "card")
            )
        return multiple() if begun is None else begun.payment_id

    @rule(hold=Counter.holds)
    def pay_a_basket_in_cash(self, hold: Taken) -> None:
        basket = self.basket(hold)
        if basket:
            self.attempt("take_cash_for_basket", lambda: take_cash_for_basket(basket, None, CLERK))

    @rule(hold=Counter.holds)
    def pay_in_cash(self, hold: Taken) -> None:
        self.attempt("take_cash", lambda: take_cash(hold.id, None, CLERK))

    @rule(target=events, payment=payments, short_by=st.sampled_from([0, 0, 0, 1]))
    def pay(self, payment: UUID, short_by: int) -> GatewayEvent:
        """The money moves; the message is carried at once, later, or never."""
        return self.gateway.pay(payment, short_by)

    @rule(target=events, payment=payments)
    def decline(self, payment: UUID) -> GatewayEvent:
        return self.gateway.message(payment, EventKind.PAYMENT_FAILED)

    @rule(event=events)
    def carry(self, event: GatewayEvent) -> None:
        """Deliver a message: on time, late, out of order, or again."""
        known = self.one("SELECT count(*) FROM webhook_events WHERE event_id = :id", id=event.event_id)
        paid = self.one("SELECT count(*) FROM payments WHERE id = :id AND status IN ('completed', 'refunded')",
                        id=event.payment_id)  # fmt: skip
        can = self.one("SELECT count(*) FROM payments p JOIN reservations r ON r.id = p.reservation_id"
                       " JOIN schedules s ON s.id = r.schedule_id AND s.status <> 'cancelled'"
                       " WHERE p.id = :id AND NOT EXISTS (SELECT 1 FROM booking_changes c WHERE c.reservation_id = r.id)"
            " AND r.status = 'active' AND r.expires_at > app_now()"
                       " AND r.total = :amount", id=event.payment_id,
                       amount=event.amount.amount if event.amount else -1)  # fmt: skip
        effect = settle("proof", event)
        assert (effect == DUPLICATE) == bool(known)
        if not known and event.kind == EventKind.PAYMENT_COMPLETED:
            expected = {IGNORED} if paid else {BOOKED} if can else {BOOKED, REFUND_DUE}
            assert effect in expected, f"{effect}, expected {expected}"

    @rule(target=vouchers, worth=st.sampled_from([500, 2600, 10_000]), sold=st.booleans())
    def issue_a_voucher(self, worth: int, sold: bool) -> tuple[UUID, str]:
        make = sell_voucher if sold else issue
        made = make(self.office.operator_id, worth, "A present", CLERK)
        return made.voucher_id, made.code

    @rule(voucher=vouchers)
    def block_a_voucher(self, voucher: tuple[UUID, str]) -> None:
        self.attempt("block", lambda: block(voucher[0], CLERK, "Lost"))

    @rule(target=payments, hold=Counter.holds, voucher=vouchers, rest=st.sampled_from(["card", "cash", None]))
    def pay_by_voucher(self, hold: Taken, voucher: tuple[UUID, str], rest: str | None) -> object:
        parts = [PartRequest("voucher", voucher_code=voucher[1])]
        return self._in_parts(hold, parts + ([PartRequest(rest)] if rest else []))

    @rule(target=payments, hold=Counter.holds, cash=st.sampled_from([1, 1000, 9_000]))
    def pay_partly_in_cash(self, hold: Taken, cash: int) -> object:
        return self._in_parts(hold, [PartRequest("cash", cash), PartRequest("card")])

    def _in_parts(self, hold: Taken, parts: list[PartRequest]) -> object:
        started = self.attempt("begin_split", lambda: begin_split(hold.id, hold.holder, CLERK, parts))
        by_card = [part.payment_id for part in started.parts if part.method == Method.CARD] if started else []
        return multiple(*by_card)
