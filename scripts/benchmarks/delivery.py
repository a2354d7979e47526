"""What a kiosk's screens cost on their way and on their machine: bytes over the wire, moving layout, touches.

Somebody buys a ticket several times in one Chromium. The first load is everything that came until the network was quiet,
with what is loaded ahead for later steps; it is measured at full speed, the touches with the processor slowed four times.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from core.kernel.bundle import missing_bundle
from scripts.benchmarks.bench import Bench, Row
from scripts.benchmarks.kiosk import SLOWED, paired
from tests.support.browser import CHROMIUM_FLAGS, chromium_path
from tests.support.wire import LOADED_AHEAD, WAY, Cost, Wire

FIRST_LOAD = 150_000
LATER_SCREEN = 30_000
TOUCH_MS = 100.0
TIMES = 5
_PANEL = {"width": 1080, "height": 1920}


def run(bench: Bench) -> list[Row]:
    """The first load, each step of buying, what moved by itself, and the slowest part of each touch."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        first, *ways = _walk(browser, bench)
        browser.close()
    steps = {name: [way[name] for way in ways] for name, _, _ in WAY}
    return [
        _first_load(first["board"]),
        *(_later(name, costs[0]) for name, costs in steps.items()),
        _moved([*first.values(), *(cost for costs in steps.values() for cost in costs)]),
        *(_touched(name, costs) for name, costs in steps.items()),
    ]


def _walk(browser: Browser, bench: Bench) -> Iterator[dict[str, Cost]]:
    context = browser.new_context(viewport=_PANEL, locale="en-GB")  # type: ignore[arg-type]  # a size is a plain mapping here
    context.add_cookies([paired(bench)])
    wire = Wire(context.new_page())
    wire.page.goto(f"{bench.url}/kiosk/")
    wire.page.wait_for_selector(".dep.on_sale")
    wire.page.wait_for_timeout(LOADED_AHEAD)
    yield {"board": wire.step()}
    wire.slow_down(SLOWED)
    for _ in range(TIMES):
        yield {name: wire.touch(target, shows) for name, target, shows in WAY}


def _first_load(cost: Cost) -> Row:
    note = missing_bundle() or f"{len(cost.answers)} requests, with what is loaded ahead for later steps"
    return _bytes("first load over the wire", FIRST_LOAD, cost, note)


def _later(name: str, cost: Cost) -> Row:
    return _bytes(f"{name} over the wire", LATER_SCREEN, cost, f"{len(cost.answers)} requests")


def _bytes(what: str, goal: int, cost: Cost, note: str) -> Row:
    measured = f"{cost.received / 1000:.1f} kB"
    return Row(f"kiosk: {what}", f"{goal / 1000:.0f} kB", measured, goal / max(1, cost.received), note)


def _moved(costs: list[Cost]) -> Row:
    moved = sum(cost.shift for cost in costs)
    worst = max((shift for cost in costs for shift in cost.shifts), default=None)
    note = f"worst: {worst[1]}" if worst else f"{TIMES} ways from the board to the ticket and back"
    return Row("kiosk: cumulative layout shift", "0", f"{moved:.3f}", 0.0 if moved else 1.0, note)


def _touched(name: str, costs: list[Cost]) -> Row:
    touches = [cost.touch for cost in costs]
    found = median(touches)
    note = f"Chromium slowed {SLOWED} times; the first {touches[0]:.0f} ms, the slowest {max(touches):.0f} ms"
    return Row(
        f"kiosk: touch for {name} to next paint",
        f"{TOUCH_MS:.0f} ms",
        f"{found:.0f} ms",
        TOUCH_MS / max(1.0, found),
        note,
    )
