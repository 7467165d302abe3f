"""What a person takes aim at: the object under the cursor as they saw it, and whether it is still that one."""

from datetime import datetime, timedelta
from typing import NamedTuple

from tui.model.refs import ObjectRef
from tui.model.wording import describe

GRACE = timedelta(seconds=1)
"""How long a person may go on to press keys for what they saw before: a slow line, and the time they take to react."""


class Target(NamedTuple):
    """What is under a cursor."""

    ref: ObjectRef
    """An object's, or the row's that stands for a context."""
    uid: str = ""
    """Empty where there is no object."""


class Aim:
    """Tells a cursor that a person moved from one that was moved by what happened to its object.

    After the latter, keys that change something do nothing at first: whoever presses one may mean what was there
    before. They do again once the person was told, or has moved the cursor, and `GRACE` has passed.
    """

    def __init__(self) -> None:
        self.target: Target | None = None
        """What was drawn under the cursor."""
        self._lost: Target | None = None
        self._since: datetime | None = None
        self._is_taken = True

    def chosen(self, target: Target | None) -> None:
        """A person put the cursor on something.

        Args:
            target: What it is.
        """
        self.target, self._is_taken = target, True

    def rests(self, target: Target | None, now: datetime, *, is_expected: bool = False) -> None:
        """The program has drawn the cursor on something.

        Args:
            target: What it is.
            now: The time.
            is_expected: Whether it is elsewhere only because of what the person has asked for.
        """
        if target != self.target and not is_expected:
            self._lost = self.target or self._lost
            if self._lost is not None:
                self._since, self._is_taken = now, False
        self.target = target

    def told(self) -> None:
        """The person was told that the cursor has moved, or expects it to."""
        self._is_taken = True

    def objection(self, target: Target | None, pressed: datetime | None = None) -> str:
        """Why a key should change nothing.

        Args:
            target: What is under the cursor, as it is now and not as it was drawn.
            pressed: When the key was pressed; None to foretell what one would come to, however long that takes.

        Returns:
            A sentence; empty where what is there is what the person aims at.
        """
        drawn = self.target
        if drawn is None or target is None:
            return ""
        if target != drawn:
            return _difference(drawn, target)
        if self._lost is None or self._since is None:
            return ""
        is_early = pressed is not None and pressed < self._since + GRACE
        return _difference(self._lost, drawn) if is_early or not self._is_taken else ""


def _difference(before: Target, after: Target) -> str:
    if before == after:
        what = f"the selection came back to {_name(after.ref)} by itself"
    elif before.ref != after.ref:
        what = f"the selection moved from {_name(before.ref)} to {_name(after.ref)} by itself"
    elif not after.uid:
        return f"{_name(before.ref)} is gone"
    elif before.uid:
        what = f"{_name(before.ref)} was deleted and made anew"
    else:
        what = f"{_name(before.ref)} has only just appeared"
    return f"{what}: look, then press again"


def _name(ref: ObjectRef) -> str:
    return describe(ref) if ref.kind else ref.context
