"""CRDs that go and come back while a context is watched."""

import asyncio

import pytest

from tests.e2e.api import wait_for
from tests.e2e.content import RELEASE
from tests.e2e.ownregion import OwnRegion
from tests.e2e.watching import ref, watching
from tui.model.cells import connection_note
from tui.model.changes import Phase
from tui.model.health import State

pytestmark = pytest.mark.ours

_CRD = "helmreleases.helm.toolkit.fluxcd.io"


def _delete_crd(own: OwnRegion) -> None:
    """Delete the CRD of HelmReleases, which deletes them too, and wait until it is gone."""
    path = own.api.path("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", _CRD)
    own.api.request("DELETE", path)
    wait_for("the CRD to be deleted", lambda: own.api.lacks(path), 120)


def _restore(own: OwnRegion) -> None:
    """Install it anew, with a controller that has forgotten it, and let the release be applied again."""
    own.install_crds()
    own.start("helm-controller")
    own.reconcile("Kustomization", "apps")


async def test_a_crd_that_is_deleted_and_installed_anew(own: OwnRegion) -> None:
    release = ref(own, RELEASE, "HelmRelease")
    async with watching(own) as watch:
        await watch.until_state(release, State.READY)
        try:
            await asyncio.to_thread(_delete_crd, own)
            await watch.until("no ghost", lambda: watch.picture.get(release) is None)
            await watch.until("the words", lambda: watch.picture.statuses[own.name].vanished == ("HelmRelease",))
            status = watch.picture.statuses[own.name]
            assert status.since is not None
            assert connection_note(status, status.since) == "HelmRelease not served"
            assert "does not serve HelmRelease any more" in status.message
            patch = {"metadata": {"labels": {"touched": "yes"}}}
            await asyncio.to_thread(own.patch, "Kustomization", "infra", patch)
            others = ref(own, "infra")
            await watch.until("the others", lambda: watch.get(others).metadata.labels.get("touched") == "yes")
        finally:
            await asyncio.to_thread(_restore, own)
        await watch.until_state(release, State.READY)
        await watch.until("no words", lambda: not watch.picture.statuses[own.name].message)
        assert watch.journal.phases() == [Phase.CONNECTING, Phase.LIVE], "the context was live all the time"
