"""The program under test in a pseudo-terminal of its own, whose output is drained, timed and counted."""

import codecs
import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.screen import Screen

_ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronized output: known, as in most terminals today
    b"\x1b[c": b"\x1b[?62;22c",
}
"""What a terminal is asked and what it answers."""

_PATIENCE = 5.0
"""Seconds that the program is given to end by itself."""


class ProgramError(Exception):
    """The program has ended, or does not show what it should; the text says what was on its screen."""


class Terminal:
    """A running program, seen through its terminal."""

    def __init__(self, pid: int, master: int, started: float, columns: int, rows: int) -> None:
        self.pid = pid
        self.started = started
        """When it was started, on the monotonic clock."""
        self.columns, self.rows = columns, rows
        self.written = 0
        """How many bytes it has written to its terminal."""
        self.last_output = started
        """When it last wrote anything."""
        self.screen = Screen(columns, rows)
        self._master = master
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def press(self, keys: str) -> float:
        """Send keys.

        Args:
            keys: The characters that they send.

        Returns:
            When they were sent, on the monotonic clock.
        """
        now = time.monotonic()
        os.write(self._master, keys.encode())
        return now

    def drain(self, seconds: float) -> None:
        """Take in what the program writes for some time.

        Args:
            seconds: How long.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._take(left)

    def wait_for(self, shown: Callable[[Screen], bool], seconds: float, what: str) -> float:
        """Wait until the screen shows something.

        Args:
            shown: Whether it does.
            seconds: How long to wait at most.
            what: What is awaited, for the error.

        Returns:
            When it was shown, on the monotonic clock.

        Raises:
            ProgramError: It was not shown in time, or the program ended.
        """
        end = time.monotonic() + seconds
        while not shown(self.screen):
            left = end - time.monotonic()
            if left <= 0:
                raise ProgramError(f"no {what} within {seconds:.0f} s; its screen:\n{self._shown()}")
            self._take(left)
        return self.last_output

    def wait_for_silence(self, seconds: float, at_most: float) -> None:
        """Wait until the program has written nothing for a while.

        Args:
            seconds: How long it must have been silent.
            at_most: How long to wait for that, in seconds.
        """
        end = time.monotonic() + at_most
        while time.monotonic() < min(end, self.last_output + seconds):
            self._take(0.1)

    def _take(self, seconds: float) -> None:
        """Read once, waiting no longer than that."""
        if not select.select([self._master], [], [], seconds)[0]:
            return
        try:
            data = os.read(self._master, 1 << 20)
        except OSError:  # how Linux tells that the last process left the terminal
            data = b""
        if not data:
            raise ProgramError(f"it ended; its screen:\n{self._shown()}")
        self.last_output = time.monotonic()
        self.written += len(data)
        for question, answer in _ANSWERS.items():
            if question in data:
                os.write(self._master, answer)
        self.screen.feed(self._decode(data))

    def _shown(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.lines if line.strip())


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], columns: int, rows: int) -> Iterator[Terminal]:
    """Run a program in a terminal as long as the context lasts.

    Args:
        command: The program, its path first, and its arguments.
        environment: Its whole environment.
        columns: The terminal's width.
        rows: The terminal's height.

    Yields:
        The terminal.
    """
    started = time.monotonic()
    pid, master = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execve(command[0], list(command), dict(environment))  # noqa: S606 - no shell is wanted
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    try:
        yield Terminal(pid, master, started, columns, rows)
    finally:
        _end(pid)
        os.close(master)


def _end(pid: int) -> None:
    """End the program and what it started; politely at first."""
    for number, patience in ((signal.SIGTERM, _PATIENCE), (signal.SIGKILL, _PATIENCE)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return
            time.sleep(0.02)


def environment_for(folder: Path) -> dict[str, str]:
    """An environment in which nothing of the user's own set-up counts.

    Args:
        folder: A temporary folder for configuration, cache and state.

    Returns:
        The whole environment.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    own = {f"GITOPS_TUI_{name.upper()}_DIR": str(folder / name) for name in ("config", "cache", "state")}
    return {**kept, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor", **own}


def command_for(kubeconfig: Path) -> list[str]:
    """The command that runs the program against a load server.

    Args:
        kubeconfig: Where the server is.

    Returns:
        The program and its arguments.
    """
    return [sys.executable, "-m", "tui", "--kubeconfig", str(kubeconfig)]
