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
        return super().handlers | {"mark": self._mark, "mark.all": self._mark_all, "mark.clear": self.clear_marks}

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

    def _mark_all(self) -> None:
        """What folded branches hide is not shown, and not marked; what stands there only for its branches neither."""
        tree, picture = self._main.tree_pane, self._main.shell.session.picture
        hits = {row.ref: resource for row in tree.layout_.rows if row.is_hit and (resource := picture.get(row.ref))}
        if all(tree.is_marked(ref) for ref in hits):
            for ref in hits:
                del tree.marks[ref]
        else:
            tree.marks |= {ref: resource.metadata.uid for ref, resource in hits.items()}
        self._main.draw_frame()

    def clear_marks(self) -> None:
        """Take all marks away."""
        self._main.tree_pane.marks.clear()
        self._main.draw_frame()
