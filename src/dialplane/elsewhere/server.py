"""A v3 server over HTTP, asked at its pace; answers come as they are, whatever they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import httpx
import msgspec

from dialplane.elsewhere.pace import Pace

_TRIES: Final = 6
_TIMEOUT_S: Final = 30.0
_LONGEST_WAIT_S: Final = 120.0
_TOO_MANY: Final = 429
_PASSING: Final = frozenset({502, 503, 504})

Query = Sequence[tuple[str, str]]


class NoAnswer(Exception):  # named for what happened
    """The server does not answer, or only that it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came back; `body` is None unless it is JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any
    raw: bytes

    @property
    def code(self) -> str | None:
        """The code of an error, None for anything else."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        code = error.get("code") if isinstance(error, dict) else None
        return code if isinstance(code, str) else None


class V3Server:
    """One server and one key; waits where it is told to."""

    def __init__(
        self,
        url: str,
        key: str | None,
        pace: Pace,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/").removesuffix("/v3")
        self._key = key
        self._pace = pace
        self._http = httpx.Client(base_url=self.url, timeout=_TIMEOUT_S, transport=transport)
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def get(self, path: str, query: Query = (), *, key: str | None = "") -> Heard:
        """Read something, with another key or, for None, without one."""
        return self.ask("GET", path, query=query, key=key)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Query = (),
        key: str | None = "",
    ) -> Heard:
        """Ask until there is an answer that is more than "not now".

        Raises:
            NoAnswer: there is none.
        """
        key = self._key if key == "" else key
        request = self._http.build_request(
            method,
            path,
            params=list(query),
            headers={} if key is None else {"authorization": f"Bearer {key}"},
            json=body,
        )
        for attempt in range(1, _TRIES + 1):
            heard = self._send(request)
            if heard is not None and heard.status not in _PASSING | {_TOO_MANY}:
                return heard
            if attempt < _TRIES:
                self._pace.sleep(_pause_s(heard, attempt))
        told = "nothing" if heard is None else f"HTTP {heard.status}"
        raise NoAnswer(f"{method} {self.url}{path}: {told}, {_TRIES} times")

    def _send(self, request: httpx.Request) -> Heard | None:
        self._pace.wait()
        self.requests += 1
        try:
            answer = self._http.send(request)
        except httpx.TransportError:
            return None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Heard(
            status=answer.status_code,
            headers=headers,
            body=_json(answer.content),
            raw=answer.content,
        )


def _json(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _pause_s(heard: Heard | None, attempt: int) -> float:
    """As long as the server says, else twice as long as before."""
    asked = "" if heard is None else heard.headers.get("retry-after", "")
    if asked.isdecimal():
        return min(float(asked), _LONGEST_WAIT_S)
    return float(2 ** (attempt - 1))
