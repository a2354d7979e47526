"""Holds of two seats over HTTP, beside a bare one-statement view in the same run."""

from __future__ import annotations

import sys
from contextlib import ExitStack

from sqlalchemy import text

from core.kernel.db import db
from scripts.benchmarks.bench import Bench, Call, Load, Row, free_port, start
from scripts.benchmarks.calls import holds

GOAL = 1_000


def run(bench: Bench) -> list[Row]:
    """Two lines: the bare view and the hold."""
    bare = _bare(bench)
    bench.bare = bare.rate
    bench.load(holds(bench, 2_000), seconds=1)  # warm: plans, pools, prepared statements
    held = bench.load(holds(bench, bench.seconds * 3_000))
    _require_good(held)
    return [
        Row("bare one-statement Flask view", "", f"{bare.rate:,.0f}/s", None, f"one INSERT, same server and database; p50 {bare.p50:.1f} ms, p99 {bare.p99:.1f} ms; {bare.cpu}"),
        Row("hold of two seats", f"{max(GOAL, bare.rate / 2):,.0f}/s", f"{held.rate:,.0f}/s",
            held.rate / max(GOAL, bare.rate / 2),
            f"{bench.of_bare(held.rate)}p50 {held.p50:.1f} ms, p99 {held.p99:.1f} ms; {held.cpu}"),
    ]  # fmt: skip


def _bare(bench: Bench) -> Load:
    with bench.app.app_context(), db.engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE bench_bare (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz)")
        )
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", str(bench.workers), "-k", "core.kernel.serving.StayingWorker",
               "--threads", str(bench.threads), "--keep-alive", "5", "--reuse-port", "--log-level", "warning",
               "scripts.benchmarks.bare:application()"]  # fmt: skip
    with ExitStack() as stack:
        url = f"http://127.0.0.1:{port}"
        process = start(stack, command, {"DATABASE_URL": bench.settings.database_url}, f"{url}/bare")
        bench.load([Call("/bare")], url=url, seconds=1)
        return bench.load([Call("/bare")], url=url, processes={**bench.processes, "web": process})


def _require_good(load: Load) -> None:
    if load.failed > load.requests // 100:
        raise RuntimeError(f"{load.failed} of {load.requests} holds failed")
