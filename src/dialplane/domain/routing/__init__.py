"""Who answers an inbound call and who may place an outbound one, decided by pure functions.

A live call, a simulation and a replay of an old call ask the same function; they differ only in
where the facts come from.
"""

from dialplane.domain.routing.decisions import (
    Answerer,
    Decision,
    Refusal,
    Refused,
    Routed,
    Rule,
    Step,
    Target,
    TargetKind,
    Verdict,
    Why,
)
from dialplane.domain.routing.facts import (
    AcceptedSource,
    Arm,
    InboundFacts,
    Limit,
    LimitKind,
    LimitScope,
    OutboundFacts,
    Peer,
    Plan,
    SourceOrigin,
    accepting,
)
from dialplane.domain.routing.fallbacks import (
    AnotherAgent,
    AnotherRuntime,
    Fallback,
    SipTransfer,
    TelephoneTransfer,
    transfers_in_a_circle,
)
from dialplane.domain.routing.inbound import route_inbound
from dialplane.domain.routing.outbound import route_outbound
from dialplane.domain.routing.questions import (
    DigestCheck,
    InboundQuestion,
    OutboundQuestion,
    source_address,
)

__all__ = [
    "AcceptedSource",
    "AnotherAgent",
    "AnotherRuntime",
    "Answerer",
    "Arm",
    "Decision",
    "DigestCheck",
    "Fallback",
    "InboundFacts",
    "InboundQuestion",
    "Limit",
    "LimitKind",
    "LimitScope",
    "OutboundFacts",
    "OutboundQuestion",
    "Peer",
    "Plan",
    "Refusal",
    "Refused",
    "Routed",
    "Rule",
    "SipTransfer",
    "SourceOrigin",
    "Step",
    "Target",
    "TargetKind",
    "TelephoneTransfer",
    "Verdict",
    "Why",
    "accepting",
    "route_inbound",
    "route_outbound",
    "source_address",
    "transfers_in_a_circle",
]
