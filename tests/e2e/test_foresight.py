"""What is foreseen of a suspension is what the controllers then do."""

from tests.e2e.content import CHAIN, PAUSED, ROOT, chained, yaml
from tests.e2e.driving import Driven, driven
from tests.e2e.region import Region
from tests.e2e.watching import Watching, ref, watching
from tui.model.foresight import Foresight, foresee
from tui.model.intent import Step, Verb
from tui.model.refs import ObjectRef


def _declare(region: Region) -> None:
    """Let Git say of `tenants` that it is not suspended."""
    specs = {name: {"suspend": False} if name == "tenants" else {} for name in CHAIN}
    chain = yaml(*(chained(name, region.namespace, **spec) for name, spec in specs.items()))
    region.fetch(region.push("cluster/chain.yaml", chain, "tenants is not suspended"))
    region.reconcile("Kustomization", ROOT)
    region.settle()


def _foresee(watch: Watching, verb: Verb, target: ObjectRef) -> Foresight:
    return foresee(watch.picture, verb, (watch.get(target),), watch.session.clock.now())


def _shows_suspended(drive: Driven, target: ObjectRef) -> bool:
    found = drive.picture.get(target)
    return found is not None and found.suspended


def _is_suspended(region: Region, name: str) -> bool:
    return bool(region.get("Kustomization", name)["spec"].get("suspend"))


async def test_a_suspension_against_git_is_foretold_to_be_undone_and_is(region: Region) -> None:
    _declare(region)
    async with watching(region) as watch:
        target = ref(region, "tenants")
        foresight = _foresee(watch, Verb.SUSPEND, target)
        assert foresight.warnings == (
            f"ks {region.namespace}/{ROOT} will undo it at its next run, within 10m: Git says that it is not suspended",
        )
        assert [choice.key for choice in foresight.choices] == ["y", "p"]
        assert (await watch.ask(Verb.SUSPEND, target)).step is Step.READY
        assert (await watch.ask(Verb.RECONCILE, ref(region, ROOT))).step is Step.READY
        await watch.until("it to be resumed by its parent", lambda: not watch.get(target).suspended)
    assert not _is_suspended(region, "tenants")


async def test_a_resumption_against_git_is_foretold_to_be_undone_and_is(region: Region) -> None:
    async with watching(region) as watch:
        target = ref(region, PAUSED)
        (warning,) = _foresee(watch, Verb.RESUME, target).warnings
        assert warning.startswith(f"ks {region.namespace}/{ROOT} will undo it at its next run")
        assert (await watch.ask(Verb.RESUME, target)).step is Step.READY
        assert (await watch.ask(Verb.RECONCILE, ref(region, ROOT))).step is Step.READY
        await watch.until("it to be suspended by its parent", lambda: watch.get(target).suspended)
    assert _is_suspended(region, PAUSED)


async def test_what_git_does_not_declare_is_foretold_to_be_kept_and_is(region: Region) -> None:
    async with watching(region) as watch:
        target = ref(region, "tenants")
        foresight = _foresee(watch, Verb.SUSPEND, target)
        assert foresight.warnings == ()
        assert [choice.key for choice in foresight.choices] == ["y"]
        assert (await watch.ask(Verb.SUSPEND, target)).step is Step.READY
        assert (await watch.ask(Verb.RECONCILE, ref(region, ROOT))).step is Step.READY
        assert watch.get(target).suspended
        assert _foresee(watch, Verb.RESUME, target).warnings == ()
    assert _is_suspended(region, "tenants")


async def test_a_dependency_that_is_suspended_holds_back_what_shares_its_source_from_the_next_revision_on(
    region: Region,
) -> None:
    async with watching(region) as watch:
        infra, apps = ref(region, "infra"), ref(region, "apps")
        source = f"git {region.namespace}/{ROOT}"
        told = f"apps depends on it and goes on until {source} has a new revision, then waits"
        assert told in _foresee(watch, Verb.SUSPEND, infra).notes
        assert (await watch.ask(Verb.SUSPEND, infra)).step is Step.READY
        assert (await watch.ask(Verb.RECONCILE, apps)).step is Step.READY
        region.fetch(region.push("apps/note.txt", "A new revision\n"))
        outcome = await watch.ask(Verb.RECONCILE, apps)
        assert outcome.step is not Step.READY
        assert "DependencyNotReady" in outcome.message


async def test_the_parent_suspended_too_keeps_both(region: Region) -> None:
    _declare(region)
    async with driven(region) as drive:
        target = ref(region, "tenants")
        await drive.go_to(target)
        await drive.pilot.press("T")
        await drive.until("the question", lambda: type(drive.app.screen).__name__ == "ConfirmScreen")
        await drive.pilot.press("p")
        both = (target, ref(region, ROOT))
        await drive.until("both to be suspended", lambda: all(_shows_suspended(drive, one) for one in both), 60)
    region.reconcile("Kustomization", ROOT)
    assert _is_suspended(region, ROOT)
    assert _is_suspended(region, "tenants")
