"""The tree of all objects of the shown contexts."""

from datetime import datetime

from rich.style import Style
from textual.strip import Strip

from tui.model.aim import Target
from tui.model.cells import Cells, cells, context_cells
from tui.model.changes import Phase
from tui.model.health import FAULTS, State
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.rows import Layout, Row, View
from tui.widgets.aimed import AimedView
from tui.widgets.cellwise import Line, cut, fit, width_of
from tui.widgets.palette import Palette

_KIND_WIDTH = 9
_AGE_WIDTH = 5
_REVISION_WIDTH = 14
_ROOMY = 44
"""From so many cells on, revisions have a column of their own beside the message."""
_NAME_SHARE = 0.46
_LEAST_NAME = 22
_MOST_NAME = 52
_LEAST_FOR_KIND = 44
_GUTTER = 2
_WORST_FIRST = (FAULTS, {State.WAITING, State.TERMINATING, State.UNKNOWN}, {State.SUSPENDED})
"""What somebody has to look at: what is broken first, and what stands still by intent last."""


class TreePane(AimedView):
    """Rows of contexts and objects, one of them under the cursor."""

    def __init__(self, palette: Palette, picture: Picture) -> None:
        super().__init__(palette, picture, "tree")
        self.view = View()
        self.layout_ = Layout()
        self.marks: dict[ObjectRef, str] = {}
        """Marked objects and the uid each had when it was marked."""
        self.cursor = 0
        self._now: datetime | None = None
        self._selected: ObjectRef | None = None

    @property
    def selected(self) -> Row | None:
        """The row under the cursor."""
        rows = self.layout_.rows
        return rows[self.cursor] if self.cursor is not None and self.cursor < len(rows) else None

    @property
    def target(self) -> Target | None:
        """What is under the cursor, as the picture is now."""
        return self.target_at(self.selected.ref) if self.selected is not None else None

    def show(self, layout: Layout, view: View, now: datetime) -> None:
        """Show another layout; the cursor stays on its object, at the same height where it can.

        Args:
            layout: The rows.
            view: How they were chosen.
            now: The time, for ages.
        """
        before, is_by_hand = self.layout_, view != self.view
        self.layout_, self.view, self._now = layout, view, now
        if layout is not before:
            self._keep_selection(before)
        self.rests(now, by_hand=is_by_hand)
        self.repaint()

    def select(self, ref: ObjectRef) -> bool:
        """Put the cursor on a row.

        Args:
            ref: The row's reference.

        Returns:
            Whether there is such a row.
        """
        place = self.layout_.position.get(ref)
        if place is not None:
            self.move_cursor(place)
        return place is not None

    def is_marked(self, ref: ObjectRef) -> bool:
        """Whether an object is marked: itself, and not one that stood there under its name.

        Args:
            ref: The object.

        Returns:
            False also where it is gone.
        """
        uid, resource = self.marks.get(ref), self.picture.get(ref)
        return uid is not None and resource is not None and resource.metadata.uid == uid

    def find_fault(self, step: int, start: int) -> int | None:
        """The next row of an object that is broken; where nothing is, of one that waits, then of one that is suspended.

        Args:
            step: 1 for down, -1 for up; it goes on at the other end.
            start: The line to begin after.

        Returns:
            Its line, None where all that is shown is fine.
        """
        rows = self.layout_.rows
        places = [(start + step * distance) % len(rows) for distance in range(1, len(rows) + 1)]
        objects = [place for place in places if not rows[place].is_context]
        for states in _WORST_FIRST:
            for place in objects:
                health = self.picture.health(rows[place].ref)
                if health.state in states or (health.drifted and State.WAITING in states):
                    return place
        return None

    def select_first_fault(self) -> None:
        """Put the cursor on the first row that is broken, or waits, with what leads to it in sight.

        For who has not pressed a key yet: until now there was no object under the cursor that one could be meant for.

        Never on what is suspended: there a key that was meant for something else would resume it.
        """
        place = self.find_fault(1, -1)
        if place is not None and self.picture.health(self.layout_.rows[place].ref).state is not State.SUSPENDED:
            self.top = max(0, place - self.body_height // 2)
            self.move_cursor(place)

    def select_first_hit(self) -> bool:
        """Put the cursor on the first object that passes the filter, unless it is on one.

        Returns:
            Whether it has moved.
        """
        hits = [place for place, row in enumerate(self.layout_.rows) if row.is_hit]
        if not hits or self.cursor in hits:
            return False
        self.move_cursor(hits[0])
        return True

    def is_on_fold_sign(self, index: int, x: int) -> bool:
        """Whether a cell shows the sign that opens and closes a row's branches.

        Args:
            index: The line.
            x: The cell in it.

        Returns:
            True on the sign of a row that has branches.
        """
        row = self.layout_.rows[index]
        return row.branches and x - _GUTTER - 2 * max(0, row.depth - 1) in (0, 1)

    def count_lines(self) -> int:
        """One line a row."""
        return len(self.layout_.rows)

    def empty(self) -> str:
        """How to get rows."""
        return "No context is connected: press its digit, or : and connect NAME"

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a line and remember what it stands for, as a person asks."""
        self._put_cursor(index)
        self.aim.chosen(self.target)

    def draw_title(self, width: int) -> Strip:
        """Mode, filter, and how much of everything is shown."""
        layout, view = self.layout_, self.view
        parts = [f"tree · {view.mode.value}"]
        if view.faults_only:
            parts.append("faults only")
        if view.query:
            parts.append(f"/{view.query.text}")
        if self.marks:
            parts.append(f"{len(self.marks)} marked")
        count = f"{layout.total}" if layout.matched == layout.total else f"{layout.matched} of {layout.total}"
        return self.title(" · ".join(parts), count, width)

    def draw_line(self, index: int, width: int) -> Strip:
        """One row of a context or an object."""
        row = self.layout_.rows[index]
        under_cursor = index == self.cursor
        base = self.palette.base
        marked = self.is_marked(row.ref)
        if marked:
            base += self.palette.marked
        if under_cursor:
            base += self.palette.cursor
        line = Line(width, base)
        line.add(self.palette.sign("cursor") if under_cursor else " ", self.palette.accent)
        line.add(self.palette.sign("mark") if marked else " ", self.palette.accent)
        now = self._now
        if now is None:
            return line.strip()
        if row.is_context:
            return self._draw_context(row, line, now)
        return self._draw_object(row, line, width, now)

    def _draw_context(self, row: Row, line: Line, now: datetime) -> Strip:
        palette, told = self.palette, context_cells(row.ref.context, self.picture, now)
        contexts = list(self.picture.statuses)
        fold = "closed" if row.folded else "open"
        line.add(f"{palette.sign(fold) if row.branches else ' '} ", palette.dim)
        line.add(told.name, palette.context(contexts.index(told.name)))
        if told.note:
            status = self.picture.statuses[told.name]
            line.add(f"  {palette.phase_glyph(status.phase)} {told.note}", palette.phase(status.phase))
        counts = [(f"{palette.glyph(state)} {count}  ", palette.state(state)) for state, count in told.counts]
        return line.add_right([("  ", palette.dim), *counts, (f"/ {told.total} ", palette.dim)]).strip()

    def _draw_object(self, row: Row, line: Line, width: int, now: datetime) -> Strip:
        palette, told = self.palette, cells(row, self.picture, now)
        stale = self.picture.statuses[row.ref.context].phase is not Phase.LIVE or row.scaffold
        mark = palette.sign("cut")
        name_width = min(_MOST_NAME, max(_LEAST_NAME, int(width * _NAME_SHARE))) - _GUTTER
        self._draw_name(row, told, line, name_width, stale)
        if width >= _LEAST_FOR_KIND:
            line.add(fit(told.kind, _KIND_WIDTH, mark), palette.dim)
        rest = line.left - _AGE_WIDTH - 1
        self._draw_rest(told, line, rest, stale)
        return line.add(fit(told.age, _AGE_WIDTH, mark, right=True), palette.dim).add(" ").strip()

    def _draw_name(self, row: Row, told: Cells, line: Line, width: int, stale: bool) -> None:
        palette = self.palette
        indent = "  " * min(row.depth - 1, max(0, (width - 12) // 2))
        fold = palette.sign("closed" if row.folded else "open") if row.branches else " "
        line.add(f"{indent}{fold} ", palette.dim)
        line.add(palette.glyph(told.state), palette.dim if stale else palette.state(told.state)).add(" ")
        left = width - len(indent) - 5
        mark, style = palette.sign("cut"), palette.dim if stale else palette.name(told.state)
        name = cut(told.name, left, mark)
        line.add(name, style)
        line.add(fit(f" {told.namespace}" if told.namespace else "", left - width_of(name), mark), palette.dim).add(" ")

    def _draw_rest(self, told: Cells, line: Line, width: int, stale: bool) -> None:
        """Revision and message; where there is little room, what is wrong matters more than the revision."""
        palette, mark, width = self.palette, self.palette.sign("cut"), max(0, width)
        revision = palette.plain(told.revision)
        mere_work = told.state is State.PROGRESSING and told.emphasis is None
        if not told.message or (mere_work and width < _ROOMY):
            line.add(fit(revision, width, mark), palette.dim)
            return
        if width >= _ROOMY:
            column = min(max(_REVISION_WIDTH, width_of(revision) + 2), width)
            line.add(fit(revision, column, mark), palette.dim)
            width -= column
        line.add(fit(told.message, width, mark), self._message_style(told, stale))

    def _message_style(self, told: Cells, stale: bool) -> Style:
        if told.emphasis is None or stale:
            return self.palette.dim
        return self.palette.state(told.emphasis)

    def _put_cursor(self, index: int) -> None:
        super().move_cursor(index)
        self._selected = self.selected.ref if self.selected else None

    def _keep_selection(self, before: Layout) -> None:
        """Put the cursor where its object is now; where it is gone, on the nearest row that is still there."""
        rows, old_place = self.layout_.rows, self.cursor or 0
        if not rows:
            self.cursor, self.top = 0, 0
            return
        place = self._nearest_place(before, old_place)
        self.top = max(0, self.top + place - old_place)
        self.cursor = min(place, len(rows) - 1)
        self.show_cursor()
        if self._selected is None or self._selected in self.layout_.position:
            self._selected = rows[self.cursor].ref

    def _nearest_place(self, before: Layout, old_place: int) -> int:
        position = self.layout_.position
        if self._selected is not None and self._selected in position:
            return position[self._selected]
        for row in (*before.rows[old_place:], *reversed(before.rows[:old_place])):
            if row.ref in position:
                return position[row.ref]
        return 0
