"""What a person sees of a process in a pseudo-terminal: rows of text, colours, and keys by name."""

import copy
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte
from pyte.screens import Char
from wcwidth import wcwidth

from tests.fakes.terminal import Terminal, set_size, started

SYNCHRONIZED, IN_BAND_RESIZE = 2026, 2048
"""Modes that a program asks a terminal for, by DECRQM, before it uses them."""

_KEYS = {
    "enter": "\r",
    "tab": "\t",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
} | {f"ctrl+{letter}": chr(ord(letter) & 0x1F) for letter in "abcdefghijklmnopqrstuvwxyz"}

_ALTERNATE = 1049 << 5
"""The mode of the alternate screen, shifted as pyte shifts private modes."""

_ASKED = re.compile(rb"\x1b\[\?(\d+)\$p")
_KEYBOARD = re.compile(rb"\x1b\[([<>])(\d*)u")
_BEGUN = re.compile(rb"\x1b(\[[<>?]?[\d;]*)?$")


class Screen(Terminal):
    """A terminal with a screen, as xterm would have it.

    A control sequence that it does not know fails the test: no real one would show it either.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], master: int, size: tuple[int, int], modes: frozenset[int]
    ) -> None:
        super().__init__(process, master)
        self._supported = modes
        self._emulated = _Emulated(*size)
        self._stream = pyte.ByteStream(self._emulated)
        self._fresh = self.state
        self._held = b""

    @property
    def rows(self) -> list[str]:
        """The rows of text, without spaces at their ends."""
        return [row.rstrip() for row in self._emulated.display]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return self._emulated.columns

    @property
    def is_alternate(self) -> bool:
        """Whether the alternate screen is shown."""
        return _ALTERNATE in self._emulated.mode

    @property
    def state(self) -> tuple[frozenset[int], int]:
        """Which modes are set, and how many keyboard protocols are pushed."""
        return frozenset(self._emulated.mode), self._emulated.keyboards

    @property
    def frames(self) -> int:
        """How many frames it has drawn, where it may synchronize them."""
        return self._read.count(b"\x1b[?2026h")

    @property
    def bells(self) -> int:
        """How often the terminal was rung."""
        return self._emulated.bells

    @property
    def is_as_before(self) -> bool:
        """Whether every mode is as it was before the process began."""
        return self.state == self._fresh

    def row(self, *texts: str) -> str:
        """The first row that has all of some texts; empty where none has."""
        return next((row for row in self.rows if all(text in row for text in texts)), "")

    def cell(self, row: str, text: str) -> Char:
        """The first cell of a text in a row, with its colours.

        Args:
            row: The row's text, as `row` gives it.
            text: The text in it.
        """
        cells = self._cells(self.rows.index(row))
        return cells[_place(cells, text)]

    def columns_of(self, text: str) -> list[int]:
        """The column where a text begins, of each row that has it, from top to bottom."""
        rows = map(self._cells, range(self._emulated.lines))
        return [place for cells in rows if (place := _place(cells, text)) >= 0]

    def _cells(self, y: int) -> list[Char]:
        line = self._emulated.buffer[y]
        return [line[x] for x in range(self.columns)]

    def until(self, true: Callable[[], object], seconds: float = 90.0) -> None:
        """Read what it writes until something is true of the screen."""
        super().until(true, seconds)

    def until_row(self, *texts: str, seconds: float = 90.0) -> str:
        """Read until a row has all of some texts.

        Returns:
            The row.
        """
        self.until(lambda: self.row(*texts), seconds)
        return self.row(*texts)

    def press(self, *keys: str) -> None:
        """Press keys by name, or characters.

        After escape it waits until the screen has changed: a key that follows at once is taken for alt and that key.
        """
        for key in keys:
            if key == "escape":
                self._press_escape()
            else:
                self.type(_KEYS.get(key, key))

    def _press_escape(self) -> None:
        before = self.written
        self.type("\x1b")
        self.until(lambda: self.written > before)

    def paste(self, text: str) -> None:
        """Paste a text, bracketed."""
        self.type(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        self._emulated.resize(lines, columns)
        set_size(self.master, (columns, lines))
        if IN_BAND_RESIZE << 5 in self._emulated.mode:
            self._tell_size()

    def described(self) -> str:
        """What a complaint says of the screen."""
        return "on the screen is\n" + "\n".join(f"  |{row}" for row in self.rows)

    def _take(self, seconds: float) -> bool:
        before = self.written
        if not super()._take(seconds):
            return False
        more = self._read[before:]
        for asked in _ASKED.finditer(self._read, max(0, before - 12)):
            if asked.end() > before:
                self._answer(int(asked[1]))
        self._show(more)
        return True

    def _show(self, more: bytes) -> None:
        more = self._held + more
        begun = _BEGUN.search(more)
        self._held = begun[0] if begun else b""
        more = more.removesuffix(self._held)
        could = IN_BAND_RESIZE << 5 in self._emulated.mode
        self._stream.feed(_KEYBOARD.sub(self._emulated.switch_keyboard, more))
        if not could and IN_BAND_RESIZE << 5 in self._emulated.mode:
            self._tell_size()

    def _answer(self, mode: int) -> None:
        """Say whether a mode is there: 2 for one that is reset, 0 for one that is unknown (xterm, DECRPM)."""
        self.type(f"\x1b[?{mode};{2 if mode in self._supported else 0}$y")

    def _tell_size(self) -> None:
        screen = self._emulated
        self.type(f"\x1b[48;{screen.lines};{screen.columns};{screen.lines * 16};{screen.columns * 8}t")


def _place(cells: list[Char], text: str) -> int:
    """In which cell a text begins, -1 where it is not; the second cell of a wide character has no text of its own."""
    return "".join(cell.data or "\0" for cell in cells).find(text)


class _Emulated(pyte.Screen):
    """pyte's screen, with an alternate one, and strict."""

    keyboards = 0
    """How many keyboard protocols are pushed (kitty, progressive enhancement), which pyte does not know."""

    bells = 0

    def bell(self, *args: Any) -> None:
        self.bells += 1

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        if 1049 in modes and kwargs.get("private"):
            self._main = copy.copy(self.cursor), copy.deepcopy(self.buffer)
            self.erase_in_display(2)
        super().set_mode(*modes, **kwargs)

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        super().reset_mode(*modes, **kwargs)
        if 1049 in modes and kwargs.get("private"):
            self.cursor, self.buffer = self._main

    def draw(self, data: str) -> None:
        """Draw text; pyte forgets what follows a character without width, such as a variation selector."""
        super().draw("".join(one for one in data if wcwidth(one) > 0))

    def switch_keyboard(self, sequence: re.Match[bytes]) -> bytes:
        self.keyboards += 1 if sequence[1] == b">" else -1
        return b""

    def debug(self, *args: Any, **kwargs: Any) -> None:
        raise AssertionError(f"a control sequence that no terminal knows, with parameters {args} {kwargs}")


@contextmanager
def shown(
    *arguments: str,
    environ: Mapping[str, str] | None = None,
    size: tuple[int, int] = (120, 36),
    modes: frozenset[int] = frozenset((SYNCHRONIZED,)),
) -> Iterator[Screen]:
    """Run `gitops-tui` in a terminal with a screen.

    Args:
        arguments: Its arguments.
        environ: Environment variables beside this process's.
        size: Columns and lines.
        modes: Which of the modes that it may ask for are there.

    Yields:
        The screen; the process is killed at the end if it still runs.
    """
    with started(arguments, {"COLORTERM": "truecolor", **(environ or {})}, size) as (process, master):
        yield Screen(process, master, size, modes)


def home(folder: Path) -> dict[str, str]:
    """The environment of a person who has only just come: nothing in their folders.

    Args:
        folder: Where the home is made.

    Returns:
        Environment variables.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = {f"GITOPS_TUI_{what}_DIR": str(folder / what.lower()) for what in ("CONFIG", "CACHE", "STATE")}
    return {"HOME": str(folder), "PYTHONWARNINGS": "error", "KUBECONFIG": os.devnull, **own}
