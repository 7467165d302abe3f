"""The fleet: the same objects side by side in all contexts."""

from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.events import Key
from textual.widgets import Input

from tui.actions import Situation, Topic
from tui.model.changes import Severity
from tui.model.detail import describe_object
from tui.model.fleet import Rank, compare, describe_absence
from tui.model.query import parse_query
from tui.model.refs import ObjectRef
from tui.screens.diff import DiffScreen
from tui.screens.graph import GraphScreen
from tui.screens.keyed import KeyedScreen, type_into
from tui.screens.messages import MessagesScreen
from tui.screens.said import Said
from tui.screens.shell import Shell
from tui.screens.steer import Steer, offers, situation_of
from tui.screens.text import MOTIONS, ManifestScreen
from tui.store import Dirty
from tui.widgets.detail import DetailStrip
from tui.widgets.fleet import FleetHead, FleetPane
from tui.widgets.footer import Footer
from tui.widgets.lines import LineView

_LOW = 30
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


class FleetScreen(KeyedScreen[ObjectRef | None]):
    """Dismissed with the object to select in the tree, or None."""

    topic = Topic.FLEET

    def __init__(self, shell: Shell, ref: ObjectRef | None = None) -> None:
        super().__init__(shell)
        self._start = ref
        self._text = ""
        self._differing_only = False
        self.pane = FleetPane(shell.palette, shell.session.picture)
        self.head = FleetHead(shell.palette, self.pane)
        self.detail = DetailStrip(shell.palette)
        self.footer = Footer(shell.palette)
        self.filter = Input(
            placeholder="words, kind:ks, ns:x, is:failed, !word", id="filter", compact=True, select_on_focus=False
        )
        self.filter.cursor_blink = False
        self._steer = Steer(self)
        self._said = Said(shell)
        self._said.see()

    def compose(self) -> ComposeResult:
        """What is the same everywhere, the matrix, and the selected object."""
        yield self.head
        yield self.pane
        yield self.detail
        yield self.filter
        yield self.footer

    def on_mount(self) -> None:
        """Draw, and again whenever the picture changes."""
        self.filter.display = False
        self._share_out()
        self.set_focus(self.pane)
        self.shell.watching.append(self._changed)
        self.draw_frame()
        if self._start is not None:
            self.pane.select(self._start)
        self._draw_about()

    def on_unmount(self) -> None:
        """Draw no more."""
        self.shell.watching.remove(self._changed)

    def on_resize(self) -> None:
        """Share the room out anew."""
        self._share_out()
        self.head.repaint()

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Motions, the filter, and what can be done to the object."""
        return {
            **{f"cursor.{motion}": partial(self.pane.go, motion) for motion in MOTIONS},
            "fleet.left": partial(self.pane.go_across, -1),
            "fleet.right": partial(self.pane.go_across, 1),
            "filter": self._open_filter,
            "faults": self._toggle_differing,
            "fault.next": partial(self._next_difference, 1),
            "fault.previous": partial(self._next_difference, -1),
            "open": self._open,
            "yaml": partial(self._about_object, ManifestScreen),
            "diff": partial(self._about_object, DiffScreen),
            "graph": self._graph,
            **self._steer.handlers,
            "messages": lambda: self._push(MessagesScreen(self.shell)),
            "copy": self._copy,
            "fleet": self._leave,
            "back": self._back,
            "quit": self._leave,
        }

    async def take_key(self, event: Key) -> None:
        """Do what the key means; whatever the footer said has been seen then."""
        self._said.see()
        if self.focused is self.filter:
            await self._take_filter_key(event)
        else:
            await super().take_key(event)
        self._draw_about()

    def on_input_changed(self) -> None:
        """Narrow the matrix down by what was pasted into the filter."""
        self._narrow()

    def on_line_view_pressed(self, event: LineView.Pressed) -> None:
        """Select the cell that was clicked; a double click goes to it in the tree."""
        column = self.pane.column_at(event.x)
        if event.view is self.pane:
            self.pane.move_cursor(event.index)
            self.pane.go_across(column - self.pane.column if column is not None else 0)
            self._draw_about()
            if event.double:
                self._open()

    def on_footer_chosen(self, event: Footer.Chosen) -> None:
        """Do what the clicked key does."""
        self._said.see()
        self.act(event.action)
        self._draw_about()

    def situation(self) -> Situation:
        """What is selected, as far as it decides what can be done."""
        ref = self.pane.selected
        resource = self.shell.session.picture.get(ref) if ref is not None else None
        return situation_of(self.shell.session, (resource,) if resource is not None else (), ref is not None)

    def draw_frame(self) -> None:
        """Draw the matrix as the picture is now."""
        session = self.shell.session
        matrix = compare(session.picture, session.clock.now(), parse_query(self._text), self._differing_only)
        parts = [
            "fleet",
            *(["differing only"] if self._differing_only else []),
            *([f"/{self._text}"] if self._text else []),
        ]
        self.pane.show(matrix, " · ".join(parts))
        self._draw_about()

    def _changed(self, dirty: Dirty) -> None:
        if dirty.structure or dirty.refs or dirty.states or dirty.statuses:
            self.draw_frame()
        else:
            self._draw_about()

    def _draw_about(self) -> None:
        """The head, the strip and the footer, which follow the cursor."""
        session, ref = self.shell.session, self.pane.selected
        now = session.clock.now()
        self.head.repaint()
        if ref is None:
            self.detail.show(None)
        elif session.picture.get(ref) is not None:
            self.detail.show(describe_object(session.picture, ref, now))
        else:
            self.detail.show(describe_absence(session.picture, self.pane.matrix, ref))
        self.footer.show(offers(self.shell, self.situation(), _KEYS), self._said.line())

    def _share_out(self) -> None:
        self.detail.styles.height = 5 if self.app.size.height >= _LOW else 2

    def _open_filter(self) -> None:
        self.filter.display = True
        self.filter.value = self._text
        self.filter.action_select_all()
        self.set_focus(self.filter)

    def _close_filter(self) -> None:
        self.filter.display = False
        self.set_focus(self.pane)

    async def _take_filter_key(self, event: Key) -> None:
        motion = {"down": "down", "up": "up", "pagedown": "page_down", "pageup": "page_up"}.get(event.key)
        if event.key == "escape":
            self._clear_filter()
            self._close_filter()
        elif event.key in ("tab", "enter"):
            self._close_filter()
        elif motion is not None:
            self.pane.go(motion)
        elif await type_into(self.filter, event):
            self._narrow()

    def _narrow(self) -> None:
        if self.filter.value != self._text:
            self._text = self.filter.value
            self.draw_frame()

    def _clear_filter(self) -> None:
        self.filter.value = ""
        self._narrow()

    def _toggle_differing(self) -> None:
        self._differing_only = not self._differing_only
        self.draw_frame()

    def _next_difference(self, step: int) -> None:
        lines, at = self.pane.matrix.lines, self.pane.cursor or 0
        places = ((at + step * distance) % len(lines) for distance in range(1, len(lines) + 1))
        place = next((place for place in places if lines[place].rank <= Rank.FAULT), None)
        if place is None:
            self._say("nothing that is shown differs or is broken")
        else:
            self.pane.move_cursor(place)

    def _there(self) -> ObjectRef | None:
        """The object under the cursor; None where it is not in that context, which is said."""
        ref = self.pane.selected
        if ref is None or self.shell.session.picture.get(ref) is None:
            self._say(f"{ref.kind} {ref.path} is not in {ref.context}" if ref else "nothing is selected")
            return None
        return ref

    def _open(self) -> None:
        if (ref := self._there()) is not None:
            self.dismiss(ref)

    def _about_object(self, screen: Callable[[Shell, ObjectRef], KeyedScreen[None]]) -> None:
        if (ref := self._there()) is not None:
            self._push(screen(self.shell, ref))

    def _graph(self) -> None:
        if (ref := self._there()) is not None:
            self.app.push_screen(GraphScreen(self.shell, ref.context, ref), self._chosen)

    def _chosen(self, ref: ObjectRef | None) -> None:
        if ref is not None:
            self.dismiss(ref)

    def _copy(self) -> None:
        text = "\n".join((self.pane.matrix.headline, self.detail.text()))
        self.app.copy_to_clipboard(text)
        self.shell.session.notice(Severity.INFO, f"copied {len(text.splitlines())} lines")

    def _push(self, screen: KeyedScreen[None]) -> None:
        self.app.push_screen(screen)

    def _say(self, text: str) -> None:
        self.shell.session.notice(Severity.WARNING, text)

    def _back(self) -> None:
        if self._text:
            self._clear_filter()
        elif self._differing_only:
            self._toggle_differing()
        else:
            self._leave()

    def _leave(self) -> None:
        self.dismiss(None)
