"""Whether trunks and runtimes answered the edge's pings, over time, over HTTP."""

from itertools import islice
from typing import Annotated, Final

from msgspec import Meta

from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.runtimes import runtime_id_of
from dialplane.api.shapes import Instant, Shape
from dialplane.api.trunks import require_trunk_id
from dialplane.domain.callers import Scope
from dialplane.domain.errors import Invalid
from dialplane.domain.frozen import dataclass
from dialplane.domain.peer_health import LONGEST_RANGE_MS, Health, PeerState
from dialplane.domain.values import DAY_MS, Millis
from dialplane.operations.changes import Answer
from dialplane.store import peer_health as store
from dialplane.store import runtimes, trunks
from dialplane.store.database import Reader

MOST_SPANS: Final = 100
Slots = Annotated[int, Meta(ge=1, le=200)]


class HealthQuery(Shape):
    from_at: Instant | None = None
    to_at: Instant | None = None
    slots: Slots = 24


@dataclass(frozen=True, slots=True)
class _Range:
    """What was asked for, up to now and not longer than can be told."""

    begin: Millis
    end: Millis
    slots: int

    @classmethod
    def asked(cls, request: Request) -> "_Range":
        query, now = request.query(HealthQuery), request.caller.now
        end = now if query.to_at is None else min(query.to_at, now)
        begin = end - DAY_MS if query.from_at is None else query.from_at
        if begin >= end:
            raise Invalid.one("from_at", "not_below", limit=end)
        if end - begin > LONGEST_RANGE_MS:
            raise Invalid.one("from_at", "too_small", limit=end - LONGEST_RANGE_MS)
        return cls(begin, end, query.slots)

    def read(self, db: Reader, uri: str, *, known_from: Millis) -> Health:
        """What a peer was for others, before its organization knew it, is theirs."""
        begin = min(max(self.begin, known_from), self.end)
        known = store.spans(db, uri, begin=begin, end=self.end)
        return Health.over(self.begin, self.end, known)

    def told(self, health: Health) -> dict[str, object]:
        return {"from_at": self.begin, "to_at": self.end, "health": self.body_of(health)}

    def body_of(self, health: Health) -> dict[str, object]:
        share = health.availability
        return {
            "availability": None if share is None else round(share, 6),
            "up_ms": health.spent_ms(PeerState.UP),
            "down_ms": health.spent_ms(PeerState.DOWN),
            "unknown_ms": health.spent_ms(PeerState.UNKNOWN),
            "slots": [
                {
                    "from_at": slot.since,
                    "to_at": slot.until,
                    "up_ms": slot.up_ms,
                    "down_ms": slot.down_ms,
                }
                for slot in health.slots(self.slots)
            ],
            "span_count": len(health.spans),
            "spans": [
                {
                    "state": span.state,
                    "from_at": span.since,
                    "to_at": span.until,
                    "sip_code": span.sip_code,
                }
                for span in islice(reversed(health.spans), MOST_SPANS)
            ],
        }


class TrunkHealth(Resource):
    @operation(Scope.READ, HealthQuery)
    def on_get(self, request: Request, trunk_id: str) -> Answer:
        require_trunk_id(trunk_id)
        asked = _Range.asked(request)
        with self.parts.database.snapshot() as db:
            number = trunks.get_number(db, request.caller.organization_id, trunk_id)
            uri, known_from = number.sip.address_uri or "", number.created_at
            now = store.now(db, uri, known_from=known_from)
            health = asked.read(db, uri, known_from=known_from)
        told = {
            "trunk_id": trunk_id,
            "organization_telephone_number_id": number.id,
            "address": number.sip.address,
            "state": now.state,
            "state_since_at": now.since,
        }
        return answer(told | asked.told(health))


class RuntimeHealth(Resource):
    @operation(Scope.READ, HealthQuery)
    def on_get(self, request: Request, runtime_id: str) -> Answer:
        wanted = runtime_id_of(request, runtime_id)
        asked = _Range.asked(request)
        with self.parts.database.snapshot() as db:
            runtime = runtimes.get(db, request.caller.organization_id, wanted)
            each = [
                (target, asked.read(db, target.uri, known_from=runtime.created_at))
                for target in runtime.targets
            ]
        targets = [
            {
                "id": target.id,
                "address": target.address,
                "state": target.state,
                "state_since_at": target.state_since,
                "health": asked.body_of(health),
            }
            for target, health in each
        ]
        whole = Health.of_any([health for _, health in each])
        return answer({"runtime_id": runtime.id} | asked.told(whole) | {"targets": targets})
