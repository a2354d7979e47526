"""What each letter says: every event that somebody is told of, as the reader gets it."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from core.booking.cancellation import cancel_booking
from core.booking.change import Wish, change_passengers
from core.booking.disruption import Plan, disrupt
from core.booking.disruption_choice import Wish as Choosing
from core.booking.disruption_choice import choose_for
from core.booking.disruption_queries import cases_of
from core.booking.disruption_run import run_disruption
from core.booking.expire import sweep
from core.booking.links import choice_address, waiting_address
from core.booking.move import Destination, move_booking
from core.booking.queries import booking_view
from core.booking.remind import remind
from core.booking.reserve import reserve
from core.booking.views import BookingView
from core.booking.waiting import JoinRequest, Traveller, join
from core.booking.waiting_serve import serve
from core.jobs.deliver import deliver
from core.jobs.handlers import HANDLERS
from core.kernel import outbox
from core.kernel.context import settings
from core.kernel.db import db, transaction
from core.kernel.outbox import OutboxEvent
from core.tickets.keys import public_keys
from core.tickets.qr import verify
from core.tickets.queries import tickets_of
from tests.support.clock import Clock
from tests.support.codes import codes_in_pdf
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, another_departure, make_office
from tests.support.mail import MailServer
from tests.support.sales import buyer, sell

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def smtp(smtp_server: MailServer, db_session: object, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """The office sends through this server."""
    changed = settings().model_copy(update={"smtp_host": smtp_server.host, "smtp_port": smtp_server.port})
    monkeypatch.setattr("core.messages.transports.settings", lambda: changed)
    return smtp_server


def tell(kind: str) -> None:
    """Deliver what waits in the outbox of this kind, and the messages that come of it."""
    for event_id, _ in outbox.waiting((kind,)) + outbox.waiting(("message.send",)):
        assert deliver(event_id)
    for event_id, _ in outbox.waiting(("message.send",)):
        assert deliver(event_id)


def the_booking(booking_id: UUID) -> BookingView:
    found = booking_view(booking_id)
    assert found is not None
    return found


def words(mail: EmailMessage) -> str:
    """The plain form; the HTML form says the same words."""
    plain = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    for line in plain.splitlines()[:1]:
        assert line in html
    return str(plain)


def test_a_cancelled_booking_says_what_comes_back_and_how(smtp: MailServer) -> None:
    booking_id = sell(0, names=["Ștefania Țăndărică"], office=make_office(departs_in=_days(3)))
    cancel_booking(booking_id, CLERK, "Illness")

    tell("booking.cancelled")

    (mail,) = smtp.messages
    assert mail["Subject"].startswith("Cancelled: Lisboa – Porto, ")
    said = words(mail)
    assert (
        f"Booking {the_booking(booking_id).spoken_reference} is cancelled. Its tickets no longer count."
        in said
    )
    assert "Ștefania Țăndărică · Seat 1A: €26.00 comes back (of €26.00 paid)" in said
    assert "Please collect the cash at a counter" in said
    assert "Reason: Illness" in said
    assert [part for part in mail.walk() if part.get_content_type() == "application/pdf"] == []


def test_who_cancels_late_is_told_that_nothing_comes_back(smtp: MailServer) -> None:
    office = make_office(departs_in=_days(1), refund_ladder=[{"hours": 48, "percent": 100, "fee": 0}, {"hours": 1, "percent": 0, "fee": 0}])  # fmt: skip
    cancel_booking(sell(0, office=office), CLERK)

    tell("booking.cancelled")

    assert "By the terms of the purchase nothing comes back." in words(smtp.messages[0])
    assert "collect" not in words(smtp.messages[0])


def test_one_passenger_less_leaves_the_others_their_tickets(smtp: MailServer) -> None:
    booking_id = sell(0, 1, names=["Ana", "Ion"])
    ion = the_booking(booking_id).reservation.passengers[1].id
    cancel_booking(booking_id, CLERK, passenger_ids=frozenset({ion}))

    tell("booking.cancelled")

    said = words(smtp.messages[0])
    assert smtp.messages[0]["Subject"].startswith("Partly cancelled: ")
    assert "That ticket no longer counts; all others stay as they are." in said
    assert "Ion · Seat 1B" in said
    assert "Ana" not in said


def test_a_changed_booking_brings_the_tickets_that_count_now(smtp: MailServer) -> None:
    office = make_office()
    booking_id = sell(0, office=office)
    old = tickets_of(booking_id)[0].qr
    passenger = the_booking(booking_id).reservation.passengers[0].id
    change_passengers(booking_id, {passenger: Wish(office.seats[5], "Ana Popescu")}, CLERK)

    tell("booking.changed")

    (mail,) = smtp.messages
    assert mail["Subject"].startswith("Changed: Lisboa – Porto, ")
    (pdf,) = [part for part in mail.walk() if part.get_content_type() == "application/pdf"]
    ((code,),) = codes_in_pdf(pdf.get_content())
    assert code != old
    assert verify(code, public_keys()).seat == "2B"
    assert "The old one no longer counts" in words(mail)
    assert "Ana Popescu" in words(mail)


def test_every_change_is_told_and_none_twice(smtp: MailServer) -> None:
    office = make_office()
    booking_id = sell(0, office=office)
    passenger = the_booking(booking_id).reservation.passengers[0].id
    for seat in (5, 6):
        change_passengers(booking_id, {passenger: Wish(office.seats[seat])}, CLERK)
    later = another_departure(office)
    move_booking(booking_id, Destination(later, 0, 5, {passenger: office.seats[0]}), CLERK)

    tell("booking.changed")
    with transaction() as session:
        session.execute(
            text("UPDATE outbox SET done_at = NULL, claimed_at = NULL WHERE kind = 'booking.changed'")
        )
    tell("booking.changed")

    assert len(smtp.messages) == 3
    assert len({mail["Message-ID"] for mail in smtp.messages}) == 3


def test_a_hold_that_ran_out_is_told_to_who_left_an_address(smtp: MailServer, clock: Clock) -> None:
    office = make_office()
    reserve(office.ask(0, contact_email="alice@example.org"), ALICE, ACTOR)
    reserve(office.ask(1), BOB, ACTOR)
    clock.move(minutes=16)
    sweep()

    tell("reservation.expired")

    (mail,) = smtp.messages
    assert mail["Subject"].startswith("Not booked: Lisboa – Porto, ")
    assert "You have no ticket for this departure." in words(mail)


def test_who_began_again_is_not_told_that_the_first_hold_ran_out(smtp: MailServer, clock: Clock) -> None:
    office = make_office()
    reserve(office.ask(0, contact_email="alice@example.org"), ALICE, ACTOR)
    clock.move(minutes=16)
    sweep()
    sell(1, office=office)

    tell("reservation.expired")

    assert smtp.messages == []


def test_a_reminder_brings_the_tickets_once_more(smtp: MailServer, clock: Clock) -> None:
    booking_id = sell(0, 1, office=make_office(departs_in=_days(3)))
    gone = the_booking(booking_id).reservation.passengers[1].id
    cancel_booking(booking_id, CLERK, passenger_ids=frozenset({gone}))
    clock.move(hours=50)
    remind()

    tell("reminder.due")

    (mail,) = smtp.messages
    assert mail["Subject"].startswith("Soon: Lisboa – Porto, ")
    (pdf,) = [part for part in mail.walk() if part.get_content_type() == "application/pdf"]
    assert codes_in_pdf(pdf.get_content()) == [[tickets_of(booking_id)[0].qr]]


def test_nobody_is_reminded_of_what_was_cancelled_meanwhile(smtp: MailServer, clock: Clock) -> None:
    booking_id = sell(0, office=make_office(departs_in=_days(3)))
    clock.move(hours=50)
    remind()
    cancel_booking(booking_id, CLERK)

    tell("reminder.due")

    assert smtp.messages == []


def test_a_delay_is_told_with_the_old_time_and_the_new(smtp: MailServer) -> None:
    office = make_office()
    booking_id = sell(0, office=office)
    sell(1, office=office, email="bob@example.org", holder=BOB)
    cancelled = sell(2, office=office, email="eve@example.org")
    cancel_booking(cancelled, CLERK)
    _late(office.schedule_id, "departure_at + interval '35 minutes'")

    tell("schedule.delayed")

    assert [to for (to,) in smtp.recipients] == ["alice@example.org", "bob@example.org"]
    journey = the_booking(booking_id).reservation.journey
    planned, now = (_lisbon(each) for each in (journey.departure_at, journey.estimated_departure_at))
    assert smtp.messages[0]["Subject"].startswith(f"Delayed: Lisboa – Porto now leaves at {now} on ")
    assert f"at {now} instead of {planned}" in words(smtp.messages[0])
    assert f"<s>{planned}" in smtp.messages[0].get_body(("html",)).get_content()


def test_on_time_again_is_told_as_well_and_each_time_once(smtp: MailServer) -> None:
    office = make_office()
    sell(0, office=office)
    for estimate in ("departure_at + interval '35 minutes'", "NULL"):
        _late(office.schedule_id, estimate)
        tell("schedule.delayed")

    assert [mail["Subject"].partition(":")[0] for mail in smtp.messages] == ["Delayed", "On time again"]


def test_who_has_lost_a_departure_is_asked_what_to_do(smtp: MailServer) -> None:
    office = make_office()
    booking_id = sell(0, office=office)
    found = disrupt(office.schedule_id, Plan("cancelled"), "Snow on the pass", CLERK)
    run_disruption(0, {"disruption_id": str(found)})

    tell("schedule.cancelled")
    tell("disruption.choice")

    (mail,) = smtp.messages
    (case,) = cases_of(found)
    assert mail["Subject"].startswith("Please choose: Lisboa – Porto, ")
    assert f"Choose now: {choice_address(case.id)}" in words(mail)
    assert "Reason: Snow on the pass" in words(mail)
    assert "after that we give the whole price back" in words(mail)
    assert f'href="{choice_address(case.id)}"' in mail.get_body(("html",)).get_content()
    assert booking_id == case.booking_id


def test_a_delay_with_a_choice_is_told_once(smtp: MailServer) -> None:
    office = make_office()
    sell(0, office=office)
    found = disrupt(office.schedule_id, Plan("delayed", delay_minutes=90), "Roadworks", CLERK)
    run_disruption(0, {"disruption_id": str(found)})

    tell("schedule.delayed")
    tell("disruption.choice")

    (mail,) = smtp.messages
    assert "You can stay with it, have the whole price back" in words(mail)
    assert "If you choose nothing, your booking stays as it is." in words(mail)


def test_who_has_chosen_already_is_not_asked(smtp: MailServer) -> None:
    office = make_office()
    sell(0, office=office)
    found = disrupt(office.schedule_id, Plan("cancelled"), "Snow on the pass", CLERK)
    run_disruption(0, {"disruption_id": str(found)})
    choose_for(found, Choosing("refund"), CLERK)

    tell("disruption.choice")

    assert smtp.messages == []


def test_who_is_next_in_line_is_told_what_is_held_and_until_when(smtp: MailServer) -> None:
    office = make_office(rows=1)
    sold = [sell(seat, office=office, holder=buyer(seat), email=None) for seat in range(4)]
    people = (Traveller(full_name="Ana"),)
    wish = JoinRequest(office.schedule_id, 0, 5, people, "api", "ana@example.org", language="ro")
    entry = join(wish, ACTOR)
    cancel_booking(sold[2], CLERK)
    assert serve() == 1

    tell("waiting.offered")

    (mail,) = smtp.messages
    assert smtp.recipients == [["ana@example.org"]]
    assert mail["Subject"].startswith("Locuri pentru dumneavoastră: Lisboa – Porto, ")
    assert f"Plătiți acum: {waiting_address(entry)}" in words(mail)
    assert "Loc: 1C" in words(mail)


def test_another_bay_is_told(smtp: MailServer) -> None:
    office = make_office()
    sell(0, office=office)
    with transaction() as session:
        session.execute(text("UPDATE schedules SET platform = '7b'"))
        outbox.publish("schedule.platform", {"schedule_id": str(office.schedule_id)})

    tell("schedule.platform")

    assert smtp.messages[0]["Subject"].startswith("Bay 7b: Lisboa – Porto, ")
    assert "Your departure leaves from Bay 7b." in words(smtp.messages[0])


def test_everybody_is_told_who_can_be(smtp: MailServer) -> None:
    """One address that the server refuses keeps nobody else from being told."""
    office = make_office()
    sell(0, office=office, email="gone@example.org")
    sell(1, office=office, email="bob@example.org", holder=BOB)
    smtp.refuse_recipient = {"gone@example.org": "550 no such mailbox"}
    _late(office.schedule_id, "departure_at + interval '35 minutes'")

    tell("schedule.delayed")

    assert smtp.recipients == [["bob@example.org"]]


def test_every_kind_of_the_outbox_that_has_words_can_be_told() -> None:
    """Whoever publishes a kind finds its handler."""
    for handler in HANDLERS.values():
        assert callable(handler.load())


def test_without_a_contact_nothing_is_published_when_a_hold_runs_out(clock: Clock) -> None:
    reserve(make_office().ask(0), ALICE, ACTOR)
    clock.move(minutes=16)
    sweep()

    assert (
        db.session.execute(select(OutboxEvent).where(OutboxEvent.kind == "reservation.expired")).first()
        is None
    )
    assert remind() == 0


def _late(schedule_id: UUID, estimate: str) -> None:
    with transaction() as session:
        session.execute(text(f"UPDATE schedules SET estimated_departure_at = {estimate}"))
        outbox.publish("schedule.delayed", {"schedule_id": str(schedule_id)})


def _days(count: int) -> timedelta:
    return timedelta(days=count, hours=1)


def _lisbon(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo('Europe/Lisbon')):%H:%M}"
