"""Who holds seats. Rules such as "one active reservation per schedule" count holders."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holder:
    """A user, a guest session, a kiosk session or an API client's reference: `kind` and `id` say which, `label` is for
    people ("Kiosk 2").
    """

    kind: str
    id: str
    label: str
