"""What contract/openapi.yaml promises, and whether an answer keeps it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOCUMENT = Path(__file__).parents[2] / "contract" / "openapi.yaml"
JSON = "application/json"
METHODS = ("get", "post", "put", "patch", "delete")

NOT_BUILT: set[str] = set()
"""Operations that stand in the document before the code; a test keeps the list honest."""

# Promised in info.description for every operation, and not repeated at each.
ANYWHERE = {500: ["INTERNAL_ERROR"], 503: ["UNAVAILABLE"]}
ALWAYS_ALLOWED = {
    "allow",
    "cache-control",
    "connection",  # between two machines, and no business of the application
    "transfer-encoding",  # likewise
    "content-length",
    "content-type",
    "content-security-policy",
    "date",
    "referrer-policy",
    "retry-after",
    "server",
    "x-content-type-options",
    "x-request-id",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "ratelimit-policy",
}
_URI = "urn:dialplane:contract"


class BrokenPromise(AssertionError):
    """An answer is not what the contract says."""


class Promise(NamedTuple):
    """One thing a caller may hear: an operation, a status and, for errors, the code."""

    operation: str
    status: int
    code: str = ""

    def __str__(self) -> str:
        return f"{self.operation} {self.status} {self.code}".rstrip()


SEEN: set[Promise] = set()
"""What this process has heard so far; merged over processes by `parts.promises`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])

    @property
    def details(self) -> dict[str, Any]:
        details: dict[str, Any] = self.json["error"]["details"]
        return details

    @property
    def fields(self) -> list[str]:
        """The names of everything that was wrong."""
        return [wrong["field"] for wrong in self.details["fields"]]

    @property
    def etag(self) -> str:
        return self.headers["etag"]

    @property
    def replayed(self) -> bool:
        return "idempotency-replayed" in self.headers


def _is_whole(_checker: object, instance: object) -> bool:
    """Clients in other languages do not read 1.0 as an integer."""
    return isinstance(instance, int) and not isinstance(instance, bool)


Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
)
FORMATS = FormatChecker()


@FORMATS.checks("int64")
def _is_int64(instance: object) -> bool:
    return not isinstance(instance, int) or -(2**63) <= instance < 2**63


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the document, with what its path has for all of its methods."""

    id: str
    method: str
    path: str
    node: dict[str, Any] = field(repr=False)
    parameters: list[dict[str, Any]] = field(repr=False)

    def __str__(self) -> str:
        return self.id

    @property
    def scope(self) -> str | None:
        """None for what everybody may read."""
        return self.node.get("x-scope")

    @property
    def needs_key(self) -> bool:
        return self.node.get("security") != []

    @property
    def path_names(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    def parameters_in(self, place: str) -> dict[str, dict[str, Any]]:
        return {each["name"]: each for each in self.parameters if each["in"] == place}

    @property
    def example_path(self) -> str:
        """The path with the ids that stand everywhere in the document."""
        path = self.path
        for name, parameter in self.parameters_in("path").items():
            path = path.replace("{" + name + "}", str(parameter["example"]))
        return path

    @property
    def media_type(self) -> str | None:
        """What a body is sent as, None when the operation takes none."""
        content = self.node.get("requestBody", {}).get("content", {})
        return next(iter(content), None)

    @property
    def takes_body(self) -> bool:
        return self.media_type == JSON

    @property
    def takes_file(self) -> bool:
        return self.media_type not in (None, JSON)

    @property
    def needs_body(self) -> bool:
        return bool(self.media_type and self.node["requestBody"].get("required"))

    @cached_property
    def examples(self) -> dict[str, Any]:
        """The bodies that have to be accepted, by name; those of files as bytes."""
        if self.media_type is None:
            return {}
        content = self.node["requestBody"]["content"][self.media_type]
        values = {name: resolved(each)["value"] for name, each in content["examples"].items()}
        if self.takes_file:
            return {name: value.encode() for name, value in values.items()}
        return values

    @property
    def example_body(self) -> Any:
        """A body that is accepted, None when the operation takes none."""
        return self.examples.get("minimal")

    @cached_property
    def body_schema(self) -> dict[str, Any]:
        return resolved(self.node["requestBody"]["content"][self.media_type]["schema"])

    def response(self, status: int) -> dict[str, Any] | None:
        found = self.node["responses"].get(str(status))
        return None if found is None else resolved(found)

    def promises(self) -> Iterator[Promise]:
        """Everything a caller may hear from this operation."""
        for status in map(int, self.node["responses"]):
            response = self.response(status)
            for code in (response or {}).get("x-codes", [""]):
                yield Promise(self.id, status, code)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\{\w+\\}", "[^/]*", re.escape(self.path)))


@cache
def document() -> dict[str, Any]:
    # The loader in C takes a tenth of the time; it comes with every wheel.
    loaded: dict[str, Any] = yaml.load(DOCUMENT.read_bytes(), yaml.CSafeLoader)
    return loaded


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """The node itself, or what it refers to."""
    while "$ref" in node:
        found: Any = document()
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of the document, in its order."""
    return tuple(
        Operation(
            id=node["operationId"],
            method=method,
            path=path,
            node=node,
            parameters=[
                resolved(each)
                for each in [*item.get("parameters", []), *node.get("parameters", [])]
            ],
        )
        for path, item in document()["paths"].items()
        for method, node in item.items()
        if method in METHODS and node["operationId"] not in NOT_BUILT
    )


