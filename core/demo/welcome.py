"""What a newcomer is told when the demo is open."""

from core.demo.people import ADMIN_EMAIL, agent_token_file, pairing_code, password_file
from core.kernel.settings import Settings


def welcome(settings: Settings) -> dict[str, str]:
    """Lines for the end of the start, by name: how to sign in, and the link that turns a browser into the kiosk."""
    lines = {}
    code = pairing_code()
    if code:
        lines["Kiosk"] = (
            f"{settings.public_url}/kiosk/pair/{code} (once, in the browser that is to be the kiosk)"
        )
    try:
        password = password_file(settings).read_text(encoding="ascii").strip()
    except OSError:
        return lines
    if agent_token_file(settings).exists():
        lines["Devices"] = (
            f"{settings.public_url}/admin/kiosks/ → Kiosk 1 → Devices: put coins in, approve cards, take the paper away"
        )
    lines["Sign in"] = f"{ADMIN_EMAIL}   password {password}"
    return lines
