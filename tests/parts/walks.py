"""Ways through the whole contract: which operations, and every place inside a body."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Final

import pytest

from builders import NUMBER
from parts.contract import Operation, fits, operations, resolved

Place = tuple[str | int, ...]
"""The way into a body: names of fields and positions in lists."""

ON_ONE_ENGINE: Final = pytest.mark.parametrize("engine", ["sqlite"])
"""For refusals that depend on nothing the database says."""


def needs_key(operation: Operation) -> bool:
    return operation.needs_key


def takes_body(operation: Operation) -> bool:
    return operation.takes_body


def names_something(operation: Operation) -> bool:
    return bool(operation.path_names)


def takes_header(name: str) -> Callable[[Operation], bool]:
    return lambda operation: name in operation.parameters_in("header")


def every_operation(*which: Callable[[Operation], bool]) -> pytest.MarkDecorator:
    """Run a test for each operation that is all of this."""
    chosen = [each for each in operations() if all(is_so(each) for is_so in which)]
    return pytest.mark.parametrize("operation", chosen, ids=str)


def every_example() -> pytest.MarkDecorator:
    """Run a test for each body of each operation that has to be accepted."""
    return pytest.mark.parametrize(
        ("operation", "example"),
        [
            pytest.param(operation, name, id=f"{operation}-{name}")
            for operation in operations()
            for name in operation.examples
        ],
    )


def values_of(parameter: dict[str, Any]) -> list[Any]:
    """Its example, all values of one that has few, the ends of a range, else one that fits."""
    schema = item_schema(parameter)
    if "example" in parameter:
        return [parameter["example"]]
    if "enum" in schema:
        return list(schema["enum"])
    if schema.get("type") == "boolean":
        return ["true", "false"]
    if "minimum" in schema:
        return [schema["minimum"], schema.get("maximum", schema["minimum"] + 1)]
    if parameter["name"] == "cursor":
        return [""]
    candidates = (NUMBER, "current", "a:b", "1")
    return [next(each for each in candidates if fits(schema, each))]


def item_schema(parameter: dict[str, Any]) -> dict[str, Any]:
    """What one value of a parameter has to be."""
    schema = resolved(parameter["schema"])
    return resolved(schema["items"]) if schema.get("type") == "array" else schema


def closed_places(schema: dict[str, Any], value: Any, place: Place = ()) -> Iterator[Place]:
    """Each object inside `value` to which the contract lets nobody add a field."""
    schema = resolved(schema)
    if isinstance(value, dict) and schema.get("additionalProperties") is False:
        yield place
    for inner, item, step in _inner(schema, value):
        yield from closed_places(inner, item, place + step)


def _inner(schema: dict[str, Any], value: Any) -> Iterator[tuple[dict[str, Any], Any, Place]]:
    for word in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(word, []):
            yield branch, value, ()
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield inner, value[name], (name,)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield schema["items"], item, (index,)


def changed_at(value: Any, place: Place, change: dict[str, Any]) -> Any:
    """A copy of a body with fields added to the object at `place`."""
    copy = deepcopy(value)
    inner = copy
    for step in place:
        inner = inner[step]
    inner.update(change)
    return copy
