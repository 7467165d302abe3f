"""One question before what is dangerous."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.model.foresight import Choice
from tui.model.inquiry import Inquiry
from tui.screens.keyed import TakesKeys
from tui.screens.shell import Shell

_NO = frozenset(("n", "q", "escape", "ctrl+c"))
_SCROLLS = {"j": 1, "down": 1, "k": -1, "up": -1, "pagedown": 8, "pageup": -8}
"""Key → lines."""
_ROUND = 4
"""Lines of the dialog around title, list and keys."""


class ConfirmScreen(TakesKeys[str], ModalScreen[str]):
    """Names what would be acted on and what comes of it; dismissed with the key of the answer, empty for no."""

    def __init__(self, shell: Shell, inquiry: Inquiry, choices: tuple[Choice, ...]) -> None:
        super().__init__()
        self.shell = shell
        self._inquiry, self._choices = inquiry, choices

    def compose(self) -> ComposeResult:
        """The question, what it is about, and the keys."""
        with Vertical(classes="dialog"):
            yield Static(Content(self._inquiry.title), classes="dialog-title")
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield from self._body()
            yield Static(Content(self._keys()), classes="dialog-keys")

    def on_mount(self) -> None:
        """Leave room for the keys."""
        self._share_out()

    def on_resize(self) -> None:
        """Leave room for the keys."""
        self._share_out()

    async def take_key(self, event: Key) -> None:
        """Answer, or scroll what is too long."""
        answers = {choice.key for choice in self._choices}
        if event.key in _NO:
            self.dismiss("")
        elif event.key in answers or event.key == "enter":
            self.dismiss(event.key if event.key in answers else self._choices[0].key)
        elif event.key in _SCROLLS:
            self.query_one(".dialog-body").scroll_relative(y=_SCROLLS[event.key], animate=False)

    def _body(self) -> Iterator[Static]:
        inquiry = self._inquiry
        places = (f"in {inquiry.places}",) if inquiry.places else ()
        warnings = tuple(f"! {one}" for one in inquiry.warnings)
        parts = (
            ("dialog-places", places),
            ("dialog-warnings", warnings),
            ("", inquiry.effects),
            ("dialog-notes", inquiry.notes),
        )
        for classes, lines in parts:
            if lines:
                yield Static(Content("\n".join(lines)), classes=classes)

    def _keys(self) -> str:
        offered = [f"{choice.key} {choice.title}" for choice in self._choices] + ["n no"]
        in_one = "   ".join(offered)
        return in_one if len(in_one) <= self._room else "\n".join(offered)

    @property
    def _room(self) -> int:
        return min(70, self.app.size.width * 96 // 100) - 4

    def _share_out(self) -> None:
        keys = 1 + self._keys().count("\n")
        title = -(-len(self._inquiry.title) // max(1, self._room))
        self.query_one(".dialog-body").styles.max_height = max(
            2, self.app.size.height * 80 // 100 - _ROUND - title - keys
        )
