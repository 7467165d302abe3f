"""All that is suspended, in all contexts: what is overdue first, then what is suspended longest."""

from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult

from tui.model.detail import describe_object
from tui.model.foresight import in_words
from tui.model.pending import Question
from tui.model.question import NoGitError, question_about
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.screens.graph import GraphScreen
from tui.screens.over import OverScreen
from tui.screens.shell import Shell
from tui.screens.steer import offers
from tui.screens.text import MOTIONS
from tui.store import Dirty
from tui.widgets.lines import LineView
from tui.widgets.suspensions import SuspensionsHead, SuspensionsPane

_KEYS = (
    ("open", "to the tree"),
    ("suspend.toggle", ""),
    ("diff", ""),
    ("graph", ""),
    ("yaml", ""),
    ("back", "back"),
    ("help", ""),
)


class SuspendedScreen(OverScreen):
    """A list of suspensions, with a cursor."""

    pane: SuspensionsPane

    def __init__(self, shell: Shell, ref: ObjectRef | None = None) -> None:
        super().__init__(shell)
        self._start = ref
        self.pane = SuspensionsPane(shell.palette, shell.session.picture, self._pending)
        self.head = SuspensionsHead(shell.palette, self.pane)

    def compose(self) -> ComposeResult:
        """How many there are, the list, and the selected object."""
        yield self.head
        yield self.pane
        yield self.detail
        yield self.footer

    def on_mount(self) -> None:
        """Draw it, and select what the tree had selected."""
        self.set_focus(self.pane)
        self.draw_frame()
        if self._start is not None:
            self.pane.select(self._start)
        self.draw_about()
        self.run_worker(self._count(), exclusive=True)

    def on_resize(self) -> None:
        """The columns are as wide as there is room."""
        self.head.repaint()

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Motions, and what can be done to the object."""
        return super().handlers() | {
            **{f"cursor.{motion}": partial(self.pane.go, motion) for motion in MOTIONS},
            "open": self._open,
            "graph": self._graph,
            "copy": lambda: self.copy("\n".join((self.pane.text(), self.detail.text()))),
            "suspended": self.leave,
        }

    def on_line_view_pressed(self, event: LineView.Pressed) -> None:
        """Select the row that was clicked; a double click goes to it in the tree."""
        if event.view is self.pane:
            self.pane.move_cursor(event.index)
            self.draw_about()
            if event.double:
                self._open()

    @property
    def selected_object(self) -> Resource | None:
        """The object under the cursor."""
        ref = self.pane.selected
        return self.shell.session.picture.get(ref) if ref is not None else None

    @property
    def on_row(self) -> bool:
        """Whether anything is suspended."""
        return self.pane.selected is not None

    def why_no_object(self) -> str:
        """Nothing is suspended, or what was is gone."""
        return "it is gone" if self.on_row else "nothing is suspended"

    def draw_frame(self) -> None:
        """Draw the list as the picture is now."""
        self.pane.show(self.shell.session.clock.now())
        self.draw_about()

    def changed(self, dirty: Dirty) -> None:
        """Look anew where any object is another one: a source or what waits may not be suspended itself."""
        if dirty.structure or dirty.refs or dirty.states or dirty.statuses or dirty.urgent:
            self.draw_frame()
        else:
            self.draw_about()

    def draw_about(self) -> None:
        """Draw the head, the strip and the footer."""
        session, ref = self.shell.session, self.pane.selected
        self.head.repaint()
        is_there = ref is not None and session.picture.get(ref) is not None
        self.detail.show(describe_object(session.picture, ref, session.clock.now()) if ref and is_there else None)
        self.footer.show(offers(self.shell, self.situation(), _KEYS), self.said.line())

    def _question(self, ref: ObjectRef) -> Question | None:
        try:
            return question_about(self.shell.session.picture, ref)
        except NoGitError:
            return None

    def _pending(self, ref: ObjectRef) -> str:
        """How many commits; how many files they touch is a matter of the diff."""
        question = self._question(ref)
        told = self.shell.session.diffs.get(question, "") if question is not None else ""
        return told.partition(",")[0]

    async def _count(self) -> None:
        """Ask Git how far behind each is, one after the other, for as long as somebody looks."""
        session = self.shell.session
        for one, _ in self.pane.rows:
            question = self._question(one.ref) if one.behind is not None and one.behind.is_behind else None
            if question is not None and question not in session.diffs:
                session.diffs[question] = in_words(await session.git.pending(question, lambda _: None), question)
                self.draw_frame()

    def _open(self) -> None:
        if (ref := self.there()) is not None:
            self.dismiss(ref)

    def _graph(self) -> None:
        if (ref := self.there()) is not None:
            self.app.push_screen(GraphScreen(self.shell, ref.context, ref), self._chosen)

    def _chosen(self, ref: ObjectRef | None) -> None:
        if ref is not None:
            self.dismiss(ref)
