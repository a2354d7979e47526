"""What the simulated gateway does by itself: outcomes whose time has come, and signed messages until they are taken.

One thread looks for what is due and sleeps in between; a few others send, so that a slow receiver holds up nobody.
A message is forgotten only when it was taken (2xx) or given up, so a crash sends it again.
"""

import json
from queue import Queue
from threading import Condition, Thread

import httpx
import structlog

from core.payments.gateways.simulated import signing
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
        self._http = httpx.Client(timeout=httpx.Timeout(10.0, connect=2.0), trust_env=False)

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
            with self._changed:
                at_work = set(self._sending)
                self._news = False
            tasks, wait = (
                self._store.due(at_work, _AT_WORK - len(at_work)) if len(at_work) < _AT_WORK else ([], None)
            )
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
            try:
                self._send(task)
            except Exception as error:  # noqa: BLE001 - a sender must not die of one message
                log.warning("message_not_sent", error=repr(error))
                self._again(task)
            with self._changed:
                self._sending.discard(task.id)
            self.wake()

    def _send(self, task: Task) -> None:
        """One attempt, signed anew: the signature tells when this attempt was made."""
        body = json.dumps(task.detail).encode()
        headers = {signing.HEADER: signing.sign(self._secret, body), "Content-Type": "application/json"}
        answer = self._http.post(task.subject, content=body, headers=headers)
        if answer.is_success:
            self._store.finish(task)
            return
        log.warning("message_refused", status=answer.status_code, event_id=task.detail["event_id"])
        self._again(task)

    def _again(self, task: Task) -> None:
        if task.attempts + 1 >= MAX_ATTEMPTS:
            log.error("message_given_up", event_id=task.detail["event_id"])
            self._store.finish(task)
        else:
            self._store.postpone(task, min(2.0**task.attempts, _LONGEST_WAIT))
