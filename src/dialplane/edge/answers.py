"""Decisions in the words of SIP, as `contract/edge.yaml` promises them."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import md5
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any, Final

from dialplane.domain.calls import TALKING_AT_MOST_MS, Call, CallId
from dialplane.domain.frozen import dataclass
from dialplane.domain.routing import Refusal, Refused, Routed, Target, TargetKind
from dialplane.domain.routing.facts import IpNetwork
from dialplane.domain.routing.questions import IpAddress, text_of
from dialplane.domain.values import DAY_MS, SECOND_MS
from dialplane.operations.sip_codes import SIP_CODES

# The realm of our own challenges; a caller's HA1 is made for it.
REALM: Final = "dialplane"
MOST_TARGETS: Final = 16
MOST_NETWORKS: Final = 64
RING_TIMEOUT_MS: Final = 60 * SECOND_MS
_HEADER_CHARS: Final = 255

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What a target's challenge is answered with."""

    username: str
    password: str
    realm: str

    def told(self) -> Document:
        """Only HA1 leaves: it opens this one realm, the password itself would open any."""
        text = f"{self.username}:{self.realm}:{self.password}"
        ha1 = md5(text.encode(), usedforsecurity=False).hexdigest()
        return {"username": self.username, "realm": self.realm, "ha1": ha1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """From where somebody calls, and what they dialled."""

    source: IpAddress
    called: str


def unknown_number(call_id: CallId) -> Document:
    """What a stranger hears about calls that are none of its business."""
    code, phrase = SIP_CODES[Refusal.NUMBER_UNKNOWN]
    return _refusal(call_id, Refusal.NUMBER_UNKNOWN, code, phrase)


def refusal(call_id: CallId, refused: Refused) -> Document:
    """The reason and nothing else: whose number it is, is not the caller's business."""
    code, phrase = SIP_CODES[refused.reason]
    return _refusal(call_id, refused.reason, code, phrase)


def _refusal(call_id: CallId, reason: Refusal, code: int, phrase: str) -> Document:
    return {
        "decision": "refuse",
        "call_id": call_id,
        "sip_code": code,
        "sip_reason": phrase,
        "reason": reason,
    }


def inbound_route(
    call_id: CallId,
    routed: Routed,
    *,
    caller: Caller,
    digest: Login | None,
    logins: Mapping[str, Login],
) -> Document:
    headers = [header_of("X-Dialplane-Number-Id", routed.number_id)]
    headers.append(header_of("X-Dialplane-Called", caller.called))
    return _route(call_id, routed, logins) | {
        "allowed_sources": _networks(routed, caller.source),
        "digest": None if digest is None else digest.told(),
        "identity": None,
        "headers": headers,
        "cache_ttl_ms": DAY_MS,
    }


def outbound_route(
    call_id: CallId,
    routed: Routed,
    *,
    shown: str,
    source: IpAddress,
    logins: Mapping[str, Login],
) -> Document:
    """Never remembered by the edge: an outbound call costs money."""
    domain = routed.targets[0].uri.rpartition("@")[2].partition(";")[0]
    return _route(call_id, routed, logins) | {
        "allowed_sources": [str(ip_network(source))],
        "digest": None,
        "identity": {
            "user": shown,
            "domain": domain,
            "asserted": f"sip:{shown}@{domain}",
        },
        "headers": [],
        "cache_ttl_ms": 0,
    }


def runtime_leg(call: Call, target: Target, *, source: IpAddress) -> Document:
    """To the runtime of a placed call, which the dialer reports on: the edge keeps silent."""
    return {
        "decision": "route",
        "leg": "runtime",
        "call_id": call.id,
        "organization_id": call.organization_id,
        "number_id": call.number_id,
        "agent_id": None,
        "agent_selector": None,
        "agent_version": None,
        "revision": "",
        "allowed_sources": [str(ip_network(source))],
        "digest": None,
        "identity": None,
        "headers": headers_of_placed(call),
        "targets": [*_targets([target], {})],
        "ring_timeout_ms": RING_TIMEOUT_MS,
        "max_duration_ms": TALKING_AT_MOST_MS,
        "cache_ttl_ms": 0,
    }


def headers_of_placed(call: Call) -> list[Document]:
    """What a runtime is told about a call that it did not get from a caller."""
    return [
        header_of("X-Dialplane-Call-Id", call.id),
        header_of("X-Dialplane-Number-Id", call.number_id or ""),
        header_of("X-Dialplane-Called", call.to_number or ""),
        header_of("X-Dialplane-Direction", call.direction),
    ]


def _route(call_id: CallId, routed: Routed, logins: Mapping[str, Login]) -> Document:
    answerer = routed.answerer
    return {
        "decision": "route",
        "call_id": call_id,
        "organization_id": routed.organization_id,
        "number_id": routed.number_id,
        "agent_id": answerer.mapping.agent_id if answerer else None,
        "agent_selector": answerer.mapping.agent_version if answerer else None,
        "agent_version": answerer.version if answerer else None,
        "revision": routed.revision,
        "targets": [*_targets(routed.targets[:MOST_TARGETS], logins)],
        "ring_timeout_ms": RING_TIMEOUT_MS,
        "max_duration_ms": TALKING_AT_MOST_MS,
    }


def _targets(targets: Iterable[Target], logins: Mapping[str, Login]) -> Iterable[Document]:
    """In the order that was decided: a priority of its own keeps the edge from drawing again."""
    for place, target in enumerate(targets):
        login = logins.get(target.id) if target.kind is TargetKind.TRUNK else None
        yield {
            "target_id": target.id,
            "uri": target.uri,
            "priority": place,
            "weight": 1,
            "credentials": None if login is None else login.told(),
            "headers": headers_of_agent(target),
        }


def headers_of_agent(target: Target) -> list[Document]:
    """Said for each target: a fallback may be another agent."""
    if target.answerer is None:
        return []
    headers = [
        header_of("X-Dialplane-Agent-Id", target.answerer.mapping.agent_id),
        header_of("X-Dialplane-Agent-Version", target.answerer.version),
    ]
    if target.answerer.variant_label is not None:
        headers.append(header_of("X-Dialplane-Variant", target.answerer.variant_label))
    return headers


def header_of(name: str, value: str) -> Document:
    printable = value
    if not value.isprintable():
        printable = "".join(each for each in value if each.isprintable())
    return {"name": name, "value": printable[:_HEADER_CHARS]}


def _networks(routed: Routed, source: IpAddress) -> list[str]:
    """Of more networks than the edge reads, the one of this very caller is the last to go."""
    collapsed = _collapsed(tuple(accepted.network for accepted in routed.sources))
    nearest = sorted(collapsed, key=lambda network: source not in network)
    return [text_of(network) for network in nearest[:MOST_NETWORKS]]


# The networks of a carrier are the same for every call that comes over it.
@lru_cache(maxsize=1024)
def _collapsed(told: tuple[IpNetwork, ...]) -> tuple[IpNetwork, ...]:
    return (
        *collapse_addresses(each for each in told if isinstance(each, IPv4Network)),
        *collapse_addresses(each for each in told if isinstance(each, IPv6Network)),
    )
