"""`bookinghall live`: Socket.IO alone, for offices with more watchers than the web process can hold."""

from __future__ import annotations

import os
from typing import Any

import click

from core.commands.web import _Server
from core.kernel.office import Office
from core.kernel.settings import Settings


@click.command()
@click.option("--port", default=8081, show_default=True, help="Where the proxy sends /socket.io.")
@click.option("--connections", default=3000, show_default=True, help="Watching browsers at a time.")
@click.pass_obj
def live(office: Office, port: int, connections: int) -> None:
    """Serve live seats to thousands of watchers. Needs Redis between it and the web processes."""
    with office.servers() as settings:
        os.environ.update(settings.environment())
        _Server(_options(settings, port, connections)).run()


def _options(settings: Settings, port: int, connections: int) -> dict[str, Any]:
    return {
        "bind": f"{settings.host}:{port}",
        "workers": 1,  # Socket.IO needs a browser to come back to the same process: start several behind a proxy
        "worker_class": "gevent",
        "worker_connections": connections,
        "graceful_timeout": 2,
        "loglevel": "warning" if settings.log_level == "INFO" else settings.log_level.lower(),
        "proc_name": "bookinghall-live",
        "control_socket_disable": True,
    }
