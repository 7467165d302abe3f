"""What every screen needs of the running program."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tui.actions import ACTIONS, SCREENS, Topic
from tui.config.keymap import Keymap
from tui.config.keynames import show_key, terminal_names
from tui.config.settings import Settings
from tui.config.themes import Theme
from tui.session import Session
from tui.store import Dirty
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
    watching: list[Callable[[Dirty], None]] = field(default_factory=list)
    """Told what changed whenever a frame is drawn: the screens over the main one that show the picture too."""
    _actions_by_key: dict[tuple[Topic | None, str], str] = field(init=False)

    def __post_init__(self) -> None:
        """Turn the keymap round."""
        self._actions_by_key = {
            (ACTIONS[action].topic if ACTIONS[action].topic in SCREENS else None, name): action
            for action, keys in self.keymap.items()
            for key in keys
            for name in terminal_names(key)
        }

    def action_of(self, key: str, screen: Topic | None = None) -> str | None:
        """What a key means.

        Args:
            key: The key as Textual names it.
            screen: The screen it is pressed on, where that has keys of its own.

        Returns:
            The action's id, None where the key means nothing.
        """
        return self._actions_by_key.get((screen, key)) or self._actions_by_key.get((None, key))

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
