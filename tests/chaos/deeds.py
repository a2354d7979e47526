"""What buyers do, and how often: each deed is a small function, and returns whether it was carried out whole.

A refusal on the way (the seat was taken, the time ran out) ends a deed and is no fault.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from core.proof.departures import LEGS, SEATS
from tests.chaos.visit import Json, Refused, Visit


class Deed(NamedTuple):
    """`weight` is how often of all weights it is chosen."""

    weight: int
    do: Callable[[Visit], bool]


def pay(visit: Visit) -> bool:
    visit.pay(visit.hold())
    return True


def give_up(visit: Visit) -> bool:
    held = visit.hold()
    visit.ask("DELETE", f"/reservations/{held['id']}", "given up")
    return True


def extend(visit: Visit) -> bool:
    """More time, and only then the money."""
    held = visit.hold()
    answer = visit.ask("POST", f"/reservations/{held['id']}/extend", "extended")
    before, after = (datetime.fromisoformat(each["expires_at"]) for each in (held, answer.json()))
    visit.tally.agree(after > before, answer, f"is no later than {before}")
    visit.pay(held)
    return True


def alter(visit: Visit) -> bool:
    """Other seats, and one traveller more or less, before paying."""
    held = visit.hold()
    seats = visit.chance.sample(range(SEATS), visit.chance.choice((1, 2, 3)))
    wanted = visit.people(seats)
    answer = visit.ask("PATCH", f"/reservations/{held['id']}", "altered", {"seats": wanted})
    sit = [person["seat_id"] for person in answer.json()["passengers"]]
    visit.tally.agree(sit == [each["seat_id"] for each in wanted], answer, f"does not seat them on {wanted}")
    visit.pay(answer.json())
    return True


def _basket(visit: Visit) -> str:
    """Hold there and back on two departures; returns the basket's id."""
    schedules = visit.chance.sample(visit.ground.usual, 2)
    body = {"legs": [visit.leg(1, each) for each in schedules], "contact_email": visit.email}
    answer = visit.ask("POST", "/baskets", "basket held", body)
    visit.session = answer.headers.get("X-Guest-Session", visit.session)
    held = answer.json()
    for each in held["reservations"]:
        visit.tally.promise("reservations", each["id"])
    visit.tally.agree(len(held["reservations"]) == len(schedules), answer, "does not hold all of it")
    return str(held["id"])


def basket(visit: Visit) -> bool:
    basket_id = _basket(visit)
    how = {
        "method": "card",
        "behaviour": visit.chance.choice(("instant", "twice", "late", "short", "decline")),
    }
    visit.ask("POST", f"/baskets/{basket_id}/pay", "basket paid", how)
    return True


def basket_given_up(visit: Visit) -> bool:
    basket_id = _basket(visit)
    visit.ask("DELETE", f"/baskets/{basket_id}", "basket given up")
    now = visit.ask("GET", f"/baskets/{basket_id}", "looked")
    visit.tally.agree(now.json()["status"] == "cancelled", now, "was given up")
    return True


def split(visit: Visit) -> bool:
    """A part with a voucher, the rest by card."""
    held = visit.hold()
    code = visit.chance.choice(visit.ground.vouchers)
    part = {"method": "voucher", "voucher_code": code, "amount": visit.chance.randint(1, 500)}
    mood = visit.chance.choice(("instant", "instant", "twice", "decline", "never"))
    visit.initiate(held, {"parts": [part, {"method": "card"}], "behaviour": mood})
    return True


def voucher(visit: Visit) -> bool:
    visit.pay_by_voucher(visit.hold())
    return True


def _buy(visit: Visit, seats: int) -> tuple[str, str]:
    """Buy by card or with a voucher; returns the reservation and the booking."""
    held = visit.hold(seats)
    if visit.chance.random() < 0.5:
        return str(held["id"]), visit.pay_by_voucher(held)
    visit.pay(held, "instant")
    return str(held["id"]), visit.booked(held)


