"""How the simulated gateway can behave: what a payment comes to, when, and how the message about it travels.

Seconds are multiplied by the process's `pace`, so that tests need not wait as people do.
"""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["completed", "failed"]
DECLINED = "The payment was declined."


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`outcome` comes by itself `after` so many seconds (None: never); its message is sent `message_after` more, in
    `copies`. `page`: a person decides on a pay page. `answer_lost`: the connection breaks before the first answer.
    `answer_after`: seconds that whoever begins it waits for the answer. `contrary`: a message that says the opposite comes
    before or after the true one. `short_by`: the message tells of so many minor units less. `refund`: money goes back slowly
    (a message follows), silently (none does), with its answer lost, only when asked again, or never.
    """

    outcome: Outcome | None = None
    after: float = 0.0
    message_after: float = 0.0
    copies: int = 1
    page: bool = False
    answer_lost: bool = False
    answer_after: float = 0.0
    contrary: Literal["first", "last"] | None = None
    short_by: int = 0
    refund: Literal["", "slow", "silent", "lost", "refused_once", "refused"] = ""


BEHAVIOURS: dict[str, Behaviour] = {
    "page": Behaviour(page=True),
    "tap": Behaviour("completed", after=2),  # a card is held to the reader
    "instant": Behaviour("completed"),
    "decline": Behaviour("failed", after=1),
    "slow": Behaviour("completed", after=10, refund="slow"),
    "never": Behaviour(),
    "twice": Behaviour("completed", copies=2),
    "late": Behaviour("completed", message_after=60),
    "lost": Behaviour("completed", after=1, answer_lost=True),
    "stall": Behaviour("completed", after=25, answer_after=15),
    "failed_first": Behaviour("completed", contrary="first"),
    "failed_last": Behaviour("completed", contrary="last"),
    "short": Behaviour("completed", short_by=1),
    "refund_silent": Behaviour("completed", refund="silent"),
    "refund_lost": Behaviour("completed", refund="lost"),
    "refund_refused_once": Behaviour("completed", refund="refused_once"),
    "refund_refused": Behaviour("completed", refund="refused"),
}

#: What the buttons of the pay page do.
CHOICES: dict[str, Behaviour] = {
    "succeed": Behaviour("completed"),
    "fail": Behaviour("failed"),
    "slow": BEHAVIOURS["slow"],
}


def chosen(asked: str | None, usual: str, *, in_person: bool, method: str) -> str:
    """The behaviour of an intent: what it asks for, else what the process was started with, else what fits the place."""
    if asked:
        return asked
    if usual != "page":
        return usual
    return "tap" if in_person and method == "card" else "page"
