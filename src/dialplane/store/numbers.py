"""Held numbers in SQL."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final, LiteralString

from dialplane.domain.errors import NotFound, NumberAlreadyHeld
from dialplane.domain.numbers import AgentMapping, HeldNumber, Provider, SipSettings, Status
from dialplane.domain.values import AgentId, Millis, NumberId, OrganizationId
from dialplane.store.database import Reader, Row, UniqueViolated, Writer

# The state at :now, whether or not the worker has written it down yet; `HeldNumber.at` in SQL.
STATUS_NOW: Final[LiteralString] = """
    CASE WHEN status = 'scheduled' AND start_at <= :now THEN 'active'
         WHEN status = 'cancel_requested' AND end_at <= :now THEN 'expired'
         ELSE status END
"""


def get(db: Reader, organization_id: OrganizationId, number_id: NumberId) -> HeldNumber:
    return _found(db.one_or_none(_BY_ID, organization_id=organization_id, id=number_id))


def get_locked(db: Writer, organization_id: OrganizationId, number_id: NumberId) -> HeldNumber:
    """Read a number that is about to change; others who want to change it wait."""
    return _found(db.locked(_BY_ID, organization_id=organization_id, id=number_id))


_BY_ID: Final = """
    SELECT * FROM telephone_numbers WHERE organization_id = :organization_id AND id = :id
