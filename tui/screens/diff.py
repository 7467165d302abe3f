"""The Git diff of what is pending for an object: stages, commits, files; the patch beside them."""

from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal

from tui.model.foresight import in_words
from tui.model.pending import Pending
from tui.model.question import NoGitError, question_about
from tui.model.refs import ObjectRef
from tui.model.times import age
from tui.screens.keyed import KeyedScreen
from tui.screens.shell import Shell
from tui.screens.text import MOTIONS
from tui.widgets.diff import PatchPane, SummaryPane
from tui.widgets.footer import Footer, Offer
from tui.widgets.lines import LineView

_NARROW = 100
_KEYS = (
    ("fault.next", "next file"),
    ("fault.previous", "previous file"),
    ("pane.next", "to the patch, and back"),
    ("copy", "copy"),
    ("back", "back"),
)
"""What the footer offers, and what it is called here."""


class DiffScreen(KeyedScreen[None]):
    """What is pending for one object."""

    def __init__(self, shell: Shell, ref: ObjectRef) -> None:
        super().__init__(shell)
        self._ref = ref
        self._is_answered = False
        self.summary = SummaryPane(shell.palette)
        self.summary.about = f"{ref.context} · {ref.path}"
        self.summary.now_age = lambda commit: age(commit.when, shell.session.clock.now())
        self.patch = PatchPane(shell.palette)
        self.footer = Footer(shell.palette)

    def compose(self) -> ComposeResult:
        """Summary left, patch right."""
        with Horizontal(id="diff"):
            yield self.summary
            yield self.patch
        yield self.footer

    def on_mount(self) -> None:
        """Ask Git, without keeping anybody waiting."""
        self._share_out()
        self.footer.show(tuple(Offer(action, self.shell.shown_key(action), title) for action, title in _KEYS), "")
        self.set_focus(self.summary)
        self.run_worker(self._read(), exclusive=True)

    def on_resize(self) -> None:
        """Put the panes beside or above each other."""
        self._share_out()

    def _share_out(self) -> None:
        narrow = self.app.size.width < _NARROW
        self.query_one("#diff").styles.layout = "vertical" if narrow else "horizontal"
        self.summary.styles.width = "1fr" if narrow else "2fr"
        self.patch.styles.width = "1fr" if narrow else "3fr"

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Motions in the focused pane; n and p go from file to file."""
        return {
            **{f"cursor.{motion}": partial(self._go, motion) for motion in MOTIONS},
            "fault.next": partial(self._next_file, 1),
            "fault.previous": partial(self._next_file, -1),
            "pane.next": self._swap_focus,
            "pane.previous": self._swap_focus,
            "open": self._to_patch,
            "copy": self._copy,
            "back": self._back,
            "quit": self._leave,
        }

    def on_line_view_pressed(self, event: LineView.Pressed) -> None:
        """Choose the file that was clicked."""
        if event.view is self.summary:
            self.summary.move_cursor(event.index)
            self._show_file()

    def on_footer_chosen(self, event: Footer.Chosen) -> None:
        """Do what the clicked key does."""
        self.act(event.action)

    async def _read(self) -> None:
        session = self.shell.session
        try:
            question = question_about(session.picture, self._ref)
        except NoGitError as error:
            self._answer(Pending((), summary=str(error)))
            return
        self._say("reading")
        pending = await session.git.pending(question, self._say)
        self._say("")
        session.diffs[question] = in_words(pending, question)
        self._answer(pending)

    def _answer(self, pending: Pending) -> None:
        self._is_answered = True
        self.summary.show(pending)
        self._show_file()
        if self.patch.file is None:
            self.set_focus(self.summary)

    def _say(self, text: str) -> None:
        self.summary.note = text
        self.summary.repaint()

    def _go(self, motion: str) -> None:
        pane = self.focused if isinstance(self.focused, LineView) else self.summary
        pane.go(motion)
        if pane is self.summary:
            self._show_file()

    def _next_file(self, step: int) -> None:
        files = self.summary.pending.files
        if files:
            self.summary.choose(((self.summary.file or 0) + step) % len(files))
            self._show_file()

    def _show_file(self) -> None:
        files, place = self.summary.pending.files, self.summary.file
        self.patch.show(files[place] if place is not None and place < len(files) else None)

    def _swap_focus(self) -> None:
        if self.focused is self.summary:
            self._to_patch()
        else:
            self.set_focus(self.summary)

    def _to_patch(self) -> None:
        """While Git is being asked there may be a patch yet."""
        if self.patch.file is not None or not self._is_answered:
            self.set_focus(self.patch)

    def _leave(self) -> None:
        self.dismiss(None)

    def _back(self) -> None:
        if self.focused is self.patch:
            self.set_focus(self.summary)
        else:
            self._leave()

    def _copy(self) -> None:
        file = self.patch.file
        if file is not None:
            self.copy("\n".join(f"{line.origin}{line.text}" for line in file.lines), f"the patch of {file.path}")
