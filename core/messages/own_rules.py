"""An operator's own words of a letter: which names they may use, what is refused and why, and how they are filled in.

They are Jinja of a small kind: names, `if`, comparisons and a few filters. Without loops, calls and arithmetic a text is
filled in in a time and to a length that its own length bounds; the sandbox and the limits below are the second wall.
"""

import traceback
from collections.abc import Iterator, Mapping
from functools import lru_cache
from time import monotonic

from jinja2 import StrictUndefined, Template, nodes
from jinja2.exceptions import TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

Word = str | int | bool | None

#: The longest that can be typed, and that may come out of it.
MOST_TYPED, MOST_SAID = 4_000, 20_000
_SECONDS = 0.5
_DEEPEST = 25
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.CondExpr, nodes.Const, nodes.Not,
    nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Filter,
)  # fmt: skip
_FILTERS = frozenset({"upper", "lower", "capitalize", "trim", "default"})

_TRAVEL: dict[str, Word] = {
    "operator": "Rede Nova", "journey": "Lisboa – Porto", "place": "Lisboa", "time": "14:45",
    "date": "Friday 20 November 2026", "day": "20 Nov",
}  # fmt: skip
_TICKETS = {**_TRAVEL, "count": 2, "reference": "B2AB CDEF GHJK"}
_REFUND: dict[str, Word] = {
    **_TRAVEL, "amount": "€26.00", "reason": "The seats had been sold.", "by_cash": False, "by_voucher": False,
    "reference": "B2AB CDEF GHJK",
}  # fmt: skip
#: For each kind of letter the names that its words may use, each with an example.
NAMES: dict[str, Mapping[str, Word]] = {
    "booking.cancelled": {
        **_TICKETS, "whole": True, "reason": "The road is closed.", "by_cash": False, "by_bank": True, "by_voucher": False,
    },
    "booking.changed": _TICKETS,
    "booking.confirmed": _TICKETS,
    "disruption.choice": {
        **_TRAVEL, "late": False, "seatless": False, "planned": "14:45", "reason": "The road is closed.", "rebook": False,
        "until": "Friday 20 November 2026, 12:00",
    },
    "payment.late": _REFUND,
    "refund.processed": _REFUND,
    "reminder.due": _TICKETS,
    "reservation.expired": _TRAVEL,
    "schedule.delayed": {**_TRAVEL, "late": True, "planned": "14:15", "count": 2},
    "schedule.platform": {**_TRAVEL, "word": "Bay", "platform": "4", "count": 2},
    "waiting.offered": {**_TRAVEL, "until": "Friday 20 November 2026, 12:00"},
}  # fmt: skip


class BadWords(ValueError):
    """The words cannot be used: the line (from 1) and a sentence that says why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"Line {line}: {why}")
        self.line = line


def check(kind: str, text: str) -> None:
    """Raises `BadWords` for the first thing in `text` that a letter of this kind cannot have."""
    if len(text) > MOST_TYPED:
        raise BadWords(1, f"This is longer than {MOST_TYPED} characters.")
    for node in _nodes(_parsed(text)):
        _check_node(kind, node)
    examples = NAMES[kind]
    fill(text, examples)
    fill(text, {name: None if isinstance(word, str) else not word for name, word in examples.items()})


def fill(text: str, values: Mapping[str, Word]) -> str:
    """`text` with its names filled in. Raises `BadWords`, also for what is longer than `MOST_SAID` or takes too long."""
    end, said, length = monotonic() + _SECONDS, [], 0
    try:
        for piece in _template(text).generate(dict(values)):
            length += len(piece)
            if length > MOST_SAID or monotonic() > end:
                raise BadWords(1, f"This comes out longer than {MOST_SAID} characters.")
            said.append(piece)
    except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        if isinstance(error, BadWords):
            raise
        raise BadWords(_line_of(error), f"This cannot be filled in: {error}.") from error
    return "".join(said)


def usable(values: Mapping[str, object]) -> dict[str, Word]:
    """Those values that own words may see: plain words and numbers, nothing with methods of ours."""
    return {
        name: value
        for name, value in values.items()
        if value is None or (isinstance(value, str | int) and type(value) in (str, int, bool))
    }


def _parsed(text: str) -> nodes.Template:
    try:
        return _environment().parse(text)
    except TemplateSyntaxError as error:
        raise BadWords(error.lineno, error.message or "This is not understood.") from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise BadWords(1, "This is nested too deeply, or has a number that is too large.") from error


def _nodes(tree: nodes.Node) -> Iterator[nodes.Node]:
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > _DEEPEST:
            raise BadWords(node.lineno, "This is nested too deeply.")
        yield node
        waiting += [(each, depth + 1) for each in reversed(list(node.iter_child_nodes()))]


def _check_node(kind: str, node: nodes.Node) -> None:
    if not isinstance(node, _ALLOWED):
        raise BadWords(
            node.lineno, f"“{type(node).__name__.lower()}” cannot be used here: only names, if, and filters."
        )
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        raise BadWords(node.lineno, f"There is no filter {node.name}: {', '.join(sorted(_FILTERS))}.")
    if isinstance(node, nodes.Name) and node.name not in NAMES[kind]:
        raise BadWords(node.lineno, f"There is no {node.name[:40]} in this letter: {', '.join(NAMES[kind])}.")


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )


@lru_cache(maxsize=256)
def _template(text: str) -> Template:
    return _environment().from_string(text)


def _line_of(error: BaseException) -> int:
    lines = [
        each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == "<template>"
    ]
    return (lines[-1] if lines else getattr(error, "lineno", None)) or 1
