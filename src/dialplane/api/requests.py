"""One request on its way through: who asks, what was asked, and how it is answered."""

import functools
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

import falcon
import msgspec

from dialplane.api.bodies import read_body, read_bytes
from dialplane.api.callers import tags_in
from dialplane.api.errors import refusal
from dialplane.api.parts import Parts
from dialplane.api.queries import NoQuery, WriteQuery, read_query
from dialplane.api.rehearsal_bodies import rehearsal_body
from dialplane.api.shapes import UUID_TEXT, Shape
from dialplane.domain.callers import ANY_REVISION, Arrival, Caller, Precondition, Scope
from dialplane.domain.errors import Invalid, RateLimited, Unauthorized
from dialplane.domain.frozen import dataclass
from dialplane.domain.languages import Language, language_of
from dialplane.domain.values import Millis
from dialplane.operations.changes import Answer, ChangeRequest, Work
from dialplane.operations.ids import new_id
from dialplane.operations.purchases import RequestKey
from dialplane.store.keys import Found

P = ParamSpec("P")
S = TypeVar("S", bound=Shape)
LONGEST_IDEMPOTENCY_KEY = 255
_REQUEST_ID_CHARS = 128

DRY_RUN_TYPE = "application/vnd.dialplane.dry-run+json"
"""So that nobody takes what would be for what is; see docs/decisions/0040."""

FAILURE = "dialplane.failure"
"""In the environment of a request: why a short way did not do what was asked."""

_ENCODER = msgspec.json.Encoder()


class Resource:
    """One path; its responders are marked with `operation`."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts


R = TypeVar("R", bound=Resource)


class Request:
    """An admitted request: its key, scope and query string are in order."""

    def __init__(
        self, falcon_request: falcon.Request, query: Shape, found: Found, parts: Parts
    ) -> None:
        self._falcon = falcon_request
        self._query = query
        self._parts = parts
        self._raw: bytes | None = None
        self.caller = found.caller

    @property
    def language(self) -> Language:
        return language_of(self._falcon.get_header("Accept-Language"))

    def query(self, shape: type[S]) -> S:
        """The parameters, in the shape the responder is marked with."""
        assert isinstance(self._query, shape)  # noqa: S101  # a mistake of ours, not of a caller
        return self._query

    def body(self, shape: type[S]) -> S:
        """The body in its shape; reading it decides 400, 413 and 415."""
        return read_body(self._bytes(), shape)

    def body_or_default(self, shape: type[S]) -> S:
        """For operations whose body may be left out."""
        return read_body(self._bytes() or b"{}", shape)

    def file(self, media_type: str, *, limit_bytes: int) -> bytes:
        """The body as it came, for operations that take a file; reading it decides 413 and 415."""
        if self._raw is None:
            self._raw = read_bytes(
                self._falcon,
                self._parts.slow_senders,
                media_type=media_type,
                limit_bytes=limit_bytes,
            )
        return self._raw

    def _bytes(self) -> bytes:
        if self._raw is None:
            self._raw = read_bytes(self._falcon, self._parts.slow_senders)
        return self._raw

    def path_id(self, name: str, text: str) -> str:
        """The id in the path, in its canonical spelling."""
        if not UUID_TEXT.fullmatch(text):
            raise Invalid.one(name, "not_uuid")
        return text.lower()

    @property
    def request_key(self) -> RequestKey | None:
        """Under which key this is asked for; the body has to be read before."""
        key = self._idempotency_key()
        return None if key is None else RequestKey(key=key, fingerprint=self._fingerprint())

    def change(self, work: Work) -> Answer:
        """Perform a change through the one door for changes; a dry run tells it only."""
        if (failure := self._falcon.env.get(FAILURE)) is not None:
            raise failure
        key = self._idempotency_key()
        if self._is_dry_run:
            return self._rehearsed(work)
        change = ChangeRequest(
            caller=self.caller,
            idempotency_key=key,
            fingerprint="" if key is None else self._fingerprint(),
            refuse=lambda error: refusal(error, self.language),
        )
        answer, replayed = self._parts.changes.perform(change, work)
        self._falcon.context.replayed = replayed
        return answer

    @property
    def _is_dry_run(self) -> bool:
        return isinstance(self._query, WriteQuery) and self._query.dry_run

    def _rehearsed(self, work: Work) -> Answer:
        answered, rehearsed = self._parts.changes.rehearse(self.caller, work)
        told = _ENCODER.encode(rehearsal_body(rehearsed, self.language))
        return Answer(answered.status, told, answered.tag, media_type=DRY_RUN_TYPE)

    def _idempotency_key(self) -> str | None:
        key = self._falcon.get_header("Idempotency-Key")
        if key is None:
            return None
        if not key:
            raise Invalid.one("Idempotency-Key", "key_empty")
        if len(key) > LONGEST_IDEMPOTENCY_KEY:
            raise Invalid.one("Idempotency-Key", "key_too_long")
        return key

    def _fingerprint(self) -> str:
        """The same for the same request; keyed, since bodies can hold passwords."""
        told = (
            self._falcon.method,
            self._falcon.path,
            self._falcon.query_string,
            sorted(self.caller.precondition.tags or ()),
            self._raw or b"",
        )
        key = self._parts.box.signing_key("fingerprint")
        return hmac.new(key, _ENCODER.encode(told), "sha256").hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that is sent as it is made, so that its size is no matter."""

    name: str
    chunks: Iterator[bytes]
    media_type: str = "text/csv; charset=utf-8"


