"""Tables of money: payments and refunds as they are agreed with a gateway, and the ledger that accounts for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id
from core.payments.words import (
    Account,
    IntakeStatus,
    Method,
    MovementKind,
    PaymentStatus,
    RefundStatus,
    VoucherEntryKind,
)


class Payment(Base):
    """One attempt to pay one reservation. Several may fail; what a booking needs is one that completed, or a split: the
    payments with one `split_id`, which completed together come to the price; one that is `waiting` has come before the
    others.

    Who pays a basket pays once: its payments, one a reservation, have one `lead_id`, and the gateway knows only the leading
    one, for the sum.
    """

    __tablename__ = "payments"
    __table_args__ = (
        one_of("status", PaymentStatus),
        one_of("method", Method),
        CheckConstraint("amount >= 0", name="amount_positive"),
        UniqueConstraint("gateway", "gateway_reference"),
        Index("ix_payments_reservation", "reservation_id"),
        Index("ix_payments_created_at", "created_at"),
        Index(
            "ix_payments_gateway_reference",
            "gateway_reference",
            postgresql_where=text("gateway_reference IS NOT NULL"),
        ),
        Index("ix_payments_split", "split_id", postgresql_where=text("split_id IS NOT NULL")),
        Index("ix_payments_lead", "lead_id", postgresql_where=text("lead_id IS NOT NULL")),
        Index("ix_payments_waiting", "reservation_id", postgresql_where=text("waiting")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reservation_id: Mapped[UUID] = mapped_column(ForeignKey("reservations.id"))
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    gateway: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(10), server_default="pending")
    gateway_reference: Mapped[str | None] = mapped_column(String(120))
    pay_url: Mapped[str | None] = mapped_column(String(500))
    failure: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    settled_at: Mapped[datetime | None]
    split_id: Mapped[UUID | None]
    waiting: Mapped[bool] = mapped_column(server_default=text("false"))
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))

    refunds: Mapped[list["Refund"]] = relationship(viewonly=True)


class Refund(Base):
    """Money on its way back. Never more than was paid: trigger `refunds_within_payment`. One of a cancellation says of
    which. `attempts` counts how often its gateway was asked, `refusals` how often it said no; `failure` is what it said last.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        one_of("status", RefundStatus),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_refunds_payment", "payment_id"),
        Index("ix_refunds_created_at", "created_at"),
        Index("ix_refunds_next_try", "next_try_at", postgresql_where=text("status = 'pending'")),
        Index("ix_refunds_failed", "created_at", postgresql_where=text("status = 'failed'")),
        Index(
            "ix_refunds_cancellation",
            "cancellation_id",
            postgresql_where=text("cancellation_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    cancellation_id: Mapped[UUID | None] = mapped_column(ForeignKey("cancellations.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(10), server_default="pending")
    reason: Mapped[str] = mapped_column(String(200))
    gateway_reference: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    settled_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    refusals: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    failure: Mapped[str | None] = mapped_column(String(200))
    next_try_at: Mapped[datetime | None] = mapped_column(
        server_default=text("app_now() + interval '1 minute'")
    )


class Voucher(Base):
    """A value that an operator owes to whoever knows the code. `balance` is the sum of its entries, never below nothing."""

    __tablename__ = "vouchers"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("balance >= 0", name="balance_positive"),
        Index("ix_vouchers_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    code: Mapped[str] = mapped_column(String(12), unique=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    sold: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(300))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    expires_at: Mapped[datetime | None]

    entries: Mapped[list["VoucherEntry"]] = relationship(order_by="VoucherEntry.id", viewonly=True)


class VoucherEntry(Base):
    """One change of a voucher's balance, written once: a payment takes from it once, a refund gives to it once."""

    __tablename__ = "voucher_entries"
    __table_args__ = (
        one_of("kind", VoucherEntryKind),
        Index("ix_voucher_entries_voucher", "voucher_id"),
        Index(
            "uq_voucher_entries_payment",
            "payment_id",
            unique=True,
            postgresql_where=text("kind = 'spent'"),
        ),
        UniqueConstraint("refund_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    voucher_id: Mapped[UUID] = mapped_column(ForeignKey("vouchers.id"))
    kind: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int] = mapped_column(BigInteger)
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("refunds.id"))
    at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))


