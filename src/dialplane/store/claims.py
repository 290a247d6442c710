"""Idempotency keys in SQL: who works on a request, and what its answer was."""

from typing import Final

from dialplane.domain.frozen import dataclass
from dialplane.domain.values import DAY_MS, SECOND_MS, Millis, OrganizationId
from dialplane.store.database import Reader, Writer

REMEMBERED_MS: Final = DAY_MS
ABANDONED_AFTER_MS: Final = 60 * SECOND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`token` belongs to one attempt; only the attempt that holds the claim may settle it."""

    organization_id: OrganizationId
    idempotency_key: str
    fingerprint: str
    token: str


def take(db: Writer, claim: Claim, *, now: Millis) -> bool:
    """Claim a key that is new, forgotten, or abandoned by an attempt that never settled it."""
    row = db.returning(
        """
        INSERT INTO idempotency_claims (organization_id, idempotency_key, fingerprint, token,
                                        claimed_at)
        VALUES (:organization_id, :idempotency_key, :fingerprint, :token, :now)
        ON CONFLICT (organization_id, idempotency_key) DO UPDATE
           SET fingerprint = excluded.fingerprint, token = excluded.token,
               claimed_at = excluded.claimed_at, sealed_answer = NULL
         WHERE idempotency_claims.claimed_at <= :now - :remembered_ms
            OR (idempotency_claims.sealed_answer IS NULL
                AND idempotency_claims.claimed_at <= :now - :abandoned_after_ms)
        RETURNING token
        """,
        organization_id=claim.organization_id,
        idempotency_key=claim.idempotency_key,
        fingerprint=claim.fingerprint,
        token=claim.token,
        now=now,
        remembered_ms=REMEMBERED_MS,
        abandoned_after_ms=ABANDONED_AFTER_MS,
    )
    return row is not None


def find(db: Reader, claim: Claim) -> tuple[str, str | None] | None:
    """The fingerprint under which the key was first used, and the sealed answer if there is one."""
    row = db.one_or_none(
        """
        SELECT fingerprint, sealed_answer FROM idempotency_claims
         WHERE organization_id = :organization_id AND idempotency_key = :idempotency_key
        """,
        organization_id=claim.organization_id,
        idempotency_key=claim.idempotency_key,
    )
    return None if row is None else (row["fingerprint"], row["sealed_answer"])


def settle(db: Writer, claim: Claim, *, sealed_answer: str) -> bool:
    """Keep the answer; False when another attempt has taken the claim over."""
    settled = db.run(
        """
        UPDATE idempotency_claims SET sealed_answer = :sealed_answer
         WHERE organization_id = :organization_id AND idempotency_key = :idempotency_key
           AND token = :token
        """,
        sealed_answer=sealed_answer,
        organization_id=claim.organization_id,
        idempotency_key=claim.idempotency_key,
        token=claim.token,
    )
    return settled == 1


def release(db: Writer, claim: Claim) -> None:
    """Give the key free again: the attempt failed without an answer worth keeping."""
    db.run(
        """
        DELETE FROM idempotency_claims
         WHERE organization_id = :organization_id AND idempotency_key = :idempotency_key
           AND token = :token
        """,
        organization_id=claim.organization_id,
        idempotency_key=claim.idempotency_key,
        token=claim.token,
    )


def forget(db: Writer, *, now: Millis) -> int:
    """Drop what no longer has to be remembered; answers how many."""
    return db.run(
        "DELETE FROM idempotency_claims WHERE claimed_at <= :now - :remembered_ms",
        now=now,
        remembered_ms=REMEMBERED_MS,
    )
