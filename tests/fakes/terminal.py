"""A process in a pseudo-terminal."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENTERED_ALTERNATE_SCREEN = "\x1b[?1049h"

_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Makes standard input the terminal that controls the process, so that its signals come as in a real one."""


class Terminal:
    """What a process writes, and a keyboard for it."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self.master = master
        """Our end of the pseudo-terminal; -1 when it was hung up."""
        self._read = b""

    @property
    def text(self) -> str:
        """All that it has written so far."""
        return self._read.decode(errors="replace")

    @property
    def written(self) -> int:
        """How many bytes it has written so far."""
        return len(self._read)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.master, text.encode())

    def until(self, true: Callable[[], object], seconds: float = 45.0) -> None:
        """Read what it writes until something is true.

        Args:
            true: Whether it is so now.
            seconds: How long to wait.

        Raises:
            AssertionError: It never was, or the process ended before; says what is on the screen.
        """
        end = time.monotonic() + seconds
        while not true():
            ended = self.process.poll() is not None
            assert time.monotonic() < end, f"it never came true; {self.described()}"
            if not self._take(0.05) and ended and not true():
                raise AssertionError(f"it ended with code {self.process.returncode}; {self.described()}")

    def until_shown(self, text: str) -> None:
        """Read until a text was written."""
        self.until(lambda: text in self.text)

    def until_quiet(self, seconds: float, within: float = 60.0) -> None:
        """Read until it writes nothing for a while.

        Args:
            seconds: The while.
            within: How long to wait for it.

        Raises:
            AssertionError: It never fell silent.
        """
        last = time.monotonic()
        end = last + within
        while time.monotonic() - last < seconds:
            assert time.monotonic() < end, f"it never fell silent; {self.described()}"
            if self._take(0.05):
                last = time.monotonic()

    def read_for(self, seconds: float) -> None:
        """Read what it writes for a while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._take(left)

    def end(self, seconds: float = 45.0) -> int:
        """Read until it ends.

        Returns:
            Its exit code.
        """
        self.until(lambda: self.process.poll() is not None, seconds)
        while self._take(0):
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the terminal, as one closes a window."""
        os.close(self.master)
        self.master = -1

    def described(self) -> str:
        """What a complaint says of the screen."""
        return f"written so far: {self.text[-2000:]!r}"

    def _take(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], seconds)
        try:
            more = os.read(self.master, 65536) if ready else b""
        except OSError:  # the other end was closed: Linux says EIO
            more = b""
            time.sleep(seconds)
        self._read += more
        return bool(more)


@contextmanager
def running(
    *arguments: str, environ: Mapping[str, str] | None = None, size: tuple[int, int] = (100, 30)
) -> Iterator[Terminal]:
    """Run `gitops-tui` in a terminal of its own.

    Args:
        arguments: Its arguments.
        environ: Environment variables beside this process's.
        size: Columns and lines.

    Yields:
        The terminal; the process is killed at the end if it still runs.
    """
    with started(arguments, environ or {}, size) as (process, master):
        yield Terminal(process, master)


@contextmanager
def started(
    arguments: tuple[str, ...], environ: Mapping[str, str], size: tuple[int, int]
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start `gitops-tui` with a pseudo-terminal that controls it, as a shell in a terminal's window does.

    Args:
        arguments: Its arguments.
        environ: Environment variables beside this process's.
        size: Columns and lines.

    Yields:
        The process, killed at the end if it still runs, and our end of the pseudo-terminal.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    master, slave = pty.openpty()
    set_size(master, size)
    process = subprocess.Popen(
        [sys.executable, "-ISc", _TAKE_TERMINAL, sys.executable, "-m", "tui", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env={**inherited, "TERM": "xterm-256color", **environ},
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield process, master
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        with suppress(OSError):  # it was hung up
            os.close(master)


def set_size(master: int, size: tuple[int, int]) -> None:
    """Give a pseudo-terminal a size; what it controls gets SIGWINCH.

    Args:
        master: Our end of it.
        size: Columns and lines.
    """
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
