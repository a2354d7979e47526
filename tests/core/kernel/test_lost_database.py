"""When the database's connections break or are all taken: 503 in the user's words, and then it works again."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from core.kernel.db import db
from tests.support.database import FreshDatabase
from tests.support.factories import Office, make_office

KILL = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")


@pytest.fixture
def office(fresh_database: FreshDatabase) -> Office:
    with fresh_database.app.app_context():
        return make_office()


def hold(client: FlaskClient, office: Office, seat: int) -> Any:
    details = {"document_kind": "passport", "document_number": "P1", "phone": "+351912345678"}
    body = {
        "schedule_id": str(office.schedule_id),
        "from_position": 0,
        "to_position": 5,
        "passengers": [{"seat_id": str(office.seats[seat]), "full_name": "Ana", "details": details}],
    }
    return client.post("/api/v1/reservations/create", data=json.dumps(body), content_type="application/json")


@pytest.mark.parametrize("first", ["/api/v1/places?q=Lis", "hold"])
def test_broken_connections_cost_one_answer_and_it_is_no_defect(
    fresh_database: FreshDatabase, office: Office, server: Engine, first: str
) -> None:
    client = fresh_database.app.test_client()
    assert hold(client, office, 0).status_code == 201
    with server.connect() as outside:
        outside.execute(KILL, {"name": fresh_database.url.rpartition("/")[2].partition("?")[0]})

    answers = [
        hold(fresh_database.app.test_client(), office, 1 + n) if first == "hold" else client.get(first)
        for n in range(3)
    ]

    assert answers[0].status_code == 503
    assert [answer.status_code for answer in answers[1:]] in ([200, 200], [201, 201])


def test_when_every_connection_is_taken_it_says_so(fresh_database: FreshDatabase, office: Office) -> None:
    client = fresh_database.app.test_client()
    with fresh_database.app.app_context():
        pool = db.engine.pool
        pool._timeout = 0.1
        taken = [pool.connect() for _ in range(20)]
    answers = [hold(client, office, 0), client.get("/api/v1/places")]
    for each in taken:
        each.close()

    assert [(a.status_code, a.json["code"]) for a in answers] == [(503, "unavailable")] * 2
    assert hold(client, office, 0).status_code == 201
