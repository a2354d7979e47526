"""Stops and times of a line, entered by hand: new ones, a copy of others, and every kind of nonsense."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from core.kernel.activity import ActivityEntry
from core.kernel.db import db, transaction
from core.timetable.models import Pattern, PatternStop, Place, Schedule
from tests.admin.conftest import SignIn
from tests.admin.test_edits import _form
from tests.support.factories import Office

Rows = list[tuple[str, str, str, str]]


def address(office: Office) -> str:
    return f"/admin/routes/{office.route_id}/patterns/new/"


def code(office: Office, n: int) -> str:
    return str(db.session.get(Place, office.places[n]).code)


def sent(rows: Rows, headsign: str = "") -> dict[str, object]:
    """Rows as the page sends them: place, arrival, departure, and the ticks (b, a, r)."""
    form: dict[str, object] = {"headsign": headsign, "row": [str(n) for n in range(len(rows))]}
    for n, (place, arrival, departure, ticks) in enumerate(rows):
        form |= {f"place-{n}": place, f"arrival-{n}": arrival, f"departure-{n}": departure}
        names = {"b": "boarding", "a": "alighting", "r": "on_request"}
        form |= {f"{names[tick]}-{n}": "y" for tick in ticks}
    return form


def good(office: Office) -> Rows:
    """A night run from Lisboa over Leiria to Porto, with Santarém on request and for getting on alone."""
    return [
        (f"Lisboa ({code(office, 0)})", "", "23:10", "ba"),
        (code(office, 1), "23:50", "", "br"),
        (code(office, 2), "24:30", "24:40", "ba"),
        (code(office, 5), "25:50", "", "ba"),
    ]


def stops_of(pattern_id: UUID) -> list[PatternStop]:
    found = select(PatternStop).where(PatternStop.pattern_id == pattern_id).order_by(PatternStop.position)
    return list(db.session.scalars(found))


def newest(office: Office) -> Pattern:
    found = select(Pattern).where(Pattern.route_id == office.route_id, Pattern.id != office.pattern_id)
    return db.session.scalars(found).one()


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Pattern)) or 0


def test_a_manager_enters_the_stops_and_times_of_a_line(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    answer = browser.post(address(office), data=sent(good(office), "Porto by night"))
    assert answer.status_code == 303
    made = newest(office)
    assert answer.location.endswith(f"#pattern-{made.id}")
    assert (made.headsign, made.legs) == ("Porto by night", 3)
    minutes = [(each.arrival_offset // 60, each.departure_offset // 60) for each in stops_of(made.id)]
    assert minutes == [(0, 0), (40, 40), (80, 90), (160, 160)]
    rules = [(each.boarding, each.alighting, each.on_request) for each in stops_of(made.id)]
    assert rules == [(True, False, False), (True, False, True), (True, True, False), (False, True, False)]
    entry = db.session.scalars(select(ActivityEntry).where(ActivityEntry.action == "pattern.created")).one()
    assert (entry.subject_id, entry.actor_kind) == (str(made.id), "user")


def test_it_is_shown_on_the_route_and_a_departure_is_planned_with_it(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    browser.post(address(office), data=sent(good(office), "Porto by night"))
    made = newest(office)
    page = browser.get(f"/admin/routes/edit/?id={office.route_id}").text
    assert page.index("Porto by night") < page.index(str(office.pattern_id))
    plan = f"/admin/schedules/new/?pattern={made.id}"
    assert f'href="{plan}"' in page
    day = (office.departure_at + timedelta(days=3)).strftime("%Y-%m-%d")
    form = {"departure_at": f"{day}T23:10", "vehicle_id": str(office.vehicle_id)}
    answer = browser.post(plan, data=form)
    assert answer.status_code == 302, answer.text
    run = db.session.scalars(select(Schedule).where(Schedule.pattern_id == made.id)).one()
    assert (run.arrival_at - run.departure_at).total_seconds() == 160 * 60


def test_a_copy_shows_the_clock_of_the_last_departure_and_saved_as_it_is_adds_nothing(
    sign_in: SignIn, office: Office
) -> None:
    browser = sign_in("manager")
    browser.post(address(office), data=sent(good(office), "Porto by night"))
    made, before = newest(office), count()
    page = browser.get(address(office), query_string={"like": made.id}).text
    form: dict[str, object] = dict(_form(page))
    assert (form["headsign"], form["departure-0"], form["arrival-3"]) == ("Porto by night", "08:00", "10:40")
    form["row"] = [str(n) for n in range(4)]
    answer = browser.post(address(office), data=form, follow_redirects=True)
    assert "These stops and times are there already." in answer.text
    assert count() == before
    browser.post(address(office), data={**form, "arrival-3": "10:55"})
    changed = db.session.scalars(select(Pattern.id).order_by(Pattern.id.desc()).limit(1)).one()
    assert count() == before + 1
    assert stops_of(changed)[-1].arrival_offset == 175 * 60
    assert stops_of(made.id)[-1].arrival_offset == 160 * 60


def test_the_order_of_the_rows_counts_and_empty_ones_do_not(sign_in: SignIn, office: Office) -> None:
    form = sent([*good(office), ("", " ", "", "ba")])
    form["row"] = ["1", "0", "4", "2", "3"]
    form |= {"departure-1": "8:00", "arrival-0": "9:00", "departure-0": "905"}
    sign_in("manager").post(address(office), data=form)
    stops = stops_of(newest(office).id)
    assert [each.place_id for each in stops] == [office.places[n] for n in (1, 0, 2, 5)]
    assert (stops[1].arrival_offset, stops[1].departure_offset) == (3600, 3900)


REFUSED = {
    "an unknown place": (1, ("Nowhere (XX)", "23:50", "", "ba"), "Stop 2: please choose a place from the list."),
    "no place": (1, ("", "23:50", "", "ba"), "Stop 2: please choose a place from the list."),
    "no time": (1, (None, "", "", "ba"), "Stop 2: please give its time such as 08:05."),
    "no first time": (0, (None, "23:00", "", "ba"), "Stop 1: please give its time such as 08:05."),
    "no last time": (3, (None, "", "25:50", "ba"), "Stop 4: please give its time such as 08:05."),
    "sixty minutes": (1, (None, "23:60", "", "ba"), "Stop 2: please give its time such as 08:05."),
    "garbage": (1, (None, "soon & <b>", "", "ba"), "Stop 2: please give its time such as 08:05."),
    "other digits": (1, (None, "٢٣:٥٠", "", "ba"), "Stop 2: please give its time such as 08:05."),
    "backwards": (2, (None, "23:20", "24:40", "ba"), "Stop 3 is reached before stop 2 is left."),
    "left too early": (2, (None, "24:30", "24:20", "ba"), "Stop 3 is left before it is reached."),
    "before midnight": (3, (None, "1:50", "", "ba"), "Stop 4 is reached before stop 3 is left."),
    "a month": (3, (None, "999:00", "", "ba"), "at most 1,000 stops and takes at most 31 days."),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_makes_no_sense_is_said_in_one_sentence_with_everything_kept(
    what: str, sign_in: SignIn, office: Office
) -> None:
    number, row, sentence = REFUSED[what]
    rows = good(office)
    rows[number] = (rows[number][0] if row[0] is None else row[0], *row[1:])
    answer = sign_in("manager").post(address(office), data=sent(rows, "Porto by night"))
    assert answer.status_code == 200
    assert answer.text.count('role="alert"') == 1
    assert sentence in answer.text
    assert count() == 1
    kept = _form(answer.text)
    for n, (place, arrival, departure, ticks) in enumerate(rows):
        shown = (kept[f"place-{n}"], kept[f"arrival-{n}"], kept[f"departure-{n}"])
        assert shown == (place, arrival, departure)
        assert [f"{name}-{n}" in kept for name in ("boarding", "alighting", "on_request")] == [
            tick in ticks for tick in "bar"
        ]
    assert kept["headsign"] == "Porto by night"


def test_one_stop_is_no_line_and_nobody_on_board_is_none(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    page = browser.post(address(office), data=sent(good(office)[:1])).text
    assert "Please give at least two stops: the first and the last." in page
    assert page.count('<li class="stop-row') == 3, "the one, an empty one to go on with, and the one to copy"
    nobody = [(*row[:3], "") for row in good(office)]
    assert "Nobody could get on and off again." in browser.post(address(office), data=sent(nobody)).text
    assert browser.post(address(office), data={}).status_code == 200
    assert count() == 1


def test_a_thousand_stops_are_enough(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    named = f"Lisboa ({code(office, 0)})"
    rows = [(named, f"{n // 60}:{n % 60:02d}", "", "ba") for n in range(1001)]
    rows[0] = (named, "", "0:00", "ba")
    answer = browser.post(address(office), data=sent(rows))
    assert "Please give at most 1,000 stops." in answer.text
    assert answer.text.count("Lisboa (") == 1001
    assert browser.post(address(office), data=sent(rows[:1000])).status_code == 303
    assert newest(office).legs == 999


def test_long_names_in_other_letters_still_fit(sign_in: SignIn, office: Office) -> None:
    with transaction() as session:
        session.get(Place, office.places[0]).name = "Станция " * 24
    named = f"{'Станция ' * 24}({code(office, 0)})"
    rows = [(named, f"{n // 60}:{n % 60:02d}", f"{n // 60}:{n % 60:02d}", "bar") for n in range(1000)]
    assert sign_in("manager").post(address(office), data=sent(rows)).status_code == 303


@pytest.mark.parametrize(
    ("turn", "field"), list(enumerate(["place-1", "arrival-1", "departure-1", "headsign", "row"]))
)
def test_bad_strings_leave_nothing_behind(
    turn: int, field: str, sign_in: SignIn, office: Office, one_in: Callable[..., list[str]]
) -> None:
    browser = sign_in("manager")
    before = db.session.scalar(select(func.count()).select_from(PatternStop))
    rows = good(office)
    rows[2] = (rows[2][0], "23:20", "", "ba")  # backwards, so that nothing is saved for another reason
    for word in one_in(40, turn):
        answer = browser.post(address(office), data={**sent(rows), field: word})
        assert answer.status_code == 200, word
        assert "<script>alert" not in answer.text
    assert count() == 1
    assert db.session.scalar(select(func.count()).select_from(PatternStop)) == before


@pytest.mark.parametrize(
    ("role", "status"), [("gate", 403), ("agent", 403), ("manager", 200), ("admin", 200)]
)
def test_who_may(role: str, status: int, sign_in: SignIn, office: Office) -> None:
    browser = sign_in(role)
    assert browser.get(address(office)).status_code == status
    answer = browser.post(address(office), data=sent(good(office)))
    assert answer.status_code == {200: 303, 403: 403}[status]
    assert count() == (2 if status == 200 else 1)


@pytest.mark.parametrize("named", ["nonsense", "%00", "00000000-0000-0000-0000-000000000000"])
def test_a_route_or_a_model_that_is_not_there(named: str, sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    assert browser.get(f"/admin/routes/{named}/patterns/new/").status_code == 404
    assert browser.post(f"/admin/routes/{named}/patterns/new/").status_code == 404
    assert browser.get(f"{address(office)}?like={named}").status_code == 200


def test_a_form_without_its_token_is_refused(app, sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert browser.post(address(office), data=sent(good(office))).status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert count() == 1
