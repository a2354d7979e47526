"""Operators and their policies. A changed policy is a new row, so that a sale can point at the one it was made under."""

from datetime import datetime
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
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id
from core.timetable.words import TradeCode


class Operator(Base):
    """A company that sells. `timezone` is that of its timetable; `reference_prefix` starts its booking references.

    `terms_version` counts changes of its policy and prices; triggers keep it. `webhook_url` is told of what happens; another
    `webhook_key` makes another secret for its signatures.
    """

    __tablename__ = "operators"
    __table_args__ = (
        one_of("trade", TradeCode),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso"),
        CheckConstraint("webhook_key >= 1", name="webhook_key_range"),
        CheckConstraint("reference_prefix ~ '^[A-HJ-KM-NP-Z2-9]$'", name="reference_prefix_char"),
        UniqueConstraint("id", "currency"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    trade: Mapped[str] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))
    timezone: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(10), server_default="en")
    reference_prefix: Mapped[str] = mapped_column(String(1), server_default="B")
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(40))
    url: Mapped[str | None] = mapped_column(String(300))
    address: Mapped[str | None] = mapped_column(String(300))
    tax_number: Mapped[str | None] = mapped_column(String(40))
    webhook_url: Mapped[str | None] = mapped_column(String(250))
    webhook_key: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    terms_version: Mapped[int] = mapped_column(BigInteger, server_default="1")

    def __str__(self) -> str:
        return self.name


class Policy(Base):
    """An operator's rules as data. Exactly one row of an operator is active; the others stay for what was sold.

    `refund_ladder`: [{hours, percent, fee}], longest first; before the last step's hours nothing comes back.
    `passenger_fields`: channel -> names asked for; a trailing ``?`` makes a field optional.
    `reminder_hours` before departure from the boarding stop travellers are reminded; None: never.
    After a disruption passengers have `choice_hours` to choose, then `choice_default` counts (`refund`, or `rebook`: the
    nearest departure with seats, else a refund).
    Seats that are offered to a waiting list are held for `offer_minutes`.
    `no_show`: who did not come, see `core.booking.follow_rules`.
    `invoice_by_mail`: the confirmation comes with the invoice.
    `sms`: who left a phone number gets text messages `never`, `instead` of mail where there is no address, or `both`.
    `sales_close_minutes` is counted back from departure at the boarding stop; negative means after it.
    """

    __tablename__ = "policies"
    __table_args__ = (
        UniqueConstraint("operator_id", "version"),
        Index("uq_policies_active", "operator_id", unique=True, postgresql_where=text("active")),
        CheckConstraint("hold_minutes BETWEEN 1 AND 240", name="hold_minutes_range"),
        CheckConstraint("extension_minutes BETWEEN 0 AND 60", name="extension_minutes_range"),
        CheckConstraint("max_extensions BETWEEN 0 AND 10", name="max_extensions_range"),
        CheckConstraint("payment_grace_minutes BETWEEN 0 AND 30", name="payment_grace_range"),
        CheckConstraint("max_seats BETWEEN 1 AND 50", name="max_seats_range"),
        CheckConstraint("reminder_hours BETWEEN 1 AND 168", name="reminder_hours_range"),
        CheckConstraint("offer_minutes BETWEEN 5 AND 2880", name="offer_minutes_range"),
        CheckConstraint("choice_hours BETWEEN 1 AND 720", name="choice_hours_range"),
        CheckConstraint("no_show IN ('known', 'unused', 'never')", name="no_show_word"),
        CheckConstraint("sms IN ('never', 'instead', 'both')", name="sms_word"),
        CheckConstraint("choice_default IN ('refund', 'rebook')", name="choice_default_word"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    version: Mapped[int] = mapped_column(server_default="1")
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    hold_minutes: Mapped[int] = mapped_column(SmallInteger)
    extension_minutes: Mapped[int] = mapped_column(SmallInteger)
    max_extensions: Mapped[int] = mapped_column(SmallInteger)
    payment_grace_minutes: Mapped[int] = mapped_column(SmallInteger)
    max_seats: Mapped[int] = mapped_column(SmallInteger)
    sales_close_minutes: Mapped[int] = mapped_column(SmallInteger)
    refund_ladder: Mapped[list[dict[str, Any]]]
    passenger_fields: Mapped[dict[str, Any]]
    check_in_opens_hours: Mapped[int | None] = mapped_column(SmallInteger)
    check_in_closes_hours: Mapped[int | None] = mapped_column(SmallInteger)
    reminder_hours: Mapped[int | None] = mapped_column(SmallInteger, server_default="24")
    offer_minutes: Mapped[int] = mapped_column(SmallInteger, server_default="60")
    choice_hours: Mapped[int] = mapped_column(SmallInteger, server_default="48")
    no_show: Mapped[str] = mapped_column(String(6), server_default="known")
    choice_default: Mapped[str] = mapped_column(String(6), server_default="refund")
    invoice_by_mail: Mapped[bool] = mapped_column(server_default=text("false"))
    sms: Mapped[str] = mapped_column(String(7), server_default="instead")

    operator: Mapped[Operator] = relationship()
