"""Times and durations as the API writes them."""

from datetime import UTC, datetime, timedelta

from tui.model import times


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


def parse_duration(text: str) -> float:
    """Read a Go duration.

    Args:
        text: `1h30m`, `45s`, `500ms`.

    Returns:
        Seconds; 0 for an empty text.
    """
    return times.parse_duration(text).total_seconds()


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
