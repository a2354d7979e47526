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
    VOUCHER = "voucher"


class Account(StrEnum):
    """The ledger's accounts. Debits are positive, credits negative.

    `prepayments` are parts of a split payment that wait for the others; `goodwill` is what vouchers cost that nobody
    bought. `safe` is the office's cash that is in no drawer, `over_short` what drawers had more or less than they should.
    `intake` is money in a kiosk's cash box that has bought nothing (yet).
    """

    CASH_DRAWER = "cash_drawer"
    GATEWAY_RECEIVABLE = "gateway_receivable"
    REVENUE = "revenue"
    FEES = "fees"
    TAXES = "taxes"
    REFUNDS_DUE = "refunds_due"
    VOUCHER_LIABILITY = "voucher_liability"
    GOODWILL = "goodwill"
    PREPAYMENTS = "prepayments"
    SAFE = "safe"
    OVER_SHORT = "over_short"
    INTAKE = "intake"


class VoucherEntryKind(StrEnum):
    ISSUED = "issued"
    SPENT = "spent"
    GIVEN_BACK = "given_back"


class IntakeStatus(StrEnum):
    """A kiosk's cash box is `taking` money, told to stop (`stopping`), giving back (`returning`), has left something
    `owed` that it could not give back, or is `done`.
    """

    TAKING = "taking"
    STOPPING = "stopping"
    RETURNING = "returning"
    OWED = "owed"
    DONE = "done"


class MovementKind(StrEnum):
    """What moved a piece of cash at a kiosk."""

    INSERTED = "inserted"
    PAID_OUT = "paid_out"
