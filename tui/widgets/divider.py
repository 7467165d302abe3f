"""The line between the tree and the panes beside it, which can be dragged."""

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.palette import Palette


class Divider(Widget):
    """A vertical line."""

    class Dragged(Message):
        """The line was dragged to a column of the screen."""

        def __init__(self, column: int) -> None:
            super().__init__()
            self.column = column

    def __init__(self, palette: Palette) -> None:
        super().__init__(id="divider")
        self.palette = palette
        self._dragging = False

    def render_line(self, y: int) -> Strip:
        """One cell of the line, for Textual."""
        del y
        palette = self.palette
        return Strip([Segment(palette.sign("divider"), palette.base + palette.dim)])

    def on_mouse_down(self) -> None:
        """Begin to drag."""
        self._dragging = True
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell where the line was dragged to."""
        if self._dragging:
            self.post_message(self.Dragged(event.screen_x))

    def on_mouse_up(self) -> None:
        """End dragging."""
        self._dragging = False
        self.release_mouse()
