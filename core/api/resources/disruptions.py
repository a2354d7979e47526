"""A run is called off or late: who is affected, agreeing to it, and the choices of staff and passengers."""

from typing import Any
from uuid import UUID

from core.accounts.callers import Caller, require
from core.api.endpoints import ANYONE, NOBODY_ASKED, endpoint
from core.api.parties import require_stop_of
from core.api.schemas.disruptions import (
    AffectedOut,
    CaseFilter,
    CaseList,
    ChoicesBody,
    Chosen,
    DisruptionBody,
    DisruptionOut,
    OwnChoiceBody,
    OwnChoiceOut,
    Proof,
    own_choice_json,
)
from core.booking.disruption import Plan, disrupt, preview_disruption
from core.booking.disruption_choice import Wish, choose, choose_for
from core.booking.disruption_queries import Disruption, cases_of, disruption, options
from core.booking.links import CHOICE, check_proof
from core.kernel.money import Money


@endpoint("GET", "/schedules/<uuid:schedule_id>/disruptions/preview", access="payments.refund", answer=AffectedOut, errors=(403, 404))  # fmt: skip
def preview(caller: Caller, schedule_id: UUID) -> Any:
    """Who is affected when the run is called off or late, and what the refunds come to. Changes nothing."""
    require_stop_of(caller, schedule_id)
    return preview_disruption(schedule_id).as_json()


@endpoint("POST", "/schedules/<uuid:schedule_id>/disruptions", access="payments.refund", body=DisruptionBody, answer=DisruptionOut, status=201, once=True, errors=(403, 404, 409))  # fmt: skip
def create(caller: Caller, schedule_id: UUID, body: DisruptionBody) -> Any:
    """Call a run off or delay it: holds are released, and every booking waits for its passenger's choice."""
    require(caller, "timetable.edit")
    require_stop_of(caller, schedule_id)
    agreed = None if body.agreed is None else [Money(each.amount, each.currency) for each in body.agreed]
    plan = Plan(body.kind, body.delay_minutes)
    made = disrupt(schedule_id, plan, body.reason, caller.actor, agreed=agreed)
    return disruption(made).as_json()


@endpoint("GET", "/disruptions/<uuid:disruption_id>", access="payments.refund", answer=DisruptionOut, errors=(403, 404))  # fmt: skip
def show(caller: Caller, disruption_id: UUID) -> Any:
    """A disruption with its progress and its exact totals."""
    return _reachable(caller, disruption_id).as_json()


@endpoint("GET", "/disruptions/<uuid:disruption_id>/cases", access="payments.refund", query=CaseFilter, answer=CaseList, errors=(403, 404))  # fmt: skip
def cases(caller: Caller, disruption_id: UUID, query: CaseFilter) -> Any:
    """Who chose what, and what came of it."""
    _reachable(caller, disruption_id)
    found = cases_of(disruption_id, state=query.state, limit=query.limit, after=query.after)
    return {"cases": [each.as_json() for each in found]}


@endpoint("POST", "/disruptions/<uuid:disruption_id>/choices", access="payments.refund", body=ChoicesBody, answer=Chosen, once=True, errors=(403, 404))  # fmt: skip
def choices(caller: Caller, disruption_id: UUID, body: ChoicesBody) -> Any:
    """Choose for some bookings or for all that are open; a job carries it out, and `GET` shows how far it is."""
    _reachable(caller, disruption_id)
    wish = Wish(body.choice, body.to_schedule_id)
    return {"chosen": choose_for(disruption_id, wish, caller.actor, body.cases)}


@endpoint("GET", "/choices/<uuid:case_id>", access=NOBODY_ASKED, query=Proof, answer=OwnChoiceOut, errors=(404,))  # fmt: skip
def own(case_id: UUID, query: Proof) -> Any:
    """What the passenger who has the letter may choose from."""
    check_proof(CHOICE, case_id, query.proof)
    return own_choice_json(options(case_id))


@endpoint("POST", "/choices/<uuid:case_id>", access=ANYONE, body=OwnChoiceBody, answer=OwnChoiceOut, errors=(404, 409))  # fmt: skip
def choose_own(caller: Caller, case_id: UUID, body: OwnChoiceBody) -> Any:
    """The passenger who has the letter chooses, once; it is carried out at once."""
    check_proof(CHOICE, case_id, body.proof)
    choose(case_id, Wish(body.choice, body.to_schedule_id), caller.actor)
    return own_choice_json(options(case_id))


def _reachable(caller: Caller, disruption_id: UUID) -> Disruption:
    found = disruption(disruption_id)
    require_stop_of(caller, found.schedule_id)
    return found
