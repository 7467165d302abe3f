"""What every screen needs of the running program."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tui.config.keymap import Keymap
from tui.config.keynames import show_key, terminal_names
from tui.config.settings import Settings
from tui.config.themes import Theme
from tui.session import Session
from tui.widgets.palette import Palette


@dataclass
class Shell:
    """The session and how a person wants to see and steer it."""

    session: Session
    settings: Settings
    keymap: Keymap
    themes: Mapping[str, Theme]
    palette: Palette
    start_contexts: tuple[str, ...] = ()
    """The contexts to connect as soon as the first frame is up."""
    set_theme: Callable[[str], None] = lambda _: None
    """Switches the theme of the whole program."""
    show_help: Callable[[], None] = lambda: None
    """Opens the help over whatever is on the screen."""
    actions_by_key: dict[str, str] = field(init=False)
    """Key as Textual names it → action id."""

    def __post_init__(self) -> None:
        """Turn the keymap round."""
        self.actions_by_key = {
            name: action for action, keys in self.keymap.items() for key in keys for name in terminal_names(key)
        }

    def shown_keys(self, action: str) -> list[str]:
        """All keys of an action, as a person would write them.

        Args:
            action: The action's id.

        Returns:
            The keys, the preferred one first.
        """
        return [show_key(key) for key in self.keymap.get(action, ())]

    def shown_key(self, action: str) -> str:
        """The first key of an action, as a person would write it.

        Args:
            action: The action's id.

        Returns:
            The key; empty for an action without one.
        """
        return next(iter(self.shown_keys(action)), "")
