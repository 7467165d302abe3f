"""The top line: one cell per context with the state of its connection, and what is wrong everywhere."""

from collections import Counter
from datetime import datetime

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.model.cells import connection_note
from tui.model.health import State
from tui.model.picture import Picture
from tui.widgets.cellwise import Line, cell_at, width_of
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

_ROOMY = 100
"""From so many columns on, totals are spelled out."""
_WITHOUT_NOTE = 3
"""How many pieces of a context's cell tell its number, name and state."""
_COUNTED = (State.FAILED, State.STALLED, State.WAITING, State.SUSPENDED)


class ContextBar(LineView, can_focus=False):
    """Contexts left, totals right."""

    titled = False

    class Chosen(Message):
        """A context's cell was clicked."""

        def __init__(self, context: str) -> None:
            super().__init__()
            self.context = context

    def __init__(self, palette: Palette, picture: Picture) -> None:
        super().__init__(palette, id="contexts")
        self.picture = picture
        self.solo: frozenset[str] = frozenset()
        self._now: datetime | None = None
        self._cells: list[tuple[int, str]] = []

    def show(self, solo: frozenset[str], now: datetime) -> None:
        """Show the contexts as they are.

        Args:
            solo: The contexts that are shown alone, empty for all.
            now: The time.
        """
        self.solo, self._now = solo, now
        self.repaint()

    def count_lines(self) -> int:
        """One."""
        return 1

    def draw_line(self, index: int, width: int) -> Strip:
        """The contexts, as many as fit, and the totals."""
        del index
        palette = self.palette
        line = Line(width, palette.base + palette.panel)
        if self._now is None:
            return line.strip()
        totals = self._totals(compact=width < _ROOMY)
        room = width - _width(totals) - 4
        cells = [self._context_pieces(number, name, self._now) for number, name in enumerate(self.picture.statuses)]
        if sum(map(_width, cells)) > room:
            cells = [pieces[:_WITHOUT_NOTE] for pieces in cells]
        self._cells = []
        for number, (name, pieces) in enumerate(zip(self.picture.statuses, cells, strict=True)):
            if width - line.left + _width(pieces) > room:
                line.add(f" {palette.sign('cut')}+{len(cells) - number}", palette.dim)
                break
            for text, style in pieces:
                line.add(text, style)
            self._cells.append((width - line.left, name))
        return line.add_right(totals).strip()

    def on_click(self, event: events.Click) -> None:
        """Show the context that was clicked alone."""
        if (name := cell_at(self._cells, event.x)) is not None:
            self.post_message(self.Chosen(name))

    def _context_pieces(self, number: int, name: str, now: datetime) -> list[tuple[str, Style]]:
        palette, status = self.palette, self.picture.statuses[name]
        hidden = bool(self.solo) and name not in self.solo
        accent = palette.dim if hidden else palette.context(number)
        digit = str(number + 1) if number < 9 else " "
        glyph, note = palette.phase_glyph(status.phase), connection_note(status, now)
        pieces: list[tuple[str, Style]] = [
            (f" {digit} ", palette.dim),
            (f"{name} ", accent),
            (glyph, palette.phase(status.phase)),
        ]
        if note and note != "off":
            pieces.append((f" {note}", palette.phase(status.phase)))
        return [*pieces, (" ", palette.dim)]

    def _totals(self, compact: bool) -> list[tuple[str, Style]]:
        palette, counts = self.palette, Counter[State]()
        total = 0
        for name in self.picture.statuses:
            if not self.solo or name in self.solo:
                counts += self.picture.count(name)
                total += self.picture.total(name)
        pieces: list[tuple[str, Style]] = []
        gap = "" if compact else " "
        if self.picture.unread:
            told = f" !{len(self.picture.unread)}" if compact else f" ! {len(self.picture.unread)} unread "
            pieces.append((told, palette.warning))
        pieces += [
            (f" {palette.glyph(state)}{gap}{counts[state]}{gap}", palette.state(state))
            for state in _COUNTED
            if counts[state] > 0
        ]
        return [*pieces, (f" /{total} " if compact else f" of {total} ", palette.dim)]


def _width(pieces: list[tuple[str, Style]]) -> int:
    return sum(width_of(text) for text, _ in pieces)