"""


def _found(row: Row | None) -> HeldNumber:
    if row is None:
        raise NotFound
    return number_of(row)


Holding = tuple[OrganizationId, NumberId]
"""A number, and the organization that holds it."""


def find_digits(db: Reader, holdings: Collection[Holding]) -> dict[Holding, str]:
    """The digits of these numbers, those there are and their organizations hold."""
    if not holdings:
        return {}
    rows = db.all_values(
        "SELECT organization_id, id, number FROM telephone_numbers"
        f" WHERE id IN (SELECT listed FROM {db.listed})",
        listed=json.dumps([number_id for _, number_id in holdings]),
    )
    return {(organization_id, id_): number for organization_id, id_, number in rows}


def find_holder(db: Reader, realm: str, canonical: str) -> HeldNumber | None:
    """The number that holds these digits, whoever it belongs to: unique over a whole realm."""
    row = db.one_or_none(
        """
        SELECT * FROM telephone_numbers
         WHERE realm = :realm AND canonical = :canonical AND status <> 'expired'
        """,
        realm=realm,
        canonical=canonical,
    )
    return None if row is None else number_of(row)


def mapping_agent(
    db: Reader, organization_id: OrganizationId, agent_id: AgentId, *, now: Millis
) -> list[NumberId]:
    """The unexpired numbers that map this agent, in any direction."""
    rows = db.all(
        "SELECT id FROM telephone_numbers"
        " WHERE organization_id = :organization_id"
        " AND (inbound_agent_id = :agent_id OR outbound_agent_id = :agent_id"
        " OR sms_agent_id = :agent_id)"
        " AND " + STATUS_NOW + " <> 'expired' ORDER BY id",
        organization_id=organization_id,
        agent_id=agent_id,
        now=now,
    )
    return [row["id"] for row in rows]


def some_held(db: Reader, organization_id: OrganizationId, *, limit: int) -> list[HeldNumber]:
    """The first numbers of an organization whose service has not been seen to end."""
    rows = db.all(
        """
        SELECT * FROM telephone_numbers
         WHERE organization_id = :organization_id AND status <> 'expired'
         ORDER BY created_at, id LIMIT :limit
        """,
        organization_id=organization_id,
        limit=limit,
    )
    return [number_of(row) for row in rows]


def add(db: Writer, number: HeldNumber) -> HeldNumber:
    """Write a new number.

    Raises:
        NumberAlreadyHeld: somebody in this realm holds these digits.
    """
    try:
        row = db.returning(_INSERT, **_columns(number))
    except UniqueViolated as violation:
        if violation.rule == "telephone_numbers_realm_canonical_key":
            raise NumberAlreadyHeld from violation
        raise
    return _found(row)


def save(db: Writer, before: HeldNumber, after: HeldNumber) -> HeldNumber:
    """Write what changed of a number read with `get_locked`, and answer it as it is written.

    Only that: an index on what stays the same has nothing to do.
    """
    was, saved = _mutable(before), replace(after, revision=before.revision + 1)
    changed = {name: value for name, value in _mutable(saved).items() if value != was[name]}
    names: list[LiteralString] = [name for name in _MUTABLE if name in changed]
    db.send(
        "UPDATE telephone_numbers SET " + ", ".join(name + " = :" + name for name in names)
        + " WHERE organization_id = :organization_id AND id = :id",
        **changed,
        organization_id=saved.organization_id,
        id=saved.id,
    )  # fmt: skip
    return saved


def write_down(db: Writer, number: HeldNumber) -> None:
    """Write what time has done to a number; not a revision, since no answer changes by it."""
    db.run(
        """
        UPDATE telephone_numbers SET status = :status, updated_at = :updated_at
         WHERE organization_id = :organization_id AND id = :id AND revision = :revision
        """,
        status=number.status,
        updated_at=number.updated_at,
        organization_id=number.organization_id,
        id=number.id,
        revision=number.revision,
    )


# CROSS JOIN keeps SQLite from beginning with the numbers, every one of which it would look at: four
# seconds among a million. There are far fewer organizations, and an index for each status.
DUE: Final[LiteralString] = """
    SELECT * FROM (
        SELECT telephone_numbers.* FROM organizations CROSS JOIN telephone_numbers
         WHERE organization_id = organizations.id
           AND status = 'scheduled' AND start_at <= :now + organizations.clock_offset_ms
         UNION ALL
        SELECT telephone_numbers.* FROM organizations CROSS JOIN telephone_numbers
         WHERE organization_id = organizations.id
           AND status = 'cancel_requested' AND end_at <= :now + organizations.clock_offset_ms
    ) AS due ORDER BY organization_id, id LIMIT :limit
    """


def due(db: Reader, *, now: Millis, limit: int) -> list[HeldNumber]:
    """Numbers of every organization that time has changed and nobody has written down yet.

    Each organization goes by its own clock: a sandbox is ahead of `now` by its offset.
    """
    rows = db.all(DUE, now=now, limit=limit)
    return [number_of(row) for row in rows]


ALTERABLE: Final[tuple[LiteralString, ...]] = (
    "address", "address_uri", "auth_username", "sealed_password", "inbound_trunk_id",
    "outbound_trunk_id", "inbound_agent_id", "inbound_version", "outbound_agent_id",
    "outbound_version", "sms_agent_id", "sms_version", "memo", "updated_at", "revision",
)  # fmt: skip
"""What may become of a number without its life going on."""

_MUTABLE: Final[tuple[LiteralString, ...]] = (
    *ALTERABLE, "status", "end_at", "cancel_requested_at",
)  # fmt: skip
_FIXED: Final[tuple[LiteralString, ...]] = (
    "id", "organization_id", "realm", "number", "canonical", "provider", "line_id", "monthly_fee",
    "start_at", "created_at",
)  # fmt: skip
_INSERT: Final[LiteralString] = (
    "INSERT INTO telephone_numbers (" + ", ".join((*_FIXED, *_MUTABLE)) + ")"
    " VALUES (" + ", ".join(":" + name for name in (*_FIXED, *_MUTABLE)) + ") RETURNING *"
)


def _columns(number: HeldNumber) -> dict[str, object]:
    return {name: getattr(number, name) for name in _FIXED} | _mutable(number)


def _mutable(number: HeldNumber) -> dict[str, object]:
    return alterable_columns(number) | {
        "status": number.status,
        "end_at": number.end_at,
        "cancel_requested_at": number.cancel_requested_at,
    }


def alterable_columns(number: HeldNumber) -> dict[str, object]:
    sip = number.sip
    inbound, outbound = number.inbound_agent, number.outbound_agent
    sms = number.sms_inbound_agent
    return {
        "address": sip.address,
        "address_uri": sip.address_uri,
        "auth_username": sip.auth_username,
        "sealed_password": sip.sealed_password,
        "inbound_trunk_id": sip.inbound_trunk_id,
        "outbound_trunk_id": sip.outbound_trunk_id,
        "inbound_agent_id": inbound and inbound.agent_id,
        "inbound_version": inbound and inbound.agent_version,
        "outbound_agent_id": outbound and outbound.agent_id,
        "outbound_version": outbound and outbound.agent_version,
        "sms_agent_id": sms and sms.agent_id,
        "sms_version": sms and sms.agent_version,
        "memo": number.memo,
        "updated_at": number.updated_at,
        "revision": number.revision,
    }


def number_of(row: Row) -> HeldNumber:
    return of_values([row[name] for name in _COLUMNS])


_COLUMNS: Final[tuple[LiteralString, ...]] = (
    "created_at", "id", "organization_id", "realm", "number", "canonical", "provider", "status",
    "start_at", "updated_at", "line_id", "monthly_fee", "address", "address_uri",
    "auth_username", "sealed_password", "inbound_trunk_id", "outbound_trunk_id",
    "inbound_agent_id", "inbound_version", "outbound_agent_id", "outbound_version",
    "sms_agent_id", "sms_version", "memo", "end_at", "cancel_requested_at", "revision",
)  # fmt: skip

# For statements that join something to a number; `of_values` reads them.
SELECTED: Final[LiteralString] = ", ".join("telephone_numbers." + name for name in _COLUMNS)


def of_values(values: Sequence[Any]) -> HeldNumber:
    (
        created_at, id_, organization_id, realm, number, canonical, provider, status, start_at,
        updated_at, line_id, monthly_fee, address, address_uri, auth_username, sealed_password,
        inbound_trunk_id, outbound_trunk_id, inbound_id, inbound_version, outbound_id,
        outbound_version, sms_id, sms_version, memo, end_at, cancel_requested_at, revision,
    ) = values  # fmt: skip
    return HeldNumber(
        id=id_,
        organization_id=organization_id,
        realm=realm,
        number=number,
        canonical=canonical,
        provider=_PROVIDERS[provider],
        status=_STATUSES[status],
        start_at=start_at,
        created_at=created_at,
        updated_at=updated_at,
        line_id=line_id,
        monthly_fee=monthly_fee,
        sip=SipSettings(
            address=address,
            address_uri=address_uri,
            auth_username=auth_username,
            sealed_password=sealed_password,
            inbound_trunk_id=inbound_trunk_id,
            outbound_trunk_id=outbound_trunk_id,
        ),
        inbound_agent=_mapping(inbound_id, inbound_version),
        outbound_agent=_mapping(outbound_id, outbound_version),
        sms_inbound_agent=_mapping(sms_id, sms_version),
        memo=memo,
        end_at=end_at,
        cancel_requested_at=cancel_requested_at,
        revision=revision,
    )


def _mapping(agent_id: AgentId | None, version: str) -> AgentMapping | None:
    return None if agent_id is None else AgentMapping(agent_id=agent_id, agent_version=version)


# Looking a word up costs a fifth of calling the enumeration.
_PROVIDERS: Final = {str(each): each for each in Provider}
_STATUSES: Final = {str(each): each for each in Status}
