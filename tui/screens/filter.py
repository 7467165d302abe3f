"""The line in which a filter is typed."""

from collections.abc import Callable

from textual.events import Key
from textual.widgets import Input

from tui.screens.keyed import type_into
from tui.widgets.lines import LineView

_MOTIONS = {"down": "down", "up": "up", "pagedown": "page_down", "pageup": "page_up"}


class FilterLine(Input):
    """Hidden until a filter is typed: arrows move in the pane, enter keeps the filter, escape clears it."""

    def __init__(self, pane: LineView, narrow: Callable[[str], None], placeholder: str) -> None:
        super().__init__(placeholder=placeholder, id="filter", compact=True, select_on_focus=False)
        self.cursor_blink = False
        self.display = False
        self.has_moved = False
        """Whether arrows have moved in the pane since it was opened."""
        self._pane = pane
        self._narrow = narrow

    def open(self, text: str) -> None:
        """Show the line; what is typed takes the place of the old filter.

        Args:
            text: The filter in force.
        """
        self.display = True
        self.value = text
        self.action_select_all()
        self.has_moved = False
        self.screen.set_focus(self)

    def clear(self) -> None:
        """Filter nothing."""
        self.value = ""
        self._narrow("")

    async def take_key(self, event: Key) -> bool:
        """Type, move in the pane, or go back to it.

        Args:
            event: The key.

        Returns:
            Whether the filter was accepted as it stands.
        """
        if event.key in ("escape", "ctrl+c"):
            self.clear()
            self._close()
        elif event.key in ("tab", "enter"):
            self._close()
            return True
        elif event.key in _MOTIONS:
            self.has_moved = True
            self._pane.go(_MOTIONS[event.key])
        elif await type_into(self, event):
            self._narrow(self.value)
        return False

    def on_input_changed(self) -> None:
        """Narrow the pane down by what was pasted."""
        self._narrow(self.value)

    def _close(self) -> None:
        """The filter stays in force."""
        self.display = False
        self.screen.set_focus(self._pane)
