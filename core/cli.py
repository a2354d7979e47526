"""The `bookinghall` command. Each command lives with its subject; this table says where.

A command is loaded when it is called, so that one does not wait for the imports of all.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from core.kernel.embedded import EmbeddedServerError
from core.kernel.errors import DomainError
from core.kernel.office import Office
from core.kernel.settings import Settings, SettingsError

# name -> "module:function" of a click command
COMMANDS: dict[str, str] = {
    "run": "core.commands.run:run",
    "migrate": "core.commands.migrate:migrate",
    "web": "core.commands.web:web",
    "live": "core.commands.live:live",
    "worker": "core.jobs.commands:worker",
    "cron": "core.jobs.commands:cron",
    "simulated-gateway": "core.payments.gateways.simulated.command:simulated_gateway",
    "kiosk-agent": "core.peripherals.agent.command:kiosk_agent",
    "import-gtfs": "core.commands.import_gtfs:import_gtfs",
    "prove": "core.commands.prove:prove",
}

#: PostgreSQL's codes for a table, a function or a column that is not there.
_NOT_THERE = frozenset({"42P01", "42883", "42703"})


class _Commands(click.Group):
    """Finds commands in `COMMANDS`, and turns known faults into a sentence instead of a stack trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [name for name, place in COMMANDS.items() if _exists(place)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        place = COMMANDS.get(cmd_name)
        if place is None or not _exists(place):
            return None
        module, _, function = place.partition(":")
        command: click.Command = getattr(import_module(module), function)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (SettingsError, EmbeddedServerError, DomainError) as error:
            sentence = str(error)
        except OperationalError as error:
            sentence = f"The database does not answer or refuses: {str(error.orig).splitlines()[0]}"
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) not in _NOT_THERE:
                raise
            sentence = "The database is not at the newest schema. Run bookinghall migrate first."
        click.secho(sentence, err=True, fg="red")
        sys.exit(1)


def _exists(place: str) -> bool:
    try:
        return find_spec(place.partition(":")[0]) is not None
    except ModuleNotFoundError:
        return False


@click.group(cls=_Commands)
@click.version_option(package_name="bookinghall")
@click.pass_context
def main(context: click.Context) -> None:
    """Bookinghall: a self-hosted ticket office."""
    context.obj = Office(_make_app)


def _make_app(settings: Settings) -> Flask:
    from core.app import create_app

    return create_app(settings)


if __name__ == "__main__":
    main(prog_name="bookinghall")
