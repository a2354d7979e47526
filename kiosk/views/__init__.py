"""Views of the kiosk, one file a subject; each adds its addresses to the blueprint."""

from kiosk.views import board, hold, pairing, pay, seats, session, shell, ticket
from kiosk.views.site import blueprint

__all__ = ["blueprint", "board", "hold", "pairing", "pay", "seats", "session", "shell", "ticket"]
