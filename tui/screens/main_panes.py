"""How the main screen divides its room between the panes."""

from typing import TYPE_CHECKING

from tui.widgets.lines import LineView

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

_NARROW = 100
"""Below so many columns the panes stand one above the other, one of the lower ones at a time."""
_LOW = 30
"""Below so many lines the detail strip shrinks."""
_DETAIL_HIGH, _DETAIL_LOW, _DETAIL_ALONE = 5, 4, 1
_TINY = 12
_APPLIED_SHARE = 32
_STEP = 4


class MainPanes:
    """Sizes and visibility of the panes of one main screen."""

    def __init__(self, screen: "MainScreen") -> None:
        settings = screen.shell.settings
        self._screen = screen
        self.tree_share = settings.tree_width
        """Width of the tree, in percent."""
        self.events_share = settings.events_height
        """Height of the events pane, in percent of what it shares with the logs."""
        self.applied_share = _APPLIED_SHARE
        """Height of the pane of what was applied, in percent of the column that it shares with those two."""
        self.zoomed: LineView | None = None
        """The pane that has all the room."""
        self.lower: LineView = screen.events
        """The pane that is shown below the tree in a narrow terminal."""

    @property
    def narrow(self) -> bool:
        """Whether the panes stand one above the other."""
        return self._screen.app.size.width < _NARROW

    def arrange(self) -> None:
        """Give each pane its room."""
        screen, size = self._screen, self._screen.app.size
        narrow, zoomed = self.narrow, self.zoomed
        tree, side = screen.tree_pane, screen.query_one("#side")
        screen.query_one("#panes").styles.layout = "vertical" if narrow else "horizontal"
        tree.display = zoomed in (None, tree)
        side.display = zoomed is not tree and not (narrow and zoomed is None and size.height < _TINY)
        screen.divider.display = zoomed is None and not narrow
        for pane in (screen.applied, screen.events, screen.logs):
            pane.display = zoomed is pane or (zoomed is None and (not narrow or self.lower is pane))
        self._share_out(narrow)
        screen.detail.styles.height = self._detail_height(size.height)
        screen.applied.zoomed = zoomed is screen.applied
        screen.events.zoomed = zoomed is screen.events

    def zoom(self) -> None:
        """Give the focused pane all the room, or share it out again."""
        focused = self._screen.focused
        self.zoomed = focused if self.zoomed is None and isinstance(focused, LineView) else None
        self.arrange()

    def focus(self, pane: LineView) -> None:
        """Send keys to a pane, bringing it into sight.

        Args:
            pane: The pane.
        """
        if pane is not self._screen.tree_pane:
            self.lower = pane
        if self.zoomed is not None:
            self.zoomed = pane
        self.arrange()
        self._screen.set_focus(pane)

    def focus_next(self, step: int) -> None:
        """Send keys to the next pane.

        Args:
            step: 1 for the next, -1 for the previous.
        """
        screen = self._screen
        panes: list[LineView] = [screen.tree_pane, screen.applied, screen.events, screen.logs]
        focused = screen.focused
        place = panes.index(focused) if isinstance(focused, LineView) and focused in panes else 0
        self.focus(panes[(place + step) % len(panes)])

    def widen(self, step: int) -> None:
        """Give the tree more width or less.

        Args:
            step: 1 or -1.
        """
        self.tree_share = max(20, min(80, self.tree_share + step * _STEP))
        self.arrange()

    def drag_column(self, column: int) -> None:
        """Put the divider into a column.

        Args:
            column: The column of the screen, from 0.
        """
        self.tree_share = max(20, min(80, round(100 * column / max(1, self._screen.app.size.width))))
        self.arrange()

    def drag_title(self, pane: LineView, rows: int) -> None:
        """Move the title of a pane of the right column.

        Args:
            pane: The pane; the uppermost one stays where it is.
            rows: By how many lines, negative for up.
        """
        height = max(1, self._screen.query_one("#side").size.height)
        if pane is self._screen.events:
            self.applied_share = max(10, min(80, self.applied_share + round(100 * rows / height)))
        elif pane is self._screen.logs:
            height = max(1, round(height * (100 - self.applied_share) / 100))
            self.events_share = max(10, min(90, self.events_share + round(100 * rows / height)))
        self.arrange()

    def _share_out(self, narrow: bool) -> None:
        screen, alone = self._screen, self.zoomed is not None
        side = screen.query_one("#side")
        screen.tree_pane.styles.width = "1fr" if narrow or alone else f"{self.tree_share}%"
        screen.tree_pane.styles.height = "1fr" if not narrow or alone else "3fr"
        side.styles.width = "1fr"
        side.styles.height = "1fr" if not narrow or alone else "2fr"
        both = not narrow and not alone
        events_share = self.events_share * (100 - self.applied_share) / 100
        screen.applied.styles.height = f"{self.applied_share}%" if both else "1fr"
        screen.events.styles.height = f"{events_share:.1f}%" if both else "1fr"
        screen.logs.styles.height = "1fr"

    def _detail_height(self, height: int) -> int:
        if height < _TINY:
            return _DETAIL_ALONE
        return _DETAIL_LOW if height < _LOW else _DETAIL_HIGH
