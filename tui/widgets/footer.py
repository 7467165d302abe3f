"""The bottom line: the keys that do something to what is selected, or the last thing that went wrong."""

import msgspec
from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.widgets.cellwise import Line
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette


class Offer(msgspec.Struct, frozen=True):
    """One key in the footer."""

    action: str
    """The action's id."""
    key: str
    """As a person would write it."""
    title: str
    refused: str = ""
    """Why it can do nothing now; empty where it can."""


class Footer(LineView, can_focus=False):
    """Keys, most useful first."""

    titled = False

    class Chosen(Message):
        """A key was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="footer")
        self._offers: tuple[Offer, ...] = ()
        self._notice = ""
        self._cells: list[tuple[int, str]] = []

    def show(self, offers: tuple[Offer, ...], notice: str) -> None:
        """Show keys, or a notice in their place.

        Args:
            offers: The keys.
            notice: What went wrong last and was not read yet; empty for none.
        """
        self._offers, self._notice = offers, notice
        self.repaint()

    def count_lines(self) -> int:
        """One."""
        return 1

    def draw_line(self, index: int, width: int) -> Strip:
        """The notice, or the keys and why some of them are dimmed."""
        del index
        palette = self.palette
        line = Line(width, palette.base + palette.panel)
        self._cells = []
        if self._notice:
            line.add(" ! ", palette.error).add(palette.plain(self._notice), palette.text, palette.sign("cut"))
            return line.strip()
        for offer in self._offers:
            if len(offer.key) + len(offer.title) + 3 > line.left:
                break
            line.add(f" {offer.key}", palette.dim if offer.refused else palette.accent)
            line.add(f" {palette.plain(offer.title)} ", palette.dim if offer.refused else palette.text)
            self._cells.append((width - line.left, offer.action))
        refused = next((offer.refused for offer in self._offers if offer.refused), "")
        if refused:
            line.add(f"  {palette.plain(refused)}", palette.dim, palette.sign("cut"))
        return line.strip()

    def on_click(self, event: events.Click) -> None:
        """Do what the clicked key does."""
        for end, action in self._cells:
            if event.x < end:
                self.post_message(self.Chosen(action))
                return
