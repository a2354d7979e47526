"""`bookinghall kiosk-agent`: runs on the kiosk machine, beside its browser. It needs neither database nor settings."""

import signal
from pathlib import Path

import click

from core.peripherals.agent.agent import Agent, Devices
from core.peripherals.agent.drivers.escpos_printer import EscposPrinter
from core.peripherals.agent.journal import Journal
from core.peripherals.agent.office import Office
from core.peripherals.agent.simulators.cash import SimulatedCashBox
from core.peripherals.agent.simulators.printer import SimulatedPrinter
from core.peripherals.agent.simulators.terminal import SimulatedTerminal


@click.command()
@click.option("--office", "url", required=True, help="Where the office is: https://tickets.example.com")
@click.option(
    "--token-file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The token of this kiosk's agent, from the admin.",
)
@click.option(
    "--data", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the journal."
)
@click.option("--printer", help="usb:VENDOR:PRODUCT, network:HOST, serial:DEVICE, file:PATH or simulated.")
@click.option("--cash", metavar="CURRENCY", help="A simulated cash box of this currency.")
@click.option("--terminal", type=click.Choice(["simulated"]), help="A simulated card terminal.")
@click.option("--scanner", type=click.Choice(["simulated"]), help="A scanner that is moved from the admin.")
def kiosk_agent(  # noqa: PLR0917 - click hands over each option by its name
    url: str,
    token_file: Path,
    data: Path,
    printer: str | None,
    cash: str | None,
    terminal: str | None,
    scanner: str | None,
) -> None:
    """Run the devices of this kiosk: printer, cash box, card terminal."""
    simulators = data / "simulators"
    try:
        devices = Devices(
            printer=_printer(printer, simulators) if printer else None,
            cash=SimulatedCashBox(simulators, cash.upper()) if cash else None,
            terminal=SimulatedTerminal(simulators) if terminal else None,
            scanner="simulator" if scanner else None,
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    token = token_file.read_text(encoding="ascii").strip()
    agent = Agent(Office(url, token), Journal(data / "journal.db"), devices, click.echo)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(agent))
    agent.run()


def _printer(name: str, folder: Path) -> SimulatedPrinter | EscposPrinter:
    return SimulatedPrinter(folder) if name == "simulated" else EscposPrinter(name)


def _end(agent: Agent) -> None:
    """At once: the journal is on disk after every event, and the question to the office may wait for seconds."""
    agent.stop()
    raise SystemExit(0)
