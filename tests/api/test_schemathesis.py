"""schemathesis makes up requests from the contract and judges the answers of the real server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from builders import an_id
from parts import schemathesis_hooks
from parts.server import Server
from parts.world import ACME_TOKEN

PARTS = Path(schemathesis_hooks.__file__).parent
CASES_PER_OPERATION = 5
PATIENCE_S = 300


@pytest.mark.schemathesis
def test_whatever_is_asked_the_answer_was_promised(server: Server, tmp_path: Path) -> None:
    keys = {"DIALPLANE_TEST_OWN_KEY": an_id(0), "DIALPLANE_TEST_SPARE_KEY": an_id(1)}

    judged = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "--config-file",
            PARTS / "schemathesis.toml",
            "run",
            f"{server.url}/openapi.json",
            "--header",
            f"Authorization: Bearer {ACME_TOKEN}",
            "--checks=all",
            # Whoever shows bad keys again and again hears 429. That each operation refuses a
            # missing and an unknown key is held by test_every_caller.py.
            "--exclude-checks=ignored_auth",
            "--mode=all",
            f"--max-examples={CASES_PER_OPERATION}",
            "--generation-deterministic",
            "--workers=2",
            "--no-color",
        ],
        cwd=tmp_path,
        env=os.environ
        | keys
        | {"SCHEMATHESIS_HOOKS": schemathesis_hooks.__name__, "PYTHONPATH": str(PARTS.parent)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert "Authentication failed" not in judged.stdout, judged.stdout
