"""Acting on objects, on whatever screen they are selected: asked about where it is dangerous, then sent."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from textual.app import App

from tui.actions import ACTIONS
from tui.model.aim import Aim
from tui.model.changes import Severity
from tui.model.foresight import Choice, Foresight, foresee
from tui.model.inquiry import inquire
from tui.model.intent import Note, Verb, objection
from tui.model.resources import Resource
from tui.model.wording import describe
from tui.ports import Access
from tui.screens.confirm import ConfirmScreen
from tui.screens.shell import Shell
from tui.session import Session
from tui.situation import Situation, forbidden, makes_sense, refusal, title_for, toggled_verb
from tui.widgets.footer import Offer


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

    def suspend(self, note: Note) -> None:
        """Suspend what is selected, with what is to be said of it.

        Args:
            note: Why and until when.
        """
        self._ask("suspend", Verb.SUSPEND, note=note)

    def sent(self) -> None:
        """Called when a request was sent."""

    def _toggle_suspend(self) -> None:
        self._ask("suspend.toggle", toggled_verb(self._screen.situation().selected))

    def _ask(self, action: str, verb: Verb, with_source: bool = False, note: Note | None = None) -> None:
        screen, shell = self._screen, self._screen.shell
        title = ACTIONS[action].title
        situation = screen.situation(shell.session.clock.now())
        if why := refusal(ACTIONS[action], situation):
            shell.session.notice(Severity.WARNING, f"{title}: {why}")
            screen.aim.told()
            return
        foresight = self._foresee(verb, situation.selected)
        gone = max(0, situation.marked - len(situation.selected))
        inquiry = inquire(foresight, shell.settings.protection, ACTIONS[action].caution, gone)
        if not foresight.choices:
            shell.session.notice(Severity.WARNING, f"{title}: {foresight.effects[0].text}")
        elif inquiry.is_needed:
            answered = partial(self._answered, foresight, with_source, note)
            screen.app.push_screen(ConfirmScreen(shell, inquiry, foresight.choices), answered)
        else:
            self._carry_out(foresight.choices[0], with_source, note)
            if foresight.notes:
                about = f"{verb} {describe(situation.selected[0].ref)}"
                shell.session.notice(Severity.INFO, f"{about}: {'; '.join(foresight.notes)}")

    def _foresee(self, verb: Verb, targets: tuple[Resource, ...]) -> Foresight:
        shell = self._screen.shell
        session, key = shell.session, shell.shown_key("diff")
        return foresee(session.picture, verb, targets, session.clock.now(), self._refusal, session.diffs, key)

    def _refusal(self, verb: Verb, resource: Resource) -> str:
        session = self._screen.shell.session
        if why := session.read_only.why(resource.ref.context):
            return why
        is_denied = session.access(resource.ref) is Access.DENIED
        return forbidden(resource) if is_denied else objection(verb, resource)

    def _answered(self, foresight: Foresight, with_source: bool, note: Note | None, key: str | None) -> None:
        """Do what was chosen; what was left out is said too, since the question is gone then."""
        choice = next((choice for choice in foresight.choices if choice.key == key), None)
        if choice is None:
            self._screen.draw_frame()
            return
        self._carry_out(choice, with_source, note)
        asked = {resource.ref for ask in choice.asks for resource in ask.resources}
        left = [effect for effect in foresight.effects if effect.resource.ref not in asked]
        if left:
            first = f"{describe(left[0].resource.ref)} in {left[0].resource.ref.context}: {left[0].text}"
            more = f"; and {len(left) - 1} more" if len(left) > 1 else ""
            self._screen.shell.session.notice(Severity.INFO, f"{foresight.verb} left out {first}{more}")

    def _carry_out(self, choice: Choice, with_source: bool, note: Note | None) -> None:
        for ask in choice.asks:
            is_suspension = ask.verb is Verb.SUSPEND
            session = self._screen.shell.session
            session.ask(ask.verb, ask.resources, with_source and not is_suspension, note if is_suspension else None)
        self.sent()
        self._screen.draw_frame()


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
    reasons = [session.read_only.why(resource.ref.context) for resource in targets]
    read_only = reasons[0] if reasons and all(reasons) else ""
    return Situation(targets, on_row, marked, read_only, access, moved)


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
