"""The operations of the SDK, found by looking, and what each of them sends."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from dialplane.client import Dialplane
from dialplane.client.grouping import Following, Group, Listing, Operation
from dialplane.client.wire import OPTIONS, Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of one group, as `numbers.get`."""

    name: str
    call: Call[Any]
    fields: frozenset[str]
    options: frozenset[str]

    def __str__(self) -> str:
        return self.name

    @property
    def operation(self) -> tuple[str, str]:
        return self.call.method, self.call.place.template


def groups() -> dict[str, Group[Any]]:
    with Dialplane(api_key="nobody's") as client:
        return {name: each for name, each in vars(client).items() if isinstance(each, Group)}


def methods() -> Iterator[Method]:
    for noun, group in groups().items():
        for name, found in vars(type(group)).items():
            if isinstance(found, Operation | Listing | Following):
                yield _method(f"{noun}.{name}", group, found.describe)


def _method(name: str, group: Group[Any], describe: Any) -> Method:
    parameters = list(inspect.signature(describe).parameters.values())[1:]
    given = {
        each.name: each.name
        for each in parameters
        if each.kind is not inspect.Parameter.VAR_KEYWORD and each.default is each.empty
    }
    described = describe(group, **given)
    call = described[0] if isinstance(described, tuple) else described
    named = frozenset(_named(describe, parameters))
    return Method(
        name=name,
        call=call,
        fields=named - OPTIONS | (call.body or {}).keys(),
        options=named & OPTIONS,
    )


def _named(describe: Any, parameters: list[inspect.Parameter]) -> Iterator[str]:
    """What the keyword arguments may be called; ids are positional and part of the path."""
    for each in parameters:
        if each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD and each.default is not each.empty:
            yield each.name
        if each.kind is inspect.Parameter.VAR_KEYWORD:
            typed = get_type_hints(describe)[each.name]
            yield from get_type_hints(get_args(typed)[0])
