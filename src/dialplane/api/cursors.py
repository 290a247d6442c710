"""Cursors: where a page goes on, signed, and good for one list with one set of filters only."""

import base64
import binascii
import hmac

import msgspec

from dialplane.domain.errors import Invalid
from dialplane.store.pages import Place

_MAC_BYTES = 16


class Cursors:
    """Writes and reads cursors; `scope` is all that a cursor is bound to."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, place: Place | None, scope: object) -> str | None:
        if place is None:
            return None
        payload = msgspec.json.encode(place)
        return base64.urlsafe_b64encode(self._mac(payload, scope) + payload).decode().rstrip("=")

    def read(self, cursor: str | None, scope: object) -> Place | None:
        """The place a cursor stands for; no cursor is the beginning.

        Raises:
            Invalid: not a cursor of ours, or one of another list, filter or organization.
        """
        if cursor is None:
            return None
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise Invalid.one("cursor", "bad_cursor") from error
        mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(payload, scope)):
            raise Invalid.one("cursor", "bad_cursor")
        place: Place = msgspec.json.decode(payload, type=Place)
        return place

    def _mac(self, payload: bytes, scope: object) -> bytes:
        bound = msgspec.json.encode(scope) + b"\0" + payload
        return hmac.digest(self._key, bound, "sha256")[:_MAC_BYTES]
