"""All tables, imported in the order of the house: what Alembic and the application need to know the whole schema."""

from core.kernel import activity, idempotency, outbox
from core.kernel.db import Base
from core.timetable import models as timetable

from core.accounts import models as accounts  # isort: skip
from core.booking import disruption_models as disruptions
from core.booking import invoice_models as invoices
from core.booking import models as booking
from core.booking import waiting_models as waiting
from core.inventory import models as inventory
from core.messages import models as messages
from core.payments import models as payments
from core.peripherals import models as peripherals
from core.pricing import models as pricing
from core.tickets import models as tickets
from core.till import models as till

metadata = Base.metadata

__all__ = [
    "accounts", "activity", "booking", "disruptions", "idempotency", "inventory", "invoices", "messages", "metadata",
    "outbox", "payments", "peripherals", "pricing", "tickets", "till", "timetable", "waiting",
]  # fmt: skip
