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
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEFT_ALTERNATE_SCREEN = "\x1b[?1049l"
ENTERED_ALTERNATE_SCREEN = "\x1b[?1049h"


class Terminal:
    """What a process writes, and a keyboard for it."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self._master = master
        self._read = b""

    @property
    def text(self) -> str:
        """All that it has written so far."""
        return self._read.decode(errors="replace")

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def until(self, true: Callable[[], bool], seconds: float = 20.0) -> None:
        """Read what it writes until something is true."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"it never came true; written so far: {self.text[-2000:]!r}"
            self._take(0.05)

    def until_shown(self, text: str) -> None:
        """Read until a text was written."""
        self.until(lambda: text in self.text)

    def end(self, seconds: float = 20.0) -> int:
        """Read until it ends.

        Returns:
            Its exit code.
        """
        self.until(lambda: self.process.poll() is not None, seconds)
        while self._take(0):
            pass
        return self.process.returncode

    def _take(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        try:
            more = os.read(self._master, 65536) if ready else b""
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
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env={**inherited, "TERM": "xterm-256color", **(environ or {})},
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(master)
