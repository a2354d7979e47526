"""Who asks: worked out from a request's token, key, cookie or session, and from nothing else.

Asked in this order: `Authorization: Bearer` (a user's JWT or a kiosk's token), `X-Api-Key`, the kiosk's cookie, the
signed-in session, else a guest. A guest's id is made and signed by the server (header `X-Guest-Session`, cookie
`bh_guest`): nobody can choose to be another guest. What was given and is not good is refused, not ignored.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from uuid import UUID, uuid4

from flask import Request, request, session
from flask_login import current_user

from core.accounts import rules
from core.accounts.api_keys import holder_of_key
from core.accounts.kiosks import COOKIE as KIOSK_COOKIE
from core.accounts.kiosks import TOKEN_PREFIX as KIOSK_PREFIX
from core.accounts.kiosks import KioskDevice, kiosk_of_token
from core.accounts.standing import standing
from core.accounts.tokens import BadToken, read_access
from core.kernel.activity import Actor
from core.kernel.context import settings
from core.kernel.errors import Forbidden, Malformed, Unauthenticated

GUEST_COOKIE = "bh_guest"
GUEST_HEADER = "X-Guest-Session"
#: A partner names its own customer with it, and a kiosk page its traveller: one holder each.
REFERENCE_HEADER = "X-Client-Reference"
_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,40}")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Party:
    """Whose a reservation is: kind (user, guest, kiosk, api), id within the kind, a word for people."""

    kind: str
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and on whose behalf seats are held. `stations` empty means all (staff), else the kiosk's own.

    `device` is set for a kiosk. `guest_session` is set when it was made for this request and has to reach the browser.
    """

    role: str
    actor: Actor
    holder: Party
    user_id: UUID | None = None
    device: KioskDevice | None = None
    stations: frozenset[UUID] = frozenset()
    scopes: frozenset[str] | None = None
    guest_session: str | None = None

    def may(self, permission: str) -> bool:
        """Whether the caller's role (or a key's scopes) allows this."""
        if self.scopes is not None:
            return permission in self.scopes & rules.ALL
        return rules.allowed(self.role, permission)

    @property
    def is_guest(self) -> bool:
        return self.role == "guest"

    @property
    def is_staff(self) -> bool:
        return self.role in rules.STAFF


def require(caller: Caller, permission: str) -> None:
    """Raises Unauthenticated (a guest could sign in) or Forbidden unless the caller may do this."""
    if caller.may(permission):
        return
    raise Unauthenticated() if caller.is_guest else Forbidden()


def caller_of_request() -> Caller:
    """The caller of the current request. Raises Unauthenticated for a bad token, key or guest session."""
    address = request.remote_addr
    bearer = _bearer(request)
    if bearer is not None:
        return _of_kiosk(bearer, address) if bearer.startswith(KIOSK_PREFIX) else _of_token(bearer, address)
    key = request.headers.get("X-Api-Key")
    if key is not None:
        return _of_key(key, address)
    if KIOSK_COOKIE in request.cookies:
        refuse_other_sites()
        return _of_kiosk(request.cookies[KIOSK_COOKIE], address)
    if "_user_id" in session and current_user.is_authenticated:
        refuse_other_sites()
        return _of_user(current_user.id, address)
    return _of_guest(address)


def refuse_other_sites() -> None:
    """A browser sends cookies along with what other sites ask for: such a request may change nothing.

    Raises Forbidden `cross_site`.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site not in {None, "same-origin", "none"} or (origin and origin.partition("://")[2] != request.host):
        raise Forbidden("This was asked for by another site.", code="cross_site")


def new_guest_session() -> str:
    """A guest's id with the server's signature."""
    return sign_guest(uuid4().hex)


def sign_guest(guest_id: str) -> str:
    """``<id>.<signature>``."""
    return f"{guest_id}.{_signature(settings().secret_key, guest_id)}"


def read_guest(signed: str) -> str | None:
    """The guest's id, or None when the server did not sign it."""
    guest_id, _, signature = signed.partition(".")
    expected = _signature(settings().secret_key, guest_id)
    good = hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode())
    return guest_id if good else None


def _of_token(token: str, address: str | None) -> Caller:
    found = standing(read_access(token).user_id)
    if found is None:
        raise BadToken
    return _user_caller(found.user_id, found.name, found.role, found.stations, address)


def _of_user(user_id: UUID, address: str | None) -> Caller:
    found = standing(user_id)
    if found is None:
        raise Unauthenticated
    return _user_caller(found.user_id, found.name, found.role, found.stations, address)


def _user_caller(
    user_id: UUID, name: str, role: str, stations: frozenset[UUID], address: str | None
) -> Caller:
    text = str(user_id)
    return Caller(
        role,
        Actor("user", text, name, address),
        Party("user", text, name),
        user_id=user_id,
        stations=stations,
    )


def _of_key(key: str, address: str | None) -> Caller:
    found = holder_of_key(key)
    if found is None:
        raise Unauthenticated("This API key is not valid.", code="bad_api_key")
    text = str(found.key_id)
    return Caller(
        "api", Actor("api", text, found.name, address), Party("api", _with_reference(text), found.name),
        scopes=found.scopes,
    )  # fmt: skip


def _of_kiosk(token: str, address: str | None) -> Caller:
    found = kiosk_of_token(token)
    if found is None:
        raise Unauthenticated("This kiosk is not paired any more.", code="kiosk_unknown")
    text = str(found.id)
    return Caller(
        "kiosk", Actor("kiosk", text, found.name, address), Party("kiosk", _with_reference(text), found.name),
        device=found, stations=frozenset({found.place_id}),
    )  # fmt: skip


def _of_guest(address: str | None) -> Caller:
    given = request.headers.get(GUEST_HEADER)
    guest_id = read_guest(given) if given is not None else None
    if given is not None and guest_id is None:
        raise Unauthenticated("This guest session is not valid.", code="bad_guest_session")
    if guest_id is None and GUEST_COOKIE in request.cookies:
        guest_id = read_guest(request.cookies[GUEST_COOKIE])
        if guest_id is not None:
            refuse_other_sites()
    fresh = None
    if guest_id is None:
        fresh = new_guest_session()
        guest_id = fresh.partition(".")[0]
    return Caller(
        "guest",
        Actor("guest", guest_id, "Guest", address),
        Party("guest", guest_id, "Guest"),
        guest_session=fresh,
    )


def _bearer(asked: Request) -> str | None:
    header = asked.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Please send the token as: Authorization: Bearer <token>.", code="bad_token")
    return token.strip()


def _with_reference(owner: str) -> str:
    reference = request.headers.get(REFERENCE_HEADER)
    if reference is None:
        return owner
    if not _REFERENCE.fullmatch(reference):
        raise Malformed(
            f"{REFERENCE_HEADER} takes 1 to 40 letters, digits, dots, hyphens and underscores.",
            code="bad_reference",
        )
    return f"{owner}:{reference}"


@cache
def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"bookinghall guest sessions", sha256).digest()


def _signature(secret: str, guest_id: str) -> str:
    digest = hmac.new(_key(secret), guest_id.encode("utf-8", "replace"), sha256).digest()[:16]
    return urlsafe_b64encode(digest).decode().rstrip("=")
