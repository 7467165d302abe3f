"""One question before what is dangerous."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.screens.shell import Shell


class ConfirmScreen(ModalScreen[bool]):
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

    def on_key(self, event: Key) -> None:
        """Answer."""
        event.stop()
        answers: dict[str, Callable[[], object]] = {
            "y": lambda: self.dismiss(True),
            "enter": lambda: self.dismiss(True),
            "n": lambda: self.dismiss(False),
            "q": lambda: self.dismiss(False),
            "escape": lambda: self.dismiss(False),
        }
        if event.key in answers:
            answers[event.key]()
