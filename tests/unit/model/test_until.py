"""Moments to come, as people type them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui.model.until import parse_until

VIENNA = timezone(timedelta(hours=1))
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=VIENNA)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", datetime(2026, 11, 21, 14, 0, tzinfo=VIENNA)),
        ("90m", datetime(2026, 11, 21, 13, 30, tzinfo=VIENNA)),
        ("1d12h", datetime(2026, 11, 23, 0, 0, tzinfo=VIENNA)),
        ("2w", datetime(2026, 12, 5, 12, 0, tzinfo=VIENNA)),
        ("17:00", datetime(2026, 11, 21, 17, 0, tzinfo=VIENNA)),
        ("9:30", datetime(2026, 11, 22, 9, 30, tzinfo=VIENNA)),
        ("12:00", datetime(2026, 11, 22, 12, 0, tzinfo=VIENNA)),
        (" 2026-12-01 ", datetime(2026, 12, 1, 0, 0, tzinfo=VIENNA)),
        ("2026-12-01T17:00", datetime(2026, 12, 1, 17, 0, tzinfo=VIENNA)),
        ("2026-12-01 17:00", datetime(2026, 12, 1, 17, 0, tzinfo=VIENNA)),
        ("2026-12-01T17:00Z", datetime(2026, 12, 1, 17, 0, tzinfo=UTC)),
        ("2026-12-01T17:00:00+02:00", datetime(2026, 12, 1, 15, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_the_zone_of_now(text: str, moment: datetime) -> None:
    assert parse_until(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "soon", "2", "2y", "h", "24:00", "17:60", "2026-13-01", "999999w", "2h later"])
def test_what_is_no_moment_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no moment: write 2h, 3d, 17:00, 2026-12-01 or") as refused:
        parse_until(text, NOW)
    assert str(refused.value).startswith(repr(text))


@pytest.mark.parametrize("text", ["2026-11-21", "2026-11-21T11:59", "2026-11-21T11:00Z", "0h"])
def test_what_is_past_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is past"):
        parse_until(text, NOW)
