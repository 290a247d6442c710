"""The SDK and the contract hold the same operations, fields and answers, both ways."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect

from dialplane.client import errors
from dialplane.client.wire import OPTIONS, tried
from parts import contract, sdk
from parts.contract import resolved
from parts.sdk import Method

OPTION_OF_HEADER = {
    "X-Request-Id": "request_id",
    "Accept-Language": "language",
    "Idempotency-Key": "idempotency_key",
    "If-Match": "if_match",
    "If-None-Match": "if_none_match",
}
RENAMED = {"request_id": "of_request"}
# The client's own; they do not travel.
OF_THE_CLIENT = {"timeout_s"}

DRY_RUN = "dry_run"
"""Not a field of a method: `client.dry_run` has all of them."""

EACH_METHOD = pytest.mark.parametrize("method", [*sdk.methods()], ids=str)


def test_every_operation_has_a_method() -> None:
    promised = {(each.method.upper(), each.path): each.id for each in contract.operations()}
    known = {each.operation for each in sdk.methods()}

    missing = [id_ for operation, id_ in promised.items() if operation not in known]
    assert not missing, f"give them a method in src/dialplane/client/groups: {missing}"
    assert known <= promised.keys()


@EACH_METHOD
def test_it_takes_the_fields_of_its_operation(method: Method) -> None:
    operation = _operation(method)
    query = set(operation.parameters_in("query")) - {DRY_RUN}
    body = set(_properties(operation.body_schema)) if operation.takes_body else set()

    # A query parameter that is called like an option has another name here.
    query = {RENAMED.get(name, name) for name in query}

    assert method.fields == (query | body) or method.name == "events.follow"
    assert not query & body, "a field would have two places to go"


@EACH_METHOD
def test_it_takes_the_headers_of_its_operation(method: Method) -> None:
    headers = set(_operation(method).parameters_in("header"))
    promised = {OPTION_OF_HEADER[name] for name in headers}

    assert method.options <= promised | OF_THE_CLIENT | {"language"}
    assert promised <= method.options | {"request_id"}


@EACH_METHOD
def test_it_sends_each_field_to_its_place(method: Method) -> None:
    operation = _operation(method)

    assert method.call.query.keys() <= operation.parameters_in("query").keys()
    assert (method.call.body is not None) == operation.takes_body


@EACH_METHOD
def test_what_changes_something_takes_a_key(method: Method) -> None:
    takes_key = "Idempotency-Key" in _operation(method).parameters_in("header")

    assert method.call.changes == takes_key


@EACH_METHOD
def test_its_answer_has_the_fields_of_the_contract(method: Method) -> None:
    response = _operation(method).response(200)
    assert response is not None
    content = response["content"]
    if "application/json" not in content:
        assert method.call.answer is str
        return

    differences = list(
        _differences(inspect.type_info(method.call.answer), content["application/json"]["schema"])
    )

    assert not differences, f"src/dialplane/client/models: {differences}"


@EACH_METHOD
def test_what_has_a_dry_run_can_be_tried(method: Method) -> None:
    operation = _operation(method)
    response = operation.response(200) or {}

    assert method.call.tries == (DRY_RUN in operation.parameters_in("query"))
    for media_type, content in response["content"].items():
        if "dry-run" in media_type:
            trial = inspect.type_info(tried(method.call).answer)
            assert not list(_differences(trial, content["schema"]))


def test_every_code_has_its_error() -> None:
    promised = set(contract.document()["components"]["schemas"]["ErrorCode"]["enum"])

    assert set(errors.BY_CODE) == promised


def test_no_option_is_called_like_a_field() -> None:
    fields = {
        name
        for each in contract.operations()
        for name in [
            *each.parameters_in("query"),
            *(_properties(each.body_schema) if each.takes_body else ()),
        ]
    }

    assert fields & OPTIONS == RENAMED.keys()


def _operation(method: Method) -> contract.Operation:
    verb, path = method.operation
    return next(e for e in contract.operations() if (e.method.upper(), e.path) == (verb, path))


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = resolved(schema).get("properties", {})
    return found


def _differences(known: inspect.Type, schema: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where a model and its schema disagree about fields and nulls, all the way down."""
    told = resolved(schema)
    if _may_be_null(told) and not _takes_null(known):
        yield f"{at} may be null"
    if _types(told) == ["null"]:
        return
    told, known = _without_null(told), _without_none(known)
    if isinstance(known, inspect.StructType):
        mine = {field.encode_name: field.type for field in known.fields}
        theirs = told.get("properties", {})
        yield from (f"{at}.{name}" for name in mine.keys() ^ theirs.keys())
        for name in mine.keys() & theirs.keys():
            yield from _differences(mine[name], theirs[name], f"{at}.{name}")
    elif isinstance(known, inspect.VarTupleType) and "items" in told:
        yield from _differences(known.item_type, told["items"], f"{at}[]")


def _may_be_null(schema: dict[str, Any]) -> bool:
    kinds = [schema, *map(resolved, schema.get("anyOf", []))]
    return any("null" in _types(each) for each in kinds)


def _types(schema: dict[str, Any]) -> list[str]:
    type_ = schema.get("type", [])
    return [type_] if isinstance(type_, str) else list(type_)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = [each for each in map(resolved, schema.get("anyOf", [])) if _types(each) != ["null"]]
    return kinds[0] if len(kinds) == 1 else schema


def _takes_null(known: inspect.Type) -> bool:
    kinds = known.types if isinstance(known, inspect.UnionType) else (known,)
    return any(isinstance(each, inspect.NoneType | inspect.AnyType) for each in kinds)


def _without_none(known: inspect.Type) -> inspect.Type:
    if not isinstance(known, inspect.UnionType):
        return known
    return next(each for each in known.types if not isinstance(each, inspect.NoneType))
