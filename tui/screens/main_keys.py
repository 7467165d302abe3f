"""What each action does on the main screen."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from textual.events import Key

from tui.model.refs import ObjectRef
from tui.model.rows import Mode, context_ref
from tui.model.text import counted
from tui.screens.command import run_command
from tui.screens.diff import DiffScreen
from tui.screens.fleet import FleetScreen
from tui.screens.graph import GraphScreen
from tui.screens.journal import JournalScreen
from tui.screens.messages import MessagesScreen
from tui.screens.palette import PaletteScreen
from tui.screens.suspended import SuspendedScreen
from tui.screens.text import ManifestScreen
from tui.widgets.lines import LineView

if TYPE_CHECKING:
    from tui.screens.main import MainScreen


class MainKeys:
    """The handlers of one main screen."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen
        self.handlers = (
            screen.steer.handlers
            | screen.causes.handlers
            | screen.inventory.handlers
            | self._look()
            | self._move()
            | self._contexts()
            | self._program()
        )
        """Action id → what to call."""

    def _look(self) -> dict[str, Callable[[], None]]:
        screen = self._screen
        return {
            "diff": self._diff,
            "yaml": self._yaml,
            "graph": self._graph,
            "fleet": self._fleet,
            "suspended": self._suspended,
            "mode": self._next_mode,
            "zoom": self._zoom,
            "logs": lambda: screen.panes.focus(screen.logs),
            "events": lambda: screen.panes.focus(screen.events),
            "logs.all": self._toggle_all_logs,
            "pane.next": lambda: screen.panes.focus_next(1),
            "pane.previous": lambda: screen.panes.focus_next(-1),
            "wider": lambda: screen.panes.widen(1),
            "narrower": lambda: screen.panes.widen(-1),
            "filter": lambda: screen.filter.open(screen.view.query.text),
            "faults": self._toggle_faults,
            "palette": self._open_palette,
            "back": self._back,
        }

    def _move(self) -> dict[str, Callable[[], None]]:
        motions = ("down", "up", "top", "bottom", "page_down", "page_up")
        return {
            **{f"cursor.{motion}": partial(self._go, motion) for motion in motions},
            "open": self._open,
            "fold": self._fold,
            "unfold": self._unfold,
            "fault.next": partial(self._next_fault, 1),
            "fault.previous": partial(self._next_fault, -1),
        }

    def _contexts(self) -> dict[str, Callable[[], None]]:
        return {
            "context.all": partial(self.solo, None),
            **{f"context.{number}": partial(self._solo_number, number) for number in range(1, 10)},
            "context.toggle": self._toggle_context,
            "context.retry": self._retry,
        }

    def _program(self) -> dict[str, Callable[[], None]]:
        screen = self._screen
        return {
            "help": screen.shell.show_help,
            "messages": lambda: self._push(MessagesScreen(screen.shell)),
            "journal": lambda: self._push(JournalScreen(screen.shell)),
            "copy": self._copy,
            "theme.next": self._next_theme,
            "quit": self._quit,
        }

    def act(self, action: str, *, told: bool = False) -> None:
        """Do an action, as the palette or a click asks.

        Args:
            action: The action's id.
            told: Whether the notice in the footer stays.
        """
        if not told:
            self._screen.said.see()
        self.handlers[action]()

    def _push(self, screen: object) -> None:
        self._screen.app.push_screen(screen)  # type: ignore[call-overload]

    def _zoom(self) -> None:
        self._screen.panes.zoom()

    def _quit(self) -> None:
        self._screen.app.exit()

    def _diff(self) -> None:
        screen, resource = self._screen, self._screen.selected_object
        if resource is None:
            self._screen.say("diff: select an object first")
            return
        self._push(DiffScreen(screen.shell, resource.ref))

    def _yaml(self) -> None:
        if self._screen.inventory.open():
            return
        resource = self._screen.selected_object
        if resource is None:
            self._screen.say("yaml: select an object first")
            return
        self._push(ManifestScreen(self._screen.shell, resource.ref))

    def _graph(self) -> None:
        row = self._screen.selected
        if row is None:
            self._screen.say("graph: select an object first")
            return
        focus = None if row.is_context else row.ref
        self._screen.app.push_screen(GraphScreen(self._screen.shell, row.ref.context, focus), self._reveal)

    def _fleet(self) -> None:
        row = self._screen.selected
        self._screen.app.push_screen(
            FleetScreen(self._screen.shell, row.ref if row is not None else None), self._reveal
        )

    def _suspended(self) -> None:
        row = self._screen.selected
        self._screen.app.push_screen(
            SuspendedScreen(self._screen.shell, row.ref if row is not None else None), self._reveal
        )

    def _reveal(self, ref: ObjectRef | None) -> None:
        if ref is not None:
            self._screen.reveal(ref)
            self._screen.panes.focus(self._screen.tree_pane)

    def _next_mode(self) -> None:
        modes = list(Mode)
        following = modes[(modes.index(self._screen.view.mode) + 1) % len(modes)]
        self._set(mode=following)

    def _toggle_all_logs(self) -> None:
        self._screen.all_logs = not self._screen.all_logs
        self._screen.shell.session.logs.version += 1
        self._screen.selection_changed()

    async def take_filter_key(self, event: Key) -> None:
        """While the filter is typed: enter goes to the first hit, unless arrows have moved the cursor.

        Args:
            event: The key.
        """
        screen = self._screen
        is_accepted = await screen.filter.take_key(event)
        if is_accepted and screen.view.query and not screen.filter.has_moved:
            screen.tree_pane.select_first_hit()
        screen.selection_changed()

    def _toggle_faults(self) -> None:
        self._set(faults_only=not self._screen.view.faults_only)

    def _open_palette(self) -> None:
        screen = self._screen

        def run(typed: str | None) -> None:
            if typed and (complaint := run_command(screen, typed)):
                self._screen.say(complaint)

        screen.app.push_screen(PaletteScreen(screen.shell), run)

    def _back(self) -> None:
        screen = self._screen
        if stopped := screen.shell.session.stop_asking():
            screen.say(f"stopped: {counted(stopped, 'object')} not asked; what was sent is followed to its end")
        elif screen.panes.zoomed is not None:
            screen.panes.zoom()
        elif screen.focused is not screen.tree_pane:
            screen.panes.focus(screen.tree_pane)
        elif screen.view.query:
            screen.filter.clear()
        elif screen.view.faults_only:
            self._set(faults_only=False)
        elif screen.tree_pane.marks:
            screen.steer.clear_marks()
        elif screen.view.solo:
            self.solo(None)

    def _go(self, motion: str) -> None:
        focused = self._screen.focused
        pane = focused if isinstance(focused, LineView) else self._screen.tree_pane
        pane.go(motion)
        if pane is self._screen.tree_pane:
            self._screen.selection_changed()

    def _open(self) -> None:
        row = self._screen.selected
        if row is None or self._screen.focused is not self._screen.tree_pane:
            if not self._screen.inventory.open():
                self._screen.panes.zoom()
        elif row.branches or row.is_context:
            self._set(folded=self._screen.view.folded ^ {row.ref})
        else:
            self._yaml()

    def _fold(self) -> None:
        row = self._screen.selected
        if row is None:
            return
        if row.branches and not row.folded:
            self._set(folded=self._screen.view.folded | {row.ref})
        elif not row.is_context:
            self._screen.select(row.parent or context_ref(row.ref.context))

    def _unfold(self) -> None:
        row = self._screen.selected
        if row is not None and row.folded:
            self._set(folded=self._screen.view.folded - {row.ref})

    def _next_fault(self, step: int) -> None:
        tree = self._screen.tree_pane
        place = tree.find_fault(step, tree.cursor or 0)
        if place is None:
            self._screen.say("nothing that is shown is broken")
        else:
            tree.move_cursor(place)
            self._screen.selection_changed()

    def _solo_number(self, number: int) -> None:
        contexts = list(self._screen.shell.session.picture.statuses)
        if number <= len(contexts):
            self.solo(contexts[number - 1])
        else:
            self._screen.say(f"there is no context {number}")

    def solo(self, context: str | None) -> None:
        """Show one context alone, connecting it if need be.

        Args:
            context: Its name, None for all.
        """
        if context is not None:
            self._screen.shell.session.connect(context)
        self._set(solo=frozenset((context,)) if context is not None else frozenset())

    def _toggle_context(self) -> None:
        row, session = self._screen.selected, self._screen.shell.session
        context = row.ref.context if row is not None else next(iter(self._screen.view.solo), None)
        if context is None:
            self._screen.say("no context is selected: press its digit")
        elif session.cluster(context) is None:
            session.connect(context)
        else:
            session.disconnect(context)
        self._screen.draw_frame()

    def _retry(self) -> None:
        session = self._screen.shell.session
        for context in session.picture.statuses:
            session.retry(context)

    def _copy(self) -> None:
        screen, focused = self._screen, self._screen.focused
        if focused in (screen.applied, screen.events, screen.logs):
            text = focused.text()
        else:
            text = screen.detail.text() if screen.selected is not None else ""
        if text:
            screen.copy(text)

    def _next_theme(self) -> None:
        shell = self._screen.shell
        names = sorted(shell.themes)
        shell.set_theme(names[(names.index(shell.palette.theme.name) + 1) % len(names)])

    def _set(self, **changes: object) -> None:
        self._screen.set_view(msgspec.structs.replace(self._screen.view, **changes))
