"""The operator's accounts with suppliers in SQL, and the lines they have for sale."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from dialplane.domain.errors import NotFound
from dialplane.domain.stock import LineTerms
from dialplane.domain.suppliers import (
    KnownSupplier,
    PriceRule,
    SupplierExists,
    SupplierId,
    SupplierKind,
)
from dialplane.domain.values import LIVE, LineId, Millis
from dialplane.store.database import Reader, Row, UniqueViolated, Writer


def add(db: Writer, account: KnownSupplier) -> None:
    """Keep an account.

    Raises:
        SupplierExists: there is one of that name.
    """
    try:
        db.run(
            """
            INSERT INTO suppliers (id, name, kind, url, sealed_token, currency, won_per_unit,
                                   margin_percent, round_to, created_at)
            VALUES (:id, :name, :kind, :url, :sealed_token, :currency, :won_per_unit,
                    :margin_percent, :round_to, :created_at)
            """,
            id=account.id,
            name=account.name,
            kind=account.kind,
            url=account.url,
            sealed_token=account.sealed_token,
            currency=account.prices.currency,
            won_per_unit=str(account.prices.won_per_unit),
            margin_percent=account.prices.margin_percent,
            round_to=account.prices.round_to,
            created_at=account.created_at,
        )
    except UniqueViolated as violation:
        raise SupplierExists from violation


def get(db: Reader, supplier_id: SupplierId) -> KnownSupplier:
    return _found(db.one_or_none("SELECT * FROM suppliers WHERE id = :id", id=supplier_id))


def get_named(db: Reader, name: str) -> KnownSupplier:
    sql = "SELECT * FROM suppliers WHERE name = :name AND removed_at IS NULL"
    return _found(db.one_or_none(sql, name=name))


def list_all(db: Reader) -> list[KnownSupplier]:
    rows = db.all("SELECT * FROM suppliers WHERE removed_at IS NULL ORDER BY name")
    return [_account(row) for row in rows]


def remove(db: Writer, supplier_id: SupplierId, *, now: Millis) -> None:
    """End an account; its row stays, since purchases name it."""
    sql = "UPDATE suppliers SET removed_at = :now WHERE id = :id"
    db.run(sql, id=supplier_id, now=now)


def offer(
    db: Writer, supplier_id: SupplierId, lines: Mapping[LineId, LineTerms], *, now: Millis
) -> tuple[int, int]:
    """Put lines of a supplier for sale; those of somebody else stay as they are.

    A line that was withdrawn is for sale again, unless it is just being given back. Answers how
    many are new, and how many known.
    """
    values: dict[str, object] = {"realm": LIVE, "supplier_id": supplier_id, "now": now}
    for at, (line_id, terms) in enumerate(lines.items()):
        values |= {
            f"i{at}": line_id,
            f"n{at}": terms.number,
            f"t{at}": terms.line_type,
            f"f{at}": terms.monthly_fee,
            f"s{at}": int(terms.sms_send),
            f"r{at}": int(terms.sms_recv),
        }
    touched = db.all(_offer(len(lines)), **values)
    added = sum(row["id"] in lines for row in touched)
    return added, len(touched) - added


@cache
def _offer(count: int) -> str:
    rows = ", ".join(
        f"(:i{at}, :realm, :n{at}, :t{at}, :f{at}, :s{at}, :r{at}, 'in_stock', 0, :now,"
        f" :supplier_id, :now)"
        for at in range(count)
    )
    again = """lines.withdrawn_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM purchases WHERE line_id = lines.id AND state = 'returning')"""
    return f"""
        INSERT INTO lines (id, realm, number, line_type, monthly_fee, sms_send, sms_recv, status,
                           available_from, created_at, supplier_id, offered_at)
        VALUES {rows}
        ON CONFLICT (realm, number) DO UPDATE
           SET line_type = excluded.line_type, monthly_fee = excluded.monthly_fee,
               sms_send = excluded.sms_send, sms_recv = excluded.sms_recv,
               offered_at = excluded.offered_at,
               available_from = CASE WHEN {again} THEN 0 ELSE lines.available_from END,
               status = CASE WHEN {again} THEN 'in_stock' ELSE lines.status END,
               withdrawn_at = CASE WHEN {again} THEN NULL ELSE lines.withdrawn_at END
         WHERE lines.supplier_id = excluded.supplier_id
        RETURNING id
    """


def withdraw_unoffered(db: Writer, supplier_id: SupplierId, *, since: Millis, now: Millis) -> int:
    """Take lines for sale out of the stock that were not offered any more; answers how many."""
    return db.run(
        """
        UPDATE lines SET withdrawn_at = :now, available_from = NULL, status = 'held'
         WHERE realm = :realm AND supplier_id = :supplier_id
           AND available_from IS NOT NULL AND offered_at < :since
        """,
        realm=LIVE,
        supplier_id=supplier_id,
        since=since,
        now=now,
    )


def _found(row: Row | None) -> KnownSupplier:
    if row is None:
        raise NotFound
    return _account(row)


def _account(row: Row) -> KnownSupplier:
    return KnownSupplier(
        id=row["id"],
        name=row["name"],
        kind=SupplierKind(row["kind"]),
        url=row["url"],
        sealed_token=row["sealed_token"],
        prices=PriceRule(
            currency=row["currency"],
            won_per_unit=Decimal(row["won_per_unit"]),
            margin_percent=row["margin_percent"],
            round_to=row["round_to"],
        ),
        created_at=row["created_at"],
        removed_at=row["removed_at"],
    )
