"""The real app over a real region, driven by keys."""

from tests.e2e.content import config_map, yaml
from tests.e2e.driving import driven
from tests.e2e.region import Region
from tests.e2e.watching import ref
from tui.model.health import State
from tui.model.intent import Step


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
