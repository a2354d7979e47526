"""The words of money: what a status, a method and an account of the ledger may be called."""

from enum import StrEnum


class PaymentStatus(StrEnum):
    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"
    REFUNDED = "refunded"


class RefundStatus(StrEnum):
    PENDING = "pending"
    PROCESSED = "processed"
    FAILED = "failed"


class Method(StrEnum):
    CARD = "card"
    CASH = "cash"
    PHONE = "phone"
    WALLET = "wallet"
    UPI = "upi"
    NET_BANKING = "net_banking"


class Account(StrEnum):
    """The ledger's accounts. Debits are positive, credits negative."""

    CASH_DRAWER = "cash_drawer"
    GATEWAY_RECEIVABLE = "gateway_receivable"
    REVENUE = "revenue"
    FEES = "fees"
    TAXES = "taxes"
    REFUNDS_DUE = "refunds_due"
