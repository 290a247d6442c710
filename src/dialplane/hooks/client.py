"""Posting to a customer's address, and never to one of this machine or its cloud."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from dialplane.domain.frozen import dataclass
from dialplane.domain.sip_addresses import is_private_ip

LONGEST_ANSWER: Final = 64 * 1024
ACCEPTED: Final = range(200, 300)

if TYPE_CHECKING:
    import httpx


class Unreachable(Exception):
    """Nobody answered; the text is the kind of failure, which quotes no URL and so no secret."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One request as it goes out."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    status_code: int
    body: bytes = field(repr=False)

    @property
    def accepted(self) -> bool:
        return self.status_code in ACCEPTED


class HookClient:
    """Follows no redirect and reads no more than `LONGEST_ANSWER` bytes."""

    def __init__(self, *, timeout_s: float, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._timeout_s = timeout_s
        self._close: Callable[[], None] | None = None

    @cached_property
    def _http(self) -> "httpx.Client":
        # Not before somebody has a webhook: most calls are none of anybody's elsewhere.
        client: httpx.Client = _httpx().Client(
            timeout=self._timeout_s, follow_redirects=False, trust_env=False
        )
        self._close = client.close
        return client

    def post(self, letter: Letter) -> Reply:
        """Send a letter and hear the answer.

        Raises:
            Unreachable: nobody answered, or whoever would is none of a customer's.
        """
        headers = {"content-type": "application/json", **letter.headers}
        try:
            if not self._allow_private:
                _refuse_private_target(letter.url)
            with self._http.stream(
                "POST", letter.url, content=letter.body, headers=headers
            ) as response:
                return Reply(response.status_code, _start_of(response))
        except (_httpx().HTTPError, _httpx().InvalidURL, OSError, ValueError) as failure:
            raise Unreachable(type(failure).__name__) from failure

    def close(self) -> None:
        if self._close is not None:
            self._close()


class PrivateTarget(OSError):
    """A URL leads to an address of this machine, its network or its cloud's metadata."""


def _refuse_private_target(url: str) -> None:
    parts = urlsplit(url)
    found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    if any(is_private_ip(str(address[0])) for *_, address in found):
        raise PrivateTarget


def _httpx() -> Any:
    return import_module("httpx")


def _start_of(response: "httpx.Response") -> bytes:
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            break
    return body[:LONGEST_ANSWER]
