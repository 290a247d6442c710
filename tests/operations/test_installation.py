"""An installation remembers which key ring it was made with."""

import pytest

from dialplane.operations.installation import prove_key_ring
from dialplane.store.database import Database
from dialplane.store.secret_box import CannotOpen, SecretBox, new_key


def test_the_same_ring_is_welcome_again(database: Database) -> None:
    box = SecretBox(new_key())

    prove_key_ring(database, box)
    prove_key_ring(database, box)


def test_another_ring_is_refused_before_anything_is_served(database: Database) -> None:
    prove_key_ring(database, SecretBox(new_key()))

    with pytest.raises(CannotOpen):
        prove_key_ring(database, SecretBox(new_key()))
