"""How instants, money and numbers are written for people."""

import pytest

from dialplane.console.formats import (
    day_began,
    domestic,
    in_seoul,
    instant_typed,
    international,
    percent,
    seconds,
    won,
)
from dialplane.domain.languages import Language
from parts.clock import in_seoul as at


@pytest.mark.parametrize(
    ("number", "here", "abroad"),
    [
        ("07011112222", "070-1111-2222", "+82 70-1111-2222"),
        ("0255556666", "02-5555-6666", "+82 2-5555-6666"),
        ("15881234", "1588-1234", "+82 1588-1234"),
        ("alice", "alice", None),
        ("112", "112", None),
    ],
)
def test_numbers_have_a_form_for_here_and_one_for_abroad(
    number: str, here: str, abroad: str | None
) -> None:
    assert domestic(number) == here
    assert international(number) == abroad


def test_money_has_its_separators() -> None:
    assert won(1234567, Language.KOREAN) == "1,234,567원"
    assert won(-7700, Language.ENGLISH) == "-₩7,700"


@pytest.mark.parametrize(
    ("share", "said"), [(1.0, "100%"), (0.999999, "99.99%"), (0.9375, "93.75%"), (0.0, "0%")]
)
def test_a_share_is_never_rounded_up_to_all_of_it(share: float, said: str) -> None:
    assert percent(share) == said


def test_instants_are_those_of_seoul() -> None:
    instant = at("2024-10-12 00:30:00.000")

    assert in_seoul(instant).strftime("%Y-%m-%d %H:%M") == "2024-10-12 00:30"
    assert day_began(instant) == at("2024-10-12 00:00:00.000")
    assert instant_typed("2024-10-12T00:30") == instant
    assert instant_typed("tomorrow") is None


def test_the_length_of_a_call() -> None:
    assert (seconds(187_000), seconds(3_723_000)) == ("3:07", "1:02:03")
