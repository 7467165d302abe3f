"""Ages and durations, in the words that rows and controllers use."""

import re
from datetime import datetime, timedelta

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
_LONGEST = 1e9
"""Seconds. Go stops at 292 years; a deadline has to stay a date."""

_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def parse_duration(text: str) -> timedelta:
    """Read a duration as Go writes it.

    Args:
        text: `1h30m`, `90s`, `1m0s`.

    Returns:
        The duration, zero for an empty or unreadable text, 31 years at most.
    """
    if _DURATION.fullmatch(text) is None:
        return timedelta()
    return timedelta(seconds=min(_LONGEST, sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))))


def age(since: datetime | None, now: datetime) -> str:
    """How long ago something was, in as few characters as tell it apart.

    Minutes are the finest unit, so that a row changes at most once a minute.

    Args:
        since: The moment, with its zone; None where it is not known.
        now: The time now, with its zone.

    Returns:
        `<1m`, `7m`, `3h`, `41d`, `2y`, or an empty text.
    """
    if since is None:
        return ""
    minutes = int((now - since).total_seconds() // 60)
    if minutes < 1:
        return "<1m"
    if minutes < 120:
        return f"{minutes}m"
    if minutes < 48 * 60:
        return f"{minutes // 60}h"
    days = minutes // (24 * 60)
    return f"{days}d" if days < 1000 else f"{days // 365}y"


def seconds(duration: timedelta) -> str:
    """A short duration, for how long a request took.

    Args:
        duration: The duration.

    Returns:
        `0.4s`, `12s`, `2m10s`.
    """
    exact = max(0.0, duration.total_seconds())
    if exact < 9.95:
        return f"{exact:.1f}s"
    total = round(exact)
    return f"{total}s" if total < 60 else f"{total // 60}m{total % 60:02d}s"
