"""Disruptions over the API: a manager looks, agrees and chooses; a passenger chooses with the link alone."""

from uuid import uuid4

import pytest

from core.booking.disruption_queries import cases_of
from core.booking.disruption_run import run_disruption
from core.booking.links import CHOICE, proof
from tests.support.factories import another_departure, make_office
from tests.support.sales import buyer, sell


@pytest.fixture
def schedule(office):
    """Two bookings on the run."""
    for number in range(2):
        sell(number, office=office, holder=buyer(number))
    return f"/schedules/{office.schedule_id}"


def called_off(cast, schedule):
    made = cast.manager.post(f"{schedule}/disruptions", {"kind": "cancelled", "reason": "Snow"})
    assert made.status_code == 201, made.text
    work(made.json["id"])
    return made.json["id"]


def work(disruption_id):
    run_disruption(0, {"disruption_id": disruption_id})


def test_a_manager_looks_agrees_and_refunds_everybody(cast, schedule):
    shown = cast.manager.get(f"{schedule}/disruptions/preview").json
    assert (shown["bookings"], shown["passengers"]) == (2, 2)
    assert shown["refunds"] == [{"amount": 5200, "currency": "EUR"}]
    body = {"kind": "cancelled", "reason": "Snow", "agreed": [{"amount": 5100, "currency": "EUR"}]}
    refused = cast.manager.post(f"{schedule}/disruptions", body)
    assert (refused.status_code, refused.json["code"]) == (409, "refund_changed")
    made = cast.manager.post(f"{schedule}/disruptions", {**body, "agreed": shown["refunds"]})
    assert made.status_code == 201
    address = f"/disruptions/{made.json['id']}"
    work(made.json["id"])

    assert cast.manager.post(f"{address}/choices", {"choice": "refund"}).json == {"chosen": 2}
    assert cast.manager.get(address).json["working"]
    work(made.json["id"])

    done = cast.manager.get(address).json
    assert (done["cases"], done["done"], done["working"]) == (2, 2, False)
    assert done["refunded"] == shown["refunds"]
    listed = cast.manager.get(f"{address}/cases", state="done").json["cases"]
    assert [case["refund"]["amount"] for case in listed] == [2600, 2600]
    following = cast.manager.get(f"{address}/cases", after=listed[0]["id"]).json["cases"]
    assert [case["id"] for case in following] == [listed[1]["id"]]


def test_a_passenger_chooses_with_the_link_alone(cast, office, schedule):
    later = another_departure(office, 3)
    case = cases_of(called_off(cast, schedule))[0]
    link = proof(CHOICE, case.id)
    shown = cast.nobody.get(f"/choices/{case.id}", proof=link).json
    assert shown["refund"] == {"amount": 2600, "currency": "EUR"}
    assert [ride["schedule_id"] for ride in shown["departures"]] == [str(later)]
    body = {"proof": link, "choice": "rebook", "to_schedule_id": str(later)}
    chosen = cast.guest.post(f"/choices/{case.id}", body)
    assert (chosen.status_code, chosen.json["state"], chosen.json["choice"]) == (200, "done", "rebook")
    assert cast.guest.post(f"/choices/{case.id}", body).json["code"] == "already_chosen"


def test_without_the_right_link_there_is_nothing(cast, schedule):
    case = cases_of(called_off(cast, schedule))[0]
    for link in ("x", "0" * 32, proof("other", case.id), proof(CHOICE, uuid4())):
        assert cast.nobody.get(f"/choices/{case.id}", proof=link).status_code == 404
        body = {"proof": link, "choice": "refund"}
        assert cast.guest.post(f"/choices/{case.id}", body).status_code == 404
    assert cases_of(case.disruption_id)[0].state == "waiting"


def test_a_passenger_goes_only_where_the_booking_went(cast, office, schedule):
    case = cases_of(called_off(cast, schedule))[0]
    elsewhere = make_office()
    body = {"proof": proof(CHOICE, case.id), "choice": "rebook", "to_schedule_id": str(elsewhere.schedule_id)}
    refused = cast.guest.post(f"/choices/{case.id}", body)
    assert (refused.status_code, refused.json["code"]) == (422, "not_carried_out")
    assert "does not go the same way" in refused.json["title"]
