"""A yes to one thing: for clients that cannot ask their user, a token that says what is agreed to.

It stands for the tool, its arguments and the consequence that was told, and for nothing else; it
expires, and is the Idempotency-Key of what it allows, so that a yes counts once.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LASTS_S: Final = 300


@dataclass(frozen=True, slots=True)
class Confirmations:
    """The secret is this process's own: a token of an earlier one is worth nothing."""

    now_s: Callable[[], float]
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def token(self, tool: str, what: Mapping[str, Any]) -> str:
        head = f"{int(self.now_s()) + LASTS_S}.{secrets.token_hex(4)}"
        return f"{head}.{self._mark(head, tool, what)}"

    def holds(self, token: str, tool: str, what: Mapping[str, Any]) -> bool:
        head, _, mark = token.rpartition(".")
        if not hmac.compare_digest(mark.encode(), self._mark(head, tool, what).encode()):
            return False
        return int(head.partition(".")[0]) >= self.now_s()

    def _mark(self, head: str, tool: str, what: Mapping[str, Any]) -> str:
        text = json.dumps([head, tool, what], sort_keys=True)
        return hmac.digest(self._secret, text.encode(), "sha256").hex()[:32]
