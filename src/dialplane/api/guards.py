"""Headers every answer carries, so that a browser does nothing clever with it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import falcon

# Only what comes from here, and in nobody's frame. A page that needs more says so itself.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)

GUARDS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

FOR_EVERYBODY: Final = "public, max-age=300"
"""What may be kept by caches: it holds nobody's secrets and nobody's data."""


class GuardedResponse(falcon.Response):
    """Starts with the guards; they are copied, because computing them costs every request."""

    __slots__ = ()
    guards: ClassVar[Mapping[str, str]]

    def __init__(self, *, options: Any = None) -> None:
        super().__init__(options=options)
        self._headers.update(self.guards)


def guards_of(*, hsts_s: int) -> Mapping[str, str]:
    """What every answer carries; `hsts_s` where the application is reached over TLS, else 0."""
    if not hsts_s:
        return GUARDS
    return {**GUARDS, "strict-transport-security": f"max-age={hsts_s}; includeSubDomains"}


def guarded(*, hsts_s: int) -> type[falcon.Response]:
    return type("Guarded", (GuardedResponse,), {"guards": guards_of(hsts_s=hsts_s)})
