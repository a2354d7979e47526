"""An operator's own words: refused with a line and a reason, bounded whatever they say, and ours when they break."""

import time

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from core.kernel.activity import ActivityEntry
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.messages.compose import KINDS, compose, page_of
from core.messages.models import MessageTemplate
from core.messages.own_preview import preview
from core.messages.own_rules import NAMES, BadWords, check, fill, usable
from core.messages.own_words import Own, end, save
from core.messages.sms import text_of
from tests.core.messages.test_service import owed_back
from tests.support.bad_strings import STORABLE
from tests.support.factories import CLERK, make_office
from tests.support.html import Tags
from tests.support.sales import sell

KIND = "booking.confirmed"
GOOD = Own(
    "{{ operator }}: {{ journey }}",
    "Hello!\n\nYou leave at {{ time }}{% if count > 1 %} together{% endif %}.",
)


def test_every_kind_has_its_names() -> None:
    assert set(NAMES) == KINDS


@pytest.mark.parametrize(
    ("bad", "line", "why"),
    [
        ("Hello\n{{ nmae }}", 2, "no nmae"),
        ("{{ journey", 1, "end of"),
        ("a\nb\n{% if late %}", 3, "end of"),
        ("{% for x in journey %}{{ x }}{% endfor %}", 1, "for"),
        ("\n{{ ''.__class__.__mro__ }}", 2, "getattr"),
        ("{{ journey['x'] }}", 1, "getitem"),
        ("{{ range(10) }}", 1, "call"),
        ("{{ 'x' * 999999999 }}", 1, "mul"),
        ("{{ 9 ** 999999999 }}", 1, "pow"),
        ("{% set x = 1 %}", 1, "assign"),
        ("{% include '/etc/passwd' %}", 1, "include"),
        ("{% import 'x' as y %}", 1, "import"),
        ("{% macro x() %}{% endmacro %}", 1, "macro"),
        ("{{ journey|attr('x') }}", 1, "no filter attr"),
        ("{{ journey|nofilter }}", 1, "nofilter"),
        ("{{ self }}", 1, "no self"),
        ("\n\n{% if count > place %}x{% endif %}", 3, "cannot be filled in"),
        ("{{ " + "(" * 900 + "1" + ")" * 900 + " }}", 1, "deep"),
        ("{% if count %}" * 60 + "{% endif %}" * 60, 1, "deep"),
        ("{{ " + "not " * 900 + "count }}", 1, "deep"),
        ("x" * 5_000, 1, "longer"),
    ],
)
def test_what_is_refused_and_where(bad: str, line: int, why: str) -> None:
    begun = time.monotonic()
    with pytest.raises(BadWords, match=why) as refused:
        check(KIND, bad)
    assert refused.value.line == line
    assert time.monotonic() - begun < 5


def test_what_comes_out_is_bounded() -> None:
    with pytest.raises(BadWords, match="longer"):
        fill("{{ journey }}" * 100, {"journey": "x" * 1_000})


def test_nothing_with_methods_of_ours_is_handed_in() -> None:
    class Word(str):
        __slots__ = ()

    assert usable({"a": "x", "b": 1, "c": True, "d": None, "e": Word("x"), "f": [1], "g": object()}) == {
        "a": "x", "b": 1, "c": True, "d": None,
    }  # fmt: skip


