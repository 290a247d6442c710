"""No path becomes dearer without somebody deciding so: instructions for one of the floor's."""

import os

import pytest

from bench import counted

pytestmark = pytest.mark.xdist_group("instructions")


@pytest.fixture(scope="module")
def measured() -> dict[str, float]:
    try:
        return counted.ratios()
    except counted.NoCount as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.mark.parametrize("question", counted.ASKED)
def test_an_answer_costs_no_more_than_it_did(measured: dict[str, float], question: str) -> None:
    allowed = counted.baseline()[question] * (1 + counted.TOLERANCE)

    assert measured[question] <= allowed, (
        "more instructions than before; if they are worth it, python -m bench.counted says so"
    )
