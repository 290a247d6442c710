"""Calls by hour or day over HTTP: how many there were, and what became of them."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from dialplane.api.calls import Spelling, forms_of, in_milliseconds
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.shapes import Shape, Uuid
from dialplane.domain.call_counts import LONGEST_MS, Buckets, BucketSize, Tally, tallies
from dialplane.domain.callers import Scope
from dialplane.domain.calls import CallStatus, CallType
from dialplane.domain.disconnections import DisconnectionReason
from dialplane.domain.errors import FieldProblem, Invalid
from dialplane.domain.values import DAY_MS, Millis
from dialplane.operations.changes import Answer
from dialplane.operations.sandbox_clock import LATEST
from dialplane.store import call_counts as store
from dialplane.store.call_lists import CallFilter

# Calendars end some days behind the latest instant there is for us.
Bound = Annotated[int, Meta(ge=0, le=LATEST)]
ZoneName = Annotated[str, Meta(min_length=1, max_length=64)]


class CallCountQuery(Shape):
    bucket: BucketSize = BucketSize.HOUR
    time_zone: ZoneName = "Asia/Seoul"
    start_at_after: Bound | None = None
    start_at_before: Bound | None = None
    number_id: list[Uuid] = msgspec.field(default_factory=list)
    agent_id: list[Uuid] = msgspec.field(default_factory=list)
    status: list[CallStatus] = msgspec.field(default_factory=list)
    call_type: list[CallType] = msgspec.field(default_factory=list)
    disconnection_reason: list[DisconnectionReason] = msgspec.field(default_factory=list)
    call_from: list[Spelling] = msgspec.field(default_factory=list)
    call_to: list[Spelling] = msgspec.field(default_factory=list)

    def broken_rules(self) -> Iterator[FieldProblem]:
        if self.time_zone not in _zones():
            yield FieldProblem("time_zone", "unknown_time_zone")

    def bounds(self, now: Millis) -> tuple[Millis, Millis]:
        """The first and the last instant of the range.

        Raises:
            Invalid: it ends before it begins, or is too long.
        """
        last = in_milliseconds(self.start_at_before)
        last = now if last is None else last
        first = in_milliseconds(self.start_at_after)
        first = max(0, last - DAY_MS + 1) if first is None else first
        if first > last:
            raise Invalid.one("start_at_after", "range_backwards")
        if last - first >= LONGEST_MS:
            raise Invalid.one("start_at_after", "range_too_long", days=LONGEST_MS // DAY_MS)
        return first, last

    def to_filter(self, first: Millis, last: Millis) -> CallFilter:
        return CallFilter(
            number_ids=tuple(each.lower() for each in self.number_id),
            agent_ids=tuple(each.lower() for each in self.agent_id),
            statuses=tuple(self.status),
            call_types=tuple(self.call_type),
            reasons=tuple(self.disconnection_reason),
            call_from=tuple(spelling for each in self.call_from for spelling in forms_of(each)),
            call_to=tuple(spelling for each in self.call_to for spelling in forms_of(each)),
            start_at_after=first,
            start_at_before=last,
        )


@cache
def _zones() -> frozenset[str]:
    return frozenset(import_module("zoneinfo").available_timezones())


class CallCounts(Resource):
    @operation(Scope.READ, CallCountQuery)
    def on_get(self, request: Request) -> Answer:
        query = request.query(CallCountQuery)
        first, last = query.bounds(request.caller.now)
        # Loading it asks the system where its time zones are; nobody else here wants to know.
        zone = import_module("zoneinfo").ZoneInfo(query.time_zone)
        buckets = Buckets.cut(query.bucket, zone, start=first, end=last + 1)
        self.parts.database.catch_up()
        with self.parts.database.reading() as db:
            groups = store.groups(
                db, request.caller.organization_id, query.to_filter(first, last), buckets
            )
        told = {
            "bucket": query.bucket,
            "time_zone": query.time_zone,
            "start_at_after": first,
            "start_at_before": last,
            "totals": _told(Tally(groups)),
        }
        cut = zip(buckets.spans, tallies(buckets, groups), strict=True)
        bodies = [{"start_at": start, "end_at": end} | _told(tally) for (start, end), tally in cut]
        return answer(told | {"buckets": bodies})


def _told(tally: Tally) -> dict[str, Any]:
    return {
        "calls": tally.calls,
        "answered": tally.answered,
        "answered_share": tally.answered_share,
        "mean_duration_ms": tally.mean_duration_ms,
        "by_direction": tally.by_direction,
        "by_status": tally.by_status,
        "by_disconnection_reason": tally.by_disconnection_reason,
    }
