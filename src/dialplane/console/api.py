"""The public API, asked in this process, through its WSGI entrance and with the visitor's key."""

import io
import sys
import time
from collections.abc import Mapping
from dataclasses import field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from dialplane.domain.frozen import dataclass

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

_JSON: Final = "application/json"
_TWIN_PATIENCE: Final = 40
_TWIN_PAUSE_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """On whose behalf the API is asked."""

    key: str = field(repr=False)
    language: str
    request_id: str
    address: str
    forwarded_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the API said to a request it granted."""

    json: Any
    tag: str | None


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A field the API did not accept, and why, in the visitor's language."""

    field: str
    reason: str


@dataclass
class Refused(Exception):
    """The API said no; its message is meant for people."""

    status: int
    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)
    retry_after: str | None = None

    @property
    def faults(self) -> list[FieldFault]:
        told = self.details.get("fields", [])
        return [FieldFault(each["field"], each["reason"]) for each in told]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What makes repeating a change harmless, and what it must not overwrite."""

    once: str | None = None
    if_match: str | None = None


ANYHOW: Final = Conditions()


class Api:
    """Asks as one visitor."""

    def __init__(self, application: "WSGIApplication", visitor: Visitor) -> None:
        self._application = application
        self._visitor = visitor

    def get(self, path: str, **query: object) -> Any:
        """The JSON of an answer.

        Raises:
            Refused: any other answer than 200.
        """
        return self.read(path, **query).json

    def read(self, path: str, **query: object) -> Answer:
        """The same, with the tag a later change can insist on."""
        given = {name: value for name, value in query.items() if value not in (None, "", [])}
        return self._ask("GET", path, query=urlencode(given, doseq=True))

    def file(self, path: str) -> bytes:
        """An answer that is a file and not JSON.

        Raises:
            Refused: any other answer than 200.
        """
        return self._heard(self._environ("GET", path, "", b""))[1]

    def post(self, path: str, body: object = None, conditions: Conditions = ANYHOW) -> Any:
        return self._change("POST", path, {} if body is None else body, conditions)

    def patch(self, path: str, body: object, conditions: Conditions = ANYHOW) -> Any:
        return self._change("PATCH", path, body, conditions)

    def delete(self, path: str, conditions: Conditions = ANYHOW) -> Any:
        return self._change("DELETE", path, None, conditions)

    def rehearse(self, method: str, path: str, body: object = None) -> Any:
        """What a change would do; nothing of it is done.

        Raises:
            Refused: the change would be refused.
        """
        return self._ask(method, path, query="dry_run=true", body=body).json

    def _change(self, method: str, path: str, body: object, conditions: Conditions) -> Any:
        headers = {}
        if conditions.once:
            headers["HTTP_IDEMPOTENCY_KEY"] = conditions.once
        if conditions.if_match:
            headers["HTTP_IF_MATCH"] = f'"{conditions.if_match}"'
        for _ in range(_TWIN_PATIENCE):
            try:
                return self._ask(method, path, body=body, headers=headers).json
            except Refused as refused:
                # The first of two clicks is still under way: its answer is the answer to both.
                if refused.code != "IDEMPOTENCY_IN_PROGRESS":
                    raise
                time.sleep(_TWIN_PAUSE_S)
        return self._ask(method, path, body=body, headers=headers).json

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        raw = b"" if body is None else msgspec.json.encode(body)
        environ = self._environ(method, path, query, raw) | dict(headers or {})
        told, text = self._heard(environ)
        return Answer(json=msgspec.json.decode(text), tag=_tag(told))

    def _heard(self, environ: "WSGIEnvironment") -> tuple[dict[str, str], bytes]:
        status, told, text = _answered(self._application, environ)
        if status != HTTPStatus.OK:
            raise _refused(status, told, text)
        return told, text

    def _environ(self, method: str, path: str, query: str, body: bytes) -> "WSGIEnvironment":
        visitor = self._visitor
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "console",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": visitor.address,
            "HTTP_HOST": "console",
            "HTTP_AUTHORIZATION": f"Bearer {visitor.key}",
            "HTTP_ACCEPT_LANGUAGE": visitor.language,
            "HTTP_X_REQUEST_ID": visitor.request_id,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if visitor.forwarded_for:
            environ["HTTP_X_FORWARDED_FOR"] = visitor.forwarded_for
        if body:
            environ |= {"CONTENT_TYPE": _JSON, "CONTENT_LENGTH": str(len(body))}
        return environ


def _answered(
    application: "WSGIApplication", environ: "WSGIEnvironment"
) -> tuple[int, dict[str, str], bytes]:
    heard: dict[str, Any] = {}

    def start_response(
        status: str, headers: list[tuple[str, str]], _failure: object = None, /
    ) -> Any:
        heard.update(status=status, headers=headers)

    chunks = application(environ, start_response)
    try:
        text = b"".join(chunks)
    finally:
        if close := getattr(chunks, "close", None):
            close()
    told = {name.lower(): value for name, value in heard["headers"]}
    return int(heard["status"].split(" ", 1)[0]), told, text


def _refused(status: int, told: Mapping[str, str], text: bytes) -> Refused:
    error = msgspec.json.decode(text)["error"]
    return Refused(
        status=status,
        code=error["code"],
        message=error["message"],
        details=error["details"],
        retry_after=told.get("retry-after"),
    )


def _tag(told: Mapping[str, str]) -> str | None:
    tag = told.get("etag")
    return None if tag is None else tag.removeprefix("W/").strip('"')
