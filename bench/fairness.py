"""Before anything is measured: every peer gives the same answers to the same questions."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import islice
from typing import Any

from bench import rows
from bench.asking import NUMBERS, Request
from bench.rows import World
from bench.serving import NotServing, Server

LONGEST_TALE = 5
OK = 200
# What may differ: when a change was made, the id of what was bought, how a cursor is written.
FREE = {"updated_at": 0, "next_cursor": ""}
FREE_WHEN_BOUGHT = FREE | {"id": "", "number": "", "start_at": 0, "created_at": 0}


def require_proof(server: Server, request: Request, proof: str) -> None:
    """See that an answer is the one that is to be measured.

    Raises:
        NotServing: with what it is instead.
    """
    _, raw = _answer(server, request)
    if proof.encode() not in raw:
        raise NotServing(f"{request.path} does not answer {proof}, but {raw[:500]!r}")


def ask(server: Server, request: Request) -> tuple[int, Any]:
    status, raw = _answer(server, request)
    return status, json.loads(raw) if status == OK else None


def _answer(server: Server, request: Request) -> tuple[int, bytes]:
    # A server may have to finish first with what it was asked before.
    connection = HTTPConnection("127.0.0.1", server.stand.port, timeout=300)
    headers = {"Authorization": f"Bearer {request.token}"} if request.token else {}
    if request.body:
        headers["Content-Type"] = "application/json"
    connection.request(request.method, request.path, request.body or None, headers)
    answer = connection.getresponse()
    raw = answer.read()
    connection.close()
    return answer.status, raw


def told(server: Server, request: Request) -> tuple[int, Any]:
    """The answer with everything that may differ made equal."""
    status, body = ask(server, request)
    free = FREE_WHEN_BOUGHT if request.method == "POST" else FREE
    if isinstance(body, dict):
        body |= {name: blank for name, blank in free.items() if body.get(name) is not None}
    return status, body


def strangers(world: World) -> Iterator[Request]:
    """What every peer has to refuse: no key, an unknown one, somebody else's number."""
    number = 1
    path = f"{NUMBERS}/{world.number_id(number)}"
    yield Request("GET", path, "")
    yield Request("GET", path, rows.token(rows.ORGANIZATIONS))
    yield Request("GET", path, rows.token(rows.BIG))
    yield Request("GET", f"{NUMBERS}/{rows.organization_id(0)}", rows.token(rows.BIG))


def require_same_answers(
    ours: Server, theirs: Server, pairs: Iterator[tuple[Request, Request]]
) -> None:
    """Ask both; of a pair the first request is for us, the second for them.

    Raises:
        NotServing: with the first answer that is not the same.
    """
    for for_us, for_them in pairs:
        expected, heard = told(ours, for_us), told(theirs, for_them)
        if expected != heard:
            told_apart = islice(differences("", list(expected), list(heard)), LONGEST_TALE)
            raise NotServing(
                f"{theirs.peer.name} does not answer {for_them.method} {for_them.path} as we do:\n"
                + "\n".join(told_apart)
            )


def differences(place: str, expected: Any, heard: Any) -> Iterator[str]:
    """Where two answers differ, in words."""
    if isinstance(expected, dict) and isinstance(heard, dict):
        for name in expected | heard:
            yield from differences(f"{place}.{name}", expected.get(name), heard.get(name))
    elif isinstance(expected, list) and isinstance(heard, list) and len(expected) == len(heard):
        for index, pair in enumerate(zip(expected, heard, strict=True)):
            yield from differences(f"{place}.{index}", *pair)
    elif expected != heard:
        yield f"  {place or 'the answer'}: we say {expected!r:.200}, they say {heard!r:.200}"
