"""Each invariant holds in a busy office, and speaks when something is tampered with behind the office's back."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.booking.settle import settle
from core.jobs.deliver import deliver
from core.jobs.handlers import HANDLERS
from core.kernel import outbox
from core.kernel.db import db, transaction
from core.kernel.money import Money
from core.payments import records
from core.payments.gateways.base import GatewayEvent
from core.proof.invariants import INVARIANTS, broken
from tests.support.database import Sessions
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, make_office

ANN = replace(ALICE, id="ann")

CALL_OFF = (
    "INSERT INTO disruptions (id, schedule_id, operator_id, kind, reason, choose_by, default_choice, opened_at)"
    " SELECT gen_random_uuid(), id, operator_id, 'cancelled', 'snow', app_now(), 'refund', app_now() FROM schedules"
)
#: Places on a waiting list: `{}` is the status; the seats offered are those of the running hold.
STAND = (
    "INSERT INTO waiting_entries (id, schedule_id, operator_id, from_position, to_position, seat_count, passengers, channel,"
    " contact_email, status, reservation_id) SELECT gen_random_uuid(), schedule_id, operator_id, from_position, to_position,"
    " seat_count, '[]', 'api', id || '@example.org', '{}', id FROM reservations WHERE status = 'active'"
)
HOLD_FOR_IT = (
    "UPDATE reservations r SET holder_kind = 'guest', holder_id = 'waiting-' || replace(e.id::text, '-', '')"
    " FROM waiting_entries e WHERE e.reservation_id = r.id"
)
#: Another layout with the same numbers, and passengers of reservations in a state who sit in it.
ELSEWHERE = (
    "INSERT INTO layouts (id, code, name, rows, columns, fixtures) SELECT gen_random_uuid(), 'other', 'Other', rows, columns,"
    ' \'[]\' FROM layouts LIMIT 1; INSERT INTO seats (id, layout_id, number, "row", "column", features)'
    ' SELECT gen_random_uuid(), o.id, x.number, x."row", x."column", x.features FROM seats x, layouts o'
    " WHERE o.code = 'other'; UPDATE passengers p SET seat_id = n.id FROM seats w, seats n, layouts o, reservations r"
    " WHERE w.id = p.seat_id AND n.number = w.number AND n.layout_id = o.id AND o.code = 'other'"
    " AND r.id = p.reservation_id AND r.status = '{}'"
)
#: Invoices with a number, a total, for bookings, that nobody has issued.
MADE_UP = (
    "INSERT INTO invoices (id, operator_id, kind, year, number, booking_id, total, currency, facts)"
    " SELECT gen_random_uuid(), operator_id, 'invoice', 2026, {}, id, {}, currency, '{{\"lines\": []}}' FROM bookings LIMIT {}"
)
#: What is done behind the office's back, and who has to notice.
TAMPERING = {
    "one_owner": "UPDATE passengers SET seat_id = (SELECT seat_id FROM passengers p JOIN bookings b"
    " ON b.reservation_id = p.reservation_id ORDER BY b.id LIMIT 1)"
    " WHERE reservation_id = (SELECT reservation_id FROM bookings ORDER BY id DESC LIMIT 1)",
    "held_is_locked": "DELETE FROM seat_locks WHERE kind = 'hold'",
    "locked_is_held": "UPDATE reservations SET status = 'cancelled' WHERE status = 'active'",
    "ticket_is_sold": "DELETE FROM seat_locks WHERE kind = 'sold' AND leg = 2",
    "sold_is_ticket": "UPDATE tickets SET status = 'cancelled'",
    "seated_in_full": "UPDATE reservations SET seat_count = seat_count + 1",
    "confirmed_is_booked": "UPDATE reservations SET status = 'expired' WHERE status = 'confirmed'",
    "everybody_has_a_ticket": "DELETE FROM tickets",
    "changed_is_paid": "INSERT INTO booking_changes (reservation_id, booking_id, seats, stood, quote, due, done_at)"
    " SELECT r.id, b.id, '{}', '{}', '{}', 1, app_now() FROM reservations r, bookings b WHERE r.status = 'active' LIMIT 1",
    "no_orphan_lock": "UPDATE seat_locks SET reservation_id = gen_random_uuid() WHERE kind = 'sold'",
    "of_the_vehicle": ELSEWHERE.format("active"),
    "left_is_asked": ELSEWHERE.format("confirmed"),
    "ticket_says_its_seat": "UPDATE tickets SET facts = jsonb_set(facts, '{seat_number}', '\"9Z\"')",
    "basket_is_whole": "UPDATE reservations SET basket_id = operator_id",
    "called_off_is_asked": CALL_OFF,
    "chosen_is_done": f"{CALL_OFF}; INSERT INTO disruption_cases (id, disruption_id, booking_id, state, choice)"
    " SELECT gen_random_uuid(), d.id, b.id, 'done', 'refund' FROM disruptions d, bookings b",
    "offered_is_held": STAND.format("offered"),
    "held_is_offered": f"{STAND.format('lapsed')}; {HOLD_FOR_IT}",
    "offer_is_told": f"{STAND.format('offered')}; {HOLD_FOR_IT}",
    "booked_is_paid": "UPDATE bookings SET total = total + 1",
    "paid_is_booked_or_given_back": "UPDATE payments SET status = 'completed' WHERE status = 'pending'",
    "paid_is_in_the_books": "UPDATE payments SET amount = amount + 1 WHERE status = 'completed'",
    "parts_wait_or_are_used": "UPDATE payments SET waiting = true WHERE status = 'completed'",
    "intake_is_kept": "INSERT INTO kiosks (id, name) VALUES ('01a1f843-4388-72bb-a1a7-09d32d216d41', 'Kiosk');"
    "INSERT INTO cash_intakes (payment_id, kiosk_id, reservation_id, operator_id, currency, wanted, inserted)"
    " SELECT id, '01a1f843-4388-72bb-a1a7-09d32d216d41', reservation_id, operator_id, currency, 1, 5 FROM payments LIMIT 1",
    "vouchers_are_owed": "INSERT INTO vouchers (id, operator_id, code, amount, balance, currency, sold, reason)"
    " SELECT gen_random_uuid(), id, 'X', 5, 5, 'EUR', false, 'a present' FROM operators",
    "owed_is_on_its_way": "UPDATE refunds SET amount = amount - 1 WHERE status = 'pending'",
    "refunds_within_payment": "UPDATE refunds SET currency = 'RON'",
    "posting_balances": "ALTER TABLE ledger_entries DISABLE TRIGGER ledger_append_only;"
    " UPDATE ledger_entries SET amount = amount + 1 WHERE account = 'cash_drawer'",
    "books_balance": "ALTER TABLE ledger_entries DISABLE TRIGGER ledger_append_only;"
    " DELETE FROM ledger_entries WHERE account = 'cash_drawer'",
    "posted_to_its_owner": "ALTER TABLE ledger_postings DISABLE TRIGGER ledger_append_only;"
    " UPDATE ledger_postings SET currency = 'RON'",
    "closed_drawers_are_empty": "INSERT INTO shifts SELECT gen_random_uuid(), kiosk_id, user_id, place_id, currency,"
    " opened_at, opened_by, opened_by_name, float_count, float_amount, app_now(), 'a', 'Ann', '{}', 0, 1, 0 FROM shifts",
    "event_has_its_effect": "UPDATE webhook_events SET effect = 'booked'",
    "numbered_without_gaps": MADE_UP.format("2", "total", "1"),
    "paper_adds_up": MADE_UP.format("1", "1", "1"),
    "taken_back_is_credited": "ALTER TABLE ledger_postings DISABLE TRIGGER ledger_append_only; UPDATE ledger_postings SET kind = 'cancellation' WHERE kind = 'refund_due';"
    " UPDATE refunds SET status = 'processed'",
    "kept_is_on_paper": "DELETE FROM outbox WHERE kind = 'booking.confirmed';" + MADE_UP.format("1", "total + 1", "1"),
    "booked_is_invoiced": "DELETE FROM outbox WHERE kind = 'booking.confirmed'",
    "credited_within": "ALTER TABLE invoices DROP CONSTRAINT ck_invoices_credit_of_refund;"
    + MADE_UP.format("row_number() OVER ()", "-1", "1").replace("'invoice'", "'credit'"),
    "booked_is_told": "DELETE FROM outbox WHERE kind = 'booking.confirmed'",
    "refund_is_sent": "UPDATE outbox SET done_at = app_now() WHERE kind = 'refund.due';"
    " UPDATE refunds SET next_try_at = NULL",
    "refund_is_told": "UPDATE refunds SET status = 'processed'",
    "cancelled_is_told": "INSERT INTO cancellations (id, booking_id, operator_id, whole, waived, percent, fee, refund, kept,"
    " currency, lines) SELECT gen_random_uuid(), id, operator_id, true, false, 0, 0, 0, 0, currency, '[]' FROM bookings",
    "changed_is_told": "INSERT INTO activity_log (actor_kind, actor_id, actor_label, action, subject_kind, subject_id)"
    " SELECT 'user', 'x', 'x', 'booking.changed', 'booking', id::text FROM bookings",
    "reminded_is_told": "UPDATE bookings SET reminded_at = app_now()",
    "choice_is_told": "INSERT INTO disruptions (id, schedule_id, operator_id, kind, reason, choose_by, default_choice)"
    " SELECT gen_random_uuid(), id, operator_id, 'cancelled', 'x', app_now(), 'refund' FROM schedules;"
    " INSERT INTO disruption_cases (id, disruption_id, booking_id) SELECT gen_random_uuid(), d.id, b.id"
    " FROM disruptions d, bookings b",
    "queued_will_be_sent": "INSERT INTO messages (id, cause, kind, recipient, reservation_id) SELECT"
    " gen_random_uuid(), 'reminder.due:' || gen_random_uuid(), 'reminder.due', 'a@example.org', id FROM reservations",
}  # fmt: skip


@pytest.fixture
def office(db_session: Sessions) -> Office:
    """Two bookings (one of them told), a running hold with a payment that is open, and money that goes back."""
    place = make_office()
    for seat, holder in ((0, ALICE), (1, BOB)):
        held = reserve(place.ask(seat, contact_email="a@example.org"), holder, ACTOR)
        take_cash(held.reservation_id, holder, CLERK)
    for share in (0, 1):
        held = reserve(
            place.ask(2 + share, first=1, last=3, contact_email="b@example.org"),
            replace(ANN, id=f"ann-{share}"),
            ACTOR,
        )
        pay_wrongly(place, held.reservation_id, held.quote.total - share)
    held = reserve(place.ask(5, 6), ANN, ACTOR)
    begin(place, held.reservation_id, held.quote.total)
    return place


def begin(place: Office, reservation_id: UUID, amount: int) -> UUID:
    with transaction():
        return records.create_payment(reservation_id, place.operator_id, "cash", "card", Money(amount, "EUR"))


def pay_wrongly(place: Office, reservation_id: UUID, amount: int) -> None:
    payment_id = begin(place, reservation_id, amount)
    settle(
        "cash",
        GatewayEvent(str(uuid4()), "payment.completed", payment_id, f"r-{payment_id}", Money(amount, "EUR")),
    )


def names(schedules: list[UUID] | None = None) -> set[str]:
    return {finding.invariant.name for finding in broken(db.session.connection(), schedules)}


def test_all_hold_in_a_busy_office_before_and_after_everybody_is_told(office: Office) -> None:
    assert names() == set()
    while due := outbox.waiting(tuple(HANDLERS)):
        assert all(deliver(event_id) for event_id, _ in due)
    assert names() == set()


@pytest.mark.parametrize("name", [invariant.name for invariant in INVARIANTS])
def test_tampering_is_noticed(office: Office, name: str) -> None:
    for statement in TAMPERING[name].split(";"):
        db.session.execute(text(statement))
    assert name in names()
    assert name in names([office.schedule_id]), "also when only this departure is looked at"


def test_other_departures_are_left_out_when_asked(office: Office) -> None:
    db.session.execute(text("DELETE FROM seat_locks"))
    assert names([uuid4()]) == set()


def test_every_invariant_says_what_it_means() -> None:
    assert len({invariant.name for invariant in INVARIANTS}) == len(INVARIANTS)
    for invariant in INVARIANTS:
        assert invariant.sentence[0].isupper()
        assert invariant.sentence.endswith(".")
