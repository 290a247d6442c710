"""The form of requests: what is accepted and what is refused, for every operation."""

import json
import re
from collections.abc import Iterator

import pytest

from builders import AGENT
from parts.contract import Answer, Operation, resolved
from parts.stages import Stage, staged
from parts.walks import (
    ON_ONE_ENGINE,
    changed_at,
    closed_places,
    every_example,
    every_operation,
    names_something,
    needs_key,
    takes_body,
    values_of,
)
from parts.world import World

LIMIT_BYTES = 64 * 1024
COMPANY = {"agent_version": f"&agent_id={AGENT}"}
"""Parameters that mean nothing without another one."""


@pytest.fixture
def stage(world: World, operation: Operation) -> Stage:
    return staged(world, operation)


class TestAccepted:
    @every_operation()
    def test_the_smallest_request_is_answered(self, stage: Stage) -> None:
        assert stage.ask().status == 200

    @every_example()
    def test_every_example_is_accepted(
        self, stage: Stage, operation: Operation, example: str
    ) -> None:
        answer = stage.ask(body=operation.examples[example])

        assert answer.status == 200, answer.body.decode()

    @every_operation()
    def test_every_value_of_a_parameter_is_accepted(
        self, stage: Stage, operation: Operation
    ) -> None:
        for name, parameter in operation.parameters_in("query").items():
            for value in values_of(parameter):
                answer = stage.ask(query=f"?{name}={value}{COMPANY.get(name, '')}")

                assert answer.status == 200, (name, value, answer.body.decode())


@ON_ONE_ENGINE
class TestUnknownNames:
    @every_example()
    def test_an_unknown_field_is_named_wherever_it_stands(
        self, stage: Stage, operation: Operation, example: str
    ) -> None:
        body = operation.examples[example]

        for place in set(closed_places(operation.body_schema, body)):
            refused = stage.ask(body=changed_at(body, place, {"colour": "red"}))

            assert (refused.status, refused.code) == (400, "VALIDATION_ERROR")
            field = ".".join(map(str, (*place, "colour")))
            assert [re.sub(r"\[(\d+)\]", r".\1", name) for name in refused.fields] == [field]
        assert stage.ask(body=body).status == 200

    @every_operation(needs_key)
    def test_an_unknown_parameter_is_named_with_those_that_are_known(
        self, stage: Stage, operation: Operation
    ) -> None:
        for query in ("colour=red", "colour", "status[]=active", "Limit=1"):
            refused = stage.ask(query=f"?{query}")

            assert (refused.status, refused.code) == (400, "VALIDATION_ERROR"), query
            assert refused.fields == [query.partition("=")[0]]
            known = sorted(operation.parameters_in("query"))
            assert refused.details["allowed_query_parameters"] == known

    @every_operation(needs_key)
    def test_parameters_that_take_one_value_are_not_repeated(
        self, stage: Stage, operation: Operation
    ) -> None:
        for name, parameter in operation.parameters_in("query").items():
            if resolved(parameter["schema"]).get("type") == "array":
                continue
            (value, *_) = values_of(parameter)
            refused = stage.ask(query=f"?{name}={value}&{name}={value}")

            assert (refused.status, refused.fields) == (400, [name])


NO_IDS = (
    "x",
    "0",
    "null",
    "07011112222",
    "01927f5e8c4a7b1e9d3f2a6b4c8d0e11",
    "{01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e11}",
    "01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e1g",
    "01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e11%0A",
    "%2001927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e11",
    "01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e1%00",
    "01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e1%D9%A1",
    "%F0%9F%99%82",
    "%FF%FE",
    "'%20OR%20'1'='1",
    "9" * 5000,
)


