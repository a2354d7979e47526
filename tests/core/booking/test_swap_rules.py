"""Who sits where in another vehicle: whatever is drawn, nobody is lost, nobody sits on two laps, nobody is put worse in silence."""

from dataclasses import replace
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.booking.swap_house import kind_of
from core.booking.swap_rules import Party, Seating, Sitter, seat_anew
from core.inventory.plans import PlanSeat
from core.trades.bus import BUS

LEGS = 4
TYPES = ("standard", "premium", "sleeper")


def uid(*numbers: int) -> UUID:
    return UUID(int=sum(number << (32 * at) for at, number in enumerate(numbers)))


def a_seat(plan: int, at: int, kind: str = "standard", *features: str) -> PlanSeat:
    """Four in a row with an aisle: 1A 1B _ 1C 1D."""
    row, column = divmod(at, 4)
    return PlanSeat(
        uid(at, plan), f"{row + 1}{'ABCD'[column]}", 0, row, column + (column > 1), kind, features
    )


def coach(plan: int, count: int, kind: str = "standard") -> list[PlanSeat]:
    return [a_seat(plan, at, kind) for at in range(count)]


@st.composite
def plans(draw: st.DrawFn, number: int) -> list[PlanSeat]:
    labels = st.sampled_from(["", "", "", "", "wheelchair", "companion", "legroom"])
    kinds = draw(st.lists(st.tuples(st.sampled_from(TYPES), labels), min_size=1, max_size=16))
    return [a_seat(number, at, kind, *filter(None, [label])) for at, (kind, label) in enumerate(kinds)]


@st.composite
def sold_out(draw: st.DrawFn) -> list[Party]:
    """Parties on one old plan, no two on one seat of one leg."""
    old = draw(plans(1))
    free = [(seat, leg) for seat in old for leg in range(LEGS)]
    parties: list[Party] = []
    for number in range(draw(st.integers(0, 8))):
        first = draw(st.integers(0, LEGS - 1))
        last = draw(st.integers(first + 1, LEGS))
        able = [seat for seat in old if all((seat, leg) in free for leg in range(first, last))]
        if not able:
            continue
        chosen = draw(st.lists(st.sampled_from(able), min_size=1, max_size=4, unique=True))
        free = [each for each in free if each[0] not in chosen or not first <= each[1] < last]
        sitters = tuple(Sitter(uid(number, at, 7), seat) for at, seat in enumerate(chosen))
        sold, seated = draw(st.booleans()), draw(st.sampled_from([True, True, True, False]))
        parties.append(Party(uid(number, 9), sold, first, last, sitters, seated or not sold))
    return parties


BLOCKED = st.dictionaries(st.sampled_from([seat.number for seat in coach(0, 16)]), st.integers(0, 15), max_size=4)  # fmt: skip
ASKED = {"parties": sold_out(), "new": plans(2), "blocked": BLOCKED, "worse": st.booleans()}


def seated(parties: list[Party], new: list[PlanSeat], blocked: dict[str, int], worse: bool) -> Seating:
    return seat_anew(parties, new, BUS.rank, blocked, allow_worse=worse)


@given(**ASKED)
def test_no_seat_is_taken_twice_on_a_leg(
    parties: list[Party], new: list[PlanSeat], blocked: dict[str, int], worse: bool
) -> None:
    found, taken = seated(parties, new, blocked, worse), dict(blocked)
    for party in parties:
        for sitter in party.sitters:
            seat = found.seats.get(sitter.passenger_id)
            if seat:
                assert not taken.get(seat.number, 0) & party.mask
                taken[seat.number] = taken.get(seat.number, 0) | party.mask


@given(**ASKED)
def test_everybody_is_seated_or_listed_and_parties_stay_whole(
    parties: list[Party], new: list[PlanSeat], blocked: dict[str, int], worse: bool
) -> None:
    found = seated(parties, new, blocked, worse)
    for party in parties:
        having = [sitter.passenger_id in found.seats for sitter in party.sitters]
        assert all(having) != (party in found.unseated)
        assert all(having) or not any(having)
    assert set(found.seats.values()) <= set(new)
    assert len(found.unseated) == len({party.reservation_id for party in found.unseated})


@given(**ASKED)
def test_nobody_is_put_worse_in_silence(
    parties: list[Party], new: list[PlanSeat], blocked: dict[str, int], worse: bool
) -> None:
    found = seated(parties, new, blocked, worse)
    were = {sitter.passenger_id: sitter.seat for party in parties for sitter in party.sitters}
    lower = {who for who, seat in found.seats.items() if BUS.rank(seat.type) < BUS.rank(were[who].type)}
    assert lower == found.worse
    assert worse or not lower


@given(**ASKED)
def test_wheelchairs_stand_on_their_places_and_nobody_else_does(
    parties: list[Party], new: list[PlanSeat], blocked: dict[str, int], worse: bool
) -> None:
    found = seated(parties, new, blocked, worse)
    for party in parties:
        wheelchairs, companions = party.group
        for sitter in party.sitters:
            seat = found.seats.get(sitter.passenger_id)
            if seat is None:
                continue
            assert (kind_of(seat) == "wheelchair") == (sitter in wheelchairs)
            if kind_of(seat) == "companion":
                assert kind_of(sitter.seat) == "companion"
        moved = [s for s in companions if s.passenger_id in found.seats and found.seats[s.passenger_id].number != s.seat.number]  # fmt: skip
        places = [found.seats[s.passenger_id] for s in wheelchairs if s.passenger_id in found.seats]
        for sitter in moved:
            seat = found.seats[sitter.passenger_id]
            assert any(place.row == seat.row and abs(place.column - seat.column) == 1 for place in places)


