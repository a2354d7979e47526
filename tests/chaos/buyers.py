"""Buyers over HTTP who do not mind that the office is being shot at: they note what they were told, and go on."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from core.proof.departures import LEGS, SEATS, Departures

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


@dataclass
class Buyers:
    """Threads that buy until `stop`; `holds` are the reservations that the office said it had made."""

    url: str
    departures: Departures
    seed: int
    number: int = 4
    chance_of_mail: float = 0.1
    holds: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._threads = [
            threading.Thread(target=self._buy, args=(at,), daemon=True) for at in range(self.number)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let them finish what they are at."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)

    def _buy(self, number: int) -> None:
        chance = random.Random(f"{self.seed}-{number}")
        while not self._stopping.is_set():
            try:
                with httpx.Client(base_url=f"{self.url}/api/v1", timeout=10) as http:
                    self._sale(http, chance)
            except httpx.HTTPError as error:
                self._note(type(error).__name__)
                self._stopping.wait(0.2)

    def _sale(self, http: httpx.Client, chance: random.Random) -> None:
        held = http.post("/reservations/create", json=self._wish(chance))
        if not self._went_well(held, "held"):
            return
        reservation = held.json()["id"]
        with self._guard:
            self.holds.append(reservation)
        headers = {"X-Guest-Session": held.headers["X-Guest-Session"]}
        if chance.random() < 0.15:
            self._went_well(http.delete(f"/reservations/{reservation}", headers=headers), "given up")
            return
        intent = {"reservation_id": reservation, "method": "card", "behaviour": chance.choice(MOODS)}
        self._went_well(http.post("/payments/initiate", json=intent, headers=headers), "paid")

    def _wish(self, chance: random.Random) -> dict[str, Any]:
        first = chance.randrange(LEGS)
        seats = chance.sample(range(SEATS), chance.choice((1, 1, 2)))
        return {
            "schedule_id": str(chance.choice(self.departures.schedules)),
            "from_position": first,
            "to_position": chance.randint(first + 1, LEGS),
            "passengers": [
                {"seat_id": str(self.departures.seats[seat]), "full_name": "Chaos"} for seat in seats
            ],
            "contact_email": "traveller@proof.example" if chance.random() < self.chance_of_mail else None,
        }

    def _went_well(self, answer: httpx.Response, word: str) -> bool:
        """An answer is good, a refusal with a code, or a fault: the office may be away, but it may not stumble."""
        self._note(word if answer.is_success else str(answer.status_code))
        if answer.status_code == 500 or (not answer.is_success and "code" not in answer.text):
            self.faults.append(f"{answer.request.url} {answer.status_code} {answer.text[:300]}")
        return answer.is_success

    def _note(self, word: str) -> None:
        with self._guard:
            self.outcomes[word] += 1
