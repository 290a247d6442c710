"""Periods end on the day of the month on which service began, as near as the month allows."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplane.domain.periods import period_end_after, periods

SEOUL = ZoneInfo("Asia/Seoul")
START_OF_2000 = 946_684_800_000
START_OF_2200 = 7_258_118_400_000
instants = st.integers(START_OF_2000, START_OF_2200)


def seoul(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=SEOUL)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def as_seoul(instant: int) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)).astimezone(SEOUL)


@pytest.mark.parametrize(
    ("start", "now", "end"),
    [
        pytest.param(
            "2026-05-11T09:30", "2026-05-20", "2026-06-11T09:30", id="the day and hour of the start"
        ),
        pytest.param("2026-01-31", "2026-02-10", "2026-02-28", id="31 January ends on 28 February"),
        pytest.param("2026-01-31", "2026-02-28", "2026-03-31", id="and then on 31 March, not 28"),
        pytest.param("2028-01-30", "2028-02-01", "2028-02-29", id="leap year"),
        pytest.param("2028-02-29", "2029-02-01", "2029-02-28", id="a start on 29 February"),
        pytest.param("2026-12-15", "2026-12-31", "2027-01-15", id="over the turn of the year"),
        pytest.param("2026-05-11", "2026-06-11", "2026-07-11", id="exactly at an end: the next"),
        pytest.param("2026-05-11", "2026-05-11", "2026-06-11", id="the start is no end"),
        pytest.param("2026-05-11", "2026-03-01", "2026-06-11", id="service that starts later"),
        pytest.param(
            "2026-02-01T00:30", "2026-02-10", "2026-03-01T00:30", id="still January in UTC"
        ),
    ],
)
def test_a_period_ends(start: str, now: str, end: str) -> None:
    assert as_seoul(period_end_after(seoul(start), seoul(now))) == as_seoul(seoul(end))


def test_one_millisecond_before_an_end_that_end_still_lies_ahead() -> None:
    end = seoul("2026-06-11")

    assert period_end_after(seoul("2026-05-11"), end - 1) == end


def test_the_periods_of_a_number_so_far() -> None:
    begun = list(periods(seoul("2026-01-31"), seoul("2026-03-31")))

    assert [as_seoul(start).strftime("%m-%d") for start, _ in begun] == ["01-31", "02-28", "03-31"]
    assert list(periods(seoul("2026-01-31"), seoul("2026-01-30"))) == []


@given(instants, instants)
def test_an_end_is_ahead_and_less_than_two_months_away(start_at: int, now: int) -> None:
    end = period_end_after(start_at, now)

    assert now < end
    assert end - max(now, start_at) <= 31 * 24 * 60 * 60 * 1000


@given(instants, instants)
def test_an_end_keeps_the_hour_and_the_day_or_is_the_last_of_its_month(
    start_at: int, now: int
) -> None:
    start, end = as_seoul(start_at), as_seoul(period_end_after(start_at, now))

    assert start.time() == end.time()
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


@given(instants, instants, instants)
def test_later_questions_never_get_earlier_ends(start_at: int, one: int, other: int) -> None:
    earlier, later = sorted((one, other))

    assert period_end_after(start_at, earlier) <= period_end_after(start_at, later)


@given(instants)
def test_periods_follow_one_another_a_month_each(start_at: int) -> None:
    first_two_years = list(islice(periods(start_at, START_OF_2200 * 2), 24))

    assert first_two_years[0][0] == start_at
    assert all(one[1] == following[0] for one, following in pairwise(first_two_years))
    assert all(period_end_after(start_at, start) == end for start, end in first_two_years)
