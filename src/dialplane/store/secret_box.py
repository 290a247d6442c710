"""Secrets at rest: AES-256-GCM under a ring of keys, the first of which seals."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_FILE = "secret.key"
FOR_SIP = "sip password"
"""The purpose passwords of trunks and carriers are sealed for."""
FOR_SUPPLIERS = "supplier token"
"""The purpose what opens an account with a supplier is sealed for."""
FOR_CELLS = "cell of an import"
"""The purpose passwords in files are sealed for while the import waits."""
_NONCE_BYTES = 12
KEY_ID_CHARS = 8
"""What is sealed begins with so many characters that name its key."""


class CannotOpen(Exception):  # named for what happened
    """No key of the ring opens this; the ring is not the one it was sealed with."""

    def __init__(self) -> None:
        super().__init__("no key of DIALPLANE_SECRET_KEY opens this secret")


def new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def read_or_make_key(data_dir: Path) -> str:
    """Read `secret.key`, or make it at the first start; only its owner may read it."""
    path = data_dir / KEY_FILE
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(new_key() + "\n")
    return path.read_text().strip()


class SecretBox:
    """Seals and opens; `purpose` keeps a secret from being opened as another.

    Args:
        ring: base64 keys of 32 bytes, comma separated; the first seals, all of them open.

    Raises:
        ValueError: a key is not 32 bytes of base64.
    """

    def __init__(self, ring: str) -> None:
        keys = [self._key(text.strip()) for text in ring.split(",") if text.strip()]
        if not keys:
            raise ValueError("DIALPLANE_SECRET_KEY is empty")
        self._ciphers = {self._id(key): AESGCM(key) for key in keys}
        self.key_ids = [self._id(key) for key in keys]
        self.sealing_id = self.key_ids[0]
        # The last key of the ring is the oldest: signatures outlive a rotation.
        self._root = keys[-1]

    @staticmethod
    def _key(text: str) -> bytes:
        key = base64.urlsafe_b64decode(text)
        if len(key) != 32:  # noqa: PLR2004  # AES-256
            raise ValueError("DIALPLANE_SECRET_KEY holds a key that is not 32 bytes of base64")
        return key

    @staticmethod
    def _id(key: bytes) -> str:
        return hashlib.sha256(b"dialplane key id" + key).hexdigest()[:KEY_ID_CHARS]

    def seal(self, secret: str, purpose: str) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self.sealing_id].encrypt(nonce, secret.encode(), purpose.encode())
        return f"{self.sealing_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, purpose: str) -> str:
        """Give back what was sealed.

        Raises:
            CannotOpen: sealed under a key that is not in the ring, or for another purpose.
        """
        key_id, _, text = sealed.partition(".")
        raw = base64.urlsafe_b64decode(text)
        try:
            cipher = self._ciphers[key_id]
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
        except (KeyError, InvalidTag) as reason:
            raise CannotOpen from reason

    def reseal(self, sealed: str, purpose: str) -> str:
        """The same secret under the first key of the ring.

        Raises:
            CannotOpen.
        """
        return self.seal(self.open(sealed, purpose), purpose)

    @property
    def root(self) -> str:
        """What all signing keys are made from, as text."""
        return base64.urlsafe_b64encode(self._root).decode()

    def sign_from(self, root: str) -> None:
        """Make signing keys from this root, which outlives the key it once was."""
        self._root = base64.urlsafe_b64decode(root)

    def signing_key(self, purpose: str) -> bytes:
        """A key of its own for every purpose, the same on every node that shares the ring."""
        return hmac.digest(self._root, b"dialplane " + purpose.encode(), "sha256")
