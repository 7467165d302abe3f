"""Writing: tables, colours where they are seen, JSON, YAML, and complaints."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

import msgspec

from tui.commands.items import Item, Printed
from tui.model.health import State
from tui.model.text import one_line

_COLOURS = {
    State.FAILED: "31;1",
    State.STALLED: "31;1",
    State.WAITING: "33",
    State.TERMINATING: "35",
    State.PROGRESSING: "36",
    State.SUSPENDED: "34",
    State.READY: "32",
}
"""ANSI codes of the terminal's own colours."""

_GAP = "   "


def complain(text: str) -> None:
    """Say something beside the output.

    Args:
        text: A sentence.
    """
    print(f"gitops-tui: {one_line(text)}", file=sys.stderr, flush=True)


def is_coloured(stream: TextIO | None = None) -> bool:
    """Whether what is written is looked at in a terminal that has colours and may use them.

    Args:
        stream: Where it is written; by default the output.

    Returns:
        True where colours are seen.
    """
    return (stream or sys.stdout).isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, state: str, coloured: bool) -> str:
    """A text in the colour of a state, which is never all that tells it.

    Args:
        text: The text.
        state: The state.
        coloured: Whether colours are seen.

    Returns:
        The text, between escape codes where it has a colour.
    """
    code = next((code for one, code in _COLOURS.items() if one == state), "") if coloured else ""
    return f"\x1b[{code}m{text}\x1b[0m" if code else text


class Table:
    """Columns as wide as their widest cell was when the first rows were printed; rows that come later keep them."""

    def __init__(self, titles: Sequence[str], states: str) -> None:
        self._titles = tuple(titles)
        self._states = self._titles.index(states)
        """The column that is coloured."""
        self._coloured = is_coloured()
        self._widths: list[int] = []

    def write(self, rows: Sequence[Sequence[str]]) -> None:
        """Print some rows, below the titles if they are the first.

        Args:
            rows: A cell for each title; the last one is not padded.
        """
        if not self._widths and rows:
            self._widths = [max(map(len, column)) for column in zip(self._titles, *rows, strict=True)]
            print(self._line(self._titles))
        for row in rows:
            print(self._line(row))
        sys.stdout.flush()

    def _line(self, row: Sequence[str]) -> str:
        cells = [cell.ljust(width) for cell, width in zip(row, self._widths, strict=True)]
        state = row[self._states]
        cells[self._states] = cells[self._states].replace(state, paint(state, state, self._coloured), 1)
        return _GAP.join((*cells[:-1], row[-1])).rstrip()


def write_document(document: Printed, output: str) -> None:
    """Print the whole output.

    Args:
        document: It.
        output: `json` or `yaml`.
    """
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(document), indent=2).decode(), flush=True)
    else:
        print(_yaml(document), end="", flush=True)


def write_each(items: Iterable[Item], output: str) -> None:
    """Print objects one by one as they change.

    Args:
        items: The objects.
        output: `json` for one line each, `yaml` for one document each.
    """
    for item in items:
        print(msgspec.json.encode(item).decode() if output == "json" else f"---\n{_yaml(item).rstrip()}")
    sys.stdout.flush()


def _yaml(value: msgspec.Struct) -> str:
    import yaml

    plain = msgspec.to_builtins(value)
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120)
    return text
