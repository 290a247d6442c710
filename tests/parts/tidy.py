"""Rules of the house that ruff, mypy and import-linter cannot express.

Each rule takes one module and yields what is wrong with it and where the thing belongs instead.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "dialplane"
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "misc", "shared", "util", "utils"}
OTHER_WORDS = {
    "Account": "say Organization",
    "Workspace": "say Organization",
    "Base": "name what its subclasses have in common",
    "Helper": "name what it does",
    "Utils": "name what it does",
    "Manager": "make it a function in operations, named by its verb",
    "Service": "make it a function in operations, named by its verb",
}
SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\s",
    re.DOTALL,
)
SUPPRESSION = re.compile(
    r"#\s*(noqa|type:\s*ignore|(?:pragma|ruff|mypy)(?=:))(?::\s*([A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)|\[([^]]*)\])?"
)
CLOCKS = {"now", "utcnow", "today"}


@dataclass(frozen=True)
class Module:
    """One file of the product; `place` is its path under src/dialplane."""

    place: str
    text: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.text)))

    def within(self, *places: str) -> bool:
        """Whether it is one of these files, or in one of these folders."""
        return self.place in places or self.place.split("/")[0] in places

    def at(self, node: ast.AST) -> str:
        return f"{self.place}:{getattr(node, 'lineno', 1)}"


Rule = Callable[[Module], Iterator[str]]


@cache
def modules() -> list[Module]:
    """Every module of the product."""
    return [
        Module(path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    ]


def files_are_short(module: Module) -> Iterator[str]:
    lines = len(module.text.splitlines())
    if lines > LONGEST_FILE:
        yield (
            f"{module.place} has {lines} lines, {LONGEST_FILE} are allowed: split it by noun, "
            "or make it a package of the same name"
        )


def functions_are_short(module: Module) -> Iterator[str]:
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield (
                    f"{module.at(node)} {node.name} has {lines} lines, {LONGEST_FUNCTION} are "
                    "allowed: give its steps names; a rule belongs in domain, SQL in store"
                )


def modules_say_what_they_are(module: Module) -> Iterator[str]:
    name = module.place.removesuffix("/__init__.py").removesuffix(".py").split("/")[-1]
    if name in EMPTY_NAMES:
        yield f"{module.place}: {name} says nothing; name the module after its noun"
    if module.text.strip() and not ast.get_docstring(ast.parse(module.text)):
        yield f"{module.place} opens without a sentence that says what it is for"


def one_word_per_thing(module: Module) -> Iterator[str]:
    for node in module.nodes:
        if isinstance(node, ast.ClassDef):
            for word in re.findall(r"[A-Z][a-z]+", node.name):
                if word in OTHER_WORDS:
                    yield f"{module.at(node)} class {node.name}: {OTHER_WORDS[word]}"


def sql_stays_in_the_store(module: Module) -> Iterator[str]:
    if module.within("store"):
        return
    for node in module.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            yield f"{module.at(node)} has SQL: move it to the module of its noun in store"


def the_environment_is_read_once(module: Module) -> Iterator[str]:
    if module.within("main.py", "settings.py", "cli"):
        return
    for node in module.nodes:
        reads = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
        imports = isinstance(node, ast.ImportFrom) and node.module == "os"
        if reads or (imports and {name.name for name in node.names} & {"environ", "getenv"}):
            yield f"{module.at(node)} reads the environment: add it to settings.py, pass it in"


def time_is_a_parameter_of_the_domain(module: Module) -> Iterator[str]:
    if not module.within("domain"):
        return
    for node in module.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            name = of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", "")
            if node.func.attr in CLOCKS and name in {"datetime", "date"}:
                yield f"{module.at(node)} asks the clock: take `now` from the caller"


def only_operations_change_things(module: Module) -> Iterator[str]:
    if not module.within("api", "edge", "console"):
        return
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr == "writing":
            yield f"{module.at(node)} opens a transaction: go through operations.changes.perform"


def suppressions(module: Module) -> Iterator[str]:
    """What a module silences, as lines of tests/suppressions.txt without their reason."""
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.COMMENT:
            for tool, codes, types in SUPPRESSION.findall(token.string):
                yield f"{module.place} {tool} {codes or types or 'everything'}"


RULES: tuple[Rule, ...] = (
    files_are_short,
    functions_are_short,
    modules_say_what_they_are,
    one_word_per_thing,
    sql_stays_in_the_store,
    the_environment_is_read_once,
    time_is_a_parameter_of_the_domain,
    only_operations_change_things,
)
