"""What has to be true of an installation before it serves."""

from typing import Final

from dialplane.domain.values import SECOND_MS, Millis
from dialplane.store import facts
from dialplane.store.database import Database, Reader, Writer
from dialplane.store.secret_box import KEY_ID_CHARS, SecretBox, new_key

_FACT: Final = "secret_key_check"
_ROOT: Final = "signing_root"
_PASSED: Final = "worker_passed_at"
PASS_NOTED_EVERY_MS: Final = 10 * SECOND_MS
_SEALED_FACTS: Final = (_ROOT, _FACT)


def prove_key_ring(database: Database, box: SecretBox) -> None:
    """Make sure this key ring is the one the secrets of this database were sealed with.

    Raises:
        CannotOpen: it is another one; serving would lose every SIP password.
    """
    with database.reading() as db:
        sealed = facts.find(db, _FACT)
    if sealed is not None:
        box.open(sealed, _FACT)
        return
    with database.writing() as db:
        facts.put_if_absent(db, _FACT, box.seal("dialplane", _FACT))


def take_signing_root(database: Database, box: SecretBox) -> None:
    """Let a ring sign as it did before its keys were changed.

    Cursors, and the keys customers check the signatures of calls with, would be others otherwise.

    Raises:
        CannotOpen: the ring is another one.
    """
    with database.reading() as db:
        sealed = facts.find(db, _ROOT)
    if sealed is not None:
        box.sign_from(box.open(sealed, _ROOT))


def renew_signing_root(db: Writer, box: SecretBox) -> None:
    """Sign from a new root, once every process has started anew."""
    facts.put(db, _ROOT, box.seal(new_key(), _ROOT))


def reseal(db: Writer, box: SecretBox) -> int:
    """Seal what the installation keeps for itself under the first key of the ring.

    From the first time on, the root of signatures is kept apart from the keys, so that the oldest
    of them can go.
    """
    facts.put_if_absent(db, _ROOT, box.seal(box.root, _ROOT))
    count = 0
    for name in _SEALED_FACTS:
        sealed = facts.find(db, name)
        if sealed is not None and not sealed.startswith(box.sealing_id):
            facts.put(db, name, box.reseal(sealed, name))
            count += 1
    return count


def sealed_under(db: Reader) -> list[str]:
    """The ids of the keys that what the installation keeps for itself is sealed under."""
    found = (facts.find(db, name) for name in _SEALED_FACTS)
    return [sealed[:KEY_ID_CHARS] for sealed in found if sealed is not None]


def note_pass(database: Database, *, now: Millis) -> None:
    """Note that a worker has come by, to ten seconds."""
    with database.reading() as db:
        last = facts.find(db, _PASSED)
    if last is None or now - int(last) >= PASS_NOTED_EVERY_MS:
        with database.writing() as db:
            facts.put(db, _PASSED, str(now))
