"""The big panes: lines over plain data, of which only what changed is drawn again."""

from itertools import takewhile
from operator import eq

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.cellwise import Line, cut, width_of, wrap
from tui.widgets.palette import Palette


def changed_span(before: Strip, after: Strip) -> tuple[int, int] | None:
    """Where two versions of a line differ.

    Args:
        before: What is on the screen.
        after: What shall be.

    Returns:
        The first cell that differs and the cell after the last, or None when nothing does.
    """
    old, new = list(before), list(after)
    if old == new:
        return None
    start = 0
    while old and new and old[0] == new[0]:
        start += old.pop(0).cell_length
        new.pop(0)
    end = max(before.cell_length, after.cell_length)
    if before.cell_length != after.cell_length:
        return start, end
    while old and new and old[-1] == new[-1]:
        end -= old.pop().cell_length
        new.pop()
    if not old or not new:  # a piece of no width
        return start, max(end, start + 1)
    start += _alike(old[0], new[0], 1)
    end -= _alike(old[-1], new[-1], -1)
    return min(start, end - 1), max(end, start + 1)


def _alike(old: Segment, new: Segment, step: int) -> int:
    """How many cells two pieces of one style have in common, from the left (1) or from the right (-1).

    They are parted only between two ASCII characters: others may belong together.
    """
    if old.style != new.style:
        return 0
    before, after = old.text[::step], new.text[::step]
    same = sum(takewhile(bool, map(eq, before, after)))
    while same and not (before[same - 1 : same + 1] + after[same : same + 1]).isascii():
        same -= 1
    return width_of(before[:same][::step])


