"""The steps of docs/getting-started.md, run as they stand there against the demo."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from parts.program import environment, started

PAGE = Path(__file__).parents[2] / "docs" / "getting-started.md"
STEPS = re.compile(r"<!-- run -->\n```sh\n(.*?)```", re.DOTALL)
TOOLS = ("curl", "jq")


@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"the steps use {', '.join(TOOLS)}")
def test_every_step_works_one_after_the_other(tmp_path: Path) -> None:
    steps = STEPS.findall(PAGE.read_text(encoding="utf-8"))
    # -f: an answer that is an error ends the script.
    script = "set -eu\n" + "\n".join(steps).replace("curl -s ", "curl -sSf ")

    with started("demo", "--port", "0", "--json", env={}, cwd=tmp_path) as running:
        told = running.report()
        env = {"URL": told["url"], "KEY": told["key"], "TEST_KEY": told["test_key"]}
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", script],
            env=environment(env),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert len(steps) == 4
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.rstrip().endswith("true")
