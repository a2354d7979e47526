"""The demo: a real timetable with invented prices, so that a newcomer can sell a ticket a minute after the start."""

from core.demo.load import load_demo
from core.demo.welcome import welcome

__all__ = ["load_demo", "welcome"]
