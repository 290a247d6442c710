"""Secrets at rest."""

import stat
from pathlib import Path

import pytest

from dialplane.store.secret_box import CannotOpen, SecretBox, new_key, read_or_make_key

OLD, NEW = new_key(), new_key()


def test_what_is_sealed_opens_again() -> None:
    box = SecretBox(NEW)

    assert box.open(box.seal("planted-secret", "sip"), "sip") == "planted-secret"


def test_nothing_of_the_secret_shows_and_no_two_seals_are_alike() -> None:
    box = SecretBox(NEW)

    assert "planted-secret" not in box.seal("planted-secret", "sip")
    assert box.seal("planted-secret", "sip") != box.seal("planted-secret", "sip")


def test_a_secret_opens_only_for_its_purpose() -> None:
    box = SecretBox(NEW)

    with pytest.raises(CannotOpen):
        box.open(box.seal("planted-secret", "sip"), "idempotent answer")


def test_a_ring_opens_what_its_older_key_sealed() -> None:
    sealed = SecretBox(OLD).seal("planted-secret", "sip")

    assert SecretBox(f"{NEW},{OLD}").open(sealed, "sip") == "planted-secret"


def test_another_ring_opens_nothing() -> None:
    with pytest.raises(CannotOpen):
        SecretBox(NEW).open(SecretBox(OLD).seal("planted-secret", "sip"), "sip")


def test_signatures_outlive_the_addition_of_a_key() -> None:
    assert SecretBox(f"{NEW},{OLD}").signing_key("cursor") == SecretBox(OLD).signing_key("cursor")


@pytest.mark.parametrize(
    "ring", ["", "short", "bm90IDMyIGJ5dGVz"], ids=["empty", "no base64", "too short"]
)
def test_a_ring_that_is_none_is_refused(ring: str) -> None:
    with pytest.raises(ValueError, match=r"DIALPLANE_SECRET_KEY|padding|base64"):
        SecretBox(ring)


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = read_or_make_key(tmp_path)

    assert read_or_make_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
