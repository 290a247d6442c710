"""Which events of the edge have been taken: they are told at least once, and count once."""

import json
from collections.abc import Iterable, Mapping
from typing import Final, LiteralString

from dialplane.domain.values import DAY_MS, Millis
from dialplane.store.database import Writer

# The edge repeats a batch until it is answered; a week outlives every outage it can spool.
KEPT_MS = 7 * DAY_MS


def take(db: Writer, event_ids: Iterable[str], *, now: Millis) -> set[str]:
    """Which of these events are new; in one order, so that two who take the same never lock up."""
    taken = db.all_values(
        "INSERT INTO edge_events (id, received_at) SELECT listed, :now "
        f"FROM {db.listed} WHERE 1 = 1 ON CONFLICT (id) DO NOTHING RETURNING id",
        listed=json.dumps(sorted(set(event_ids))),
        now=now,
    )
    return {id_ for (id_,) in taken}


def forget(db: Writer, *, now: Millis) -> int:
    return db.run(_FORGET[db.dialect], before=now - KEPT_MS)


# SQLite numbers rows as they come, so that the oldest are found without an index of their own.
_FORGET: Final[Mapping[str, LiteralString]] = {
    "sqlite": """
        DELETE FROM edge_events
         WHERE rowid IN (SELECT rowid FROM edge_events ORDER BY rowid LIMIT 1000)
           AND received_at < :before
    """,
    "postgres": "DELETE FROM edge_events WHERE received_at < :before",
}
