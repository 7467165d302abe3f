"""A work queue under a simulated clock: one run per object at a time, as controller-runtime does it."""

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count

from tui.demo.resources import Key

Steps = Generator[float, None, float | None]
"""One run: yields the seconds until its next step; returns those until the next run, None for no next run."""


class GoneError(Exception):
    """The object of a run was deleted meanwhile."""


class Engine:
    """Runs what is due, in order of time; the same calls always have the same effect."""

    def __init__(self, start: datetime, begin: Callable[[Key], Steps | None]) -> None:
        """Begin with nothing to do.

        Args:
            start: The time.
            begin: Starts a run of an object; None where it can't be run.
        """
        self.now = start
        self._begin = begin
        self._numbers = count()
        self._queue: list[tuple[datetime, int, Key]] = []
        self._due: dict[Key, datetime] = {}
        self._runs: dict[Key, Steps] = {}
        self._again: set[Key] = set()

    def wake(self, key: Key, after: float) -> None:
        """Have an object run.

        Args:
            key: The object.
            after: In how many seconds; an earlier appointment stays. One that runs meanwhile will run again.
        """
        if key in self._runs:
            self._again.add(key)
            return
        at = self.now + timedelta(seconds=after)
        if key not in self._due or at < self._due[key]:
            self._appoint(key, at)

    def _appoint(self, key: Key, at: datetime) -> None:
        self._due[key] = at
        heappush(self._queue, (at, next(self._numbers), key))

    def forget(self, key: Key) -> None:
        """Drop an object that was deleted.

        Args:
            key: The object.
        """
        self._due.pop(key, None)
        self._runs.pop(key, None)
        self._again.discard(key)

    @property
    def next_due(self) -> datetime | None:
        """When there is something to do next, None for never."""
        while self._queue and self._due.get(self._queue[0][2]) != self._queue[0][0]:
            heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def advance(self, to: datetime) -> None:
        """Do all that is due.

        Args:
            to: The time that it becomes.
        """
        while (at := self.next_due) is not None and at <= to:
            _, _, key = heappop(self._queue)
            del self._due[key]
            self.now = max(self.now, at)
            self._step(key)
        self.now = max(self.now, to)

    def leap(self, to: datetime, spread: Callable[[], float]) -> None:
        """Let time pass without doing what was due in it; all of that is due soon after.

        Args:
            to: The time that it becomes.
            spread: Gives the seconds after which each object is due.
        """
        self.now = to
        waiting = sorted(self._due)
        self._queue = []
        for key in waiting:
            self._due[key] = to + timedelta(seconds=spread())
            self._queue.append((self._due[key], next(self._numbers), key))
        heapify(self._queue)

    def _step(self, key: Key) -> None:
        run = self._runs.get(key) or self._begin(key)
        if run is None:
            return
        self._runs[key] = run
        try:
            self._appoint(key, self.now + timedelta(seconds=next(run)))
        except StopIteration as end:
            self._finish(key, end.value)
        except GoneError:
            self.forget(key)

    def _finish(self, key: Key, requeue: float | None) -> None:
        if self._runs.pop(key, None) is None:
            return
        if key in self._again:
            self._again.discard(key)
            self.wake(key, 0.2)
        elif requeue is not None:
            self.wake(key, requeue)
