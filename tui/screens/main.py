"""The main screen: contexts, tree, events, logs, the detail strip and the keys."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Key

from tui.frames import FrameClock
from tui.model.aim import Aim
from tui.model.changes import Phase
from tui.model.query import parse_query
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.reveal import reveal
from tui.model.rows import Layout, Mode, Row, View, lay_out, shown_contexts
from tui.screens.filter import FilterLine
from tui.screens.keyed import KeyedScreen
from tui.screens.main_about import MainAbout
from tui.screens.main_applied import MainApplied
from tui.screens.main_causes import MainCauses
from tui.screens.main_keys import MainKeys
from tui.screens.main_panes import MainPanes
from tui.screens.main_steer import MainSteer
from tui.screens.said import Said
from tui.screens.shell import Shell
from tui.screens.steer import situation_of
from tui.situation import Situation
from tui.store import Dirty
from tui.widgets.applied import AppliedPane
from tui.widgets.contextbar import ContextBar
from tui.widgets.detail import DetailStrip
from tui.widgets.divider import Divider
from tui.widgets.events import EventsPane
from tui.widgets.footer import Footer
from tui.widgets.lines import LineView
from tui.widgets.logs import LogsPane
from tui.widgets.tree import TreePane

_FILTER = "words, kind:ks, ns:x, ctx:x, is:failed, -l key=value, !word"
_TICK = 10.0
"""Seconds between looks at the clock: ages, and requests that nobody answers."""


class MainScreen(KeyedScreen[None]):
    """What the program opens with."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        session, palette = shell.session, shell.palette
        self.view = View()
        self.layout_ = Layout()
        self.all_logs = False
        self.contexts = ContextBar(palette, session.picture)
        self.tree_pane = TreePane(palette, session.picture)
        self.divider = Divider(palette)
        self.applied = AppliedPane(palette)
        self.events = EventsPane(palette)
        self.logs = LogsPane(palette)
        self.detail = DetailStrip(palette)
        self.footer = Footer(palette)
        self.filter = FilterLine(self.tree_pane, self.narrow, _FILTER)
        self.frames = FrameClock(self.draw_frame)
        self.said = Said(shell)
        self.panes = MainPanes(self)
        self.inventory = MainApplied(self)
        self.steer = MainSteer(self)
        self.causes = MainCauses(self)
        self.keys = MainKeys(self)
        self.about = MainAbout(self)
        self._untouched = True

    def compose(self) -> ComposeResult:
        """Lay the panes out."""
        yield self.contexts
        with Container(id="panes"):
            yield self.tree_pane
            yield self.divider
            with Container(id="side"):
                yield self.applied
                yield self.events
                yield self.logs
        yield self.detail
        yield self.filter
        yield self.footer

    def on_mount(self) -> None:
        """Draw the first frame, and connect only after it is on the screen."""
        self.panes.arrange()
        self.set_focus(self.tree_pane)
        session = self.shell.session
        session.on_change = self._changed
        self.draw_frame()
        self.call_after_refresh(self._connect)
        self.set_interval(_TICK, self._tick)

    def on_screen_suspend(self) -> None:
        """Let the API server rest while another screen is in front."""
        self.shell.session.inventories.look(False)

    def on_screen_resume(self) -> None:
        """Keep up again what is selected."""
        self.shell.session.inventories.look(True)

    async def take_key(self, event: Key) -> None:
        """Do what the key means; whatever the footer said has been seen then."""
        self.said.see()
        self._untouched = False
        if self.focused is self.filter:
            await self.keys.take_filter_key(event)
        else:
            await super().take_key(event)
        self.frames.request(urgent=True)

    def narrow(self, text: str) -> None:
        """Show what passes a filter.

        Args:
            text: The filter, as typed.
        """
        if text != self.view.query.text:
            self.set_view(msgspec.structs.replace(self.view, query=parse_query(text)))

    def on_resize(self) -> None:
        """Share the room out anew."""
        self.panes.arrange()

    def on_line_view_pressed(self, event: LineView.Pressed) -> None:
        """Select the row that was clicked; a click on its sign, or a double click, opens or closes it."""
        if event.view is self.tree_pane:
            self.tree_pane.move_cursor(event.index)
            self.selection_changed()
            if event.double or self.tree_pane.is_on_fold_sign(event.index, event.x):
                self.keys.act("open")
        elif event.view is self.applied:
            self.applied.move_cursor(event.index)
            self.panes.focus(self.applied)
            if event.double:
                self.keys.act("open")

    def on_line_view_dragged(self, event: LineView.Dragged) -> None:
        """Move the line between two panes of the right column."""
        self.panes.drag_title(event.view, event.rows)

    def on_divider_dragged(self, event: Divider.Dragged) -> None:
        """Move the line between the tree and the panes beside it."""
        self.panes.drag_column(event.column)

    def on_context_bar_chosen(self, event: ContextBar.Chosen) -> None:
        """Show the clicked context alone, or all again."""
        self.keys.solo(None if event.context in self.view.solo else event.context)

    def on_footer_chosen(self, event: Footer.Chosen) -> None:
        """Do what the clicked key does."""
        self.keys.act(event.action)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The keys of the main screen."""
        return self.keys.handlers

    def draw_frame(self) -> None:
        """Draw everything that changed since the last frame."""
        dirty = self.shell.session.store.take_dirty()
        now = self.shell.session.clock.now()
        if self._moves_rows(dirty):
            self.layout_ = lay_out(self.shell.session.picture, self.view)
        self.tree_pane.show(self.layout_, self.view, now)
        self.contexts.show(self.view.solo, now)
        if self._untouched and dirty.statuses:
            self._go_to_first_fault()
        self.about.draw(dirty)
        for told in self.shell.watching:
            told(dirty)

    def set_view(self, view: View) -> None:
        """Look at the picture in another way, and draw it at once.

        Args:
            view: How.
        """
        self.view = view
        self.filter.value = view.query.text
        self.shell.session.store.dirty.structure = True
        self.draw_frame()

    def select(self, ref: ObjectRef) -> None:
        """Put the cursor on a row, if it is shown.

        Args:
            ref: The row's reference.
        """
        if self.tree_pane.select(ref):
            self.selection_changed()

    def reveal(self, ref: ObjectRef) -> None:
        """Put the cursor on an object, whatever hides its row.

        Args:
            ref: The object.
        """
        picture = self.shell.session.picture
        if ref not in self.layout_.position and picture.get(ref) is not None:
            self.set_view(reveal(picture, self.view, ref))
        self.select(ref)

    def selection_changed(self) -> None:
        """Draw what depends on the selected row."""
        self.about.draw(Dirty())

    @property
    def is_settled(self) -> bool:
        """Whether everything that is known is drawn and nothing is being opened."""
        return self.is_mounted and self.frames.idle and not self.shell.session.opening

    @property
    def selected(self) -> Row | None:
        """The row under the cursor."""
        return self.tree_pane.selected

    @property
    def selected_object(self) -> Resource | None:
        """The object under the cursor, None on a context's row."""
        row = self.selected
        return self.shell.session.picture.get(row.ref) if row is not None and not row.is_context else None

    def targets(self) -> tuple[Resource, ...]:
        """The objects an action takes: the marked ones that are still the same, else the selected one."""
        tree, picture = self.tree_pane, self.shell.session.picture
        if not tree.marks:
            return (self.selected_object,) if self.selected_object is not None else ()
        marked = [picture.get(ref) for ref in tree.marks if tree.is_marked(ref)]
        return tuple(resource for resource in marked if resource is not None)

    def situation(self, pressed: datetime | None = None) -> Situation:
        """What is selected, as far as it decides what can be done."""
        tree, session = self.tree_pane, self.shell.session
        moved = "" if tree.marks else tree.moved(pressed)
        return situation_of(session, self.targets(), self.selected is not None, len(tree.marks), moved)

    @property
    def aim(self) -> Aim:
        """What the person takes aim at."""
        return self.tree_pane.aim

    def _changed(self) -> None:
        dirty = self.shell.session.store.dirty
        row = self.tree_pane.selected
        self.frames.request(dirty.urgent or (row is not None and row.ref in dirty.refs))

    def _go_to_first_fault(self) -> None:
        """Once everything was read, begin at what is broken, unless a key was pressed meanwhile."""
        phases = {status.phase for status in self.shell.session.picture.statuses.values()}
        if Phase.CONNECTING in phases or phases == {Phase.OFF}:
            return
        self._untouched = False
        self.tree_pane.select_first_fault()

    def _connect(self) -> None:
        for context in self.shell.start_contexts:
            self.shell.session.connect(context)
        self.shell.session.look_back()

    def _tick(self) -> None:
        self.shell.session.tick()
        self.frames.request(urgent=False)

    def _moves_rows(self, dirty: Dirty) -> bool:
        view = self.view
        by_state = view.faults_only or view.mode is Mode.FLAT
        if dirty.structure or (dirty.states and by_state) or (dirty.refs and view.query):
            return True
        return dirty.statuses and self.layout_.contexts != shown_contexts(self.shell.session.picture, view)
