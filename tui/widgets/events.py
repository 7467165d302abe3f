"""The Events of the selected object and of what stands below it."""

from textual.strip import Strip

from tui.model.changes import EventRecord
from tui.model.health import State
from tui.model.text import in_short, mask_credentials
from tui.widgets.cellwise import Line, wrap
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

_TIME_WIDTH = 9
_INDENT = 4
_MESSAGE_LINES = 3
"""How many lines of a message are shown while the pane is one of several."""


class EventsPane(LineView):
    """Events, newest first: a headline and the message below it."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="events")
        self.zoomed = False
        self._events: list[EventRecord] = []
        self._about = ""
        self._note = ""
        self._lines: list[tuple[EventRecord, str]] = []
        self._wrapped_for = (0, False)
        self._several = False

    def show(self, events: list[EventRecord], about: str, note: str) -> None:
        """Show some Events.

        Args:
            events: Newest first.
            about: What they are about, for the title.
            note: Why there may be none or not all; empty when they are live.
        """
        if events != self._events or self._wrapped_for != (self.size.width, self.zoomed):
            if about != self._about:
                self.top = 0
            self._events = events
            self._wrap()
        self._about, self._note = about, note
        self.repaint()

    def on_resize(self) -> None:
        """Wrap the messages to the new width."""
        self._wrap()
        super().on_resize()

    def count_lines(self) -> int:
        """Headlines and wrapped messages."""
        return len(self._lines)

    def empty(self) -> str:
        """Why there may be none."""
        if not self._about:
            return ""
        why = "the API server forgets them after an hour" if self._note == "live" else self._note
        return f"No Events: {why}"

    def draw_title(self, width: int) -> Strip:
        """What the Events are about."""
        return self.title(f"events · {self._about}" if self._about else "events", self._note, width)

    def draw_line(self, index: int, width: int) -> Strip:
        """A headline, or a line of the message below it."""
        line = Line(width, self.palette.base)
        event, text = self._lines[index]
        if text:
            return line.add(f"{' ' * _INDENT}{text}", self.palette.dim).strip()
        return self._draw_headline(event, line)

    def text(self) -> str:
        """What is shown, for the clipboard."""
        return "\n".join(
            f"{_time(event)} {event.reason} {event.ref.path}: {mask_credentials(event.message)}"
            for event in self._events
        )

    def _draw_headline(self, event: EventRecord, line: Line) -> Strip:
        palette = self.palette
        bad = event.type == "Warning"
        line.add(f" {_time(event):{_TIME_WIDTH}}", palette.dim)
        line.add(f"{palette.glyph(State.FAILED) if bad else ' '} ", palette.state(State.FAILED))
        if self._several:
            line.add(event.ref.name, palette.text if bad else palette.dim).add("  ")
        line.add(event.reason, palette.state(State.FAILED) if bad else palette.dim)
        if event.count > 1:
            line.add(f"  {palette.sign('times')}{event.count}", palette.dim)
        return line.strip()

    def _wrap(self) -> None:
        width = max(10, self.size.width - _INDENT - 1)
        most = None if self.zoomed else _MESSAGE_LINES
        self._several = len({event.ref for event in self._events}) > 1
        self._lines = []
        for event in self._events:
            self._lines.append((event, ""))
            for text in wrap(in_short(event.message), width)[:most]:
                self._lines.append((event, text or " "))
        self._wrapped_for = (self.size.width, self.zoomed)


def _time(event: EventRecord) -> str:
    return f"{event.last.astimezone():%H:%M:%S}" if event.last else "--:--:--"
