"""How a day of chaos ends: everything that is due is done, every invariant holds, and everybody has had their mail."""

from contextlib import suppress

from flask import Flask
from sqlalchemy import text

from core.app import create_app
from core.booking.errors import NotActive
from core.booking.expire import sweep
from core.booking.parts import give_up_abandoned
from core.booking.reconcile import reconcile
from core.booking.waiting import leave
from core.booking.waiting_serve import serve
from core.jobs.handlers import HANDLERS
from core.jobs.relay import Relay
from core.kernel import outbox
from core.kernel.activity import SYSTEM
from core.kernel.db import db, fetch
from core.payments.gateways.catalogue import gateway
from core.proof.invariants import broken
from tests.chaos.house import House


def settle_everything(house: House) -> None:
    """What cron and a worker would do in the next minutes, with the clock moved on by ten of them."""
    for name in ("web", "worker", "cron"):
        house.kill(name)
    with house.engine.connect() as connection:
        connection.execute(text("ALTER DATABASE bookinghall SET bookinghall.clock_shift = '10 minutes'"))
    app = create_app(house.settings.model_copy(update={"redis_url": None}))
    with app.app_context():
        send_the_lines_home()
        for _ in range(4):
            serve()
            sweep(10_000)
            give_up_abandoned(10_000)
            reconcile(10_000)
            while outbox.waiting(tuple(HANDLERS), limit=1) and Relay().round():
                pass
        check_the_end(app)
        db.session.remove()
        db.engine.dispose()


def send_the_lines_home() -> None:
    """Nobody waits any longer; what was offered and not paid for is free."""
    for entry in fetch("SELECT id FROM waiting_entries WHERE status IN ('waiting', 'offered')"):
        with suppress(NotActive):
            leave(entry.id, SYSTEM)


def check_the_end(app: Flask) -> None:
    """Nothing is open, and the gateway has no money that the office does not know of."""
    found = [str(each) for each in broken(db.session.connection())]
    assert found == [], found
    open_ones = text(
        "SELECT (SELECT count(*) FROM reservations WHERE status = 'active'), (SELECT count(*) FROM refunds"
        " WHERE status = 'pending'), (SELECT count(*) FROM outbox WHERE done_at IS NULL AND kind <> 'seats.changed')"
    )
    assert tuple(db.session.execute(open_ones).one()) == (0, 0, 0)
    unpaid = text("SELECT id FROM payments WHERE status IN ('pending', 'failed')")
    for payment_id in db.session.execute(unpaid).scalars().all():
        answer = gateway("simulated").find(payment_id)
        assert answer is None or answer.status != "completed", f"payment {payment_id} was taken and forgotten"


def unread(house: House) -> set[str]:
    """Message-IDs of what counts as sent, or should be, and never arrived at the mail server."""
    arrived = {str(mail["Message-ID"]).strip("<").partition("@")[0] for mail in house.mail.messages}
    with house.engine.connect() as connection:
        return {str(each) for each in connection.execute(text("SELECT id FROM messages")).scalars()} - arrived
