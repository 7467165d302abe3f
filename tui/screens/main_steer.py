"""Acting on what is selected or marked in the tree, and the marks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.actions import ACTIONS
from tui.screens.steer import Steer

if TYPE_CHECKING:
    from tui.screens.main import MainScreen


class MainSteer(Steer):
    """The writing actions of one main screen, and the marks they take."""

    def __init__(self, screen: "MainScreen") -> None:
        super().__init__(screen)
        self._main = screen

    @property
    def handlers(self) -> dict[str, Callable[[], None]]:
        """Marks too."""
        return super().handlers | {"mark": self._mark, "mark.clear": self.clear_marks}

    def sent(self) -> None:
        """What was marked has been dealt with."""
        self._main.tree_pane.marks.clear()

    def _mark(self) -> None:
        screen, resource, tree = self._main, self._main.selected_object, self._main.tree_pane
        if why := tree.moved(screen.shell.session.clock.now()):
            screen.say(f"{ACTIONS['mark'].title}: {why}")
            tree.aim.told()
            return
        if resource is None:
            return
        if tree.is_marked(resource.ref):
            del tree.marks[resource.ref]
        else:
            tree.marks[resource.ref] = resource.metadata.uid
        tree.go("down")
        screen.draw_frame()

    def clear_marks(self) -> None:
        """Take all marks away."""
        self._main.tree_pane.marks.clear()
        self._main.draw_frame()
