"""A whole context: discovery, all its watches, and the one state that they add up to."""

import asyncio
from typing import Any

import pytest

from tests.fakes.apiserver import (
    KUSTOMIZATIONS,
    ApiServer,
    Stream,
    answer,
    cut,
    event,
    hang,
    item,
    page,
    refuse,
    serve_groups,
    within,
)
from tests.fakes.rig import ClusterRig, clustering, until
from tui.cluster.connection import Connection
from tui.cluster.patience import Patience
from tui.cluster.status import NO_FLUX
from tui.model.changes import ContextStatus, EventsListed, KindListed, Phase
from tui.model.kinds import HELM_GROUP, KUSTOMIZE_GROUP, SOURCE_GROUP

HELM_RELEASES = "/apis/helm.toolkit.fluxcd.io/v2/helmreleases"
EVENTS = "/api/v1/events"
BOTH = {KUSTOMIZE_GROUP: {"v1": ["kustomizations"]}, HELM_GROUP: {"v2": ["helmreleases"]}}


def flux(server: ApiServer) -> dict[str, Stream]:
    """A small Flux: two kinds, one object each."""
    serve_groups(server, BOTH)
    streams = {path: Stream() for path in (KUSTOMIZATIONS, HELM_RELEASES, EVENTS)}
    for path, stream in streams.items():
        server.on(path, answer(page(7, *([] if path == EVENTS else [item("apps", 1)]))))
        server.on_watch(path, stream)
    return streams


def phases(rig: ClusterRig) -> list[Phase]:
    """The phases, repetitions left out."""
    found: list[Phase] = []
    for status in rig.statuses:
        if found[-1:] != [status.phase]:
            found.append(status.phase)
    return found


async def test_connecting_then_live_then_events() -> None:
    async with ApiServer() as server:
        flux(server)
        async with clustering(server.url) as rig:
            await until(lambda: rig.of(EventsListed))
            assert phases(rig) == [Phase.CONNECTING, Phase.LIVE]
            assert {change.kind for change in rig.of(KindListed)} == {"Kustomization", "HelmRelease"}
            order = [seen.path for seen in server.seen if seen.method == "GET"]
            assert order.index(EVENTS) > max(order.index(KUSTOMIZATIONS), order.index(HELM_RELEASES))
            live = rig.statuses[-1]
            assert live.server == server.url
            assert "GitRepository" in live.missing
            assert not live.message


async def test_a_state_is_told_only_when_it_differs() -> None:
    async with ApiServer() as server:
        streams = flux(server)
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            streams[KUSTOMIZATIONS].send(event("ADDED", item("b", 8)))
            await until(lambda: rig.rows() == {"apps", "b"})
            assert all(a != b for a, b in zip(rig.statuses, rig.statuses[1:], strict=False))


async def test_a_watch_that_ends_cleanly_or_is_back_at_once_is_not_stale() -> None:
    async with ApiServer() as server:
        streams = flux(server)
        again = Stream()
        server.on_watch(KUSTOMIZATIONS, streams[KUSTOMIZATIONS], again, Stream())
        async with clustering(server.url, patience=Patience(grace=3.0)) as rig:
            await rig.until_phase(Phase.LIVE)
            streams[KUSTOMIZATIONS].end()
            await until(lambda: len(server.requests(KUSTOMIZATIONS, "WATCH")) == 2)
            again.cut()
            await until(lambda: len(server.requests(KUSTOMIZATIONS, "WATCH")) == 3)
            assert phases(rig) == [Phase.CONNECTING, Phase.LIVE]


async def test_a_lost_server_is_stale_since_the_loss_and_live_when_it_is_back() -> None:
    async with ApiServer() as server:
        flux(server)
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            before = rig.statuses[-1].since
            await server.stop()
            await rig.until_phase(Phase.STALE)
            stale = rig.statuses[-1]
            assert before is not None
            assert stale.since is not None
            assert stale.since > before
            await until(lambda: rig.statuses[-1].retry_at is not None)
            assert server.url.removeprefix("http://") in rig.statuses[-1].message
            assert rig.rows() == {"apps"}, "old rows stay"
            assert rig.statuses[-1].since == stale.since
            flux(server)
            await server.start()
            await until(lambda: rig.phase is Phase.LIVE and not rig.statuses[-1].message)


