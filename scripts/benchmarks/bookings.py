"""Complete bookings over HTTP: hold, pay at the simulated gateway, its signed webhook, tickets issued."""

from __future__ import annotations

import json
import subprocess
import time

from sqlalchemy import text

from core.kernel.db import db
from scripts.benchmarks.bench import Bench, Row
from scripts.benchmarks.calls import holds
from scripts.benchmarks.cpu import per_call, used

GOAL = 250
_COUNT = text("SELECT (SELECT count(*) FROM bookings), (SELECT count(*) FROM tickets)")


def run(bench: Bench) -> list[Row]:
    """One line: bookings that exist at the end, with a ticket for each passenger."""
    _buy(bench, 1)
    before, _ = _counts(bench)
    cpu = used(bench.processes)
    seconds = _buy(bench, bench.seconds)
    after, tickets = _counts(bench)
    spent = per_call(cpu, used(bench.processes), after - before)
    if tickets != 2 * after:
        raise RuntimeError(f"{after} bookings have {tickets} tickets")
    rate = (after - before) / seconds
    note = f"{bench.of_bare(rate)}two tickets each, the gateway is on this machine, too; {spent}"
    return [Row("complete booking", f"{GOAL}/s", f"{rate:,.0f}/s", rate / GOAL, note)]


def _buy(bench: Bench, seconds: int) -> float:
    """Hold and pay as fast as it goes; returns how long it took."""
    script = bench.folder / "buyers.tsv"
    with script.open("w", encoding="utf-8") as file:
        for call in holds(bench, seconds * 1_000, guests=False):
            file.write(f"{call.path}\t{call.body}\n")
    begun = time.monotonic()
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--timeout", "10s", "-s", "scripts/benchmarks/bookings.lua",
               bench.url, "--", str(script)]  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    lasted = time.monotonic() - begun
    found = json.loads(done.stdout.rpartition("RESULT ")[2])
    if found["failed"] > found["requests"] // 100:
        raise RuntimeError(f"{found['failed']} of {found['requests']} requests failed")
    _wait_for_webhooks(bench)
    return lasted


def _wait_for_webhooks(bench: Bench) -> None:
    last = -1
    while (count := _counts(bench)[0]) != last:
        last = count
        time.sleep(0.5)


def _counts(bench: Bench) -> tuple[int, int]:
    with bench.app.app_context():
        bookings, tickets = db.session.execute(_COUNT).one()
    return bookings, tickets
