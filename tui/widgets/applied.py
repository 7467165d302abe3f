"""What the selected object applied: each object with its state, and the pods of what is not ready."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from textual.strip import Strip

from tui.model.times import age
from tui.model.workloads import Applied, AppliedId
from tui.widgets.cellwise import Line, cut, wrap
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

_AGE_WIDTH = 5
_MESSAGE_LINES = 3
"""How many lines of a message are shown while the pane is one of several."""
_WRAPPED = 100
"""How many messages are wrapped; where more is broken, the others have one line each."""


class AppliedView(msgspec.Struct, frozen=True):
    """What the pane is to show."""

    about: str = ""
    """Whose objects they are, empty for nobody's."""
    objects: tuple[Applied, ...] = ()
    """Worst first."""
    note: str = ""
    """How they are as a whole, for the title."""
    why: str = ""
    """Why there are none."""
    stale: bool = False
    """They could not be read again: this is how they were."""
    home: str = ""
    """The namespace that need not be named."""


class _Entry(msgspec.Struct, frozen=True):
    """One line: an object, or a piece of its message."""

    one: Applied
    depth: int
    text: str = ""
    """The piece, empty on the object's own line."""


class AppliedPane(LineView):
    """Applied objects, worst first, one of them under the cursor while keys go here."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="applied")
        self.cursor = 0
        self.zoomed = False
        self._view = AppliedView()
        self._now: datetime | None = None
        self._entries: list[_Entry] = []
        self._wrapped_for = (0, False)

    @property
    def selected(self) -> AppliedId | None:
        """The object under the cursor."""
        at = self.cursor
        return self._entries[at].one.id if at is not None and at < len(self._entries) else None

    def show(self, view: AppliedView, now: datetime) -> None:
        """Show what an object applied; the cursor stays on its row's object.

        Args:
            view: What is to be seen.
            now: The time, for ages.
        """
        before, self._view, self._now = self._view, view, now
        if view.about != before.about:
            self.top = self.cursor = 0
        if view.objects != before.objects or self._wrapped_for != (self.size.width, self.zoomed):
            self._lay_out()
        self.repaint()

    def on_resize(self) -> None:
        """Wrap the messages to the new width."""
        self._lay_out()
        super().on_resize()

    def count_lines(self) -> int:
        """Objects, and the messages of those that are not fine."""
        return len(self._entries)

    def empty(self) -> str:
        """Why there are none."""
        return self._view.why

    def draw_title(self, width: int) -> Strip:
        """Whose objects they are, and how many are not ready."""
        view = self._view
        return self.title(f"applied · {view.about}" if view.about else "applied", view.note, width)

    def draw_line(self, index: int, width: int) -> Strip:
        """An object, or a line of its message."""
        entry, palette = self._entries[index], self.palette
        under_cursor = index == self.cursor and self.has_focus
        line = Line(width, palette.base + palette.cursor if under_cursor else palette.base)
        line.add(palette.sign("cursor") if under_cursor else " ", palette.accent)
        if entry.text:
            style = palette.dim if self._view.stale else palette.text
            return line.add("  " * entry.depth + f"  {entry.text}", style, palette.sign("cut")).strip()
        return self._draw_object(entry, line)

    def text(self) -> str:
        """What is shown, for the clipboard."""
        every = _with_below(self._view.objects)
        lines = (
            f"{'  ' * depth}{one.state} {one.id.kind} {one.id.path} {one.message}".rstrip() for one, depth in every
        )
        return "\n".join(lines)

    def _draw_object(self, entry: _Entry, line: Line) -> Strip:
        palette, one, mark = self.palette, entry.one, self.palette.sign("cut")
        stale = self._view.stale
        line.add("  " * entry.depth).add(palette.glyph(one.state), palette.dim if stale else palette.state(one.state))
        line.add(f" {one.id.kind} ", palette.dim)
        room = max(0, line.left - _AGE_WIDTH - 2)
        is_near = entry.depth or one.id.namespace in ("", self._view.home)
        style = palette.dim if stale or one.is_fine else palette.name(one.state)
        line.add(cut(one.id.name if is_near else one.id.path, room, mark), style)
        if one.is_fine and one.message:
            line.add(cut(f"  {one.message}", max(0, line.left - _AGE_WIDTH - 2), mark), palette.dim)
        since = age(one.since, self._now) if self._now is not None else ""
        return line.add_right([(f"{since:>{_AGE_WIDTH}} ", palette.dim)]).strip()

    def _lay_out(self) -> None:
        at, wrapped = self.selected, 0
        entries: list[_Entry] = []
        most = None if self.zoomed else _MESSAGE_LINES
        for one, depth in _with_below(self._view.objects):
            entries.append(_Entry(one, depth))
            if one.message and not one.is_fine:
                width, wrapped = max(10, self.size.width - 2 * depth - 4), wrapped + 1
                texts = wrap(one.message, width)[:most] if wrapped <= _WRAPPED else [one.message]
                entries += [_Entry(one, depth, text) for text in texts]
        self._entries = entries
        self._wrapped_for = (self.size.width, self.zoomed)
        place = next((index for index, entry in enumerate(entries) if entry.one.id == at), self.cursor or 0)
        self.cursor = max(0, min(place, len(entries) - 1))
        self.show_cursor()


def _with_below(objects: Iterable[Applied]) -> Iterator[tuple[Applied, int]]:
    for one in objects:
        yield one, 0
        for pod in one.below:
            yield pod, 1
