"""What an organization may do with calls, as the operator has granted it, in SQL."""

from dialplane.domain.values import Millis, OrganizationId
from dialplane.store.database import Reader, Writer


def limits(db: Reader, organization_id: OrganizationId) -> tuple[int | None, int | None]:
    """Calls at once and calls a second; None is no limit."""
    row = db.one_or_none(
        "SELECT * FROM organization_limits WHERE organization_id = :organization_id",
        organization_id=organization_id,
    )
    return (None, None) if row is None else (row["concurrent_calls"], row["calls_per_second"])


def put_limits(
    db: Writer,
    organization_id: OrganizationId,
    *,
    concurrent_calls: int | None,
    calls_per_second: int | None,
) -> None:
    db.run(
        """
        INSERT INTO organization_limits (organization_id, concurrent_calls, calls_per_second)
        VALUES (:organization_id, :concurrent_calls, :calls_per_second)
        ON CONFLICT (organization_id) DO UPDATE
           SET concurrent_calls = excluded.concurrent_calls,
               calls_per_second = excluded.calls_per_second
        """,
        organization_id=organization_id,
        concurrent_calls=concurrent_calls,
        calls_per_second=calls_per_second,
    )


def presentable(db: Reader, organization_id: OrganizationId) -> list[str]:
    """The numbers callees may be shown instead of the one that calls."""
    rows = db.all(
        """
        SELECT canonical FROM presentation_numbers
         WHERE organization_id = :organization_id ORDER BY canonical
        """,
        organization_id=organization_id,
    )
    return [row["canonical"] for row in rows]


def approve(db: Writer, organization_id: OrganizationId, canonical: str, *, now: Millis) -> None:
    db.run(
        """
        INSERT INTO presentation_numbers (organization_id, canonical, approved_at)
        VALUES (:organization_id, :canonical, :now) ON CONFLICT DO NOTHING
        """,
        organization_id=organization_id,
        canonical=canonical,
        now=now,
    )


def withdraw(db: Writer, organization_id: OrganizationId, canonical: str) -> None:
    db.run(
        """
        DELETE FROM presentation_numbers
         WHERE organization_id = :organization_id AND canonical = :canonical
        """,
        organization_id=organization_id,
        canonical=canonical,
    )
