"""Which events of the edge have been taken: they are told at least once, and count once."""

from dialplane.domain.values import DAY_MS, Millis
from dialplane.store.database import Writer

# The edge repeats a batch until it is answered; a week outlives every outage it can spool.
KEPT_MS = 7 * DAY_MS


def take(db: Writer, event_id: str, *, now: Millis) -> bool:
    """Whether this event is new."""
    taken = db.run(
        """
        INSERT INTO edge_events (id, received_at) VALUES (:id, :now) ON CONFLICT (id) DO NOTHING
        """,
        id=event_id,
        now=now,
    )
    return taken == 1


def forget(db: Writer, *, now: Millis) -> int:
    return db.run("DELETE FROM edge_events WHERE received_at < :before", before=now - KEPT_MS)
