"""What can be done with numbers: register, note, remap, set SIP, cancel, revoke."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace

from dialplane.domain.agents import Missing, VersionChoice
from dialplane.domain.callers import Caller
from dialplane.domain.digits import read_digits
from dialplane.domain.errors import (
    FieldProblem,
    Invalid,
    NumberAlreadyHeld,
)
from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import Change, Happening
from dialplane.domain.numbers import (
    AgentMapping,
    HeldNumber,
    MappingChange,
    Provider,
    SipChange,
    SipSettings,
    Status,
)
from dialplane.domain.sip_addresses import SipAddressRefused, is_private_target, parse_sip_address
from dialplane.domain.values import DAY_MS, UNCHANGED, Millis, NumberId, Unchanged
from dialplane.operations import expiry, journal, ledger
from dialplane.operations.ids import new_id
from dialplane.store import agents, lines, number_alterations, numbers
from dialplane.store.database import Database, Writer
from dialplane.store.keys import Found
from dialplane.store.number_alterations import Asked, Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPolicy:
    """What the operator has set for numbers."""

    quarantine_ms: Millis = 30 * DAY_MS
    allow_private_sip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A number somebody brings over their own trunk."""

    number: str
    sip: SipChange


def register(
    db: Writer, caller: Caller, registration: Registration, *, policy: NumberPolicy
) -> HeldNumber:
    """Hold a number that is reached over the caller's own trunk.

    Raises:
        NumberAlreadyHeld: with the id of the number when the caller holds it already.
        Invalid: the address is none, or a private one and the operator allows none.
    """
    _refuse_address(registration.sip.address, policy)
    number = new(caller, registration.number, Provider.CUSTOM)
    sip = registration.sip.applied_to(SipSettings())
    memo = None if registration.sip.memo is UNCHANGED else registration.sip.memo
    return hold(db, caller, replace(number, sip=sip, memo=memo))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """What somebody asks of one number alone, without its life going on.

    `made` is the rule; `mappings` are those it brings, by their fields, whose agents have to exist.
    """

    happening: Happening
    made: Callable[[HeldNumber, Millis], HeldNumber]
    mappings: Mapping[str, AgentMapping] = field(default_factory=dict)


def noting(memo: str | None) -> Alteration:
    """Change the memo; refused are expired numbers (NumberExpired)."""
    return Alteration(
        happening=Happening.NUMBER_UPDATED, made=lambda number, now: number.note(memo, now=now)
    )


def remapping(change: MappingChange) -> Alteration:
    """Map agents; the next call of the number is answered by them.

    Refused are expired numbers (NumberExpired), and agents or versions that do not exist (Invalid).
    """
    return Alteration(
        happening=Happening.NUMBER_MAPPING_CHANGED,
        made=lambda number, now: number.remap(change, now=now),
        mappings=change.new_mappings(),
    )


def sip_changing(change: SipChange, *, policy: NumberPolicy) -> Alteration:
    """Change the trunk of a custom number.

    Refused are bought numbers (ProviderMismatch), expired ones (NumberExpired), and an address that
    is none or a password that has to come along (Invalid).
    """

    def made(number: HeldNumber, now: Millis) -> HeldNumber:
        number.require_provider(Provider.CUSTOM)
        _refuse_address(change.address, policy)
        return number.change_sip(change, now=now)

    return Alteration(happening=Happening.TRUNK_CHANGED, made=made)


def alter(db: Writer, caller: Caller, number_id: NumberId, alteration: Alteration) -> HeldNumber:
    """Alter a number, while nobody else changes it or the agents it maps.

    Raises:
        NotFound, PreconditionFailed, and what the alteration refuses.
    """
    choices = {
        field: agents.find_choice_locked(db, caller.organization_id, mapping.agent_id)
        for field, mapping in alteration.mappings.items()
    }
    number = _about_to_change(db, caller, number_id)
    after = alteration.made(number, caller.now)
    _refuse_mappings(alteration, {field: choice() for field, choice in choices.items()})
    return _save(db, caller, alteration.happening, before=number, after=after)


def alter_at_once(
    database: Database, asked: Asked, alteration: Alteration, admit: Callable[[Found], bool]
) -> HeldNumber | None:
    """Alter a number for whoever holds a key, from one look at key, number and agent.

    None if it was not done: for whom `admit` does not let in, what is not plain, and on PostgreSQL
    what somebody else is at, or was at meanwhile. `alter` waits for them, and does all of it.

    Raises:
        PreconditionFailed, and what the alteration refuses.
        Unavailable: it may have been done, or not.
    """
    agent_ids = {mapping.agent_id for mapping in alteration.mappings.values()}
    if len(agent_ids) > 1:
        return None
    gather = database.gather
    with database.writing() if gather is None else database.reading() as db:
        seen = number_alterations.see(db, asked, next(iter(agent_ids), None))
        after = _made_of(seen, alteration, admit)
        if seen is None or after is None:
            return None
        caller, before = seen.found.caller, seen.number
        if isinstance(db, Writer):
            return _save(db, caller, alteration.happening, before=before, after=after)
    altered = replace(after, revision=before.revision + 1)
    entry = journal.entry_of(caller, _told(alteration.happening, before=before, after=altered))
    return altered if gather and number_alterations.write(gather, seen, altered, entry) else None


