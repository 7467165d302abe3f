"""CRDs that come and go while a context is watched."""

from typing import Any

from tests.cluster.test_watcher import BOTH, HELM_RELEASES, flux, phases
from tests.fakes.apiserver import ApiServer, Stream, answer, event, item, page, refuse, serve_groups
from tests.fakes.rig import ClusterRig, clustering, until
from tui.model.cells import connection_note
from tui.model.changes import Phase
from tui.model.kinds import HELM_GROUP, KUSTOMIZE_GROUP, SOURCE_GROUP

GONE = refuse(404, "the server could not find the requested resource")
KUSTOMIZE_ONLY = {KUSTOMIZE_GROUP: {"v1": ["kustomizations"]}}


def delete_crd(server: ApiServer, stream: Stream, **groups: Any) -> None:
    """What an API server does: the watch ends, and nothing of the kind is found any more."""
    serve_groups(server, groups or KUSTOMIZE_ONLY)
    server.on(HELM_RELEASES, GONE)
    server.on_watch(HELM_RELEASES, GONE)
    stream.end()


def told(rig: ClusterRig) -> str:
    status = rig.statuses[-1]
    return connection_note(status, status.since)  # type: ignore[arg-type]


async def test_a_kind_that_vanishes_is_noticed_at_once_and_the_others_stay() -> None:
    async with ApiServer() as server:
        streams = flux(server)
        async with clustering(server.url, scale=1.0) as rig:
            await until(lambda: rig.phase is Phase.LIVE and server.requests(HELM_RELEASES, "WATCH"))
            delete_crd(server, streams[HELM_RELEASES])
            await until(lambda: rig.statuses[-1].vanished == ("HelmRelease",))
            assert rig.rows("HelmRelease") == set()
            assert told(rig) == "HelmRelease not served"
            message = rig.statuses[-1].message
            assert f"{server.url} does not serve HelmRelease any more: its CRD is gone" in message
            assert rig.rows() == {"apps"}
            assert phases(rig) == [Phase.CONNECTING, Phase.LIVE]


async def test_a_kind_that_discovery_no_longer_names_is_dropped() -> None:
    async with ApiServer() as server:
        streams = flux(server)
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            serve_groups(server, {HELM_GROUP: {"v2": ["helmreleases"]}})
            await until(lambda: rig.rows() == set())
            await until(lambda: "Kustomization" in rig.statuses[-1].missing)
            streams[HELM_RELEASES].send(event("ADDED", item("b", 8)))
            await until(lambda: rig.rows("HelmRelease") == {"apps", "b"})
            assert rig.phase is Phase.LIVE


async def test_a_kind_that_comes_back_is_soon_there_and_the_context_stays_live() -> None:
    async with ApiServer() as server:
        streams = flux(server)
        async with clustering(server.url) as rig:
            await until(lambda: rig.phase is Phase.LIVE and server.requests(HELM_RELEASES, "WATCH"))
            delete_crd(server, streams[HELM_RELEASES])
            await until(lambda: rig.statuses[-1].vanished)
            asked = len(rig.alarm.slept)
            await until(lambda: len(rig.alarm.slept) >= asked + 4)
            assert max(rig.alarm.slept[asked:]) <= 15.0
            server.on(HELM_RELEASES, answer(page(20, item("new", 19))))
            server.on_watch(HELM_RELEASES, Stream())
            serve_groups(server, BOTH)
            await until(lambda: rig.rows("HelmRelease") == {"new"})
            await until(lambda: not rig.statuses[-1].message)
            assert told(rig) == ""
            assert phases(rig) == [Phase.CONNECTING, Phase.LIVE]


async def test_a_kind_that_discovery_still_names_is_asked_for_patiently() -> None:
    """Discovery may lag behind: that is no reason to ask without a pause."""
    async with ApiServer() as server:
        streams = flux(server)
        async with clustering(server.url) as rig:
            await until(lambda: rig.phase is Phase.LIVE and server.requests(HELM_RELEASES, "WATCH"))
            delete_crd(server, streams[HELM_RELEASES], **BOTH)
            before = len(rig.alarm.slept)
            await until(lambda: len(rig.alarm.slept) >= before + 5)
            assert rig.alarm.slept[before : before + 5] == [0.75, 1.5, 3.0, 6.0, 11.25]
            assert rig.rows("HelmRelease") == set()
            server.on(HELM_RELEASES, answer(page(20, item("new", 19))))
            server.on_watch(HELM_RELEASES, Stream())
            await until(lambda: rig.rows("HelmRelease") == {"new"})


async def test_a_kind_that_was_never_there_is_not_waited_for() -> None:
    async with ApiServer() as server:
        flux(server)
        server.on("/apis", refuse(403, "forbidden"))
        async with clustering(server.url, scale=1.0) as rig:
            await rig.until_phase(Phase.LIVE)
            assert "GitRepository" in rig.statuses[-1].missing
            assert rig.statuses[-1].vanished == ()
            assert len(server.requests("/apis")) == 1
            assert [wait for wait in rig.alarm.slept if wait < 60] == []


async def test_a_kind_that_is_installed_later_does_not_make_the_context_wait() -> None:
    buckets = f"/apis/{SOURCE_GROUP}/v1/buckets"
    async with ApiServer() as server:
        flux(server)
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            server.on(buckets, answer(page(9, item("b", 8))))
            server.on_watch(buckets, Stream())
            serve_groups(server, {**BOTH, SOURCE_GROUP: {"v1": ["buckets"]}})
            await until(lambda: rig.rows("Bucket") == {"b"})
            await until(lambda: "Bucket" not in rig.statuses[-1].missing)
            assert phases(rig) == [Phase.CONNECTING, Phase.LIVE]


async def test_flux_that_is_removed_and_installed_anew() -> None:
    async with ApiServer() as server:
        streams = flux(server)
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            for path in streams:
                server.on(path, GONE)
            serve_groups(server, {"apps": {"v1": ["deployments"]}})
            await rig.until_phase(Phase.ABSENT)
            assert rig.rows() == rig.rows("HelmRelease") == set()
            flux(server)
            await rig.until_phase(Phase.LIVE)
            assert rig.rows() == rig.rows("HelmRelease") == {"apps"}
            assert phases(rig) == [Phase.CONNECTING, Phase.LIVE, Phase.ABSENT, Phase.CONNECTING, Phase.LIVE]
