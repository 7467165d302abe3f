"""What the selected object applied, on the main screen."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from tui.inventoryreader import worth_reading
from tui.model.changes import Phase
from tui.model.inventory import why_nothing
from tui.model.kinds import KINDS
from tui.model.refs import ObjectRef
from tui.model.rows import Row
from tui.model.times import age
from tui.model.workloads import tally
from tui.screens.text import ManifestScreen
from tui.widgets.applied import AppliedView

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

_NOBODY = AppliedView(why="Select a Kustomization or a HelmRelease to see what it applied")


class MainApplied:
    """The applied pane of one main screen, and the inventories that are kept up for it."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen
        self.handlers: dict[str, Callable[[], None]] = {"applied": lambda: screen.panes.focus(screen.applied)}
        """Action id → what to call."""

    def draw(self, row: Row | None, now: datetime) -> None:
        """Show what the selected object applied, and have it kept up.

        Args:
            row: The selected row.
            now: The time.
        """
        session = self._screen.shell.session
        ref = row.ref if row is not None and not row.is_context else None
        session.inventories.follow(*(worth_reading(session.picture, ref) if ref is not None else ()))
        self._screen.applied.show(self._view(ref, now) if ref is not None else _NOBODY, now)

    def open(self) -> bool:
        """Open the YAML of the object under the pane's cursor, while keys go to the pane.

        Returns:
            Whether there is one.
        """
        screen, row = self._screen, self._screen.selected
        one = screen.applied.selected if screen.focused is screen.applied else None
        if one is None or row is None:
            return False
        ref = ObjectRef(row.ref.context, one.kind, one.namespace, one.name)
        screen.app.push_screen(ManifestScreen(screen.shell, ref, one.group))
        return True

    def _view(self, ref: ObjectRef, now: datetime) -> AppliedView:
        picture = self._screen.shell.session.picture
        about, resource, reading = f"{KINDS[ref.kind].short} {ref.path}", picture.get(ref), picture.inventories.get(ref)
        if resource is None:
            return AppliedView(about, why="It is gone")
        if reading is None:
            phase = picture.statuses[ref.context].phase
            waiting = "Reading what it applied" if phase is Phase.LIVE else f"Not read: {ref.context} is {phase}"
            return AppliedView(about, why=why_nothing(resource) or waiting)
        if not reading.problem:
            return AppliedView(about, reading.objects, tally(reading.objects), home=ref.namespace)
        note = f"as it was {age(reading.read, now)} ago" if reading.objects else ""
        return AppliedView(about, reading.objects, note, reading.problem, stale=True, home=ref.namespace)
