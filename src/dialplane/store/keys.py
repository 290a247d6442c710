"""API keys in SQL. The token itself is never here, only its SHA-256."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Final, LiteralString, NamedTuple

from dialplane.domain.callers import Arrival, Caller, Mode, Scope
from dialplane.domain.errors import NotFound
from dialplane.domain.keys import ApiKey
from dialplane.domain.values import KeyId, Millis, OrganizationId
from dialplane.store.database import Reader, Row, Values, Writer
from dialplane.store.pages import Listing, Page, PageRequest, page

USE_NOTED_EVERY_MS = 60_000


class Found(NamedTuple):
    """Who holds a key, and when it was last noted as used."""

    caller: Caller
    last_used_at: Millis | None


WORKING: Final[LiteralString] = """
     WHERE hash = :hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
"""
CALLER: Final[LiteralString] = (
    "api_keys.id, api_keys.organization_id, mode, scopes, last_used_at, organizations.realm,"
    " clock_offset_ms"
)
"""What `found_of` reads."""

_BY_HASH: Final[LiteralString] = (
    "SELECT "
    + CALLER
    + """
      FROM api_keys JOIN organizations ON organizations.id = api_keys.organization_id
    """
    + WORKING
)


def find_caller(db: Reader, hashed: str, arrival: Arrival) -> Found | None:
    """Who holds this key; the one query without a tenant.

    `Caller.now` is `arrival.now` on the clock of the organization. Keys expire by the real clock.
    """
    values = db.values_or_none(_BY_HASH, hash=hashed, now=arrival.now)
    return None if values is None else found_of(values, arrival)


def found_of(values: Values, arrival: Arrival) -> Found:
    key_id, organization_id, mode, scopes, last_used_at, realm, clock_offset_ms = values
    caller = Caller(
        key_id=key_id,
        organization_id=organization_id,
        realm=realm,
        mode=_MODES[mode],
        scopes=scopes_of(scopes),
        now=arrival.now + clock_offset_ms,
        clock_offset_ms=clock_offset_ms,
        precondition=arrival.precondition,
        request_id=arrival.request_id,
    )
    return Found(caller, last_used_at)


# Calling an enumeration, or splitting the same text, costs a microsecond with every request.
_MODES: Final = {str(mode): mode for mode in Mode}


@cache
def scopes_of(text: str) -> frozenset[Scope]:
    return frozenset(Scope(word) for word in text.split())


@cache
def may_read(text: str) -> bool:
    return Scope.READ in scopes_of(text)


def note_uses(db: Writer, key_ids: Iterable[KeyId], *, now: Millis) -> None:
    """Note uses, to the minute: a row is not rewritten for every request."""
    db.run(
        "UPDATE api_keys SET last_used_at = :now WHERE id IN (SELECT listed FROM " + db.listed + ")"
        " AND (last_used_at IS NULL OR last_used_at <= :now - :every_ms)",
        now=now,
        # In one order everywhere, so that two nodes do not wait for each other.
        listed=json.dumps(sorted(key_ids)),
        every_ms=USE_NOTED_EVERY_MS,
    )


# A live organization sees the keys of its sandbox too; a sandbox sees only its own.
_VISIBLE: Final[LiteralString] = """
    organization_id IN (SELECT id FROM organizations
                         WHERE id = :organization_id OR sandbox_of = :organization_id)
"""


def get(db: Reader, organization_id: OrganizationId, key_id: KeyId) -> ApiKey:
    return _found(
        db.one_or_none(
            "SELECT * FROM api_keys WHERE id = :id AND " + _VISIBLE,
            id=key_id,
            organization_id=organization_id,
        )
    )


def get_locked(db: Writer, organization_id: OrganizationId, key_id: KeyId) -> ApiKey:
    return _found(
        db.locked(
            "SELECT * FROM api_keys WHERE id = :id AND " + _VISIBLE,
            id=key_id,
            organization_id=organization_id,
        )
    )


def list_page(db: Reader, organization_id: OrganizationId, request: PageRequest) -> Page[ApiKey]:
    rows, total, following = page(
        db,
        Listing(columns="*", matching="FROM api_keys WHERE " + _VISIBLE, sort="created_at"),
        request,
        organization_id=organization_id,
    )
    return Page(items=[_key(row) for row in rows], total_count=total, next=following)


def add(db: Writer, key: ApiKey, *, hashed: str) -> ApiKey:
    return _found(
        db.returning(
            """
            INSERT INTO api_keys (id, organization_id, name, mode, scopes, hash, prefix,
                                  created_at, expires_at)
            VALUES (:id, :organization_id, :name, :mode, :scopes, :hash, :prefix,
                    :created_at, :expires_at)
            RETURNING *
            """,
            id=key.id,
            organization_id=key.organization_id,
            name=key.name,
            mode=key.mode,
            scopes=" ".join(sorted(key.scopes)),
            hash=hashed,
            prefix=key.prefix,
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
    )


def save(db: Writer, key: ApiKey) -> ApiKey:
    """Write back how long a key still works."""
    return _found(
        db.returning(
            """
            UPDATE api_keys SET expires_at = :expires_at, revoked_at = :revoked_at
             WHERE id = :id AND organization_id = :organization_id
            RETURNING *
            """,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            id=key.id,
            organization_id=key.organization_id,
        )
    )


def _found(row: Row | None) -> ApiKey:
    if row is None:
        raise NotFound
    return _key(row)


def _key(row: Row) -> ApiKey:
    return ApiKey(
        id=row["id"],
        organization_id=row["organization_id"],
        name=row["name"],
        mode=Mode(row["mode"]),
        scopes=scopes_of(row["scopes"]),
        prefix=row["prefix"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
