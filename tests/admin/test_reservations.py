"""Live reservations: what staff see of running holds, and the release of one."""

from sqlalchemy import select

from core.booking.models import Reservation
from core.booking.reserve import reserve
from core.inventory.queries import seat_map
from core.kernel.activity import ActivityEntry
from core.kernel.db import db
from tests.admin.conftest import SignIn
from tests.support.factories import ACTOR, ALICE, Office


def _hold(office: Office, **more):
    return reserve(office.ask(0, 1, channel="kiosk", **more), ALICE, ACTOR)


def _log(action: str) -> list[ActivityEntry]:
    return list(db.session.scalars(select(ActivityEntry).where(ActivityEntry.action == action)))


def test_a_hold_is_listed_with_holder_origin_seats_and_time(sign_in: SignIn, office: Office) -> None:
    _hold(office)
    (row,) = sign_in("manager").get("/admin/reservations/live.json").json["rows"]
    assert (row["holder"], row["channel"], row["seats"]) == ("Alice", "kiosk", "1A 1B")
    assert 14 * 60 < row["seconds_left"] <= 15 * 60
    assert row["share"] >= 99
    assert row["release"]


def test_a_hold_that_ran_out_is_not_listed(sign_in: SignIn, office: Office, clock) -> None:
    _hold(office)
    clock.move(minutes=16)
    assert sign_in("manager").get("/admin/reservations/live.json").json["rows"] == []


def test_a_release_frees_the_seats_and_is_logged_with_its_reason(sign_in: SignIn, office: Office) -> None:
    held = _hold(office)
    answer = sign_in("manager").post(
        f"/admin/reservations/{held.reservation_id}/release",
        data={"reason": "The kiosk hangs"},
        follow_redirects=True,
    )
    assert "The seats are free again" in answer.text
    assert all(seat.state == "available" for seat in seat_map(office.schedule_id, 0, 5).seats)
    (deed,) = _log("reservation.released")
    assert (deed.reason, deed.actor_label) == ("The kiosk hangs", "Sam Staff")
    assert deed.before["status"] == "active"
    assert deed.after == {"status": "cancelled"}


def test_a_release_without_a_reason_changes_nothing(sign_in: SignIn, office: Office) -> None:
    held = _hold(office)
    browser = sign_in("manager")
    give, cannot = "Please give a reason", "This contains characters that cannot be shown"
    for reason, said in (("", give), ("   ", give), ("\x00", cannot), ("no", give)):
        answer = browser.post(
            f"/admin/reservations/{held.reservation_id}/release",
            data={"reason": reason},
            follow_redirects=True,
        )
        assert said in answer.text
    assert db.session.get(Reservation, held.reservation_id).status == "active"
    assert _log("reservation.released") == []


def test_an_agent_sees_holds_and_may_not_release_them(sign_in: SignIn, office: Office) -> None:
    held = _hold(office)
    browser = sign_in("agent")
    (row,) = browser.get("/admin/reservations/live.json").json["rows"]
    assert row["release"] is None
    answer = browser.post(f"/admin/reservations/{held.reservation_id}/release", data={"reason": "because"})
    assert answer.status_code == 403
    assert db.session.get(Reservation, held.reservation_id).status == "active"


def test_staff_of_another_station_neither_see_nor_release(sign_in: SignIn, office: Office) -> None:
    held = _hold(office)
    elsewhere = sign_in("manager", office.places[3])
    assert elsewhere.get("/admin/reservations/live.json").json["rows"] == []
    answer = elsewhere.post(f"/admin/reservations/{held.reservation_id}/release", data={"reason": "because"})
    assert answer.status_code == 404
    here = sign_in("manager", office.places[0], office.places[1])
    assert len(here.get("/admin/reservations/live.json").json["rows"]) == 1


def test_addresses_of_holders_are_hidden(sign_in: SignIn, office: Office) -> None:
    from core.booking.parties import Holder

    reserve(office.ask(0), Holder("guest", "g", "guest, ana@mail.example"), ACTOR)
    (row,) = sign_in("manager").get("/admin/reservations/live.json").json["rows"]
    assert row["holder"] == "guest, a•••@mail.example"


def test_the_seat_map_says_who_holds_what(sign_in: SignIn, office: Office) -> None:
    _hold(office, first=1, last=3)
    shown = sign_in("manager").get(f"/admin/schedules/{office.schedule_id}/seats.json").json
    seat = next(each for each in shown["seats"] if each["number"] == "1A")
    assert seat["partly"]
    assert seat["claims"][0]["holder"] == "Alice"
    assert seat["claims"][0]["stretch"] == "Santarém → Coimbra"
    assert shown["counts"] == {"available": 10, "reserved": 2, "booked": 0}
    shown = sign_in("gate").get(f"/admin/schedules/{office.schedule_id}/seats.json?first=3&last=5").json
    assert shown["counts"]["available"] == 12
