"""Tables of the till. A shift is written when it is opened and once more when it is closed (trigger
`shifts_written_once`); movements and approvals are written once.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import Kiosk, User
from core.kernel.db import Base, one_of
from core.kernel.ids import new_id
from core.till.rules import state_of, variance
from core.till.words import DrawerKind, MovementKind, ShiftState
from core.timetable.models import Place

_CLOSING = "closed_at, closed_by, closed_by_name, closing_count, counted, expected, variance_limit"


class Shift(Base):
    """The time in which one drawer is open: a kiosk's cash box or a clerk's drawer, in one currency.

    Counts are pieces by denomination in minor units: ``{"5000": 2}``. `expected` is what the ledger said when it was
    counted, `variance_limit` what then needed nobody's approval.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("num_nonnulls(kiosk_id, user_id) = 1", name="one_drawer"),
        CheckConstraint(f"num_nonnulls({_CLOSING}) IN (0, 7)", name="closed_whole"),
        CheckConstraint("float_amount >= 0 AND (counted IS NULL OR counted >= 0)", name="counts_positive"),
        Index(
            "uq_shifts_open_drawer",
            text("coalesce(kiosk_id, user_id)"),
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_shifts_opened_at", "opened_at"),
        Index("ix_shifts_kiosk", "kiosk_id", "opened_at"),
        Index("ix_shifts_user", "user_id", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kiosk_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiosks.id"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"))
    currency: Mapped[str] = mapped_column(String(3))
    opened_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    opened_by: Mapped[str] = mapped_column(String(80))
    opened_by_name: Mapped[str] = mapped_column(String(120))
    float_count: Mapped[dict[str, Any]]
    float_amount: Mapped[int] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(80))
    closed_by_name: Mapped[str | None] = mapped_column(String(120))
    closing_count: Mapped[dict[str, Any] | None]
    counted: Mapped[int | None] = mapped_column(BigInteger)
    expected: Mapped[int | None] = mapped_column(BigInteger)
    variance_limit: Mapped[int | None] = mapped_column(BigInteger)

    kiosk: Mapped[Kiosk | None] = relationship()
    user: Mapped[User | None] = relationship()
    place: Mapped[Place | None] = relationship()
    movements: Mapped[list["ShiftMovement"]] = relationship(order_by="ShiftMovement.id", viewonly=True)
    approval: Mapped["ShiftApproval | None"] = relationship(viewonly=True)

    @property
    def kind(self) -> DrawerKind:
        return DrawerKind.KIOSK if self.kiosk_id else DrawerKind.CLERK

    @property
    def drawer_name(self) -> str:
        """What people call the drawer: the kiosk's or the clerk's name."""
        return str(self.kiosk or self.user)

    @property
    def variance(self) -> int | None:
        """Over (positive) or short; None while the shift is open."""
        if self.counted is None or self.expected is None:
            return None
        return variance(self.expected, self.counted)

    @property
    def state(self) -> ShiftState:
        return state_of(
            closed=self.closed_at is not None,
            approved=self.approval is not None,
            difference=self.variance or 0,
            limit=self.variance_limit or 0,
        )


class ShiftMovement(Base):
    """Cash that was put into a drawer or taken out of it between sales, and why."""

    __tablename__ = "shift_movements"
    __table_args__ = (
        one_of("kind", MovementKind),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_shift_movements_shift", "shift_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"))
    posting_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_postings.id"))
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    by: Mapped[str] = mapped_column(String(80))
    by_name: Mapped[str] = mapped_column(String(120))


class ShiftApproval(Base):
    """Somebody else than who counted has looked at the difference."""

    __tablename__ = "shift_approvals"

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    by: Mapped[str] = mapped_column(String(80))
    by_name: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(300))


class TillLimit(Base):
    """How much a drawer of a currency may be over or short before a manager has to approve it."""

    __tablename__ = "till_limits"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount_positive"),)

    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
