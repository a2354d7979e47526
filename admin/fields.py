"""Form fields that read what people type without trusting it: one line, a number, an amount, a place."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from admin.listing import as_uuid
from core.kernel.db import db
from core.kernel.errors import RuleBroken
from core.kernel.money import Money, from_major, to_major
from core.kernel.words import in_one_line, is_showable
from core.timetable.models import Place

#: Largest amount that a person may enter: a hundred million in major units.
_MOST = Decimal(100_000_000)
_CODE = re.compile(r"\(([^()]+)\)\s*$")


def one_line(value: Any) -> str | None:
    """Without what cannot be kept or shown: control characters, line breaks, spaces at the ends. None for no text."""
    if not isinstance(value, str):
        return None
    shown = "".join(char if char.isprintable() or char.isspace() else "" for char in value)
    return " ".join(shown.split())


def kept_text(name: str, most: int) -> str:
    """A text of a form without a class, in one line. Raises RuleBroken when it cannot be kept as it was typed."""
    said = in_one_line(request.form.get(name, ""))
    if not is_showable(said):
        raise RuleBroken(_("This contains characters that cannot be shown."), code="bad_text", field=name)
    if len(said) > most:
        raise RuleBroken(_("At most %(max)d characters.", max=most), code="long_text", field=name)
    return said


def line(label: Any, most: int, *, required: bool = True, help: Any = "", wide: bool = False) -> StringField:
    """One line of text."""
    checks: list[Any] = [InputRequired(_l("Please fill this in.")), _filled] if required else [Optional()]
    checks += [Length(max=most, message=_l("At most %(max)d characters.")), _showable]
    kept = {"maxlength": most, **({"data-wide": "1"} if wide else {})}
    return StringField(label, checks, filters=[_in_one_line], description=help, render_kw=kept)


def lines(label: Any, most: int, *, required: bool = True, help: Any = "", rows: int = 4) -> TextAreaField:
    """Several lines of text."""
    checks: list[Any] = [InputRequired(_l("Please fill this in."))] if required else [Optional()]
    checks.append(Length(max=most, message=_l("At most %(max)d characters.")))
    clean = [lambda value: (value or "").replace("\x00", "")]
    return TextAreaField(
        label, checks, filters=clean, description=help, render_kw={"rows": rows, "maxlength": most}
    )


def whole(label: Any, least: int, most: int, *, required: bool = True, help: Any = "") -> IntegerField:
    """A whole number within bounds."""
    checks: list[Any] = [InputRequired(_l("Please fill this in."))] if required else [Optional()]
    checks.append(_within(least, most))
    kept = {"inputmode": "numeric", "min": least, "max": most}
    return IntegerField(label, checks, description=help, render_kw=kept)


def choice(
    label: Any,
    choices: Callable[[], list[tuple[str, str]]],
    *,
    required: bool = True,
    help: Any = "",
    wide: bool = False,
) -> SelectField:
    """One of a list. Not required, it offers nothing as the first choice."""
    offered = choices if required else (lambda: [("", "–"), *choices()])
    kept = {"data-wide": "1"} if wide else {}
    checks = [InputRequired(_l("Please choose one."))] if required else [Optional()]
    return SelectField(label, checks, choices=offered, coerce=_text, description=help, render_kw=kept)


def tick(label: Any, help: Any = "") -> BooleanField:
    """Yes or no."""
    return BooleanField(label, description=help)


def _within(least: int, most: int) -> Callable[[Any, Any], None]:
    """Like `NumberRange`, which fails on numbers that are too large for a float."""

    def check(_form: Any, field: Any) -> None:
        if field.data is not None and not least <= field.data <= most:
            raise ValidationError(
                _l("Please give a number from %(least)s to %(most)s.", least=least, most=most)
            )

    return check


class AmountField(StringField):
    """An amount in major units; `in_minor` gives minor units once the currency is known."""

    def in_minor(self, currency: str, *, negative: bool = False) -> int:
        """Minor units. Raises ValidationError in the user's words."""
        return read_amount(self.data, currency, negative=negative)


def read_amount(text: str | None, currency: str, *, negative: bool = False) -> int:
    """Minor units of an amount as people type it, ``12.50`` or ``12,50``. Raises ValidationError."""
    try:
        value = Decimal((text or "").replace(" ", "").replace(",", "."))
    except InvalidOperation:
        raise ValidationError(_l("Please give an amount such as 12.50.")) from None
    if not value.is_finite() or abs(value) > _MOST or (value < 0 and not negative):
        raise ValidationError(_l("Please give an amount such as 12.50."))
    try:
        return from_major(value, currency).amount
    except ValueError:
        raise ValidationError(_l("This currency has fewer decimals.")) from None


def amount_field(label: Any, help: Any = "") -> AmountField:
    """A required amount of money."""
    kept = {"inputmode": "decimal", "maxlength": 20}
    return AmountField(label, [InputRequired(_l("Please fill this in."))], description=help, render_kw=kept)


def major(amount: int, currency: str) -> str:
    """Minor units as an amount field shows them."""
    return str(to_major(Money(amount, currency)))


def place_field(label: Any, help: Any = "") -> StringField:
    """A place, chosen from suggestions: ``Name (CODE)``."""
    kept = {"data-suggests": "/admin/places/suggest.json", "autocomplete": "off", "maxlength": 300}
    checks = [InputRequired(_l("Please choose a place.")), _known_place]
    return StringField(label, checks, filters=[one_line], description=help, render_kw=kept)


def place_of(text: str | None) -> UUID | None:
    """The active place that ``Name (CODE)``, a code or an id means."""
    plain = one_line(text) or ""
    named = as_uuid(plain)
    if named:
        return db.session.scalar(select(Place.id).where(Place.id == named, Place.active))
    inside = _CODE.search(plain)
    codes = [inside.group(1), plain] if inside else [plain]
    return db.session.scalar(select(Place.id).where(Place.code.in_(codes), Place.active).limit(1))


def place_text(place: Any) -> str:
    """How a place is written in a place field."""
    return f"{place.name} ({place.code})"


def _known_place(_form: Any, field: Any) -> None:
    if place_of(field.data) is None:
        raise ValidationError(_l("Please choose a place from the list."))


def _filled(_form: Any, field: Any) -> None:
    if not (field.data or "").strip():
        raise ValidationError(_l("Please fill this in."))


def _in_one_line(value: Any) -> str | None:
    return in_one_line(value) if isinstance(value, str) else None


def _showable(_form: Any, field: Any) -> None:
    if not is_showable(field.data or ""):
        raise ValidationError(_l("This contains characters that cannot be shown."))


def _text(value: Any) -> str:
    return "" if value is None else str(value)
