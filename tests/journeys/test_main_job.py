"""The main job, end to end: a real timetable is imported, a traveller buys a seat, the ticket arrives by mail, its code
convinces a scanner, and the books balance. Real processes, a real gateway, a real mail server; nothing is stood in for.
"""

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from core.kernel.db import db
from core.kernel.settings import PROJECT_ROOT, Settings
from core.tickets.keys import public_keys
from core.tickets.qr import verify
from tests.support.codes import codes_in_pdf
from tests.support.gateway import GatewayProcess
from tests.support.mail import MailServer
from tests.support.processes import Start, eventually
from tests.support.web import LiveServer

FEED = PROJECT_ROOT / "tests/data/gtfs/boston-harbor-2018/boston-harbor-2018.zip"


def import_feed(settings: Settings) -> str:
    command = [sys.executable, "-m", "core.cli", "import-gtfs", str(FEED), "--shift-to-today", "--days", "8"]
    done = subprocess.run(
        [*command, "--currency", "USD", "--base", "19.95"],
        cwd=PROJECT_ROOT,
        env={**os.environ, **settings.environment()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Traveller:
    """Somebody with a browser or an app, who only knows the API."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url + "/api/v1", timeout=20)
        self._session: dict[str, str] = {}

    def get(self, path: str, **query: Any) -> Any:
        return self._answer(self._http.get(path, params=query, headers=self._session))

    def post(self, path: str, body: Any = None) -> Any:
        return self._answer(self._http.post(path, json=body or {}, headers=self._session))

    def _answer(self, response: httpx.Response) -> Any:
        assert response.is_success, f"{response.request.url}: {response.text}"
        if "X-Guest-Session" in response.headers:
            self._session = {"X-Guest-Session": response.headers["X-Guest-Session"]}
        return response.json()

    def find_departure(self) -> dict[str, Any]:
        """The first ferry from Long Wharf to an island on one of the next days."""
        origin = self.get("/places", q="long wharf")["places"][0]
        island = self.get("/places", q="georges")["places"][0]
        for days in range(1, 8):
            day = date.today() + timedelta(days=days)  # noqa: DTZ011 - a day of the traveller's calendar
            found = self.get(
                "/schedules/search", origin=origin["id"], destination=island["id"], date=day.isoformat()
            )
            if found["connections"]:
                return dict(found["connections"][0])
        raise AssertionError("no ferry within a week")

    def hold(self, departure: dict[str, Any], count: int) -> dict[str, Any]:
        """The first free seats, for people with names that need more than ASCII."""
        schedule, first, last = (departure[k] for k in ("schedule_id", "from_position", "to_position"))
        seats = self.get(f"/schedules/{schedule}/seats", **{"from": first, "to": last})["seats"]
        free = [seat["id"] for seat in seats if seat["state"] == "available"][:count]
        details = {"document_kind": "passport", "document_number": "X1234567", "phone": "+16175550123"}
        people = [
            {"seat_id": seat, "full_name": name, "details": details}
            for seat, name in zip(free, ("Zoë Ångström", "Đặng Văn Lâm"), strict=False)
        ]
        wanted = {"schedule_id": schedule, "from_position": first, "to_position": last, "passengers": people}
        return dict(self.post("/reservations/create", {**wanted, "contact_email": "zoe@example.org"}))


def press_succeed(pay_url: str) -> None:
    """What a person does on the pay page, with the cookie and the hidden field of its form."""
    with httpx.Client() as browser:
        page = browser.get(pay_url).text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        answer = browser.post(f"{pay_url}/succeed", data=hidden)
    assert answer.status_code < 400, answer.text


def test_from_a_real_timetable_to_a_ticket_in_the_mail(
    live_server: LiveServer, gateway_process: GatewayProcess, smtp_server: MailServer, start: Start
) -> None:
    settings = live_server.app.config["SETTINGS"]
    report = import_feed(settings)
    assert "schedules" in report.lower()
    mailing = settings.model_copy(update={"smtp_host": smtp_server.host, "smtp_port": smtp_server.port})
    start("worker", mailing).wait_for("worker_ready")

    traveller = Traveller(live_server.url)
    held = traveller.hold(traveller.find_departure(), 2)
    payment = traveller.post("/payments/initiate", {"reservation_id": held["id"], "method": "card"})
    press_succeed(payment["pay_url"])

    eventually(lambda: traveller.get(f"/reservations/{held['id']}")["status"] == "confirmed")
    booking = traveller.post("/bookings/create", {"reservation_id": held["id"]})
    assert booking["total"] == held["quote"]["total"]

    eventually(lambda: bool(smtp_server.messages))
    (mail,) = smtp_server.messages
    assert smtp_server.recipients == [["zoe@example.org"]]
    (pdf,) = [part.get_content() for part in mail.walk() if part.get_content_type() == "application/pdf"]
    codes = [code for page in codes_in_pdf(pdf) for code in page]
    with live_server.app.app_context():
        keys = public_keys()
    seats = {verify(code, keys).seat for code in codes}
    assert seats == {passenger["seat_number"] for passenger in booking["passengers"]}
    assert len(codes) == 2

    with live_server.app.app_context():
        accounts: dict[str, int] = dict(
            db.session.execute(text("SELECT account, sum(amount) FROM ledger_entries GROUP BY 1")).all()
        )
        db.session.remove()
    assert sum(accounts.values()) == 0
    assert accounts["gateway_receivable"] == booking["total"]["amount"]
    assert datetime.fromisoformat(booking["confirmed_at"]) <= datetime.now(UTC) + timedelta(minutes=1)
