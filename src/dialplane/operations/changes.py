"""The one door for changes: one transaction each, and once each for every Idempotency-Key.

A key is claimed in a short transaction of its own, so that a twin in flight is told so. The answer
is kept in the same transaction as the change: after a crash there are both or neither, and a claim
without an answer is proof that nothing was done.
"""

import secrets
from collections.abc import Callable

import msgspec

from dialplane.domain.callers import Caller
from dialplane.domain.errors import (
    DomainError,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    Unavailable,
)
from dialplane.domain.frozen import dataclass
from dialplane.first_use import ready
from dialplane.operations.rehearsing import Rehearsed, rehearse
from dialplane.operations.transactions import in_transaction
from dialplane.store import claims
from dialplane.store.claims import Claim
from dialplane.store.database import Database, Writer
from dialplane.store.secret_box import SecretBox

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


@dataclass(frozen=True, slots=True)
class Awaited:
    """The first half of a change for which somebody outside has to be asked; it is written down.

    `ask` runs without a transaction; what it gives back is done in a second one, together with the
    answer. `suppose` does the second half in a rehearsal, in which nobody is asked.
    """

    ask: Callable[[], Callable[[Writer], Answer]]
    suppose: Callable[[Writer], Answer]


Work = Callable[[Writer], Answer | Awaited]


def _unclaimed(db: Writer, answer: Answer) -> None:
    """Without a key there is nothing to settle."""
    del db, answer


class Changes:
    """Performs changes, each in one transaction."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database = database
        self._box = box

    def perform(self, request: ChangeRequest, work: Work) -> tuple[Answer, bool]:
        """Do `work` in one transaction, or two; answers also whether this is a replay.

        Raises:
            IdempotencyKeyReused: the key was used with another request.
            IdempotencyInProgress: a twin of this request is in flight.
            DomainError: whatever `work` raises.
        """
        if request.idempotency_key is None:
            return self._both_halves(work, _unclaimed), False
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

    def _both_halves(self, work: Work, settle: Callable[[Writer, Answer], None]) -> Answer:
        """Do what there is to do, and settle it in the transaction in which the answer is known."""

        def first(db: Writer) -> Answer | Awaited:
            begun = work(db)
            if isinstance(begun, Answer):
                settle(db, begun)
            return begun

        begun = in_transaction(self._database.writing, first)
        if isinstance(begun, Answer):
            return begun
        finish = begun.ask()

        def second(db: Writer) -> Answer:
            answer = finish(db)
            settle(db, answer)
            return answer

        return in_transaction(self._database.writing, second)

    def rehearse(self, caller: Caller, work: Work) -> tuple[Answer, Rehearsed]:
        """Tell what `work` would answer and change, without a trace: no row, no claim, no event.

        Raises:
            DomainError: whatever `work` raises.
        """

        def supposed(db: Writer) -> Answer:
            begun = work(db)
            return begun if isinstance(begun, Answer) else begun.suppose(db)

        return in_transaction(self._database.rehearsing, lambda db: rehearse(db, caller, supposed))

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
        return msgspec.json.decode(self._box.open(sealed_answer, _PURPOSE), type=ready(Answer))

    def _once(self, claim: Claim, request: ChangeRequest, work: Work) -> Answer:
        try:
            return self._both_halves(work, lambda db, answer: self._settle(db, claim, answer))
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
