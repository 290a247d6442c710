"""What can be done with runtimes, and which of them answers for an agent."""

from collections.abc import Sequence
from dataclasses import replace

from dialplane.domain.callers import Caller
from dialplane.domain.errors import FieldProblem, Invalid, NotFound
from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import Change, Happening
from dialplane.domain.runtimes import Runtime, RuntimeId, RuntimeInUse, RuntimeTarget, TargetId
from dialplane.domain.sip_addresses import (
    SipAddress,
    SipAddressRefused,
    is_private_target,
    parse_sip_address,
)
from dialplane.domain.values import UNCHANGED, AgentId, Unchanged, chosen
from dialplane.operations import journal
from dialplane.operations.ids import new_id
from dialplane.operations.numbers import NumberPolicy
from dialplane.store import agents, number_routing, peers, runtimes
from dialplane.store.database import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOrder:
    """A target as somebody asks for it."""

    address: str
    priority: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeChange:
    name: str | Unchanged = UNCHANGED
    is_default: bool | Unchanged = UNCHANGED
    targets: tuple[TargetOrder, ...] | Unchanged = UNCHANGED


def create(db: Writer, caller: Caller, asked: RuntimeChange, *, policy: NumberPolicy) -> Runtime:
    """Make a runtime; the first one of an organization becomes its default.

    Raises:
        Invalid: an address is none, or one that may not be called.
    """
    _hold_default(db, caller)
    default = runtimes.find_default_id(db, caller.organization_id)
    runtime = Runtime(
        id=RuntimeId(new_id(caller.now)),
        organization_id=caller.organization_id,
        name=chosen(asked.name, ""),
        is_default=chosen(asked.is_default, kept=default is None),
        targets=_targets(caller, chosen(asked.targets, ()), policy),
        created_at=caller.now,
        updated_at=caller.now,
    )
    if runtime.is_default:
        runtimes.dismiss_default(db, caller.organization_id)
    made = runtimes.add(db, runtime)
    _keep_known_addresses(db, caller, made)
    _enter(db, caller, Happening.RUNTIME_CREATED, before=None, after=made)
    return made


def change(
    db: Writer, caller: Caller, runtime_id: RuntimeId, asked: RuntimeChange, *, policy: NumberPolicy
) -> Runtime:
    """Change a runtime; the next call follows.

    Raises:
        NotFound, PreconditionFailed.
        Invalid: as for `create`; or the default resigns without a successor.
    """
    _hold_default(db, caller)
    old = _about_to_change(db, caller, runtime_id)
    if old.is_default and asked.is_default is False:
        raise Invalid.one("is_default", "name_another_default")
    if not old.is_default and asked.is_default is True:
        runtimes.dismiss_default(db, caller.organization_id)
    new = replace(
        old,
        name=chosen(asked.name, old.name),
        is_default=chosen(asked.is_default, old.is_default),
        updated_at=caller.now,
    )
    if asked.targets is not UNCHANGED:
        new = new.retargeted(_targets(caller, asked.targets, policy))
    saved = runtimes.save(db, new)
    _keep_known_addresses(db, caller, saved)
    _enter(db, caller, Happening.RUNTIME_UPDATED, before=old, after=saved)
    return saved


def delete(db: Writer, caller: Caller, runtime_id: RuntimeId) -> Runtime:
    """Forget a runtime.

    Raises:
        NotFound, PreconditionFailed.
        RuntimeInUse: an agent names it, or a number falls back to it.
    """
    runtime = _about_to_change(db, caller, runtime_id)
    agent_ids = runtimes.agents_of(db, runtime)
    number_ids = number_routing.falling_back_to(db, caller.organization_id, runtime.id)
    if agent_ids or number_ids:
        raise RuntimeInUse(agent_ids, number_ids)
    runtimes.remove(db, runtime)
    _enter(db, caller, Happening.RUNTIME_DELETED, before=runtime, after=None)
    return runtime


def answer_for(
    db: Writer, caller: Caller, agent_id: AgentId, runtime_id: RuntimeId | None
) -> RuntimeId | None:
    """Let a runtime answer for an agent; None leaves it to the default.

    Raises:
        NotFound: there is no such agent.
        Invalid: there is no such runtime.
    """
    if agents.find_locked(db, caller.organization_id, agent_id) is None:
        raise NotFound
    if runtime_id is not None:
        require(db, caller, runtime_id, field="runtime_id")
    before = runtimes.find_of_agent(db, caller.organization_id, agent_id)
    runtimes.put_of_agent(db, caller.organization_id, agent_id, runtime_id)
    happened = Change(
        happening=Happening.AGENT_RUNTIME_CHANGED,
        resource_id=agent_id,
        before={"runtime_id": before},
        after={"runtime_id": runtime_id},
    )
    journal.enter(db, caller, happened)
    return runtime_id


def require(db: Writer, caller: Caller, runtime_id: RuntimeId, *, field: str) -> None:
    """Make sure the caller has such a runtime.

    Raises:
        Invalid: there is none.
    """
    try:
        runtimes.get_locked(db, caller.organization_id, runtime_id)
    except NotFound as missing:
        raise Invalid.one(field, "runtime_missing") from missing


def _hold_default(db: Writer, caller: Caller) -> None:
    """One change at a time, so that there is never more than one default."""
    db.serialize(f"runtimes {caller.organization_id}")


def _about_to_change(db: Writer, caller: Caller, runtime_id: RuntimeId) -> Runtime:
    runtime = runtimes.get_locked(db, caller.organization_id, runtime_id)
    caller.precondition.require(runtime.tag)
    return runtime


def _targets(
    caller: Caller, orders: Sequence[TargetOrder], policy: NumberPolicy
) -> tuple[RuntimeTarget, ...]:
    problems: list[FieldProblem] = []
    targets: dict[str, RuntimeTarget] = {}
    for place, order in enumerate(orders):
        parsed = target_address(order.address, policy)
        if isinstance(parsed, str):
            problems.append(FieldProblem(f"targets.{place}.address", parsed))
        elif parsed.uri in targets:
            problems.append(FieldProblem(f"targets.{place}.address", "repeated"))
        else:
            targets[parsed.uri] = RuntimeTarget(
                id=TargetId(new_id(caller.now)),
                address=order.address,
                uri=parsed.uri,
                priority=order.priority,
                weight=order.weight,
            )
    if problems:
        raise Invalid(problems)
    return tuple(targets.values())


def target_address(text: str, policy: NumberPolicy) -> SipAddress | str:
    """The address, or the reason why calls cannot be sent there."""
    try:
        parsed = parse_sip_address(text)
    except SipAddressRefused as refused:
        return f"sip_{refused.reason}"
    if is_private_target(parsed) and not policy.allow_private_sip:
        return "sip_private"
    return parsed


def _keep_known_addresses(db: Writer, caller: Caller, runtime: Runtime) -> None:
    """An address that is none of a name is a source at once, without any look-up."""
    for target in runtime.targets:
        address = parse_sip_address(target.uri)
        if address.is_ip:
            peers.keep_addresses(db, target.uri, [address.host], now=caller.now)


def _enter(
    db: Writer,
    caller: Caller,
    happening: Happening,
    *,
    before: Runtime | None,
    after: Runtime | None,
) -> None:
    runtime = after or before
    happened = Change(
        happening=happening,
        resource_id=runtime.id if runtime else "",
        before=None if before is None else before.told(),
        after=None if after is None else after.told(),
    )
    journal.enter(db, caller, happened)
