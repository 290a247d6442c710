"""Conformance finds a server that breaks a promise, and finds nothing on one that keeps them.

The server is our own; a transport in front of it breaks one promise at a time.
"""

import json
from collections.abc import Callable
from typing import Any, Final

import httpx
import pytest

from builders import AGENT, NUMBERS, a_line, an_agent, an_id, numbers
from dialplane.domain.numbers import AgentMapping
from dialplane.elsewhere.conformance import examined
from dialplane.elsewhere.findings import Subject, Verdict
from dialplane.elsewhere.pace import Pace
from dialplane.elsewhere.server import V3Server
from dialplane.elsewhere.shapes import Shapes
from parts.walks import ON_ONE_ENGINE
from parts.world import ACME_TOKEN, World

pytestmark = ON_ONE_ENGINE

Body = Any
Tamper = Callable[[httpx.Request, int, Body], tuple[int, Body]]


class Tampering(httpx.BaseTransport):
    """Passes requests on, and changes what comes back."""

    def __init__(self, world: World, tamper: Tamper) -> None:
        self._to = httpx.WSGITransport(app=world.app)
        self._tamper = tamper

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._to.handle_request(request)
        body = json.loads(b"".join(answer.stream))
        status, told = self._tamper(request, answer.status_code, body)
        return httpx.Response(status, json=told)


def honest(_request: httpx.Request, status: int, body: Body) -> tuple[int, Body]:
    return status, body


@pytest.fixture
def furnished(world: World) -> World:
    mapped = AgentMapping(agent_id=AGENT, agent_version="v1")
    world.given(an_agent(last_version=1), *numbers(3, memo="x", inbound_agent=mapped))
    world.given(an_agent(id=an_id(7)), a_line(), a_line(id=an_id(8), number="07011113333"))
    return world


def findings(
    world: World, tamper: Tamper = honest, *, tolerant: bool = True, writes: bool = True
) -> dict[str, str]:
    """What is broken: what was checked, and what was told about it."""
    pace = Pace((), sleep=lambda _seconds: None)
    transport = Tampering(world, tamper)
    with V3Server("http://elsewhere/v3/", ACME_TOKEN, pace, transport=transport) as server:
        subject = Subject(server=server, shapes=Shapes(tolerant=tolerant))
        found = list(examined(subject, writes=writes))
    assert len(found) > 30
    return {each.checked: each.told for each in found if each.verdict is Verdict.BROKEN}


def test_our_own_server_keeps_every_promise(furnished: World) -> None:
    assert findings(furnished, tolerant=False) == {}


def test_reading_is_all_it_does_unless_told_otherwise(furnished: World) -> None:
    methods = set()

    def noted(request: httpx.Request, status: int, body: Body) -> tuple[int, Body]:
        methods.add(request.method)
        return status, body

    findings(furnished, noted, writes=False)

    assert methods == {"GET"}


def test_what_it_wrote_it_puts_back(furnished: World) -> None:
    before = furnished.acme.get(NUMBERS).json["items"]

    findings(furnished)

    after = furnished.acme.get(NUMBERS).json["items"]
    assert [each | {"updated_at": 0} for each in after] == [
        each | {"updated_at": 0} for each in before
    ]


