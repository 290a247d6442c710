"""What has to be true of an installation before it serves."""

from typing import Final

from dialplane.store import facts
from dialplane.store.database import Database
from dialplane.store.secret_box import SecretBox

_FACT: Final = "secret_key_check"


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
