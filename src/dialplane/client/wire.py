"""A request before anybody sends it: described once, sent by either transport."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Generic, TypedDict, TypeVar
from urllib.parse import quote

import msgspec

from dialplane.client.models.dry_runs import DryRun
from dialplane.client.models.model import Model

OMIT: Final = msgspec.UNSET
"""Leaves a field out, as not naming it does; None sends `null`, which clears it."""
Omit = msgspec.UnsetType

T_co = TypeVar("T_co", covariant=True)

Instant = int | datetime
"""Unix milliseconds, or a datetime that knows its time zone."""


class Reading(TypedDict, total=False):
    """What every request may carry besides its own fields."""

    request_id: str
    language: str
    timeout_s: float


class Cached(Reading, total=False):
    """`if_none_match`: what you have of it; given a model, it comes back if nothing changed."""

    if_none_match: Model | str


class Writing(Reading, total=False):
    """`idempotency_key`: your own name for this intention, which then happens once at most."""

    idempotency_key: str


class Guarded(Writing, total=False):
    """`if_match`: change it only if it is still what you have read: the model, or its ETag."""

    if_match: Model | str


Fields = dict[str, Any]

OPTIONS: Final = frozenset(Guarded.__annotations__) | frozenset(Cached.__annotations__)


@dataclass(frozen=True, slots=True)
class Place:
    """A path of the contract, and the ids that go into it."""

    template: str
    ids: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        filled = self.template
        for id_ in self.ids:
            # An empty id would make another request of it: `list` of `get`.
            if not id_:
                raise ValueError(f"{self.template} needs an id; an empty one was given.")
            start, end = filled.index("{"), filled.index("}")
            filled = filled[:start] + quote(id_, safe="") + filled[end + 1 :]
        return filled


def at(template: str, *ids: str) -> Place:
    return Place(template, ids)


@dataclass(frozen=True, slots=True)
class File:
    """A body that is sent as it is."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T_co]):
    """One request, and what its answer is read as; `str` is the text as it came.

    `changes` tells that sending it twice may do something twice, `tries` that the server can tell
    what it would do without doing it.
    """

    method: str
    place: Place
    answer: type[T_co]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    file: File | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    changes: bool = False
    tries: bool = False
    accepts: Collection[int] = ()


def get(
    answer: type[T_co], place: Place, fields: Mapping[str, Any], *, accepts: Collection[int] = ()
) -> Call[T_co]:
    """Read something; `accepts` are error statuses that carry an answer all the same."""
    query, options = _parted(fields)
    return Call(
        method="GET", place=place, answer=answer, query=query, options=options, accepts=accepts
    )


def ask(
    answer: type[T_co], place: Place, fields: Mapping[str, Any], *, query: Collection[str] = ()
) -> Call[T_co]:
    """A question that takes a body; the fields that `query` names go there instead."""
    own, options = _parted(fields)
    return Call(
        method="POST",
        place=place,
        answer=answer,
        query={name: value for name, value in own.items() if name in query},
        body={name: value for name, value in own.items() if name not in query},
        options=options,
    )


def post(
    answer: type[T_co], place: Place, fields: Mapping[str, Any], *, tries: bool = True
) -> Call[T_co]:
    return replace(ask(answer, place, fields), changes=True, tries=tries)


def upload(answer: type[T_co], place: Place, file: File, fields: Mapping[str, Any]) -> Call[T_co]:
    return replace(post(answer, place, fields), body=None, file=file)


def patch(
    answer: type[T_co], place: Place, fields: Mapping[str, Any], *, tries: bool = True
) -> Call[T_co]:
    return replace(post(answer, place, fields, tries=tries), method="PATCH")


def delete(
    answer: type[T_co], place: Place, fields: Mapping[str, Any], *, tries: bool = True
) -> Call[T_co]:
    return replace(post(answer, place, fields, tries=tries), method="DELETE", body=None)


def tried(call: Call[Any]) -> Call[DryRun]:
    """The same, only to hear what it would do."""
    if not call.tries:
        raise ValueError(f"{call.method} {call.place.template} has no dry run.")
    query = {**call.query, "dry_run": True}
    return replace(call, query=query, answer=DryRun, changes=False)


def _parted(fields: Mapping[str, Any]) -> tuple[Fields, Fields]:
    """What the operation is told, and how the request is made."""
    given = {name: _in_ms(value) for name, value in fields.items() if value is not OMIT}
    return (
        {name: value for name, value in given.items() if name not in OPTIONS},
        {name: value for name, value in given.items() if name in OPTIONS},
    )


def _in_ms(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone; datetime.now(UTC) has one.")
    return int(value.timestamp() * 1000)
