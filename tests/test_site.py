"""The documentation site: it builds, it is whole, and it asks nobody else for anything."""

import ast
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.site import reference

import dialplane
from dialplane.domain.errors import DomainError
from dialplane.domain.routing.decisions import Refusal
from parts import pictures

ROOT = Path(__file__).parents[1]
LARGEST_PAGE = 100_000
LANGUAGES = pytest.mark.parametrize("page", ["errors.md", "errors.ko.md"])
TRANSLATIONS = sorted((ROOT / "docs").rglob("*.ko.md"))
BLOCK = re.compile(r"(<!-- run -->\n)?^( *)```(.*?)^\2```$", re.DOTALL | re.MULTILINE)
SHOWN = re.compile(r"!\[([^\]]*)\]\(\S*pictures/([^)\s]+)\)")
ASKED = re.compile(r"\$URL([^\"]*)\"")
PARTS = ("api", "domain", "edge", "operations", "store", "suppliers")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", made],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return made


def test_every_page_is_there_to_read_and_as_markdown(site: Path) -> None:
    listed = (site / "llms.txt").read_text()
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs")
        assert (site / name).exists()
        assert f"]({name.as_posix()})" in listed


def test_every_page_can_be_found_from_every_other(site: Path) -> None:
    named = set(re.findall(r"^ +- (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")}

    assert site.exists()
    assert {page for page in pages if not page.endswith(".ko.md")} == named - {"CHANGELOG.md"}


def test_no_page_makes_a_request_to_another_host(site: Path) -> None:
    asking = re.compile(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=\"?https?://[^\s\">]*")
    found = {
        (page.relative_to(site).as_posix(), each[0])
        for page in site.rglob("*.html")
        for each in asking.finditer(page.read_text(encoding="utf-8"))
        if "canonical" not in each[0] and "alternate" not in each[0]
    }

    assert found == set()


def test_every_page_stays_small(site: Path) -> None:
    sizes = {page: page.stat().st_size for page in site.rglob("*.html")}

    assert {page: size for page, size in sizes.items() if size > LARGEST_PAGE} == {}


def test_the_reference_is_what_the_contract_says() -> None:
    made = reference.pages()
    found = {
        page.name: page.read_text(encoding="utf-8") for page in reference.REFERENCE.glob("*.md")
    }

    assert found == made, "make docs writes it anew"


@pytest.mark.parametrize("page", TRANSLATIONS, ids=lambda page: page.name)
def test_a_translation_shows_the_code_of_its_original(page: Path) -> None:
    original = page.with_name(page.name.replace(".ko.md", ".md"))

    assert code_in(page) == code_in(original)


def code_in(page: Path) -> list[object]:
    """The blocks of code; of steps that are run only what they ask, since their values differ."""
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [(run and ASKED.findall(code)) or code for run, _, code in blocks]


def test_the_pictures_shown_are_those_that_are_there_and_that_browser_tests_take() -> None:
    folder = ROOT / "docs" / "pictures"
    shown = [
        (page.name.endswith(".ko.md"), *found.groups())
        for page in (ROOT / "docs").rglob("*.md")
        for found in SHOWN.finditer(page.read_text(encoding="utf-8"))
    ]

    assert {name for _, _, name in shown} == pictures.names()
    assert {file.name for file in folder.iterdir()} == pictures.names()
    for korean, alternative, name in shown:
        assert name.endswith("-ko.webp" if korean else "-en.webp"), name
        assert len(alternative) >= 20, name


def test_a_picture_in_the_documentation_loads_fast() -> None:
    sizes = {file.name: file.stat().st_size for file in (ROOT / "docs" / "pictures").iterdir()}

    assert {name: size for name, size in sizes.items() if size > pictures.HEAVIEST_BYTES} == {}


def codes_of_errors() -> set[str]:
    """Every code a `DomainError` has, wherever it is defined."""
    for part in PARTS:
        for module in pkgutil.walk_packages([*dialplane.__path__], "dialplane."):
            if module.name.startswith(f"dialplane.{part}."):
                importlib.import_module(module.name)
    return {each.code for each in below(DomainError) if "code" in vars(each)}


def below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        yield each
        yield from below(each)


def codes_of_the_command_line() -> set[str]:
    """What commands give `Refused` as its code."""
    found = {"REFUSED"}
    for file in (ROOT / "src" / "dialplane" / "cli").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Refused":
                given = [*call.args[2:], *(word.value for word in call.keywords)]
                texts = [each.value for each in given if isinstance(each, ast.Constant)]
                found |= {text for text in texts if re.fullmatch(r"[A-Z][A-Z_]+", str(text))}
    return found


@LANGUAGES
def test_every_error_code_is_explained_and_no_other(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    api, calls, commands = re.split(r"^## ", text, flags=re.MULTILINE)[1:]

    assert headings(calls) == {each.value for each in Refusal}
    assert headings(api) | headings(commands) == codes_of_errors() | codes_of_the_command_line()


@LANGUAGES
def test_every_code_has_a_cause_and_a_fix(page: str) -> None:
    sections = re.split(
        r"^### ", (ROOT / "docs" / page).read_text(encoding="utf-8"), flags=re.MULTILINE
    )[1:]

    for section in sections:
        assert len(re.findall(r"^- \*\*[^*]+\.\*\* .{10,}", section, re.MULTILINE)) == 2, section


def headings(text: str) -> set[str]:
    return set(re.findall(r"^### (\w+)", text, re.MULTILINE))
