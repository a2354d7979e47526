"""The line between a kiosk and its office, which can be cut and mended: a port of its own that hands on every byte."""

import socket
import threading
from contextlib import suppress

_CHUNK = 65_536


class Line:
    """Hands on from `port` to `office`, a port of this machine, until it is closed."""

    def __init__(self, office: int) -> None:
        self._office = office
        self._open: set[socket.socket] = set()
        self._door = self._listen(0)
        self.port = int(self._door.getsockname()[1])

    def cut(self) -> None:
        """Nobody answers any more, and whoever speaks is interrupted: as when the office's machine is switched off."""
        self._door.close()
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Answer again."""
        self._door = self._listen(self.port)

    close = cut

    def _listen(self, port: int) -> socket.socket:
        door = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._welcome, args=(door,), daemon=True).start()
        return door

    def _welcome(self, door: socket.socket) -> None:
        door.settimeout(0.1)  # a closed door is noticed soon
        while door.fileno() >= 0:
            try:
                caller, _ = door.accept()
                called = socket.create_connection(("127.0.0.1", self._office))
            except TimeoutError:
                continue
            except OSError:
                return
            caller.settimeout(None)
            for one, other in ((caller, called), (called, caller)):
                self._open.add(one)
                threading.Thread(target=self._hand_on, args=(one, other), daemon=True).start()

    def _hand_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(_CHUNK):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)
        self._open.discard(one)
        if other not in self._open:
            one.close()
            other.close()
