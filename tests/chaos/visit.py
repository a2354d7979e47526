"""One traveller's dealings with the office over HTTP: the steps that deeds are made of. What the office answers is compared
with what it was asked, and remembered.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from core.proof.departures import LEGS, SEATS, Departures
from tests.chaos.tally import Tally

#: How the gateway behaves for them: well, twice, late, contradicting itself, short, not at all, or losing its answer.
MOODS = (
    "instant",
    "instant",
    "twice",
    "late",
    "failed_first",
    "failed_last",
    "short",
    "decline",
    "never",
    "lost",
)
#: Departures that nobody buys but those who crowd them, so that there are lines to stand in.
CROWDED = 12
Json = dict[str, Any]
Known = tuple[str, str, str]


class Refused(Exception):
    """The office said no, with a `code`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Pool:
    """What buyers know of crowded departures, shared: (schedule, id, right to it). Two may have the same one in hand."""

    def __init__(self) -> None:
        self._known: list[Known] = []
        self._guard = threading.Lock()

    def put(self, known: Known) -> None:
        with self._guard:
            self._known.append(known)

    def look(self, chance: random.Random, schedule: str | None = None) -> Known | None:
        """Any one, of this departure or of all."""
        with self._guard:
            found = [each for each in self._known if schedule in (None, each[0])]
            return chance.choice(found) if found else None

    def drop(self, known: Known) -> None:
        """It is over and done with. What an office that was killed has left half done is kept, and tried again."""
        with self._guard:
            self._known = [each for each in self._known if each != known]


@dataclass
class Ground:
    """What there is to buy and to pay with, for all buyers. `line` has places in lines with their proofs, `crowd` the bookings
    that fill the crowded departures with their guest sessions.
    """

    departures: Departures
    vouchers: Sequence[str] = ()
    line: Pool = field(default_factory=Pool)
    crowd: Pool = field(default_factory=Pool)

    @property
    def usual(self) -> Sequence[UUID]:
        return self.departures.schedules[:-CROWDED]

    @property
    def crowded(self) -> Sequence[UUID]:
        return self.departures.schedules[-CROWDED:]


@dataclass
class Visit:
    """A new guest at `http`; after the first hold the office knows them by their `session`."""

    http: httpx.Client
    chance: random.Random
    ground: Ground
    tally: Tally
    email: str | None = None
    session: str | None = None

    def ask(self, method: str, path: str, word: str, body: Json | None = None) -> httpx.Response:
        """One request. Raises Refused when it was answered with a code."""
        headers = {"X-Guest-Session": self.session} if self.session else {}
        answer = self.http.request(method, path, json=body, headers=headers)
        if not self.tally.went_well(answer, word):
            raise Refused(answer.json()["code"] if "code" in answer.text else "fault")
        return answer

    def hold(self, seats: int = 0, leg: Json | None = None) -> Json:
        """Hold so many seats (or one or two) of a departure."""
        wish = (leg or self.leg(seats or self.chance.choice((1, 1, 2)))) | {"contact_email": self.email}
        answer = self.ask("POST", "/reservations/create", "held", wish)
        self.session = answer.headers.get("X-Guest-Session", self.session)
        held: Json = answer.json()
        self.tally.promise("reservations", held["id"])
        return held

    def leg(self, seats: int, schedule: UUID | None = None) -> Json:
        """A wish for seats on a stretch of a departure."""
        first = self.chance.randrange(LEGS)
        return {
            "schedule_id": str(schedule or self.chance.choice(self.ground.usual)),
            "from_position": first,
            "to_position": self.chance.randint(first + 1, LEGS),
            "passengers": self.people(self.chance.sample(range(SEATS), seats)),
        }

    def people(self, seats: Sequence[int]) -> list[Json]:
        """Somebody on each of these seats."""
        return [{"seat_id": str(self.ground.departures.seats[at]), "full_name": "Chaos"} for at in seats]

    def pay(self, held: Json, mood: str | None = None) -> Json:
        """Begin to pay by card, in the gateway's moods."""
        behaviour = mood or self.chance.choice(MOODS)
        return self.initiate(held, {"method": "card", "behaviour": behaviour})

    def pay_by_voucher(self, held: Json, session: str | None = None) -> str:
        """Pay all of it with a voucher; returns the booking, which there is at once."""
        self.session = session or self.session
        how = {"method": "voucher", "voucher_code": self.chance.choice(self.ground.vouchers)}
        booking_id: str = self.initiate(held, how)["booking_id"]
        self.tally.promise("bookings", booking_id)
        return booking_id

    def initiate(self, held: Json, how: Json) -> Json:
        """Begin to pay; the office has to ask for the price that it named."""
        answer = self.ask("POST", "/payments/initiate", "paid", {"reservation_id": held["id"], **how})
        started: Json = answer.json()
        asked = sum(each["amount"]["amount"] for each in started["parts"] or [started])
        due = held.get("quote", {}).get("total", {}).get("amount", asked)
        self.tally.agree(asked == due, answer, f"asks for another price than {due}")
        voucher = how.get("method") == "voucher"
        self.tally.agree(bool(started["booking_id"]) >= voucher, answer, "paid, and no booking")
        return started

    def booked(self, held: Json) -> str:
        """Wait a while for the booking of a payment on its way. Raises Refused `not_booked`."""
        for _ in range(20):
            found = self.ask("GET", f"/reservations/{held['id']}", "looked").json()
            if found["booking_id"]:
                self.tally.promise("bookings", found["booking_id"])
                return str(found["booking_id"])
            time.sleep(0.1)
        raise Refused("not_booked")

    def cancel(self, booking_id: str, passengers: Sequence[str] = ()) -> None:
        """Look at what would come back, agree to it, and see that it was done so."""
        body: Json = {"passengers": list(passengers)} if passengers else {}
        path = f"/bookings/{booking_id}/cancel"
        shown = self.ask("POST", path, "previewed", body | {"preview": True}).json()
        answer = self.ask("POST", path, "cancelled", body | {"agreed_refund": shown["refund"]})
        done = answer.json()
        self.tally.promise("cancellations", done["id"])
        opened = sum(each["amount"]["amount"] for each in done["refunds"])
        self.tally.agree(opened == shown["refund"]["amount"], answer, f"gives back {opened}, not {shown}")
        now = self.ask("GET", f"/bookings/{booking_id}", "looked")
        expected = "confirmed" if passengers else "cancelled"
        self.tally.agree(now.json()["status"] == expected, now, f"is not {expected}")
