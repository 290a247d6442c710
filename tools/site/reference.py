"""`python -m tools.site.reference`: docs/reference, one page for each group of the contract."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
METHODS = ("get", "post", "patch", "delete")
SAMPLES = {
    "uuid": "01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e11",
    "trunk_id": "ST_4fQ9xT2mKc7L",
    "version": "v1",
}

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; `parameters` are those of both."""

    method: str
    path: str
    told: Told
    parameters: list[Told]

    @property
    def anchor(self) -> str:
        return str(self.told["operationId"])

    @property
    def scope(self) -> str | None:
        return self.told.get("x-scope")


class Contract:
    """contract/openapi.yaml, with references followed."""

    def __init__(self) -> None:
        text = (ROOT / "contract" / "openapi.yaml").read_bytes()
        self.document: Told = yaml.load(text, yaml.CSafeLoader)

    def follow(self, told: Told) -> Told:
        while "$ref" in told:
            found: Any = self.document
            for part in str(told["$ref"]).removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/")]
            told = found
        return told

    def operations(self, tag: str) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                told = item.get(method)
                if told and tag in told["tags"]:
                    both = [*item.get("parameters", []), *told.get("parameters", [])]
                    parameters = [self.follow(each) for each in both]
                    yield Operation(method.upper(), path, told, parameters)


def pages() -> dict[str, str]:
    """Every reference page by its file name."""
    contract = Contract()
    tags = contract.document["tags"]
    made = {f"{tag['name']}.md": _page(contract, tag) for tag in tags}
    return {"index.md": _index(contract, tags), **made}


_HEAD = """# Reference

Every operation, with its parameters, bodies and errors. Made from
[the contract](../../contract/openapi.yaml), which the server also answers under `/openapi.json` and
lets you try under `/docs`.
"""


def _index(contract: Contract, tags: list[Told]) -> str:
    lines = [_HEAD]
    for tag in tags:
        lines += [f"## [{tag['name']}]({tag['name']}.md)", "", tag["description"], ""]
        for each in contract.operations(tag["name"]):
            target = f"{tag['name']}.md#{each.anchor}"
            lines.append(f"- [{each.method} `{each.path}`]({target}): {each.told['summary']}")
        lines.append("")
    return "\n".join(lines)


def _page(contract: Contract, tag: Told) -> str:
    parts = [f"# {tag['name']}", "", tag["description"], ""]
    for operation in contract.operations(tag["name"]):
        parts += _operation(contract, operation)
    return "\n".join(parts)


def _operation(contract: Contract, operation: Operation) -> Iterator[str]:
    told = operation.told
    scope = f", scope `{operation.scope}`" if operation.scope else ""
    yield f"## {told['summary']} {{ #{operation.anchor} }}"
    yield ""
    yield f"`{operation.method} {operation.path}`{scope}"
    yield ""
    if told.get("description"):
        yield _prose(told["description"])
        yield ""
    shown = [each for each in operation.parameters if each["in"] in {"path", "query"}]
    yield from _parameters(contract, shown)
    yield from _body(contract, told)
    yield from _example(contract, operation)
    yield from _answers(contract, told)


def _prose(text: str) -> str:
    return " ".join(text.split()) if "\n\n" not in text else text.strip()


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def _parameters(contract: Contract, parameters: list[Told]) -> Iterator[str]:
    if not parameters:
        return
    yield "| parameter | where | what it is |"
    yield "| --- | --- | --- |"
    for each in parameters:
        required = "" if each.get("required") else ", optional"
        told = [each.get("description", ""), _kind(contract, each.get("schema", {}))]
        what = _cell(" ".join(filter(None, told)))
        yield f"| `{each['name']}` | {each['in']}{required} | {what} |"
    yield ""


def _kind(contract: Contract, schema: Told) -> str:
    """What may stand there, in a few words."""
    schema = contract.follow(schema)
    values = schema.get("enum") or contract.follow(schema.get("items", {})).get("enum")
    words = [" or ".join(f"`{value}`" for value in values)] if values else []
    if "default" in schema:
        words.append(f"default `{json.dumps(schema['default'])}`".replace('"', ""))
    if "maximum" in schema:
        words.append(f"{schema.get('minimum', 0)} to {schema['maximum']}")
    return "; ".join(words)


def _body(contract: Contract, operation: Told) -> Iterator[str]:
    if "requestBody" not in operation:
        return
    content = contract.follow(operation["requestBody"])["content"]
    schema = contract.follow(next(iter(content.values())).get("schema", {}))
    properties = schema.get("properties", {})
    if not properties:
        return
    yield "| field of the body | what it is |"
    yield "| --- | --- |"
    for name, told in properties.items():
        field = contract.follow(told)
        needed = "required. " if name in schema.get("required", ()) else ""
        text = told.get("description") or field.get("description", "")
        yield f"| `{name}` | {_cell(f'{needed}{text} {_kind(contract, field)}')} |"
    yield ""


def _example(contract: Contract, operation: Operation) -> Iterator[str]:
    words = ["curl -s"]
    words += [f"-X {operation.method}"] if operation.method in {"PATCH", "DELETE"} else []
    words += ['-H "Authorization: Bearer $DIALPLANE_API_KEY"'] if operation.scope else []
    words += [f'"$DIALPLANE_URL{_filled(operation.path)}"', *_sent(contract, operation)]
    yield "```sh"
    yield " ".join(words)
    yield "```"
    yield ""


def _filled(path: str) -> str:
    def sample(match: "re.Match[str]") -> str:
        return SAMPLES.get(match[1], SAMPLES["uuid"])

    return re.sub(r"\{(\w+)\}", sample, path)


def _sent(contract: Contract, operation: Operation) -> Iterator[str]:
    if "requestBody" not in operation.told:
        if operation.method == "POST":
            yield "-X POST"
        return
    body = contract.follow(operation.told["requestBody"])["content"]
    kind, media = next(iter(body.items()))
    examples = [contract.follow(each) for each in media.get("examples", {}).values()]
    value = examples[0]["value"] if examples else media.get("example", {})
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    yield f"-H 'Content-Type: {kind}'"
    yield f"-d '{text.replace(chr(13), '')}'"


def _answers(contract: Contract, operation: Told) -> Iterator[str]:
    yield "| status | |"
    yield "| --- | --- |"
    for status, told in operation["responses"].items():
        answer = contract.follow(told)
        codes = ", ".join(
            f"[`{code}`](../errors.md#{code.lower()})" for code in answer.get("x-codes", ())
        )
        yield f"| {status} | {codes}{': ' if codes else ''}{_cell(answer['description'])} |"
    yield ""


if __name__ == "__main__":
    REFERENCE.mkdir(exist_ok=True)
    for stale in REFERENCE.glob("*.md"):
        stale.unlink()
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
