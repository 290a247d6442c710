"""Purchases from suppliers in SQL: what was intended, and what became of it."""

from typing import Final, LiteralString

from dialplane.domain.errors import NotFound
from dialplane.domain.frozen import dataclass
from dialplane.domain.purchases import LEASE_MS, Problem, Purchase, PurchaseId, PurchaseState
from dialplane.domain.suppliers import SupplierId
from dialplane.domain.values import Millis, NumberId, OrganizationId
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.pages import Listing, Page, PageRequest, page

_FIXED: Final = (
    "id", "organization_id", "realm", "supplier_id", "line_id", "number", "monthly_fee", "memo",
    "start_at", "key_id", "request_id", "idempotency_key", "fingerprint", "created_at",
)  # fmt: skip
_MUTABLE: Final = (
    "state", "number_id", "handle", "problem", "looks", "next_look_at", "updated_at",
)  # fmt: skip
_INSERT: Final[LiteralString] = (
    "INSERT INTO purchases (" + ", ".join((*_FIXED, *_MUTABLE)) + ", fence)"
    " VALUES (" + ", ".join(":" + name for name in (*_FIXED, *_MUTABLE)) + ", :fence)"
)  # fmt: skip
_UPDATE: Final[LiteralString] = (
    "UPDATE purchases SET " + ", ".join(name + " = :" + name for name in _MUTABLE)
    + " WHERE organization_id = :organization_id AND id = :id AND fence = :fence"
)  # fmt: skip


def add(db: Writer, purchase: Purchase) -> None:
    db.run(_INSERT, **_columns(purchase))


def save(db: Writer, purchase: Purchase) -> bool:
    """Write what became of it; False when somebody else has taken it over."""
    return db.run(_UPDATE, **_columns(purchase)) == 1


def is_ours(db: Writer, purchase: Purchase) -> bool:
    """Whether nobody has taken it over since we had it; nobody can until we are done."""
    row = db.locked(
        """
        SELECT id FROM purchases
         WHERE organization_id = :organization_id AND id = :id AND fence = :fence
        """,
        organization_id=purchase.organization_id,
        id=purchase.id,
        fence=purchase.fence,
    )
    return row is not None


def get(db: Reader, organization_id: OrganizationId, purchase_id: PurchaseId) -> Purchase:
    row = db.one_or_none(
        "SELECT * FROM purchases WHERE organization_id = :organization_id AND id = :id",
        organization_id=organization_id,
        id=purchase_id,
    )
    if row is None:
        raise NotFound
    return _purchase(row)


def find_by_key(
    db: Reader, organization_id: OrganizationId, idempotency_key: str, *, since: Millis
) -> Purchase | None:
    """The newest purchase that was asked for under this key."""
    row = db.one_or_none(
        """
        SELECT * FROM purchases
         WHERE organization_id = :organization_id AND idempotency_key = :idempotency_key
           AND created_at > :since
         ORDER BY created_at DESC, id DESC LIMIT 1
        """,
        organization_id=organization_id,
        idempotency_key=idempotency_key,
        since=since,
    )
    return None if row is None else _purchase(row)


def due(db: Reader, *, now: Millis, limit: int) -> list[Purchase]:
    """What has to be looked at, of every organization."""
    rows = db.all(
        "SELECT * FROM purchases WHERE next_look_at <= :now ORDER BY next_look_at LIMIT :limit",
        now=now,
        limit=limit,
    )
    return [_purchase(row) for row in rows]


def take(db: Writer, purchase: Purchase, *, now: Millis) -> Purchase | None:
    """Have a purchase to oneself for a while; None when somebody else was faster."""
    row = db.returning(
        """
        UPDATE purchases SET fence = fence + 1, next_look_at = :now + :lease_ms
         WHERE organization_id = :organization_id AND id = :id AND fence = :fence
           AND next_look_at <= :now
        RETURNING *
        """,
        now=now,
        lease_ms=LEASE_MS,
        organization_id=purchase.organization_id,
        id=purchase.id,
        fence=purchase.fence,
    )
    return None if row is None else _purchase(row)


def begin_return(
    db: Writer, organization_id: OrganizationId, number_id: NumberId, *, now: Millis
) -> bool:
    """Have the line of a number given back; False when it came from no supplier."""
    begun = db.run(
        """
        UPDATE purchases SET state = 'returning', looks = 0, next_look_at = 0, updated_at = :now
         WHERE organization_id = :organization_id AND number_id = :number_id AND state = 'held'
        """,
        organization_id=organization_id,
        number_id=number_id,
        now=now,
    )
    return begun == 1


def unfinished(db: Reader, supplier_id: SupplierId) -> int:
    """How many lines of a supplier are held, being bought or being given back."""
    row = db.one_or_none(
        """
        SELECT count(*) AS total FROM purchases
         WHERE supplier_id = :supplier_id AND state IN ('buying', 'held', 'returning')
        """,
        supplier_id=supplier_id,
    )
    return 0 if row is None else int(row["total"])


def list_states(db: Reader, states: frozenset[PurchaseState], *, limit: int) -> list[Purchase]:
    """The newest purchases of every organization that stand so."""
    rows = db.all(
        """
        SELECT * FROM purchases
         WHERE state IN (:buying, :held, :refused, :returning, :returned)
         ORDER BY created_at DESC, id DESC LIMIT :limit
        """,
        limit=limit,
        **{state: state if state in states else None for state in PurchaseState},
    )
    return [_purchase(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFilter:
    """Purchases that were asked for with one request, or all."""

    request_id: str | None = None


def list_page(
    db: Reader, organization_id: OrganizationId, wanted: PurchaseFilter, request: PageRequest
) -> Page[Purchase]:
    matching: LiteralString = "FROM purchases WHERE organization_id = :organization_id"
    if wanted.request_id is not None:
        matching += " AND request_id = :request_id"
    rows, total, following = page(
        db,
        Listing(columns="*", matching=matching, sort="created_at"),
        request,
        organization_id=organization_id,
        request_id=wanted.request_id,
    )
    return Page(items=[_purchase(row) for row in rows], total_count=total, next=following)


def _columns(purchase: Purchase) -> dict[str, object]:
    return {name: getattr(purchase, name) for name in (*_FIXED, *_MUTABLE, "fence")}


def _purchase(row: Row) -> Purchase:
    columns = {name: row[name] for name in (*_FIXED, *_MUTABLE, "fence")}
    problem = row["problem"]
    return Purchase(
        **columns
        | {
            "state": PurchaseState(row["state"]),
            "problem": None if problem is None else Problem(problem),
        }
    )
