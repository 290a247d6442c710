"""One call: what it was, how it was routed, and how the same call would be routed today."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from dialplane.console.agents import agent_names
from dialplane.console.api import Refused
from dialplane.console.pages.calls import PLACE
from dialplane.console.replies import Elsewhere, Reply, Shown
from dialplane.console.visits import Page, Visit, signed_in
from dialplane.domain.values import Millis

_NOT_OVER: Final = frozenset({"queued", "ongoing"})


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in the course of a call."""

    name: str
    at: Millis


class Call(Page):
    @signed_in
    def on_get(self, visit: Visit, call_id: UUID) -> Reply:
        call = visit.api.get(f"/v3/calls/{call_id}")
        replay = _replay(visit, call_id)
        facts = {
            "call": call,
            "replay": replay,
            "moments": _moments(call, replay),
            "names": agent_names(visit, call["agent"]),
            "not_over": call["status"] in _NOT_OVER,
            "asked": {"source_address": replay and replay["recorded"]["source_address"]},
            "decision": replay and replay["today"],
        }
        return Shown(template="call.html", facts=facts)


class CallEnd(Page):
    @signed_in
    def on_post(self, visit: Visit, call_id: UUID) -> Reply:
        visit.api.post(f"/x/v1/calls/{call_id}/hang-up", None, visit.changes_only)
        return Elsewhere(f"{PLACE}/{call_id}", done="hung_up")


def _replay(visit: Visit, call_id: UUID) -> dict[str, Any] | None:
    """None for a call that was never routed by these rules."""
    try:
        told: dict[str, Any] = visit.api.post(f"/x/v1/calls/{call_id}/replay")
    except Refused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return None
        raise
    return told


def _moments(call: dict[str, Any], replay: dict[str, Any] | None) -> list[Moment]:
    recorded = replay["recorded"] if replay else {}
    ended = recorded.get("ended") or {}
    known = [
        ("routed", recorded.get("at")),
        ("answered", call["start_at"]),
        ("ended", call["end_at"] or ended.get("at")),
    ]
    return [Moment(name, at) for name, at in known if at is not None]
