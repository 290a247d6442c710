"""A range of time is covered by spans, and shares of it are exact."""

import pytest

from dialplane.domain.peer_health import Health, PeerState, Span

UP, DOWN, UNKNOWN = PeerState.UP, PeerState.DOWN, PeerState.UNKNOWN


def spans(*parts: tuple[PeerState, int, int]) -> list[Span]:
    return [Span(state=state, since=since, until=until) for state, since, until in parts]


def told(health: Health) -> list[tuple[PeerState, int, int]]:
    return [(span.state, span.since, span.until) for span in health.spans]


def test_what_the_known_leaves_open_is_unknown() -> None:
    health = Health.over(0, 100, spans((UP, 20, 50), (DOWN, 70, 80)))

    assert told(health) == [
        *((UNKNOWN, 0, 20), (UP, 20, 50), (UNKNOWN, 50, 70)),
        *((DOWN, 70, 80), (UNKNOWN, 80, 100)),
    ]


def test_neighbours_differ_and_none_is_empty() -> None:
    health = Health.over(0, 60, spans((UP, 0, 20), (DOWN, 20, 20), (UP, 20, 50), (UP, 50, 60)))

    assert told(health) == [(UP, 0, 60)]


def test_the_share_is_of_the_known_time() -> None:
    health = Health.over(0, 1_000, spans((UP, 100, 400), (DOWN, 400, 500)))

    assert health.availability == 0.75
    assert [health.spent_ms(state) for state in (UP, DOWN, UNKNOWN)] == [300, 100, 600]


def test_of_nothing_known_there_is_no_share() -> None:
    assert Health.over(0, 10, []).availability is None


@pytest.mark.parametrize("count", [1, 3, 7, 100])
def test_slots_share_out_every_millisecond(count: int) -> None:
    health = Health.over(0, 100, spans((UP, 5, 50), (DOWN, 50, 61), (UP, 80, 100)))

    slots = health.slots(count)

    assert (slots[0].since, slots[-1].until, len(slots)) == (0, 100, count)
    assert sum(slot.up_ms for slot in slots) == 65
    assert sum(slot.down_ms for slot in slots) == 11
    assert all(slot.up_ms + slot.down_ms <= slot.until - slot.since for slot in slots)


def test_a_slot_knows_its_own_part() -> None:
    first, second = Health.over(0, 100, spans((UP, 40, 60), (DOWN, 60, 100))).slots(2)

    assert (first.up_ms, first.down_ms, second.up_ms, second.down_ms) == (10, 0, 10, 40)


def test_peers_that_stand_in_for_each_other_are_up_while_one_of_them_is() -> None:
    one = Health.over(0, 100, spans((UP, 0, 30), (DOWN, 30, 100)))
    other = Health.over(0, 100, spans((DOWN, 0, 60), (UP, 60, 80)))

    assert told(Health.of_any([one, other])) == [
        *((UP, 0, 30), (DOWN, 30, 60), (UP, 60, 80), (UNKNOWN, 80, 100)),
    ]
