"""What is wrong with a configuration file, in words that say where and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from tui.model.text import clean, one_line

_LONGEST_VALUE = 60


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong; everything else in the file still counts."""

    file: str
    """The file's path, for people."""
    line: int
    """The line, from 1; 0 where the file as a whole is meant."""
    what: str
    """What is wrong, with the value, and what holds instead; no full stop at its end."""
    next_step: str = ""
    """What to do, as a sentence."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.what}. {self.next_step}".rstrip() if self.next_step else f"{where}: {self.what}"


def quoted(value: object) -> str:
    """Quote a value from a file so that it can stand in a sentence: one line, harmless, not too long.

    Args:
        value: What the file says.

    Returns:
        The value in quotes.
    """
    text = one_line(clean(str(value)))
    if len(text) > _LONGEST_VALUE:
        text = text[: _LONGEST_VALUE - 1] + "…"
    return f"'{text}'"


def suggest(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant.

    Args:
        word: What was written.
        known: What could have been written.

    Returns:
        A sentence: `Did you mean 'theme'?`, or else all that is known.
    """
    names = sorted(known)
    close = get_close_matches(word.lower(), names, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"Known: {', '.join(names) or 'none'}."
