"""When a suspension is to end, as a person types it."""

import re
from datetime import datetime, time, timedelta

_PART = re.compile(r"(\d{1,6})([wdhms])")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_FORMS = "write 2h, 3d, 17:00, 2026-12-01 or 2026-12-01T17:00"


def parse_until(text: str, now: datetime) -> datetime:
    """Read a moment to come.

    Args:
        text: A duration from now (`2h`, `1d12h`, `2w`); a time of day, today or else tomorrow (`17:00`); a date, which
            means its beginning (`2026-12-01`); or a date and time in ISO 8601, with a zone of its own or without.
        now: The time now, in the person's zone: what is typed without a zone is read in it.

    Returns:
        The moment, with its zone.

    Raises:
        ValueError: The text is none of these, or the moment is past; the message is a sentence that says so.
    """
    typed = text.strip()
    try:
        moment = _read(typed, now)
    except (ValueError, OverflowError):
        raise ValueError(f"{typed!r} is no moment: {_FORMS}") from None
    if moment <= now:
        raise ValueError(f"{typed!r} is past: {_FORMS}")
    return moment


def _read(text: str, now: datetime) -> datetime:
    if _DURATION.fullmatch(text):
        parts = _PART.findall(text)
        return now + sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    if clock := _CLOCK.fullmatch(text):
        moment = datetime.combine(now.date(), time(int(clock[1]), int(clock[2])))
        today = _zoned(moment, now)
        return today if today > now else _zoned(moment + timedelta(days=1), now)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else _zoned(moment, now)


def _zoned(moment: datetime, now: datetime) -> datetime:
    """A moment in the zone of now; in the machine's own one by the rules for that day, since clocks are set forward."""
    if now.utcoffset() == now.astimezone().utcoffset():
        return moment.astimezone()
    return moment.replace(tzinfo=now.tzinfo)