class CashIntake(Base):
    """One payment in cash at a kiosk: what its box took, what of it paid, what it gave back. The rest is owed.

    `slip_code` is on the slip of what the box could not give back; whoever shows it is paid at the counter.
    """

    __tablename__ = "cash_intakes"
    __table_args__ = (
        one_of("status", IntakeStatus),
        UniqueConstraint("slip_code"),
        Index(
            "uq_cash_intakes_kiosk_id",
            "kiosk_id",
            unique=True,
            postgresql_where=text("status IN ('taking', 'stopping', 'returning')"),
        ),
        Index("ix_cash_intakes_owed", "created_at", postgresql_where=text("status = 'owed'")),
    )

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    kiosk_id: Mapped[UUID] = mapped_column(ForeignKey("kiosks.id"))
    reservation_id: Mapped[UUID] = mapped_column(ForeignKey("reservations.id"))
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    currency: Mapped[str] = mapped_column(String(3))
    wanted: Mapped[int] = mapped_column(BigInteger)
    inserted: Mapped[int] = mapped_column(BigInteger, server_default="0")
    used: Mapped[int] = mapped_column(BigInteger, server_default="0")
    paid_out: Mapped[int] = mapped_column(BigInteger, server_default="0")
    status: Mapped[str] = mapped_column(String(10), server_default="taking")
    slip_code: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    closed_at: Mapped[datetime | None]


class CashMovement(Base):
    """One piece of cash that went into a kiosk's box (positive) or came out of it (negative), written once
    (`cash_movements_append_only`).

    `payment_id` is None for a piece that belongs to no payment known here: somebody has to look for whose it is.
    """

    __tablename__ = "cash_movements"
    __table_args__ = (
        one_of("kind", MovementKind),
        Index("ix_cash_movements_kiosk", "kiosk_id", "at"),
        Index("ix_cash_movements_stray", "at", postgresql_where=text("payment_id IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kiosk_id: Mapped[UUID] = mapped_column(ForeignKey("kiosks.id"))
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))


class WebhookEvent(Base):
    """One signed message of a gateway, processed once. `effect` says what came of it; `parked` means that the payment
    is not known here (yet).
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("gateway", "event_id"),
        Index(
            "ix_webhook_events_open",
            "received_at",
            postgresql_where=text("effect IN ('parked', 'disagrees')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    gateway: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[str] = mapped_column(String(120))
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    payload: Mapped[dict[str, Any]]
    effect: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))


class LedgerPosting(Base):
    """One fact of money: its entries sum to zero (deferred trigger `ledger_balanced`), and nothing is ever changed
    (`ledger_append_only`).

    Where cash moves, `shift_id` is the shift in whose drawer (trigger `cash_needs_shift`). A posting without an operator is
    the office's own: the float, what is put in or taken out, over and short.
    """

    __tablename__ = "ledger_postings"
    __table_args__ = (
        CheckConstraint("num_nonnulls(operator_id, shift_id) > 0", name="has_owner"),
        Index("ix_ledger_postings_at", "at"),
        Index("ix_ledger_postings_refund", "refund_id", postgresql_where=text("refund_id IS NOT NULL")),
        Index("ix_ledger_postings_shift", "shift_id", postgresql_where=text("shift_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    operator_id: Mapped[UUID | None] = mapped_column(ForeignKey("operators.id"))
    currency: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(30))
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("refunds.id"))
    reservation_id: Mapped[UUID | None] = mapped_column(ForeignKey("reservations.id"))
    route_id: Mapped[UUID | None] = mapped_column(ForeignKey("routes.id"))
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"))


class LedgerEntry(Base):
    """One line of a posting; debit positive, credit negative, minor units."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        one_of("account", Account),
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        Index("ix_ledger_entries_posting", "posting_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    posting_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_postings.id"))
    account: Mapped[str] = mapped_column(String(24))
    amount: Mapped[int] = mapped_column(BigInteger)
