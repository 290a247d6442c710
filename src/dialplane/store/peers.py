"""What is known of SIP peers: the addresses their names resolve to, whether they answer, realms."""

from collections.abc import Iterable
from typing import Final, LiteralString

from dialplane.domain.frozen import dataclass
from dialplane.domain.sip_addresses import Transport
from dialplane.domain.trunk_checks import Destination
from dialplane.domain.values import Millis
from dialplane.store import peer_health
from dialplane.store.database import Reader, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class PingTarget:
    """A peer the edge is to ping; `kind` is `trunk` or `runtime`."""

    id: str
    kind: str
    uri: str


# One entry per URI of each kind, whoever names it. Sandboxes are never called. Of the numbers, an
# index gives each URI that is next, and its first id: they are many, and their trunks few.
_PEERS: Final[LiteralString] = """
    WITH RECURSIVE trunks (uri) AS (
        SELECT min(address_uri) FROM telephone_numbers
         WHERE realm = 'live' AND address_uri IS NOT NULL AND status <> 'expired'
         UNION ALL
        SELECT (SELECT min(address_uri) FROM telephone_numbers
                 WHERE realm = 'live' AND address_uri > trunks.uri AND status <> 'expired')
          FROM trunks WHERE uri IS NOT NULL
    )
    SELECT (SELECT min(outbound_trunk_id) FROM telephone_numbers
             WHERE realm = 'live' AND address_uri = trunks.uri AND status <> 'expired') AS id,
           'trunk' AS kind, uri
      FROM trunks WHERE uri IS NOT NULL
     UNION ALL
    SELECT id, 'trunk' AS kind, uri FROM carriers
     UNION ALL
    SELECT min(runtime_targets.id) AS id, 'runtime' AS kind, uri
      FROM runtime_targets
      JOIN organizations ON organizations.id = runtime_targets.organization_id
     WHERE organizations.sandbox_of IS NULL
     GROUP BY uri
"""


TO_PING: Final[LiteralString] = (
    "SELECT id, kind, uri FROM (" + _PEERS + ") AS peers WHERE id > :after ORDER BY id LIMIT :limit"
)

DUE: Final[LiteralString] = (
    "SELECT DISTINCT uri FROM (" + _PEERS + ") AS peers"
    " WHERE NOT EXISTS (SELECT 1 FROM peer_addresses"
    "                    WHERE peer_addresses.uri = peers.uri AND seen_at >= :before)"
    " ORDER BY uri"
)


def to_ping(db: Reader, *, after: str, limit: int) -> list[PingTarget]:
    """Peers in the order of their ids, from behind `after` on."""
    rows = db.all(TO_PING, after=after, limit=limit)
    return [PingTarget(id=row["id"], kind=row["kind"], uri=row["uri"]) for row in rows]


def due(db: Reader, *, before: Millis) -> list[str]:
    """Every address that calls may come from or go to and that was not looked up since `before`."""
    return [row["uri"] for row in db.all(DUE, before=before)]


def addresses(db: Reader, uri: str) -> list[str]:
    rows = db.all("SELECT ip FROM peer_addresses WHERE uri = :uri ORDER BY ip", uri=uri)
    return [row["ip"] for row in rows]


def keep_addresses(db: Writer, uri: str, ips: Iterable[str], *, now: Millis) -> None:
    for ip in ips:
        db.run(
            """
            INSERT INTO peer_addresses (uri, ip, seen_at) VALUES (:uri, :ip, :now)
            ON CONFLICT (uri, ip) DO UPDATE SET seen_at = excluded.seen_at
            """,
            uri=uri,
            ip=ip,
            now=now,
        )


def forget_addresses(db: Writer, uri: str, *, before: Millis) -> None:
    """Let go of addresses the name has not resolved to for a while."""
    db.run(
        "DELETE FROM peer_addresses WHERE uri = :uri AND seen_at < :before", uri=uri, before=before
    )


def mark(db: Writer, uri: str, *, down: bool, at: Millis, sip_code: int | None) -> None:
    """Note whether a peer answers, and since when, unless something newer is known."""
    heard = db.run(
        """
        INSERT INTO peer_states (uri, down, since, sip_code, heard_at)
        VALUES (:uri, :down, :at, :sip_code, :at)
        ON CONFLICT (uri) DO UPDATE
           SET down = excluded.down, heard_at = excluded.heard_at,
               since = CASE WHEN peer_states.down = excluded.down
                            THEN peer_states.since ELSE excluded.since END,
               sip_code = CASE WHEN peer_states.down = excluded.down
                               THEN peer_states.sip_code ELSE excluded.sip_code END
         WHERE peer_states.heard_at <= excluded.heard_at
        """,
        uri=uri,
        down=int(down),
        at=at,
        sip_code=sip_code,
    )
    if heard:
        peer_health.change(db, uri, down=down, since=at, sip_code=sip_code)


def is_down(db: Reader, uri: str) -> bool:
    row = db.one_or_none("SELECT down FROM peer_states WHERE uri = :uri", uri=uri)
    return row is not None and bool(row["down"])


def find_realm(db: Reader, peer_id: str) -> str | None:
    row = db.one_or_none("SELECT realm FROM peer_realms WHERE peer_id = :id", id=peer_id)
    return None if row is None else str(row["realm"])


def keep_realm(db: Writer, peer_id: str, realm: str) -> None:
    db.run(
        """
        INSERT INTO peer_realms (peer_id, realm) VALUES (:id, :realm)
        ON CONFLICT (peer_id) DO UPDATE SET realm = excluded.realm
        """,
        id=peer_id,
        realm=realm,
    )


def find_login_refused_at(db: Reader, peer_id: str) -> Millis | None:
    row = db.one_or_none("SELECT refused_at FROM peer_logins WHERE peer_id = :id", id=peer_id)
    return None if row is None else int(row["refused_at"])


def note_refused_login(db: Writer, peer_id: str, *, at: Millis) -> None:
    """A peer did not take what we answered its challenge with."""
    db.send(
        """
        INSERT INTO peer_logins (peer_id, refused_at) VALUES (:id, :at)
        ON CONFLICT (peer_id) DO UPDATE SET refused_at = excluded.refused_at
         WHERE peer_logins.refused_at < excluded.refused_at
        """,
        id=peer_id,
        at=at,
    )


def forget_refused_login(db: Writer, peer_id: str, *, before: Millis) -> None:
    """A call went through since."""
    db.send(
        "DELETE FROM peer_logins WHERE peer_id = :id AND refused_at <= :before",
        id=peer_id,
        before=before,
    )


def destinations(db: Reader, uri: str) -> list[Destination]:
    """Where calls to a peer with a name go, as its records said the last time."""
    rows = db.all("SELECT * FROM peer_destinations WHERE uri = :uri", uri=uri)
    return [
        Destination(
            ip=row["ip"],
            port=row["port"],
            transport=Transport(row["transport"]),
            priority=row["priority"],
            weight=row["weight"],
        )
        for row in rows
    ]


def replace_destinations(db: Writer, uri: str, found: Iterable[Destination]) -> None:
    db.run("DELETE FROM peer_destinations WHERE uri = :uri", uri=uri)
    for each in dict.fromkeys(found):
        db.run(
            """
            INSERT INTO peer_destinations (uri, ip, port, transport, priority, weight)
            VALUES (:uri, :ip, :port, :transport, :priority, :weight)
            """,
            uri=uri,
            ip=each.ip,
            port=each.port,
            transport=each.transport,
            priority=each.priority,
            weight=each.weight,
        )
