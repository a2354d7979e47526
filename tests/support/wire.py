"""What a screen costs: bytes over the wire, layout that moves by itself, and how long a touch takes until it is seen.

Chromium itself says all of it: its network log (what came, compressed as it came, headers included) and the page's own
performance entries (layout-shift, event). Fingers touch places, not elements: a driver that looks for elements works in
the page, whose processor is slowed, and would be measured as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

#: Kept by the page from its first moment. Shifts right after a touch belong to the touch, as browsers count them.
_WATCH = """
  window.seen = { shifts: [], touches: [] };
  const watch = (options, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ buffered: true, ...options });
  watch({ type: "layout-shift" }, ({ value, hadRecentInput, sources }) => {
    if (!hadRecentInput) seen.shifts.push([value, sources.map(({ node }) => node?.id || node?.className || node?.nodeName || "?").join(" ")]);
  });
  watch({ type: "event", durationThreshold: 16 }, ({ interactionId, duration }) => { if (interactionId) seen.touches.push(duration); });
"""
#: Two frames and a turn of the event loop later every entry of what was drawn has arrived.
_SEEN = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100))));
  const was = seen;
  window.seen = { shifts: [], touches: [] };
  return was;
}"""
#: Where a finger touches an element.
MIDDLE = """(selector) => {
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}"""


@dataclass
class Cost:
    """Of one step: what came over the wire, what moved, and the slowest interaction in milliseconds."""

    answers: list[tuple[int, str]]
    shifts: list[tuple[float, str]]
    touch: float

    @property
    def received(self) -> int:
        return sum(size for size, _ in self.answers)

    @property
    def shift(self) -> float:
        return sum(value for value, _ in self.shifts)


@dataclass
class Wire:
    """Watches a page that has not been opened yet."""

    page: Page
    _addresses: dict[str, str] = field(default_factory=dict)
    _answers: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_WATCH)
        self._cdp = self.page.context.new_cdp_session(self.page)
        self._cdp.on("Network.requestWillBeSent", self._asked)
        self._cdp.on("Network.loadingFinished", self._came)
        self._cdp.send("Network.enable")

    def slow_down(self, times: int) -> None:
        """As if the processor were so many times slower."""
        self._cdp.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def touch(self, selector: str, shows: str) -> Cost:
        """Touch the element and wait until the page shows another; gives what that cost."""
        self.page.mouse.click(*self.page.evaluate(MIDDLE, selector))
        self.page.wait_for_timeout(1000)  # nothing is asked of the page while it works
        self.page.wait_for_selector(shows)
        return self.step()

    def step(self) -> Cost:
        """What it cost since the last step; waits until the network is quiet."""
        self.page.wait_for_load_state("networkidle")
        seen = self.page.evaluate(_SEEN)
        answers, self._answers = self._answers, []
        return Cost(sorted(answers, reverse=True), seen["shifts"], max(seen["touches"], default=0.0))

    def _asked(self, event: dict[str, Any]) -> None:
        self._addresses[event["requestId"]] = event["request"]["url"]

    def _came(self, event: dict[str, Any]) -> None:
        address = self._addresses.get(event["requestId"], "")
        if event["encodedDataLength"] and address.startswith("http"):
            self._answers.append((int(event["encodedDataLength"]), address))


#: The way of somebody who buys at a kiosk: the step that comes, what is touched for it, and what it then shows.
WAY = (
    ("seats", ".dep.on_sale", '#seat-map [data-mark="mine"]'),
    ("details", "#go-on", '[data-step="details"] .keys'),
    ("payment", "#go-on", '[data-step="pay"] .method'),
    ("ticket", "#go-on", '[data-step="ticket"] .ticket img'),
    ("board again", "#go-on", '[data-step="board"] .dep'),
)

#: Milliseconds after the first screen in which all that later steps need has surely been asked for.
LOADED_AHEAD = 3500
