"""The office as the agent sees it: three questions over HTTPS with the kiosk's own agent token."""

from collections.abc import Sequence
from typing import Any

import httpx

#: An answer to a waiting question takes so long at most; the network gets a little more.
WAIT = 10
_MOST = 500
_TIME_OUT = httpx.Timeout(WAIT + 8.0, connect=4.0)


class OfficeAway(Exception):
    """The office does not answer, or not in a way that can be used: try again."""


class Refused(Exception):
    """The token is not good (any more): the kiosk was locked out, or has another agent now."""


class Gap(Exception):
    """The office has another last event than we thought."""

    def __init__(self, last_event: int) -> None:
        self.last_event = last_event
        super().__init__(f"the office's last event is {last_event}")


class Office:
    """Asks. Each method raises OfficeAway or Refused."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        base = f"{url.rstrip('/')}/api/v1/kiosk-agent"
        self._client = httpx.Client(base_url=base, headers=headers, timeout=_TIME_OUT)

    def hello(self, version: str, devices: dict[str, Any], state: dict[str, Any]) -> int:
        """Say that the agent has started; gives the number of the last event that the office has."""
        answer = self._ask("/hello", {"version": version, "devices": devices, "state": state})
        return int(answer["last_event"])

    def commands(self, known: Sequence[str], wait: int = WAIT) -> list[dict[str, Any]]:
        """What there is to do beside what is known; waits for it."""
        found = self._ask("/commands", {"wait": wait, "known": list(known)[-_MOST:]})["commands"]
        return list(found)

    def report(self, events: Sequence[dict[str, Any]]) -> int:
        """Tell what happened; gives the number of the last event that the office has. Raises Gap."""
        return int(self._ask("/events", {"events": list(events)})["last_event"])

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self._client.post(path, json=body)
            said: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OfficeAway(str(error)) from None
        if answer.status_code == 200:
            return said
        if answer.status_code == 401:
            raise Refused(said.get("title", "refused"))
        if said.get("code") == "event_gap":
            raise Gap(int(said["last_event"]))
        raise OfficeAway(f"{answer.status_code} {said.get('code')}")
