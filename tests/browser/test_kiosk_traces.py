"""Nothing of a traveller is left anywhere in the browser: after Done, after Stop, after nobody answered the warning."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.support.kiosk import Kiosk
from tests.support.traces import traces

pytestmark = pytest.mark.browser

NAME, ADDRESS = "Xenia Quarktasche", "xenia.quark@example.org"
#: What has to be as in a browser that nobody used.
EMPTY = {
    "window.name": "", "document.cookie": "", "history.state": "null", "localStorage": "{}", "sessionStorage": "{}",
    "caches": "[]", "indexedDB": "[]", "workers": "[]", "fields": "[]",
}  # fmt: skip


def done(kiosk: Kiosk) -> Iterator[str]:
    """After paying. Gives the words by which the traveller could be known, before leaving."""
    kiosk.go_on.click()
    kiosk.at("pay").go_on.click()
    kiosk.at("ticket")
    expect(kiosk.page.locator(".ticket img")).to_be_visible()
    yield str(kiosk.page.locator("#reference").get_attribute("data-reference"))
    kiosk.go_on.click()


def stop(kiosk: Kiosk) -> Iterator[str]:
    """At the payment, with everything typed and sent."""
    kiosk.go_on.click()
    kiosk.at("pay")
    yield NAME
    kiosk.page.click("#stop")


def time_out(kiosk: Kiosk) -> Iterator[str]:
    """In the middle of typing."""
    yield NAME
    kiosk.page.clock.run_for(61_000)
    expect(kiosk.page.locator(".dialog .count")).to_be_visible()
    kiosk.page.clock.run_for(21_000)


@pytest.mark.parametrize("leave", [done, stop, time_out])
def test_nothing_of_a_traveller_is_left_in_the_browser(
    new_kiosk: Callable[..., Kiosk], leave: Callable[[Kiosk], Iterator[str]]
) -> None:
    kiosk = new_kiosk()
    if leave is time_out:
        kiosk.page.clock.install()  # elsewhere the real one: this one remembers by itself who set a timer
    kiosk.open()
    before = traces(kiosk.page)
    kiosk.hold()
    typed(kiosk)
    assert NAME in str(traces(kiosk.page)), "what is searched in has the name as long as it is needed"
    way = leave(kiosk)
    known_by = next(way)
    next(way, None)
    kiosk.at("board")
    expect(kiosk.page.locator(".dep").first).to_be_visible()

    after = traces(kiosk.page)
    words = (NAME, *NAME.split(), ADDRESS, ADDRESS.split("@", maxsplit=1)[0], known_by)
    assert [(place, word) for place, kept in after.items() for word in words if word in kept] == []
    assert {place: after[place] for place in EMPTY} == EMPTY
    assert after["history.length"] == before["history.length"]
    assert after["address"] == before["address"]
    assert [cookie["name"] for cookie in kiosk.page.context.cookies() if not cookie["httpOnly"]] == []


def typed(kiosk: Kiosk) -> None:
    """Both fields, with real keys and with those on the screen: each may remember."""
    kiosk.page.focus("#email")
    kiosk.page.keyboard.type(ADDRESS)
    kiosk.page.focus("#name-0")
    for key in NAME[:5]:
        kiosk.page.locator(f'.keys .hg-button[data-skbtn="{key}"]').click()
    kiosk.page.keyboard.type(NAME[5:])
    expect(kiosk.page.locator("#name-0")).to_have_value(NAME)
