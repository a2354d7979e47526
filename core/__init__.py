"""The ticket office itself. It knows no screen."""
