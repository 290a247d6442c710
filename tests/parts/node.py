"""Node and the packages a folder locks, for tests of what is not written in Python."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PATIENCE_S = 300


def npm(folder: Path, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["npm", *arguments],
        cwd=folder,
        env=os.environ | {"NO_COLOR": "1", "NO_UPDATE_NOTIFIER": "1"} | env,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def installed(folder: Path) -> Path:
    """The folder, with exactly the packages of its lock."""
    if shutil.which("npm") is None:
        _do_without("npm is not installed: apt-get install npm, or brew install node")
    ready, lock = folder / "node_modules" / "ready", folder / "package-lock.json"
    if not ready.exists() or ready.stat().st_mtime < lock.stat().st_mtime:
        done = npm(folder, "ci", "--no-audit", "--no-fund", "--silent")
        if done.returncode != 0:
            _do_without(f"npm ci: {done.stdout}{done.stderr}")
        ready.touch()
    return folder


def _do_without(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
