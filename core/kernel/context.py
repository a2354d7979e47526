"""What every request and job of an application can ask for: its settings."""

from typing import cast

from flask import Flask, current_app

from core.kernel.settings import PROJECT_ROOT, Settings

TEMPLATES = PROJECT_ROOT / "templates"


def settings(app: Flask | None = None) -> Settings:
    """The settings that the application was made with."""
    return cast(Settings, (app or current_app).config["SETTINGS"])
