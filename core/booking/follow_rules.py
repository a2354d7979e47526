"""Who travelled, pure: from what gate and check-in know, by the operator's rule. No I/O."""

from dataclasses import dataclass

#: What a policy says of those who were not seen: `known` (a no-show where a gate or a check-in was at work), `unused` (every
#: ticket that no gate let in), `never`.
NO_SHOW_RULES = ("known", "unused", "never")


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of one booking: a ticket of it was used, it was checked in; and of its run: a gate was at work there
    (some ticket was used), its trade has a check-in.
    """

    used: bool
    checked_in: bool
    gate: bool
    check_in: bool


def outcome(seen: Presence, rule: str) -> str:
    """`completed` or `no_show`. A gate knows better than a check-in: who checked in may have stayed at the bar."""
    if seen.used or rule == "never":
        return "completed"
    if rule == "unused" or seen.gate:
        return "no_show"
    return "no_show" if seen.check_in and not seen.checked_in else "completed"
