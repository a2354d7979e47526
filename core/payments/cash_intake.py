"""The books of cash at a kiosk: every piece that its box takes or gives out, as a row and as a posting, in the open
transaction of the event that told of it.

A piece lies in the drawer of the open shift, and is owed (`intake`) until it has bought something or was given back. Should
the shift have been closed meanwhile, what the machine holds is the safe's. The intake's row is locked after the
reservation's.
"""

from dataclasses import dataclass
from uuid import UUID

from core.kernel.codes import random_code
from core.kernel.db import run
from core.kernel.errors import Conflict, constraint_error
from core.kernel.money import Money
from core.payments import ledger
from core.payments.rules import PostingKind, inserted_lines
from core.payments.words import Account, IntakeStatus, MovementKind

_SLIP_LENGTH = 8


class CashBoxBusy(Conflict):
    """The box still takes or gives out another traveller's money."""

    code = "cash_box_busy"
    message = "The cash box is still busy. Please try again in a moment, or pay another way."


constraint_error("uq_cash_intakes_kiosk_id", CashBoxBusy)


@dataclass(frozen=True, slots=True)
class Lies:
    """Where a piece lies: in the drawer of this shift, or in the safe when none is open."""

    account: Account
    shift_id: UUID | None


@dataclass(frozen=True, slots=True)
class Intake:
    """One payment in cash at a kiosk, locked; amounts in minor units of `currency`."""

    payment_id: UUID
    kiosk_id: UUID
    reservation_id: UUID
    operator_id: UUID
    currency: str
    wanted: int
    inserted: int
    used: int
    paid_out: int
    status: str
    slip_code: str | None

    @property
    def left(self) -> int:
        """What of the money in the box still belongs to the traveller."""
        return self.inserted - self.used - self.paid_out


_OPEN = """
INSERT INTO cash_intakes (payment_id, kiosk_id, reservation_id, operator_id, currency, wanted)
VALUES (%(payment_id)s, %(kiosk_id)s, %(reservation_id)s, %(operator_id)s, %(currency)s, %(wanted)s)
"""
_LOCK = """
SELECT payment_id, kiosk_id, reservation_id, operator_id, currency, wanted, inserted, used, paid_out, status, slip_code
FROM cash_intakes WHERE payment_id = %(payment_id)s FOR UPDATE
"""
_CHANGE = """
UPDATE cash_intakes SET inserted = inserted + %(inserted)s, used = used + %(used)s, paid_out = paid_out + %(paid_out)s
WHERE payment_id = %(payment_id)s
"""
_MOVE = """
INSERT INTO cash_movements (kiosk_id, payment_id, kind, amount, currency)
VALUES (%(kiosk_id)s, %(payment_id)s, %(kind)s, %(amount)s, %(currency)s)
"""
_SET = """
UPDATE cash_intakes SET status = %(status)s::text, slip_code = coalesce(slip_code, %(slip_code)s::text),
  closed_at = CASE WHEN %(status)s::text IN ('owed', 'done') THEN app_now() END
WHERE payment_id = %(payment_id)s RETURNING slip_code
"""


def open_intake(
    payment_id: UUID, kiosk_id: UUID, reservation_id: UUID, operator_id: UUID, wanted: Money
) -> None:
    """A kiosk's box begins to take cash for this payment. Raises CashBoxBusy when the transaction writes it."""
    values = {"payment_id": payment_id, "kiosk_id": kiosk_id, "reservation_id": reservation_id,
              "operator_id": operator_id, "currency": wanted.currency, "wanted": wanted.amount}  # fmt: skip
    run(_OPEN, values)


def lock_intake(payment_id: UUID) -> Intake | None:
    """The intake as it is now, locked; None when the payment has none."""
    row = run(_LOCK, {"payment_id": payment_id}).fetchone()
    return Intake(*row) if row else None


def inserted(intake: Intake, value: int, lies: Lies) -> None:
    """A piece went into the box."""
    _change(intake, inserted=value)
    _move(intake.kiosk_id, intake.payment_id, MovementKind.INSERTED, Money(value, intake.currency))
    _post(intake, PostingKind.CASH_INSERTED, value, lies)


def used(intake: Intake, lies: Lies) -> None:
    """What was wanted has bought the seats; the sale itself is posted by whoever confirms it."""
    _change(intake, used=intake.wanted)
    _post(intake, PostingKind.CASH_USED, -intake.wanted, lies)


def paid_out(intake: Intake, value: int, lies: Lies) -> None:
    """A piece came out of the box."""
    _change(intake, paid_out=value)
    _move(intake.kiosk_id, intake.payment_id, MovementKind.PAID_OUT, Money(-value, intake.currency))
    _post(intake, PostingKind.CASH_PAID_OUT, -value, lies)


def handed_out(intake: Intake, value: int, lies: Lies) -> None:
    """What the box could not give back was given at a counter: out of another drawer, so no movement of the box."""
    _change(intake, paid_out=value)
    _post(intake, PostingKind.CASH_PAID_OUT, -value, lies)


def stray(kiosk_id: UUID, amount: Money) -> None:
    """A piece went in (or out, below zero) that belongs to no payment known here."""
    kind = MovementKind.INSERTED if amount.amount > 0 else MovementKind.PAID_OUT
    _move(kiosk_id, None, kind, amount)


def set_status(intake: Intake, status: IntakeStatus) -> str | None:
    """Go on to the next state; gives the code of the slip when something is owed."""
    code = random_code(_SLIP_LENGTH) if status == IntakeStatus.OWED else None
    row = run(_SET, {"payment_id": intake.payment_id, "status": status, "slip_code": code}).fetchone()
    return None if row is None else row.slip_code


def _change(intake: Intake, *, inserted: int = 0, used: int = 0, paid_out: int = 0) -> None:
    run(_CHANGE, {"payment_id": intake.payment_id, "inserted": inserted, "used": used, "paid_out": paid_out})


def _move(kiosk_id: UUID, payment_id: UUID | None, kind: MovementKind, amount: Money) -> None:
    values = {"kiosk_id": kiosk_id, "payment_id": payment_id, "kind": kind}
    run(_MOVE, {**values, "amount": amount.amount, "currency": amount.currency})


def _post(intake: Intake, kind: PostingKind, amount: int, lies: Lies) -> None:
    ledger.post(
        kind, intake.operator_id, intake.currency, inserted_lines(amount, lies.account),
        reservation_id=intake.reservation_id, shift_id=lies.shift_id,
    )  # fmt: skip
