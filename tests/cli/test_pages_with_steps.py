"""The steps of docs/getting-started.md and docs/guides, run as they stand there."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parts.program import environment, started

DOCS = Path(__file__).parents[2] / "docs"
STEPS = re.compile(r"<!-- run -->\n```sh\n(.*?)```", re.DOTALL)
TOOLS = ("curl", "jq")
PAGES = sorted([*DOCS.glob("getting-started*.md"), *DOCS.glob("guides/*.md")])
WITH_STEPS = [page for page in PAGES if STEPS.search(page.read_text("utf-8"))]

pytestmark = [
    pytest.mark.skipif(
        not all(map(shutil.which, TOOLS)), reason=f"the steps use {' and '.join(TOOLS)}"
    ),
    pytest.mark.xdist_group("steps"),
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    cwd = tmp_path_factory.mktemp("demo")
    with started("demo", "--port", "0", "--json", "--no-calls", env={}, cwd=cwd) as running:
        yield running.report()


def test_there_are_pages_with_steps() -> None:
    names = {page.relative_to(DOCS).as_posix() for page in WITH_STEPS}

    assert {"getting-started.md", "getting-started.ko.md", "guides/korean-carrier.md"} <= names


@pytest.mark.parametrize("page", WITH_STEPS, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_every_step_works_one_after_the_other(page: Path, demo: Any) -> None:
    steps = STEPS.findall(page.read_text(encoding="utf-8"))
    # -f: an answer that is an error ends the script.
    script = "set -eu\n" + "\n".join(steps).replace("curl -s ", "curl -sSf ")
    env = {"URL": demo["url"], "KEY": demo["key"], "TEST_KEY": demo["test_key"]}

    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", script],
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.strip()
