"""What is asked is done, and what is told of it is what the API server has in the end."""

from tests.e2e.content import ROOT, config_map, kustomization, yaml
from tests.e2e.region import Region
from tests.e2e.watching import ref, watching
from tui.model.intent import Step, Verb
from tui.model.kinds import RECONCILE_REQUEST


async def test_reconcile_is_ready_when_the_controller_has_done_it(region: Region) -> None:
    async with watching(region) as watch:
        outcome = await watch.ask(Verb.RECONCILE, ref(region, "infra"))
    body = region.get("Kustomization", "infra")
    assert outcome.step is Step.READY, outcome.message
    assert body["metadata"]["annotations"][RECONCILE_REQUEST] == outcome.token
    assert body["status"]["lastHandledReconcileAt"] == outcome.token


async def test_reconcile_of_a_release_is_ready_when_the_controller_has_done_it(region: Region) -> None:
    async with watching(region) as watch:
        outcome = await watch.ask(Verb.RECONCILE, ref(region, "podinfo", "HelmRelease"))
    assert outcome.step is Step.READY, outcome.message
    assert region.get("HelmRelease", "podinfo")["status"]["lastHandledReconcileAt"] == outcome.token


async def test_reconcile_with_source_brings_a_commit_that_nobody_fetched(region: Region) -> None:
    async with watching(region) as watch:
        commit = region.push("infra/new.yaml", yaml(config_map("new", region.namespace, answer="42")))
        outcome = await watch.ask(Verb.RECONCILE, ref(region, "infra"), with_source=True)
    assert outcome.step is Step.READY, outcome.message
    assert region.get("GitRepository", ROOT)["status"]["artifact"]["revision"].endswith(commit)
    assert region.get("Kustomization", "infra")["status"]["lastAppliedRevision"].endswith(commit)
    applied = region.api.request("GET", region.api.path("v1", "ConfigMap", region.namespace, "new"))
    assert applied["data"] == {"answer": "42"}


async def test_suspend_and_resume(region: Region) -> None:
    target = ref(region, "tenants")
    async with watching(region) as watch:
        suspended = await watch.ask(Verb.SUSPEND, target)
        assert suspended.step is Step.READY, suspended.message
        assert region.get("Kustomization", "tenants")["spec"]["suspend"] is True
        resumed = await watch.ask(Verb.RESUME, target)
        assert resumed.step is Step.READY, resumed.message
    body = region.get("Kustomization", "tenants")
    assert not body["spec"].get("suspend")
    assert body["status"]["lastHandledReconcileAt"] == resumed.token


async def test_reconcile_of_a_suspended_object_is_refused_unsent(region: Region) -> None:
    async with watching(region) as watch:
        await watch.ask(Verb.SUSPEND, ref(region, "tenants"))
        before = region.get("Kustomization", "tenants")["metadata"]["annotations"]
        outcome = await watch.ask(Verb.RECONCILE, ref(region, "tenants"))
    assert (outcome.step, outcome.message) == (Step.REFUSED, "it is suspended: resume it first")
    assert region.get("Kustomization", "tenants")["metadata"]["annotations"] == before


async def test_a_suspension_that_git_declares_is_put_back_by_the_parent(region: Region) -> None:
    async with watching(region) as watch:
        target = ref(region, "paused")
        resumed = await watch.ask(Verb.RESUME, target)
        assert resumed.step is Step.READY, resumed.message
        assert (await watch.ask(Verb.RECONCILE, ref(region, ROOT))).step is Step.READY
        await watch.until("it to be suspended again", lambda: watch.get(target).suspended)
    assert region.get("Kustomization", "paused")["spec"]["suspend"] is True


async def test_a_suspension_that_git_does_not_know_of_is_kept(region: Region) -> None:
    async with watching(region) as watch:
        await watch.ask(Verb.SUSPEND, ref(region, "tenants"))
        assert (await watch.ask(Verb.RECONCILE, ref(region, ROOT))).step is Step.READY
        assert watch.get(ref(region, "tenants")).suspended
    assert region.get("Kustomization", "tenants")["spec"]["suspend"] is True


async def test_a_deleted_object_ends_what_was_asked_of_it(region: Region) -> None:
    extra = kustomization("extra", region.namespace, "./infra", suspend=True)
    async with watching(region) as watch:
        region.api.apply(extra)
        target = ref(region, "extra")
        await watch.until("the object to show", lambda: watch.picture.get(target))
        old = watch.get(target)
        region.api.delete("Kustomization", "extra", region.namespace)
        await watch.until("the object to go", lambda: watch.picture.get(target) is None)
        watch.session.ask(Verb.RESUME, [old])
        await watch.until(
            "an outcome", lambda: target in watch.picture.outcomes and watch.picture.outcomes[target].is_settled
        )
        assert watch.picture.outcomes[target].step is Step.REFUSED
        assert "deleted" in watch.picture.outcomes[target].message
