"""The matrix of the fleet: objects down, contexts across."""

from datetime import datetime

from rich.style import Style
from textual import events
from textual.strip import Strip

from tui.model.aim import Target
from tui.model.cells import FLUX_NAMESPACE
from tui.model.fleet import Cell, Column, Matrix, Rank
from tui.model.fleet import Line as Entry
from tui.model.health import State
from tui.model.kinds import KINDS
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.widgets.aimed import AimedView
from tui.widgets.cellwise import Line, cut, fit, width_of
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

_NAME_SHARE = 0.3
_LEAST_NAME, _MOST_NAME = 16, 44
_LEAST_COLUMN = 14
_COUNTED = {
    Rank.DIFFERS: "differ",
    Rank.MISSING: "missing somewhere",
    Rank.FAULT: "broken",
    Rank.SAME: "the same",
    Rank.SINGLE: "in one only",
}


class FleetPane(AimedView):
    """The rows; one cell is under the cursor. Their title is the head's."""

    titled = False

    def __init__(self, palette: Palette, picture: Picture) -> None:
        super().__init__(palette, picture, "matrix")
        self.matrix = Matrix()
        self.cursor = 0
        self.column = 0
        """The context under the cursor."""
        self.first = 0
        """The first visible context."""
        self.about = ""
        self._selected: tuple[str, str, str] | None = None

    @property
    def entry(self) -> Entry | None:
        """The row under the cursor."""
        lines = self.matrix.lines
        return lines[self.cursor] if self.cursor is not None and self.cursor < len(lines) else None

    @property
    def selected(self) -> ObjectRef | None:
        """The object under the cursor; it need not exist in that context."""
        columns, entry = self.matrix.columns, self.entry
        return entry.ref(columns[self.column].context) if entry is not None and columns else None

    @property
    def target(self) -> Target | None:
        """What is under the cursor, as the picture is now."""
        return self.target_at(self.selected) if self.selected is not None else None

    def show(self, matrix: Matrix, about: str, now: datetime) -> None:
        """Show another matrix; the cursor stays on its object and its context.

        Args:
            matrix: The rows and columns.
            about: What the title says: how it is looked at.
            now: The time.
        """
        is_by_hand = about != self.about
        before = self.matrix.columns[self.column].context if self.matrix.columns else ""
        self.matrix, self.about = matrix, about
        contexts = [column.context for column in matrix.columns]
        self.column = contexts.index(before) if before in contexts else min(self.column, max(0, len(contexts) - 1))
        place = next(
            (n for n, line in enumerate(matrix.lines) if (line.kind, line.namespace, line.name) == self._selected), None
        )
        if place is not None and self.cursor is not None:
            self.top += place - self.cursor
        self.cursor = place if place is not None else max(0, min(self.cursor or 0, len(matrix.lines) - 1))
        self.show_cursor()
        if place is None and self._selected is None:
            self._remember()
        self.rests(now, by_hand=is_by_hand)
        self.repaint()

    def select(self, ref: ObjectRef) -> None:
        """Put the cursor on an object, as far as it is shown.

        Args:
            ref: The object.
        """
        contexts = [column.context for column in self.matrix.columns]
        if ref.context in contexts:
            self.column = contexts.index(ref.context)
        for place, line in enumerate(self.matrix.lines):
            if line.ref(ref.context) == ref:
                self.cursor = place
                break
        self._remember()
        self.aim.chosen(self.target)
        self.show_cursor()
        self.repaint()

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a row and remember its object."""
        super().move_cursor(index)
        self._remember()
        self.aim.chosen(self.target)

    def go_across(self, step: int) -> None:
        """Put the cursor on another context.

        Args:
            step: How many columns to the right, negative for left.
        """
        self.column = max(0, min(self.column + step, len(self.matrix.columns) - 1))
        self.aim.chosen(self.target)
        self.repaint()

    def count_lines(self) -> int:
        """One line an object."""
        return len(self.matrix.lines)

    def empty(self) -> str:
        """Why there are no rows."""
        return "No context is connected, or nothing matches: esc clears the filter"

    def name_width(self) -> int:
        """How many cells the objects' names have."""
        return max(_LEAST_NAME, min(_MOST_NAME, int(self.size.width * _NAME_SHARE)))

    def column_width(self) -> int:
        """How many cells a context has: all are in sight where they can be."""
        cells = (cell for line in self.matrix.lines for cell in line.cells if cell is not None)
        widest = max((width_of(cell.revision) + 4 for cell in cells), default=0)
        named = max((width_of(f"{c.context} {c.note}") + 4 for c in self.matrix.columns), default=0)
        share = (self.size.width - self.name_width()) // max(1, len(self.matrix.columns))
        return min(max(_LEAST_COLUMN, share), max(_LEAST_COLUMN, widest, named))

    def in_sight(self) -> range:
        """The columns that are in sight; the one under the cursor always is."""
        room = max(1, (self.size.width - self.name_width()) // self.column_width())
        self.first = max(min(self.first, self.column), self.column - room + 1)
        self.first = max(0, min(self.first, len(self.matrix.columns) - room))
        return range(self.first, min(self.first + room, len(self.matrix.columns)))

    def column_at(self, x: int) -> int | None:
        """The context that a cell of the screen belongs to.

        Args:
            x: The cell.

        Returns:
            The column's number, None over the names.
        """
        place = (x - self.name_width()) // self.column_width() + self.first
        return place if x >= self.name_width() and place in self.in_sight() else None

    def draw_line(self, index: int, width: int) -> Strip:
        """An object in all contexts."""
        palette, entry = self.palette, self.matrix.lines[index]
        here = index == self.cursor
        line = Line(width, palette.base + palette.cursor if here else palette.base)
        line.add(palette.sign("cursor") if here else " ", palette.accent)
        self._draw_name(line, entry)
        for number in self.in_sight():
            chosen = here and number == self.column
            self._draw_cell(line, entry, number, chosen)
        return line.strip()

    def _draw_name(self, line: Line, entry: Entry) -> None:
        palette, mark = self.palette, self.palette.sign("cut")
        kind = KINDS[entry.kind].short
        name = entry.name if entry.namespace in ("", FLUX_NAMESPACE) else f"{entry.namespace}/{entry.name}"
        style = palette.dim if entry.rank >= Rank.SAME else palette.text
        room = self.name_width() - 2
        told = cut(name, room - width_of(kind) - 1, mark)
        line.add(told, style).add(fit(f" {kind}", room - width_of(told), mark), palette.dim).add(" ")

    def _draw_cell(self, line: Line, entry: Entry, number: int, chosen: bool) -> None:
        cell, column, rank = entry.cells[number], self.matrix.columns[number], entry.rank
        palette, mark, width = self.palette, self.palette.sign("cut"), self.column_width()
        over = Style(underline=True, bold=True) if chosen else Style()
        line.add(palette.sign("closed") if chosen else " ", palette.accent)
        if cell is None:
            told = "missing" if column.tells(entry.kind, entry.namespace) else "not seen"
            style = palette.text if told == "missing" and rank is Rank.MISSING else palette.dim
            line.add(fit(f"{palette.sign('dot')} {told}", width - 1, mark), style + over)
            return
        dim = not column.compared
        style = palette.dim if dim else palette.state(cell.state)
        line.add(f"{palette.glyph(cell.state)} ", style)
        text = cut(palette.plain(cell.revision or cell.state.value), width - 4, mark)
        line.add(text, (self._difference(cell) if cell.odd and not dim else palette.dim) + over)
        line.add(" " * (width - 3 - width_of(text)))

    def _difference(self, cell: Cell) -> Style:
        """What differs: in its state's colour where the state is the difference, else strong."""
        return self.palette.strong if cell.state is State.READY else self.palette.state(cell.state)

    def _remember(self) -> None:
        entry = self.entry
        self._selected = (entry.kind, entry.namespace, entry.name) if entry is not None else None


class FleetHead(LineView, can_focus=False):
    """Above the matrix: whether the same commit is everywhere, and the contexts."""

    titled = False

    def __init__(self, palette: Palette, pane: FleetPane) -> None:
        super().__init__(palette, id="head")
        self._pane = pane

    def count_lines(self) -> int:
        """The title, the headline and the contexts."""
        return 3

    def draw_line(self, index: int, width: int) -> Strip:
        """One of the three."""
        palette, matrix = self.palette, self._pane.matrix
        if index == 0:
            counts = ", ".join(f"{count} {_COUNTED[rank]}" for rank, count in matrix.counts)
            every = sum(count for _, count in matrix.counts)
            shown = len(matrix.lines)
            return self.title(
                f"{self._pane.about} · {counts}", f"{every}" if shown == every else f"{shown} of {every}", width
            )
        line = Line(width, palette.base)
        if index == 1:
            return line.add(f" {palette.plain(matrix.headline)}", palette.text, palette.sign("cut")).strip()
        pane, column_width = self._pane, self._pane.column_width()
        visible, known = pane.in_sight(), list(pane.picture.statuses)
        more = f"{palette.sign('cut')}+{visible.start}" if visible.start else ""
        line.add(fit(more, pane.name_width(), palette.sign("cut"), right=True), palette.dim)
        for number in visible:
            self._draw_context(line, matrix.columns[number], known.index(matrix.columns[number].context), column_width)
        hidden = len(matrix.columns) - visible.stop
        return line.add(f" +{hidden}{palette.sign('cut')}" if hidden else "", palette.dim).strip()

    def _draw_context(self, line: Line, column: Column, number: int, width: int) -> None:
        palette, mark = self.palette, self.palette.sign("cut")
        phase = self._pane.picture.statuses[column.context].phase
        style = palette.context(number) if column.compared else palette.dim
        name = cut(column.context, width - 4, mark)
        line.add(f" {palette.phase_glyph(phase)} ", palette.phase(phase)).add(name, style)
        line.add(fit(f" {column.note}" if column.note else "", width - 3 - width_of(name), mark), palette.dim)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the context that was clicked."""
        number = self._pane.column_at(event.x)
        if event.y == 2 and number is not None:
            self._pane.go_across(number - self._pane.column)
