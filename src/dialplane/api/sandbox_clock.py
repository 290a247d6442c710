"""The clock of the sandbox over HTTP, for test keys."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.shapes import Instant, Shape
from dialplane.domain.callers import Scope
from dialplane.domain.errors import FieldProblem
from dialplane.domain.values import DAY_MS, Millis
from dialplane.operations import sandbox_clock as operations
from dialplane.operations.changes import Answer
from dialplane.operations.sandbox_clock import Advance

_FARTHEST_MS = operations.FARTHEST_DAYS * DAY_MS


class AdvanceBody(Shape):
    to: Instant | UnsetType = UNSET
    by_ms: Annotated[int, Meta(ge=1, le=_FARTHEST_MS)] | UnsetType = UNSET

    def broken_rules(self) -> Iterator[FieldProblem]:
        if (self.to is UNSET) == (self.by_ms is UNSET):
            yield FieldProblem("to", "exactly_one_of", {"names": "to, by_ms"})

    def to_advance(self) -> Advance:
        return Advance(
            to=None if self.to is UNSET else self.to,
            by_ms=None if self.by_ms is UNSET else self.by_ms,
        )


def _clock(now: Millis, offset_ms: Millis) -> Answer:
    return answer({"now": now, "offset_ms": offset_ms})


class SandboxClock(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request) -> Answer:
        request.caller.require_sandbox()
        return _clock(request.caller.now, request.caller.clock_offset_ms)


class SandboxClockAdvance(Resource):
    @operation(Scope.WRITE)
    def on_post(self, request: Request) -> Answer:
        caller = request.caller
        caller.require_sandbox()
        advance = request.body(AdvanceBody).to_advance()
        return request.change(lambda db: _clock(*operations.advance(db, caller, advance)))
