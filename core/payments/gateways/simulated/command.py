"""`bookinghall simulated-gateway`: the payment service for trying everything out, as a process of its own."""

from typing import Any
from urllib.parse import urlsplit

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from core.kernel.serving import StayingWorker
from core.kernel.settings import Settings
from core.payments.gateways.simulated.behaviours import BEHAVIOURS

_THREADS = 16
# The office looks whether a connection was closed before it uses it again; this long it need not make a new one.
_KEEP_ALIVE = 60


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with one process: the state is one file."""

    def __init__(self, settings: Settings, pace: float, usual: str) -> None:
        self._settings = settings
        self._pace = pace
        self._usual = usual
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": _bind(self._settings.simulated_gateway_url),
            "workers": 1,
            "threads": _THREADS,
            "worker_class": StayingWorker,
            "timeout": 60,
            "graceful_timeout": 2,
            "keepalive": _KEEP_ALIVE,
            "loglevel": "warning",
            "proc_name": "bookinghall-simulated-gateway",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in the worker process, where its threads have to live."""
        from core.payments.gateways.simulated.server import create_gateway

        return create_gateway(self._settings, self._pace, self._usual)


@click.command()
@click.option(
    "--pace", type=click.FloatRange(0, 100), default=1.0, show_default=True, help="Multiplies every wait."
)
@click.option(
    "--behaviour",
    type=click.Choice(list(BEHAVIOURS)),
    default="page",
    show_default=True,
    help="Of payments that ask for none.",
)
def simulated_gateway(pace: float, behaviour: str) -> None:
    """Run the simulated payment service. No money moves."""
    _Server(Settings.load(), pace, behaviour).run()


def _bind(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or "127.0.0.1"
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