def find(method: str, path: str) -> Operation | None:
    """The operation a request is for; a path without blanks goes before one with."""
    found = [each for each in operations() if each.pattern.fullmatch(path)]
    plainest = min((each.path.count("{") for each in found), default=0)
    for each in found:
        if each.path.count("{") == plainest and each.method == method.lower():
            return each
    return None


def every_promise() -> set[Promise]:
    return {promise for operation in operations() for promise in operation.promises()}


def check(method: str, path: str, answer: Answer) -> None:
    """Hold an answer against the document and remember what was heard.

    Raises:
        BrokenPromise: with all that is wrong.
    """
    operation = find(method, path)
    faults = [*_faults(operation, answer)] if method != "HEAD" else []
    if faults:
        told = "\n  ".join(faults)
        said = answer.body[:2000].decode(errors="replace")
        name = operation or "no operation"
        raise BrokenPromise(f"{method} {path} ({name}) {answer.status}:\n  {told}\n{said}")
    if operation is not None and operation.response(answer.status) is not None:
        SEEN.add(Promise(operation.id, answer.status, _code(operation, answer)))


def _code(operation: Operation, answer: Answer) -> str:
    response = operation.response(answer.status) or {}
    return answer.code if "x-codes" in response else ""


def _faults(operation: Operation | None, answer: Answer) -> Iterator[str]:
    if not answer.headers.get("x-request-id"):
        yield "no X-Request-Id"
    if operation is None:
        if answer.status not in (404, 405):
            yield "a path or method outside the contract answers something"
        yield from _error_faults(answer, ["NOT_FOUND", "METHOD_NOT_ALLOWED"])
        return
    response = operation.response(answer.status)
    if response is None:
        if answer.status in ANYWHERE:
            yield from _error_faults(answer, ANYWHERE[answer.status])
        else:
            yield f"{answer.status} is not promised"
        return
    yield from _header_faults(operation, response, answer)
    yield from _body_faults(operation, response, answer)
    if "x-codes" in response:
        yield from _error_faults(answer, response["x-codes"])


def _header_faults(operation: Operation, response: dict[str, Any], answer: Answer) -> Iterator[str]:
    promised = {name.lower(): resolved(each) for name, each in response.get("headers", {}).items()}
    for name, header in promised.items():
        if name in answer.headers:
            value = _header_value(answer.headers[name], header["schema"])
            for error in Validator(header["schema"], format_checker=FORMATS).iter_errors(value):
                yield f"header {name}: {error.message}"
        elif header.get("required"):
            yield f"header {name} is missing"
    allowed = ALWAYS_ALLOWED | set(promised)
    if "Idempotency-Key" in operation.parameters_in("header"):
        allowed |= {"idempotency-replayed"}
    for name in set(answer.headers) - allowed:
        yield f"header {name} is not promised"


def _header_value(text: str, schema: dict[str, Any]) -> object:
    return int(text) if schema.get("type") == "integer" and text.isdecimal() else text


def _body_faults(operation: Operation, response: dict[str, Any], answer: Answer) -> Iterator[str]:
    content = response.get("content")
    if content is None:
        if answer.body:
            yield "a body where none is promised"
        return
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip()
    if media_type not in content:
        yield f"media type {media_type!r} is not promised"
    elif media_type.endswith("json"):
        yield from _json_faults(_schema_of(operation, answer.status, media_type), answer.body)


def _schema_of(operation: Operation, status: int, media_type: str) -> str:
    """Where the schema of an answer stands."""
    node, pointer = operation.node["responses"][str(status)], ""
    if "$ref" in node:
        pointer = node["$ref"]
    else:
        path = operation.path.replace("~", "~0").replace("/", "~1")
        pointer = f"#/paths/{path}/{operation.method}/responses/{status}"
    return f"{pointer}/content/{media_type.replace('/', '~1').replace('+', '%2B')}/schema"


def _json_faults(pointer: str, body: bytes) -> Iterator[str]:
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique)
    except ValueError as error:
        yield f"the body is no JSON: {error}"
        return
    for error in validator(pointer).iter_errors(value):
        yield f"{error.json_path}: {error.message[:300]}"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


@cache
def validator(pointer: str) -> Any:
    """Judges values by the schema at `pointer` of the document."""
    resource = DRAFT202012.create_resource(document())
    registry: Registry[Any] = Registry().with_resource(_URI, resource)
    return Validator({"$ref": _URI + pointer}, registry=registry, format_checker=FORMATS)


def fits(schema: dict[str, Any], value: object) -> bool:
    """Whether a value is what a schema without references asks for."""
    return bool(Validator(schema, format_checker=FORMATS).is_valid(value))


def _error_faults(answer: Answer, codes: list[str]) -> Iterator[str]:
    faults = [*_json_faults("#/components/schemas/ErrorEnvelope", answer.body)]
    yield from faults
    if not faults and answer.code not in codes:
        yield f"code {answer.code} is not promised with this status"
