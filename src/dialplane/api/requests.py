"""One request on its way through: who asks, what was asked, and how it is answered."""

import functools
import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Concatenate, ParamSpec, TypeVar

import falcon
import msgspec

from dialplane.api.bodies import read_body, read_bytes
from dialplane.api.callers import tags_in
from dialplane.api.errors import refusal
from dialplane.api.parts import Parts
from dialplane.api.queries import NoQuery, read_query
from dialplane.api.shapes import UUID_TEXT, Shape
from dialplane.api.wording import Language, language_of
from dialplane.domain.callers import ANY_REVISION, Caller, Precondition, Scope
from dialplane.domain.errors import Invalid, RateLimited
from dialplane.operations.changes import Answer, ChangeRequest
from dialplane.store.database import Writer

P = ParamSpec("P")
S = TypeVar("S", bound=Shape)
LONGEST_IDEMPOTENCY_KEY = 255

_ENCODER = msgspec.json.Encoder()


class Resource:
    """One path; its responders are marked with `operation`."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts


R = TypeVar("R", bound=Resource)


class Request:
    """An admitted request: its key, scope and query string are in order."""

    def __init__(
        self, falcon_request: falcon.Request, query: Shape, caller: Caller, parts: Parts
    ) -> None:
        self._falcon = falcon_request
        self._query = query
        self._parts = parts
        self._raw: bytes | None = None
        self.caller = caller

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

    def _bytes(self) -> bytes:
        if self._raw is None:
            self._raw = read_bytes(self._falcon)
        return self._raw

    def path_id(self, name: str, text: str) -> str:
        """The id in the path, in its canonical spelling."""
        if not UUID_TEXT.fullmatch(text):
            raise Invalid.one(name, "not_uuid")
        return text.lower()

    def change(self, work: Callable[[Writer], Answer]) -> Answer:
        """Perform a change through the one door for changes."""
        key = self._idempotency_key()
        change = ChangeRequest(
            caller=self.caller,
            idempotency_key=key,
            fingerprint="" if key is None else self._fingerprint(),
            refuse=lambda error: refusal(error, self.language),
        )
        answer, replayed = self._parts.changes.perform(change, work)
        self._falcon.context.replayed = replayed
        return answer

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


def answer(body: object, *, tag: str | None = None) -> Answer:
    return Answer(200, _ENCODER.encode(body), tag)


def operation(
    scope: Scope, query: type[Shape] = NoQuery
) -> Callable[
    [Callable[Concatenate[R, Request, P], Answer]],
    Callable[Concatenate[R, falcon.Request, falcon.Response, P], None],
]:
    """Mark a responder: admit the caller, check the query string, render the answer.

    The order is part of the contract: 401 before 403 before 429 before 400.
    """

    def marked(
        responder: Callable[Concatenate[R, Request, P], Answer],
    ) -> Callable[Concatenate[R, falcon.Request, falcon.Response, P], None]:
        @functools.wraps(responder)
        def respond(
            self: R, req: falcon.Request, resp: falcon.Response, *args: P.args, **path: P.kwargs
        ) -> None:
            caller = _admit(self.parts, req, resp, scope)
            asked = Request(req, read_query(req.query_string, query), caller, self.parts)
            _render(req, resp, responder(self, asked, *args, **path))

        return respond  # type: ignore[return-value]  # mypy reads wraps() as naming the parameters

    return marked


def _admit(parts: Parts, req: falcon.Request, resp: falcon.Response, scope: Scope) -> Caller:
    caller = parts.callers.identify(req.get_header("Authorization"), now=parts.clock())
    if_match = req.get_header("If-Match")
    caller = replace(
        caller,
        precondition=ANY_REVISION if if_match is None else Precondition(tags_in(if_match)),
        request_id=req.context.request_id,
    )
    req.context.caller = caller
    caller.require(scope)
    verdict = parts.limits.take(caller.organization_id)
    resp.set_headers(verdict.headers)
    if verdict.wait_ms:
        raise RateLimited(verdict.wait_ms)
    return caller


def _render(req: falcon.Request, resp: falcon.Response, told: Answer) -> None:
    resp.status = told.status
    if req.context.get("replayed"):
        resp.set_header("Idempotency-Replayed", "true")
    if told.tag is not None:
        resp.set_header("ETag", f'"{told.tag}"')
        wanted = req.get_header("If-None-Match") if req.method == "GET" else None
        if wanted is not None and tags_in(wanted) & {told.tag, "*"}:
            resp.status = 304
            return
    resp.content_type = told.media_type
    resp.data = told.body
