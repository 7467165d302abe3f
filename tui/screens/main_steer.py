"""Acting on what is selected or marked: asked about where it is dangerous, then sent."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from tui.actions import ACTIONS, refusal, toggled_verb
from tui.model.changes import Severity
from tui.model.intent import Verb
from tui.model.resources import Resource
from tui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

_NAMED_IN_QUESTION = 12


class MainSteer:
    """The writing actions of one main screen, and the marks they take."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen
        self.handlers = self._handlers()
        """Action id → what to call."""

    def _handlers(self) -> dict[str, Callable[[], None]]:
        return {
            "reconcile": partial(self._ask, "reconcile", Verb.RECONCILE),
            "reconcile.source": partial(self._ask, "reconcile.source", Verb.RECONCILE, with_source=True),
            "suspend.toggle": self._toggle_suspend,
            "suspend": partial(self._ask, "suspend", Verb.SUSPEND),
            "resume": partial(self._ask, "resume", Verb.RESUME),
            "force": partial(self._ask, "force", Verb.FORCE),
            "reset": partial(self._ask, "reset", Verb.RESET),
            "mark": self._mark,
            "mark.clear": self.clear_marks,
        }

    def _toggle_suspend(self) -> None:
        self._ask("suspend.toggle", toggled_verb(self._screen.targets()))

    def _ask(self, action: str, verb: Verb, with_source: bool = False) -> None:
        screen = self._screen
        situation = screen.situation()
        if why := refusal(ACTIONS[action], situation):
            self._screen.shell.session.notice(Severity.WARNING, f"{ACTIONS[action].title}: {why}")
            return
        targets, caution = situation.selected, ACTIONS[action].caution
        is_protected = len(targets) == 1 and self._protected(targets[0].ref.context)
        if len(targets) == 1 and not is_protected and not caution:
            self._send(verb, targets, with_source, True)
            return
        what = "in a protected context" if is_protected else _counted(len(targets))
        title = f"{verb} {what}?{f' {caution}.' if caution else ''}"
        named = [f"{resource.ref.context}  {resource.ref.kind}  {resource.ref.path}" for resource in targets]
        if len(named) > _NAMED_IN_QUESTION:
            named[_NAMED_IN_QUESTION:] = [f"and {len(named) - _NAMED_IN_QUESTION} more"]
        answered = partial(self._send, verb, targets, with_source)
        screen.app.push_screen(ConfirmScreen(screen.shell, title, named), lambda yes: answered(bool(yes)))

    def _send(self, verb: Verb, targets: tuple[Resource, ...], with_source: bool, yes: bool) -> None:
        if yes:
            self._screen.shell.session.ask(verb, targets, with_source)
            self._screen.tree_pane.marks.clear()
        self._screen.draw_frame()

    def _protected(self, context: str) -> bool:
        return any(fnmatchcase(context, pattern) for pattern in self._screen.shell.settings.protected)

    def _mark(self) -> None:
        screen, resource = self._screen, self._screen.selected_object
        if resource is None:
            return
        tree = screen.tree_pane
        if tree.is_marked(resource.ref):
            del tree.marks[resource.ref]
        else:
            tree.marks[resource.ref] = resource.metadata.uid
        tree.go("down")
        screen.draw_frame()

    def clear_marks(self) -> None:
        """Take all marks away."""
        self._screen.tree_pane.marks.clear()
        self._screen.draw_frame()


def _counted(number: int) -> str:
    return "1 object" if number == 1 else f"{number} objects"
