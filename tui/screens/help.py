"""All keys, from the action table."""

from collections.abc import Callable

from tui.actions import ACTIONS, Action, Topic
from tui.model.health import State
from tui.screens.shell import Shell
from tui.screens.text import TextScreen
from tui.widgets.cellwise import wrap

_KEY_WIDTH = 18
_DIGITS = frozenset(f"context.{number}" for number in range(2, 10))
"""The line of the first digit stands for all."""


class HelpScreen(TextScreen):
    """The keys in force, by topic."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell, "help")

    def on_mount(self) -> None:
        """Fill the text."""
        super().on_mount()
        self.pane.show(help_lines(self.shell, self.app.size.width), "esc leaves")

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The help's own key closes it too."""
        return super().handlers() | {"help": self.leave}


def help_lines(shell: Shell, width: int) -> list[str]:
    """The help as lines.

    Args:
        shell: For the keymap in force and the signs of the states.
        width: How many cells a line may take.

    Returns:
        Topics and, below each, keys and what they do.
    """
    lines: list[str] = []
    for topic in Topic:
        lines += ["", f"{topic.value}:"]
        listed = (action for action in ACTIONS.values() if action.topic is topic and action.id not in _DIGITS)
        for action in listed:
            lines += _explain(shell, action, width)
    states = "   ".join(f"{shell.palette.glyph(state)}\u00a0{state}" for state in State)  # kept together
    lines += ["", "States:", *(f"  {line}" for line in wrap(states, width - 2))]
    return lines[1:]


def _explain(shell: Shell, action: Action, width: int) -> list[str]:
    keys, does = "  ".join(shell.shown_keys(action.id)), action.help
    if action.id == "context.1":
        keys, does = f"{keys} - {shell.shown_key('context.9')}", does.replace("context 1", "that context")
    head = f"  {keys or ':' + action.id:{_KEY_WIDTH}} "
    first, *rest = wrap(does, max(20, width - len(head)))
    return [head + first, *(" " * len(head) + line for line in rest)]
