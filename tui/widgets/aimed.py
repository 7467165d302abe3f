"""A pane whose cursor stands for an object that a person may change."""

from datetime import datetime

from tui.model.aim import Aim, Target
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.widgets.lines import LineView
from tui.widgets.palette import Palette


class AimedView(LineView):
    """Knows what the person takes aim at."""

    def __init__(self, palette: Palette, picture: Picture, id: str) -> None:  # noqa: A002 (Textual's name)
        super().__init__(palette, id=id)
        self.picture = picture
        self.aim = Aim()

    @property
    def target(self) -> Target | None:
        """What is under the cursor, as the picture is now; None where it is no single row or object."""
        raise NotImplementedError

    def target_at(self, ref: ObjectRef) -> Target:
        """What a reference stands for, as the picture is now.

        Args:
            ref: An object's, or that of a context's row.

        Returns:
            The reference and the object's uid.
        """
        resource = self.picture.get(ref) if ref.kind else None
        return Target(ref, resource.metadata.uid if resource is not None else "")

    def rests(self, now: datetime, *, by_hand: bool) -> None:
        """Take note of where the cursor is drawn.

        Args:
            now: The time.
            by_hand: Whether a person looks in another way than before: what that hides was not taken from them.
        """
        drawn = self.aim.target
        is_there = drawn is not None and self.target_at(drawn.ref) == drawn and bool(drawn.uid or not drawn.ref.kind)
        self.aim.rests(self.target, now, is_expected=by_hand and is_there)

    def moved(self, pressed: datetime | None = None) -> str:
        """Why what is under the cursor may not be what the person aims at.

        Args:
            pressed: When a key was pressed; None where none was.

        Returns:
            A sentence; empty where it is.
        """
        return self.aim.objection(self.target, pressed)
