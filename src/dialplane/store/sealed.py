"""Where sealed secrets are, whoever they belong to: for the change of the key that seals them."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, LiteralString

from dialplane.domain.frozen import dataclass
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.secret_box import FOR_CELLS, FOR_SIP, FOR_SUPPLIERS, KEY_ID_CHARS

BATCH: Final = 200

Reseal = Callable[[str, str], str]
"""From a sealed secret and its purpose to the same one, sealed anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One column with secrets; `identity` are the columns that tell its rows apart."""

    table: LiteralString
    column: LiteralString
    identity: tuple[LiteralString, ...]
    purpose: str

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


PLACES: Final = (
    Place(table="telephone_numbers", column="sealed_password", identity=("id",), purpose=FOR_SIP),
    Place(table="carriers", column="sealed_password", identity=("id",), purpose=FOR_SIP),
    Place(table="suppliers", column="sealed_token", identity=("id",), purpose=FOR_SUPPLIERS),
    Place(table="webhooks", column="sealed_secret", identity=("id",), purpose="webhook secret"),
    Place(table="webhooks", column="sealed_old_secret", identity=("id",), purpose="webhook secret"),
    Place(table="job_rows", column="sealed_password_cell", identity=("id",), purpose=FOR_CELLS),
    Place(table="job_rows", column="sealed_password_before", identity=("id",), purpose=FOR_SIP),
    Place(
        table="idempotency_claims",
        column="sealed_answer",
        identity=("organization_id", "idempotency_key"),
        purpose="idempotent answer",
    ),
)


def count_by_key(db: Reader, place: Place) -> Counter[str]:
    """How many secrets there are under each key, by the key's id."""
    rows = db.all(
        f"""
        SELECT substr({place.column}, 1, {KEY_ID_CHARS}) AS key_id, count(*) AS secrets
          FROM {place.table} WHERE {place.column} IS NOT NULL GROUP BY 1
        """
    )
    return Counter({row["key_id"]: row["secrets"] for row in rows})


def reseal_batch(
    db: Writer, place: Place, *, key_id: str, after: Sequence[str] | None, reseal: Reseal
) -> tuple[int, Sequence[str] | None]:
    """Seal some secrets anew that are not under this key; answers how many, and where to go on.

    A secret that somebody else changes meanwhile is left as they wrote it.
    """
    rows = _not_under(db, place, key_id, after)
    count = sum(_save(db, place, row, reseal(row["sealed"], place.purpose)) for row in rows)
    last = [rows[-1][name] for name in place.identity] if len(rows) == BATCH else None
    return count, last


def _not_under(db: Reader, place: Place, key_id: str, after: Sequence[str] | None) -> list[Row]:
    columns = ", ".join(place.identity)
    beyond = ""
    if after is not None:
        marks = ", ".join(f":{name}" for name in place.identity)
        beyond = f"AND ({columns}) > ({marks})"
    return db.all(
        f"""
        SELECT {columns}, {place.column} AS sealed FROM {place.table}
         WHERE {place.column} IS NOT NULL
           AND substr({place.column}, 1, {KEY_ID_CHARS}) <> :key_id {beyond}
         ORDER BY {columns} LIMIT {BATCH}
        """,
        key_id=key_id,
        **dict(zip(place.identity, after or (), strict=after is not None)),
    )


def _save(db: Writer, place: Place, row: Row, sealed: str) -> int:
    same_row = " AND ".join(f"{name} = :{name}" for name in place.identity)
    return db.run(
        f"""
        UPDATE {place.table} SET {place.column} = :sealed
         WHERE {same_row} AND {place.column} = :before
        """,
        sealed=sealed,
        before=row["sealed"],
        **{name: row[name] for name in place.identity},
    )
