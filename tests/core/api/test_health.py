from core.app import create_app


def test_all_is_well(client):
    assert client.get("/health").json == {"status": "ok", "database": "ok", "redis": "ok"}
    details = client.get("/api/v1/health").json
    assert details["status"] == "ok"
    assert details["schema_revision"]
    assert details["database_version"]


def test_without_redis_the_office_still_sells(settings):
    app = create_app(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.json["status"], answer.json["redis"]) == (200, "degraded", "away")


def test_without_the_database_nothing_is_sold(settings):
    app = create_app(settings.with_servers("postgresql://nobody@127.0.0.1:1/none", settings.redis_url))
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.json["database"]) == (503, "away")
    details = app.test_client().get("/api/v1/health")
    assert (details.status_code, details.json["status"]) == (503, "down")
    other = app.test_client().get("/api/v1/places")
    assert (other.status_code, other.content_type) == (503, "application/problem+json")
