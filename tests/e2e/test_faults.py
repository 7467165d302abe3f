"""What is broken in Git is told at once, in the controller's words; what waits on it waits, and recovers."""

import time

import pytest

from tests.e2e.content import CHAIN, ROOT, chained, config_map, yaml
from tests.e2e.region import Region
from tests.e2e.watching import ref, watching
from tui.model.blast import blast_radius
from tui.model.health import FAULTS, State
from tui.model.intent import Step, Verb

_NO_KIND = yaml({"apiVersion": "v1", "kind": "ConfigMop", "metadata": {"name": "broken"}})


async def test_a_failing_kustomization_is_reported_failed_at_once(region: Region) -> None:
    async with watching(region) as watch:
        region.push("infra/broken.yaml", _NO_KIND)
        begun = time.monotonic()
        outcome = await watch.ask(Verb.RECONCILE, ref(region, "infra"), with_source=True)
        took = time.monotonic() - begun
        assert outcome.step is Step.FAILED
        assert "ConfigMop" in outcome.message
        assert watch.picture.health(ref(region, "infra")).state in FAULTS
    assert took < 20, "a failure is no timeout"


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("infra/broken.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: [\n", "BuildFailed"),
        ("infra/broken.yaml", _NO_KIND, "ReconciliationFailed"),
    ],
    ids=["bad YAML", "a kind that nobody serves"],
)
async def test_those_that_depend_on_it_wait_and_recover(region: Region, path: str, content: str, reason: str) -> None:
    async with watching(region) as watch:
        region.fetch(region.push(path, content))
        health = await watch.until_state(ref(region, "infra"), State.FAILED)
        assert health.reason == reason
        for name in ("apps", "tenants"):
            waits = await watch.until_state(ref(region, name), State.WAITING)
            assert waits.reason == "DependencyNotReady"
        assert ref(region, "tenants") in blast_radius(watch.picture, ref(region, "infra")).waiting
        mended = region.push(path, None)
        region.fetch(mended)
        for name in CHAIN:
            await watch.until_applied(ref(region, name), mended)


async def test_a_path_that_does_not_exist(region: Region) -> None:
    async with watching(region) as watch:
        chain = [chained(name, region.namespace) for name in CHAIN]
        chain[-1]["spec"]["path"] = "./nowhere"
        region.fetch(region.push("cluster/chain.yaml", yaml(*chain)))
        health = await watch.until_state(ref(region, "tenants"), State.FAILED)
        assert health.reason == "ArtifactFailed"
        assert "nowhere" in health.message


async def test_a_repository_that_is_gone(region: Region) -> None:
    async with watching(region) as watch:
        target = ref(region, ROOT, "GitRepository")
        region.patch("GitRepository", ROOT, {"spec": {"url": region.git_url.replace("repo.git", "gone.git")}})
        try:
            health = await watch.until_state(target, State.FAILED)
            assert health.reason == "GitOperationFailed"
            outcome = await watch.ask(Verb.RECONCILE, ref(region, "infra"), with_source=True)
            assert outcome.step is Step.FAILED
            assert "source" in outcome.message
        finally:
            region.patch("GitRepository", ROOT, {"spec": {"url": region.git_url}})
        await watch.until_state(target, State.READY)


async def test_what_git_no_longer_has_is_pruned_and_goes(region: Region) -> None:
    extra = chained("infra", region.namespace)
    extra["metadata"]["name"] = "extra"
    extra["spec"]["path"] = "./extra"
    async with watching(region) as watch:
        region.repository.push(
            {"cluster/extra.yaml": yaml(extra), "extra/config.yaml": yaml(config_map("extra", region.namespace))},
            "More",
        )
        region.fetch(region.repository.head())
        await watch.until_state(ref(region, "extra"), State.READY)
        region.fetch(region.push("cluster/extra.yaml", None))
        await watch.until("it to be pruned", lambda: watch.picture.get(ref(region, "extra")) is None)
