"""Screens whose keys come from the action table."""

from collections.abc import Callable
from typing import TypeVar

from textual import events
from textual.screen import Screen

from tui.screens.shell import Shell

Result = TypeVar("Result")


class KeyedScreen(Screen[Result]):
    """Looks each key up in the keymap and calls what handles that action here."""

    BINDINGS = []  # noqa: RUF012 (Textual's own form)
    AUTO_FOCUS = ""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What this screen does for which action.

        Returns:
            Action id → what to call.
        """
        raise NotImplementedError

    def act(self, action: str) -> bool:
        """Do an action, if this screen knows it.

        Args:
            action: The action's id.

        Returns:
            Whether it does.
        """
        handler = self.handlers().get(action)
        if handler is not None:
            handler()
        return handler is not None

    def on_key(self, event: events.Key) -> None:
        """Do what the key means."""
        action = self.shell.actions_by_key.get(event.key)
        if action is not None and self.act(action):
            event.stop()
            event.prevent_default()
