"""The real app over a real region, through Textual's pilot: keys, and what is drawn."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.e2e.region import Region
from tests.e2e.watching import shell_for
from tui.app import GitopsApp
from tui.model.intent import Step
from tui.model.refs import ObjectRef
from tui.widgets.lines import LineView


class Driven:
    """The running app and hands on its keyboard."""

    def __init__(self, app: GitopsApp, pilot: Any) -> None:
        self.app = app
        self.pilot = pilot
        self.picture = app.shell.session.picture

    async def until(self, what: str, true: Callable[[], Any], seconds: float = 30.0) -> None:
        """Wait until something is true."""
        end = asyncio.get_running_loop().time() + seconds
        while not true():
            if asyncio.get_running_loop().time() > end:
                shown = "\n".join(f"  {view.id}: {self.text_of(view)}" for view in self.app.screen.query(LineView))
                raise AssertionError(f"waited {seconds:.0f} s in vain for {what}; shown are\n{shown}")
            await self.pilot.pause(0.02)

    @property
    def main(self) -> Any:
        """The main screen."""
        return self.app.screen_stack[1]

    def line(self, target: ObjectRef) -> str:
        """What an object's row of the tree says; empty where it has none."""
        tree = self.main.tree_pane
        place = tree.layout_.position.get(target)
        return "" if place is None else str(tree.draw_line(place, tree.size.width).text)

    def text_of(self, view: LineView) -> str:
        """What a pane shows, without the breaks of its lines."""
        lines = (view.render_line(y).text.strip() for y in range(view.size.height))
        return " ".join(line for line in lines if line)

    async def go_to(self, target: ObjectRef) -> None:
        """Find an object as a person does, with the filter, and take it."""
        await self.until(f"{target.path} to show", lambda: self.picture.get(target) is not None)
        await self.pilot.press("slash", *f"kind:ks {target.name}", "enter")
        main: Any = self.app.screen
        await self.until("its row", lambda: any(row.ref == target for row in main.layout_.rows))
        main.select(target)
        await self.pilot.pause()
        assert main.selected.ref == target

    async def outcome(self, target: ObjectRef, key: str) -> Step:
        """Press a key and wait for what becomes of it."""
        before = self.picture.outcomes.get(target)
        main: Any = self.app.screen
        now = main.shell.session.clock.now
        await self.until("a cursor that stays", lambda: not main.tree_pane.moved(now()))
        await self.pilot.press(key)
        await self.until(
            f"{key} to end",
            lambda: (now := self.picture.outcomes.get(target)) is not None and now is not before and now.is_settled,
            60,
        )
        return self.picture.outcomes[target].step


@asynccontextmanager
async def driven(region: Region, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Driven]:
    """Run the app until the block ends.

    Args:
        region: What it watches.
        size: Columns and lines of its terminal.

    Yields:
        The running app.
    """
    app = GitopsApp(shell_for(region))
    async with app.run_test(size=size) as pilot:
        yield Driven(app, pilot)
