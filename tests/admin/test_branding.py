"""The editor of brands: what is saved is what kiosks wear, what cannot be read or is no picture is said beside its field."""

from io import BytesIO

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from core.kernel.activity import SYSTEM, ActivityEntry
from core.kernel.db import db, transaction
from core.timetable.brands import brand_at, brand_of_run
from core.timetable.models import Brand, Place, Route
from core.timetable.service.brands import set_brand
from tests.admin.conftest import SignIn
from tests.support.bad_strings import WORST
from tests.support.database import Sessions
from tests.support.factories import Office, _pattern, make_office


def png() -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (300, 100), "#a01020").save(made, "PNG")
    made.seek(0)
    return made


def post(browser: FlaskClient, page: str, **data: object):
    return browser.post(page, data=data, content_type="multipart/form-data")


def test_a_manager_gives_an_operator_a_colour_and_a_logo_and_takes_it_away(
    sign_in: SignIn, office: Office
) -> None:
    browser = sign_in("manager")
    page = f"/admin/branding/{office.operator_id}"
    assert page in browser.get("/admin/branding/").text
    assert post(browser, page, colour="#A01020", logo=(png(), "logo.png")).status_code == 303
    shown = brand_at(office.places[0])
    assert shown == brand_of_run(office.schedule_id)
    assert shown.colour == "#a01020"

    traveller = browser.application.test_client()
    sheet = traveller.get("/kiosk/brand/a01020.css")
    assert "--action:#a01020" in sheet.text
    assert "immutable" in str(sheet.headers["Cache-Control"])
    logo = traveller.get(f"/kiosk/brand/{shown.logo_mark}.png")
    assert (logo.mimetype, Image.open(BytesIO(logo.data)).size) == ("image/png", (300, 100))
    assert str(shown.logo_mark) in browser.get(page).text
    assert "#a01020" in browser.get("/admin/branding/").text

    post(browser, page, colour="")
    assert brand_at(office.places[0]).logo_mark == shown.logo_mark, "left out, it stays"
    post(browser, page, colour="", without="y")
    assert brand_at(office.places[0]).logo_mark is None
    deeds = db.session.scalars(select(ActivityEntry).where(ActivityEntry.subject_kind == "brand").order_by(ActivityEntry.id))  # fmt: skip
    found = [(deed.action, deed.operator_id, deed.after.get("colour", "-")) for deed in deeds]
    assert found == [
        ("brand.changed", office.operator_id, "#a01020"),
        ("brand.changed", office.operator_id, None),
        ("brand.changed", office.operator_id, "-"),
    ]


def test_where_several_operators_sell_the_house_is_shown(office: Office, db_session: Sessions) -> None:
    set_brand(office.operator_id, SYSTEM, colour="#a01020")
    set_brand(None, SYSTEM, colour="#102080")
    assert brand_at(office.places[0]).colour == "#a01020"
    other = make_office()
    elsewhere = brand_at(other.places[0])
    assert (elsewhere.colour, elsewhere.name) == (None, None), "this operator has no brand"
    with transaction() as session:
        route = Route(operator_id=other.operator_id, code="2", name="Lisboa – Porto")
        session.add(route)
        session.flush()
        session.add(_pattern(route.id, [session.get_one(Place, each) for each in office.places]))
    assert brand_at(office.places[0]).colour == "#102080", "two sell there"
    assert brand_at(office.places[0], [office.operator_id]).colour == "#a01020", "a kiosk that sells for one"


def test_pale_colours_and_hostile_files_are_said_beside_their_fields(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    page = f"/admin/branding/{office.operator_id}"
    pale = post(browser, page, colour="#ffcc00").text
    assert "would be hard to read" in pale
    assert "nearest shade on which they can be read is #" in pale
    for content in (b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\nnonsense", b""):
        answer = post(browser, page, colour="#a01020", logo=(BytesIO(content), "logo.png"))
        assert "This is no picture that can be read" in answer.text
    large = post(browser, page, colour="", logo=(BytesIO(b"\0" * 1_200_000), "logo.png"))
    assert "larger than 1 MB" in large.text
    for word in (each for each in WORST if each.isprintable()):
        assert post(browser, page, colour=word).status_code in {200, 303, 400}
    assert not db.session.scalars(select(Brand.colour).where(Brand.colour.is_not(None))).all()


def test_only_who_may_change_the_business_changes_its_look(sign_in: SignIn, office: Office) -> None:
    assert post(sign_in("agent"), "/admin/branding/house", colour="#a01020").status_code == 403
    assert db.session.scalars(select(Brand)).first() is None
    browser = sign_in("manager")
    for path in ("nobody", "%00", str(office.route_id)):
        assert browser.get(f"/admin/branding/{path}").status_code == 404
        assert post(browser, f"/admin/branding/{path}", colour="").status_code == 404
    for path in ("ffcc00.css", "00664.css", "..%2f.css", "zzzzzzzzzzzzzzzz.png", "%00.png"):
        assert browser.get(f"/kiosk/brand/{path}").status_code == 404
