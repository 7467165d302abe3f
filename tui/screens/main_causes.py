"""Walking through the tree to what broke first, and back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.model.causes import Explanation, explain
from tui.model.changes import Severity
from tui.model.refs import ObjectRef
from tui.model.rows import View
from tui.model.wording import describe

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

_STEPS_KEPT = 50


class MainCauses:
    """The way one main screen has walked."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen
        self._way: list[tuple[ObjectRef, View]] = []
        """Where it came from, and how the tree was looked at there."""
        self._causes: tuple[ObjectRef, ...] = ()
        """The causes that the last walk found: the next step goes from one to the next."""
        self.handlers: dict[str, Callable[[], None]] = {"why": self._walk, "why.back": self._back}
        """Action id → what to call."""

    def _walk(self) -> None:
        screen, session = self._screen, self._screen.shell.session
        resource = screen.selected_object
        if resource is None:
            screen.say("why: select an object first")
            return
        ref = resource.ref
        explanation = explain(session.picture, ref, session.clock.now())
        causes = tuple(dict.fromkeys(cause for cause in self._seen(explanation) if cause != ref))
        if not causes and ref in self._causes and len(self._causes) > 1:
            causes = (self._causes[(self._causes.index(ref) + 1) % len(self._causes)],)
        elif causes:
            self._causes = causes
        text = f"{describe(ref)} {explanation.sentence}"
        if explanation.next_step:
            text = f"{text}. Next step: {explanation.next_step}"
        if not causes:
            session.notice(Severity.INFO, text)
            screen.say(f"why: nothing lies behind {describe(ref)}, {explanation.next_step or 'it is fine'}")
            return
        session.notice(Severity.INFO, text)
        self._way.append((ref, screen.view))
        del self._way[:-_STEPS_KEPT]
        screen.reveal(causes[0])

    def _seen(self, explanation: Explanation) -> list[ObjectRef]:
        """For each cause what can be selected: the last one on the way to it that is there."""
        picture = self._screen.shell.session.picture
        found = []
        for chain in explanation.chains:
            refs = [link.ref for link in chain if isinstance(link.ref, ObjectRef) and picture.get(link.ref)]
            found.append(refs[-1])
        return found

    def _back(self) -> None:
        screen, picture = self._screen, self._screen.shell.session.picture
        while self._way:
            ref, view = self._way.pop()
            if picture.get(ref) is not None:
                if view != screen.view:
                    screen.set_view(view)
                screen.select(ref)
                return
        screen.say("back: there is nothing to go back to")
