"""`make faults` in short: each part is killed once, and nothing is lost or done twice."""

from pathlib import Path

import pytest

from conftest import Home
from durability.faults import prepare, tried

KILLS = 4
"""One of each kind."""


@pytest.fixture
def mortal_home(tmp_path: Path) -> Home:
    (data_dir := tmp_path / "data").mkdir()
    return Home(url="", data_dir=data_dir)


# PostgreSQL takes part in `make faults`: its recovery is too long for every run of the tests.
def test_every_part_may_be_killed(mortal_home: Home) -> None:
    prepare(mortal_home)

    outcome = tried(mortal_home, kills=KILLS, seed=1)

    assert sum(outcome.killed.values()) == len(outcome.killed) == KILLS
    assert outcome.found.acknowledged > 0
    assert outcome.calls.succeeded > 0
    assert outcome.held, outcome
