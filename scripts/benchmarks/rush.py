"""A thousand buyers arrive within two seconds for fifty seats: who wins, and how long the others wait to be told."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import text

from core.kernel.db import db
from scripts.benchmarks.bench import Bench, Call, Row
from scripts.benchmarks.calls import hold_call

BUYERS, SECONDS, SEATS = 1_000, 2.0, 50
GOAL_MS = 250.0

_DEADLOCKS = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
_HELD = text(
    "SELECT count(DISTINCT seat_id) FROM seat_locks WHERE schedule_id = :id AND expires_at > app_now()"
)


@dataclass(frozen=True)
class _Told:
    """What a buyer got: the status and code of the answer, and the milliseconds since arriving."""

    what: str
    after: float


def run(bench: Bench) -> list[Row]:
    """One line: losers told within the goal at p99, or it says what was wrong."""
    *_, rehearsal, schedule_id = bench.data.schedules
    _rush(bench, rehearsal)  # connections, plans
    deadlocks = _ask(bench, "deadlocks", schedule_id)
    told = _rush(bench, schedule_id)
    counts = Counter(each.what for each in told)
    wanted = {"201 held": SEATS, "409 seat_taken": BUYERS - SEATS}
    deadlocks = _ask(bench, "deadlocks", schedule_id) - deadlocks
    if counts != wanted or _ask(bench, "held", schedule_id) != SEATS or deadlocks:
        raise RuntimeError(f"{dict(counts)}, {deadlocks} deadlocks; wanted {wanted} and none")
    losers = sorted(each.after for each in told if each.what != "201 held")
    p99 = losers[int(0.99 * len(losers))]
    note = f"{SEATS} winners, no deadlock; losers told at p50 {losers[len(losers) // 2]:.0f} ms"
    what = f"{BUYERS:,} buyers in {SECONDS:.0f} s for {SEATS} seats, p99"
    return [Row(what, f"{GOAL_MS:.0f} ms", f"{p99:.0f} ms", GOAL_MS / p99, note)]


def _rush(bench: Bench, schedule_id: UUID) -> list[_Told]:
    seats = [str(seat) for seat in bench.data.seats[:SEATS]]
    with bench.app.app_context():
        calls = [hold_call(str(schedule_id), [seats[n % SEATS]]) for n in range(BUYERS)]
    random.Random(2).shuffle(calls)
    return asyncio.run(_all(bench.url, calls))


async def _all(url: str, calls: list[Call]) -> list[_Told]:
    chance = random.Random(1)
    return await asyncio.gather(*(_buy(url, call, chance.uniform(0, SECONDS)) for call in calls))


async def _buy(url: str, call: Call, wait: float) -> _Told:
    """Come after so long on a connection of one's own, ask once, and leave."""
    address = urlsplit(url)
    body = call.body.encode()
    lines = [f"POST {call.path} HTTP/1.1", f"Host: {address.netloc}", "Connection: close",
             "Content-Type: application/json", f"Content-Length: {len(body)}",
             *(f"{name}: {value}" for name, value in call.headers)]  # fmt: skip
    await asyncio.sleep(wait)
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    answer = await reader.read()
    after = 1000 * (time.perf_counter() - begun)
    writer.close()
    status = answer.split(b" ", 2)[1].decode()
    said = json.loads(answer.partition(b"\r\n\r\n")[2])
    return _Told(f"{status} {said.get('code', 'held')}", after)


def _ask(bench: Bench, what: str, schedule_id: UUID) -> int:
    with bench.app.app_context():
        statement = _DEADLOCKS if what == "deadlocks" else _HELD
        return int(db.session.execute(statement, {"id": schedule_id} if what == "held" else {}).scalar_one())
