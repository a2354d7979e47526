"""The yardstick: a Flask view that does one statement, served in the same way by the same server."""

from __future__ import annotations

import os

from flask import Flask, Response, jsonify
from sqlalchemy import create_engine, text

_INSERT = text("INSERT INTO bench_bare (at) VALUES (now()) RETURNING id")


def application() -> Flask:
    """The bare application, for gunicorn."""
    app = Flask("bare")
    engine = create_engine(os.environ["DATABASE_URL"], pool_size=32)

    @app.post("/bare")
    def bare() -> Response:
        with engine.begin() as connection:
            return jsonify({"id": connection.execute(_INSERT).scalar_one()})

    return app