@given(**ASKED, seed=st.integers(0, 99))
def test_the_same_question_has_the_same_answer_in_whatever_order(
    parties: list[Party], new: list[PlanSeat], blocked: dict[str, int], worse: bool, seed: int
) -> None:
    shuffled = Random(seed).sample(parties, len(parties))
    assert seated(parties, new, blocked, worse) == seated(shuffled, new, blocked, worse)


@given(parties=sold_out())
def test_in_a_vehicle_like_the_old_one_everybody_keeps_the_seat(parties: list[Party]) -> None:
    old = {sitter.seat.number: sitter.seat for party in parties for sitter in party.sitters}
    again = [replace(seat, id=uid(at, 3)) for at, seat in enumerate(old.values())]
    found = seated(parties, again, {}, worse=False)
    assert not found.unseated
    for party in parties:
        for sitter in party.sitters:
            assert found.seats[sitter.passenger_id].number == sitter.seat.number


@given(**ASKED)
def test_what_is_held_takes_nothing_from_what_was_paid(
    parties: list[Party], new: list[PlanSeat], blocked: dict[str, int], worse: bool
) -> None:
    """Those who paid all find seats, or as if nobody else were there."""
    paid = [party for party in parties if party.sold]
    beside_holds = [party for party in seated(parties, new, blocked, worse).unseated if party.sold]
    assert not beside_holds or beside_holds == list(seated(paid, new, blocked, worse).unseated)


# -- the rules one by one


def a_party(number: int, *seats: PlanSeat, sold: bool = True, first: int = 0, last: int = LEGS) -> Party:
    sitters = tuple(Sitter(uid(number, at, 7), seat) for at, seat in enumerate(seats))
    return Party(uid(number, 9), sold, first, last, sitters)


def numbers(found: Seating, party: Party) -> list[str | None]:
    seats = [found.seats.get(sitter.passenger_id) for sitter in party.sitters]
    return [seat.number if seat else None for seat in seats]


def seats_of(*parties: Party, new: list[PlanSeat], **more: object) -> list[list[str | None]]:
    found = seat_anew(parties, new, BUS.rank, {}, **more)  # type: ignore[arg-type]  # one test, one option
    return [numbers(found, party) for party in parties]


def test_who_loses_the_seat_goes_to_the_party_that_keeps_its_own() -> None:
    old = coach(1, 12)
    family, loner = a_party(1, old[4], old[5], old[8]), a_party(2, old[0])
    assert seats_of(family, loner, new=coach(2, 8)) == [["2A", "2B", "2C"], ["1A"]]


def test_a_party_that_moves_sits_side_by_side() -> None:
    old = coach(1, 16)
    pair, loner = a_party(1, old[12], old[13]), a_party(2, old[2])
    assert seats_of(pair, loner, new=coach(2, 8)) == [["1A", "1B"], ["1C"]]


def test_a_better_type_will_do_and_a_lower_one_only_where_it_was_allowed() -> None:
    premium = a_party(1, a_seat(1, 0, "premium"))
    assert seats_of(premium, new=coach(2, 4, "sleeper")) == [["1A"]]
    assert seats_of(premium, new=coach(2, 4)) == [[None]]
    assert seats_of(premium, new=coach(2, 4), allow_worse=True) == [["1A"]]


def test_nobody_is_given_a_better_type_while_the_own_is_left() -> None:
    old = a_party(1, a_seat(1, 8))
    new = [a_seat(2, 0, "premium"), a_seat(2, 1), a_seat(2, 2, "premium")]
    assert seats_of(old, new=new) == [["1B"]]


def test_a_wheelchair_moves_with_its_companion_beside_or_not_at_all() -> None:
    wheelchair, companion = a_seat(1, 4, "standard", "wheelchair"), a_seat(1, 5, "standard", "companion")
    pair = a_party(1, wheelchair, companion)
    near = [a_seat(2, 0), a_seat(2, 1), a_seat(2, 2, "standard", "companion"), a_seat(2, 3, "standard", "wheelchair")]  # fmt: skip
    apart = [a_seat(2, 0, "standard", "companion"), a_seat(2, 1), a_seat(2, 3, "standard", "wheelchair")]
    assert seats_of(pair, new=near) == [["1D", "1C"]]
    assert seats_of(pair, new=apart) == [[None, None]]


def test_a_hold_gives_way_to_a_ticket_and_keeps_its_seat_otherwise() -> None:
    old = coach(1, 12)
    ticket, hold = a_party(1, old[11]), a_party(2, old[0], sold=False)
    assert seats_of(ticket, hold, new=coach(2, 2)) == [["1B"], ["1A"]]
    assert seats_of(ticket, hold, new=coach(2, 1)) == [["1A"], [None]]


def test_two_stretches_share_a_seat() -> None:
    old = coach(1, 8)
    there, on = a_party(1, old[6], last=2), a_party(2, old[7], first=2)
    assert seats_of(there, on, new=coach(2, 1)) == [["1A"], ["1A"]]


def test_who_had_no_seat_comes_after_those_who_have_one() -> None:
    old = coach(1, 8)
    late = replace(a_party(1, old[0]), seated=False)
    assert seats_of(late, a_party(2, old[0]), new=coach(2, 1)) == [[None], ["1A"]]
