"""Channels beside mail at the desk: the queue shows which, the operator's page has the webhook, the link shows the tickets."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from core.booking.links import ticket_address
from core.kernel.db import db
from core.kernel.outbox import OutboxEvent
from core.messages.models import Message
from core.messages.webhooks import secret_of
from core.timetable.models import Operator
from core.timetable.service.operators import change_operator
from tests.admin.conftest import SignIn
from tests.support.database import Sessions
from tests.support.factories import CLERK, make_office
from tests.support.sales import sell


def test_the_queue_shows_the_channel_and_each_is_sent_again_its_own_way(
    sign_in: SignIn, db_session: Sessions
) -> None:
    to = {"sms": "+351912345678", "webhook": "https://example.org/in", "email": "a@example.org"}
    for channel, recipient in to.items():
        db.session.add(
            Message(cause=f"x:{channel}", kind="booking.confirmed", channel=channel, recipient=recipient, status="failed")
        )  # fmt: skip
    db.session.commit()
    browser = sign_in("agent")
    for channel, recipient in to.items():
        page = browser.get(f"/admin/messages/?channel={channel}").text
        assert [each in page for each in to.values()] == [each == recipient for each in to.values()]
    browser.post("/admin/messages/resend-failed")
    queued = db.session.scalars(select(OutboxEvent.kind).where(OutboxEvent.kind.endswith(".send")))
    assert sorted(queued) == ["message.send", "sms.send", "webhook.send"]
    one = db.session.scalars(select(Message.id).where(Message.channel == "sms")).one()
    assert re.search(r"<dt>By</dt><dd>sms</dd>", browser.get(f"/admin/messages/{one}/").text)


def test_the_operators_page_shows_the_secret_to_who_may_change_it(
    sign_in: SignIn, db_session: Sessions
) -> None:
    office = make_office()
    address = f"/admin/operators/edit/?id={office.operator_id}"
    secret = secret_of(office.operator_id, 1)
    browser = sign_in("manager")
    assert secret not in browser.get(address).text
    change_operator(office.operator_id, CLERK, webhook_url="https://example.org/in")
    assert secret in browser.get(address).text
    change_operator(office.operator_id, CLERK, webhook_key=2)
    page = browser.get(address).text
    assert secret not in page
    assert secret_of(office.operator_id, 2) in page
    assert sign_in("gate").get(address).status_code == 403
    assert db.session.scalars(select(Operator.webhook_key)).one() == 2


def test_a_link_shows_the_tickets_to_who_has_it(client: FlaskClient, db_session: Sessions) -> None:
    booking_id, other = sell(0), sell(0)
    address = "/" + ticket_address(booking_id).split("/", 3)[3]
    page = client.get(address)
    assert page.status_code == 200
    assert "Lisboa" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    proof = address.rpartition("/")[2]
    for wrong in (
        address[:-1] + ("0" if address[-1] != "0" else "1"),
        f"/ticket/{other}/{proof}",
        f"/ticket/{booking_id}/ș",
    ):
        assert client.get(wrong).status_code == 404
