"""When to try again: sleeps that can be cut short, and delays that grow."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

LONGEST_RETRY_AFTER = 300.0
"""Seconds; a server that asks for more is asked again anyway."""


class Alarm:
    """Sleeps that one ring ends, all of them: what `retry_now` needs."""

    def __init__(self) -> None:
        self._sleeping: set[asyncio.Future[None]] = set()

    async def sleep(self, seconds: float) -> None:
        """Sleep until the time is over or the alarm rings.

        Args:
            seconds: How long at most.
        """
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _wake, waiting)
        self._sleeping.add(waiting)
        try:
            await waiting
        finally:
            timer.cancel()
            self._sleeping.discard(waiting)

    def ring(self) -> None:
        """End every sleep now."""
        for waiting in self._sleeping:
            _wake(waiting)


def _wake(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)


async def first_of(*works: Coroutine[Any, Any, object]) -> None:
    """Do several things at once until one of them ends; the others are cancelled.

    Args:
        works: What to do; what the first one raises is raised here.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


class Backoff:
    """Delays that double from failure to failure, with jitter so that many clients do not come back together."""

    def __init__(self, first: float = 1.0, longest: float = 30.0, random: Callable[[], float] = random.random) -> None:
        self._first = first
        self._longest = longest
        self._random = random
        self._failures = 0

    def next(self, *, first_free: bool = False) -> float:
        """Count one failure.

        Args:
            first_free: Whether the first failure after a success is retried at once.

        Returns:
            How long to wait, in seconds: between half of the delay and the whole of it.
        """
        failures = self._failures
        self._failures += 1
        if first_free:
            if failures == 0:
                return 0.0
            failures -= 1
        delay = min(self._longest, self._first * 2.0 ** min(failures, 30))
        return delay * (0.5 + self._random() / 2)

    def reset(self) -> None:
        """Forget the failures: there was a success."""
        self._failures = 0


def retry_after(headers: Mapping[str, str]) -> float:
    """Read how long a server wants to be left alone.

    API servers send seconds (k8s.io/apiserver pkg/endpoints/handlers/responsewriters/status.go); the form with a date
    is left to the caller's own backoff.

    Args:
        headers: The headers of its answer.

    Returns:
        Seconds, 0 where it does not say.
    """
    for name, value in headers.items():
        if name.lower() == "retry-after" and value.strip().isdigit():
            return min(float(value), LONGEST_RETRY_AFTER)
    return 0.0
