"""`--read-only`, counted where it matters: by a proxy before a real API server, over everything that can be pressed."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.screen import ModalScreen

from tests.fakes.counting import Counting, counting
from tests.fakes.pilot import key_event
from tui.__main__ import _build_shell, _parser
from tui.actions import ACTIONS, Action
from tui.app import GitopsApp
from tui.cluster.kubeconfig import load_kubeconfig
from tui.config.settings import Settings
from tui.demo.serve import DemoServer
from tui.model.changes import Phase
from tui.model.refs import ObjectRef
from tui.model.rows import View, context_ref
from tui.screens.command import suggestions
from tui.screens.main import MainScreen
from tui.screens.palette import PaletteScreen

CONTEXT = "us-east"
ROWS = (
    context_ref(CONTEXT),
    ObjectRef(CONTEXT, "Kustomization", "flux-system", "kube-addons"),
    ObjectRef(CONTEXT, "HelmRelease", "shop", "api"),
    ObjectRef(CONTEXT, "GitRepository", "flux-system", "flux-system"),
)
LEAVE = "quit"
"""Ends the program, so that nothing could be pressed after it."""


class Hands:
    """Somebody who presses everything and says yes to whatever they are asked."""

    def __init__(self, pilot: Pilot[None], proxy: Counting) -> None:
        self.pilot, self.proxy, self.app = pilot, proxy, pilot.app
        self.pressed = 0

    @property
    def main(self) -> Any:
        """The main screen."""
        return self.app.screen_stack[1]

    @property
    def over(self) -> list[str]:
        """The screens over the main one."""
        return [type(screen).__name__ for screen in self.app.screen_stack[2:]]

    async def until(self, true: Any, seconds: float = 60.0) -> None:
        """Wait until something is true."""
        for _ in range(round(seconds / 0.02)):
            if true():
                return
            await self.pilot.pause(0.02)
        raise AssertionError("it never came true")

    async def press(self, key: str) -> None:
        """Press a key, and say yes."""
        self.app.post_message(key_event(key))
        await self.pilot.pause(0)
        self.pressed += 1
        for yes in ("y", "enter"):
            if isinstance(self.app.screen, ModalScreen) and not isinstance(self.app.screen, PaletteScreen):
                self.app.post_message(key_event(yes))
                await self.pilot.pause(0)

    async def begin_at(self, row: ObjectRef) -> None:
        """Back to the tree, as it was in the beginning, with the cursor on a row."""
        for _ in range(8):
            if not self.over and self.main.focused is self.main.tree_pane:
                break
            self.app.post_message(key_event("escape"))
            await self.pilot.pause(0)
        self.main.shell.session.connect(CONTEXT)
        self.main.tree_pane.marks.clear()
        if self.main.view != View():
            self.main.set_view(View())
        if row not in self.main.layout_.position:  # it was disconnected
            await self.until(lambda: self.main.shell.session.picture.get(row) or not row.kind)
            self.main.draw_frame()
        self.main.select(row)

    async def press_all(self, actions: Iterable[Action], rows: Iterable[ObjectRef] = ROWS) -> None:
        """Every key of some actions on each of some rows."""
        keys = [key for action in actions for key in action.keys]
        for row in rows:
            for key in keys:
                await self.begin_at(row)
                await self.press(key)

    async def press_over(self, opener: str, row: ObjectRef, actions: Iterable[Action]) -> None:
        """Every key that a screen over the main one knows."""
        known: set[str] = set()
        for key, name in [(key, action.id) for action in actions for key in action.keys]:
            if len(self.over) != 1:
                await self.begin_at(row)
                await self.press(ACTIONS[opener].keys[0])
                await self.until(lambda: len(self.over) == 1 and self.app.screen.is_mounted)
                known = known or set(self.app.screen.handlers())  # type: ignore[attr-defined]
            if name in known:
                await self.press(key)

    async def run_all(self, commands: Iterable[str], row: ObjectRef) -> None:
        """Every command of the palette."""
        for command in commands:
            await self.begin_at(row)
            await self.press("colon")
            await self.until(lambda: self.over == ["PaletteScreen"] and self.app.screen.is_mounted)
            self.app.screen._input.value = command  # type: ignore[attr-defined]
            await self.press("enter")


@asynccontextmanager
async def hands(*options: str) -> AsyncIterator[Hands]:
    """Run the program, put together as its command line does, over a real server behind the proxy."""
    async with DemoServer() as demo, counting(demo.regions[CONTEXT], str(demo.folder / "server.pem")) as proxy:
        kubeconfig = load_kubeconfig(demo.kubeconfig, {}, Path.home())
        entry = next(entry for entry in kubeconfig.contexts if entry.name == CONTEXT)
        kubeconfig = replace(
            kubeconfig, contexts=(replace(entry, cluster=replace(entry.cluster, server=proxy.url)),), current=CONTEXT
        )
        arguments = _parser().parse_args([*options, "--kubeconfig", str(demo.kubeconfig)])
        shell, problems = _build_shell(arguments, Settings(), kubeconfig, (CONTEXT,))
        assert problems == ()
        async with GitopsApp(shell).run_test(size=(120, 36)) as pilot:
            person = Hands(pilot, proxy)
            await person.until(lambda: len(pilot.app.screen_stack) > 1 and isinstance(person.main, MainScreen))
            await person.until(lambda: person.main.shell.session.picture.statuses[CONTEXT].phase is Phase.LIVE)
            for row in ROWS[1:]:
                await person.until(lambda row=row: person.main.shell.session.picture.get(row) is not None)
            yield person


@pytest.mark.parametrize("where", ["tree", "screens", "palette"])
@pytest.mark.timeout(240)  # it takes seconds, but many keys wait for their turn on a busy machine
async def test_with_read_only_nothing_that_can_be_pressed_or_typed_writes(where: str) -> None:
    actions = [action for action in ACTIONS.values() if action.id != LEAVE]
    writing = [action for action in actions if action.takes_aim]
    async with hands("--read-only") as person:
        if where == "tree":
            await person.press_all(actions, ROWS[1:2])
            await person.press_all(writing)
            await person.begin_at(ROWS[1])
            for key in ("space", "space", "space", *(key for action in writing for key in action.keys)):
                await person.press(key)
        elif where == "screens":
            for opener in ("graph", "fleet"):
                await person.press_over(opener, ROWS[1], actions)
        else:
            suggested = [name for name, _ in suggestions([CONTEXT], ["night"], person.main.shell.keymap)]
            typed = dict.fromkeys((*suggested, *(action.id for action in writing)))
            await person.run_all((command for command in typed if command != LEAVE), ROWS[1])
        assert person.pressed > 50
        assert person.proxy.passed.total() > 20, "the program did talk to the server"
        assert person.proxy.writes == []


@pytest.mark.timeout(240)
async def test_without_it_the_same_hands_do_write() -> None:
    async with hands() as person:
        actions = [action for action in ACTIONS.values() if action.verb is not None]
        for _ in range(30):
            await person.press_all(actions, ROWS[1:3])
            if any(one.startswith("PATCH ") for one in person.proxy.writes):
                break
            await person.pilot.pause(0.1)
        assert any(one.startswith("PATCH ") for one in person.proxy.writes), "the proxy counts"
        assert any(one.startswith("POST ") and "accessreviews" in one for one in person.proxy.writes)
