"""From what people call a thing to its id: numbers by their digits, others by their name."""

import re
from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

from dialplane.cli.faults import Refused
from dialplane.client import AgentMapping, Dialplane, errors
from dialplane.client.groups.numbers import Status
from dialplane.client.models.numbers import Line, Number
from dialplane.domain.digits import read_digits

EVERY_STATUS: Final[tuple[Status, ...]] = ("active", "cancel_requested", "scheduled", "expired")
_NOBODY: Final = "none"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def find_number(client: Dialplane, text: str) -> Number:
    """One in service goes before one that has ended: digits may come back to their holder."""
    if is_id(text):
        return client.numbers.get(text)
    wanted = read_digits(text).canonical
    found = [each for each in _like(client, text) if read_digits(each.number).canonical == wanted]
    if not found:
        raise Refused(
            f"You hold no number {text}.", "See `dialplane numbers list --every`.", "NOT_FOUND"
        )
    places: list[str] = [*EVERY_STATUS]
    return min(found, key=lambda number: places.index(number.status))


def _like(client: Dialplane, text: str) -> Iterable[Number]:
    """Where there is no search, another server speaks /v3: all of them are read."""
    try:
        return [*client.numbers.search(q=text, limit=100)]
    except errors.NotFound:
        return client.numbers.list(status=EVERY_STATUS, limit=100)


def find_line(client: Dialplane, text: str) -> Line:
    wanted = read_digits(text).canonical
    for line in client.lines.list(limit=100):
        if text == line.id or read_digits(line.number).canonical == wanted:
            return line
    raise Refused(
        f"There is no line {text} to buy.", "See `dialplane lines search`.", "NUMBER_UNAVAILABLE"
    )


def agent_id(client: Dialplane, text: str) -> str:
    if is_id(text):
        return text
    found = _only("agent", text, client.agents.list(q=text, limit=100))
    return found.agent_id


def runtime_id(client: Dialplane, text: str) -> str:
    return text if is_id(text) else _only("runtime", text, client.runtimes.list(limit=100)).id


def mapping(client: Dialplane, text: str) -> AgentMapping | None:
    """`AGENT`, `AGENT@production`, `AGENT@v3`, or `none` for nobody."""
    if text == _NOBODY:
        return None
    name, _, version = text.rpartition("@") if "@" in text else (text, "", "")
    return AgentMapping(agent_id=agent_id(client, name), agent_version=version or "current")


def _only(kind: str, name: str, among: Iterable[N]) -> N:
    found = [each for each in among if each.name == name]
    if len(found) == 1:
        return found[0]
    many = (
        f"{len(found)} {kind}s are called {name!r}." if found else f"There is no {kind} {name!r}."
    )
    raise Refused(many, f"Use the id from `dialplane {kind}s list`.", "NOT_FOUND")
