"""A Gitea per region, where Flux pulls from: its webhook, a mirror that is behind, a wrong token, its absence."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.api import Body, wait_for
from tests.e2e.content import CHAIN, ROOT, config_map, kustomization, sync, yaml
from tests.e2e.extra import is_gone
from tests.e2e.mirror import Mirror
from tests.e2e.ownregion import OwnRegion
from tests.e2e.person import log_in
from tests.e2e.region import Region
from tests.e2e.watching import Watching, ref, watching
from tui.git.pending import PyGit
from tui.model.health import State
from tui.model.intent import Step, Verb
from tui.model.kinds import RECONCILE_REQUEST
from tui.model.pending import Pending
from tui.model.question import question_about

pytestmark = pytest.mark.ours

_SHARED = "shared"
"""A GitRepository and a Kustomization in two regions, of mirrors of one repository."""


async def test_a_push_reaches_the_cluster_by_the_webhook_alone(own: OwnRegion) -> None:
    source = ref(own, ROOT, "GitRepository")
    async with watching(own) as watch:
        before = watch.fetched(source)
        with own.webhook():
            commit = await asyncio.to_thread(own.push, "infra/new.yaml", _new(own))
            await watch.until("the source to have it", lambda: watch.fetched(source).endswith(commit), 120)
            await watch.until_applied(ref(own, "infra"), commit, 120)
        assert watch.fetched(source) != before
    body = own.get("GitRepository", ROOT)
    assert body["spec"]["interval"] == "30m", "it was not the time for it"
    assert _askers(body) == {"notification-controller"}, "nobody else asked"


async def test_a_mirror_that_is_held_back_is_behind_until_it_is_released(
    regions: tuple[OwnRegion, OwnRegion],
) -> None:
    eu, us = regions
    targets = [ref(region, _SHARED) for region in regions]
    sources = [ref(region, _SHARED, "GitRepository") for region in regions]
    with _shared(eu, eu.upstream) as ahead, _shared(us, eu.upstream) as behind:
        async with watching(eu, us) as watch:

            async def reconcile(commit: str, *indices: int) -> None:
                for index in indices:
                    outcome = await watch.ask(Verb.RECONCILE, targets[index], with_source=True, seconds=120)
                    assert outcome.step is Step.READY, outcome.message
                    await watch.until_applied(targets[index], commit, 120)

            first = eu.repository.head()
            await reconcile(first, 0, 1)
            assert watch.fetched(sources[0]) == watch.fetched(sources[1])
            behind.hold()
            second = await asyncio.to_thread(eu.push, "paused/more.yaml", _new(eu))
            for mirror in (ahead, behind):
                mirror.follow(second)
            await reconcile(second, 0)
            await reconcile(first, 1)  # it looked, and there was nothing new
            assert [watch.fetched(one).rpartition(":")[2] for one in sources] == [second, first]
            assert watch.get(targets[0]).status.last_applied_revision.endswith(second)
            assert watch.get(targets[1]).status.last_applied_revision.endswith(first)
            behind.release(second)
            await reconcile(second, 1)
            assert watch.fetched(sources[0]) == watch.fetched(sources[1])


async def test_a_region_whose_mirror_is_held_back_has_nothing_to_fetch(own: OwnRegion) -> None:
    source = ref(own, ROOT, "GitRepository")
    async with watching(own) as watch:
        before = watch.fetched(source)
        with own.mirror_held_back(), own.webhook():
            commit = own.push("infra/new.yaml", _new(own))
            assert (await watch.ask(Verb.RECONCILE, source)).step is Step.READY
            assert watch.fetched(source) == before
            await asyncio.to_thread(own.mirror.release, commit)
            await watch.until("it to be fetched", lambda: watch.fetched(source).endswith(commit), 120)


async def test_a_wrong_token_fails_the_source_and_nothing_else(own: OwnRegion, tmp_path: Path) -> None:
    source, infra = ref(own, ROOT, "GitRepository"), ref(own, "infra")
    async with watching(own) as watch:
        applied = own.repository.head()
        await watch.until_applied(infra, applied)
        with _login(own, "0123456789abcdef0123456789abcdef01234567"):
            outcome = await watch.ask(Verb.RECONCILE, source)
            assert outcome.step is Step.FAILED, outcome
            health = await watch.until_state(source, State.FAILED)
            assert health.reason == "GitOperationFailed"
            assert "authentication" in health.message
            assert own.git_url in health.message
            for name in CHAIN:
                assert watch.picture.health(ref(own, name)).state is State.READY, "it has what was fetched before"
            commit = own.push("infra/new.yaml", _new(own))
            # What is pending is asked with the person's own login, so a wrong one of Flux's hides nothing.
            pending = await _pending(watch, own, tmp_path, own)
            assert not pending.problem
            assert [one.sha for one in pending.commits] == [commit]
            with_source = await watch.ask(Verb.RECONCILE, infra, with_source=True)
            assert with_source.step is Step.FAILED
            assert "source" in with_source.message
            assert watch.get(infra).status.last_applied_revision.endswith(applied)
        mended = await watch.ask(Verb.RECONCILE, source)
        assert mended.step is Step.READY, mended.message
        await watch.until_state(source, State.READY)
        await watch.until_applied(infra, commit, 120)


async def test_a_person_without_a_login_is_told_so(own: OwnRegion, tmp_path: Path) -> None:
    async with watching(own) as watch:
        await watch.until_state(ref(own, "infra"), State.READY)
        pending = await _pending(watch, own, tmp_path)
    assert pending.problem.startswith(f"Cannot fetch {own.git_url}: 127.0.0.1 wants credentials and none were found")


async def test_a_gitea_that_is_down_fails_the_source_until_it_is_back(own: OwnRegion) -> None:
    source = ref(own, ROOT, "GitRepository")
    async with watching(own) as watch:
        own.stop("gitea")
        try:
            outcome = await watch.ask(Verb.RECONCILE, source)
            assert outcome.step is Step.FAILED, outcome
            health = await watch.until_state(source, State.FAILED)
            assert health.reason == "GitOperationFailed"
            assert "connection refused" in health.message
            assert watch.picture.health(ref(own, "infra")).state is State.READY
        finally:
            own.start("gitea")
            await asyncio.to_thread(own.gitea.await_ready)
        assert (await watch.ask(Verb.RECONCILE, source)).step is Step.READY
        await watch.until_state(source, State.READY)


def _new(region: Region) -> str:
    return yaml(config_map("new", region.namespace, answer="42"))


def _askers(body: Body) -> set[str]:
    """Who asked for a reconciliation last, by the field's owners."""
    field = f"f:{RECONCILE_REQUEST}"
    entries = body["metadata"]["managedFields"]
    return {
        one["manager"] for one in entries if field in one["fieldsV1"].get("f:metadata", {}).get("f:annotations", {})
    }


