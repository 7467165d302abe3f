"""The bottom line: the keys that do something to what is selected, or the last thing that went wrong."""

import msgspec
from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.widgets.cellwise import Line, cell_at
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
        shown = self._fitting(width)
        for place, offer in enumerate(shown):
            following = shown[place + 1].refused if place + 1 < len(shown) else ""
            self._draw_offer(offer, line, following)
            self._cells.append((width - line.left, offer.action))
        return line.strip()

    def _draw_offer(self, offer: Offer, line: Line, following: str) -> None:
        """A key and what it does; keys that can't, for one reason, stand together before it."""
        palette = self.palette
        if not offer.refused:
            line.add(f" {offer.key}", palette.accent).add(f" {palette.plain(offer.title)} ", palette.text)
            return
        line.add(f" {offer.key}", palette.dim)
        if offer.refused != following:
            line.add(f" {palette.plain(offer.refused)} ", palette.dim)

    def _fitting(self, width: int) -> list[Offer]:
        """As many keys as there is room for; the last, which explains all others, always has its place."""
        if not self._offers:
            return []
        *offers, last = self._offers
        shown: list[Offer] = []
        left = width - _room(last, "")
        for place, offer in enumerate(offers):
            following = offers[place + 1].refused if place + 1 < len(offers) else ""
            left -= _room(offer, following)
            if left < 0:
                break
            shown.append(offer)
        return [*shown, last]

    def on_click(self, event: events.Click) -> None:
        """Do what the clicked key does."""
        if (action := cell_at(self._cells, event.x)) is not None:
            self.post_message(self.Chosen(action))


def _room(offer: Offer, following: str) -> int:
    if offer.refused and offer.refused == following:
        return len(offer.key) + 1
    return len(offer.key) + len(offer.refused or offer.title) + 3
