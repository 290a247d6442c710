"""The documentation tells the truth about what can be checked by a program."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    page for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if ".venv" not in page.parts
)
A_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@A_PAGE
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@A_PAGE
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(), re.MULTILINE))

    assert named <= targets


def test_every_name_in_the_walkthroughs_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    names = re.findall(r"^ +((?:api|operations|store|domain|worker)(?:\.\w+)+)", text, re.MULTILINE)

    assert len(names) > 20
    assert [name for name in names if not _exists(name)] == []


def _exists(name: str) -> bool:
    module, *rest = name.split(".")
    found = importlib.import_module(f"dialplane.{module}.{rest[0]}")
    for part in rest[1:]:
        found = getattr(found, part, None)
    return found is not None
