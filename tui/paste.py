"""What is pasted is text, whatever it holds; it never presses a key."""

import re
from collections.abc import Iterable

from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers import linux_driver
from textual.message import Message

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters, but for tabs and the ends of lines."""


class PasteParser(XTermParser):
    """Takes the control characters out of a bracketed paste.

    Textual 8.2.8 takes what follows an escape character for keys, also inside a paste (`XTermParser.parse`), and not
    every terminal leaves escape characters out: a log line with colours would press `T`.
    """

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasting = False
        self._last = ""
        """The last characters outside of a paste, which may begin the sequence that begins one."""
        self._held = ""
        """Characters of a paste that may begin the sequence that ends it."""

    def feed(self, data: str) -> Iterable[Message]:
        """Parse what the terminal sent.

        Args:
            data: Some characters; none at the end of everything.

        Returns:
            What it means.
        """
        if not data:
            return super().feed(data)
        harmless = "".join(self._harmless(data))
        return super().feed(harmless) if harmless else ()

    def _harmless(self, data: str) -> Iterable[str]:
        while data:
            piece, data = self._paste(data) if self._pasting else self._keys(data)
            yield piece

    def _keys(self, data: str) -> tuple[str, str]:
        """What comes up to the beginning of a paste, and the rest."""
        seen = self._last + data
        begin = seen.find(BRACKETED_PASTE_START)
        self._pasting = begin >= 0
        if not self._pasting:
            self._last = seen[1 - len(BRACKETED_PASTE_START) :]
            return data, ""
        cut = begin + len(BRACKETED_PASTE_START) - len(self._last)
        self._last = ""
        return data[:cut], data[cut:]

    def _paste(self, data: str) -> tuple[str, str]:
        """What comes up to the end of a paste, harmless, and the rest."""
        content, end, rest = (self._held + data).partition(BRACKETED_PASTE_END)
        self._pasting = not end
        begun = 0 if end else _begun(content)
        self._held = content[len(content) - begun :]
        return _CONTROLS.sub("", content[: len(content) - begun]) + end, rest


def _begun(content: str) -> int:
    """How many of the last characters may begin the sequence that ends a paste."""
    lengths = range(len(BRACKETED_PASTE_END) - 1, 0, -1)
    return next((length for length in lengths if content.endswith(BRACKETED_PASTE_END[:length])), 0)


def guard_pastes() -> None:
    """Let Textual's driver read the terminal so; it offers no other way to choose its parser."""
    linux_driver.XTermParser = PasteParser  # type: ignore[attr-defined]
