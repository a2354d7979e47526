"""Invented prices in RON for the demo's operators: plausible, and different enough to compare."""

from dataclasses import replace

from sqlalchemy import select

from core.demo.actor import DEMO
from core.kernel.db import db
from core.pricing.service import TariffTerms, set_passenger_fare, set_seat_charge, set_tariff
from core.timetable.models import Operator

#: Bucharest to Braşov comes to 45.00 and the booking fee to 3.00. Bani; VAT of 11 % is contained.
TARIFF = TariffTerms(base=600, per_km=27, minimum=600, round_to=50, booking_fee=300, tax_per_mille=110)
#: What the operators ask in per cent of that, in the order of their codes.
_LEVELS = (100, 92, 96, 88, 104, 108, 94)
_SEAT_CHARGES = {"legroom": 500, "table": 200}
_PASSENGER_FARES = {"child": 50, "senior": 50}


def set_prices(feed_code: str) -> None:
    """Give every operator of the feed a tariff, seat charges and reductions. Can be done twice."""
    codes = select(Operator.id).where(Operator.code.startswith(f"{feed_code}:")).order_by(Operator.code)
    operators = list(db.session.execute(codes).scalars())
    db.session.rollback()
    for number, operator_id in enumerate(operators):
        level = _LEVELS[number % len(_LEVELS)]
        terms = replace(TARIFF, base=TARIFF.base * level // 100, per_km=TARIFF.per_km * level // 100)
        set_tariff(operator_id, terms, DEMO)
        for subject, amount in _SEAT_CHARGES.items():
            set_seat_charge(operator_id, subject, amount, DEMO)
        for passenger_type, percent in _PASSENGER_FARES.items():
            set_passenger_fare(operator_id, passenger_type, percent, DEMO)
