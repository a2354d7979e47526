"""The tickets that a feed sells for one journey, and what each passenger type pays of them. Pure.

A feed lists tickets; a sale has one fare and passenger types. What lies between is decided here, in one place, and every
decision is named in the outcome, so that the import can say it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from core.timetable.rules import fold

#: Words of names and ids, folded, that say who a ticket is for.
_TYPES = {
    "adult": "adult adults adulte adulto adulti dorosly erwachsene erwachsener full normal normalny normale regular",
    "child": "child children kid kids bambini bambino copii copil crianca dzieci dziecko enfant enfants kind kinder nina "
    "nino ninos",
    "senior": "senior seniors elderly pensionar pensionari pensioner retired rentner seniorzy",
}
_OTHERS = (
    "concession", "concessions", "disabled", "infant", "infants", "military", "reduced", "student", "students", "studenci",
    "veteran", "youth",
)  # fmt: skip
_TYPE_OF = {word: kind for kind, words in _TYPES.items() for word in words.split()}
#: Who is none of the passenger types of a sale, such as a student.
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket of a feed: `family` is what it has in common with those for other passengers, `passenger_type` None means
    everybody. `amount` is minor units.
    """

    id: str
    family: str
    passenger_type: str | None
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Price:
    """What a journey costs an adult, and the types that have a price of their own. `taken` is the adult's ticket,
    `left_out` those that hold too, cost something else and cannot be told apart in a sale.
    """

    amount: int
    by_type: dict[str, int] = field(default_factory=dict)
    taken: str = ""
    left_out: tuple[str, ...] = ()


def passenger_type_of(name: str) -> tuple[str | None, str]:
    """Whom the words of a name speak of (None: of nobody, OTHER: of no type of ours), and the name without them."""
    words = fold(name.replace("_", " ")).split()
    found = [_TYPE_OF.get(word, OTHER if word in _OTHERS else None) for word in words]
    types = {kind for kind in found if kind}
    rest = " ".join(word for word, kind in zip(words, found, strict=True) if kind is None)
    return (None, name) if not types else (types.pop() if len(types) == 1 else OTHER, rest)


def choose(tickets: Iterable[Ticket]) -> Price | None:
    """The price of a journey for which these tickets hold; None when no adult can travel on one.

    Of several families, which a sale cannot tell apart, the one that is cheapest for an adult is taken, as journey
    planners do. A ticket for one type only (a child's, say) goes with it when no family of its own has an adult's.
    """
    adults: dict[str, Ticket] = {}
    special: dict[tuple[str, str], Ticket] = {}
    every = list(tickets)
    for ticket in every:
        if ticket.passenger_type in (None, "adult"):
            _keep(adults, ticket.family, ticket, cheapest=True)
        elif ticket.passenger_type != OTHER:
            _keep(special, (ticket.family, ticket.passenger_type), ticket, cheapest=False)
    if not adults:
        return None
    best = min(adults.values(), key=lambda ticket: (ticket.amount, ticket.id))
    by_type: dict[str, int] = {}
    for (family, kind), ticket in special.items():
        if family == best.family:
            by_type[kind] = ticket.amount
    for (family, kind), ticket in special.items():
        if family not in adults:
            by_type.setdefault(kind, ticket.amount)
    left_out = {t.id for t in every if t.passenger_type != OTHER and t.amount != _asked(t, best, by_type)}
    return Price(best.amount, by_type, best.id, tuple(sorted(left_out)))


def _asked(ticket: Ticket, best: Ticket, by_type: dict[str, int]) -> int:
    """What somebody pays who could travel on this ticket."""
    return by_type.get(ticket.passenger_type or "", best.amount)


def _keep(kept: dict[Any, Ticket], key: Any, ticket: Ticket, *, cheapest: bool) -> None:
    known = kept.get(key)
    if known is None or (ticket.amount < known.amount) == cheapest:
        kept[key] = ticket
