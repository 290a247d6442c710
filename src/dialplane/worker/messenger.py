"""Tells webhooks what has happened, until they have heard it or three days have passed."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import msgspec

from dialplane.domain.call_messages import CallMessage, call_signature
from dialplane.domain.values import SECOND_MS, Millis
from dialplane.domain.webhooks import Delivery, Sending, signature
from dialplane.hooks.client import HookClient, Letter, Unreachable
from dialplane.logs import log
from dialplane.niceness import give_way
from dialplane.operations import call_messages as call_operations
from dialplane.operations import webhooks as operations
from dialplane.store import call_messages, journal, webhooks
from dialplane.store.database import Database
from dialplane.store.secret_box import SecretBox

INTERVAL_S: Final = 0.5
TIMEOUT_S: Final = 10.0
CLAIM_MS: Final = 60 * SECOND_MS
AT_ONCE: Final = 8


S = TypeVar("S", bound=Sending)


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
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="messenger", daemon=True)
        self._http = HookClient(timeout_s=TIMEOUT_S, allow_private=allow_private)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the attempts at hand finish, begin no other, then end."""
        self._stopping.set()
        self._thread.join()
        self._http.close()

    def _run(self) -> None:
        give_way()  # to those who answer
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
        now = self._clock()
        queued = operations.queue_all(self._database, now=now)
        with self._database.reading() as db:
            deliveries = webhooks.due(db, now=now, limit=operations.BATCH)
            messages = call_messages.due(db, now=now, limit=operations.BATCH)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(self._try_delivery, deliveries))
            list(threads.map(self._try_message, messages))
        return bool(queued or deliveries or messages)

    def _try_delivery(self, delivery: Delivery) -> None:
        if self._stopping.is_set():
            return
        until = self._clock() + CLAIM_MS
        with self._database.writing() as db:
            taken = webhooks.take(db, delivery, until=until)
        if taken is None:
            return
        settled = self._attempt(taken, self._letter_of(taken))
        with self._database.writing() as db:
            webhooks.settle(db, settled, claimed_until=until)

    def _try_message(self, message: CallMessage) -> None:
        if self._stopping.is_set():
            return
        until = self._clock() + CLAIM_MS
        with self._database.writing() as db:
            taken = call_messages.take(db, message, until=until)
        if taken is None:
            return
        settled = self._attempt(taken, self._letter_about(taken))
        with self._database.writing() as db:
            call_messages.settle(db, settled, claimed_until=until)

    def _letter_of(self, delivery: Delivery) -> Letter:
        with self._database.reading() as db:
            webhook = webhooks.get(db, delivery.organization_id, delivery.webhook_id)
            entry = journal.get(db, delivery.organization_id, delivery.entry_id)
        now = self._clock()
        body = msgspec.json.encode(entry.told())
        secrets = tuple(
            self._box.open(sealed, operations.SECRET_PURPOSE)
            for sealed in webhook.sealed_secrets(now)
        )
        headers = {
            "x-dialplane-event": entry.happening,
            "x-dialplane-event-id": entry.id,
            "x-dialplane-delivery-id": delivery.id,
            "x-dialplane-signature": signature(secrets, body, now // SECOND_MS),
        }
        return Letter(webhook.url, body, headers)

    def _letter_about(self, message: CallMessage) -> Letter:
        body = message.body.encode()
        key = call_operations.signing_key(self._box, message.organization_id)
        headers = call_signature(key, body, self._clock() // SECOND_MS)
        return Letter(message.url, body, headers)

    def _attempt(self, sending: S, letter: Letter) -> S:
        try:
            reply = self._http.post(letter)
        except Unreachable as failure:
            return self._failed(sending, None, str(failure))
        if reply.accepted:
            return sending.delivered(reply.status_code, now=self._clock())
        return self._failed(sending, reply.status_code, f"HTTP {reply.status_code}")

    def _failed(self, sending: S, status_code: int | None, error: str) -> S:
        jitter = random.random()  # noqa: S311  # spreads retries, guards nothing
        return sending.failed(status_code, error, now=self._clock(), jitter=jitter)
