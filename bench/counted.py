"""How many instructions an answer of ours takes for each one of the hand-written floor's.

Counted by callgrind in one run, so it is the same on a busy machine and on an idle one. What it
costs to wait for a disk or a lock is not in it; that is for `make bench`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.filling import fill_sqlite
from bench.rows import World

ROOT = Path(__file__).parents[1]
BASELINE = Path(__file__).with_name("instructions.json")
TOLERANCE = 0.08
"""Two runs of the same code differ by a fiftieth of this; another Python may differ by more."""

NUMBERS = 1_000
ASKED = ("get", "list-first", "calls", "mapping", "edge-calm", "events", "told")
FLOOR_IS_ASKED = ("get", "list-first", "mapping")
"""The floor knows no calls: what is asked about them is told in answers of the floor to a GET."""
TAKEN_ONCE = ("edge-calm", "events")
"""What is asked or told again is written once: others warm up for it."""

_TOTAL = re.compile(r"^totals: (\d+)", re.MULTILINE)
_BEFORE = 2
"""Counts that are none of ours: until counting begins, and the rest of a basic block."""


class NoCount(Exception):  # named for what happened
    """There is no callgrind, or the program under it failed."""


def ratios() -> dict[str, float]:
    """Instructions of ours for one of the floor's, by question.

    Raises:
        NoCount.
    """
    if shutil.which("valgrind") is None:
        raise NoCount("valgrind is not installed: apt-get install valgrind")
    with tempfile.TemporaryDirectory() as folder:
        ground = Path(folder) / "ground"
        fill_sqlite(ground, World(NUMBERS))
        return _ratios(_counts(ground, Path(folder) / "count"))


def baseline() -> dict[str, float]:
    told: dict[str, float] = json.loads(BASELINE.read_text())
    return told


def _counts(ground: Path, out: Path) -> list[int]:
    callgrind = [
        str(shutil.which("valgrind")),
        "--tool=callgrind",
        "--instr-atstart=no",
        "--dump-before=getsid",
        f"--callgrind-out-file={out}",
    ]
    done = subprocess.run(
        [*callgrind, sys.executable, "-m", "bench.counting", str(ground)],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    dumps = sorted(out.parent.glob(f"{out.name}.*"), key=lambda dump: int(dump.suffix[1:]))
    counts = [int(total[1]) for dump in dumps if (total := _TOTAL.search(dump.read_text()))]
    wanted = len(ASKED) + len(FLOOR_IS_ASKED)
    if done.returncode or len(counts) < wanted:
        raise NoCount(done.stderr[-2000:])
    return counts[-wanted:]


def _ratios(counts: list[int]) -> dict[str, float]:
    turns = iter(counts)
    found: dict[str, float] = {}
    floor = {}
    for name in ASKED:
        ours = next(turns)
        floor[name] = next(turns) if name in FLOOR_IS_ASKED else floor["get"]
        found[name] = round(ours / floor[name], 3)
    return found


if __name__ == "__main__":
    BASELINE.write_text(json.dumps(ratios(), indent=2) + "\n")
    sys.stdout.write(BASELINE.read_text())
