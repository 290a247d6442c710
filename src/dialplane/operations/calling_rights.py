"""What the operator grants an organization: how many calls, and which numbers callees may see."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Final

from dialplane.domain.digits import read_digits
from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import OPERATOR, Author, Change, Happening
from dialplane.domain.values import Millis, OrganizationId
from dialplane.operations import journal
from dialplane.store import calling_rights
from dialplane.store.database import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls at once and calls a second; None is no limit."""

    concurrent_calls: int | None = None
    calls_per_second: int | None = None


def set_limits(db: Writer, organization_id: OrganizationId, limits: Limits, *, now: Millis) -> None:
    """Limit an organization from the next call on."""
    before = Limits(**dict(zip(_LIMITS, calling_rights.limits(db, organization_id), strict=True)))
    calling_rights.put_limits(db, organization_id, **asdict(limits))
    changed = Change(
        happening=Happening.ORGANIZATION_LIMITS_CHANGED,
        resource_id=organization_id,
        before=asdict(before),
        after=asdict(limits),
    )
    journal.enter_by(db, organization_id, Author(actor=OPERATOR, at=now), changed)


def approve_presentation(
    db: Writer, organization_id: OrganizationId, number: str, *, now: Millis
) -> str:
    """Let callees be shown this number; answers it as it is kept, in whatever spelling it came."""
    canonical = read_digits(number).canonical
    with _presentation_entered(db, organization_id, now):
        calling_rights.approve(db, organization_id, canonical, now=now)
    return canonical


def withdraw_presentation(
    db: Writer, organization_id: OrganizationId, number: str, *, now: Millis
) -> str:
    canonical = read_digits(number).canonical
    with _presentation_entered(db, organization_id, now):
        calling_rights.withdraw(db, organization_id, canonical)
    return canonical


@contextmanager
def _presentation_entered(
    db: Writer, organization_id: OrganizationId, now: Millis
) -> Iterator[None]:
    before = calling_rights.presentable(db, organization_id)
    yield
    changed = Change(
        happening=Happening.ORGANIZATION_PRESENTATION_CHANGED,
        resource_id=organization_id,
        before={"presentation_numbers": before},
        after={"presentation_numbers": calling_rights.presentable(db, organization_id)},
    )
    journal.enter_by(db, organization_id, Author(actor=OPERATOR, at=now), changed)


_LIMITS: Final = ("concurrent_calls", "calls_per_second")
