"""Tenants and their sandboxes."""

from dataclasses import replace

from dialplane.domain.journal import OPERATOR, Author, Change, Happening
from dialplane.domain.lines import Line, LineType
from dialplane.domain.organizations import Organization
from dialplane.domain.values import LIVE, LineId, Millis, OrganizationId
from dialplane.operations import journal
from dialplane.operations.ids import new_id
from dialplane.store import lines, organizations
from dialplane.store.database import Writer


def create(db: Writer, name: str, *, now: Millis) -> Organization:
    """Begin a live organization. Names tell people apart, not programs: they may repeat."""
    made = organizations.add(
        db,
        Organization(id=OrganizationId(new_id(now)), name=name, realm=LIVE, created_at=now),
    )
    begun = Change(
        happening=Happening.ORGANIZATION_CREATED, resource_id=made.id, after={"name": name}
    )
    journal.enter_by(db, made.id, Author(actor=OPERATOR, at=now), begun)
    return made


def sandbox_of(db: Writer, organization_id: OrganizationId, *, now: Millis) -> Organization:
    """The sandbox of a live organization, made with a simulated stock when there is none yet.

    Raises:
        NotFound: there is no such organization.
    """
    live = organizations.get_locked(db, organization_id)
    if live.sandbox_of is not None:
        return live
    found = organizations.find_sandbox(db, organization_id)
    if found is not None:
        return found
    sandbox_id = OrganizationId(new_id(now))
    sandbox = replace(live, id=sandbox_id, realm=sandbox_id, sandbox_of=live.id, created_at=now)
    organizations.add(db, sandbox)
    for line in _simulated_stock(sandbox, now):
        lines.put(db, line, now=now)
    return sandbox


# Ranges that look like each kind of line; nobody is called through a sandbox.
_SIMULATED: tuple[tuple[LineType, str, int, bool], ...] = (
    (LineType.VOIP, "0700000", 7_700, True),
    (LineType.MOBILE, "0100000", 12_100, True),
    (LineType.LANDLINE, "0200000", 8_800, False),
    (LineType.PERSONAL, "0500000", 5_500, False),
    (LineType.TOLL_FREE, "0800000", 22_000, False),
    (LineType.UAN, "1500", 33_000, False),
)
_OF_EACH_KIND = 20


def _simulated_stock(sandbox: Organization, now: Millis) -> list[Line]:
    return [
        Line(
            id=LineId(new_id(now)),
            realm=sandbox.realm,
            number=f"{prefix}{index:04}",
            line_type=line_type,
            monthly_fee=monthly_fee,
            sms_send=sms,
            sms_recv=sms,
        )
        for line_type, prefix, monthly_fee, sms in _SIMULATED
        for index in range(1, _OF_EACH_KIND + 1)
    ]
