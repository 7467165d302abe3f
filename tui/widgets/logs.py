"""The log of the controller that reconciles the selected object."""

from textual.strip import Strip

from tui.model.changes import LogLine
from tui.model.health import State
from tui.model.text import in_short, mask_credentials
from tui.widgets.cellwise import Line
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette

_LEVELS = {"error": "E", "info": "I", "debug": "D", "warn": "W", "warning": "W"}


class LogsPane(LineView):
    """Log lines, oldest first; the end stays in sight until somebody scrolls up."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="logs")
        self._lines: list[LogLine] = []
        self._about = ""
        self._note = ""
        self._following = True

    def show(self, lines: list[LogLine], about: str, note: str) -> None:
        """Show some lines.

        Args:
            lines: Oldest first.
            about: Controller and object, for the title.
            note: Why there are none, in words; empty while they come.
        """
        if about != self._about:
            self._following = True
        self._lines, self._about, self._note = lines, about, note
        if self._following:
            self.top = max(0, self.count_lines() - self.body_height)
        else:
            self.top = max(0, min(self.top, self.count_lines() - self.body_height))
        self.repaint()

    def count_lines(self) -> int:
        """One line a line."""
        return len(self._lines)

    def empty(self) -> str:
        """Why there are none."""
        return self._note or "No line about this object yet"

    def scroll_lines(self, lines: int) -> None:
        """Scroll, and stop following unless the end is in sight."""
        self._following = self.top + lines >= self.count_lines() - self.body_height
        super().scroll_lines(lines)
        self.repaint()

    def on_resize(self) -> None:
        """Keep the end in sight."""
        if self._following:
            self.top = max(0, self.count_lines() - self.body_height)
        super().on_resize()

    def draw_title(self, width: int) -> Strip:
        """Which controller and object, and whether the end is followed."""
        state = "following" if self._following else "scrolled, G follows"
        return self.title(f"logs · {self._about}" if self._about else "logs", state if self._lines else "", width)

    def draw_line(self, index: int, width: int) -> Strip:
        """Time, level and message."""
        line, palette = Line(width, self.palette.base), self.palette
        entry = self._lines[index]
        bad = entry.level == "error"
        line.add(f" {_time(entry):9}", palette.dim)
        line.add(f"{_LEVELS.get(entry.level, ' ')} ", palette.state(State.FAILED) if bad else palette.dim)
        line.add(in_short(entry.message), palette.text if bad else palette.dim)
        if entry.error:
            line.add(f"  {in_short(entry.error)}", palette.state(State.FAILED))
        return line.strip()

    def text(self) -> str:
        """What is shown, for the clipboard."""
        lines = (f"{_time(line)} {line.level} {line.message} {line.error}".rstrip() for line in self._lines)
        return mask_credentials("\n".join(lines))


def _time(line: LogLine) -> str:
    return f"{line.time.astimezone():%H:%M:%S}" if line.time else ""
