"""Ages and durations."""

from datetime import datetime, timedelta

import pytest

from tests.fakes.clock import NOON
from tui.model.times import age, parse_duration, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", 0, id="empty"),
        pytest.param("90s", 90, id="seconds"),
        pytest.param("1h30m", 5400, id="hours-and-minutes"),
        pytest.param("1m0s", 60, id="as-go-prints-it"),
        pytest.param("1.5h", 5400, id="fraction"),
        pytest.param("250ms", 0.25, id="milliseconds"),
        pytest.param("2500us", 0.0025, id="microseconds"),
        pytest.param("soon", 0, id="words"),
        pytest.param("5minutes", 0, id="half-a-duration"),
        pytest.param("5", 0, id="no-unit"),
        pytest.param("-5m", 0, id="negative"),
        pytest.param("99999999999999999h", 1e9, id="as-long-as-a-date-allows"),
        pytest.param("9" * 400 + "h", 1e9, id="more-than-a-float"),
    ],
)
def test_a_duration_as_go_writes_it(text: str, expected: float) -> None:
    assert parse_duration(text) == timedelta(seconds=expected)
    assert NOON + parse_duration(text) >= NOON


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(seconds=-30), "<1m"),
        (timedelta(seconds=59), "<1m"),
        (timedelta(seconds=60), "1m"),
        (timedelta(minutes=119), "119m"),
        (timedelta(hours=2), "2h"),
        (timedelta(hours=47, minutes=59), "47h"),
        (timedelta(days=2), "2d"),
        (timedelta(days=41), "41d"),
        (timedelta(days=999), "999d"),
        (timedelta(days=1000), "2y"),
    ],
    ids=str,
)
def test_an_age(ago: timedelta, expected: str) -> None:
    assert age(NOON - ago, NOON) == expected


def test_an_age_that_is_not_known() -> None:
    unknown: datetime | None = None
    assert age(unknown, NOON) == ""


@pytest.mark.parametrize(
    ("took", "expected"),
    [
        (0.2, "0.2s"),
        (4, "4.0s"),
        (9.94, "9.9s"),
        (9.96, "10s"),
        (59.4, "59s"),
        (59.6, "1m00s"),
        (130, "2m10s"),
        (-3, "0.0s"),
    ],
)
def test_how_long_it_took(took: float, expected: str) -> None:
    assert seconds(timedelta(seconds=took)) == expected