async def test_a_server_that_never_answered_is_unreachable_and_comes_up_later() -> None:
    async with ApiServer() as server:
        flux(server)
        await server.stop()
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.UNREACHABLE)
            assert rig.statuses[-1].message
            await server.start()
            await rig.until_phase(Phase.LIVE)
            assert phases(rig) == [Phase.CONNECTING, Phase.UNREACHABLE, Phase.CONNECTING, Phase.LIVE]


async def test_a_discovery_that_is_refused_is_told_and_tried_again() -> None:
    async with ApiServer() as server:
        flux(server)
        groups = answer({"groups": []})
        server.on("/apis", refuse(503, "starting", headers={"Retry-After": "5"}), groups)
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.ABSENT)
            assert rig.statuses[1].phase is Phase.UNREACHABLE
            assert "503" in rig.statuses[1].message
            assert rig.alarm.slept[0] == 5.0


async def test_login_needed_is_told_and_never_hammered() -> None:
    async with ApiServer() as server:
        streams = flux(server)
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            revoked = refuse(401, "Unauthorized")
            server.on("/version", revoked)
            server.on_watch(KUSTOMIZATIONS, revoked)
            server.on("/apis", revoked)
            streams[KUSTOMIZATIONS].end()
            await rig.until_phase(Phase.LOGIN)
            asked = len(server.seen)
            await until(lambda: len(rig.alarm.slept) > 4)
            assert len(server.seen) - asked <= 12
            server.on("/version", answer({}))
            server.on_watch(KUSTOMIZATIONS, Stream())
            serve_groups(server, BOTH)
            await rig.until_phase(Phase.LIVE)


async def test_retry_now_cuts_the_wait_short_with_credentials_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[Connection] = []
    forget = Connection.forget_credentials

    async def note(connection: Connection) -> None:
        forgotten.append(connection)
        await forget(connection)

    monkeypatch.setattr(Connection, "forget_credentials", note)
    async with ApiServer() as server:
        flux(server)
        await server.stop()
        async with clustering(server.url, scale=1000.0) as rig:
            await rig.until_phase(Phase.UNREACHABLE)
            await until(lambda: 0.75 in rig.alarm.slept)
            assert not forgotten
            await server.start()
            rig.cluster.retry_now()
            await rig.until_phase(Phase.LIVE)
            assert len(forgotten) == 1


async def test_a_server_that_answers_no_more_is_stale_though_its_watches_are_open() -> None:
    async with ApiServer() as server:
        flux(server)
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            server.on("/apis", cut())
            server.on("/version", cut())
            await rig.until_phase(Phase.STALE)
            serve_groups(server, BOTH)
            server.on("/version", answer({}))
            await rig.until_phase(Phase.LIVE)
            await until(lambda: len(server.requests(KUSTOMIZATIONS, "WATCH")) == 2)
            assert len(server.requests(KUSTOMIZATIONS)) == 2, "what was missed meanwhile is not told: listed anew"


async def test_a_moment_of_silence_opens_the_watches_anew_where_they_were() -> None:
    """Its connections may be half open, and nothing would be told for minutes."""
    async with ApiServer() as server:
        streams = flux(server)
        server.on_watch(KUSTOMIZATIONS, streams[KUSTOMIZATIONS], again := Stream())
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            server.on("/apis", cut(), cut(), cut())
            await until(lambda: len(server.requests(KUSTOMIZATIONS, "WATCH")) == 2)
            serve_groups(server, BOTH)
            again.send(event("ADDED", item("b", 8)))
            await until(lambda: rig.rows() == {"apps", "b"})
            assert len(server.requests(KUSTOMIZATIONS)) == 1
            assert phases(rig) == [Phase.CONNECTING, Phase.LIVE]


async def test_watches_that_are_lost_together_are_probed_for_once() -> None:
    release = asyncio.Event()

    async def slow(request: Any) -> Any:
        await release.wait()
        return await answer({})(request)

    async with ApiServer() as server:
        streams = flux(server)
        server.on("/version", slow)
        for path, stream in streams.items():
            server.on_watch(path, stream, Stream())
        async with clustering(server.url) as rig:
            await until(lambda: all(server.requests(path, "WATCH") for path in streams))
            for stream in streams.values():
                stream.cut()
            await rig.until_phase(Phase.STALE)
            release.set()
            await rig.until_phase(Phase.LIVE)
            assert len(server.requests("/version")) == 1


