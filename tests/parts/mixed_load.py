"""Clients that want something and go on asking, with one Idempotency-Key, until they are answered.

Each number has one client, so what the API has to show in the end is known to the last field.
"""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from builders import AGENT, NUMBERS, PURCHASE, REGISTER, path_of

PATIENCE_S = 180
MAPPINGS = ({"agent_id": AGENT, "agent_version": "current"}, None)


class NeverAnswered(AssertionError):
    """Somebody was not answered within all patience."""


@dataclass
class Sender:
    """Sends a change until it is answered; counts how often that took more than once."""

    url: str
    token: str
    stopping: threading.Event
    acknowledged: int = 0
    repeated: int = 0

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=self.url, timeout=20)

    def another(self) -> "Sender":
        """For somebody else, with connections of its own."""
        return Sender(self.url, self.token, self.stopping)

    def close(self) -> None:
        self._http.close()

    def change(self, key: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        headers = {"authorization": f"Bearer {self.token}", "idempotency-key": key}
        for turn in itertools.count():
            answer = self._tried(method, path, headers, body)
            if answer is not None:
                self.acknowledged += 1
                self.repeated += turn > 0
                return answer
            if time.monotonic() > deadline:
                raise NeverAnswered(f"{method} {path} under {key}")
            time.sleep(0.05)
        raise AssertionError

    def _tried(
        self, method: str, path: str, headers: dict[str, str], body: Any
    ) -> dict[str, Any] | None:
        try:
            answer = self._http.request(method, path, headers=headers, json=body)
        except httpx.TransportError:
            return None
        told: dict[str, Any] = answer.json()
        if answer.status_code == httpx.codes.OK:
            return told
        code = told["error"]["code"]
        assert code in {"UNAVAILABLE", "IDEMPOTENCY_IN_PROGRESS"}, f"{path}: {told}"
        return None

    def all_of(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        cursor: str | None = ""
        while cursor is not None:
            asked = {**query, "limit": 100, **({"cursor": cursor} if cursor else {})}
            page = self._read(path, asked)
            yield from page["items"]
            cursor = page["next_cursor"]

    def _read(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Wait while the database comes back."""
        headers = {"authorization": f"Bearer {self.token}"}
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                answer = self._http.get(path, params=asked, headers=headers)
                if answer.status_code == httpx.codes.OK:
                    page: dict[str, Any] = answer.json()
                    return page
            time.sleep(0.05)
        raise NeverAnswered(f"GET {path}")


@dataclass
class Keeper:
    """Takes one number after the other, changes each a few times and gives some of them back.

    `lines` are ids to buy; every other number is brought along. `kept` is what each number has to
    look like in the end, `noted` every memo it ever had.
    """

    name: str
    sender: Sender
    lines: Iterator[str]
    random: random.Random
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    noted: list[str] = field(default_factory=list)

    def work(self) -> None:
        for turn in itertools.count():
            if self.sender.stopping.is_set():
                return
            number = self._acquired(turn)
            for step in range(self.random.randint(1, 4)):
                self._changed(number, f"{self.name}-{turn}-{step}")

    def _acquired(self, turn: int) -> str:
        key = f"{self.name}-{turn}"
        if turn % 2:
            order = {"number": f"0705{self.name}{turn:06}", "address": "203.0.113.10"}
            told = self.sender.change(key, "POST", REGISTER, order)
        else:
            told = self.sender.change(key, "POST", PURCHASE, {"id": next(self.lines)})
        self.kept[told["id"]] = told
        return str(told["id"])

    def _changed(self, number: str, key: str) -> None:
        if self.kept[number]["cancel_requested_at"] is None:
            how = self.random.choice([self._note, self._remap, self._remap, self._give_back])
            how(number, key)

    def _note(self, number: str, key: str) -> None:
        self.kept[number] = self.sender.change(key, "PATCH", path_of(number), {"memo": key})
        self.noted.append(key)

    def _remap(self, number: str, key: str) -> None:
        body = {"inbound_agent": self.random.choice(MAPPINGS)}
        path = path_of(number, "/agent")
        self.kept[number] = self.sender.change(key, "PATCH", path, body)

    def _give_back(self, number: str, key: str) -> None:
        told = self.sender.change(key, "DELETE", path_of(number))
        self.kept[number]["end_at"] = told["effective_at"]
        self.kept[number]["cancel_requested_at"] = True


@dataclass
class Findings:
    """What was acknowledged, and what of it is missing, there twice or half done."""

    acknowledged: int
    repeated: int
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.twice or self.half)


STATUSES = ("active", "scheduled", "cancel_requested", "expired")
SHOWN = ("memo", "inbound_agent", "number", "provider", "monthly_fee", "end_at")


def findings(keepers: list[Keeper], sender: Sender, *, others: frozenset[str]) -> Findings:
    """Hold what the API shows in the end against what it acknowledged on the way.

    `others` are the digits of numbers that are no keeper's.
    """
    found = Findings(
        acknowledged=sum(keeper.sender.acknowledged for keeper in keepers),
        repeated=sum(keeper.sender.repeated for keeper in keepers),
    )
    kept = {number: told for keeper in keepers for number, told in keeper.kept.items()}
    everything = sender.all_of(NUMBERS, status=STATUSES)
    shown = {each["id"]: each for each in everything if each["number"] not in others}
    found.lost += [number for number in kept if number not in shown]
    found.twice += [number for number in shown if number not in kept]
    for number, told in kept.items():
        if number in shown:
            found.lost += _differences(told, shown[number])
    _compare_events(found, kept, keepers, list(sender.all_of("/x/v1/events")))
    _compare_ledger(found, kept, list(sender.all_of("/x/v1/ledger")))
    return found


def _differences(told: dict[str, Any], shown: dict[str, Any]) -> Iterator[str]:
    given_back = told["cancel_requested_at"] is not None
    if given_back != (shown["cancel_requested_at"] is not None):
        yield f"{told['id']}: given back {given_back}"
    for name in SHOWN:
        if told[name] != shown[name]:
            yield f"{told['id']}: {name} is {shown[name]!r}, was acknowledged as {told[name]!r}"


def _compare_events(
    found: Findings,
    kept: dict[str, dict[str, Any]],
    keepers: list[Keeper],
    events: list[dict[str, Any]],
) -> None:
    """Each acquisition, each memo and each cancellation stands in the feed once."""
    seen = Counter(_mark(event) for event in events)
    wanted = {("memo", memo) for keeper in keepers for memo in keeper.noted}
    wanted |= {("acquired", number) for number in kept}
    wanted |= {
        ("given back", number)
        for number, told in kept.items()
        if told["cancel_requested_at"] is not None
    }
    found.half += [f"not in the feed: {mark}" for mark in wanted if not seen[mark]]
    found.twice += [f"{seen[mark]} x {mark}" for mark in wanted if seen[mark] > 1]


def _mark(event: dict[str, Any]) -> tuple[str, str]:
    number = str(event["resource"]["id"])
    match event["type"]:
        case "number.purchased" | "number.registered":
            return ("acquired", number)
        case "number.cancel_requested" | "number.expired":
            return ("given back", number)
        case "number.updated" if "memo" in event["changes"]:
            return ("memo", str(event["changes"]["memo"]["after"]))
    return (event["type"], event["id"])


def _compare_ledger(
    found: Findings, kept: dict[str, dict[str, Any]], entries: list[dict[str, Any]]
) -> None:
    bought = {number: told for number, told in kept.items() if told["provider"] == "vox"}
    paid = Counter(
        entry["organization_telephone_number_id"]
        for entry in entries
        if entry["cause"] == "purchase"
    )
    found.half += [f"not paid for: {number}" for number in bought if not paid[number]]
    found.twice += [f"paid {paid[number]} x: {number}" for number in bought if paid[number] > 1]
    if sum(entry["amount"] for entry in entries) != sum(
        told["monthly_fee"] for told in bought.values()
    ):
        found.half.append("the ledger's sum is not the sum of the fees")
