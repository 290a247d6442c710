"""Error handling and bookkeeping around the routes: one WSGI application."""

import time
from typing import TYPE_CHECKING, Any

import falcon

from dialplane.api.alterations import AlterAtOnce
from dialplane.api.annex import Annex
from dialplane.api.daybook import Note
from dialplane.api.errors import InternalError, MethodNotAllowed, refusal
from dialplane.api.guards import FOR_EVERYBODY, guarded
from dialplane.api.look_up import LookUp
from dialplane.api.parts import Parts
from dialplane.api.requests import request_id_of
from dialplane.api.routes import mount
from dialplane.api.short_way import Answer, ShortWay
from dialplane.domain.errors import (
    DomainError,
    Invalid,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
)
from dialplane.domain.languages import language_of
from dialplane.logs import log

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment


_OK = 200


def create_app(parts: Parts) -> "Application":
    app = without_routes(parts)
    mount(app, parts)
    return app


def without_routes(parts: Parts) -> "Application":
    app = Application(parts)
    app.add_error_handler(DomainError, answer_refusal)
    app.add_error_handler(falcon.HTTPError, answer_framework_error)
    app.add_error_handler(Exception, answer_broken)
    return app


class Application(falcon.App[falcon.Request, falcon.Response]):
    """Falcon's, with short ways for what is asked most, and an annex."""

    annex: Annex | None = None

    def __init__(self, parts: Parts) -> None:
        super().__init__(
            middleware=[Bookkeeping(parts)], response_type=guarded(hsts_s=parts.hsts_s)
        )
        self._parts = parts
        self._look_up = LookUp(parts)
        self._alter_at_once = AlterAtOnce(parts)
        self._short_ways: dict[str, ShortWay] = {}

    def shorten(self, path: str, answer: Answer) -> None:
        """Let `answer` have what is posted there before it goes the long way."""
        self._short_ways[path] = ShortWay(self._parts, path, answer)

    def __call__(
        self, env: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        way = self._short_ways.get(env["PATH_INFO"], self._look_up)
        answered = way(env, start_response)
        if answered is None and env["REQUEST_METHOD"] == "PATCH":
            answered = self._alter_at_once(env, start_response)
        if answered is not None:
            return answered
        if self.annex is not None and self.annex.is_asked(env["PATH_INFO"]):
            return self.annex(env, start_response)
        return super().__call__(env, start_response)


class Bookkeeping:
    """Gives every request an id, a log line and its place in the metrics."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        context = req.context
        context.began = time.perf_counter()
        context.arrived_at = self._parts.clock()
        context.caller = None
        context.replayed = False
        context.stranger = None
        context.nothing_to_tell = False
        context.request_id = request_id_of(req.env, context.arrived_at)
        resp.set_header("X-Request-Id", context.request_id)
        if req.path.startswith("//"):
            raise NotFound  # the router would take it for the path with one slash

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: object, req_succeeded: object
    ) -> None:
        del resource, req_succeeded
        context = req.context
        caller = context.caller
        seconds = time.perf_counter() - context.began
        status = resp.status_code
        if req.uri_template is None and status == _OK:
            resp.set_header("Cache-Control", FOR_EVERYBODY)  # a file, of those that come with us
        self._parts.daybook.enter(
            Note(
                context.arrived_at + int(seconds * 1000),
                req.method,
                req.uri_template or "unknown",
                status,
                seconds,
                context.request_id,
                caller.organization_id if caller else None,
                caller.key_id if caller else None,
                context.stranger,
                # A dialer asks several times a second, mostly to hear that there is nothing to do.
                context.nothing_to_tell and status == _OK,
            )
        )


def answer_refusal(
    req: falcon.Request, resp: falcon.Response, error: DomainError, params: dict[str, Any]
) -> None:
    del params
    told = refusal(error, language_of(req.get_header("Accept-Language")))
    resp.status = told.status
    resp.content_type = falcon.MEDIA_JSON
    resp.data = told.body
    if isinstance(error, Unauthorized):
        resp.set_header("WWW-Authenticate", "Bearer")
    if isinstance(error, RateLimited):
        resp.set_header("Retry-After", str(-(-error.retry_after_ms // 1000)))
    if isinstance(error, Unavailable):
        resp.set_header("Retry-After", "1")


def answer_framework_error(
    req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError, params: dict[str, Any]
) -> None:
    """Give what Falcon itself refuses the one envelope all errors have."""
    if isinstance(error, falcon.HTTPMethodNotAllowed):
        resp.set_headers(error.headers or {})
        answer_refusal(req, resp, MethodNotAllowed(), params)
    elif isinstance(error, falcon.HTTPRouteNotFound):
        answer_refusal(req, resp, NotFound(), params)
    else:
        answer_refusal(req, resp, Invalid.one("request", error.title or "bad request"), params)


def answer_broken(
    req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]
) -> None:
    """Tell the operator everything and the caller an id to ask the operator about."""
    log.error("broken", request_id=req.context.request_id, exc_info=error)
    answer_refusal(req, resp, InternalError(req.context.request_id), params)
