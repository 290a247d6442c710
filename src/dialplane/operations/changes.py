"""The one door for changes: one transaction each, and once each for every Idempotency-Key.

A key is claimed in a short transaction of its own, so that a twin in flight is told so. The answer
is kept in the same transaction as the change: after a crash there are both or neither, and a claim
without an answer is proof that nothing was done.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from dialplane.domain.callers import Caller
from dialplane.domain.errors import (
    DomainError,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    Unavailable,
)
from dialplane.store import claims
from dialplane.store.claims import Claim
from dialplane.store.database import Contended, Database, Writer
from dialplane.store.secret_box import SecretBox

ATTEMPTS = 5
_PURPOSE = "idempotent answer"


class Answer(msgspec.Struct, frozen=True):
    """What a caller hears: a status, a body as it goes over the wire, and the resource's tag."""

    status: int
    body: bytes
    tag: str | None = None
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """Who asks for a change, under which key.

    `fingerprint` is the same for the same request; `refuse` turns a refusal into the answer that
    is remembered for it.
    """

    caller: Caller
    idempotency_key: str | None
    fingerprint: str
    refuse: Callable[[DomainError], Answer]


class Changes:
    """Performs changes, each in one transaction."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database = database
        self._box = box

    def perform(
        self, request: ChangeRequest, work: Callable[[Writer], Answer]
    ) -> tuple[Answer, bool]:
        """Do `work` in one transaction; answers also whether this is a replay.

        Raises:
            IdempotencyKeyReused: the key was used with another request.
            IdempotencyInProgress: a twin of this request is in flight.
            DomainError: whatever `work` raises.
        """
        if request.idempotency_key is None:
            return self._in_transaction(work), False
        claim = Claim(
            organization_id=request.caller.organization_id,
            idempotency_key=request.idempotency_key,
            fingerprint=request.fingerprint,
            token=secrets.token_hex(16),
        )
        earlier = self._claim_or_earlier(claim, request)
        if earlier is not None:
            return earlier, True
        return self._once(claim, request, work), False

    def _claim_or_earlier(self, claim: Claim, request: ChangeRequest) -> Answer | None:
        with self._database.writing() as db:
            if claims.take(db, claim, now=request.caller.real_now):
                return None
            first = claims.find(db, claim)
        if first is None:
            raise IdempotencyInProgress
        fingerprint, sealed_answer = first
        if fingerprint != claim.fingerprint:
            raise IdempotencyKeyReused
        if sealed_answer is None:
            raise IdempotencyInProgress
        return msgspec.json.decode(self._box.open(sealed_answer, _PURPOSE), type=Answer)

    def _once(
        self, claim: Claim, request: ChangeRequest, work: Callable[[Writer], Answer]
    ) -> Answer:
        def work_and_settle(db: Writer) -> Answer:
            answer = work(db)
            self._settle(db, claim, answer)
            return answer

        try:
            return self._in_transaction(work_and_settle)
        except BaseException as failure:
            with self._database.writing() as db:
                if isinstance(failure, DomainError) and not isinstance(failure, Unavailable):
                    self._settle(db, claim, request.refuse(failure))
                else:
                    claims.release(db, claim)
            raise

    def _settle(self, db: Writer, claim: Claim, answer: Answer) -> None:
        sealed = self._box.seal(msgspec.json.encode(answer).decode(), _PURPOSE)
        if not claims.settle(db, claim, sealed_answer=sealed):
            raise IdempotencyInProgress

    def _in_transaction(self, work: Callable[[Writer], Answer]) -> Answer:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._database.writing() as db:
                    return work(db)
            except Contended as contended:
                if attempt == ATTEMPTS:
                    raise Unavailable from contended
        raise AssertionError("unreachable: the last attempt returns or raises")
