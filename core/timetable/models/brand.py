"""How an operator looks on its travellers' screens."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from core.kernel.db import Base
from core.kernel.ids import new_id


class Brand(Base):
    """A colour and a logo; one row an operator, and one without an operator: the house's own.

    `logo` is a PNG that was drawn anew (`core.timetable.logos`), `logo_mark` the beginning of its SHA-256: its address.
    """

    __tablename__ = "brands"
    __table_args__ = (
        UniqueConstraint("operator_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name="colour_written"),
        CheckConstraint("(logo IS NULL) = (logo_mark IS NULL)", name="logo_has_mark"),
        CheckConstraint("octet_length(logo) <= 32768", name="logo_small"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    operator_id: Mapped[UUID | None] = mapped_column(ForeignKey("operators.id"))
    colour: Mapped[str | None] = mapped_column(String(7))
    logo: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    logo_mark: Mapped[str | None] = mapped_column(String(16))
