"""What is asked: files of requests, the same for every peer, in an order that looks random."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from bench import call_rows, rows
from bench.peers import cursors
from bench.peers.catalogue import (
    AVAILABLE,
    CALLS,
    EDGE_TOKEN,
    GET,
    LIST,
    MAPPING,
    PURCHASE,
)
from bench.rows import World
from dialplane.store.pages import Place

REQUESTS = 100_000
BUYERS = 4
"""How many organizations want each line, one right after the other."""

EVENTS = 10

NUMBERS = "/v3/organization-telephone-numbers"
WriteCursor = Callable[[Place], str]


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    token: str
    body: str = ""

    def __str__(self) -> str:
        return f"{self.method}\t{self.path}\t{self.token}\t{self.body}\n"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is measured; `kind` is what a peer has to be able to do for it."""

    name: str
    kind: str
    title: str
    requests: Callable[[World, WriteCursor], Iterator[Request]]
    expected: frozenset[str] = frozenset({"200"})
    proof: str = ""
    """What a right answer holds; what every peer answers is compared, this is for us alone."""
    per_s: int | None = None
    """Asked this often instead of as often as it is answered."""
    once: bool = False
    """What is asked or told again is something else: each time the calls are others."""
    calls_beside: int = 0
    """So many calls a second go from SIPp to SIPp meanwhile, on the core of the load."""

    def write(self, folder: Path, world: World, write_cursor: WriteCursor, owner: str) -> Path:
        path = folder / f"{self.name}-{owner}.requests"
        with path.open("w") as file:
            file.writelines(map(str, self.requests(world, write_cursor)))
        return path


def plain_cursor(place: Place) -> str:
    return cursors.write(place)


def _some_numbers(world: World) -> Iterator[int]:
    chance = Random(world.numbers)  # noqa: S311  # the same every time is what it is for
    for _ in range(REQUESTS):
        yield chance.randrange(world.numbers)


def _gets(world: World, _: WriteCursor) -> Iterator[Request]:
    for number in _some_numbers(world):
        token = rows.token(world.holder(number))
        yield Request("GET", f"{NUMBERS}/{world.number_id(number)}", token)


def _remaps(world: World, _: WriteCursor) -> Iterator[Request]:
    for turn, number in enumerate(_some_numbers(world)):
        if rows.is_expired(number):
            continue
        holder = world.holder(number)
        agent = rows.agent_id(holder, turn % rows.AGENTS_EACH)
        body = json.dumps({"inbound_agent": {"agent_id": agent, "agent_version": "current"}})
        path = f"{NUMBERS}/{world.number_id(number)}/agent"
        yield Request("PATCH", path, rows.token(holder), body)


def _page(part: float) -> Callable[[World, WriteCursor], Iterator[Request]]:
    """The page of 50 that begins after this part of the big organization's numbers."""

    def requests(world: World, write_cursor: WriteCursor) -> Iterator[Request]:
        path = f"{NUMBERS}?limit=50"
        held = world.numbers // 10
        skipped = int((held - 50) * part)
        if skipped:
            # Newest first: the last one before the page is `skipped` from the end.
            last = (held - skipped) * 10
            place = (rows.made_at(last, world.numbers), world.number_id(last))
            path += f"&cursor={write_cursor(place)}"
        yield Request("GET", path, rows.token(rows.BIG))

    return requests


def _available(_world: World, _: WriteCursor) -> Iterator[Request]:
    for organization in range(1000):
        yield Request("GET", "/v3/telephone-numbers/available?limit=50", rows.token(organization))


