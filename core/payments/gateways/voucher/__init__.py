"""The office's own vouchers."""

from core.payments.gateways.voucher.gateway import VoucherGateway

__all__ = ["VoucherGateway"]
