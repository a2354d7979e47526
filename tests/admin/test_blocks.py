"""Blocking seats from a departure's page: who may, what is said, and what hostile forms come to."""

from datetime import UTC, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from core.inventory.queries import seat_map
from core.kernel.clock import now
from core.reporting.seats import seat_claims
from tests.admin.conftest import SignIn
from tests.support.factories import Office


def blocked(office: Office) -> list[str]:
    return [seat.number for seat in seat_map(office.schedule_id, 0, 5).seats if seat.state == "blocked"]


def form(office: Office, **changed: str) -> dict[str, str]:
    return {
        "seats": str(office.seats[0]), "first": "0", "last": "5", "reason": "Broken", "until": "",
        "deed": "block", **changed,
    }  # fmt: skip


def test_a_manager_keeps_a_seat_back_until_a_time_on_the_operators_clock(
    office: Office, sign_in: SignIn
) -> None:
    browser = sign_in("manager")
    until = (
        (now() + timedelta(hours=3)).astimezone(ZoneInfo("Europe/Lisbon")).replace(second=0, microsecond=0)
    )
    typed = until.strftime("%Y-%m-%dT%H:%M")
    address = f"/admin/schedules/{office.schedule_id}/block"
    page = browser.post(address, data=form(office, until=typed), follow_redirects=True)
    assert "1 seat is blocked." in page.text
    assert blocked(office) == ["1A"]
    assert [claim.expires_at for claim in seat_claims(office.schedule_id)] == [until.astimezone(UTC)]
    page = browser.post(address, data=form(office, deed="unblock", reason=""), follow_redirects=True)
    assert "1 seat is sold again." in page.text
    assert blocked(office) == []


def test_those_who_may_not_edit_see_no_form_and_are_refused(office: Office, sign_in: SignIn) -> None:
    browser = sign_in("agent")
    assert 'id="blocking"' not in browser.get(f"/admin/schedules/{office.schedule_id}/").text
    answer = browser.post(f"/admin/schedules/{office.schedule_id}/block", data=form(office))
    assert answer.status_code == 403
    assert blocked(office) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seats": ""}, "Choose seats on the map first."),
        ({"seats": "nonsense,;"}, "Choose seats on the map first."),
        ({"seats": str(uuid4())}, "Please choose seats of this departure."),
        ({"reason": " "}, "Please say why"),
        ({"reason": "x" * 300}, "longer than 200"),
        ({"until": "tomorrow"}, "Please give a day and a time."),
        ({"until": "0001-01-01T00:00"}, "Please give a day of these years."),
        ({"until": "2001-01-01T00:00"}, "still to come"),
        ({"last": "99"}, "One cannot travel"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    office: Office, sign_in: SignIn, changed: dict[str, str], words: str
) -> None:
    address = f"/admin/schedules/{office.schedule_id}/block"
    page = sign_in("admin").post(address, data=form(office, **changed), follow_redirects=True)
    assert page.status_code == 200
    assert words in page.text
    assert blocked(office) == []
