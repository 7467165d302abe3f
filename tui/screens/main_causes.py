"""Walking through the tree to what broke first, and back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from tui.model.causes import Explanation, explain
from tui.model.changes import Severity
from tui.model.kinds import KINDS, Role
from tui.model.query import Query
from tui.model.refs import ObjectRef
from tui.model.rows import Mode, View, context_ref, lay_out, matching
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

    def reveal(self, ref: ObjectRef) -> None:
        """Select an object, whatever hides it: a fold, the filter, the mode, another context alone.

        Args:
            ref: An object that is known.
        """
        screen, picture = self._screen, self._screen.shell.session.picture
        view = screen.view
        if view.solo and ref.context not in view.solo:
            view = msgspec.structs.replace(view, solo=view.solo | {ref.context})
        if view.mode is Mode.DEPENDS_ON and KINDS[ref.kind].role is not Role.APPLIER:
            view = msgspec.structs.replace(view, mode=Mode.OWNERS)
        if view.filtering and ref not in matching(picture, view, ref.context):
            view = msgspec.structs.replace(view, query=Query(), faults_only=False)
        view = msgspec.structs.replace(view, folded=view.folded - self._above(ref, view))
        self._look(view)
        screen.select(ref)

    def _above(self, ref: ObjectRef, view: View) -> set[ObjectRef]:
        """The rows that an object stands below."""
        layout = lay_out(self._screen.shell.session.picture, msgspec.structs.replace(view, folded=frozenset()))
        above = {context_ref(ref.context)}
        place = layout.position.get(ref)
        while place is not None and (parent := layout.rows[place].parent) is not None:
            above.add(parent)
            place = layout.position.get(parent)
        return above

    def _look(self, view: View) -> None:
        if view != self._screen.view:
            self._screen.filter.value = view.query.text
            self._screen.set_view(view)

    def _walk(self) -> None:
        screen, session = self._screen, self._screen.shell.session
        resource = screen.selected_object
        if resource is None:
            screen.keys.say("why: select an object first")
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
            screen.keys.say(f"why: nothing lies behind {describe(ref)}, {explanation.next_step or 'it is fine'}")
            return
        session.notice(Severity.INFO, text)
        self._way.append((ref, screen.view))
        del self._way[:-_STEPS_KEPT]
        self.reveal(causes[0])

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
                self._look(view)
                screen.select(ref)
                return
        screen.keys.say("back: there is nothing to go back to")
