"""Lines one could buy, in SQL; they belong to a realm, not to an organization."""

from typing import Final

from dialplane.domain.errors import NotFound
from dialplane.domain.lines import Line, LineStatus, LineType
from dialplane.domain.values import LineId, Millis
from dialplane.store.database import Reader, Row, Writer


def find(db: Reader, realm: str, *, line_id: LineId | None, number: str | None) -> Line | None:
    row = db.one_or_none(
        "SELECT * FROM lines WHERE realm = :realm AND (id = :id OR number = :number)",
        realm=realm,
        id=line_id,
        number=number,
    )
    return None if row is None else line_of(row)


def get(db: Reader, realm: str, line_id: LineId) -> Line:
    found = find(db, realm, line_id=line_id, number=None)
    if found is None:
        raise NotFound
    return found


def take(db: Writer, realm: str, line_id: LineId, *, now: Millis) -> bool:
    """Take a line out of the stock; of any number of buyers one hears True."""
    taken = db.run(
        """
        UPDATE lines SET status = 'held', available_from = NULL
         WHERE realm = :realm AND id = :id AND available_from <= :now
        """,
        realm=realm,
        id=line_id,
        now=now,
    )
    return taken == 1


def book_return(db: Writer, realm: str, line_id: LineId, *, available_from: Millis) -> None:
    """Fix when the line can be bought again, as soon as the end of its service is known.

    A line of a supplier is given back instead.
    """
    db.run(
        "UPDATE lines SET available_from = :available_from"
        " WHERE realm = :realm AND id = :id AND supplier_id IS NULL",
        available_from=available_from,
        realm=realm,
        id=line_id,
    )


def keep(db: Writer, realm: str, line_id: LineId) -> None:
    """Forget a booked return: the cancellation was withdrawn."""
    db.run(
        "UPDATE lines SET available_from = NULL WHERE realm = :realm AND id = :id",
        realm=realm,
        id=line_id,
    )


def quarantine(db: Writer, realm: str, line_id: LineId) -> None:
    """Write down that the service on this line has ended."""
    db.run(
        "UPDATE lines SET status = 'quarantined'"
        " WHERE realm = :realm AND id = :id AND available_from IS NOT NULL",
        realm=realm,
        id=line_id,
    )


def put_back(db: Writer, realm: str, line_id: LineId) -> None:
    """Let a line be bought again: it was taken for nothing."""
    db.run(
        """
        UPDATE lines SET status = 'in_stock', available_from = 0
         WHERE realm = :realm AND id = :id AND withdrawn_at IS NULL
        """,
        realm=realm,
        id=line_id,
    )


def withdraw(db: Writer, realm: str, line_id: LineId, *, now: Millis) -> None:
    """Take a line out of the stock until its supplier offers it again."""
    db.run(
        """
        UPDATE lines SET withdrawn_at = :now, available_from = NULL, status = 'held'
         WHERE realm = :realm AND id = :id
        """,
        realm=realm,
        id=line_id,
        now=now,
    )


def restock(db: Writer, *, now: Millis) -> int:
    """Write down which quarantines are over, by the clock of each realm."""
    return db.run(
        """
        UPDATE lines SET status = 'in_stock'
         WHERE status = 'quarantined'
           AND available_from <= :now + coalesce(
                   (SELECT clock_offset_ms FROM organizations
                     WHERE organizations.id = lines.realm), 0)
        """,
        now=now,
    )


def put(db: Writer, line: Line, *, now: Millis) -> bool:
    """Add a line to the stock, or update the terms of one that is there; True when it is new."""
    row = db.returning(_PUT, **_columns(line), created_at=now)
    return row is not None and row["id"] == line.id


_PUT: Final = """
    INSERT INTO lines (id, realm, number, line_type, monthly_fee, sms_send, sms_recv, status,
                       available_from, supplier_id, created_at)
    VALUES (:id, :realm, :number, :line_type, :monthly_fee, :sms_send, :sms_recv, :status,
            :available_from, :supplier_id, :created_at)
    ON CONFLICT (realm, number) DO UPDATE
       SET line_type = excluded.line_type, monthly_fee = excluded.monthly_fee,
           sms_send = excluded.sms_send, sms_recv = excluded.sms_recv
    RETURNING id
"""


def _columns(line: Line) -> dict[str, object]:
    return {
        "id": line.id,
        "realm": line.realm,
        "number": line.number,
        "line_type": line.line_type,
        "monthly_fee": line.monthly_fee,
        "sms_send": int(line.sms_send),
        "sms_recv": int(line.sms_recv),
        "status": line.status,
        "available_from": line.available_from,
        "supplier_id": line.supplier_id,
    }


def line_of(row: Row) -> Line:
    return Line(
        id=row["id"],
        realm=row["realm"],
        number=row["number"],
        line_type=LineType(row["line_type"]),
        monthly_fee=row["monthly_fee"],
        sms_send=bool(row["sms_send"]),
        sms_recv=bool(row["sms_recv"]),
        status=LineStatus(row["status"]),
        available_from=row["available_from"],
        supplier_id=row["supplier_id"],
    )
