"""The fleet: the same objects side by side in all contexts."""

from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.events import Key

from tui.actions import Topic
from tui.model.detail import describe_object
from tui.model.fleet import Comparison, Rank, describe_absence
from tui.model.query import parse_query
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.screens.filter import FilterLine
from tui.screens.graph import GraphScreen
from tui.screens.over import OverScreen
from tui.screens.shell import Shell
from tui.screens.steer import offers
from tui.screens.text import MOTIONS
from tui.store import Dirty
from tui.widgets.fleet import FleetHead, FleetPane
from tui.widgets.lines import LineView

_KEYS = (
    ("open", "to the tree"),
    ("reconcile", ""),
    ("reconcile.source", ""),
    ("suspend.toggle", ""),
    ("diff", ""),
    ("graph", ""),
    ("yaml", ""),
    ("filter", ""),
    ("faults", "differing only"),
    ("fault.next", "next difference"),
    ("back", "back"),
    ("help", ""),
)


class FleetScreen(OverScreen):
    """A matrix of objects and contexts, with a cursor."""

    pane: FleetPane
    topic = Topic.FLEET

    def __init__(self, shell: Shell, ref: ObjectRef | None = None) -> None:
        super().__init__(shell)
        self._start = ref
        self._text = ""
        self._differing_only = False
        self._comparison = Comparison()
        self.pane = FleetPane(shell.palette, shell.session.picture)
        self.head = FleetHead(shell.palette, self.pane)
        self.filter = FilterLine(self.pane, self._narrow, "words, kind:ks, ns:x, is:failed, !word")

    def compose(self) -> ComposeResult:
        """What is the same everywhere, the matrix, and the selected object."""
        yield self.head
        yield self.pane
        yield self.detail
        yield self.filter
        yield self.footer

    def on_mount(self) -> None:
        """Draw it, and select what it is about."""
        self.set_focus(self.pane)
        self.draw_frame()
        if self._start is not None:
            self.pane.select(self._start)
        self.draw_about()

    def on_resize(self) -> None:
        """The head is as wide as the matrix."""
        self.head.repaint()

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Motions, the filter, and what can be done to the object."""
        return super().handlers() | {
            **{f"cursor.{motion}": partial(self.pane.go, motion) for motion in MOTIONS},
            "fleet.left": partial(self.pane.go_across, -1),
            "fleet.right": partial(self.pane.go_across, 1),
            "filter": lambda: self.filter.open(self._text),
            "faults": self._toggle_differing,
            "fault.next": partial(self._next_difference, 1),
            "fault.previous": partial(self._next_difference, -1),
            "open": self._open,
            "graph": self._graph,
            "copy": self._copy,
            "fleet": self.leave,
            "back": self._back,
        }

    async def take_key(self, event: Key) -> None:
        """While the filter is typed, keys go there."""
        if self.focused is not self.filter:
            await super().take_key(event)
            return
        self.said.see()
        await self.filter.take_key(event)
        self.draw_about()

    def on_line_view_pressed(self, event: LineView.Pressed) -> None:
        """Select the cell that was clicked; a double click goes to it in the tree."""
        column = self.pane.column_at(event.x)
        if event.view is self.pane:
            self.pane.move_cursor(event.index)
            self.pane.go_across(column - self.pane.column if column is not None else 0)
            self.draw_about()
            if event.double:
                self._open()

    @property
    def selected_object(self) -> Resource | None:
        """The object under the cursor, None where that context does not have it."""
        ref = self.pane.selected
        return self.shell.session.picture.get(ref) if ref is not None else None

    @property
    def on_row(self) -> bool:
        """Whether the matrix has any line."""
        return self.pane.selected is not None

    def why_no_object(self) -> str:
        """It is not in that context."""
        ref = self.pane.selected
        return f"{ref.kind} {ref.path} is not in {ref.context}" if ref else "nothing is selected"

    def draw_frame(self) -> None:
        """Draw the matrix as the picture is now."""
        session = self.shell.session
        matrix = self._comparison.matrix(
            session.picture, session.clock.now(), parse_query(self._text), self._differing_only
        )
        parts = [
            "fleet",
            *(["differing only"] if self._differing_only else []),
            *([f"/{self._text}"] if self._text else []),
        ]
        self.pane.show(matrix, " · ".join(parts), session.clock.now())
        self.draw_about()

    def changed(self, dirty: Dirty) -> None:
        """Compare anew where some object is another one."""
        self._comparison.forget(dirty.refs)
        if dirty.structure or dirty.refs or dirty.states or dirty.statuses:
            self.draw_frame()
        else:
            self.draw_about()

    def draw_about(self) -> None:
        """Draw the head, the strip and the footer."""
        session, ref = self.shell.session, self.pane.selected
        now = session.clock.now()
        self.head.repaint()
        if ref is None:
            self.detail.show(None)
        elif session.picture.get(ref) is not None:
            self.detail.show(describe_object(session.picture, ref, now))
        else:
            self.detail.show(describe_absence(session.picture, self.pane.matrix, ref))
        self.footer.show(offers(self.shell, self.situation(), _KEYS), self.said.line())

    def _narrow(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.draw_frame()

    def _toggle_differing(self) -> None:
        self._differing_only = not self._differing_only
        self.draw_frame()

    def _next_difference(self, step: int) -> None:
        lines, at = self.pane.matrix.lines, self.pane.cursor or 0
        places = ((at + step * distance) % len(lines) for distance in range(1, len(lines) + 1))
        place = next((place for place in places if lines[place].rank <= Rank.FAULT), None)
        if place is None:
            self.say("nothing that is shown differs or is broken")
        else:
            self.pane.move_cursor(place)

    def _open(self) -> None:
        if (ref := self.there()) is not None:
            self.dismiss(ref)

    def _graph(self) -> None:
        if (ref := self.there()) is not None:
            self.app.push_screen(GraphScreen(self.shell, ref.context, ref), self._chosen)

    def _chosen(self, ref: ObjectRef | None) -> None:
        if ref is not None:
            self.dismiss(ref)

    def _copy(self) -> None:
        self.copy("\n".join((self.pane.matrix.headline, self.detail.text())))

    def _back(self) -> None:
        if self._text:
            self.filter.clear()
        elif self._differing_only:
            self._toggle_differing()
        else:
            self.leave()
