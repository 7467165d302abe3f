"""What becomes of a request when its controller is away, somebody else asks too, or the API server dies over it."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.content import RELEASE, pod_name
from tests.e2e.extra import PATIENCE
from tests.e2e.ownregion import OwnRegion
from tests.e2e.watching import Watching, ref, watching
from tests.fakes.cluster import settle
from tui.model.changes import Phase
from tui.model.intent import Outcome, Step, Verb
from tui.model.kinds import RECONCILE_REQUEST
from tui.model.outcome import is_busy
from tui.model.refs import ObjectRef

pytestmark = pytest.mark.ours

_KUSTOMIZE, _HELM = "kustomize-controller", "helm-controller"
_SUPERSEDED = r"superseded by a request of another at \d\d:\d\d:\d\d"


@contextmanager
def _away(own: OwnRegion, controller: str) -> Iterator[None]:
    """A controller that is killed, and runs again when the block has ended."""
    own.stop(controller)
    try:
        yield
    finally:
        if controller not in own.processes.running():
            own.start(controller)


async def _idle(watch: Watching, target: ObjectRef) -> None:
    """Wait until no run of an object is under way, so that its controller is not killed in the middle of one."""
    await watch.until(f"{target.path} to rest", lambda: not is_busy(watch.get(target)), PATIENCE)


async def _ticking(watch: Watching, what: str, target: ObjectRef, message: str) -> Outcome:
    """Wait until an outcome says something, letting time pass as the screen does."""

    def said() -> bool:
        watch.session.tick()
        return re.search(message, watch.picture.outcomes[target].message) is not None

    await watch.until(what, said, PATIENCE)
    return watch.picture.outcomes[target]


async def _asked(watch: Watching, verb: Verb, target: ObjectRef) -> None:
    """Ask something that nobody is there to handle, and wait until the watch shows the request."""
    before = watch.get(target).requested_at
    watch.session.ask(verb, [watch.get(target)])
    await watch.until("the request to be made", lambda: watch.get(target).requested_at != before, PATIENCE)


def _step(watch: Watching, target: ObjectRef) -> Step | None:
    outcome = watch.picture.outcomes.get(target)
    return outcome.step if outcome is not None else None


async def _end(watch: Watching, target: ObjectRef) -> Outcome:
    await watch.until("an end", lambda: watch.picture.outcomes[target].is_settled, PATIENCE)
    return watch.picture.outcomes[target]


async def test_a_controller_that_is_away_is_named_and_the_request_is_handled_when_it_is_back(own: OwnRegion) -> None:
    target = ref(own, "infra")
    async with watching(own) as watch:
        await _idle(watch, target)
        with _away(own, _KUSTOMIZE):
            await _asked(watch, Verb.RECONCILE, target)
            told = await _ticking(watch, "it to be missed", target, f"^nothing takes it up: {pod_name(_KUSTOMIZE)}")
            assert told.step is Step.ASKED
        outcome = await _end(watch, target)
        assert outcome.step is Step.READY, outcome.message
    assert own.get("Kustomization", "infra")["status"]["lastHandledReconcileAt"] == outcome.token


async def test_a_controller_that_was_scaled_to_nothing_is_told_as_such(own: OwnRegion) -> None:
    target = ref(own, RELEASE, "HelmRelease")
    deployment = own.api.path("apps/v1", "Deployment", "flux-system", _HELM)

    def scale(replicas: int) -> None:
        patch = {"spec": {"replicas": replicas}}
        own.api.request("PATCH", deployment, patch, "application/merge-patch+json")

    async with watching(own) as watch:
        await _idle(watch, target)
        try:
            with _away(own, _HELM):
                await asyncio.to_thread(scale, 0)
                await _asked(watch, Verb.RECONCILE, target)
                told = f"^nothing takes it up: {_HELM} is scaled to 0 in flux-system: scale it up$"
                assert (await _ticking(watch, "it to be missed", target, told)).step is Step.ASKED
        finally:
            await asyncio.to_thread(scale, 1)
        outcome = await _end(watch, target)
        assert outcome.step is Step.READY, outcome.message


async def test_a_request_that_somebody_else_s_took_the_place_of(own: OwnRegion) -> None:
    target = ref(own, "infra")
    async with watching(own) as watch:
        await _idle(watch, target)
        with _away(own, _KUSTOMIZE):
            await _asked(watch, Verb.RECONCILE, target)
            await asyncio.to_thread(own.request, "Kustomization", "infra")
            await _ticking(watch, "it to be superseded", target, f"^{_SUPERSEDED}, which is not handled yet$")
        outcome = await _end(watch, target)
        assert outcome.step is Step.READY, outcome.message
        assert re.fullmatch(f"{_SUPERSEDED}; that one came to: ready", outcome.message), outcome.message
    assert own.get("Kustomization", "infra")["status"]["lastHandledReconcileAt"] == outcome.overtaken != outcome.token


async def test_a_resumed_object_is_not_ready_by_what_was_before_it_was_suspended(own: OwnRegion) -> None:
    target = ref(own, "tenants")
    async with watching(own) as watch:
        assert (await watch.ask(Verb.SUSPEND, target)).step is Step.READY
        await _idle(watch, target)
        with _away(own, _KUSTOMIZE):
            await _asked(watch, Verb.RESUME, target)
            now = watch.get(target)
            ready = now.condition("Ready")
            assert ready is not None
            assert (ready.status, ready.observed_generation < now.metadata.generation) == ("True", True)
            assert watch.picture.outcomes[target].step is Step.ASKED
        outcome = await _end(watch, target)
        assert outcome.step is Step.READY, outcome.message
    body = own.get("Kustomization", "tenants")
    assert body["status"]["observedGeneration"] == body["metadata"]["generation"]


async def test_an_api_server_that_dies_over_a_request_is_asked_what_became_of_it(own: OwnRegion) -> None:
    """It is frozen when the request comes, so that it can't have been done; and it is not sent again."""
    target = ref(own, "infra")
    async with watching(own) as watch:
        cluster = watch.session.cluster(own.name)
        assert cluster is not None
        before = watch.get(target).requested_at
        await asyncio.gather(*(cluster.read(target) for _ in range(4)))  # leaves connections that stand
        try:
            await asyncio.to_thread(own.freeze)
            watch.session.ask(Verb.RECONCILE, [watch.get(target)])
            await watch.until("it to be sent", lambda: _step(watch, target) is Step.ASKED)
            await settle(500)  # through the connection's layers to the socket
            await asyncio.to_thread(own.kill_api)
            await _ticking(watch, "the reply to be missed", target, "may have been done")
        finally:
            await asyncio.to_thread(own.start_api)
        outcome = await _end(watch, target)
        assert outcome.step is Step.REFUSED
        assert outcome.message == "it was not done: the reply was lost and the object does not have it; ask again"
        await watch.until_phase(own, Phase.LIVE, PATIENCE)
        metadata = (await asyncio.to_thread(own.get, "Kustomization", "infra"))["metadata"]
        assert metadata.get("annotations", {}).get(RECONCILE_REQUEST, "") == before
        assert (await watch.ask(Verb.RECONCILE, target, seconds=PATIENCE)).step is Step.READY
