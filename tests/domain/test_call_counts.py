"""Hours and days of a time zone, whatever its clock does."""

from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplane.domain.call_counts import LONGEST_MS, Buckets, BucketSize
from dialplane.domain.values import Millis
from parts.clock import in_seoul

HOUR_MS = 3_600_000
SEOUL = ZoneInfo("Asia/Seoul")


def hours(zone: str, *, start: Millis, end: Millis) -> list[float]:
    """How many hours each day of a range has."""
    days = Buckets.cut(BucketSize.DAY, ZoneInfo(zone), start=start, end=end)
    return [(end - start) / HOUR_MS for start, end in days.spans]


def utc(text: str) -> Millis:
    return in_seoul(text) + 9 * HOUR_MS


def test_a_day_in_seoul_begins_at_its_midnight() -> None:
    days = Buckets.cut(
        BucketSize.DAY, SEOUL, start=in_seoul("2026-11-29 18:00"), end=in_seoul("2026-12-02 00:00")
    )

    assert days.spans == [
        (in_seoul("2026-11-29 18:00"), in_seoul("2026-11-30 00:00")),
        (in_seoul("2026-11-30 00:00"), in_seoul("2026-12-01 00:00")),
        (in_seoul("2026-12-01 00:00"), in_seoul("2026-12-02 00:00")),
    ]
    assert days.grain_ms == 24 * HOUR_MS


def test_an_hour_that_is_there_twice_is_two_buckets_and_one_that_is_skipped_none() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for night, count in (("2026-10-25", 4), ("2026-03-29", 2)):
        end = utc(f"{night} 02:00")
        start = end - count * HOUR_MS

        buckets = Buckets.cut(BucketSize.HOUR, berlin, start=start, end=end)

        assert [until - since for since, until in buckets.spans] == [HOUR_MS] * count


@pytest.mark.parametrize(
    ("zone", "start", "end", "lengths"),
    [
        ("Europe/Berlin", "2026-10-23 22:00", "2026-10-26 23:00", [24, 25, 24]),
        ("Europe/Berlin", "2026-03-27 23:00", "2026-03-30 22:00", [24, 23, 24]),
        # The clock is put forward at midnight, and from 24:00 to 23:00.
        ("America/Santiago", "2026-09-05 04:00", "2026-09-07 03:00", [24, 23]),
        ("America/Havana", "2026-10-31 04:00", "2026-11-02 05:00", [24, 25]),
        # Samoa had no 30 December.
        ("Pacific/Apia", "2011-12-29 10:00", "2011-12-31 10:00", [24, 24]),
        # Half an hour of summer time.
        ("Australia/Lord_Howe", "2026-10-02 13:30", "2026-10-04 13:00", [24, 23.5]),
    ],
)
def test_days_are_as_long_as_the_clock_says(
    zone: str, start: str, end: str, lengths: list[float]
) -> None:
    assert hours(zone, start=utc(start), end=utc(end)) == lengths


@given(
    st.sampled_from(sorted(available_timezones())),
    st.sampled_from(BucketSize),
    st.integers(0, 4_102_444_800_000),
    st.integers(1, LONGEST_MS),
)
def test_every_instant_of_a_range_lies_in_one_bucket(
    zone: str, size: BucketSize, start: Millis, length: Millis
) -> None:
    buckets = Buckets.cut(size, ZoneInfo(zone), start=start, end=start + length)

    assert (buckets.spans[0][0], buckets.spans[-1][1]) == (start, start + length)
    assert all(since < until for since, until in buckets.spans)
    assert {since for since, _ in buckets.spans[1:]} == {*buckets.edges[1:]}
    assert buckets.edges[0] <= start
    assert not [edge for edge in buckets.edges if (edge - buckets.edges[0]) % buckets.grain_ms]