class LineView(Widget, can_focus=True):
    """A title line and lines below it.

    A subclass says how many lines there are and draws one. `repaint` draws the visible ones anew, compares them with
    what is on the screen and has Textual write just the cells that differ: nothing when nothing changed.
    """

    titled = True
    """Whether the first line is a title."""

    class Pressed(Message):
        """A line was clicked."""

        def __init__(self, view: "LineView", index: int, x: int, double: bool) -> None:
            super().__init__()
            self.view = view
            self.index = index
            """The line, counted from 0 at the first of all."""
            self.x = x
            """The cell in the line."""
            self.double = double

    class Dragged(Message):
        """The title was dragged by some lines."""

        def __init__(self, view: "LineView", rows: int) -> None:
            super().__init__()
            self.view = view
            self.rows = rows

    def __init__(self, palette: Palette, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.palette = palette
        self.top = 0
        """The first visible line."""
        self.cursor: int | None = None
        """The line under the cursor; None in a pane that only scrolls."""
        self._painted: list[Strip] = []
        self._drag_from: int | None = None

    def count_lines(self) -> int:
        """How many lines there are.

        Returns:
            The number of lines below the title.
        """
        raise NotImplementedError

    def draw_line(self, index: int, width: int) -> Strip:
        """Draw one line.

        Args:
            index: Which one, from 0.
            width: How many cells it has.

        Returns:
            The line.
        """
        raise NotImplementedError

    def empty(self) -> str:
        """What is said in place of the first line where there is none.

        Returns:
            A sentence with the next step, empty for nothing.
        """
        return ""

    def draw_title(self, width: int) -> Strip:
        """Draw the title, in a pane that has one.

        Args:
            width: How many cells it has.

        Returns:
            The line.
        """
        return self.title("", "", width)

    @property
    def body_height(self) -> int:
        """How many lines are visible at once."""
        return max(0, self.size.height - self._title_height)

    @property
    def _title_height(self) -> int:
        return int(self.titled)

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen, for Textual."""
        if len(self._painted) != self.size.height:
            self._painted = self._draw_all()
        return self._painted[y] if y < len(self._painted) else Strip.blank(self.size.width, self.palette.base)

    def repaint(self) -> None:
        """Draw what is visible and write what differs from the screen."""
        if not self.size.height or not self.is_mounted:
            return
        before, after = self._painted, self._draw_all()
        self._painted = after
        if len(before) != len(after):
            self.refresh()
            return
        width = self.size.width
        regions = []
        for y, (old, new) in enumerate(zip(before, after, strict=True)):
            span = changed_span(old, new)
            if span is not None:
                regions.append(Region(span[0], y, min(span[1], width) - span[0], 1))
        if regions:
            self.refresh(*regions)

    def redraw(self) -> None:
        """Draw everything anew, as after another theme."""
        self._painted = []
        self.refresh()

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a line and scroll just enough to show it; in a pane without a cursor, scroll.

        Args:
            index: The line; one that does not exist is moved to the nearest that does.
        """
        last = self.count_lines() - 1
        if self.cursor is None:
            self.scroll_lines(index - self.top)
            return
        self.cursor = max(0, min(index, last))
        self.show_cursor()
        self.repaint()

    def show_cursor(self) -> None:
        """Scroll just enough that the cursor's line is visible."""
        if self.cursor is not None and self.body_height:
            self.top = max(min(self.top, self.cursor), self.cursor - self.body_height + 1)
        self.top = max(0, min(self.top, self.count_lines() - self.body_height))

    def scroll_lines(self, lines: int) -> None:
        """Scroll without moving the cursor.

        Args:
            lines: How many lines, negative for up.
        """
        top = max(0, min(self.top + lines, self.count_lines() - self.body_height))
        if top != self.top:
            self.top = top
            self.repaint()

    def go(self, motion: str) -> None:
        """Move as a key says.

        Args:
            motion: `down`, `up`, `top`, `bottom`, `page_down` or `page_up`.
        """
        at = self.top if self.cursor is None else self.cursor
        page = max(1, self.body_height - 1)
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page}
        ends = {"top": 0, "bottom": self.count_lines() - 1}
        self.move_cursor(ends[motion] if motion in ends else at + steps[motion])

    def title(self, left: str, right: str, width: int) -> Strip:
        """A title line in the style that all panes share.

        Args:
            left: What the pane shows.
            right: Its state, at the right edge.
            width: The line's width in cells.

        Returns:
            The line.
        """
        palette = self.palette
        line = Line(width, palette.base + palette.panel)
        style = palette.accent if self.has_focus else palette.strong
        room = max(width // 3, width - width_of(right) - 3)
        line.add(" ").add(cut(palette.plain(left), room, palette.sign("cut")), style)
        return line.add_right([(f" {palette.plain(right)} ", palette.dim)]).strip()

    def on_resize(self) -> None:
        """Keep the cursor in sight when the size changes."""
        self.show_cursor()
        self.repaint()

    def on_focus(self) -> None:
        """Show in the title that keys go here now."""
        self.repaint()

    def on_blur(self) -> None:
        """Show in the title that keys go elsewhere."""
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by three lines."""
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by three lines."""
        event.stop()
        self.scroll_lines(-3)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to drag by the title."""
        if event.y < self._title_height:
            self._drag_from = event.screen_y
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell how far the title was dragged."""
        if self._drag_from is not None and event.screen_y != self._drag_from:
            self.post_message(self.Dragged(self, event.screen_y - self._drag_from))
            self._drag_from = event.screen_y

    def on_mouse_up(self) -> None:
        """End dragging."""
        self._drag_from = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Tell which line was clicked."""
        index = self.top + event.y - self._title_height
        if event.y >= self._title_height and index < self.count_lines():
            self.post_message(self.Pressed(self, index, event.x, event.chain > 1))

    def _draw_all(self) -> list[Strip]:
        width, height = self.size
        strips = [self.draw_title(width)] if self.titled else []
        total = self.count_lines()
        blank = Strip.blank(width, self.palette.base)
        if not total and (told := self.empty()):
            texts = wrap(told, max(1, width - 2))[: height - len(strips)]
            strips += [Line(width, self.palette.base).add(f" {text}", self.palette.dim).strip() for text in texts]
        visible = range(self.top, self.top + height - len(strips))
        strips += [self.draw_line(index, width) if index < total else blank for index in visible]
        return strips[:height]
