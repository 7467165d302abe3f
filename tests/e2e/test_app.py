"""The real app over a real region, driven by keys."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.e2e.content import config_map, yaml
from tests.e2e.region import Region
from tests.e2e.watching import ref, shell_for
from tui.app import GitopsApp
from tui.model.health import State
from tui.model.intent import Step
from tui.model.refs import ObjectRef


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
            assert asyncio.get_running_loop().time() < end, f"waited {seconds:.0f} s in vain for {what}"
            await self.pilot.pause(0.02)

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
        await self.pilot.press(key)
        await self.until(
            f"{key} to end",
            lambda: (now := self.picture.outcomes.get(target)) is not None and now is not before and now.is_settled,
            60,
        )
        return self.picture.outcomes[target].step


@asynccontextmanager
async def driven(region: Region) -> AsyncIterator[Driven]:
    """Run the app until the block ends."""
    app = GitopsApp(shell_for(region))
    async with app.run_test(size=(120, 36)) as pilot:
        yield Driven(app, pilot)


async def test_reconcile_with_source_by_key(region: Region) -> None:
    target = ref(region, "infra")
    async with driven(region) as drive:
        await drive.go_to(target)
        commit = region.push("infra/new.yaml", yaml(config_map("new", region.namespace, answer="42")))
        assert await drive.outcome(target, "W") is Step.READY
        assert region.get("Kustomization", "infra")["status"]["lastAppliedRevision"].endswith(commit)
        assert await drive.outcome(target, "R") is Step.READY


async def test_suspend_and_resume_by_key(region: Region) -> None:
    target = ref(region, "tenants")
    async with driven(region) as drive:
        await drive.go_to(target)
        assert await drive.outcome(target, "T") is Step.READY
        assert drive.picture.health(target).state is State.SUSPENDED
        assert region.get("Kustomization", "tenants")["spec"]["suspend"] is True
        assert await drive.outcome(target, "T") is Step.READY
        assert not region.get("Kustomization", "tenants")["spec"].get("suspend")
