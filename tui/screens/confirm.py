"""One question before what is dangerous."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.screens.keyed import TakesKeys
from tui.screens.shell import Shell

_ANSWERS = {"y": True, "enter": True, "n": False, "q": False, "escape": False, "ctrl+c": False}


class ConfirmScreen(TakesKeys[bool], ModalScreen[bool]):
    """Names what would be acted on; `y` or enter does it, anything else does not."""

    def __init__(self, shell: Shell, title: str, named: list[str]) -> None:
        super().__init__()
        self.shell = shell
        self._title, self._named = title, named

    def compose(self) -> ComposeResult:
        """The question, what it is about, and the keys."""
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="dialog-title")
            yield Static(Content("\n".join(self._named)))
            yield Static(Content("y yes   n no"), classes="dialog-keys")

    async def take_key(self, event: Key) -> None:
        """Answer."""
        if event.key in _ANSWERS:
            self.dismiss(_ANSWERS[event.key])
