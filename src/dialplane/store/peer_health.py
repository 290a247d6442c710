"""Since when SIP peers answer and when they did not, in SQL: a row for each change."""

from collections.abc import Set as AbstractSet

from dialplane.domain.frozen import dataclass
from dialplane.domain.peer_health import CHANGES_KEPT_MS, PeerState, Span
from dialplane.domain.values import Millis
from dialplane.store.database import Reader, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerNow:
    """The state of a peer, and since when; None while nothing is known."""

    state: PeerState
    since: Millis | None = None

    def known_from(self, at: Millis) -> "PeerNow":
        """As whoever has known the peer since then may know it."""
        return self if self.since is None else PeerNow(state=self.state, since=max(self.since, at))


def state_of(down: int | None) -> PeerState:
    """The column `down` in words; there is none for a peer that was never heard of."""
    if down is None:
        return PeerState.UNKNOWN
    return PeerState.DOWN if down else PeerState.UP


def now(db: Reader, uri: str, *, known_from: Millis) -> PeerNow:
    """The state in force, at the earliest since then."""
    return now_of_each(db, {uri})[uri].known_from(known_from)


def now_of_each(db: Reader, uris: AbstractSet[str]) -> dict[str, PeerNow]:
    """The states in force of at most a page of peers."""
    states = dict.fromkeys(uris, PeerNow(state=PeerState.UNKNOWN))
    if not uris:
        return states
    named = {f"u{place}": uri for place, uri in enumerate(uris)}
    listed = ", ".join(f":{name}" for name in named)
    rows = db.all("SELECT uri, down, since FROM peer_states WHERE uri IN (" + listed + ")", **named)
    for row in rows:
        states[row["uri"]] = PeerNow(state=state_of(row["down"]), since=row["since"])
    return states


def spans(db: Reader, uri: str, *, begin: Millis, end: Millis) -> list[Span]:
    """What is known of a range, cut to it, oldest first."""
    rows = db.all(
        """
        SELECT down, since, coalesce(until, :range_end) AS until, sip_code FROM peer_changes
         WHERE uri = :uri AND since < :range_end AND (until IS NULL OR until > :range_begin)
         ORDER BY since
        """,
        uri=uri,
        range_begin=begin,
        range_end=end,
    )
    return [
        Span(
            state=state_of(row["down"]),
            since=max(row["since"], begin),
            until=min(row["until"], end),
            sip_code=row["sip_code"],
        )
        for row in rows
    ]


def change(db: Writer, uri: str, *, down: bool, since: Millis, sip_code: int | None) -> None:
    """End the state in force and begin this one, unless it is the same."""
    db.run(
        """
        UPDATE peer_changes SET until = :since
         WHERE uri = :uri AND until IS NULL AND down <> :down
        """,
        uri=uri,
        down=int(down),
        since=since,
    )
    db.run(
        """
        INSERT INTO peer_changes (uri, since, until, down, sip_code)
        SELECT :uri, :since, NULL, :down, :sip_code
         WHERE NOT EXISTS (SELECT 1 FROM peer_changes WHERE uri = :uri AND until IS NULL)
        ON CONFLICT (uri, since) DO UPDATE
           SET until = NULL, down = excluded.down, sip_code = excluded.sip_code
        """,
        uri=uri,
        down=int(down),
        since=since,
        sip_code=sip_code,
    )


def forget(db: Writer, *, now: Millis, limit: int) -> int:
    """Let go of states that ended long ago, the oldest first; answers how many."""
    return db.run(
        """
        DELETE FROM peer_changes
         WHERE (uri, since) IN (
               SELECT uri, since FROM peer_changes
                WHERE until < :before ORDER BY until LIMIT :limit)
        """,
        before=now - CHANGES_KEPT_MS,
        limit=limit,
    )
