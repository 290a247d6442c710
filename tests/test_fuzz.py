"""Whatever is sent is read or refused, without crash or hang; `make fuzz` sends a million."""

import pytest

from parts.fuzz_targets import TARGETS, Target
from parts.fuzzing import fuzz

INPUTS = 1_500


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_everything_is_read_or_refused(target: Target) -> None:
    tally = fuzz(target, INPUTS, seed=20)

    assert tally.crashes == []
    assert tally.inputs == INPUTS
    assert tally.read > 0, "no example of it is good"
    assert tally.refused > 0 or not target.refusals or target.name == "digits"


def test_a_crash_is_found() -> None:
    broken = Target(name="broken", read=lambda raw: raw.decode(), seeds=(b"x",), refusals=())

    assert "UnicodeDecodeError" in fuzz(broken, INPUTS, seed=1).crashes[0][1]


def test_a_hang_is_found() -> None:
    def for_ever(_raw: bytes) -> None:
        while True:
            pass

    hanging = Target(name="hanging", read=for_ever, seeds=(b"x",), refusals=())

    assert "longer than" in fuzz(hanging, 1, seed=3).crashes[0][1]
