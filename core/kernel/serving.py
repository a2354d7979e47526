"""How requests reach the application: gunicorn's threads, with less walking to and fro between them.

gunicorn hands a connection back to its main thread after every answer, to be watched there and handed to a thread again:
a third of what a small answer takes. Whoever asks again at once is answered by the same thread here.
"""

import select
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

#: How long a thread that has nothing else to do waits for the next request of its connection, in milliseconds.
STAYS_MS = 5


class _Threads(ThreadPoolExecutor):
    """A pool that tells whether work is waiting for a thread."""

    @property
    def is_busy(self) -> bool:
        return not self._work_queue.empty()


class StayingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Threads that stay with a connection for a moment, unless another one waits for them."""

    tpool: _Threads

    def get_thread_pool(self) -> _Threads:
        """The pool of this worker."""
        return _Threads(max_workers=self.cfg.threads)

    def handle(self, conn: Any) -> Any:
        """Answer a request of the connection, and those that follow it closely. What is returned is gunicorn's."""
        kept = super().handle(conn)
        while kept is True and self._stays(conn) and _asks_again(conn.sock):
            kept = super().handle(conn)
        return kept

    def _stays(self, conn: Any) -> bool:
        """Not when others wait or the process is to end; requests that are read already are gunicorn's to find."""
        return self.alive and not self.tpool.is_busy and not conn.is_http2 and not _has_read_ahead(conn)


def _has_read_ahead(conn: Any) -> bool:
    return bool(conn.parser.unreader.buf.tell())


def _asks_again(sock: socket.socket) -> bool:
    if sock.fileno() < 0:
        return False
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(STAYS_MS))