async def test_no_flux_is_said_and_crds_that_are_installed_later_show_up() -> None:
    async with ApiServer() as server:
        serve_groups(server, {"apps": {"v1": ["deployments"]}})
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.ABSENT)
            assert rig.statuses[-1].message.startswith(NO_FLUX)
            await until(lambda: len(rig.alarm.slept) >= 6)
            assert rig.alarm.slept[:6] == [0.75, 1.5, 3.0, 6.0, 11.25, 11.25], "it may be installed any moment"
            assert phases(rig) == [Phase.CONNECTING, Phase.ABSENT]
            flux(server)
            await rig.until_phase(Phase.LIVE)
            assert rig.rows() == {"apps"}


async def test_a_group_that_can_not_be_asked_keeps_its_kinds() -> None:
    async with ApiServer() as server:
        flux(server)
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            server.on(f"/apis/{HELM_GROUP}/v2", refuse(500))
            asked = len(server.requests(f"/apis/{HELM_GROUP}/v2"))
            await until(lambda: len(server.requests(f"/apis/{HELM_GROUP}/v2")) > asked + 2)
            assert rig.rows("HelmRelease") == {"apps"}
            assert "HelmRelease" not in rig.statuses[-1].missing


@pytest.mark.parametrize(
    ("behaviour", "field"),
    [(refuse(403, "no"), "forbidden"), (refuse(500, "conversion webhook failed"), "message"), (hang(), "")],
    ids=["forbidden", "failing", "hanging"],
)
async def test_one_kind_never_stops_the_others(behaviour: Any, field: str) -> None:
    async with ApiServer() as server:
        streams = flux(server)
        server.on(HELM_RELEASES, behaviour)
        server.on(within(HELM_RELEASES), behaviour)
        async with clustering(server.url) as rig:
            await until(lambda: rig.rows() == {"apps"})
            streams[KUSTOMIZATIONS].send(event("ADDED", item("b", 8)))
            await until(lambda: rig.rows() == {"apps", "b"})
            if field:
                await rig.until_phase(Phase.LIVE)
            if field == "forbidden":
                assert rig.statuses[-1].forbidden == ("HelmRelease",)
            if field == "message":
                assert "conversion webhook failed" in rig.statuses[-1].message


async def test_at_most_six_lists_at_once() -> None:
    plurals = ["gitrepositories", "ocirepositories", "buckets", "helmrepositories", "helmcharts", "externalartifacts"]
    under_way = most = 0
    release = asyncio.Event()

    async def slow(request: Any) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await release.wait()
        under_way -= 1
        return await answer(page(1))(request)

    async with ApiServer() as server:
        serve_groups(server, {SOURCE_GROUP: {"v1": plurals}, **BOTH})
        paths = [f"/apis/{SOURCE_GROUP}/v1/{plural}" for plural in plurals] + [KUSTOMIZATIONS, HELM_RELEASES, EVENTS]
        for path in paths:
            server.on(path, slow)
            server.on_watch(path, Stream())
        async with clustering(server.url) as rig:
            await until(lambda: under_way == 6)
            release.set()
            await rig.until_phase(Phase.LIVE)
            assert most == 6


async def test_forbidden_events_are_named() -> None:
    async with ApiServer() as server:
        flux(server)
        server.on(EVENTS, refuse(403, "no"))
        server.on(within(EVENTS), refuse(403, "no"))
        async with clustering(server.url) as rig:
            await until(lambda: rig.statuses and rig.statuses[-1].forbidden == ("Event",))
            assert rig.phase is Phase.LIVE


async def test_one_failing_context_does_not_slow_another() -> None:
    async with ApiServer() as dead, ApiServer() as server:
        for path in ("/apis", "/version"):
            dead.on(path, hang())
        flux(server)
        async with clustering(dead.url, context="us") as other, clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            assert phases(other) == [Phase.CONNECTING]
            assert all(status.context == "eu" for status in rig.of(ContextStatus))


async def test_cancelling_leaves_no_task_behind() -> None:
    async with ApiServer() as server:
        flux(server)
        before = asyncio.all_tasks()
        async with clustering(server.url) as rig:
            await rig.until_phase(Phase.LIVE)
            rig.cluster.retry_now()
        await until(lambda: {task for task in asyncio.all_tasks() - before if "handle" not in repr(task)} == set())


async def test_cancelling_while_the_server_is_lost_leaves_no_task_behind() -> None:
    async with ApiServer() as server:
        await server.stop()
        before = asyncio.all_tasks()
        async with clustering(server.url, scale=1.0) as rig:
            await rig.until_phase(Phase.UNREACHABLE)
        assert asyncio.all_tasks() == before