def _purchases(world: World, _: WriteCursor) -> Iterator[Request]:
    for line in range(min(world.stock, REQUESTS // BUYERS)):
        body = json.dumps({"id": world.stock_line_id(line)})
        for buyer in range(BUYERS):
            token = rows.token(1 + (line * BUYERS + buyer) % (rows.ORGANIZATIONS - 1))
            yield Request("POST", "/v3/telephone-numbers/purchase", token, body)


def _calls(world: World, _: WriteCursor) -> Iterator[Request]:
    # Among few numbers nobody but the big organization has had fifty calls.
    everybody = world.numbers >= 100 * rows.ORGANIZATIONS
    for organization in range(1000) if everybody else [rows.BIG] * 1000:
        yield Request("GET", "/v3/calls?limit=50", rows.token(organization))


def _bought(world: World) -> Iterator[int]:
    return (number for number in _some_numbers(world) if rows.is_answered(number))


def _inbound(world: World, _: WriteCursor) -> Iterator[Request]:
    for turn, number in enumerate(_bought(world)):
        body = _heard(turn, number) | {
            "call_id": _asked_id(world, turn),
            "source_port": 5060,
            "received_at": rows.FIRST_AT,
            "edge_id": "bench",
        }
        yield Request("POST", "/edge/v1/inbound", EDGE_TOKEN, json.dumps(body))


def _events(world: World, _: WriteCursor) -> Iterator[Request]:
    some = _bought(world)
    for turn in range(REQUESTS // EVENTS // 2):
        events = [_event(world, turn * EVENTS + index, next(some)) for index in range(EVENTS)]
        body = json.dumps({"edge_id": "bench", "events": events})
        yield Request("POST", "/edge/v1/events", EDGE_TOKEN, body)


def told(world: World, _: WriteCursor) -> Iterator[Request]:
    """Reports of the calls there are questions about: that they began, were answered and ended."""
    some = enumerate(_bought(world))
    for _turn in range(REQUESTS // EVENTS // 2):
        calls = list(islice(some, EVENTS))
        events = [
            _event(world, call, number) | _fate(world, type_, call)
            for type_ in ("call.started", "call.answered", "call.ended")
            for call, number in calls
        ]
        body = json.dumps({"edge_id": "bench", "events": events})
        yield Request("POST", "/edge/v1/events", EDGE_TOKEN, body)


def _fate(world: World, type_: str, turn: int) -> dict[str, object]:
    id_ = rows.stable_id(type_, turn, _asked_at(world, turn))
    return {"id": id_, "type": type_, "hung_up_by": "caller"}


def _event(world: World, turn: int, number: int) -> dict[str, object]:
    return _heard(turn, number) | {
        "id": rows.stable_id("event", turn, _asked_at(world, turn)),
        "type": "call.answered",
        "direction": "inbound",
        "organization_id": rows.organization_id(world.holder(number)),
        "number_id": world.number_id(number),
        "at": rows.FIRST_AT,
        "call_id": _asked_id(world, turn),
    }


def _asked_id(world: World, turn: int) -> str:
    return rows.stable_id("asked", turn, _asked_at(world, turn))


def _asked_at(world: World, turn: int) -> int:
    """Later than all calls there have been, one after the other, as by an edge."""
    return rows.made_at(world.numbers, world.numbers) + turn


def _heard(turn: int, number: int) -> dict[str, object]:
    return {
        "sip_call_id": f"{turn}@bench",
        "called": rows.digits_of(number),
        "caller": "01020001234",
        "source_address": call_rows.CARRIER_ADDRESS,
        "transport": "udp",
    }


# Without SIPp nothing runs beside, and the heading says nothing of it.
_CALLS_BESIDE = 50 if shutil.which("sipp") else 0
_BESIDE = f" beside {_CALLS_BESIDE} SIPp calls/s" if _CALLS_BESIDE else ""
QUESTIONS = (
    Question("get", GET, "GET by id, random numbers and keys", _gets),
    Question("list-first", LIST, "list of 50, first page", _page(0)),
    Question("list-middle", LIST, "list of 50, from the middle", _page(0.5)),
    Question("list-last", LIST, "list of 50, last page", _page(1)),
    Question("available", AVAILABLE, "lines one could buy, first 50", _available),
    Question("mapping", MAPPING, "change of a mapping", _remaps),
    Question(
        "purchase",
        PURCHASE,
        f"purchase, {BUYERS} buyers for each line",
        _purchases,
        frozenset({"200", "409"}),
    ),
    Question(
        "calls", CALLS, "list of 50 calls, random organizations", _calls, proof='"items":[{"id":'
    ),
    Question(
        "edge-calm", CALLS, "edge: who answers this call, 500/s" + _BESIDE, _inbound,
        proof='"decision":"route"', once=True, per_s=500, calls_beside=_CALLS_BESIDE,
    ),
    Question(
        "edge-rush", CALLS, "edge: who answers this call, all it takes", _inbound,
        proof='"decision":"route"', once=True,
    ),
    Question(
        "events", CALLS, f"edge: reports of calls, {EVENTS} in each batch", _events,
        proof=f'"accepted":{EVENTS}', once=True,
    ),
)  # fmt: skip
