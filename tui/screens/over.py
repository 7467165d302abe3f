"""Screens over the main one that show the picture too."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from textual.events import Key

from tui.model.aim import Aim
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.screens.diff import DiffScreen
from tui.screens.keyed import KeyedScreen
from tui.screens.messages import MessagesScreen
from tui.screens.said import Said
from tui.screens.shell import Shell
from tui.screens.steer import Steer, situation_of
from tui.screens.text import ManifestScreen
from tui.situation import Situation
from tui.store import Dirty
from tui.widgets.aimed import AimedView
from tui.widgets.detail import DetailStrip
from tui.widgets.footer import Footer

_LOW = 30


class OverScreen(KeyedScreen[ObjectRef | None]):
    """Shows objects, what is to be said of the selected one, and the keys that do something to it.

    Dismissed with the object to select in the tree, or None.
    """

    pane: AimedView
    """Where the cursor is."""

    lines_when_low = 2
    """Lines of the detail strip where there are few."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.detail = DetailStrip(shell.palette)
        self.footer = Footer(shell.palette)
        self.said = Said(shell)
        self.said.see()
        self._steer = Steer(self)

    def on_mount(self) -> None:
        """Draw again whenever the picture changes."""
        self._share_out()
        self.shell.watching.append(self.changed)

    def on_unmount(self) -> None:
        """Draw no more."""
        self.shell.watching.remove(self.changed)

    def on_resize(self) -> None:
        """Share the room out anew."""
        self._share_out()

    async def take_key(self, event: Key) -> None:
        """Do what the key means; whatever the footer said has been seen then."""
        self.said.see()
        await super().take_key(event)
        self.draw_about()

    def on_footer_chosen(self, event: Footer.Chosen) -> None:
        """Do what the clicked key does."""
        self.said.see()
        self.act(event.action)
        self.draw_about()

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What can be done to the object, and leaving."""
        return {
            **self._steer.handlers,
            "yaml": partial(self._show, ManifestScreen),
            "diff": partial(self._show, DiffScreen),
            "messages": lambda: self.push(MessagesScreen(self.shell)),
            "back": self.leave,
            "quit": self.leave,
        }

    def situation(self, pressed: datetime | None = None) -> Situation:
        """What is selected, as far as it decides what can be done."""
        session, resource = self.shell.session, self.selected_object
        moved = self.pane.moved(pressed)
        return situation_of(session, (resource,) if resource is not None else (), self.on_row, moved=moved)

    @property
    def aim(self) -> Aim:
        """What the person takes aim at."""
        return self.pane.aim

    @property
    def selected_object(self) -> Resource | None:
        """The object under the cursor, None where there is no single one."""
        raise NotImplementedError

    @property
    def on_row(self) -> bool:
        """Whether anything is under the cursor."""
        raise NotImplementedError

    def why_no_object(self) -> str:
        """Why there is no object under the cursor.

        Returns:
            A sentence.
        """
        raise NotImplementedError

    def changed(self, dirty: Dirty) -> None:
        """Draw what has changed.

        Args:
            dirty: What it is.
        """
        raise NotImplementedError

    def draw_frame(self) -> None:
        """Draw everything as the picture is now."""
        raise NotImplementedError

    def draw_about(self) -> None:
        """Draw what follows the cursor: the strip and the footer."""
        raise NotImplementedError

    def push(self, screen: KeyedScreen[None]) -> None:
        """Open a screen over this one.

        Args:
            screen: The screen.
        """
        self.app.push_screen(screen)

    def leave(self) -> None:
        """Go back to the screen below."""
        self.dismiss(None)

    def there(self) -> ObjectRef | None:
        """The object under the cursor.

        Returns:
            Its reference; None where there is none, which is said.
        """
        resource = self.selected_object
        if resource is None:
            self.say(self.why_no_object())
            return None
        return resource.ref

    def _show(self, screen: Callable[[Shell, ObjectRef], KeyedScreen[None]]) -> None:
        if (ref := self.there()) is not None:
            self.push(screen(self.shell, ref))

    def _share_out(self) -> None:
        self.detail.styles.height = 5 if self.app.size.height >= _LOW else self.lines_when_low
