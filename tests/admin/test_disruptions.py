"""The disruption desk: figures first, agreeing with a reason, choosing for one or all, the page of the letter."""

import csv
import io
import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from core.booking.disruption import Plan, disrupt
from core.booking.disruption_queries import cases_of, disruption
from core.booking.disruption_run import run_disruption
from core.booking.links import choice_address
from core.timetable.service.brands import set_brand
from tests.admin.conftest import SignIn
from tests.support.factories import CLERK, Office, another_departure, make_office
from tests.support.sales import buyer, sell


@pytest.fixture
def sold(office: Office) -> Office:
    """Two bookings on the run; one name that a spreadsheet would run."""
    sell(0, office=office, holder=buyer(0), names=["=cmd|' /C calc'!A0"])
    sell(1, office=office, holder=buyer(1))
    return office


def work(disruption_id: UUID) -> None:
    run_disruption(0, {"disruption_id": str(disruption_id)})


def called_off(office: Office) -> UUID:
    made = disrupt(office.schedule_id, Plan("cancelled"), "Snow on the pass", CLERK)
    work(made)
    return made


def test_a_manager_sees_the_figures_and_agrees_to_them(sign_in: SignIn, sold: Office) -> None:
    browser = sign_in("manager")
    assert "Call off or delay" in browser.get(f"/admin/schedules/{sold.schedule_id}/").text
    address = f"/admin/disruptions/plan?schedule={sold.schedule_id}"
    page = browser.get(address).text
    agreed = re.findall(r'name="agreed" value="([^"]+)"', page)
    assert agreed == ["5200 EUR"]
    form = {"schedule": str(sold.schedule_id), "kind": "cancelled", "reason": "Snow on the pass"}
    changed = browser.post(
        "/admin/disruptions/plan", data={**form, "agreed": "5100 EUR"}, follow_redirects=True
    )
    assert "The refund has changed" in changed.text
    nameless = browser.post("/admin/disruptions/plan", data={**form, "reason": " "}, follow_redirects=True)
    assert "Please say why" in nameless.text

    desk = browser.post("/admin/disruptions/plan", data={**form, "agreed": agreed}, follow_redirects=True)

    assert "being gathered" in desk.text
    listed = browser.get("/admin/disruptions/").text
    assert "Snow on the pass" in listed
    assert "called off" in listed


def test_the_desk_chooses_for_one_and_for_all_and_shows_it(sign_in: SignIn, sold: Office) -> None:
    later, browser = another_departure(sold, 3), sign_in("manager")
    made = called_off(sold)
    desk = f"/admin/disruptions/{made}/"
    assert f'<option value="{later}">' in browser.get(desk).text
    first, _second = cases_of(made)
    browser.post(f"{desk}choose", data={"case": str(first.id), "choice": "refund"})
    browser.post(f"{desk}choose", data={"choice": "rebook", "to": str(later)})
    work(made)

    found = browser.get(f"{desk}progress.json").json
    assert (found["done"], found["cases"], found["share"], found["working"]) == (2, 2, 100.0, False)
    assert found["refunded"] == "€26.00"
    assert [line["outcome"].split(" · ")[0] for line in found["lines"]] == ["money back", "another departure"]
    rows = list(csv.DictReader(io.StringIO(browser.get(f"{desk}cases.csv").text)))
    assert [(row["state"], row["choice"], row["refund"]) for row in rows] == [
        ("done", "refund", "2600"),
        ("done", "rebook", ""),
    ]
    assert rows[0]["names"].startswith("'="), "a spreadsheet takes it for text"


def test_who_gives_no_money_back_calls_nothing_off(sign_in: SignIn, sold: Office) -> None:
    agent = sign_in("agent")
    assert "Call off" not in agent.get(f"/admin/schedules/{sold.schedule_id}/").text
    assert agent.get(f"/admin/disruptions/plan?schedule={sold.schedule_id}").status_code == 403
    form = {"schedule": str(sold.schedule_id), "kind": "cancelled", "reason": "Snow", "agreed": "5200 EUR"}
    assert agent.post("/admin/disruptions/plan", data=form).status_code == 403
    elsewhere = sign_in("manager", make_office().places[0])
    assert elsewhere.post("/admin/disruptions/plan", data=form).status_code == 404
    made = called_off(sold)
    assert elsewhere.get(f"/admin/disruptions/{made}/").status_code == 404
    admin = sign_in("admin")
    for nonsense in ("x", "", "00000000-0000-0000-0000-000000000000"):
        assert admin.get(f"/admin/disruptions/plan?schedule={nonsense}").status_code == 404


def test_the_page_of_the_letter_works_without_an_account(sold: Office, client: FlaskClient) -> None:
    later = another_departure(sold, 3)
    made = called_off(sold)
    first, second = cases_of(made)
    address = "/" + choice_address(first.id).split("/", 3)[3]
    set_brand(sold.operator_id, CLERK, colour="#a01020")
    page = client.get(address)
    assert "/kiosk/brand/a01020.css" in page.text
    assert "Your departure is called off" in page.text
    assert "Snow on the pass" in page.text
    assert "€26.00" in page.text
    moved = client.post(address, data={"choice": "rebook", "to": str(later)}, follow_redirects=True)
    assert "You travel on another departure" in moved.text
    again = client.post(address, data={"choice": "refund"})
    assert again.status_code == 409
    assert disruption(made).counts == {"rebook": 1, "waiting": 1}
    other = "/" + choice_address(second.id).split("/", 3)[3]
    assert client.get(other[:-1] + "x").status_code == 404
    back = client.post(other, data={"choice": "refund", "to": "nonsense"}, follow_redirects=True)
    assert "Your money comes back" in back.text
