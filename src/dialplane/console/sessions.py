"""Who is signed in: the API key of a visitor, sealed in a cookie only this console can read."""

import hmac
import secrets
from typing import Final

import falcon
import msgspec

from dialplane.console.parts import HOME, ConsoleParts
from dialplane.domain.values import SECOND_MS, Millis
from dialplane.first_use import ready

COOKIE: Final = "dialplane_console"
VISITOR_COOKIE: Final = "dialplane_console_visitor"
_MINUTE_MS: Final = 60 * SECOND_MS
IDLE_MS: Final = 60 * _MINUTE_MS
LONGEST_MS: Final = 12 * 60 * _MINUTE_MS
_RENEWED_EVERY_MS: Final = _MINUTE_MS


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was let in, and the token that every form of the session carries."""

    key: str
    form_token: str
    begun_at: Millis
    seen_at: Millis

    def __repr__(self) -> str:
        return "Session(...)"

    def alive(self, now: Millis) -> bool:
        return now < min(self.seen_at + IDLE_MS, self.begun_at + LONGEST_MS)


def new_token() -> str:
    return secrets.token_urlsafe(24)


def same(given: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


class Sessions:
    """Reads and writes the cookies."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts

    def read(self, req: falcon.Request) -> Session | None:
        """The session of a request, unless it is over or not ours."""
        text = self._parts.unseal(req.cookies.get(COOKIE, ""))
        if text is None:
            return None
        session = msgspec.json.decode(text, type=ready(Session))
        return session if session.alive(self._parts.clock()) else None

    def begin(self, req: falcon.Request, resp: falcon.Response, key: str) -> None:
        now = self._parts.clock()
        session = Session(key=key, form_token=new_token(), begun_at=now, seen_at=now)
        self._write(req, resp, session)

    def renew(self, req: falcon.Request, resp: falcon.Response, session: Session) -> None:
        """Let it slide: an hour without a click ends it, a working day does in any case."""
        now = self._parts.clock()
        if now - session.seen_at >= _RENEWED_EVERY_MS:
            self._write(req, resp, msgspec.structs.replace(session, seen_at=now))

    def end(self, resp: falcon.Response) -> None:
        resp.unset_cookie(COOKIE, path=HOME, same_site="Strict")

    def visitor_token(self, req: falcon.Request, resp: falcon.Response) -> str:
        """What ties the sign-in form to a browser that has no session yet."""
        token = req.cookies.get(VISITOR_COOKIE) or new_token()
        _set(req, resp, VISITOR_COOKIE, token)
        return token

    def _write(self, req: falcon.Request, resp: falcon.Response, session: Session) -> None:
        _set(req, resp, COOKIE, self._parts.seal(msgspec.json.encode(session).decode()))


def _set(req: falcon.Request, resp: falcon.Response, name: str, value: str) -> None:
    resp.set_cookie(
        name,
        value,
        path=HOME,
        secure=req.forwarded_scheme == "https",
        http_only=True,
        same_site="Strict",
    )
