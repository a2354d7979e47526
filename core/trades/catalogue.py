"""All trades by their code: the one list that the rest of the product reads."""

from core.trades.bus import BUS
from core.trades.cinema import CINEMA
from core.trades.flight import FLIGHT
from core.trades.trade import Trade

TRADES: dict[str, Trade] = {trade.code: trade for trade in (BUS, FLIGHT, CINEMA)}


def trade_of(code: str) -> Trade:
    """The trade with that code; KeyError when there is none, which the database's check rules out."""
    return TRADES[code]
