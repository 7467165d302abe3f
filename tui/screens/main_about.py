"""What the main screen shows of the selected row: Events, logs, the detail strip, the keys."""

from typing import TYPE_CHECKING

from tui.actions import ACTIONS
from tui.model.detail import describe_context, describe_object
from tui.model.refs import ObjectRef
from tui.model.rows import Row, View
from tui.model.timeline import timeline
from tui.model.wording import describe
from tui.screens.steer import offers
from tui.store import Dirty

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

_FOOTER = [(action.id, "") for action in sorted(ACTIONS.values(), key=lambda action: action.footer) if action.footer]


class MainAbout:
    """Draws everything beside and below the tree of one main screen."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen
        self._drawn_for: tuple[ObjectRef | None, View] = (None, screen.view)
        self._logs_version = -1

    def draw(self, dirty: Dirty) -> None:
        """Draw it as the picture is now.

        Args:
            dirty: What has changed; Events of many objects are drawn again only where there are new ones.
        """
        screen, session = self._screen, self._screen.shell.session
        row, now, picture = screen.selected, session.clock.now(), session.picture
        ref = row.ref if row is not None else None
        moved = ref != self._drawn_for[0]
        anew = moved or dirty.statuses or screen.view is not self._drawn_for[1]
        below = screen.layout_.below(ref) if ref is not None and (anew or dirty.events) else []
        if ref is None or (below and (anew or not dirty.events.isdisjoint(below))):
            self._draw_events(ref, below)
        screen.inventory.draw(row, now)
        if row is None:
            screen.detail.show(None)
        elif row.is_context:
            screen.detail.show(describe_context(picture, row.ref.context, now))
        else:
            screen.detail.show(describe_object(picture, row.ref, now))
        self._draw_logs(row, moved)
        queued = session.steering.queued
        keys = [("back", f"stop ({queued})"), *_FOOTER] if queued else _FOOTER
        screen.footer.show(offers(screen.shell, screen.situation(), keys), screen.said.line())
        self._drawn_for = ref, screen.view

    def _draw_events(self, ref: ObjectRef | None, below: list[ObjectRef]) -> None:
        screen, picture = self._screen, self._screen.shell.session.picture
        if ref is None:
            screen.events.show([], "", "")
            return
        status = picture.statuses[ref.context]
        about = describe(ref) if ref.kind else ref.context
        about = f"{about} and {len(below) - 1} below" if len(below) > 1 and ref.kind else about
        note = status.phase.value if status.sees("Event", ref.namespace or status.namespace) else "forbidden"
        screen.events.show(timeline(picture, below), about, note)

    def _draw_logs(self, row: Row | None, moved: bool) -> None:
        screen, logs = self._screen, self._screen.shell.session.logs
        if moved:
            logs.follow(row.ref if row is not None and not row.is_context else None)
        if not moved and logs.version == self._logs_version:
            return
        self._logs_version = logs.version
        wanted = frozenset() if screen.all_logs or row is None else frozenset((row.ref,))
        about = logs.controller if screen.all_logs or row is None else f"{logs.controller} · {row.ref.name}"
        lines = logs.of(wanted) if logs.controller else []
        note = logs.note if logs.controller else "Select an object to follow its controller's log"
        screen.logs.show(lines, about if logs.controller else "", note)
