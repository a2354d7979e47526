"""Many more buyers than seats at the same moment: every seat is held once, everybody is told, nobody waits in a circle.

What prevents a second claim is the same as in `test_seat_race`, whose twin takes the primary key of the seat locks away.
"""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.kernel.db import db
from tests.support.database import FreshDatabase
from tests.support.factories import Office, make_office

BUYERS, AT_ONCE, SEATS = 400, 20, 40

DETAILS = {"document_kind": "passport", "document_number": "P1234567", "phone": "+351912345678"}


@pytest.mark.long
@pytest.mark.parametrize("seats_each", [1, 2])
def test_as_many_winners_as_seats(fresh_database: FreshDatabase, seats_each: int) -> None:
    with fresh_database.app.app_context():
        office = make_office(rows=SEATS // 4)
    together = threading.Barrier(AT_ONCE)

    def buy(number: int) -> str:
        first = number * seats_each % SEATS
        wanted = [office.seats[(first + more) % SEATS] for more in range(seats_each)]
        if number < AT_ONCE:
            together.wait()
        # Half of them name their seats the other way round: whoever locks in that order would wait in a circle.
        return _hold(fresh_database, office, wanted if number % 2 else wanted[::-1])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = Counter(pool.map(buy, range(BUYERS)))

    assert told == {"held": SEATS // seats_each, "seat_taken": BUYERS - SEATS // seats_each}
    with fresh_database.app.app_context():
        assert db.session.execute(text("SELECT count(DISTINCT seat_id) FROM seat_locks")).scalar() == SEATS
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert db.session.execute(text(deadlocks)).scalar() == 0
        db.session.remove()


def _hold(fresh: FreshDatabase, office: Office, seats: list[UUID]) -> str:
    passengers = [{"seat_id": str(seat), "full_name": "Maria Almeida", "details": DETAILS} for seat in seats]
    body = {
        "schedule_id": str(office.schedule_id), "from_position": 0, "to_position": 2, "passengers": passengers,
        "contact_email": f"{uuid4().hex}@example.org",
    }  # fmt: skip
    answer = fresh.app.test_client(use_cookies=False).post("/api/v1/reservations/create", json=body)
    assert answer.status_code in {201, 409}, answer.json
    return "held" if answer.status_code == 201 else str(answer.json["code"])
