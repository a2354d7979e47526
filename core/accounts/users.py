"""People with an account: make, register, change, deactivate. Every change is in the activity log."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, func, insert, select, update

from core.accounts import rules
from core.accounts.models import RefreshToken, Role, User, UserStation
from core.accounts.passwords import hash_password
from core.accounts.standing import forget_standing
from core.kernel.activity import Actor, record
from core.kernel.db import db, transaction
from core.kernel.errors import Conflict, NotFound, RuleBroken, constraint_error
from core.kernel.ids import new_id
from core.timetable.models import Place

MAX_EMAIL = 254


class EmailTaken(Conflict):
    """Somebody has an account with this address."""

    code = "email_taken"
    message = "There is an account with this e-mail address already."


constraint_error("uq_users_email", EmailTaken)


def create(
    email: str, name: str, password: str, actor: Actor, *, role: str = Role.CUSTOMER, phone: str | None = None,
    stations: Iterable[UUID] = (),
) -> User:  # fmt: skip
    """Make an account. Raises RuleBroken (`invalid_email`, `invalid_name`, `weak_password`, ...) and EmailTaken."""
    address = clean_email(email)
    rules.check_password(password, email=address)
    values = {
        "id": new_id(),
        "email": address,
        "name": rules.clean_name(name),
        "phone": rules.clean_phone(phone),
        "role": rules.check_role(role),
        "password_hash": hash_password(password),
    }
    with transaction() as session:
        user: User = session.execute(insert(User).values(**values).returning(User)).scalar_one()
        _set_stations(user.id, stations)
        record(actor, "user.created", "user", user.id, after={"role": user.role, "email": address})
    return user


def register(email: str, name: str, password: str, address: str | None, *, phone: str | None = None) -> User:
    """A customer makes an account of their own. Errors as of `create`."""
    return create(email, name, password, Actor("guest", "registration", "Registration", address), phone=phone)


def change(user_id: UUID, actor: Actor, **changes: Any) -> User:
    """Change `email`, `name`, `phone`, `role`, `active`, `password` or `stations`; what is not named stays.

    Raises NotFound, EmailTaken, RuleBroken (also `last_admin`: somebody has to be able to enter).
    A new password or the end of an account signs the person out everywhere.
    """
    values, stations = _clean_changes(changes)
    with transaction() as session:
        user = _locked(user_id)
        before = {name: getattr(user, name) for name in values if name != "password_hash"}
        _keep_an_admin(user, values)
        if values:
            session.execute(update(User).where(User.id == user_id).values(**values))
        if stations is not None:
            _set_stations(user_id, stations)
        if "password_hash" in values or values.get("active") is False:
            session.execute(delete(RefreshToken).where(RefreshToken.user_id == user_id))
        action = "user.deactivated" if values.get("active") is False else "user.changed"
        after = {name: value for name, value in values.items() if name != "password_hash"}
        after |= {"password": "changed"} if "password_hash" in values else {}
        after |= {"stations": sorted(str(s) for s in stations)} if stations is not None else {}
        record(actor, action, "user", user_id, before=before, after=after)
        session.refresh(user)
    forget_standing(user_id)
    return user


def deactivate(user_id: UUID, actor: Actor) -> None:
    """End an account; what refers to it stays. Raises NotFound, RuleBroken `last_admin`."""
    change(user_id, actor, active=False)


def by_id(user_id: UUID) -> User | None:
    """The user, active or not."""
    return db.session.get(User, user_id)


def by_email(email: str) -> User | None:
    """The user of this address, in whatever case it is written."""
    if not email.isprintable():
        return None
    return db.session.execute(
        select(User).where(func.lower(User.email) == func.lower(email.strip()))
    ).scalar_one_or_none()


def stations_of(user_id: UUID) -> frozenset[UUID]:
    """Ids of the stations that a member of staff works at; none means all."""
    return frozenset(
        db.session.execute(select(UserStation.place_id).where(UserStation.user_id == user_id)).scalars()
    )


def clean_email(email: str) -> str:
    """The address as it is kept: checked for its form, domain in lower case. Raises RuleBroken `invalid_email`."""
    try:
        found = validate_email(email.strip(), check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        raise RuleBroken("This is not an e-mail address.", code="invalid_email", field="email") from None
    if len(found.normalized) > MAX_EMAIL:
        raise RuleBroken("This e-mail address is too long.", code="invalid_email", field="email")
    return found.normalized


def _clean_changes(changes: dict[str, Any]) -> tuple[dict[str, Any], frozenset[UUID] | None]:
    cleaners: dict[str, Callable[[Any], Any]] = {
        "email": clean_email,
        "name": rules.clean_name,
        "phone": rules.clean_phone,
        "role": rules.check_role,
        "active": bool,
    }
    unknown = set(changes) - set(cleaners) - {"password", "stations"}
    if unknown:
        raise TypeError(f"a user has no {', '.join(sorted(unknown))} to change")
    values = {name: cleaners[name](value) for name, value in changes.items() if name in cleaners}
    if changes.get("password") is not None:
        rules.check_password(changes["password"], email=values.get("email", ""))
        values["password_hash"] = hash_password(changes["password"])
    stations = changes.get("stations")
    return values, None if stations is None else frozenset(stations)


def _locked(user_id: UUID) -> User:
    user = db.session.execute(
        select(User).where(User.id == user_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if user is None:
        raise NotFound
    return user


def _keep_an_admin(user: User, values: dict[str, Any]) -> None:
    leaves = values.get("active") is False or values.get("role", user.role) != Role.ADMIN
    if user.role != Role.ADMIN or not user.active or not leaves:
        return
    # All admins are locked in one order, so that two admins cannot end each other at the same moment.
    admins = select(User.id).where(User.role == Role.ADMIN, User.active).order_by(User.id).with_for_update()
    if not set(db.session.execute(admins).scalars()) - {user.id}:
        raise RuleBroken("This is the last administrator: name another one first.", code="last_admin")


def _set_stations(user_id: UUID, stations: Iterable[UUID]) -> None:
    wanted = frozenset(stations)
    known = (
        set(db.session.execute(select(Place.id).where(Place.id.in_(wanted))).scalars()) if wanted else set()
    )
    if wanted - known:
        raise RuleBroken("There is no such station.", code="unknown_station", field="stations")
    db.session.execute(delete(UserStation).where(UserStation.user_id == user_id))
    if wanted:
        db.session.execute(
            insert(UserStation), [{"user_id": user_id, "place_id": place} for place in sorted(wanted)]
        )
