"""A watcher of live seats over a real WebSocket: Engine.IO 4 and Socket.IO 5 as far as a watcher speaks them."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from simple_websocket import Client, ConnectionClosed

NAMESPACE = "/seats"


class Watcher:
    """Connects at once; `heard` has (event, data, seconds of the steady clock) in the order of arrival."""

    def __init__(self, url: str) -> None:
        self.heard: list[tuple[str, dict[str, Any], float]] = []
        self._socket = Client(url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket")
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        # Not after the greeting: the client shows that only with the next thing it receives.
        self._socket.send(f"40{NAMESPACE},")
        assert self._ready.wait(5), "the namespace was not opened"

    def say(self, event: str, data: object) -> None:
        self._socket.send(f"42{NAMESPACE}," + json.dumps([event, data]))

    def join(self, schedule_id: UUID) -> dict[str, Any]:
        """Watch a schedule; gives the snapshot."""
        before = len(self.named("snapshot"))
        self.say("join", {"schedule_id": str(schedule_id)})
        return self.hear("snapshot", lambda all_: len(all_) > before)[-1]

    def named(self, event: str) -> list[dict[str, Any]]:
        return [data for name, data, _ in self.heard if name == event]

    def hear(
        self, event: str, enough: Callable[[list[dict[str, Any]]], bool] = bool, seconds: float = 5
    ) -> list[dict[str, Any]]:
        """Wait until the messages of that name are enough; gives them."""
        end = time.monotonic() + seconds
        while not enough(self.named(event)):
            assert time.monotonic() < end, f"not heard in {seconds} s; so far {self.heard}"
            time.sleep(0.01)
        return self.named(event)

    def state_of(self, seat: UUID, leg: int) -> str:
        """What this watcher knows of a seat on a leg, from the last snapshot and the deltas after it."""
        state = "available"
        for name, data, _ in self.heard:
            if name == "snapshot" or data.get("whole"):
                state = "available"
            for change in data.get("changes", []):
                if change["seat"] == str(seat) and change["from_leg"] <= leg < change["to_leg"]:
                    state = change["state"]
        return state

    def close(self) -> None:
        with suppress(ConnectionClosed):
            self._socket.close()
        self._thread.join(2)

    def _listen(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                self._take(str(self._socket.receive()))

    def _take(self, packet: str) -> None:
        if packet == "2":
            self._socket.send("3")
        elif packet.startswith(f"40{NAMESPACE}"):
            self._ready.set()
        elif packet.startswith(f"42{NAMESPACE},"):
            name, data = json.loads(packet.split(",", 1)[1])
            self.heard.append((name, data, time.monotonic()))
