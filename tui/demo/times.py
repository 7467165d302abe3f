"""Times and durations as the API writes them."""

import re
from datetime import UTC, datetime, timedelta

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")


def stamp(moment: datetime) -> str:
    """Write a time as `metav1.Time`: UTC, whole seconds.

    Args:
        moment: The time, with its zone.

    Returns:
        `2026-11-21T01:09:33Z`.
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_millis(moment: datetime) -> str:
    """Write a time as controllers log it: UTC, milliseconds.

    Args:
        moment: The time, with its zone.

    Returns:
        `2026-11-21T01:09:33.164Z`.
    """
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def parse_stamp(text: str) -> datetime:
    """Read what `stamp` wrote.

    Args:
        text: RFC 3339, in UTC or with an offset.

    Returns:
        The time, with its zone.
    """
    return datetime.fromisoformat(text)


def parse_duration(text: str) -> float:
    """Read a Go duration.

    Args:
        text: `1h30m`, `45s`, `500ms`.

    Returns:
        Seconds; 0 for an empty text.
    """
    return sum(float(number) * _UNITS[unit] for number, unit in _PARTS.findall(text))


def go_duration(seconds: float) -> str:
    """Write a duration as Go's `time.Duration.String` does.

    Args:
        seconds: The duration.

    Returns:
        `10m0s`, `1h0m0s`, `2.5s`, `167.766ms`.
    """
    if seconds < 1:
        return f"{seconds * 1000:.6f}".rstrip("0").rstrip(".") + "ms" if seconds else "0s"
    hours, rest = divmod(timedelta(seconds=seconds) // timedelta(microseconds=1), 3_600_000_000)
    minutes, micros = divmod(rest, 60_000_000)
    text = f"{micros / 1_000_000:.6f}".rstrip("0").rstrip(".") + "s"
    if hours:
        return f"{hours}h{minutes}m{text}"
    return f"{minutes}m{text}" if minutes else text
