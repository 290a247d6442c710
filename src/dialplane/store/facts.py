"""Facts about this installation: one value under each name."""

from dialplane.store.database import Reader, Writer


def find(db: Reader, name: str) -> str | None:
    row = db.one_or_none("SELECT value FROM facts WHERE name = :name", name=name)
    return None if row is None else str(row["value"])


def put(db: Writer, name: str, value: str) -> None:
    db.run(
        """
        INSERT INTO facts (name, value) VALUES (:name, :value)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        name=name,
        value=value,
    )


def put_if_absent(db: Writer, name: str, value: str) -> None:
    db.run(
        "INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING",
        name=name,
        value=value,
    )
