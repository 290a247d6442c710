"""Who could answer for a number and how many calls it may have, in SQL."""

from collections.abc import Iterable
from typing import Final, LiteralString

from dialplane.domain.agents import VersionChoice
from dialplane.domain.numbers import AgentMapping, HeldNumber, Provider
from dialplane.domain.routing import (
    AnotherAgent,
    AnotherRuntime,
    Arm,
    Fallback,
    Limit,
    LimitKind,
    LimitScope,
    Peer,
    Plan,
    TelephoneTransfer,
)
from dialplane.domain.runtimes import RuntimeId, TargetId
from dialplane.domain.values import LIVE, SECOND_MS, AgentId, Millis, OrganizationId
from dialplane.store.database import Reader
from dialplane.store.routing_lists import peer_of
from dialplane.store.routing_numbers import Found, Known


def plan(
    db: Reader,
    found: Found,
    *,
    split: tuple[Arm, ...],
    fallbacks: tuple[Fallback, ...],
    mapped: Iterable[AgentMapping | None],
) -> Plan:
    """Everything the names of a number lead to; agents without what they say."""
    default = found.default_runtime
    agents: dict[AgentId, VersionChoice] = {}
    runtime_of: dict[AgentId, RuntimeId] = {}
    for agent_id in _agent_ids(split, fallbacks, mapped):
        known = _known(db, found, agent_id)
        if known is not None:
            agents[agent_id] = VersionChoice(known.production_version, known.last_version)
            if known.runtime_id is not None:
                runtime_of[agent_id] = known.runtime_id
    used = {*runtime_of.values(), *_runtime_ids(fallbacks)}
    if default is not None and len(runtime_of) < len(agents):
        used.add(default)
    transfers = any(isinstance(each, TelephoneTransfer) for each in fallbacks)
    return Plan(
        split=split,
        fallbacks=fallbacks,
        agents=agents,
        runtime_of=runtime_of,
        default_runtime=default,
        runtimes={each: _targets(db, found, each) for each in sorted(used)},
        trunk=trunk(db, found.number) if transfers else (),
    )


def _agent_ids(
    split: Iterable[Arm], fallbacks: Iterable[Fallback], mapped: Iterable[AgentMapping | None]
) -> list[AgentId]:
    mappings = [
        *(arm.mapping for arm in split),
        *(each.mapping for each in fallbacks if isinstance(each, AnotherAgent)),
        *(mapping for mapping in mapped if mapping is not None),
    ]
    return sorted({mapping.agent_id for mapping in mappings})


def _runtime_ids(fallbacks: Iterable[Fallback]) -> list[RuntimeId]:
    return [each.runtime_id for each in fallbacks if isinstance(each, AnotherRuntime)]


def _known(db: Reader, found: Found, agent_id: AgentId) -> Known | None:
    mapped = found.number.inbound_agent
    if mapped is not None and mapped.agent_id == agent_id:
        return found.inbound_agent
    return _agent(db, found.number.organization_id, agent_id)


def _agent(db: Reader, organization_id: OrganizationId, agent_id: AgentId) -> Known | None:
    values = db.values_or_none(
        """
        SELECT production_version, last_version, runtime_id
          FROM agents LEFT JOIN agent_runtimes ON agent_runtimes.agent_id = agents.id
         WHERE agents.organization_id = :organization_id AND agents.id = :agent_id
        """,
        organization_id=organization_id,
        agent_id=agent_id,
    )
    return None if values is None else Known(*values)


def _targets(db: Reader, found: Found, runtime_id: RuntimeId) -> tuple[Peer, ...]:
    known = found.targets.get(runtime_id)
    if known is not None:
        return known
    rows = db.all_values(
        """
        SELECT id, runtime_targets.uri, priority, weight, down
          FROM runtime_targets LEFT JOIN peer_states ON peer_states.uri = runtime_targets.uri
         WHERE organization_id = :organization_id AND runtime_id = :runtime_id
         ORDER BY place
        """,
        organization_id=found.number.organization_id,
        runtime_id=runtime_id,
    )
    return tuple([peer_of(values) for values in rows])


def trunk(db: Reader, number: HeldNumber) -> tuple[Peer, ...]:
    """Where calls of a number go out: its own trunk, or the operator's carriers."""
    if number.provider is Provider.VOX:
        return _carriers(db) if number.realm == LIVE else _SIMULATED_TRUNK
    if number.sip.address_uri is None or number.sip.outbound_trunk_id is None:
        return ()
    state = db.one_or_none(
        "SELECT down FROM peer_states WHERE uri = :uri", uri=number.sip.address_uri
    )
    id_ = TargetId(number.sip.outbound_trunk_id)
    down = state is not None and bool(state["down"])
    return (Peer(id=id_, uri=number.sip.address_uri, down=down),)


_SIMULATED_TRUNK: Final = (Peer(id=TargetId("simulated"), uri="sip:carrier.invalid"),)


def _carriers(db: Reader) -> tuple[Peer, ...]:
    rows = db.all_values(
        """
        SELECT id, carriers.uri, priority, weight, down
          FROM carriers LEFT JOIN peer_states ON peer_states.uri = carriers.uri
         ORDER BY priority, name
        """
    )
    return tuple([peer_of(values) for values in rows])


def limits(db: Reader, found: Found, *, now: Millis, but: str) -> tuple[Limit, ...]:
    """The limits of the organization and of the number; the call `but` does not count."""
    routing = found.routing
    allowed: list[tuple[LimitScope, LimitKind, int | None]] = [
        (LimitScope.ORGANIZATION, LimitKind.CONCURRENT_CALLS, found.concurrent_calls),
        (LimitScope.ORGANIZATION, LimitKind.CALLS_PER_SECOND, found.calls_per_second),
        (LimitScope.NUMBER, LimitKind.CONCURRENT_CALLS, routing.concurrent_calls),
        (LimitScope.NUMBER, LimitKind.CALLS_PER_SECOND, routing.calls_per_second),
    ]
    return tuple(
        Limit(
            scope=scope,
            kind=kind,
            allowed=most,
            current=_count(db, found.number, (scope, kind), now=now, but=but),
        )
        for scope, kind, most in allowed
        if most is not None
    )


_SEATED: Final[LiteralString] = " AND ended_at IS NULL AND seat_until > :now"
_RECENT: Final[LiteralString] = " AND created_at > :now - :second_ms AND created_at <= :now"
_OF_NUMBER: Final[LiteralString] = " AND number_id = :number_id"


def _count(
    db: Reader,
    number: HeldNumber,
    limit: tuple[LimitScope, LimitKind],
    *,
    now: Millis,
    but: str,
) -> int:
    scope, kind = limit
    query: LiteralString = (
        "SELECT count(*) AS current FROM calls"
        " WHERE organization_id = :organization_id AND id <> :but"
    )
    query += _SEATED if kind is LimitKind.CONCURRENT_CALLS else _RECENT
    if scope is LimitScope.NUMBER:
        query += _OF_NUMBER
    row = db.one_or_none(
        query,
        organization_id=number.organization_id,
        number_id=number.id,
        now=now,
        second_ms=SECOND_MS,
        but=but,
    )
    return int(row["current"]) if row else 0
