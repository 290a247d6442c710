"""Held numbers in SQL."""

from dataclasses import dataclass
from typing import Final, LiteralString

from dialplane.domain.errors import NotFound, NumberAlreadyHeld
from dialplane.domain.numbers import AgentMapping, HeldNumber, Provider, SipSettings, Status
from dialplane.domain.values import AgentId, Millis, NumberId, OrganizationId
from dialplane.store.database import Reader, Row, UniqueViolated, Writer
from dialplane.store.pages import Listing, Page, PageRequest, page


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFilter:
    """Numbers in one of these states at `now`, of one provider or of both."""

    statuses: frozenset[Status]
    provider: Provider | None
    now: Millis


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
    return _number(row)


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
    return None if row is None else _number(row)


def list_page(
    db: Reader,
    organization_id: OrganizationId,
    wanted: NumberFilter,
    request: PageRequest,
) -> Page[HeldNumber]:
    provider, now = wanted.provider, wanted.now
    matching: LiteralString = "FROM telephone_numbers WHERE organization_id = :organization_id"
    if provider is not None:
        matching += " AND provider = :provider"
    if len(wanted.statuses) < len(Status):
        matching += " AND " + STATUS_NOW + " IN (:active, :scheduled, :cancel_requested, :expired)"
    rows, total, following = page(
        db,
        Listing(columns="*", matching=matching, sort="created_at"),
        request,
        organization_id=organization_id,
        provider=provider,
        now=now,
        **{status: status if status in wanted.statuses else None for status in Status},
    )
    return Page(items=[_number(row).at(now) for row in rows], total_count=total, next=following)


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


def save(db: Writer, number: HeldNumber) -> HeldNumber:
    """Write back what may change of a number read with `get_locked`."""
    return _found(db.returning(_UPDATE, **_columns(number)))


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


def due(db: Reader, *, now: Millis, limit: int) -> list[HeldNumber]:
    """Numbers of every organization that time has changed and nobody has written down yet.

    Each organization goes by its own clock: a sandbox is ahead of `now` by its offset.
    """
    rows = db.all(
        """
        SELECT telephone_numbers.* FROM telephone_numbers
          JOIN organizations ON organizations.id = telephone_numbers.organization_id
         WHERE (status = 'scheduled' AND start_at <= :now + organizations.clock_offset_ms)
            OR (status = 'cancel_requested' AND end_at <= :now + organizations.clock_offset_ms)
         ORDER BY telephone_numbers.organization_id, telephone_numbers.id LIMIT :limit
        """,
        now=now,
        limit=limit,
    )
    return [_number(row) for row in rows]


_MUTABLE: Final = (
    "status", "address", "address_uri", "auth_username", "sealed_password", "inbound_trunk_id",
    "outbound_trunk_id", "inbound_agent_id", "inbound_version", "outbound_agent_id",
    "outbound_version", "sms_agent_id", "sms_version", "memo", "end_at", "cancel_requested_at",
    "updated_at",
)  # fmt: skip
_FIXED: Final = (
    "id", "organization_id", "realm", "number", "canonical", "provider", "line_id", "monthly_fee",
    "start_at", "created_at",
)  # fmt: skip
_INSERT: Final[LiteralString] = (
    "INSERT INTO telephone_numbers (" + ", ".join((*_FIXED, *_MUTABLE)) + ", revision)"
    " VALUES (" + ", ".join(":" + name for name in (*_FIXED, *_MUTABLE)) + ", :revision)"
    " RETURNING *"
)
_UPDATE: Final[LiteralString] = (
    "UPDATE telephone_numbers SET " + ", ".join(name + " = :" + name for name in _MUTABLE)
    + ", revision = revision + 1"
    " WHERE organization_id = :organization_id AND id = :id RETURNING *"
)  # fmt: skip


def _columns(number: HeldNumber) -> dict[str, object]:
    columns: dict[str, object] = {
        name: getattr(number, name) for name in (*_FIXED, *_MUTABLE) if hasattr(number, name)
    }
    sip = number.sip
    columns |= {name: getattr(sip, name) for name in SipSettings.__dataclass_fields__}
    for prefix, mapping in (
        ("inbound", number.inbound_agent),
        ("outbound", number.outbound_agent),
        ("sms", number.sms_inbound_agent),
    ):
        columns[f"{prefix}_agent_id"] = mapping.agent_id if mapping else None
        columns[f"{prefix}_version"] = mapping.agent_version if mapping else None
    return columns | {"revision": number.revision}


def _mapping(row: Row, prefix: str) -> AgentMapping | None:
    agent_id = row[f"{prefix}_agent_id"]
    if agent_id is None:
        return None
    return AgentMapping(agent_id=agent_id, agent_version=row[f"{prefix}_version"])


def _number(row: Row) -> HeldNumber:
    return HeldNumber(
        **{name: row[name] for name in _PLAIN},
        provider=Provider(row["provider"]),
        status=Status(row["status"]),
        sip=SipSettings(**{name: row[name] for name in SipSettings.__dataclass_fields__}),
        inbound_agent=_mapping(row, "inbound"),
        outbound_agent=_mapping(row, "outbound"),
        sms_inbound_agent=_mapping(row, "sms"),
    )


_PLAIN: Final = (
    "id", "organization_id", "realm", "number", "canonical", "line_id", "monthly_fee", "start_at",
    "created_at", "updated_at", "memo", "end_at", "cancel_requested_at", "revision",
)  # fmt: skip
