"""The app over the demo's real servers, wired as the command line does it: HTTP, watches, writes, and Git."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tui.__main__ import _build_shell, _parser
from tui.app import GitopsApp
from tui.cluster.kubeconfig import load_kubeconfig
from tui.config.settings import Settings
from tui.demo.serve import DemoServer
from tui.model.changes import Phase
from tui.model.health import State
from tui.model.intent import Outcome, Step
from tui.model.pending import Pending
from tui.model.refs import ObjectRef
from tui.screens.diff import DiffScreen
from tui.screens.main import MainScreen

HEALTHY = ObjectRef("us-east", "Kustomization", "flux-system", "kube-addons")
BROKEN = ObjectRef("eu-west", "Kustomization", "flux-system", "apps")
RELEASE = ObjectRef("eu-west", "HelmRelease", "shop", "api")
LAGGING = ObjectRef("ap-south", "Kustomization", "flux-system", "apps")
SOURCE = ObjectRef("ap-south", "GitRepository", "flux-system", "flux-system")
REGIONS = ("eu-west", "us-east", "ap-south")


class Fleet:
    """The running app and the servers behind it."""

    def __init__(self, demo: DemoServer, app: GitopsApp, pilot: Pilot[None]) -> None:
        self.demo, self.app, self.pilot = demo, app, pilot

    @property
    def main(self) -> MainScreen:
        main = self.app.screen_stack[1]
        assert isinstance(main, MainScreen)
        return main

    async def until(self, true: Callable[[], Any], seconds: float = 20.0) -> None:
        waited = 0.0
        while not true():
            assert waited < seconds, f"it never came true: {[n.text for n in self.main.shell.session.picture.notices]}"
            await self.pilot.pause(0.02)
            waited += 0.02

    async def until_phase(self, context: str, phase: Phase) -> None:
        await self.until(lambda: self.main.shell.session.picture.statuses[context].phase is phase)

    async def press_on(self, target: ObjectRef, *keys: str) -> None:
        self.main.select(target)
        assert self.main.selected is not None
        assert self.main.selected.ref == target
        await self.pilot.press(*keys)

    def outcome(self, target: ObjectRef) -> Outcome:
        return self.main.shell.session.picture.outcomes[target]

    def state(self, target: ObjectRef) -> State:
        return self.main.shell.session.picture.health(target).state

    def pane(self) -> str:
        screen = self.app.screen
        assert isinstance(screen, DiffScreen)
        return "\n".join(screen.summary.render_line(y).text for y in range(screen.summary.size.height))

    def top_line(self) -> str:
        return self.main.contexts.render_line(0).text


@asynccontextmanager
async def fleet(*contexts: str) -> AsyncIterator[Fleet]:
    """The demo and the app over it, all regions that are asked for live."""
    async with DemoServer() as demo:
        kubeconfig = load_kubeconfig(demo.kubeconfig, {}, Path.home())
        shell, problems = _build_shell(_parser().parse_args(["demo"]), Settings(), kubeconfig, contexts)
        assert problems == ()
        async with GitopsApp(shell).run_test(size=(140, 40)) as pilot:
            running = Fleet(demo, pilot.app, pilot)  # type: ignore[arg-type]
            await running.until(lambda: len(pilot.app.screen_stack) > 1)
            for context in contexts:
                await running.until_phase(context, Phase.LOGIN if context == "lab" else Phase.LIVE)
            await running.until(lambda: running.main.frames.idle)
            yield running


async def test_the_fleet_comes_up_and_obeys() -> None:
    async with fleet(*REGIONS, "lab") as running:
        picture = running.main.shell.session.picture
        assert all(picture.total(region) > 25 for region in REGIONS)
        assert running.state(BROKEN) is State.FAILED
        assert "lab ✖ login needed" in running.top_line()
        await running.press_on(HEALTHY, "R")
        await running.until(lambda: running.outcome(HEALTHY).is_settled)
        assert running.outcome(HEALTHY).step is Step.READY
        await running.press_on(HEALTHY, "T")
        await running.until(lambda: running.state(HEALTHY) is State.SUSPENDED)
        assert picture.get(HEALTHY).suspend_owner.manager == "gitops-tui"  # type: ignore[union-attr]
        await running.press_on(HEALTHY, "R")
        assert running.outcome(HEALTHY).verb == "suspend", "what is suspended is not asked to reconcile"
        await running.pilot.press("y")  # to resume it
        await running.until(lambda: running.outcome(HEALTHY).verb == "resume" and running.outcome(HEALTHY).is_settled)
        assert running.outcome(HEALTHY).step is Step.READY
        assert running.state(HEALTHY) is State.READY


async def test_what_broke_is_shown_down_to_the_pod() -> None:
    async with fleet("eu-west") as running:
        picture = running.main.shell.session.picture
        await running.press_on(BROKEN, "o")
        await running.until(lambda: picture.applied(BROKEN) and picture.applied(RELEASE))
        assert {one.id.kind for one in picture.applied(BROKEN)} == {"Namespace", "ConfigMap", "Deployment"}
        deployment = picture.applied(RELEASE)[0]
        assert (deployment.id.path, deployment.state) == ("shop/api", State.FAILED)
        assert deployment.below[0].message == 'image "registry.example.com/shop/api:1.9.2" not found'
        await running.press_on(RELEASE)
        pane = running.main.applied
        await running.until(lambda: "1.9.2" in "".join(pane.render_line(y).text for y in range(pane.size.height)))


async def test_a_diff_shows_what_is_pending_in_a_region_that_lags_and_what_broke_in_another() -> None:
    async with fleet("eu-west", "ap-south") as running:
        await running.press_on(SOURCE, "T")  # else it might fetch while we look
        await running.until(lambda: running.state(SOURCE) is State.SUSPENDED)
        running.demo.sync_mirror()
        await running.press_on(LAGGING, "D")
        pending = await _answer(running)
        assert pending.problem == ""
        stages = {stage.title: stage.commit for stage in pending.stages}
        assert stages["applied"] == stages["fetched"] != stages["upstream"]
        assert pending.commits[0].sha == stages["upstream"]
        told = " ".join(running.pane().split())
        assert stages["upstream"][:8] in told
        assert pending.commits[0].subject[:20] in told
        await running.pilot.press("escape")
        await running.press_on(BROKEN, "D")
        pending = await _answer(running)
        assert [stage.title for stage in pending.stages][:2] == ["applied", "attempted"]
        assert any("1.9.2" in line.text for file in pending.files for line in file.lines)


async def _answer(running: Fleet) -> Pending:
    screen = running.app.screen
    assert isinstance(screen, DiffScreen)
    await running.until(lambda: screen.summary.pending.summary and not screen.summary.note)
    return screen.summary.pending


async def test_a_region_that_dies_is_greyed_and_comes_back() -> None:
    async with fleet("us-east", "ap-south") as running:
        total = running.main.shell.session.picture.total("us-east")
        region = running.demo.regions["us-east"]
        await region.stop()
        await running.until_phase("us-east", Phase.STALE)
        await running.until(lambda: "stale" in running.top_line())
        assert running.main.shell.session.picture.total("us-east") == total, "old rows stay"
        assert running.main.shell.session.picture.statuses["ap-south"].phase is Phase.LIVE
        row = running.main.layout_.position[HEALTHY]
        dim = running.main.shell.palette.dim.color
        styles = running.main.tree_pane.draw_line(row, 100)
        assert {segment.style.color for segment in styles if segment.text.strip() and segment.style} == {dim}
        await region.start()
        await running.pilot.press("ctrl+r")
        await running.until_phase("us-east", Phase.LIVE)
        region.revoke()
        await region.stop()
        await region.start()
        await running.pilot.press("ctrl+r")
        await running.until_phase("us-east", Phase.LOGIN)
        await running.until(lambda: "login needed" in running.top_line())
        region.restore()
        await running.pilot.press("ctrl+r")
        await running.until_phase("us-east", Phase.LIVE)
