"""Numbers of another server taken in: each one of our own, whoever it was bought from there."""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from dialplane.domain.digits import read_digits
from dialplane.domain.errors import NotFound
from dialplane.domain.foreign import ForeignNumber, Loss, Outcome, Taken
from dialplane.domain.journal import Change, Happening
from dialplane.domain.numbers import AgentMapping, HeldNumber, Provider, SipSettings, Status
from dialplane.domain.sip_addresses import SipAddressRefused, is_private_target, parse_sip_address
from dialplane.domain.values import AgentId, NumberId
from dialplane.operations import expiry, journal
from dialplane.operations.ids import new_trunk_ids
from dialplane.operations.mirroring import IdTaken, Mirror
from dialplane.store import agents, numbers
from dialplane.store.database import UniqueViolated, Writer

_TRUNK_ID: Final = re.compile(r"ST_[0-9A-Za-z]{12}")


def take_number(
    db: Writer, mirror: Mirror, foreign: ForeignNumber, *, coming: Collection[AgentId] = ()
) -> Taken:
    """Make a number here what it is there, as far as it can be; `coming` agents count as here."""
    if foreign.status is Status.EXPIRED:
        return Taken(outcome=Outcome.LEFT_OUT, losses=(Loss.EXPIRED,))
    known = _find(db, mirror, foreign.id)
    if known is None and (loss := _in_the_way(db, mirror, foreign)) is not None:
        return Taken(outcome=Outcome.LEFT_OUT, losses=(loss,))
    if known is not None and known.status is Status.EXPIRED:
        return Taken(outcome=Outcome.LEFT_OUT, losses=(Loss.ENDED_HERE,))
    wanted, losses = _wanted(db, mirror, foreign, known, coming=coming)
    if known is None:
        return _add_number(db, mirror, wanted, losses)
    if wanted == known:
        return Taken(outcome=Outcome.UNCHANGED, losses=losses)
    now = mirror.author().at
    saved = numbers.save(db, known, replace(wanted, updated_at=now))
    change = Change(
        happening=_happening(known, wanted),
        resource_id=saved.id,
        before=known.told(),
        after=saved.told(),
    )
    journal.enter_by(db, saved.organization_id, mirror.author(), change)
    return Taken(outcome=Outcome.UPDATED, losses=losses)


def _add_number(db: Writer, mirror: Mirror, number: HeldNumber, losses: tuple[Loss, ...]) -> Taken:
    try:
        held = numbers.add(db, number)
    except UniqueViolated as taken:
        raise IdTaken from taken
    change = Change(happening=Happening.NUMBER_REGISTERED, resource_id=held.id, after=held.told())
    journal.enter_by(db, held.organization_id, mirror.author(), change)
    return Taken(outcome=Outcome.COPIED, losses=losses)


def _find(db: Writer, mirror: Mirror, number_id: NumberId) -> HeldNumber | None:
    try:
        return numbers.get_locked(db, mirror.organization.id, number_id)
    except NotFound:
        return None


def _in_the_way(db: Writer, mirror: Mirror, foreign: ForeignNumber) -> Loss | None:
    """Why these digits cannot be held under this id."""
    organization = mirror.organization
    canonical = read_digits(foreign.number).canonical
    db.serialize(f"{organization.realm} {canonical}")
    expiry.free_if_lapsed(db, organization.realm, canonical, now=mirror.author().at)
    holder = numbers.find_holder(db, organization.realm, canonical)
    if holder is None:
        return None
    own = holder.organization_id == organization.id
    return Loss.HELD_UNDER_ANOTHER_ID if own else Loss.HELD_BY_ANOTHER


def _wanted(
    db: Writer,
    mirror: Mirror,
    foreign: ForeignNumber,
    known: HeldNumber | None,
    *,
    coming: Collection[AgentId],
) -> tuple[HeldNumber, tuple[Loss, ...]]:
    """The number as it should be here: one of our own, whoever it was bought from there."""
    losses: list[Loss] = []
    sip = _sip(mirror, foreign, known, losses)
    number = known or HeldNumber(
        id=foreign.id,
        organization_id=mirror.organization.id,
        realm=mirror.organization.realm,
        number=foreign.number,
        canonical=read_digits(foreign.number).canonical,
        provider=Provider.CUSTOM,
        status=Status.ACTIVE,
        start_at=foreign.start_at,
        created_at=foreign.created_at,
        updated_at=mirror.author().at,
    )
    wanted = replace(
        number,
        sip=sip,
        memo=foreign.memo,
        inbound_agent=_mapped(db, mirror, foreign.inbound_agent, losses, coming=coming),
        outbound_agent=_mapped(db, mirror, foreign.outbound_agent, losses, coming=coming),
    )
    return wanted, tuple(dict.fromkeys(losses))


def _sip(
    mirror: Mirror, foreign: ForeignNumber, known: HeldNumber | None, losses: list[Loss]
) -> SipSettings:
    """The trunk; a login set here stays as long as the address does."""
    here = SipSettings() if known is None else known.sip
    if foreign.provider is Provider.VOX:
        losses.append(Loss.STAYS_WITH_VENDOR)
        return here
    if foreign.address is None:
        return SipSettings()
    if here.address == foreign.address:
        if here.sealed_password is None:
            losses.append(Loss.LOGIN_NOT_TOLD)
        return here
    try:
        parsed = parse_sip_address(foreign.address)
    except SipAddressRefused:
        losses.append(Loss.ADDRESS_NOT_TAKEN)
        return here
    if is_private_target(parsed) and not mirror.policy.allow_private_sip:
        losses.append(Loss.ADDRESS_NOT_TAKEN)
        return here
    losses.append(Loss.LOGIN_NOT_TOLD)
    inbound, outbound = new_trunk_ids()
    return SipSettings(
        address=foreign.address,
        address_uri=parsed.uri,
        inbound_trunk_id=here.inbound_trunk_id or _like_ours(foreign.inbound_trunk_id) or inbound,
        outbound_trunk_id=(
            here.outbound_trunk_id or _like_ours(foreign.outbound_trunk_id) or outbound
        ),
    )


def _like_ours(trunk_id: str | None) -> str | None:
    return trunk_id if trunk_id and _TRUNK_ID.fullmatch(trunk_id) else None


def _mapped(
    db: Writer,
    mirror: Mirror,
    mapping: AgentMapping | None,
    losses: list[Loss],
    *,
    coming: Collection[AgentId],
) -> AgentMapping | None:
    if mapping is None or mapping.agent_id in coming:
        return mapping
    if agents.find_locked(db, mirror.organization.id, mapping.agent_id) is None:
        losses.append(Loss.AGENT_NOT_COPIED)
        return None
    return mapping


def _happening(before: HeldNumber, after: HeldNumber) -> Happening:
    if before.sip != after.sip:
        return Happening.TRUNK_CHANGED
    mapped = ("inbound_agent", "outbound_agent")
    if any(getattr(before, name) != getattr(after, name) for name in mapped):
        return Happening.NUMBER_MAPPING_CHANGED
    return Happening.NUMBER_UPDATED
