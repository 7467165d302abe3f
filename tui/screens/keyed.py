"""Screens whose keys come from the action table."""

from collections.abc import Callable
from typing import TypeVar

from textual.binding import Binding
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Input

from tui.actions import Topic
from tui.model.changes import Severity
from tui.model.text import counted
from tui.screens.shell import Shell

Result = TypeVar("Result")

_EDITS = {
    key: binding.action for binding in Input.BINDINGS if isinstance(binding, Binding) for key in binding.key.split(",")
}
"""Key → what it does in an input."""


class TakesKeys(Screen[Result]):
    """A screen that the app hands each key when the one before was dealt with."""

    async def take_key(self, event: Key) -> None:
        """Deal with a key, to its end.

        Args:
            event: The key.
        """
        raise NotImplementedError


async def type_into(field: Input, event: Key) -> bool:
    """Let a key edit an input; nobody is told that its value has changed.

    Args:
        field: The input.
        event: The key.

    Returns:
        Whether the key means anything there.
    """
    with field.prevent(Input.Changed):
        if event.is_printable and event.character:
            field.replace(event.character, *field.selection)
        elif event.key in _EDITS:
            await field.app.run_action(_EDITS[event.key], field)
        else:
            return False
    return True


class KeyedScreen(TakesKeys[Result]):
    """Looks each key up in the keymap and calls what handles that action here."""

    BINDINGS = []  # noqa: RUF012 (Textual's own form)
    AUTO_FOCUS = ""

    topic: Topic | None = None
    """The topic of the actions whose keys work here alone."""

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

    def say(self, text: str) -> None:
        """Say why a key did nothing.

        Args:
            text: A sentence.
        """
        self.shell.session.notice(Severity.WARNING, text)

    def copy(self, text: str, what: str = "") -> None:
        """Put a text onto the clipboard, and say so.

        Args:
            text: The text.
            what: What it is, where that is more than some lines.
        """
        self.app.copy_to_clipboard(text)
        self.shell.session.notice(Severity.INFO, f"copied {what or counted(len(text.splitlines()), 'line')}")

    async def take_key(self, event: Key) -> None:
        """Do what the key means here, if anything."""
        action = self.shell.action_of(event.key, self.topic)
        if action is not None:
            self.act(action)
