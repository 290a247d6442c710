"""Reading what a webhook was sent, once it is certain who sent it."""

import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from dialplane.client.errors import DialplaneError
from dialplane.client.models.events import Event
from dialplane.first_use import ready

SIGNATURE: Final = "X-Dialplane-Signature"
CALL_SIGNATURE: Final = "X-Webhook-Signature"
CALL_TIMESTAMP: Final = "X-Webhook-Timestamp"
TOLERANCE_S: Final = 300


class NotGenuine(DialplaneError):
    """The signature is missing, wrong, or too old; do nothing, and answer 400."""


def verify(
    secrets: str | Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now_s: float | None = None,
    tolerance_s: float = TOLERANCE_S,
) -> Event:
    """The event of a delivery.

    `body` is what came, byte for byte: read and written again, JSON has another signature. While
    a secret is being replaced, give both. A repeated delivery has the same `event.id`.

    Raises:
        NotGenuine: it was not signed with one of the secrets, or not lately.
    """
    at, signatures = _parts(_header(headers, SIGNATURE))
    _require_genuine(secrets, at, body, signatures)
    _require_recent(at, now_s, tolerance_s)
    return msgspec.json.decode(body, type=ready(Event))


def verify_call(
    keys: str | Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now_s: float | None = None,
    tolerance_s: float = TOLERANCE_S,
) -> dict[str, Any]:
    """What an agent's webhook was asked or told of a call: `event`, and the call under its name.

    The key is `client.webhooks.call_key().key`. Give `body` byte for byte, as with `verify`.

    Raises:
        NotGenuine: it was not signed with one of the keys, or not lately.
    """
    at = _header(headers, CALL_TIMESTAMP)
    if not (at.isascii() and at.isdigit()):
        raise NotGenuine(f"{CALL_TIMESTAMP} is not like 1730000000.")
    _require_genuine(keys, at, body, [_header(headers, CALL_SIGNATURE)])
    _require_recent(at, now_s, tolerance_s)
    return msgspec.json.decode(body, type=dict[str, Any])


def _require_genuine(
    secrets: str | Sequence[str], at: str, body: bytes, signatures: Sequence[str]
) -> None:
    given = [secrets] if isinstance(secrets, str) else secrets
    if not any(_signed(secret, at, body, signatures) for secret in given):
        raise NotGenuine("It was not signed with this secret.")


def _require_recent(at: str, now_s: float | None, tolerance_s: float) -> None:
    if abs((time.time() if now_s is None else now_s) - int(at)) > tolerance_s:
        raise NotGenuine(f"It was signed more than {tolerance_s:g} seconds from now.")


def _header(headers: Mapping[str, str], wanted: str) -> str:
    for name, value in headers.items():
        if name.lower() == wanted.lower():
            return value
    raise NotGenuine(f"There is no {wanted} header.")


def _parts(header: str) -> tuple[str, list[str]]:
    pairs = [part.strip().partition("=") for part in header.split(",")]
    at = [value for name, _, value in pairs if name == "t"]
    if len(at) != 1 or not (at[0].isascii() and at[0].isdigit()):
        raise NotGenuine(f"{SIGNATURE} is not like t=1730000000,v1=3f2a...")
    return at[0], [value for name, _, value in pairs if name == "v1"]


def _signed(secret: str, at: str, body: bytes, signatures: Sequence[str]) -> bool:
    wanted = hmac.new(secret.encode(), at.encode() + b"." + body, "sha256").hexdigest().encode()
    return any(hmac.compare_digest(wanted, each.encode()) for each in signatures)
