"""Tells webhooks what has happened, until they have heard it or three days have passed."""

import random
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

import httpx
import msgspec
import structlog

from dialplane.domain.sip_addresses import is_private_ip
from dialplane.domain.values import SECOND_MS, Millis
from dialplane.domain.webhooks import Delivery, signature
from dialplane.operations import webhooks as operations
from dialplane.store import journal, webhooks
from dialplane.store.database import Database
from dialplane.store.secret_box import SecretBox

INTERVAL_S: Final = 0.5
TIMEOUT_S: Final = 10.0
CLAIM_MS: Final = 60 * SECOND_MS
AT_ONCE: Final = 8
_HTTP_OK: Final = range(200, 300)

log = structlog.get_logger()


class Messenger:
    """A thread that delivers; any number of them may run on one database."""

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        clock: Callable[[], Millis],
        *,
        allow_private: bool = False,
    ) -> None:
        self._database = database
        self._box = box
        self._clock = clock
        self._allow_private = allow_private
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="messenger", daemon=True)
        self._http = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the attempts at hand finish, then end."""
        self._stopping.set()
        self._thread.join()
        self._http.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                busy = self.round()
            except Exception:
                # The next round tries again; a worker that dies of one bad round helps nobody.
                log.exception("messenger failed")
                busy = False
            if not busy:
                self._stopping.wait(INTERVAL_S)

    def round(self) -> bool:
        """Queue what is new and try what is due; answers whether there may be more to do."""
        queued = operations.queue_all(self._database, now=self._clock())
        with self._database.reading() as db:
            due = webhooks.due(db, now=self._clock(), limit=operations.BATCH)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(self._try, due))
        return bool(queued or due)

    def _try(self, delivery: Delivery) -> None:
        until = self._clock() + CLAIM_MS
        with self._database.writing() as db:
            taken = webhooks.take(db, delivery, until=until)
        if taken is None:
            return
        settled = self._attempt(taken)
        with self._database.writing() as db:
            webhooks.settle(db, settled, claimed_until=until)

    def _attempt(self, delivery: Delivery) -> Delivery:
        try:
            status_code = self._post(delivery)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, PrivateTarget) as failure:
            # The class says what went wrong; texts could quote the URL, which may hold secrets.
            return self._failed(delivery, None, type(failure).__name__)
        if status_code in _HTTP_OK:
            return delivery.delivered(status_code, now=self._clock())
        return self._failed(delivery, status_code, f"HTTP {status_code}")

    def _failed(self, delivery: Delivery, status_code: int | None, error: str) -> Delivery:
        jitter = random.random()  # noqa: S311  # spreads retries, guards nothing
        return delivery.failed(status_code, error, now=self._clock(), jitter=jitter)

    def _post(self, delivery: Delivery) -> int:
        with self._database.reading() as db:
            webhook = webhooks.get(db, delivery.organization_id, delivery.webhook_id)
            entry = journal.get(db, delivery.organization_id, delivery.entry_id)
        if not self._allow_private:
            refuse_private_target(webhook.url)
        now = self._clock()
        body = msgspec.json.encode(entry.told())
        secrets = tuple(
            self._box.open(sealed, operations.SECRET_PURPOSE)
            for sealed in webhook.sealed_secrets(now)
        )
        headers = {
            "content-type": "application/json",
            "x-dialplane-event": entry.happening,
            "x-dialplane-event-id": entry.id,
            "x-dialplane-delivery-id": delivery.id,
            "x-dialplane-signature": signature(secrets, body, now // SECOND_MS),
        }
        return self._http.post(webhook.url, content=body, headers=headers).status_code


class PrivateTarget(Exception):
    """A webhook leads to an address of this machine, its network or its cloud's metadata."""


def refuse_private_target(url: str) -> None:
    """Look where a URL leads now.

    Raises:
        PrivateTarget: to a loopback, link-local or metadata address.
        OSError: nowhere.
    """
    parts = urlsplit(url)
    found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    if any(is_private_ip(str(address[0])) for *_, address in found):
        raise PrivateTarget
