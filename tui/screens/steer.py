"""Acting on objects, on whatever screen they are selected: asked about where it is dangerous, then sent."""

from collections.abc import Callable, Iterable
from datetime import datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Protocol

from textual.app import App

from tui.actions import ACTIONS
from tui.model.aim import Aim
from tui.model.changes import Severity
from tui.model.intent import Verb
from tui.model.resources import Resource
from tui.model.text import counted
from tui.ports import Access
from tui.screens.confirm import ConfirmScreen
from tui.screens.shell import Shell
from tui.session import Session
from tui.situation import Situation, makes_sense, refusal, title_for, toggled_verb
from tui.widgets.footer import Offer

_NAMED_IN_QUESTION = 12


class Steered(Protocol):
    """A screen on which objects can be acted on."""

    shell: Shell

    @property
    def aim(self) -> Aim:
        """What the person takes aim at."""

    @property
    def app(self) -> App[Any]:
        """The running program."""

    def situation(self, pressed: datetime | None = None) -> Situation:
        """What is selected.

        Args:
            pressed: When a key was pressed that takes it; None where none was.
        """

    def draw_frame(self) -> None:
        """Draw what has changed."""


class Steer:
    """The writing actions of one screen."""

    def __init__(self, screen: Steered) -> None:
        self._screen = screen

    @property
    def handlers(self) -> dict[str, Callable[[], None]]:
        """Action id → what to call."""
        return {
            "reconcile": partial(self._ask, "reconcile", Verb.RECONCILE),
            "reconcile.source": partial(self._ask, "reconcile.source", Verb.RECONCILE, with_source=True),
            "suspend.toggle": self._toggle_suspend,
            "suspend": partial(self._ask, "suspend", Verb.SUSPEND),
            "resume": partial(self._ask, "resume", Verb.RESUME),
            "force": partial(self._ask, "force", Verb.FORCE),
            "reset": partial(self._ask, "reset", Verb.RESET),
        }

    def sent(self) -> None:
        """Called when a request was sent."""

    def _toggle_suspend(self) -> None:
        self._ask("suspend.toggle", toggled_verb(self._screen.situation().selected))

    def _ask(self, action: str, verb: Verb, with_source: bool = False) -> None:
        screen = self._screen
        situation = screen.situation(screen.shell.session.clock.now())
        if why := refusal(ACTIONS[action], situation):
            screen.shell.session.notice(Severity.WARNING, f"{ACTIONS[action].title}: {why}")
            screen.aim.told()
            return
        targets, caution = situation.selected, ACTIONS[action].caution
        is_protected = len(targets) == 1 and self._protected(targets[0].ref.context)
        if len(targets) == 1 and not is_protected and not caution:
            self._send(verb, targets, with_source, True)
            return
        what = "in a protected context" if is_protected else counted(len(targets), "object")
        title = f"{verb} {what}?{f' {caution}.' if caution else ''}"
        named = [f"{resource.ref.context}  {resource.ref.kind}  {resource.ref.path}" for resource in targets]
        if len(named) > _NAMED_IN_QUESTION:
            named[_NAMED_IN_QUESTION:] = [f"and {len(named) - _NAMED_IN_QUESTION} more"]
        answered = partial(self._send, verb, targets, with_source)
        screen.app.push_screen(ConfirmScreen(screen.shell, title, named), lambda yes: answered(bool(yes)))

    def _send(self, verb: Verb, targets: tuple[Resource, ...], with_source: bool, yes: bool) -> None:
        if yes:
            self._screen.shell.session.ask(verb, targets, with_source)
            self.sent()
        self._screen.draw_frame()

    def _protected(self, context: str) -> bool:
        return any(fnmatchcase(context, pattern) for pattern in self._screen.shell.settings.protected)


def situation_of(
    session: Session, targets: tuple[Resource, ...], on_row: bool, marked: int = 0, moved: str = ""
) -> Situation:
    """What decides what can be done to some objects.

    Args:
        session: For what may be done.
        targets: The objects.
        on_row: Whether anything is selected.
        marked: How many are marked.
        moved: Why what is under the cursor may not be what the person aims at.

    Returns:
        The situation.
    """
    answers = {session.access(resource.ref) for resource in targets}
    access = answers.pop() if len(answers) == 1 else Access.UNKNOWN
    return Situation(targets, on_row, marked, session.read_only, access, moved)


def offers(shell: Shell, situation: Situation, keys: Iterable[tuple[str, str]]) -> tuple[Offer, ...]:
    """What the footer offers in a situation.

    Args:
        shell: For the keys in force.
        situation: What is selected.
        keys: Action ids, most useful first, and what each is called here; empty for its own title.

    Returns:
        The offers, those that make no sense left out.
    """
    return tuple(
        Offer(action, shell.shown_key(action), title or title_for(ACTIONS[action], situation), why)
        for action, title in keys
        if shell.shown_key(action) and makes_sense(ACTIONS[action], situation)
        for why in [refusal(ACTIONS[action], situation)]
    )
