"""What triggers count beside what is there."""

from typing import Final

from dialplane.store.database import Database, Reader

_KEPT: Final = (
    "SELECT organization_id AS owner, provider AS kind, status, total FROM number_counts",
    "SELECT realm AS owner, line_type AS kind, 'in_stock' AS status, total FROM line_counts",
    "SELECT organization_id AS owner, 'call' AS kind, status, total FROM call_counts",
)
_THERE: Final = (
    """
    SELECT organization_id AS owner, provider AS kind, status, count(*) AS total
      FROM telephone_numbers GROUP BY organization_id, provider, status
    """,
    """
    SELECT realm AS owner, line_type AS kind, status, count(*) AS total FROM lines
     WHERE status = 'in_stock' AND available_from IS NOT NULL GROUP BY realm, line_type, status
    """,
    """
    SELECT organization_id AS owner, 'call' AS kind, status, count(*) AS total FROM calls
     WHERE status NOT IN ('queued', 'ongoing') GROUP BY organization_id, status
    """,
)


def require_exact_counts(database: Database) -> None:
    """Every count that is kept is what counting through the rows says."""
    with database.snapshot() as db:
        assert _totals(db, _KEPT) == _totals(db, _THERE)


def _totals(db: Reader, questions: tuple[str, ...]) -> dict[tuple[str, str, str], int]:
    totals: dict[tuple[str, str, str], int] = {}
    for question in questions:
        for row in db.all(question):  # type: ignore[arg-type]
            kind = (row["owner"], row["kind"], row["status"])
            totals[kind] = totals.get(kind, 0) + int(row["total"])
    return {kind: total for kind, total in totals.items() if total}
