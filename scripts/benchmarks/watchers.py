"""Seats that change in front of a thousand browsers: real Socket.IO clients at the live process, holds at the web process.

The watchers look at twenty departures, each of which changes once a second. What counts is the time from asking for a hold
to hearing of it, holding included.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from contextlib import ExitStack
from typing import Any

import socketio

from core.payments.gateways.simulated.line import Line
from scripts.benchmarks.bench import Bench, Call, Row, free_port, start
from scripts.benchmarks.calls import hold_call
from scripts.benchmarks.cpu import per_call, used

GOAL_MS = 150.0
WATCHERS = 1_000
DEPARTURES = 20
A_SECOND = 20
_AT_ONCE = 25
#: The last departures are those of the rush.
_OTHERS = 10


class _Crowd:
    """The watchers, and when each change was asked for and heard of."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clients: list[socketio.AsyncClient] = []
        self._asked: dict[tuple[str, str], float] = {}
        self.delays: list[float] = []

    async def come(self, schedules: list[str]) -> None:
        """All join, some at a time."""
        waiting = [schedules[number % len(schedules)] for number in range(WATCHERS)]
        while waiting:
            await asyncio.gather(*(self._join(each) for each in waiting[:_AT_ONCE]))
            del waiting[:_AT_ONCE]

    async def _join(self, schedule_id: str) -> None:
        client = socketio.AsyncClient(reconnection=False)
        snapshot = asyncio.Event()
        told: set[str] = set()
        client.on("snapshot", lambda _: snapshot.set(), namespace="/seats")
        client.on("seats", lambda message: self._hear(schedule_id, message, told), namespace="/seats")
        await client.connect(self._url, transports=["websocket"], namespaces=["/seats"])
        await client.emit("join", {"schedule_id": schedule_id}, namespace="/seats")
        await asyncio.wait_for(snapshot.wait(), 10)
        self._clients.append(client)

    def ask(self, call: Call) -> None:
        """A hold is about to be asked for."""
        body = json.loads(call.body)
        self._asked[body["schedule_id"], body["passengers"][0]["seat_id"]] = time.perf_counter()

    def _hear(self, schedule_id: str, message: dict[str, Any], told: set[str]) -> None:
        heard = time.perf_counter()
        for seat in {change["seat"] for change in message["changes"]} - told:
            asked = self._asked.get((schedule_id, seat))
            if asked is not None:
                told.add(seat)
                self.delays.append(1000 * (heard - asked))

    async def leave(self) -> None:
        """All go."""
        await asyncio.gather(*(client.disconnect() for client in self._clients))


def run(bench: Bench) -> list[Row]:
    """One line."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * WATCHERS)), hard))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "core.cli", "live", "--port", str(port)]
    with ExitStack() as stack:
        live = start(stack, command, bench.settings.environment(), f"{url}/health")
        watched = {**bench.processes, "live": live}
        delays, changes, spent = asyncio.run(_measure(bench, url, watched))
    if len(delays) < 0.99 * changes * WATCHERS / DEPARTURES:
        raise RuntimeError(f"{len(delays)} of {changes * WATCHERS // DEPARTURES} messages were heard")
    delays.sort()
    p99 = delays[int(0.99 * len(delays))]
    note = f"{DEPARTURES} departures; p50 {delays[len(delays) // 2]:.0f} ms from asking for the hold to its sight; {spent}"
    what = f"seat change to {WATCHERS:,} watchers, {A_SECOND} a second, p99"
    return [Row(what, f"{GOAL_MS:.0f} ms", f"{p99:.0f} ms", GOAL_MS / p99, note)]


async def _measure(bench: Bench, url: str, watched: dict[str, int]) -> tuple[list[float], int, str]:
    """Delays in milliseconds, how many changes there were, and what each cost."""
    schedules = [str(each) for each in bench.data.schedules[-DEPARTURES - _OTHERS : -_OTHERS]]
    crowd = _Crowd(url)
    await crowd.come(schedules)
    calls = _holds(bench, schedules, A_SECOND * (bench.seconds + 1))
    await _hold_all(bench, crowd, calls[:A_SECOND])  # warm
    crowd.delays.clear()
    before = used(watched)
    await _hold_all(bench, crowd, calls[A_SECOND:])
    spent = per_call(before, used(watched), len(calls) - A_SECOND)
    delays = list(crowd.delays)
    await crowd.leave()
    return delays, len(calls) - A_SECOND, spent


def _holds(bench: Bench, schedules: list[str], count: int) -> list[Call]:
    """A seat of one departure after the other, each by another guest."""
    with bench.app.app_context():
        return [
            hold_call(schedules[number % DEPARTURES], [str(bench.data.seats[number // DEPARTURES])])
            for number in range(count)
        ]


async def _hold_all(bench: Bench, crowd: _Crowd, calls: list[Call]) -> None:
    """At an even pace; then wait until the last one was heard of."""
    http = Line(connect=2.0, read=10.0)
    begun, asked = time.perf_counter(), []
    for number, call in enumerate(calls):
        await asyncio.sleep(max(0.0, begun + number / A_SECOND - time.perf_counter()))
        crowd.ask(call)
        asked.append(asyncio.create_task(asyncio.to_thread(_hold, http, bench.url, call)))
    await asyncio.gather(*asked)
    await asyncio.sleep(1)


def _hold(http: Line, url: str, call: Call) -> None:
    headers = {"Content-Type": "application/json", **dict(call.headers)}
    answer = http.ask(call.method, url + call.path, headers, call.body.encode())
    if answer.status != 201:
        raise RuntimeError(f"a hold was answered {answer.status}")
