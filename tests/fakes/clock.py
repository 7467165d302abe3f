"""Time that a test sets: a clock for the program, and an event loop whose sleeps take no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
"""When tests take place."""


class FakeClock:
    """Fulfils `tui.ports.Clock`; stands still until it is told otherwise."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """The time that was set."""
        return self._now

    def set(self, now: datetime) -> None:
        """Make it another time."""
        self._now = now

    def advance(self, seconds: float) -> datetime:
        """Let time pass, and say what time it is then."""
        self._now += timedelta(seconds=seconds)
        return self._now


class _Selector(selectors.SelectSelector):
    """Never waits: what would be waited for becomes the loop's time."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everything waits and nothing is going to happen")
        if not ready and timeout:
            self.loop.passed += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer when there is nothing else to do."""

    def __init__(self) -> None:
        self.passed = 1000.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Seconds that passed in the loop."""
        return self.passed


def in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    """Run something to its end in a loop where sleeping takes no time.

    Args:
        work: What to run; it must do no I/O.

    Returns:
        Its result.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
