"""How a call was routed and how it ended, beside how it would be routed today."""

from dialplane.api.number_bodies import AgentMappingBody
from dialplane.api.routing_bodies import Told, outcome_body, trace_body
from dialplane.domain.disconnections import Ending
from dialplane.domain.languages import Language
from dialplane.operations.simulation import Replay


def replay_body(replay: Replay, language: Language) -> Told:
    call, route = replay.call, replay.route
    return {
        "call_id": call.id,
        "same": replay.same,
        "recorded": {
            "at": route.asked.at,
            "source_address": route.asked.source or None,
            "agent": AgentMappingBody.of(call.agent),
            "resolved_version": call.agent_version,
            "variant_label": call.variant_label,
            "target_uri": route.target_uri,
            "from_cache": route.from_cache,
            "revision": route.revision,
            "trace": trace_body(route.trace, language),
            "ended": _ending_body(call.ending),
        },
        "today": outcome_body(replay.today, language),
    }


def _ending_body(ending: Ending | None) -> Told | None:
    """What the line said, in the words of the edge: nearer to SIP than a disconnection reason."""
    if ending is None:
        return None
    return {
        "at": ending.at,
        "reason": ending.reason,
        "hung_up_by": ending.hung_up_by,
        "sip_code": ending.sip_code,
    }
