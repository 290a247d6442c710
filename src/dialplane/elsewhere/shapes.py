"""The shapes of answers as the contract has them, for servers that may say more than it."""

from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_URI: Final = "urn:dialplane:contract"
_FAULTS_SHOWN: Final = 3


@cache
def document() -> dict[str, Any]:
    text = (files("dialplane") / "contract" / "openapi.yaml").read_bytes()
    loaded: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)  # our own file
    return loaded


class Shapes:
    """Judges bodies by the schemas of the contract; tolerant ones let further fields be."""

    def __init__(self, *, tolerant: bool) -> None:
        told = _opened(document()) if tolerant else document()
        resource = DRAFT202012.create_resource(told)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)

    def faults(self, schema: str, body: object) -> str:
        """What is wrong with a body, in words; empty if nothing is."""
        judge = Draft202012Validator(
            {"$ref": f"{_URI}#/components/schemas/{schema}"},
            registry=self._registry,
            format_checker=FormatChecker(),
        )
        found = [f"{each.json_path}: {each.message[:120]}" for each in judge.iter_errors(body)]
        return "; ".join(found[:_FAULTS_SHOWN])


def fields_of(schema: str) -> list[str]:
    """The fields of an object, in the order in which they are told."""
    return list(document()["components"]["schemas"][schema]["properties"])


def _opened(node: Any) -> Any:
    """The same with every closed object open."""
    if isinstance(node, dict):
        closed = node.get("additionalProperties") is False
        return {
            name: _opened(each)
            for name, each in node.items()
            if not (closed and name == "additionalProperties")
        }
    return [_opened(each) for each in node] if isinstance(node, list) else node
