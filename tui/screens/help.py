"""All keys, from the action table."""

from collections.abc import Callable

from tui.actions import ACTIONS, Topic
from tui.screens.shell import Shell
from tui.screens.text import TextScreen

_KEY_WIDTH = 18
_STATES = "✔ ready   ⟳ progressing   ✖ failed   ■ stalled   ⧗ waiting   ⏸ suspended   ? unknown   † terminating"


class HelpScreen(TextScreen):
    """The keys in force, by topic."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell, "help")

    def on_mount(self) -> None:
        """Fill the text."""
        super().on_mount()
        self.pane.show(help_lines(self.shell), "esc leaves")

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The help's own key closes it too."""
        return super().handlers() | {"help": self.leave}


def help_lines(shell: Shell) -> list[str]:
    """The help as lines.

    Args:
        shell: For the keymap in force.

    Returns:
        Topics and, below each, keys and what they do.
    """
    lines: list[str] = []
    for topic in Topic:
        lines += ["", f"{topic.value}:"]
        for action in ACTIONS.values():
            keys = "  ".join(shell.shown_keys(action.id))
            if action.topic is topic and not (action.id.startswith("context.") and action.id[-1] in "23456789"):
                lines.append(f"  {keys or ':' + action.id:{_KEY_WIDTH}} {action.help}")
    lines += ["", "States:", f"  {_STATES}" if not shell.palette.ascii else f"  {_ascii_states(shell)}"]
    return lines[1:]


def _ascii_states(shell: Shell) -> str:
    from tui.model.health import State

    return "   ".join(f"{shell.palette.glyph(state)} {state}" for state in State)
