"""Doing a change in order to tell what it would do, and taking it back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from dialplane.domain.callers import Caller
from dialplane.domain.calls import Direction
from dialplane.domain.errors import NotFound
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.rehearsals import Difference, answers
from dialplane.domain.values import NumberId
from dialplane.operations import simulation
from dialplane.operations.simulation import Outcome, Scenario
from dialplane.store import numbers, organizations
from dialplane.store.database import Reader, Rehearsal, Writer

T = TypeVar("T")

MOST_NUMBERS: Final = 20
"""Of how many numbers that a change does not name the routing is looked at."""

CALLEE: Final = "01000000000"
"""Whom an outbound call is supposed to be for; who is called decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingEffect:
    """Who would answer one number, and whom it would call through, before and after."""

    number: HeldNumber
    direction: Direction
    before: Outcome
    after: Outcome

    @property
    def differs(self) -> bool:
        return answers(self.before.decision) != answers(self.after.decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a change would do; not `complete` when more numbers may be touched than were asked."""

    differences: tuple[Difference, ...]
    routing: tuple[RoutingEffect, ...]
    complete: bool = True


def rehearse(db: Rehearsal, caller: Caller, work: Callable[[Writer], T]) -> tuple[T, Rehearsed]:
    """Do `work`, look at what came of it, and take it back; answers also what `work` did.

    Raises:
        DomainError: whatever `work` raises, just as it would in earnest.
    """
    answered = work(db)
    named, others, complete = _numbers_to_ask(db, caller)
    after = _outcomes(db, caller, [*named, *others])
    db.take_back()
    before = _outcomes(db, caller, [*named, *others])
    effects = [
        RoutingEffect(number=number, direction=direction, before=was, after=will_be)
        for (number, direction, was), (*_, will_be) in zip(before, after, strict=True)
    ]
    asked_for = {number.id for number in named}
    rehearsed = Rehearsed(
        differences=tuple(db.heard),
        routing=tuple(each for each in effects if each.number.id in asked_for or each.differs),
        complete=complete,
    )
    return answered, rehearsed


def _numbers_to_ask(
    db: Rehearsal, caller: Caller
) -> tuple[list[HeldNumber], list[HeldNumber], bool]:
    """The numbers the change names, some more that it may touch, and whether those are all."""
    ids = {each.number_id for each in db.heard if each.number_id is not None}
    named = [
        number for each in sorted(ids) if (number := _find(db, caller, NumberId(each))) is not None
    ]
    if not any(each.may_touch_any_number for each in db.heard):
        return named, [], True
    some = numbers.some_held(db, caller.organization_id, limit=MOST_NUMBERS + 1)
    others = [number for number in some[:MOST_NUMBERS] if number.id not in ids]
    return named, others, len(some) <= MOST_NUMBERS


def _find(db: Reader, caller: Caller, number_id: NumberId) -> HeldNumber | None:
    try:
        return numbers.get(db, caller.organization_id, number_id)
    except NotFound:
        return None


def _outcomes(
    db: Reader, caller: Caller, asked: Sequence[HeldNumber]
) -> list[tuple[HeldNumber, Direction, Outcome]]:
    # The change may have moved the clock of a sandbox.
    offset_ms = organizations.get(db, caller.organization_id).clock_offset_ms
    then = replace(caller, now=caller.real_now + offset_ms, clock_offset_ms=offset_ms)
    return [
        (number, direction, simulation.simulate(db, then, _scenario(number, direction)))
        for number in asked
        for direction in Direction
    ]


def _scenario(number: HeldNumber, direction: Direction) -> Scenario:
    if direction is Direction.INBOUND:
        return Scenario(direction=direction, called=number.number, caller="")
    return Scenario(direction=direction, called=CALLEE, caller=number.number)
