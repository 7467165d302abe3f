"""What is deleted goes when its finalizer has been worked off, and says what it waits for until then."""

from collections.abc import Iterator

import pytest

from tests.e2e.api import ApiError
from tests.e2e.content import config_map, kustomization, yaml
from tests.e2e.extra import PATIENCE, is_gone, present
from tests.e2e.ownregion import OwnRegion
from tests.e2e.watching import ref, watching
from tui.model.cells import cells
from tui.model.health import State
from tui.model.intent import Step, Verb
from tui.model.rows import Row

pytestmark = pytest.mark.ours

_CONTROLLER = "kustomize-controller"


@pytest.fixture
def extra(own: OwnRegion) -> Iterator[OwnRegion]:
    """The region with one more Kustomization, whose controller runs again when the test has ended."""
    own.fetch(own.push("extra/config.yaml", yaml(config_map("extra", own.namespace, answer="42"))))
    with present(own, kustomization("extra", own.namespace, "./extra")):
        try:
            yield own
        finally:
            own.start(_CONTROLLER)


async def test_a_deletion_waits_for_its_controller_and_leaves_no_ghost(extra: OwnRegion) -> None:
    target = ref(extra, "extra")
    async with watching(extra) as watch:
        await watch.until_state(target, State.READY, PATIENCE)
        extra.stop(_CONTROLLER)
        extra.api.delete("Kustomization", "extra", extra.namespace)
        health = await watch.until_state(target, State.TERMINATING, PATIENCE)
        waits = f"being deleted, waits for {_CONTROLLER} (finalizers.fluxcd.io)"
        assert health.message == waits
        assert health.since == watch.get(target).metadata.deletion_timestamp
        assert cells(Row(target, 1), watch.picture, watch.session.clock.now()).message == waits
        before = extra.get("Kustomization", "extra")["metadata"]["resourceVersion"]
        for verb in (Verb.RECONCILE, Verb.SUSPEND, Verb.RESUME):
            outcome = await watch.ask(verb, target)
            assert (outcome.step, outcome.message) == (Step.REFUSED, "it is being deleted")
        assert extra.get("Kustomization", "extra")["metadata"]["resourceVersion"] == before

        extra.start(_CONTROLLER)
        await watch.until("it to go", lambda: watch.picture.get(target) is None, PATIENCE)
        assert target not in watch.picture.refs(extra.name)
        assert is_gone(extra, "Kustomization", "extra")
    with pytest.raises(ApiError, match="404"):  # what it applied was pruned
        extra.api.request("GET", extra.api.path("v1", "ConfigMap", extra.namespace, "extra"))


async def test_what_was_asked_before_a_deletion_ends_with_it(extra: OwnRegion) -> None:
    target = ref(extra, "extra")
    async with watching(extra) as watch:
        await watch.until_state(target, State.READY, PATIENCE)
        extra.stop(_CONTROLLER)
        watch.session.ask(Verb.RECONCILE, [watch.get(target)])
        await watch.until("the request to be made", lambda: watch.get(target).requested_at, PATIENCE)
        extra.api.delete("Kustomization", "extra", extra.namespace)
        await watch.until("an end", lambda: watch.picture.outcomes[target].is_settled, PATIENCE)
        outcome = watch.picture.outcomes[target]
        assert (outcome.step, outcome.message) == (Step.FAILED, "it is being deleted now")
        extra.start(_CONTROLLER)
        await watch.until("it to go", lambda: watch.picture.get(target) is None, PATIENCE)
