"""What is known of SIP peers: the addresses their names resolve to, whether they answer, realms."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, LiteralString

from dialplane.domain.values import Millis
from dialplane.store.database import Reader, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class PingTarget:
    """A peer the edge is to ping; `kind` is `trunk` or `runtime`."""

    id: str
    kind: str
    uri: str


# One entry per URI of each kind, whoever names it. Sandboxes are never called.
_PEERS: Final[LiteralString] = """
    SELECT min(outbound_trunk_id) AS id, 'trunk' AS kind, address_uri AS uri
      FROM telephone_numbers
     WHERE realm = 'live' AND address_uri IS NOT NULL AND status <> 'expired'
     GROUP BY address_uri
     UNION ALL
    SELECT id, 'trunk' AS kind, uri FROM carriers
     UNION ALL
    SELECT min(runtime_targets.id) AS id, 'runtime' AS kind, uri
      FROM runtime_targets
      JOIN organizations ON organizations.id = runtime_targets.organization_id
     WHERE organizations.sandbox_of IS NULL
     GROUP BY uri
"""


def to_ping(db: Reader, *, after: str, limit: int) -> list[PingTarget]:
    """Peers in the order of their ids, from behind `after` on."""
    rows = db.all(
        "SELECT id, kind, uri FROM (" + _PEERS + ") AS peers"
        " WHERE id > :after ORDER BY id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [PingTarget(id=row["id"], kind=row["kind"], uri=row["uri"]) for row in rows]


def due(db: Reader, *, before: Millis) -> list[str]:
    """Every address that calls may come from or go to and that was not looked up since `before`."""
    rows = db.all(
        "SELECT DISTINCT uri FROM (" + _PEERS + ") AS peers"
        " WHERE NOT EXISTS (SELECT 1 FROM peer_addresses"
        "                    WHERE peer_addresses.uri = peers.uri AND seen_at >= :before)"
        " ORDER BY uri",
        before=before,
    )
    return [row["uri"] for row in rows]


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


def mark(db: Writer, uri: str, *, down: bool, since: Millis, sip_code: int | None) -> None:
    """Note whether a peer answers, unless something newer is known."""
    db.run(
        """
        INSERT INTO peer_states (uri, down, since, sip_code)
        VALUES (:uri, :down, :since, :sip_code)
        ON CONFLICT (uri) DO UPDATE
           SET down = excluded.down, since = excluded.since, sip_code = excluded.sip_code
         WHERE peer_states.since <= excluded.since
        """,
        uri=uri,
        down=int(down),
        since=since,
        sip_code=sip_code,
    )


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
