"""When to draw: at once for what a person waits for, seldom for mere churn, never for nothing."""

import asyncio
from collections.abc import Callable

SOONEST = 0.1
"""Seconds between two frames at least."""

CALM = 0.45
"""Seconds that churn may gather before it is drawn."""


class FrameClock:
    """Turns requests to draw into frames."""

    def __init__(self, draw: Callable[[], None]) -> None:
        self._draw = draw
        self._last = float("-inf")
        self._handle: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether no frame is due."""
        return self._handle is None

    def request(self, urgent: bool) -> None:
        """Ask for a frame.

        Args:
            urgent: Whether it should come as soon as frames may; otherwise it settles for a while.
        """
        loop = asyncio.get_running_loop()
        due = max(loop.time(), self._last + (SOONEST if urgent else CALM))
        if self._handle is not None:
            if due >= self._handle.when():
                return
            self._handle.cancel()
        self._handle = loop.call_at(due, self._frame)

    def stop(self) -> None:
        """Draw no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _frame(self) -> None:
        self._handle = None
        self._last = asyncio.get_running_loop().time()
        self._draw()