def each_number(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Tamper:
    """Every number that goes by, changed."""

    def tamper(_request: httpx.Request, status: int, body: Body) -> tuple[int, Body]:
        if "provider" in body and "start_at" in body:
            return status, change(body)
        if isinstance(body.get("items"), list):
            items = [change(each) if "start_at" in each else each for each in body["items"]]
            return status, {**body, "items": items}
        return status, body

    return tamper


def errors(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Tamper:
    def tamper(_request: httpx.Request, status: int, body: Body) -> tuple[int, Body]:
        return (status, {"error": change(body["error"])}) if "error" in body else (status, body)

    return tamper


def turned(old: int, new: int) -> Tamper:
    return lambda _request, status, body: (new if status == old else status, body)


def accepting(*parts: str) -> Tamper:
    """Takes what it should refuse: requests with this in their query or body."""

    def tamper(request: httpx.Request, status: int, body: Body) -> tuple[int, Body]:
        told = request.url.query.decode() + request.read().decode()
        if status == 400 and any(part == told or (part and part in told) for part in parts):
            return 200, {"items": [], "total_count": 0, "next_cursor": None}
        return status, body

    return tamper


class WithoutPaging:
    """Every page is the first one."""

    def __init__(self) -> None:
        self._first: dict[str, Body] = {}

    def __call__(self, request: httpx.Request, status: int, body: Body) -> tuple[int, Body]:
        query = request.url.query.decode()
        if "cursor=" in query and status == 200:
            return status, self._first[request.url.path]
        if "limit=1" in query and "items" in body:
            self._first[request.url.path] = body
        return status, body


def renamed(body: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if name == old else name: value for name, value in body.items()}


PLANTED: Final = [
    pytest.param(
        each_number(lambda n: {k: v for k, v in n.items() if k != "memo"}),
        "the sixteen fields, in their order",
        id="a field is missing",
    ),
    pytest.param(
        each_number(lambda n: dict(reversed(n.items()))),
        "the sixteen fields, in their order",
        id="the fields are in another order",
    ),
    pytest.param(
        each_number(lambda n: {**n, "start_at": str(n["start_at"])}),
        "status and shape",
        id="an instant is text",
    ),
    pytest.param(
        each_number(lambda n: {**n, "auth_username": "x"}), "no credentials", id="a login is told"
    ),
    pytest.param(
        each_number(lambda n: {**n, "status": "expired"}),
        "without status only active ones",
        id="expired numbers are listed",
    ),
    pytest.param(
        each_number(lambda n: {**n, "provider": "vox"}),
        "provider=custom gives only those",
        id="a filter is ignored",
    ),
    pytest.param(WithoutPaging(), "pages of one item go on where the last one ended", id="paging"),
    pytest.param(
        lambda _r, s, b: (s, {**b, "items": b["items"][::-1]} if "items" in b else b),
        "newest first",
        id="lists are the wrong way round",
    ),
    pytest.param(
        lambda _r, s, b: (s, renamed(b, "total_count", "total")),
        "status and shape of a page",
        id="a page without its count",
    ),
    pytest.param(turned(401, 403), "no key: 401", id="403 for no key"),
    pytest.param(turned(404, 410), "an id of nothing: 404", id="410 for what never was"),
    pytest.param(turned(400, 422), "limit=101: 400", id="422 for a bad parameter"),
    pytest.param(accepting("limit=0"), "limit=0: 400", id="limit=0 is taken"),
    pytest.param(accepting("limit=101"), "limit=101: 400", id="limit=101 is taken"),
    pytest.param(accepting("status%5B%5D"), "status[]=active: 400", id="status[] is taken"),
    pytest.param(
        accepting("colour=red"),
        "an unknown parameter: 400 with the known ones",
        id="an unknown parameter is taken",
    ),
    pytest.param(
        errors(lambda e: {**e, "details": {}}),
        "an unknown parameter: 400 with the known ones",
        id="the known parameters are not told",
    ),
    pytest.param(
        errors(lambda e: {**e, "code": e["code"].lower()}), "no key: 401", id="codes in lower case"
    ),
    pytest.param(
        errors(lambda e: renamed(e, "message", "text")), "no key: 401", id="another envelope"
    ),
    pytest.param(accepting("{}"), "an empty object: 400", id="an empty PATCH is taken"),
    pytest.param(
        accepting('"colour":"red"'), "an unknown field: 400", id="an unknown field is taken"
    ),
    pytest.param(accepting('"v0"'), "a selector that is none: 400", id="v0 is taken"),
    pytest.param(
        lambda r, s, b: (s, {**b, "memo": "x"} if r.method == "PATCH" and "memo" in b else b),
        "null clears",
        id="a memo is never cleared",
    ),
]


@pytest.mark.parametrize(("tamper", "checked"), PLANTED)
def test_a_planted_difference_is_found(furnished: World, tamper: Tamper, checked: str) -> None:
    broken = findings(furnished, tamper)

    assert checked in broken
    assert broken[checked]


def test_further_fields_are_let_be_unless_asked_to_be_strict(furnished: World) -> None:
    more = each_number(lambda number: {**number, "sms_inbound_agent": None})

    assert findings(furnished, more) == {}
    assert "status and shape" in findings(furnished, more, tolerant=False)


def test_a_server_with_nothing_in_it_is_examined_as_far_as_it_goes(world: World) -> None:
    assert findings(world) == {}


def test_a_server_that_says_wait_is_given_that_long(furnished: World) -> None:
    slept: list[float] = []
    busy = [429, 503]

    def hurried(_r: httpx.Request, status: int, body: Body) -> tuple[int, Body]:
        return (busy.pop(), body) if busy else (status, body)

    transport = Tampering(furnished, hurried)
    pace = Pace((), sleep=slept.append)
    with V3Server("http://elsewhere", ACME_TOKEN, pace, transport=transport) as server:
        assert server.get(NUMBERS).status == 200

    assert slept == [1.0, 2.0]
