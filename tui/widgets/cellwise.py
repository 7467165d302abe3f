"""Text measured in terminal cells: cutting, padding, wrapping."""

from collections.abc import Iterable

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_BLANKS = str.maketrans("\t\n\v\f\r", "     ")
"""Text may have several lines where it was one; drawn, each of these is one cell."""


def width_of(text: str) -> int:
    """How many cells a text takes.

    Args:
        text: A text without control characters.

    Returns:
        The number of cells; East Asian wide characters and emoji take two.
    """
    return len(text) if text.isascii() else cell_len(text)


def _most_characters(width: int) -> int:
    """More characters than a width has room for, accents and joiners included: what measuring is bounded by."""
    return 8 * max(0, width) + 64


def cut(text: str, width: int, mark: str = "…") -> str:
    """Cut a text at its end so that it fits.

    Args:
        text: The text.
        width: How many cells it may take.
        mark: What stands where something was cut off, one cell wide.

    Returns:
        A text of at most `width` cells.
    """
    text = text[: _most_characters(width)]
    if width_of(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + mark if width > 0 else ""


def cut_left(text: str, width: int, mark: str = "…") -> str:
    """Cut a text at its beginning so that it fits: the end of a path tells more.

    Args:
        text: The text.
        width: How many cells it may take.
        mark: What stands where something was cut off, one cell wide.

    Returns:
        A text of at most `width` cells.
    """
    text = text[-_most_characters(width) :]
    if width_of(text) <= width or width <= 0:
        return text
    return mark + set_cell_size(text[::-1], width - 1)[::-1].lstrip()


def fit(text: str, width: int, mark: str = "…", right: bool = False) -> str:
    """Cut or pad a text to exactly a width.

    Args:
        text: The text.
        width: How many cells it shall take.
        mark: What stands where something was cut off.
        right: Align to the right.

    Returns:
        A text of `width` cells.
    """
    text = cut(text, width, mark)
    padding = " " * (width - width_of(text))
    return padding + text if right else text + padding


def cell_at(cells: Iterable[tuple[int, str]], x: int) -> str | None:
    """What stands in a column of a line of cells.

    Args:
        cells: The column behind each cell, and what the cell stands for, from left to right.
        x: The column.

    Returns:
        It, None behind the last cell.
    """
    return next((what for end, what in cells if x < end), None)


def wrap(text: str, width: int) -> list[str]:
    """Break a line at blanks so that each part fits; words that are too long are broken.

    Args:
        text: One line.
        width: How many cells a line may take.

    Returns:
        The lines, at least one.
    """
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        candidate = f"{current} {word}" if current else word
        if width_of(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        *whole, current = chop_cells(word, max(1, width)) or [word]
        lines.extend(whole)
    return [*lines, current]


class Line:
    """A line under construction: pieces of text with styles, up to a width."""

    def __init__(self, width: int, base: Style) -> None:
        self._left = width
        self._base = base
        self._segments: list[Segment] = []

    @property
    def left(self) -> int:
        """How many cells are still free."""
        return self._left

    def add(self, text: str, style: Style | None = None, mark: str = "…") -> "Line":
        """Append a text; what does not fit is cut off.

        Args:
            text: The text.
            style: How it is drawn, over the base style.
            mark: What stands where something was cut off.

        Returns:
            The line itself.
        """
        if self._left > 0 and text:
            if not text.isprintable():
                text = text.translate(_BLANKS)
            text = cut(text, self._left, mark)
            self._left -= width_of(text)
            style = self._base + style if style else self._base
            before = self._segments[-1] if self._segments else None
            if before is not None and (before.style == style or not text.strip()):
                # one run, fewer bytes on the wire; blanks have no colour
                self._segments[-1] = Segment(before.text + text, before.style)
            else:
                self._segments.append(Segment(text, style))
        return self

    def add_right(self, pieces: list[tuple[str, Style]]) -> "Line":
        """Append pieces at the right edge, as far as there is room for all of them.

        Args:
            pieces: Texts and their styles.

        Returns:
            The line itself.
        """
        room = self._left - sum(width_of(text) for text, _ in pieces)
        if room >= 0:
            self.add(" " * room)
            for text, style in pieces:
                self.add(text, style)
        return self

    def strip(self) -> Strip:
        """The finished line.

        Returns:
            A strip, padded to the full width.
        """
        return Strip(self.add(" " * self._left)._segments)
