"""Many lines of the stock at once, in SQL."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, LiteralString

from dialplane.domain.frozen import dataclass
from dialplane.domain.lines import Line, LineStatus, LineType
from dialplane.domain.stock import LineTerms
from dialplane.domain.values import LineId, Millis
from dialplane.store.database import Reader, Row, Writer

BATCH: Final = 250
"""Lines of one statement; with six parameters each it stays far below every engine's limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFilter:
    line_type: LineType | None = None
    status: LineStatus | None = None


def terms_of(db: Reader, realm: str, numbers: Sequence[str]) -> dict[str, LineTerms]:
    """The terms of those of the numbers that are known, in stock or held."""
    rows = db.all(
        "SELECT number, line_type, monthly_fee, sms_send, sms_recv FROM lines"
        " WHERE realm = :realm AND number IN (" + _names("n", len(numbers)) + ")",
        realm=realm,
        **{f"n{at}": number for at, number in enumerate(numbers)},
    )
    return {row["number"]: _terms(row) for row in rows}


def put(
    db: Writer, realm: str, lines: Mapping[LineId, LineTerms], *, now: Millis
) -> tuple[int, int]:
    """Add lines, and change the terms of those that are there with others.

    Who holds a line goes on doing so. Answers how many were added, and how many changed.
    """
    values: dict[str, object] = {"realm": realm, "now": now}
    for at, (line_id, terms) in enumerate(lines.items()):
        values[f"i{at}"] = line_id
        values[f"n{at}"] = terms.number
        values[f"t{at}"] = terms.line_type
        values[f"f{at}"] = terms.monthly_fee
        values[f"s{at}"] = int(terms.sms_send)
        values[f"r{at}"] = int(terms.sms_recv)
    touched = db.all(_put(len(lines)), **values)
    added = sum(row["id"] in lines for row in touched)
    return added, len(touched) - added


def overview(db: Reader, realm: str, *, now: Millis) -> dict[tuple[LineType, LineStatus], int]:
    """How many lines of each type are in each state."""
    rows = db.all(
        "SELECT line_type, " + _STATUS + " AS status_now, count(*) AS total FROM lines"
        " WHERE realm = :realm GROUP BY line_type, status_now",
        realm=realm,
        now=now,
    )
    return {
        (LineType(row["line_type"]), LineStatus(row["status_now"])): row["total"] for row in rows
    }


def list_lines(
    db: Reader, realm: str, wanted: StockFilter, *, limit: int, now: Millis
) -> list[Line]:
    """The lines of the stock, whoever holds them, in the order of their numbers."""
    matching: LiteralString = "realm = :realm"
    if wanted.line_type is not None:
        matching += " AND line_type = :line_type"
    if wanted.status is not None:
        matching += " AND " + _STATUS + " = :status"
    rows = db.all(
        "SELECT lines.*, " + _STATUS + " AS status_now FROM lines WHERE " + matching
        + " ORDER BY number LIMIT :limit",
        realm=realm,
        now=now,
        line_type=wanted.line_type,
        status=wanted.status,
        limit=limit,
    )  # fmt: skip
    return [_line(row) for row in rows]


# `available_from` decides; the written status only tells held and quarantined apart.
_STATUS: Final[LiteralString] = """
    CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn'
         WHEN available_from IS NULL THEN 'held'
         WHEN available_from <= :now THEN 'in_stock'
         ELSE status END
"""


def _names(prefix: LiteralString, count: int) -> str:
    return ", ".join(f":{prefix}{at}" for at in range(count))


@cache
def _put(count: int) -> str:
    rows = ", ".join(
        f"(:i{at}, :realm, :n{at}, :t{at}, :f{at}, :s{at}, :r{at}, 'in_stock', 0, :now)"
        for at in range(count)
    )
    return f"""
        INSERT INTO lines (id, realm, number, line_type, monthly_fee, sms_send, sms_recv, status,
                           available_from, created_at)
        VALUES {rows}
        ON CONFLICT (realm, number) DO UPDATE
           SET line_type = excluded.line_type, monthly_fee = excluded.monthly_fee,
               sms_send = excluded.sms_send, sms_recv = excluded.sms_recv
         WHERE lines.line_type <> excluded.line_type
            OR lines.monthly_fee <> excluded.monthly_fee
            OR lines.sms_send <> excluded.sms_send
            OR lines.sms_recv <> excluded.sms_recv
        RETURNING id
    """


def _terms(row: Row) -> LineTerms:
    return LineTerms(
        row["number"],
        LineType(row["line_type"]),
        row["monthly_fee"],
        bool(row["sms_send"]),
        bool(row["sms_recv"]),
    )


def _line(row: Row) -> Line:
    return Line(
        id=row["id"],
        realm=row["realm"],
        number=row["number"],
        line_type=LineType(row["line_type"]),
        monthly_fee=row["monthly_fee"],
        sms_send=bool(row["sms_send"]),
        sms_recv=bool(row["sms_recv"]),
        status=LineStatus(row["status_now"]),
        available_from=row["available_from"],
        supplier_id=row["supplier_id"],
    )