def _made_of(
    seen: Seen | None, alteration: Alteration, admit: Callable[[Found], bool]
) -> HeldNumber | None:
    """What the rule makes of a number that time has done nothing to."""
    if seen is None or not admit(seen.found):
        return None
    number, caller = seen.number, seen.found.caller
    if number.at(caller.now) is not number:
        return None
    caller.precondition.require(number.tag)
    after = alteration.made(number, caller.now)
    _refuse_mappings(alteration, dict.fromkeys(alteration.mappings, seen.choice))
    return after


def _refuse_mappings(alteration: Alteration, choices: Mapping[str, VersionChoice | None]) -> None:
    problems = [
        problem
        for field, mapping in alteration.mappings.items()
        if (problem := _mapping_problem(choices[field], field, mapping)) is not None
    ]
    if problems:
        raise Invalid(problems)


def cancel(
    db: Writer,
    caller: Caller,
    number_id: NumberId,
    *,
    policy: NumberPolicy,
) -> HeldNumber:
    """Give a number up; repeated it changes nothing.

    Raises:
        NotFound, PreconditionFailed.
    """
    number = _about_to_change(db, caller, number_id)
    cancelled = number.cancel(now=caller.now)
    if cancelled is number:
        return number
    if cancelled.line_id is not None and cancelled.end_at is not None:
        back_at = cancelled.end_at + policy.quarantine_ms
        lines.book_return(db, caller.realm, cancelled.line_id, available_from=back_at)
        if cancelled.status is Status.EXPIRED:
            expiry.let_go_of_line(db, cancelled, cancelled.line_id)
    expired = cancelled.status is Status.EXPIRED
    happening = Happening.NUMBER_EXPIRED if expired else Happening.NUMBER_CANCEL_REQUESTED
    saved = _save(db, caller, happening, before=number, after=cancelled)
    # After the number, as when one is bought: what both wait for has to come in one order.
    ledger.charge_cancellation(db, number, cancelled, now=caller.now)
    return saved


def revoke_cancellation(
    db: Writer,
    caller: Caller,
    number_id: NumberId,
) -> HeldNumber:
    """Keep a vox number after all.

    Raises:
        NotFound, PreconditionFailed, ProviderMismatch, CancellationNotPending.
    """
    number = _about_to_change(db, caller, number_id)
    kept = number.revoke_cancellation(now=caller.now)
    if kept.line_id is not None:
        lines.keep(db, caller.realm, kept.line_id)
    return _save(db, caller, Happening.NUMBER_CANCELLATION_REVOKED, before=number, after=kept)


def _about_to_change(db: Writer, caller: Caller, number_id: NumberId) -> HeldNumber:
    number = numbers.get_locked(db, caller.organization_id, number_id)
    expiry.write_down(db, number, now=caller.now)
    number = number.at(caller.now)
    caller.precondition.require(number.tag)
    return number


def new(caller: Caller, digits: str, provider: Provider) -> HeldNumber:
    return HeldNumber(
        id=NumberId(new_id(caller.now)),
        organization_id=caller.organization_id,
        realm=caller.realm,
        number=digits,
        canonical=read_digits(digits).canonical,
        provider=provider,
        status=Status.ACTIVE,
        start_at=caller.now,
        created_at=caller.now,
        updated_at=caller.now,
    )


def hold(db: Writer, caller: Caller, number: HeldNumber) -> HeldNumber:
    """Write a new number; digits whose holder's service has ended are free at once."""
    db.serialize(f"{caller.realm} {number.canonical}")
    expiry.free_if_lapsed(db, caller.realm, number.canonical, now=caller.now)
    holder = numbers.find_holder(db, caller.realm, number.canonical)
    if holder is not None:
        own = holder.organization_id == caller.organization_id
        raise NumberAlreadyHeld(holder.id if own else None)
    held = numbers.add(db, number)
    bought = number.provider is Provider.VOX
    happening = Happening.NUMBER_PURCHASED if bought else Happening.NUMBER_REGISTERED
    journal.enter(db, caller, Change(happening=happening, resource_id=held.id, after=held.told()))
    return held


def _save(
    db: Writer, caller: Caller, happening: Happening, *, before: HeldNumber, after: HeldNumber
) -> HeldNumber:
    saved = numbers.save(db, before, after)
    journal.enter(db, caller, _told(happening, before=before, after=saved))
    return saved


def _told(happening: Happening, *, before: HeldNumber, after: HeldNumber) -> Change:
    return Change(
        happening=happening, resource_id=after.id, before=before.told(), after=after.told()
    )


def _mapping_problem(
    agent: VersionChoice | None, field: str, mapping: AgentMapping
) -> FieldProblem | None:
    if agent is None:
        return FieldProblem(f"{field}.agent_id", "agent_missing")
    resolved = agent.resolve(mapping.agent_version)
    if isinstance(resolved, Missing):
        return FieldProblem(f"{field}.agent_version", resolved.value)
    return None


def _refuse_address(address: str | Unchanged | None, policy: NumberPolicy) -> None:
    if address is None or address is UNCHANGED:
        return
    try:
        parsed = parse_sip_address(address)
    except SipAddressRefused as refused:
        raise Invalid.one("address", f"sip_{refused.reason}") from refused
    if is_private_target(parsed) and not policy.allow_private_sip:
        raise Invalid.one("address", "sip_private")
