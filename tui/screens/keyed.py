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
        handler = self.handlers().get(action) or (self.shell.show_help if action == "help" else None)
        if handler is not None:
            handler()
        return handler is not None

    def on_key(self, event: events.Key) -> None:
        """Do what the key means; what was typed ahead of a screen that has opened since goes to that one."""
        top = self.app.screen
        if top is not self:
            event.stop()
            event.prevent_default()
            (top.focused or top).post_message(events.Key(event.key, event.character))
            return
        action = self.shell.actions_by_key.get(event.key)
        if action is not None and self.act(action):
            event.stop()
            event.prevent_default()
