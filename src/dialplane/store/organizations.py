"""Organizations and their sandboxes in SQL."""

from typing import Final

from dialplane.domain.errors import NotFound
from dialplane.domain.organizations import Organization
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store.database import Reader, Row, Writer

OPERATORS_OWN: Final = OrganizationId("00000000-0000-0000-0000-000000000000")


def get(db: Reader, organization_id: OrganizationId) -> Organization:
    row = db.one_or_none("SELECT * FROM organizations WHERE id = :id", id=organization_id)
    if row is None:
        raise NotFound
    return _organization(row)


def get_locked(db: Writer, organization_id: OrganizationId) -> Organization:
    """Read an organization and keep others from changing it, or from passing here meanwhile."""
    row = db.locked("SELECT * FROM organizations WHERE id = :id", id=organization_id)
    if row is None:
        raise NotFound
    return _organization(row)


def find_sandbox(db: Reader, organization_id: OrganizationId) -> Organization | None:
    row = db.one_or_none(
        "SELECT * FROM organizations WHERE sandbox_of = :organization_id",
        organization_id=organization_id,
    )
    return None if row is None else _organization(row)


def list_live(db: Reader) -> list[Organization]:
    """Every tenant, for the operator; sandboxes are not tenants."""
    rows = db.all("SELECT * FROM organizations WHERE sandbox_of IS NULL ORDER BY created_at, id")
    return [_organization(row) for row in rows]


def list_all(db: Reader) -> list[Organization]:
    """Every tenant and every sandbox, for the operator."""
    rows = db.all("SELECT * FROM organizations ORDER BY created_at, id")
    return [_organization(row) for row in rows]


def add(db: Writer, organization: Organization) -> Organization:
    db.run(
        """
        INSERT INTO organizations (id, name, realm, sandbox_of, clock_offset_ms, created_at)
        VALUES (:id, :name, :realm, :sandbox_of, :clock_offset_ms, :created_at)
        """,
        id=organization.id,
        name=organization.name,
        realm=organization.realm,
        sandbox_of=organization.sandbox_of,
        clock_offset_ms=organization.clock_offset_ms,
        created_at=organization.created_at,
    )
    return organization


def get_or_add_operator(db: Writer, *, now: Millis) -> Organization:
    """Under whose id the journal keeps what the operator does for all organizations.

    It is its own sandbox, so that nobody takes it for a tenant; it holds nothing and has no key.
    """
    db.run(
        """
        INSERT INTO organizations (id, name, realm, sandbox_of, created_at)
        VALUES (:id, 'operator', 'operator', :id, :now) ON CONFLICT (id) DO NOTHING
        """,
        id=OPERATORS_OWN,
        now=now,
    )
    return get(db, OPERATORS_OWN)


def advance_clock(db: Writer, organization_id: OrganizationId, *, by_ms: Millis) -> Millis:
    """Move a sandbox ahead; answers how far it is ahead now, in milliseconds."""
    row = db.returning(
        """
        UPDATE organizations SET clock_offset_ms = clock_offset_ms + :by_ms
         WHERE id = :id AND sandbox_of IS NOT NULL
        RETURNING clock_offset_ms
        """,
        by_ms=by_ms,
        id=organization_id,
    )
    if row is None:
        raise NotFound
    offset_ms: Millis = row["clock_offset_ms"]
    return offset_ms


def _organization(row: Row) -> Organization:
    return Organization(
        id=row["id"],
        name=row["name"],
        realm=row["realm"],
        created_at=row["created_at"],
        sandbox_of=row["sandbox_of"],
        clock_offset_ms=row["clock_offset_ms"],
    )