def cancel(visit: Visit) -> bool:
    visit.cancel(_buy(visit, 1)[1])
    return True


def cancel_one(visit: Visit) -> bool:
    """One of two stays at home, and sometimes the other one then does too: two refunds of one payment."""
    reservation, booking = _buy(visit, 2)
    people = visit.ask("GET", f"/reservations/{reservation}", "looked").json()["passengers"]
    visit.cancel(booking, [visit.chance.choice(people)["id"]])
    if visit.chance.random() < 0.5:
        visit.cancel(booking)
    return True


def stand_in_line(visit: Visit) -> bool:
    """Wait for half a coach; as long as there is half a coach to be had, buy it."""
    schedule, half = str(visit.chance.choice(visit.ground.crowded)), SEATS // 2
    everywhere = {"from_position": 0, "to_position": LEGS}
    address = f"waiting-{visit.chance.randrange(10**9)}@proof.example"
    wish = everywhere | {"passengers": [{"full_name": "Chaos"}] * half, "contact_email": address}
    for first in (*visit.chance.sample((0, half), 2), 0):
        try:
            place = visit.ask("POST", f"/schedules/{schedule}/waiting", "in line", wish).json()
        except Refused as refused:
            if refused.code != "seats_free":
                raise
            people = visit.people(range(first, first + half))
            _crowd(visit, everywhere | {"schedule_id": schedule, "passengers": people})
            continue
        visit.tally.promise("waiting_entries", place["id"])
        visit.ground.line.put((schedule, place["id"], place["proof"]))
        return True
    return False


def _crowd(visit: Visit, wish: Json) -> None:
    booking_id = visit.pay_by_voucher(visit.hold(leg=wish))
    visit.ground.crowd.put((wish["schedule_id"], booking_id, str(visit.session)))


def take_offer(visit: Visit) -> bool:
    """One of the crowd makes room, and whoever is offered the seats pays for them."""
    mine = visit.ground.line.look(visit.chance)
    if mine is None:
        stand_in_line(visit)
        return False
    schedule, entry_id, proof = mine
    leaving = visit.ground.crowd.look(visit.chance, schedule)
    if leaving:
        visit.session = leaving[2]
        visit.cancel(leaving[1])
        visit.ground.crowd.drop(leaving)
    place = _offered(visit, entry_id, proof)
    if place["status"] == "offered":
        visit.pay_by_voucher({"id": place["reservation_id"]}, place["guest_session"])
    if place["status"] != "waiting":
        visit.ground.line.drop(mine)
    return bool(place["status"] == "offered")


def _offered(visit: Visit, entry_id: str, proof: str) -> Json:
    """A place in line as it is when cron has had its turn."""
    for _ in range(20):
        place: Json = visit.ask("GET", f"/waiting/{entry_id}?proof={proof}", "looked").json()
        if place["status"] != "waiting":
            break
        time.sleep(0.3)
    return place


def leave_line(visit: Visit) -> bool:
    mine = visit.ground.line.look(visit.chance)
    if mine is None:
        stand_in_line(visit)
        return False
    visit.ask("DELETE", f"/waiting/{mine[1]}?proof={mine[2]}", "left the line")
    visit.ground.line.drop(mine)
    return True


#: Only what every office does all day.
SIMPLE: Mapping[str, Deed] = {"pay": Deed(85, pay), "give_up": Deed(15, give_up)}

EVERYTHING: Mapping[str, Deed] = {
    "pay": Deed(28, pay),
    "give_up": Deed(8, give_up),
    "extend": Deed(8, extend),
    "alter": Deed(8, alter),
    "basket": Deed(8, basket),
    "basket_given_up": Deed(3, basket_given_up),
    "split": Deed(8, split),
    "voucher": Deed(8, voucher),
    "cancel": Deed(7, cancel),
    "cancel_one": Deed(6, cancel_one),
    "stand_in_line": Deed(5, stand_in_line),
    "take_offer": Deed(7, take_offer),
    "leave_line": Deed(1, leave_line),
}
