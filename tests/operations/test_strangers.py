"""Who shows keys that do not work, and how long they wait."""

import pytest

from builders import NOW
from dialplane.domain.errors import RateLimited, Unauthorized
from dialplane.operations.strangers import (
    FORGOTTEN_AFTER_MS,
    FREE_TRIES,
    LONGEST_WAIT_MS,
    SOURCES_MAX,
    Strangers,
    networks_in,
)
from parts.clock import Clock

SOURCE = "198.51.100.7"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def strangers(clock: Clock) -> Strangers:
    return Strangers(networks_in("10.0.0.0/8, 2001:db8:1::/48"), clock)


def waits(strangers: Strangers, clock: Clock, count: int) -> list[int]:
    """How long it has to wait after each further try, made as soon as it may."""
    found = []
    for _ in range(count):
        assert isinstance(strangers.turn_away(SOURCE), Unauthorized)
        told = strangers.turn_away(SOURCE)
        assert isinstance(told, RateLimited)
        found.append(told.retry_after_ms)
        clock.advance(ms=told.retry_after_ms)
    return found


def test_some_mistakes_are_free(strangers: Strangers) -> None:
    answers = [strangers.turn_away(SOURCE) for _ in range(FREE_TRIES + 2)]

    assert [type(answer) for answer in answers] == [Unauthorized] * (FREE_TRIES + 1) + [RateLimited]


def test_the_wait_doubles_up_to_five_minutes(strangers: Strangers, clock: Clock) -> None:
    for _ in range(FREE_TRIES):
        strangers.turn_away(SOURCE)

    found = waits(strangers, clock, 11)

    assert found == [1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 256000, 300000, 300000]


def test_nobody_else_waits(strangers: Strangers) -> None:
    for _ in range(FREE_TRIES + 2):
        strangers.turn_away(SOURCE)

    assert isinstance(strangers.turn_away("198.51.100.8"), Unauthorized)


def test_after_a_quiet_quarter_of_an_hour_it_is_forgotten(
    strangers: Strangers, clock: Clock
) -> None:
    for _ in range(FREE_TRIES + 2):
        strangers.turn_away(SOURCE)

    clock.advance(ms=FORGOTTEN_AFTER_MS + LONGEST_WAIT_MS)

    answers = [strangers.turn_away(SOURCE) for _ in range(FREE_TRIES + 1)]
    assert {type(answer) for answer in answers} == {Unauthorized}


def test_only_so_many_sources_are_remembered(strangers: Strangers) -> None:
    for number in range(SOURCES_MAX + 500):
        strangers.turn_away(f"source {number}")

    assert len(strangers._known) == SOURCES_MAX  # noqa: SLF001  # that is the promise


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "source"),
    [
        ("198.51.100.7", None, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.1", "198.51.100.7"),
        ("10.1.2.3", None, "10.1.2.3"),
        ("10.1.2.3", "203.0.113.1", "203.0.113.1"),
        ("10.1.2.3", "1.1.1.1, 203.0.113.1", "203.0.113.1"),
        ("10.1.2.3", "203.0.113.1, 10.9.9.9", "203.0.113.1"),
        ("10.1.2.3", "10.9.9.9", "10.9.9.9"),
        ("10.1.2.3", "203.0.113.1, nonsense", "nonsense"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("::ffff:198.51.100.7", None, "198.51.100.7"),
        ("2001:db8:2::1", None, "2001:db8:2::/64"),
        ("2001:db8:1::1", "2001:db8:2:0:1:2:3:4", "2001:db8:2::/64"),
    ],
)
def test_a_forwarded_address_is_believed_from_a_trusted_proxy_alone(
    strangers: Strangers, peer: str, forwarded_for: str | None, source: str
) -> None:
    assert strangers.source_of(peer, forwarded_for) == source