def answer(body: object, *, tag: str | None = None) -> Answer:
    return Answer(200, _ENCODER.encode(body), tag)


def operation(
    scope: Scope, query: type[Shape] | None = None
) -> Callable[
    [Callable[Concatenate[R, Request, P], Answer | Download]],
    Callable[Concatenate[R, falcon.Request, falcon.Response, P], None],
]:
    """Mark a responder: admit the caller, check the query string, render the answer.

    The order is part of the contract: 401 before 403 before 429 before 400. What changes something
    can be tried with `dry_run`, unless it is marked with another query.
    """

    def marked(
        responder: Callable[Concatenate[R, Request, P], Answer | Download],
    ) -> Callable[Concatenate[R, falcon.Request, falcon.Response, P], None]:
        changes = scope is not Scope.READ and responder.__name__ != "on_get"
        shape = query or (WriteQuery if changes else NoQuery)

        @functools.wraps(responder)
        def respond(
            self: R, req: falcon.Request, resp: falcon.Response, *args: P.args, **path: P.kwargs
        ) -> None:
            found = _identify(self.parts, req)
            _admit(self.parts, resp, found.caller, scope)
            asked = Request(req, read_query(req.query_string, shape), found, self.parts)
            _render(req, resp, responder(self, asked, *args, **path))

        return respond  # type: ignore[return-value]  # mypy reads wraps() as naming the parameters

    return marked


def request_id_of(env: Mapping[str, Any], now: Millis) -> str:
    """The one that was brought along, if it can be put into a header and a log; or a new one."""
    wanted = env.get("HTTP_X_REQUEST_ID") or ""
    usable = 0 < len(wanted) <= _REQUEST_ID_CHARS and wanted.isascii() and wanted.isprintable()
    return wanted if usable else new_id(now)


def precondition_of(env: Mapping[str, Any]) -> Precondition:
    if_match = env.get("HTTP_IF_MATCH")
    return ANY_REVISION if if_match is None else Precondition(tags_in(if_match))


def _identify(parts: Parts, req: falcon.Request) -> Found:
    headers = req.env
    context = req.context
    arrival = Arrival(context.arrived_at, context.request_id, precondition_of(headers))
    authorization = headers.get("HTTP_AUTHORIZATION")
    try:
        found = parts.callers.identify(authorization, arrival)
    except Unauthorized:
        if authorization is None:
            raise
        source = parts.strangers.source_of(req.remote_addr, headers.get("HTTP_X_FORWARDED_FOR"))
        req.context.stranger = source
        raise parts.strangers.turn_away(source) from None
    req.context.caller = found.caller
    return found


def _admit(parts: Parts, resp: falcon.Response, caller: Caller, scope: Scope) -> None:
    caller.require(scope)
    verdict = parts.limits.take(caller.organization_id)
    if verdict.headers:
        resp.set_headers(verdict.headers)
    if verdict.wait_ms:
        raise RateLimited(verdict.wait_ms)


def _render(req: falcon.Request, resp: falcon.Response, told: Answer | Download) -> None:
    if isinstance(told, Download):
        resp.content_type = told.media_type
        resp.set_header("Content-Disposition", f'attachment; filename="{told.name}"')
        resp.stream = told.chunks
        return
    resp.status = told.status
    if req.context.replayed:
        resp.set_header("Idempotency-Replayed", "true")
    if told.tag is not None:
        resp.set_header("ETag", f'"{told.tag}"')
        wanted = req.env.get("HTTP_IF_NONE_MATCH") if req.method == "GET" else None
        if wanted is not None and tags_in(wanted) & {told.tag, "*"}:
            resp.status = 304
            return
    resp.content_type = told.media_type
    resp.data = told.body
