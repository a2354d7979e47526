"""What the simulated gateway does by itself: outcomes whose time has come, and signed messages until they are taken.

One thread looks for what is due and sleeps in between; a few others send, so that a slow receiver holds up nobody.
A message is forgotten only when it was taken (2xx) or given up, so a crash sends it again.
"""

import json
import time
from queue import Queue
from threading import Condition, Thread

import structlog

from core.payments.gateways.simulated import signing
from core.payments.gateways.simulated.line import Line
from core.payments.gateways.simulated.store import Store, Task

log = structlog.get_logger(__name__)

SENDERS = 12
MAX_ATTEMPTS = 12
_LONGEST_WAIT = 60.0
_AT_WORK = 48


class Delivery:
    """Begins with `start()`; `wake()` tells it that something new is due. Its threads end with the process."""

    def __init__(self, store: Store, secret: str) -> None:
        self._store = store
        self._secret = secret
        self._changed = Condition()
        self._news = False
        self._sending: set[int] = set()
        self._queue: Queue[Task] = Queue(_AT_WORK)
        self._line = Line(connect=2.0, read=10.0)

    def start(self) -> None:
        """Start the threads."""
        Thread(target=self._look, name="due", daemon=True).start()
        for number in range(SENDERS):
            Thread(target=self._send_all, name=f"sender-{number}", daemon=True).start()

    def wake(self) -> None:
        """Something may be due now."""
        with self._changed:
            self._news = True
            self._changed.notify()

    def _look(self) -> None:
        while True:
            try:
                self._round()
            except Exception:  # a full disk may have room again
                log.exception("gateway_cannot_remember")
                time.sleep(1)

    def _round(self) -> None:
        """Begin what is due; sleep when there is nothing."""
        with self._changed:
            at_work = set(self._sending)
            self._news = False
        room = _AT_WORK - len(at_work)
        tasks, wait = self._store.due(at_work, room) if room > 0 else ([], None)
        for task in tasks:
            self._begin(task)
        with self._changed:
            if not tasks and not self._news:
                self._changed.wait(wait)

    def _begin(self, task: Task) -> None:
        if task.kind == "outcome":
            self._store.settle(task)
        elif task.kind == "refund":
            self._store.settle_refund(task)
        else:
            with self._changed:
                self._sending.add(task.id)
            self._queue.put(task)

    def _send_all(self) -> None:
        while True:
            task = self._queue.get()
            taken = False
            try:
                taken = self._send(task)
            except Exception as error:  # noqa: BLE001 - a sender must not die of one message
                log.warning("message_not_sent", event_id=task.detail.get("event_id"), error=repr(error))
            self._put_away(task, taken=taken)

    def _put_away(self, task: Task, *, taken: bool) -> None:
        try:
            if taken:
                self._store.finish(task)
            else:
                self._again(task)
        except Exception:  # it stays where it is, and is sent once more
            log.exception("gateway_cannot_remember")
            taken = False
        with self._changed:
            was_full = len(self._sending) >= _AT_WORK
            self._sending.discard(task.id)
        if was_full or not taken:
            self.wake()

    def _send(self, task: Task) -> bool:
        """One attempt, signed anew: the signature tells when this attempt was made. True when it was taken."""
        body = json.dumps(task.detail).encode()
        headers = {signing.HEADER: signing.sign(self._secret, body), "Content-Type": "application/json"}
        answer = self._line.ask("POST", task.subject, headers, body)
        taken = 200 <= answer.status < 300
        if not taken:
            log.warning("message_refused", status=answer.status, event_id=task.detail["event_id"])
        return taken

    def _again(self, task: Task) -> None:
        if task.attempts + 1 >= MAX_ATTEMPTS:
            log.error("message_given_up", event_id=task.detail["event_id"])
            self._store.finish(task)
        else:
            self._store.postpone(task, min(2.0**task.attempts, _LONGEST_WAIT))
