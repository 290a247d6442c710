"""How a call found its way: the columns of its row that only an operator asks for, and the last."""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

from dialplane.domain.calls import CallId, CallRoute
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import OrganizationId
from dialplane.store.routing_json import asked_of, asked_text, trace_of, trace_text

COLUMNS: Final[tuple[LiteralString, ...]] = (
    "asked", "trace", "revision", "from_cache", "target_uri", "edge_id", "boot_id",
)  # fmt: skip
SELECTED: Final[LiteralString] = "asked, trace, revision, from_cache, target_uri"
REACHED: Final[LiteralString] = """
    target_uri = CASE WHEN :last = 1 THEN coalesce(:target_uri, target_uri)
                      ELSE coalesce(target_uri, :target_uri) END,
    from_cache = CASE WHEN :from_cache = 1 THEN 1 ELSE from_cache END
"""


@dataclass(slots=True, kw_only=True)
class Reached:
    """Which target of a call was tried; the one of the `last` news holds."""

    target_uri: str | None = None
    from_cache: bool = False
    last: bool = False

    def __bool__(self) -> bool:
        return self.from_cache or self.target_uri is not None


def columns(route: CallRoute | None) -> dict[str, object]:
    if route is None:
        return dict.fromkeys(COLUMNS)
    edge = route.asked.edge
    return {
        "asked": asked_text(route.asked),
        "trace": trace_text(route.trace),
        "revision": route.revision,
        "from_cache": int(route.from_cache),
        "target_uri": route.target_uri,
        "edge_id": edge and edge.edge_id,
        "boot_id": edge and edge.boot_id,
    }


def reached_columns(reached: Reached) -> dict[str, object]:
    return {
        "target_uri": reached.target_uri,
        "from_cache": int(reached.from_cache),
        "last": int(reached.last),
    }


def route_of(
    organization_id: OrganizationId, call_id: CallId, values: Sequence[Any]
) -> CallRoute | None:
    asked, trace, revision, from_cache, target_uri = values
    if asked is None:
        return None
    return CallRoute(
        call_id=call_id,
        organization_id=organization_id,
        asked=asked_of(asked),
        revision=revision,
        trace=trace_of(trace),
        from_cache=bool(from_cache),
        target_uri=target_uri,
    )
