"""A client of the API that holds every answer it hears against the contract."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import falcon
import httpx
from falcon import testing

from parts import contract
from parts.contract import JSON, Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request as it goes out."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


Send = Callable[[Sent], Answer]


def in_process(app: "falcon.App[falcon.Request, falcon.Response]") -> Send:
    """Straight into the application, through WSGI and its validator."""

    def send(sent: Sent) -> Answer:
        result = testing.simulate_request(
            app,
            sent.method,
            sent.path,
            query_string=sent.query,
            headers=dict(sent.headers),
            body=sent.body,
        )
        headers = {name.lower(): value for name, value in result.headers.items()}
        return Answer(status=result.status_code, headers=headers, body=result.content)

    return send


def over_network(http: httpx.Client) -> Send:
    """To a server that runs."""

    def send(sent: Sent) -> Answer:
        url = sent.path + ("?" + sent.query if sent.query else "")
        got = http.request(sent.method, url, headers=dict(sent.headers), content=sent.body)
        headers = {name.lower(): value for name, value in got.headers.items()}
        return Answer(status=got.status_code, headers=headers, body=got.content)

    return send


class Client:
    """Speaks with one key, or with none."""

    def __init__(self, send: Send, headers: Mapping[str, str] | None = None) -> None:
        self.send = send
        self._headers = dict(headers or {})

    @property
    def authorization(self) -> str | None:
        return self._headers.get("authorization")

    def through(self, send: Send) -> "Client":
        """The same client, talking to something else."""
        return Client(send, self._headers)

    def sending(self, **headers: str) -> "Client":
        """The same client with further headers: `sending(if_match='"1-active"')`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client(self.send, self._headers | named)

    def without(self, header: str) -> "Client":
        kept = {name: value for name, value in self._headers.items() if name != header}
        return Client(self.send, kept)

    def get(self, path: str, **query: object) -> Answer:
        return self.request("GET", path, query=query)

    def post(self, path: str, body: object = None) -> Answer:
        return self.request("POST", path, body)

    def patch(self, path: str, body: object = None) -> Answer:
        return self.request("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        return self.request("DELETE", path)

    def request(self, method: str, path: str, body: object = None, *, query: Any = None) -> Answer:
        """Bytes go out as they are, everything else as JSON; lists in the query are repeated.

        A body is sent as what the operation takes.
        """
        path, _, text = path.partition("?")
        sent = Sent(method=method, path=path, query=text, headers=self._headers)
        if query:
            sent = replace(sent, query=urlencode(query, doseq=True))
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            operation = contract.find(method, path)
            media_type = (operation.media_type if operation else None) or JSON
            sent = replace(sent, body=raw, headers={"content-type": media_type} | self._headers)
        answer = self.send(sent)
        contract.check(method, path, answer)
        return answer
