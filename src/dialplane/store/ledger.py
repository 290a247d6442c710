"""The ledger in SQL: entries are added, never changed; what is paid until when beside them."""

from typing import Final, LiteralString

from dialplane.domain.frozen import dataclass
from dialplane.domain.ledger import Cause, Charge, LedgerEntry
from dialplane.domain.values import Millis, NumberId, OrganizationId, Won
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.pages import Listing, Page, PageRequest, page


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """The newest entry of an organization: its place, and the sum of all there are."""

    position: int
    balance: Won


def head_locked(db: Writer, organization_id: OrganizationId) -> LedgerHead:
    """Where an organization's ledger stands; others who want to enter something wait for us."""
    row = db.returning(
        """
        INSERT INTO ledger_heads (organization_id, position, balance)
        VALUES (:organization_id, 0, 0)
        ON CONFLICT (organization_id) DO UPDATE SET position = ledger_heads.position
        RETURNING position, balance
        """,
        organization_id=organization_id,
    )
    return _head(row)


def head(db: Reader, organization_id: OrganizationId) -> LedgerHead:
    row = db.one_or_none(
        "SELECT position, balance FROM ledger_heads WHERE organization_id = :organization_id",
        organization_id=organization_id,
    )
    return _head(row)


def _head(row: Row | None) -> LedgerHead:
    if row is None:
        return LedgerHead(position=0, balance=0)
    return LedgerHead(position=row["position"], balance=row["balance"])


def add(db: Writer, entry: LedgerEntry) -> None:
    """Add an entry and move its organization's head there."""
    charge = entry.charge
    db.run(
        """
        INSERT INTO ledger (id, organization_id, position, number_id, number, cause, amount,
                            balance, period_start, period_end, entered_at)
        VALUES (:id, :organization_id, :position, :number_id, :number, :cause, :amount,
                :balance, :period_start, :period_end, :entered_at)
        """,
        id=entry.id,
        organization_id=charge.organization_id,
        position=entry.position,
        number_id=charge.number_id,
        number=charge.number,
        cause=charge.cause,
        amount=charge.amount,
        balance=entry.balance,
        period_start=charge.period_start,
        period_end=charge.period_end,
        entered_at=entry.entered_at,
    )
    db.run(
        """
        UPDATE ledger_heads SET position = :position, balance = :balance
         WHERE organization_id = :organization_id
        """,
        position=entry.position,
        balance=entry.balance,
        organization_id=charge.organization_id,
    )


def pay_until(db: Writer, charge: Charge) -> None:
    """Note until when a number is paid for."""
    db.run(
        """
        INSERT INTO paid_periods (number_id, organization_id, paid_until, closed)
        VALUES (:number_id, :organization_id, :paid_until, 0)
        ON CONFLICT (number_id) DO UPDATE SET paid_until = excluded.paid_until
        """,
        number_id=charge.number_id,
        organization_id=charge.organization_id,
        paid_until=charge.period_end,
    )


def paid_until_locked(
    db: Writer, organization_id: OrganizationId, number_id: NumberId
) -> Millis | None:
    """Until when a number is paid for; None for one nobody pays for, or no more."""
    row = db.locked(
        """
        SELECT paid_until FROM paid_periods
         WHERE organization_id = :organization_id AND number_id = :number_id AND closed = 0
        """,
        organization_id=organization_id,
        number_id=number_id,
    )
    return None if row is None else row["paid_until"]


def close(db: Writer, organization_id: OrganizationId, number_id: NumberId) -> None:
    """Nothing more will be owed for this number."""
    db.run(
        """
        UPDATE paid_periods SET closed = 1
         WHERE organization_id = :organization_id AND number_id = :number_id
        """,
        organization_id=organization_id,
        number_id=number_id,
    )


def running_out(db: Reader, *, now: Millis, limit: int) -> list[tuple[OrganizationId, NumberId]]:
    """Numbers of every organization whose paid time is over, each by its own clock."""
    rows = db.all(
        """
        SELECT paid_periods.organization_id, number_id FROM paid_periods
          JOIN organizations ON organizations.id = paid_periods.organization_id
         WHERE closed = 0 AND paid_until <= :now + organizations.clock_offset_ms
         ORDER BY paid_periods.organization_id, number_id LIMIT :limit
        """,
        now=now,
        limit=limit,
    )
    return [(row["organization_id"], row["number_id"]) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilter:
    """Entries of one number, or of all."""

    number_id: NumberId | None = None


def list_page(
    db: Reader, organization_id: OrganizationId, wanted: LedgerFilter, request: PageRequest
) -> Page[LedgerEntry]:
    matching: LiteralString = "FROM ledger WHERE organization_id = :organization_id"
    if wanted.number_id is not None:
        matching += " AND number_id = :number_id"
    rows, total, following = page(
        db,
        Listing(columns="*", matching=matching, sort="position"),
        request,
        organization_id=organization_id,
        number_id=wanted.number_id,
    )
    return Page(items=[_entry(row) for row in rows], total_count=total, next=following)


_CHARGE: Final = (
    "organization_id", "number_id", "number", "amount", "period_start", "period_end",
)  # fmt: skip


def _entry(row: Row) -> LedgerEntry:
    charge = Charge(cause=Cause(row["cause"]), **{name: row[name] for name in _CHARGE})
    return LedgerEntry(
        id=row["id"],
        position=row["position"],
        charge=charge,
        balance=row["balance"],
        entered_at=row["entered_at"],
    )