@pytest.mark.usefixtures("db_session")
class TestLetters:
    def test_own_words_take_the_place_of_ours_in_their_language_only(self) -> None:
        office = make_office()
        booking_id = sell(0, office=office)
        ours = compose(KIND, booking_id, "en")
        save(office.operator_id, KIND, "en", GOOD, CLERK)
        own = compose(KIND, booking_id, "en")

        assert ours.subject.startswith("Your ticket: ")
        assert own.subject.endswith(": Lisboa – Porto")
        assert "You leave at" in own.plain
        assert "You leave at" in own.html
        assert compose(KIND, booking_id, "de").subject.startswith("Ihr Ticket")
        assert own.attachments[0].filename == ours.attachments[0].filename
        assert own.subject in text_of(KIND, booking_id, "en", booking_id)

    def test_a_variety_of_a_language_has_its_words(self) -> None:
        office = make_office()
        save(office.operator_id, KIND, "pt", GOOD, CLERK)

        assert "You leave at" in compose(KIND, sell(0, office=office), "pt_BR").plain

    def test_another_operator_keeps_ours(self) -> None:
        save(make_office().operator_id, KIND, "en", GOOD, CLERK)

        assert compose(KIND, sell(0, office=make_office()), "en").subject.startswith("Your ticket")

    def test_what_breaks_gives_way_to_ours_and_is_said(self) -> None:
        """A value that was there when it was saved is gone; or somebody wrote into the table."""
        office = make_office()
        booking_id = sell(0, office=office)
        save(office.operator_id, KIND, "en", GOOD, CLERK)
        for bad in ("{{ gone }}", "{% if %}", "{{ ''.__class__ }}{{ [].append.x.y }}", "{% for x in y %}"):
            with transaction() as session:
                session.execute(text("UPDATE message_templates SET body = :bad"), {"bad": bad})
            with capture_logs() as said:
                letter = compose(KIND, booking_id, "en")
            assert letter.subject.startswith("Your ticket: "), bad
            (entry,) = [each for each in said if each["event"] == "own_words_broken"]
            assert "booking.confirmed en version 1" in entry["words"]

    def test_versions_and_the_way_back_are_logged(self) -> None:
        office = make_office()
        save(office.operator_id, KIND, "en", GOOD, CLERK)
        save(office.operator_id, KIND, "en", Own("Second", "text"), CLERK)
        end(office.operator_id, KIND, "en", CLERK)
        save(office.operator_id, KIND, "en", GOOD, CLERK)

        found = select(MessageTemplate).order_by(MessageTemplate.version)
        rows = [(row.version, row.active) for row in db.session.execute(found).scalars()]
        assert rows == [(1, False), (2, False), (3, True)]
        deeds = db.session.execute(
            select(ActivityEntry.action).where(ActivityEntry.action.startswith("template."))
        )
        assert sorted(deeds.scalars()) == ["template.changed"] * 3 + ["template.ended"]
        with pytest.raises(NotFound):
            end(office.operator_id, KIND, "de", CLERK)

    @pytest.mark.parametrize(("field", "own"), [
        ("subject", Own("", "x")), ("body", Own("x", " \n ")), ("subject", Own("a\nb", "x")), ("body", Own("x", "{{ no }}")),
        ("body", Own("x", "\x00")), ("subject", Own("x" * 301, "x")),
    ])  # fmt: skip
    def test_bad_words_are_refused_by_their_field(self, field: str, own: Own) -> None:
        with pytest.raises(RuleBroken) as refused:
            save(make_office().operator_id, KIND, "en", own, CLERK)
        assert refused.value.details["field"] == field

    def test_names_are_those_that_letters_have(self) -> None:
        booking_id = sell(0)
        refund_id = owed_back(booking_id)
        about = {KIND: booking_id, "booking.changed": booking_id, "reminder.due": booking_id, "schedule.delayed": booking_id,
                 "refund.processed": refund_id, "payment.late": refund_id}  # fmt: skip
        for kind, subject_id in about.items():
            known = usable(page_of(kind, subject_id, "en").values)
            assert set(NAMES[kind]) - {"operator"} <= set(known), kind

    def test_a_preview_is_of_a_real_booking_or_says_that_it_is_not(self) -> None:
        booking_id = sell(0)
        real = preview(KIND, "en", GOOD, booking_id)
        assert real.real
        assert "You leave at" in real.plain
        made_up = preview("waiting.offered", "en", Own("{{ until }}", "{{ until }}"), booking_id)
        assert (made_up.real, made_up.subject) == (False, "Friday 20 November 2026, 12:00")
        assert not preview(KIND, "en", GOOD, None).real
        assert db.session.execute(select(MessageTemplate)).first() is None

    @pytest.mark.parametrize("part", range(3))
    def test_hostile_words_are_words(self, part: int) -> None:
        booking_id = sell(0)
        for said in STORABLE[part::60]:
            try:
                shown = preview(KIND, "en", Own("x", said), booking_id)
            except RuleBroken:
                continue
            assert shown.real
        office = make_office()
        save(
            office.operator_id, KIND, "en", Own("<b>&", "<script>alert(1)</script>{{ '<img src=x>' }}"), CLERK
        )
        assert not Tags(compose(KIND, sell(0, office=office), "en").html).running
