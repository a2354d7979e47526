"""Buyers over HTTP who do not mind that the office is being shot at: they note what they were told, and go on."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from tests.chaos.deeds import SIMPLE, Deed
from tests.chaos.tally import Tally
from tests.chaos.visit import Ground, Refused, Visit


@dataclass
class Buyers:
    """Threads that do the deeds of a purse, chosen by weight, every other time one of those that are still undone, until `stop`."""

    url: str
    ground: Ground
    seed: int
    number: int = 4
    chance_of_mail: float = 0.1
    purse: Mapping[str, Deed] = field(default_factory=lambda: SIMPLE)
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._buy, args=(at,), daemon=True) for at in range(self.number)
        ]

    @property
    def undone(self) -> list[str]:
        """Deeds of the purse that nobody has carried out yet."""
        return [name for name in self.purse if not self.tally.deeds[name]]

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
                # Everybody comes from an address of their own, as travellers do.
                address = {"X-Forwarded-For": f"10.{chance.randrange(256)}.{chance.randrange(256)}.1"}
                with httpx.Client(base_url=f"{self.url}/api/v1", timeout=10, headers=address) as http:
                    self._visit(http, chance)
            except httpx.HTTPError as error:
                self.tally.note(type(error).__name__)
                self._stopping.wait(0.2)

    def _visit(self, http: httpx.Client, chance: random.Random) -> None:
        undone = self.undone if chance.random() < 0.5 else []
        names = undone or list(self.purse)
        (name,) = chance.choices(names, [self.purse[each].weight for each in names])
        email = "traveller@proof.example" if chance.random() < self.chance_of_mail else None
        visit = Visit(http, chance, self.ground, self.tally, email)
        try:
            if self.purse[name].do(visit):
                self.tally.done(name)
        except Refused:
            self._stopping.wait(0.05)
