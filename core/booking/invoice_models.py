"""Invoices and credit notes: numbers without gaps, for each operator and year."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id


class InvoiceKind(StrEnum):
    INVOICE = "invoice"
    CREDIT = "credit"


class Invoice(Base):
    """An invoice of a booking or of a difference that was paid for it later, or a credit note of a refund. Append-only. `number` counts from 1 in each `year` (that of the
    operator's calendar when it was issued), invoices and credit notes apart. `facts`: seller, journey, reference and lines
    [{label, amount, included}] as they were, amounts in minor units; those of a credit note are below nothing.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        one_of("kind", InvoiceKind),
        UniqueConstraint("operator_id", "kind", "year", "number", name="uq_invoices_number"),
        UniqueConstraint("refund_id", name="uq_invoices_refund_id"),
        Index("ix_invoices_booking", "booking_id"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("(kind = 'credit') = (refund_id IS NOT NULL)", name="credit_of_refund"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[str] = mapped_column(String(7))
    year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(BigInteger)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("refunds.id"))
    total: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    facts: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))

    @property
    def spoken(self) -> str:
        """The number as it is printed: ``2026-000017``, ``C2026-000003``."""
        return f"{'C' if self.kind == InvoiceKind.CREDIT else ''}{self.year}-{self.number:06}"
