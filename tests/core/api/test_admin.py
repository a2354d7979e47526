from core.accounts import users
from core.kernel.activity import SYSTEM
from tests.support.factories import make_office


def test_staff_watch_running_holds(cast, hold, office):
    made = cast.guest.post("/reservations/create", hold(0, 1)).json
    shown = cast.agent.get("/admin/reservations/active").json["reservations"]
    assert [(each["id"], each["seats"], each["channel"]) for each in shown] == [
        (made["id"], ["1A", "1B"], "web")
    ]
    elsewhere = make_office()
    assert (
        cast.agent.get("/admin/reservations/active", station_id=str(elsewhere.places[0])).json["reservations"]
        == []
    )


def test_a_manager_releases_a_stuck_hold_and_says_why(cast, hold):
    made = cast.guest.post("/reservations/create", hold(0)).json
    path = f"/admin/reservations/{made['id']}/release"
    assert cast.manager.post(path, {"reason": "  "}).json["code"] == "reason_missing"
    assert cast.manager.post(path, {}).json["field"] == "reason"
    assert cast.manager.post(path, {"reason": "Traveller left the kiosk"}).status_code == 204
    assert cast.guest.get(f"/reservations/{made['id']}").json["status"] == "cancelled"
    assert cast.customer.post("/reservations/create", hold(0)).status_code == 201
    logged = cast.admin.get("/activity-logs", action="reservation.released").json["entries"]
    assert [(each["subject_id"], each["reason"]) for each in logged] == [
        (made["id"], "Traveller left the kiosk")
    ]


def test_an_agent_may_not_release(cast, hold):
    made = cast.guest.post("/reservations/create", hold(0)).json
    answer = cast.agent.post(f"/admin/reservations/{made['id']}/release", {"reason": "because"})
    assert answer.status_code == 403


def test_staff_of_another_station_neither_see_nor_release(cast, hold):
    made = cast.guest.post("/reservations/create", hold(0)).json
    elsewhere = make_office()
    users.change(cast.manager.user.id, SYSTEM, stations=[elsewhere.places[0]])
    assert cast.manager.get("/admin/reservations/active").json["reservations"] == []
    assert cast.manager.get(f"/reservations/{made['id']}").status_code == 404
    answer = cast.manager.post(f"/admin/reservations/{made['id']}/release", {"reason": "because"})
    assert (answer.status_code, answer.json["code"]) == (403, "other_station")


def test_staff_of_a_station_on_the_way_see_and_release(cast, hold, office):
    made = cast.guest.post("/reservations/create", hold(0)).json
    users.change(cast.manager.user.id, SYSTEM, stations=[office.places[2]])
    assert len(cast.manager.get("/admin/reservations/active").json["reservations"]) == 1
    answer = cast.manager.post(f"/admin/reservations/{made['id']}/release", {"reason": "because"})
    assert answer.status_code == 204


def test_the_activity_log_is_filtered_and_comes_in_pages(cast, hold):
    made = cast.guest.post("/reservations/create", hold(0)).json
    cast.guest.post(f"/reservations/{made['id']}/extend")
    about = {"subject_kind": "reservation", "subject_id": made["id"]}
    both = cast.admin.get("/activity-logs", **about).json
    assert [each["action"] for each in both["entries"]] == ["reservation.extended", "reservation.created"]
    first = cast.admin.get("/activity-logs", limit=1, **about).json
    second = cast.admin.get("/activity-logs", limit=1, cursor=first["next_cursor"], **about).json
    assert first["entries"] + second["entries"] == both["entries"]
    assert cast.admin.get("/activity-logs", since="2100-01-01T00:00:00Z").json["entries"] == []
    assert cast.admin.get("/activity-logs", since="yesterday").json["field"] == "since"
    assert cast.admin.get("/activity-logs", action="a\x00b").json["field"] == "action"
