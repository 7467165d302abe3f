"""All that is suspended: one line an object, across contexts."""

from collections.abc import Callable
from datetime import UTC, datetime

from rich.style import Style
from textual.strip import Strip

from tui.model.aim import Target
from tui.model.blast import holds_back
from tui.model.cells import FLUX_NAMESPACE, connection_note
from tui.model.changes import Phase
from tui.model.health import FAULTS, State
from tui.model.kinds import KINDS
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.suspensions import Suspension, SuspensionCells, cells_of, suspensions
from tui.model.text import counted
from tui.model.wording import describe, suspension
from tui.widgets.aimed import AimedView
from tui.widgets.cellwise import Line, cut, cut_left, fit, width_of
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

_TITLES = ("context", "name", "since", "by", "behind", "why")
_SINCE, _BEHIND = 2, 4
_SIGNS = 5
"""Cells of the cursor and of the two signs, the state and what it was before."""
_GAP = 2
_LEAST = 18
"""Cells that the last column has at least, as long as another one can be cut."""
_MOST = (14, 40, 5, 24, 19)
"""Cells that a column has at most."""
_SHORTEST = {4: 10, 3: 8, 1: 14, 0: 6}
"""Columns that are cut where there is little room, in this order, and the cells that they keep."""


class SuspensionsPane(AimedView):
    """The rows; their titles are the head's."""

    titled = False

    def __init__(self, palette: Palette, picture: Picture, pending: Callable[[ObjectRef], str]) -> None:
        super().__init__(palette, picture, id="suspensions")
        self._pending = pending
        self.rows: tuple[tuple[Suspension, SuspensionCells], ...] = ()
        self.cursor = 0
        self.unseen: tuple[tuple[str, str], ...] = ()
        """Connected contexts of which not all is seen, and what is to be said of them."""
        self._selected: ObjectRef | None = None
        self._now = datetime.min.replace(tzinfo=UTC)
        self._wanted: tuple[int, ...] = tuple(map(width_of, _TITLES[:-1]))
        """Cells that each column but the last would have."""

    @property
    def selected(self) -> ObjectRef | None:
        """The object under the cursor."""
        at = self.cursor
        return self.rows[at][0].ref if at is not None and at < len(self.rows) else None

    @property
    def target(self) -> Target | None:
        """The object under the cursor, as the picture is now."""
        return self.target_at(self.selected) if self.selected is not None else None

    def show(self, now: datetime) -> None:
        """Show what is suspended now; the cursor stays on its object.

        Args:
            now: The time.
        """
        self._now, picture = now, self.picture
        rows = self.rows = tuple(
            (one, cells_of(picture, one, now, self._pending(one.ref))) for one in suspensions(picture, now)
        )
        told = ((name, connection_note(one, now)) for name, one in picture.statuses.items() if one.phase != Phase.OFF)
        self.unseen = tuple((name, note) for name, note in told if note)
        columns = zip(_TITLES[:-1], *(self._texts(one, cells) for one, cells in rows), strict=True)
        self._wanted = tuple(min(max(map(width_of, one)), most) for one, most in zip(columns, _MOST, strict=True))
        place = next((n for n, (one, _) in enumerate(rows) if one.ref == self._selected), None)
        if place is not None and self.cursor is not None:
            self.top += place - self.cursor
        self.cursor = place if place is not None else max(0, min(self.cursor or 0, len(rows) - 1))
        self._selected = self.selected
        self.rests(now, by_hand=False)
        self.show_cursor()
        self.repaint()

    def select(self, ref: ObjectRef) -> None:
        """Put the cursor on an object, if it is suspended.

        Args:
            ref: The object.
        """
        place = next((n for n, (one, _) in enumerate(self.rows) if one.ref == ref), None)
        if place is not None:
            self.move_cursor(place)

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a row and remember its object."""
        super().move_cursor(index)
        self._selected = self.selected
        self.aim.chosen(self.target)

    def count_lines(self) -> int:
        """One line an object."""
        return len(self.rows)

    def empty(self) -> str:
        """That nothing is suspended, as far as can be seen."""
        live = [name for name, status in self.picture.statuses.items() if status.phase is Phase.LIVE]
        if not live:
            return "No context is live, so nothing is known: esc leads back to the contexts"
        return f"Nothing is suspended in {', '.join(live)}"

    def text(self) -> str:
        """What is shown, for the clipboard."""
        objects = ((one.ref, self.picture.get(one.ref)) for one, _ in self.rows)
        return "\n".join(f"{ref.context} {describe(ref)}: {suspension(one, self._now)}" for ref, one in objects if one)

    def widths(self) -> tuple[int, ...]:
        """How many cells each column but the last has: what it needs, less where there is little room."""
        wanted = list(self._wanted)
        short = sum(wanted) + _GAP * len(wanted) + _SIGNS + _LEAST - self.size.width
        for place, kept in _SHORTEST.items():
            given = max(0, min(short, wanted[place] - kept))
            wanted[place] -= given
            short -= given
        return tuple(wanted)

    def draw_line(self, index: int, width: int) -> Strip:
        """One suspension."""
        palette, (one, cells) = self.palette, self.rows[index]
        here = index == self.cursor
        line = Line(width, palette.base + palette.cursor if here else palette.base)
        line.add(palette.sign("cursor") if here else " ", palette.accent)
        line.add(f"{palette.glyph(one.state)} ", palette.state(one.state))
        line.add(f"{palette.glyph(one.frozen)} ", palette.state(one.frozen) if one.frozen in FAULTS else palette.dim)
        mark = palette.sign("cut")
        texts, styles = self._texts(one, cells), self._styles(one)
        for place, (text, room) in enumerate(zip(texts, self.widths(), strict=True)):
            shown = cut_left(palette.plain(text), room, mark) if place == _BEHIND else palette.plain(text)
            line.add(fit(shown, room, mark, right=place == _SINCE) + " " * _GAP, styles[place])
        for text, style in self._why(one, cells):
            is_whole = width_of(text) <= line.left
            line.add(palette.plain(text), style, mark)
            if not is_whole:
                break
        return line.strip()

    def _texts(self, one: Suspension, cells: SuspensionCells) -> tuple[str, ...]:
        ref = one.ref
        path = ref.name if ref.namespace in ("", FLUX_NAMESPACE) else ref.path
        return (ref.context, f"{KINDS[ref.kind].short}/{path}", cells.since, cells.by, cells.behind)

    def _styles(self, one: Suspension) -> tuple[Style, ...]:
        palette = self.palette
        known = list(self.picture.statuses)
        is_live = self.picture.statuses[one.ref.context].phase is Phase.LIVE
        text = palette.text if is_live else palette.dim
        context = palette.context(known.index(one.ref.context)) if is_live else palette.dim
        behind = text if one.behind is not None and one.behind.is_behind else palette.dim
        return (context, text, palette.dim, text, behind)

    def _why(self, one: Suspension, cells: SuspensionCells) -> list[tuple[str, Style]]:
        """How a request stands; else what is most wanted first: that it is overdue, why, until when, who waits."""
        palette = self.palette
        if cells.outcome:
            return [(cells.outcome, palette.text)]
        overdue = palette.state(State.WAITING) if one.overdue else palette.dim
        until = cells.until if one.overdue or not cells.until else f"until {cells.until}"
        parts = [(until, overdue), (cells.why, palette.text)]
        shown = [part for part in (parts if one.overdue else parts[::-1]) if part[0]]
        if holds := holds_back(self.picture, one.ref):
            shown.append((holds, palette.state(State.WAITING)))
        return [piece for part in shown for piece in ((" · ", palette.dim), part)][1:]


class SuspensionsHead(LineView, can_focus=False):
    """Above the rows: how many there are, what can't be seen, and the columns' titles."""

    titled = False

    def __init__(self, palette: Palette, pane: SuspensionsPane) -> None:
        super().__init__(palette, id="columns")
        self._pane = pane

    def count_lines(self) -> int:
        """The title and the columns."""
        return 2

    def draw_line(self, index: int, width: int) -> Strip:
        """One of the two."""
        return self._draw_counts(width) if index == 0 else self._draw_columns(width)

    def _draw_counts(self, width: int) -> Strip:
        rows = [one for one, _ in self._pane.rows if one.state is State.SUSPENDED]
        overdue, declared = sum(one.overdue for one in rows), sum(one.in_git for one in rows)
        parts = (
            "suspended",
            f"{overdue} overdue" if overdue else "",
            f"{declared} in Git" if declared else "",
            *(f"{context}: {note}" for context, note in self._pane.unseen),
        )
        return self.title(" · ".join(part for part in parts if part), counted(len(rows), "object"), width)

    def _draw_columns(self, width: int) -> Strip:
        palette, mark = self.palette, self.palette.sign("cut")
        line = Line(width, palette.base).add(" " * _SIGNS)
        for title, room in zip(_TITLES[:-1], self._pane.widths(), strict=True):
            line.add(fit(title, room, mark, right=title == _TITLES[_SINCE]) + " " * _GAP, palette.dim)
        return line.add(cut(_TITLES[-1], line.left, mark), palette.dim).strip()