@contextmanager
def _login(region: OwnRegion, token: str) -> Iterator[None]:
    """Let Flux have another token while the block lasts."""
    secret, *_ = region.mirror.objects(region.namespace, ROOT, token)
    region.api.apply(secret)
    try:
        yield
    finally:
        region.api.apply(region.mirror.objects(region.namespace, ROOT)[0])


async def _pending(watch: Watching, region: OwnRegion, folder: Path, *readable: Region) -> Pending:
    """What is pending for the first of the chain, as a person with logins for some regions is told."""
    log_in(folder / "home", *readable)
    environ = {"HOME": str(folder / "home"), "PATH": os.environ["PATH"]}
    question = question_about(watch.picture, ref(region, CHAIN[0]))
    return await PyGit(folder / "mirrors", environ).pending(question, lambda _: None)


@contextmanager
def _shared(region: OwnRegion, upstream: str) -> Iterator[Mirror]:
    """Mirror a repository in a region's Gitea, with a source and a Kustomization of it while the block lasts."""
    mirror = Mirror(region.gitea, _SHARED, upstream)
    login, *_ = mirror.objects(region.namespace, _SHARED)
    source, _ = sync(region.namespace, mirror.url, mirror.secret)
    source["metadata"]["name"] = _SHARED
    applier = kustomization(_SHARED, region.namespace, "./paused", sourceRef={"kind": "GitRepository", "name": _SHARED})
    mirror.create()
    try:
        for body in (login, source, applier):
            region.api.apply(body)
        yield mirror
    finally:
        for kind in ("Kustomization", "GitRepository"):
            region.api.delete(kind, _SHARED, region.namespace)
            wait_for(f"{kind} {_SHARED} to go", partial(is_gone, region, kind, _SHARED), 120)
        mirror.remove()
