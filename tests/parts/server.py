"""A real server on a free port, on a database that is ready, with keys that are known."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from builders import ACME, EVERY_SCOPE, GLOBEX, a_key, an_id, an_organization
from dialplane.domain.values import KeyId
from dialplane.operations.keys import hashed
from dialplane.store import keys, organizations
from dialplane.store.database import Database
from parts.client import Client, over_network
from parts.program import PATIENCE_S, Running, started
from parts.world import ACME_TOKEN, GLOBEX_TOKEN


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, and its process."""

    url: str
    running: Running

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    @contextlib.contextmanager
    def client(self, token: str = ACME_TOKEN) -> Iterator[Client]:
        with httpx.Client(base_url=self.url, timeout=PATIENCE_S) as http:
            yield Client(over_network(http), {"authorization": f"Bearer {token}"})

    def raw(self, *pieces: bytes, patience_s: float = PATIENCE_S) -> bytes:
        """What comes back for these bytes until the server closes or stays silent for so long."""
        heard = b""
        with (
            socket.create_connection(self.address, timeout=patience_s) as connection,
            contextlib.suppress(ConnectionError, TimeoutError),
        ):
            for piece in pieces:
                connection.sendall(piece)
            while more := connection.recv(65536):
                heard += more
        return heard


def given_two_organizations(database: Database) -> None:
    """Acme and Globex, each with a key that may do everything."""
    with database.writing() as db:
        for count, (id_, name, token) in enumerate(
            ((ACME, "Acme", ACME_TOKEN), (GLOBEX, "Globex", GLOBEX_TOKEN))
        ):
            organizations.add(db, an_organization(id=id_, name=name))
            key = a_key(id=KeyId(an_id(count)), organization_id=id_, scopes=EVERY_SCOPE)
            keys.add(db, key, hashed=hashed(token))


@contextlib.contextmanager
def serving(home: Any, *options: str, **variables: str) -> Iterator[Server]:
    """The program as an operator starts it; the caller has prepared the database."""
    env = home.environment | variables
    with started("serve", "--port", "0", "--json", *options, env=env) as running:
        yield Server(url=running.report()["url"], running=running)
