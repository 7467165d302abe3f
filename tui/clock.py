"""The machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """Fulfils `tui.ports.Clock`."""

    def now(self) -> datetime:
        """The time now, in UTC."""
        return datetime.now(UTC)
