"""`bookinghall web`: the screens, the API and live seats, served by gunicorn."""

from __future__ import annotations

import os
import sys
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from core.kernel.lean import settle_in
from core.kernel.office import Office
from core.kernel.serving import StayingWorker
from core.kernel.settings import PROJECT_ROOT, Settings


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, told its settings by us and not by a file."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Called in each worker process, so that none inherits another's connections."""
        from importlib import import_module

        if str(PROJECT_ROOT) not in sys.path:
            sys.path.insert(0, str(PROJECT_ROOT))
        app = import_module("wsgi").application_factory()
        settle_in()
        import_module("core.live.emitter").start(app)
        return app


@click.command()
@click.option(
    "--workers", default=1, show_default=True, help="Processes; more than one needs Redis for live seats."
)
@click.option(
    "--threads", default=96, show_default=True, help="Threads of each; every watching browser takes one."
)
@click.pass_obj
def web(office: Office, workers: int, threads: int) -> None:
    """Serve the screens, the API and live seats."""
    with office.servers() as settings:
        os.environ.update(settings.environment())  # for the worker processes, which load settings themselves
        _Server(_options(settings, workers, threads)).run()


def _options(settings: Settings, workers: int, threads: int) -> dict[str, Any]:
    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": workers,
        "threads": threads,
        # A socket of its own for each process: from a shared one, whoever wakes first takes all who come at once.
        "reuse_port": workers > 1,
        "worker_class": StayingWorker,
        "timeout": 60,
        "graceful_timeout": 2,
        "keepalive": 5,
        "loglevel": "warning" if settings.log_level == "INFO" else settings.log_level.lower(),
        "proc_name": "bookinghall-web",
        "control_socket_disable": True,
    }
