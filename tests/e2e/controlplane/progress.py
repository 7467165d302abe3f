"""What a long build says meanwhile: one line that is kept up in a terminal, lines now and then elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

from tests.e2e.controlplane.versions import Binary

HEARTBEAT = 30.0
"""Seconds between signs of life where the output is no terminal."""


def duration(seconds: float) -> str:
    """Write a duration as people do.

    Args:
        seconds: How long.

    Returns:
        `24s` or `1m20s`.
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


class Progress:
    """Says which binaries are being built; used from one thread."""

    def __init__(
        self, total: int, out: TextIO = sys.stdout, now: Callable[[], float] = time.monotonic, width: int = 100
    ) -> None:
        self._total = total
        self._out = out
        self._now = now
        self._width = width
        self._is_terminal = out.isatty()
        self._begun: dict[Binary, tuple[int, float]] = {}
        """What is being built: its number, and since when."""
        self._count = 0
        self._said = now()

    def begin(self, binary: Binary) -> None:
        """Say that a binary is being built.

        Args:
            binary: The binary.
        """
        self._count += 1
        self._begun[binary] = self._count, self._now()
        if self._is_terminal:
            self.beat()
        else:
            self._line(f"building {binary.label} ({self._count} of {self._total}) …")

    def end(self, binary: Binary, failed: bool = False) -> None:
        """Say that a binary is done.

        Args:
            binary: The binary.
            failed: It could not be built.
        """
        _, since = self._begun.pop(binary)
        self._line(f"{'failed' if failed else 'done'} {binary.label} in {duration(self._now() - since)}")
        self.beat()

    def beat(self) -> None:
        """Keep the line up, or give a sign of life when it is time for one."""
        words = "; ".join(
            f"building {binary.label} ({number} of {self._total}), {duration(self._now() - since)} …"
            for binary, (number, since) in self._begun.items()
        )
        if self._is_terminal:
            self._out.write(f"\r\x1b[K{words[: self._width]}")
            self._out.flush()
        elif words and self._now() - self._said >= HEARTBEAT:
            self._line(words)

    def close(self) -> None:
        """Leave nothing half-written behind."""
        if self._is_terminal:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def _line(self, text: str) -> None:
        self._said = self._now()
        self._out.write(f"\r\x1b[K{text}\n" if self._is_terminal else f"{text}\n")
        self._out.flush()
