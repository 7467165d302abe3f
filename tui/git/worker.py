"""Running what blocks in a thread of its own, so that the loop never waits and anything can be given up at once."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class GivenUpError(Exception):
    """Nobody waits for this errand any more, or its time is over: the thread is to stop."""


class Errand:
    """What a worker thread and the coroutine that waits for it share: progress, deadline, and whether to go on."""

    def __init__(self, progress: Callable[[str], None], seconds: float) -> None:
        """Start the clock; to be called in the event loop.

        Args:
            progress: Told in words what is being done, always from the event loop's thread.
            seconds: How long the errand may take.
        """
        self._loop = asyncio.get_running_loop()
        self._progress = progress
        self._ends = time.monotonic() + seconds
        self._stop = threading.Event()
        self.seconds = seconds
        """How long the errand may take."""

    def give_up(self) -> None:
        """Tell the thread that nobody waits any more."""
        self._stop.set()

    def check(self) -> None:
        """Called by the thread wherever it can stop.

        Raises:
            GivenUpError: The errand was given up, or its time is over.
        """
        if self._stop.is_set() or time.monotonic() > self._ends:
            raise GivenUpError

    def pause(self, seconds: float) -> None:
        """Wait in the thread, but no longer than anybody waits for it.

        Args:
            seconds: How long.

        Raises:
            GivenUpError: As for `check`.
        """
        self._stop.wait(seconds)
        self.check()

    def say(self, text: str) -> None:
        """Tell what is being done, from any thread.

        Args:
            text: In words.
        """
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
            self._loop.call_soon_threadsafe(self._tell, text)

    def _tell(self, text: str) -> None:
        if not self._stop.is_set():
            self._progress(text)


async def run(errand: Errand, work: Callable[[], T]) -> T:
    """Run a function in a thread and wait for it.

    The thread is a daemon of its own rather than one of asyncio's pool: the interpreter waits for the pool at exit,
    and a thread that sits in a dead connection must not keep anybody from quitting.

    Args:
        errand: Given up when this coroutine is cancelled or the time is over; the thread ends at its next `check`.
        work: What to do there.

    Returns:
        What the function returned.

    Raises:
        TimeoutError: The errand's time is over.
        Exception: Whatever the function raised.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(finish: Callable[[], None]) -> None:
        if not future.done():
            finish()

    def target() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - handed over to whoever waits
            raised = error
            finish: Callable[[], None] = lambda: future.set_exception(raised)  # noqa: E731
        else:
            finish = lambda: future.set_result(result)  # noqa: E731
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(settle, finish)

    threading.Thread(target=target, name="git", daemon=True).start()
    try:
        async with asyncio.timeout(errand.seconds):
            return await future
    except GivenUpError as error:
        raise TimeoutError from error
    finally:
        errand.give_up()
