"""Money over the counter."""

from core.payments.gateways.cash.gateway import CashGateway

__all__ = ["CashGateway"]
