"""What was asked and what became of it, one line each."""

from textual.strip import Strip

from tui.model.journalwords import JournalLine
from tui.model.text import counted
from tui.widgets.cellwise import Line, fit, width_of
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

_WIDE = 100
"""Cells from which on there is room for who asked."""

_MOST = {"who": 24, "context": 20, "verb": 10, "what": 60}
"""Columns between the time and what became of it: how wide each may be."""

_SHARE = 0.3
"""Of the width, for the object; what became of it needs the rest."""


class JournalPane(LineView):
    """Actions, newest first, with a cursor."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="journal")
        self._lines: list[JournalLine] = []
        self._widths: dict[str, int] = {}
        self._empty = ""

    def show(self, lines: list[JournalLine], cursor: int, empty: str) -> None:
        """Show some actions.

        Args:
            lines: Newest first.
            cursor: The selected one.
            empty: What is said where there are none.
        """
        self._lines, self._empty = lines, empty
        self.cursor = cursor if lines else None
        cells = {name: [width_of(getattr(line, name)) for line in lines] for name in _MOST}
        self._widths = {name: min(_MOST[name], max(widths, default=0)) for name, widths in cells.items()}
        self.show_cursor()
        self.repaint()

    def count_lines(self) -> int:
        """One line an action."""
        return len(self._lines)

    def empty(self) -> str:
        """That nothing was asked, or that it is being read."""
        return self._empty

    def draw_title(self, width: int) -> Strip:
        """How many there are."""
        return self.title("journal", counted(len(self._lines), "action") if self._lines else "", width)

    def draw_line(self, index: int, width: int) -> Strip:
        """How it went, when, who, where, what, and the outcome in the width that is left."""
        shown, palette = self._lines[index], self.palette
        cut = palette.sign("cut")
        line = Line(width, palette.base + palette.cursor if index == self.cursor else palette.base)
        line.add(f" {palette.glyph(shown.state)} ", palette.state(shown.state)).add(f"{shown.when}  ", palette.dim)
        for name, columns in self._widths.items():
            if name != "who" or width >= _WIDE:
                style = palette.text if name == "what" else palette.dim
                room = min(columns, int(_SHARE * width)) if name == "what" else columns
                line.add(f"{fit(palette.plain(getattr(shown, name)), room, cut)}  ", style)
        return line.add(palette.plain(shown.told), palette.name(shown.state), cut).strip()
