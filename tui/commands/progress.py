"""Saying how far each request has come, while it is followed."""

import sys
from collections.abc import Collection

import msgspec

from tui.commands.printing import is_coloured, paint
from tui.model.health import State
from tui.model.intent import Outcome, Step, Verb, past, settle
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.text import in_short
from tui.model.times import seconds
from tui.model.wording import describe
from tui.ports import Clock

_COLOURED_AS = {
    Step.HANDLED: State.PROGRESSING,
    Step.READY: State.READY,
    Step.FAILED: State.FAILED,
    Step.TIMED_OUT: State.FAILED,
    Step.REFUSED: State.FAILED,
}


class Progress:
    """Tells each step once: how an object ended in the output where that is text, all else beside it."""

    def __init__(self, picture: Picture, clock: Clock, wanted: Collection[ObjectRef], as_text: bool) -> None:
        self._picture, self._clock = picture, clock
        self._wanted, self._as_text = wanted, as_text
        self._seen: dict[ObjectRef, Outcome] = {}
        self._untold: list[Outcome] = []

    @property
    def outcomes(self) -> list[Outcome]:
        """What is known of each request: those that were wanted in their order, then what they needed first."""
        wanted = [self._seen[ref] for ref in self._wanted if ref in self._seen]
        return [*wanted, *(outcome for ref, outcome in self._seen.items() if ref not in self._wanted)]

    def notice(self) -> None:
        """Remember every step that is new; quick, and writes nothing."""
        for ref, outcome in self._picture.outcomes.items():
            before = self._seen.get(ref)
            if before is outcome:
                continue
            self._seen[ref] = outcome
            if before is None or (before.step, before.message) != (outcome.step, outcome.message):
                self._untold.append(outcome)

    def tell(self) -> None:
        """Print the steps that were not told yet."""
        untold, self._untold = self._untold, []
        for outcome in untold:
            if outcome.step is not Step.QUEUED or outcome.message:
                self._print(outcome)

    def cut_short(self, why: str, interrupted: bool) -> None:
        """Say of every request that is not followed any further how far it came.

        Args:
            why: Why it is not followed: `interrupted`.
            interrupted: Whether a person wanted it so; else it has timed out.
        """
        self.notice()
        self.tell()
        for ref, outcome in self._seen.items():
            if not outcome.is_settled:
                left = msgspec.structs.replace(outcome, message=f"{why}: {self._left_at(outcome)}")
                ended = Step.REFUSED if outcome.step is Step.QUEUED else Step.TIMED_OUT
                self._seen[ref] = left if interrupted else settle(left, ended, left.message, self._clock.now())
                self._print(self._seen[ref], is_last=True)

    def leave(self) -> None:
        """Say of every request that nobody waits for that the API server has it."""
        for ref in self._wanted:
            outcome = self._seen.get(ref)
            if outcome is not None and not outcome.is_settled:
                self._seen[ref] = msgspec.structs.replace(outcome, message="the API server has it")
                self._print(self._seen[ref], is_last=True)

    def _left_at(self, outcome: Outcome) -> str:
        if outcome.step is Step.QUEUED:
            return "it was not sent"
        if is_taken(outcome, self._picture):
            return f"it was {outcome.step} and not followed to its end"
        return "it was sent, and whether the API server has it is not known"

    def _print(self, outcome: Outcome, is_last: bool = False) -> None:
        is_result = self._as_text and outcome.ref in self._wanted and (outcome.is_settled or is_last)
        stream = sys.stdout if is_result else sys.stderr
        print(_line(outcome, is_coloured(stream)), file=stream, flush=True)


def is_taken(outcome: Outcome, picture: Picture) -> bool:
    """Whether the API server has a request, as the object itself shows.

    Args:
        outcome: The request.
        picture: What is known.

    Returns:
        True where it said so, where the object bears the request, or where it is settled or taken up.
    """
    if outcome.is_settled or outcome.step is Step.HANDLED or outcome.version:
        return True
    resource = picture.get(outcome.ref)
    return resource is not None and bool(outcome.token) and resource.requested_at == outcome.token


def _line(outcome: Outcome, coloured: bool) -> str:
    is_switched = outcome.verb is Verb.SUSPEND and outcome.step is Step.READY
    word = past(outcome.verb) if is_switched else str(outcome.step)
    shown = paint(word, _COLOURED_AS.get(outcome.step, ""), coloured)
    message = "" if is_switched else in_short(outcome.message)
    return f"{outcome.ref.context} {describe(outcome.ref)}: {shown}{_took(outcome)}{f', {message}' if message else ''}"


def _took(outcome: Outcome) -> str:
    took = outcome.took
    return "" if took is None else f" {'in' if outcome.step is Step.READY else 'after'} {seconds(took)}"
