"""Asking a supplier over HTTP, so that every way it can go wrong has a name."""

import time
from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec

from dialplane.suppliers.supplier import InDoubt, NotReached

LONGEST_ANSWER: Final = 8 * 1024 * 1024
_TOO_MANY: Final = 429
_OK: Final = range(200, 300)
_BROKEN: Final = 500


class Reply(msgspec.Struct, frozen=True):
    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        return self.status in _OK


class SupplierHttp:
    """One account over HTTP; no question takes longer than `timeout_s`, however it is dragged."""

    def __init__(self, url: str, token: str, *, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._http = httpx.Client(
            base_url=url,
            headers={"authorization": f"Bearer {token}", "accept": "application/json"},
            timeout=timeout_s,
            # A connection kept may be closed from the other side just as an order goes out over it,
            # and then nobody would know whether it arrived.
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
    ) -> Reply:
        """Ask, and tell apart what was not heard from what may have been.

        Raises:
            NotReached: it was not heard, or turned away at the door.
            InDoubt: it may have been heard; the answer was lost, late, broken or no answer.
        """
        try:
            with self._http.stream(method, path, params=query, json=body) as response:
                status, text = response.status_code, self._whole(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as failure:
            raise NotReached(type(failure).__name__) from failure
        except httpx.HTTPError as failure:
            raise InDoubt(type(failure).__name__) from failure
        if status == _TOO_MANY:
            raise NotReached("HTTP 429")
        if status >= _BROKEN:
            raise InDoubt(f"HTTP {status}")
        return Reply(status, _object_in(text))

    def _whole(self, response: httpx.Response) -> bytes:
        deadline = time.monotonic() + self._timeout_s
        text = bytearray()
        for chunk in response.iter_bytes():
            text += chunk
            if len(text) > LONGEST_ANSWER or time.monotonic() > deadline:
                raise InDoubt("an answer without end")
        return bytes(text)


def _object_in(text: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text or b"{}", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        raise InDoubt("an answer that is no JSON object") from broken