@ON_ONE_ENGINE
@every_operation(needs_key, names_something)
class TestIds:
    def test_what_is_no_id_is_named(self, stage: Stage, operation: Operation) -> None:
        for name, path in spoilt_paths(stage, operation, NO_IDS):
            refused = asked_at(stage, operation, path)

            assert (refused.status, refused.code) == (400, "VALIDATION_ERROR"), path
            assert refused.fields == [name]

    def test_an_escaped_slash_is_a_slash(self, stage: Stage, operation: Operation) -> None:
        for _, path in spoilt_paths(stage, operation, ("..%2F..%2Fetc", "a%2Fb%2Fc%2Fd%2Fe")):
            assert asked_at(stage, operation, path).status == 404


def spoilt_paths(
    stage: Stage, operation: Operation, spoilt: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Each id in the path replaced by each of these, with the name of its parameter."""
    steps = stage.path.split("/")
    for index, template in enumerate(operation.path.split("/")):
        if template.startswith("{"):
            for text in spoilt:
                yield template.strip("{}"), "/".join([*steps[:index], text, *steps[index + 1 :]])


def asked_at(stage: Stage, operation: Operation, path: str) -> Answer:
    body = operation.example_body if operation.needs_body else None
    return stage.client.request(operation.method.upper(), path, body)


NO_OBJECTS = {
    "half an object": b"{",
    "no JSON": b"no json",
    "single quotes": b"{'memo': 'x'}",
    "a comma too many": b'{"memo": "x",}',
    "two objects": b"{} {}",
    "a comment": b"// x\n{}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a null byte at the end": b"{}\x00",
    "broken UTF-8": b'{"memo": "\xff"}',
    "UTF-16": '{"memo": "x"}'.encode("utf-16"),
    "an array": b"[]",
    "an object in an array": b'[{"memo": "x"}]',
    "null": b"null",
    "text": b'"text"',
    "a number": b"42",
    "NaN": b"NaN",
    "thousands of brackets": b"[" * 30_000 + b"]" * 30_000,
}
JSON_TYPES = (
    "application/json; charset=utf-8",
    "Application/JSON",
    "application/json ;charset=UTF-8",
)
NO_JSON_TYPES = (
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json-patch+json",
    "application/jsonx",
    "json",
    "*/*",
)


@ON_ONE_ENGINE
@every_operation(takes_body)
class TestBodies:
    def test_what_is_no_json_object_is_refused(self, stage: Stage) -> None:
        for name, body in NO_OBJECTS.items():
            refused = stage.ask(body=body)

            assert (refused.status, refused.code) == (400, "VALIDATION_ERROR"), name
            assert refused.fields == ["body"], name

    def test_64_kib_is_the_most(self, stage: Stage) -> None:
        for size in (LIMIT_BYTES + 1, 1_000_000):
            refused = stage.ask(body=b"{" + b" " * (size - 2) + b"}")

            assert (refused.status, refused.code) == (413, "PAYLOAD_TOO_LARGE")
            assert refused.details == {"limit_bytes": LIMIT_BYTES}

    def test_and_may_be_used_up(self, stage: Stage, operation: Operation) -> None:
        text = json.dumps(operation.example_body).encode()

        assert stage.ask(body=text + b" " * (LIMIT_BYTES - len(text))).status == 200

    def test_anything_but_json_is_the_wrong_type(self, stage: Stage) -> None:
        for media_type in NO_JSON_TYPES:
            refused = stage.ask(stage.client.sending(content_type=media_type), body=b"{}")

            assert (refused.status, refused.code) == (415, "UNSUPPORTED_MEDIA_TYPE"), media_type

    def test_json_may_be_called_so_in_several_ways(
        self, stage: Stage, operation: Operation
    ) -> None:
        for media_type in JSON_TYPES:
            client = stage.client.sending(content_type=media_type)
            answer = stage.ask(client, body=operation.example_body)

            assert answer.status in (200, 409), media_type  # some can be done only once

    def test_no_body_is_no_object_where_one_is_needed(
        self, stage: Stage, operation: Operation
    ) -> None:
        answer = stage.client.request(operation.method.upper(), stage.path)

        if operation.needs_body:
            assert (answer.status, answer.fields) == (400, ["body"])
        else:
            assert answer.status == 200
