"""A kiosk that is dark in the evening by the clock of its station, and turns while it stands there."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from core.accounts.kiosk_rules import is_dark
from core.kernel.clock import now
from tests.browser.conftest import Till
from tests.browser.test_kiosk_barriers import set_up
from tests.support.kiosk import Kiosk

pytestmark = pytest.mark.browser


def test_it_turns_with_the_hour(till: Till, new_kiosk: Callable[..., Kiosk]) -> None:
    kiosk = new_kiosk()
    with till.server.app.app_context():
        set_up(theme="clock")
        here = now().astimezone(ZoneInfo("Europe/Lisbon"))
    dark = is_dark("clock", here.hour)
    hours = next(n for n in range(24) if is_dark("clock", (here + timedelta(hours=n)).hour) != dark)
    kiosk.page.clock.install()
    kiosk.open()
    shows = "(theme) => (document.documentElement.dataset.theme ?? '') === theme"
    kiosk.page.wait_for_function(shows, arg="dark" if dark else "")

    kiosk.page.clock.fast_forward(hours * 3_600_000)
    kiosk.page.clock.run_for(1000)
    kiosk.page.wait_for_function(shows, arg="" if dark else "dark")
