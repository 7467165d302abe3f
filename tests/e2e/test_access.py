"""What a user may not do is told before it is tried, and in words where it is."""

import pytest

from tests.e2e.ownregion import OwnRegion
from tests.e2e.watching import ref, watching
from tui.model.changes import Phase
from tui.model.health import State
from tui.model.intent import Step, Verb
from tui.ports import Access

pytestmark = pytest.mark.ours


async def test_an_administrator_may_write(own: OwnRegion) -> None:
    async with watching(own) as watch:
        target = ref(own, "infra")
        await watch.until("an access review", lambda: watch.session.access(target) is Access.ALLOWED)


async def test_a_viewer_sees_all_and_may_only_read(own: OwnRegion) -> None:
    async with watching(own, kubeconfig=own.kubeconfig_of("viewer")) as watch:
        target = ref(own, "infra")
        await watch.until_state(target, State.READY)
        await watch.until("an access review", lambda: watch.session.access(target) is Access.DENIED)
        before = own.get("Kustomization", "infra")["metadata"]["resourceVersion"]
        outcome = await watch.ask(Verb.SUSPEND, target)
        assert outcome.step is Step.REFUSED
        assert "viewer" in outcome.message
        assert own.get("Kustomization", "infra")["metadata"]["resourceVersion"] == before


async def test_a_user_who_may_list_nothing_is_told_so(own: OwnRegion) -> None:
    async with watching(own, kubeconfig=own.kubeconfig_of("nobody"), live=False) as watch:
        await watch.until("what is forbidden", lambda: "Kustomization" in watch.picture.statuses[own.name].forbidden)
        status = watch.picture.statuses[own.name]
        assert status.phase is not Phase.LOGIN
        assert "forbids" in status.message
