"""What the operator grants an organization: how many calls, and which numbers callees may see."""

from dialplane.domain.digits import read_digits
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store import calling_rights
from dialplane.store.database import Writer


def set_limits(
    db: Writer,
    organization_id: OrganizationId,
    *,
    concurrent_calls: int | None,
    calls_per_second: int | None,
) -> None:
    """Limit an organization from the next call on; None is no limit."""
    calling_rights.put_limits(
        db,
        organization_id,
        concurrent_calls=concurrent_calls,
        calls_per_second=calls_per_second,
    )


def approve_presentation(
    db: Writer, organization_id: OrganizationId, number: str, *, now: Millis
) -> str:
    """Let callees be shown this number; answers it as it is kept, in whatever spelling it came."""
    canonical = read_digits(number).canonical
    calling_rights.approve(db, organization_id, canonical, now=now)
    return canonical


def withdraw_presentation(db: Writer, organization_id: OrganizationId, number: str) -> str:
    canonical = read_digits(number).canonical
    calling_rights.withdraw(db, organization_id, canonical)
    return canonical
