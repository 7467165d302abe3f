"""The journal: what was asked, by whom, and what became of it, in this run of the program and in earlier ones."""

import asyncio
from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult

from tui.model.journal import Action, fold
from tui.model.journalwords import JournalLine, describe_action, full_text, line_of
from tui.screens.keyed import KeyedScreen
from tui.screens.shell import Shell
from tui.screens.text import MOTIONS, TextScreen
from tui.store import Dirty
from tui.widgets.cellwise import wrap
from tui.widgets.detail import DetailStrip
from tui.widgets.footer import Footer, Offer
from tui.widgets.journal import JournalPane
from tui.widgets.lines import LineView

_KEYS = (("open", "all of it"), ("copy", "copy"), ("back", "back"), ("help", "help"))
"""What the footer offers, and what it is called here."""

_LOW = 30


class ActionScreen(TextScreen):
    """All that the journal has of one action."""

    def __init__(self, shell: Shell, action: Action) -> None:
        super().__init__(shell, "journal")
        self._action = action

    def on_mount(self) -> None:
        """Show it, long facts in several lines."""
        width = max(20, self.app.size.width - 2)
        facts = full_text(self._action, self.shell.session.books.journal.run)
        self.pane.show([line for fact in facts for line in wrap(fact, width)])


class JournalScreen(KeyedScreen[None]):
    """Actions, newest first; the selected one in the strip."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.pane = JournalPane(shell.palette)
        self.detail = DetailStrip(shell.palette)
        self.footer = Footer(shell.palette)
        self._actions: list[Action] = []
        self._version = -1
        self._complaint = ""

    def compose(self) -> ComposeResult:
        """The actions, the selected one, the keys."""
        yield self.pane
        yield self.detail
        yield self.footer

    def on_mount(self) -> None:
        """Read the journal, and again when something is written."""
        self._share_out()
        self.set_focus(self.pane)
        self.pane.show([], 0, "Reading the journal …")
        self.shell.watching.append(self._changed)
        self._changed(Dirty())

    def on_unmount(self) -> None:
        """Read no more."""
        self.shell.watching.remove(self._changed)

    def on_resize(self) -> None:
        """Share the room out anew."""
        self._share_out()

    def on_line_view_pressed(self, event: LineView.Pressed) -> None:
        """Select the action that was clicked; a double click shows all of it."""
        self.pane.move_cursor(event.index)
        self._draw_about()
        if event.double:
            self._open()

    def on_footer_chosen(self, event: Footer.Chosen) -> None:
        """Do what the clicked key does."""
        self.act(event.action)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Motions, looking closer, copying and leaving."""
        return {
            **{f"cursor.{motion}": partial(self._go, motion) for motion in MOTIONS},
            "open": self._open,
            "copy": self._copy,
            "journal": self._leave,
            "back": self._leave,
            "quit": self._leave,
        }

    @property
    def selected(self) -> Action | None:
        """The action under the cursor."""
        return self._actions[self.pane.cursor] if self._actions and self.pane.cursor is not None else None

    def _changed(self, _: Dirty) -> None:
        version = self.shell.session.books.version
        if version != self._version:
            self._version = version
            self.run_worker(self._read(), exclusive=True)

    async def _read(self) -> None:
        actions, lines, complaint = await asyncio.to_thread(self._read_all)
        selected, self._actions, self._complaint = self.selected, actions, complaint
        places = (place for place, action in enumerate(actions) if selected and selected.is_same(action))
        self.pane.show(lines, next(places, 0), "Nothing was asked yet")
        self._draw_about()

    def _read_all(self) -> tuple[list[Action], list[JournalLine], str]:
        journal = self.shell.session.books.journal
        pages = journal.read()
        actions = sorted(fold(pages.entries), key=lambda action: action.began)[::-1]
        return actions, [line_of(action, journal.run) for action in actions], pages.complaint

    def _draw_about(self) -> None:
        action = self.selected
        self.detail.show(describe_action(action, self.shell.session.books.journal.run) if action else None)
        offers = tuple(Offer(id_, self.shell.shown_key(id_), title) for id_, title in _KEYS)
        self.footer.show(offers, self._complaint)

    def _go(self, motion: str) -> None:
        self.pane.go(motion)
        self._draw_about()

    def _open(self) -> None:
        if self.selected is not None:
            self.app.push_screen(ActionScreen(self.shell, self.selected))

    def _copy(self) -> None:
        if self.selected is not None:
            self.copy("\n".join(full_text(self.selected, self.shell.session.books.journal.run)))

    def _leave(self) -> None:
        self.dismiss(None)

    def _share_out(self) -> None:
        self.detail.styles.height = 5 if self.app.size.height >= _LOW else 2
