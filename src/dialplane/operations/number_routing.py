"""What an organization sets about the calls of a number: who may call, and who else answers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dialplane.domain.agents import Missing
from dialplane.domain.callers import Caller
from dialplane.domain.digits import read_digits
from dialplane.domain.errors import FieldProblem, Invalid, NumberExpired
from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import Change, Happening
from dialplane.domain.number_routing import InboundAuth, NumberRouting
from dialplane.domain.numbers import AgentMapping, HeldNumber, Provider, Status
from dialplane.domain.routing import (
    AnotherAgent,
    AnotherRuntime,
    Arm,
    Fallback,
    SipTransfer,
    TelephoneTransfer,
    transfers_in_a_circle,
)
from dialplane.domain.routing.facts import IpNetwork
from dialplane.domain.sip_addresses import uri_of_user
from dialplane.domain.values import UNCHANGED, NumberId, Unchanged, chosen
from dialplane.operations import expiry, journal
from dialplane.operations.numbers import NumberPolicy
from dialplane.operations.runtimes import require, target_address
from dialplane.store import agents, number_routing, numbers
from dialplane.store.database import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingChange:
    allowed: tuple[IpNetwork, ...] | Unchanged = UNCHANGED
    inbound_auth: InboundAuth | Unchanged = UNCHANGED
    inbound_split: tuple[Arm, ...] | Unchanged = UNCHANGED
    outbound_split: tuple[Arm, ...] | Unchanged = UNCHANGED
    fallbacks: tuple[Fallback, ...] | Unchanged = UNCHANGED
    concurrent_calls: int | Unchanged | None = UNCHANGED
    calls_per_second: int | Unchanged | None = UNCHANGED

    def applied_to(self, old: NumberRouting) -> NumberRouting:
        return replace(
            old,
            allowed=chosen(self.allowed, old.allowed),
            inbound_auth=chosen(self.inbound_auth, old.inbound_auth),
            inbound_split=chosen(self.inbound_split, old.inbound_split),
            outbound_split=chosen(self.outbound_split, old.outbound_split),
            fallbacks=chosen(self.fallbacks, old.fallbacks),
            concurrent_calls=chosen(self.concurrent_calls, old.concurrent_calls),
            calls_per_second=chosen(self.calls_per_second, old.calls_per_second),
        )


def change(
    db: Writer, caller: Caller, number_id: NumberId, asked: RoutingChange, *, policy: NumberPolicy
) -> NumberRouting:
    """Set what holds for the calls of a number from the next one on.

    Raises:
        NotFound, PreconditionFailed, NumberExpired.
        ProviderMismatch: sources of a bought number are the operator's carriers, and theirs alone.
        Invalid: an agent, a runtime or an address does not exist, or calls would go in a circle.
    """
    number = _about_to_change(db, caller, number_id)
    old = number_routing.get(db, caller.organization_id, number_id)
    caller.precondition.require(old.tag)
    new = asked.applied_to(old)
    if new.allowed or new.inbound_auth is InboundAuth.SOURCE_AND_DIGEST:
        number.require_provider(Provider.CUSTOM)
    if asked.inbound_auth is InboundAuth.SOURCE_AND_DIGEST and number.sip.auth_username is None:
        raise Invalid.one("inbound_auth", "needs_credentials")
    fallbacks = tuple(_canonical(fallback) for fallback in new.fallbacks)
    new = replace(new, fallbacks=fallbacks, revision=old.revision + 1, updated_at=caller.now)
    problems = [*_problems(db, caller, asked, policy), *_circles(db, number, new, asked)]
    if problems:
        raise Invalid(problems)
    number_routing.put(db, new)
    happened = Change(
        happening=Happening.NUMBER_ROUTING_CHANGED,
        resource_id=number.id,
        before=old.told(),
        after=new.told(),
    )
    journal.enter(db, caller, happened)
    return new


def _about_to_change(db: Writer, caller: Caller, number_id: NumberId) -> HeldNumber:
    number = numbers.get_locked(db, caller.organization_id, number_id)
    expiry.write_down(db, number, now=caller.now)
    number = number.at(caller.now)
    if number.status is Status.EXPIRED:
        raise NumberExpired
    return number


def _canonical(fallback: Fallback) -> Fallback:
    if isinstance(fallback, TelephoneTransfer):
        return TelephoneTransfer(digits=read_digits(fallback.digits).canonical)
    return fallback


def _problems(
    db: Writer, caller: Caller, asked: RoutingChange, policy: NumberPolicy
) -> Iterator[FieldProblem]:
    for field, arms in (
        ("inbound_split", chosen(asked.inbound_split, ())),
        ("outbound_split", chosen(asked.outbound_split, ())),
    ):
        yield from _split_problems(db, caller, field, arms)
    for place, fallback in enumerate(chosen(asked.fallbacks, ())):
        yield from _fallback_problems(db, caller, f"fallbacks.{place}", fallback, policy=policy)


def _split_problems(
    db: Writer, caller: Caller, field: str, arms: Sequence[Arm]
) -> Iterator[FieldProblem]:
    if arms and not any(arm.weight for arm in arms):
        yield FieldProblem(field, "no_weight")
    labels: set[str] = set()
    for place, arm in enumerate(arms):
        if arm.label in labels:
            yield FieldProblem(f"{field}.{place}.label", "repeated")
        labels.add(arm.label)
        yield from _mapping_problems(db, caller, f"{field}.{place}.agent", arm.mapping)


def _mapping_problems(
    db: Writer, caller: Caller, field: str, mapping: AgentMapping
) -> Iterator[FieldProblem]:
    agent = agents.find_choice_locked(db, caller.organization_id, mapping.agent_id)()
    if agent is None:
        yield FieldProblem(f"{field}.agent_id", "agent_missing")
        return
    resolved = agent.resolve(mapping.agent_version)
    if isinstance(resolved, Missing):
        yield FieldProblem(f"{field}.agent_version", resolved.value)


def _fallback_problems(
    db: Writer, caller: Caller, field: str, fallback: Fallback, *, policy: NumberPolicy
) -> Iterator[FieldProblem]:
    match fallback:
        case AnotherAgent(mapping=mapping):
            yield from _mapping_problems(db, caller, f"{field}.agent", mapping)
        case AnotherRuntime(runtime_id=runtime_id):
            require(db, caller, runtime_id, field=f"{field}.runtime_id")
        case SipTransfer(uri=uri):
            scheme_and_user, _, host = uri.rpartition("@")
            scheme, _, user = scheme_and_user.partition(":")
            address = target_address(f"{scheme}:{host}", policy)
            if isinstance(address, str):
                yield FieldProblem(f"{field}.uri", address)
            elif uri_of_user(f"{scheme}:{host}", user) != uri:
                yield FieldProblem(f"{field}.uri", "sip_characters")
        case TelephoneTransfer(digits=digits):
            if read_digits(digits).e164 is None:
                yield FieldProblem(f"{field}.number", "not_a_telephone")


def _circles(
    db: Writer, number: HeldNumber, new: NumberRouting, asked: RoutingChange
) -> Iterator[FieldProblem]:
    if asked.fallbacks is UNCHANGED:
        return
    db.serialize(f"transfers {number.organization_id}")
    transfers = number_routing.transfers(db, number.organization_id, but=number.id)
    transfers[number.canonical] = new.fallbacks
    way = transfers_in_a_circle(number.canonical, transfers)
    if way:
        yield FieldProblem("fallbacks", "transfers_in_a_circle", {"way": " → ".join(way)})
