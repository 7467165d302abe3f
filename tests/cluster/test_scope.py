"""A user who may not look everywhere: what is seen, what is said, and what it costs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.fakes.apiserver import (
    KUSTOMIZATIONS,
    ApiServer,
    Behaviour,
    Stream,
    answer,
    event,
    item,
    page,
    refuse,
    serve_groups,
    within,
)
from tests.fakes.rig import CONTEXT, ReflectorRig, clustering, reflecting, until
from tui.cluster.discovery import Api
from tui.cluster.feeds import ResourceFeed
from tui.cluster.patience import Patience
from tui.cluster.status import State
from tui.model.cells import connection_note
from tui.model.changes import EventSeen, EventsListed, KindListed, Phase
from tui.model.kinds import HELM_GROUP, KUSTOMIZE_GROUP

HERE = within(KUSTOMIZATIONS, "team")
HELM_RELEASES = f"/apis/{HELM_GROUP}/v2/helmreleases"
EVENTS = "/api/v1/events"
NO = refuse(403, "no")


@asynccontextmanager
async def narrow(everywhere: list[Behaviour], here: list[Behaviour], *streams: Any) -> AsyncIterator[tuple[Any, Any]]:
    """One reflector whose context names the namespace `team`."""
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, *everywhere)
        server.on(HERE, *here)
        server.on_watch(HERE, *streams or (Stream(),))
        server.on_watch(KUSTOMIZATIONS, Stream())
        feed = ResourceFeed(CONTEXT, "Kustomization", KUSTOMIZATIONS, "team", HERE)
        async with reflecting(server.url, KUSTOMIZATIONS, feed=feed) as rig:
            yield server, rig


async def until_seen(rig: ReflectorRig, namespace: str) -> None:
    await until(lambda: rig.states[-1:] == [State.WATCHED] and rig.standings[-1].namespace == namespace)


async def test_the_contexts_namespace_is_watched_where_all_may_not_be_listed() -> None:
    stream = Stream(event("ADDED", item("b", 8)))
    async with narrow([NO], [answer(page(7, item("a", 1)))], stream) as (server, rig):
        await until_seen(rig, "team")
        await rig.until_rows("a", "b")
        assert rig.states[0] is State.WATCHED, "it was never forbidden"
        asked = [(seen.method, seen.path) for seen in server.seen[:3]]
        assert asked == [("GET", KUSTOMIZATIONS), ("GET", HERE), ("WATCH", HERE)]
        assert server.requests(HERE, "WATCH")[0].params["resourceVersion"] == "7"


async def test_access_that_is_granted_later_is_noticed_and_swaps_the_rows() -> None:
    wide = answer(page(20, item("a", 1), item("elsewhere", 12)))
    async with narrow([NO, NO, NO, wide], [answer(page(7, item("a", 1)))]) as (server, rig):
        await until_seen(rig, "")
        assert rig.rows() == {"a", "elsewhere"}
        assert [wait for wait in rig.alarm.slept if wait > 10] == pytest.approx([15.0, 30.0, 60.0], abs=1)
        assert len(server.requests(HERE)) == 1, "the watch goes on where it was"
        assert len(rig.of(KindListed)) == 2
        assert all(standing.state is State.WATCHED for standing in rig.standings)


async def test_what_happens_while_more_is_asked_for_is_not_lost() -> None:
    first, second = Stream(event("ADDED", item("b", 8))), Stream(event("ADDED", item("c", 9)))
    async with narrow([NO], [answer(page(7, item("a", 1)))], first, second, Stream()) as (server, rig):
        await rig.until_rows("a", "b", "c")
        assert server.requests(HERE, "WATCH")[1].params["resourceVersion"] == "8"


@pytest.mark.parametrize("fault", [refuse(500, "webhook"), refuse(429)], ids=["500", "429"])
async def test_a_server_that_fails_to_list_all_does_not_disturb_the_one(fault: Behaviour) -> None:
    async with narrow([NO, fault], [answer(page(7, item("a", 1)))]) as (server, rig):
        await until(lambda: len(server.requests(KUSTOMIZATIONS)) >= 3)
        assert {standing.state for standing in rig.standings} == {State.WATCHED}


async def test_both_forbidden_costs_two_requests_for_each_try() -> None:
    async with narrow([NO], [NO]) as (server, rig):
        await until(lambda: len(rig.states) >= 3)
        assert rig.states[:3] == [State.FORBIDDEN] * 3
        assert rig.standings[0].namespace == "team"
        assert [seen.path for seen in server.seen[:4]] == [KUSTOMIZATIONS, HERE] * 2
        assert rig.alarm.slept[:2] == [15.0, 30.0]


@asynccontextmanager
async def wide(*everywhere: Behaviour, here: Behaviour) -> AsyncIterator[tuple[ApiServer, ReflectorRig]]:
    """One reflector that saw two rows of all namespaces, and has to list anew."""
    first = answer(page(7, item("a", 1), item("b", 2)))
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, first, *everywhere)
        server.on_watch(KUSTOMIZATIONS, refuse(410), Stream())
        server.on(HERE, here)
        server.on_watch(HERE, Stream())
        feed = ResourceFeed(CONTEXT, "Kustomization", KUSTOMIZATIONS, "team", HERE)
        async with reflecting(server.url, KUSTOMIZATIONS, feed=feed) as rig:
            yield server, rig


async def test_a_server_that_just_starts_does_not_make_the_view_narrow() -> None:
    async with wide(NO, NO, answer(page(9, item("a", 1), item("b", 2))), here=answer(page(8))) as (server, rig):
        await until_seen(rig, "")
        await until(lambda: len(server.requests(KUSTOMIZATIONS, "WATCH")) == 2)
        assert not server.requests(HERE)
        assert len(rig.of(KindListed)) == 1


async def test_access_that_is_withdrawn_leaves_the_one_namespace() -> None:
    async with wide(NO, here=answer(page(9, item("a", 1)))) as (_, rig):
        await until_seen(rig, "team")
        assert rig.rows() == {"a"}


async def test_access_that_is_withdrawn_altogether_takes_the_rows_away() -> None:
    async with narrow([NO], [answer(page(7, item("a", 1))), NO], refuse(410)) as (_, rig):
        await rig.until_rows("a")
        await rig.until_state(State.FORBIDDEN)
        assert rig.rows() == set()


async def test_a_watch_that_is_forbidden_there_too_is_polled() -> None:
    async with narrow([NO], [answer(page(7, item("a", 1))), answer(page(9, item("b", 8)))], NO) as (server, rig):
        await rig.until_rows("b")
        assert rig.standings[-1].state is State.POLLED
        assert rig.standings[-1].namespace == "team"
        assert len(server.requests(KUSTOMIZATIONS)) < len(server.requests(HERE)), "a poll asks for the namespace only"


async def test_a_kind_without_namespaces_is_forbidden_or_not() -> None:
    path = Api("g.io", "v1", "things", namespaced=False).within("team")
    assert path == ""
    async with ApiServer() as server:
        server.on(KUSTOMIZATIONS, NO)
        feed = ResourceFeed(CONTEXT, "Kustomization", KUSTOMIZATIONS, "team", path)
        async with reflecting(server.url, KUSTOMIZATIONS, feed=feed) as rig:
            await rig.until_state(State.FORBIDDEN)
            assert rig.standings[0].namespace == ""


def serve(server: ApiServer, *wide: str, narrow: tuple[str, ...] = ()) -> dict[str, Stream]:
    """Two kinds and Events, each with one object, listed everywhere or in `default` only."""
    serve_groups(server, {KUSTOMIZE_GROUP: {"v1": ["kustomizations"]}, HELM_GROUP: {"v2": ["helmreleases"]}})
    streams = {path: Stream() for path in (KUSTOMIZATIONS, HELM_RELEASES, EVENTS)}
    for path, stream in streams.items():
        items = page(7, *([] if path == EVENTS else [item("apps", 1)]))
        server.on(path, answer(items) if path in wide else NO)
        server.on(within(path), answer(items) if path in narrow else NO)
        server.on_watch(path if path in wide else within(path), stream)
    return streams


async def test_a_context_of_one_namespace_is_live_and_says_so() -> None:
    async with ApiServer() as server:
        streams = serve(server, narrow=(KUSTOMIZATIONS, HELM_RELEASES, EVENTS))
        # Time stands still here, so that nobody asks for more meanwhile.
        async with clustering(server.url, scale=1.0) as rig:
            await until(lambda: rig.statuses and rig.statuses[-1].narrowed == ("Event", "HelmRelease", "Kustomization"))
            status = rig.statuses[-1]
            assert status.phase is Phase.LIVE
            assert connection_note(status, status.since) == "namespace default only"  # type: ignore[arg-type]
            assert "only default, the namespace of the kubeconfig's context, is seen" in status.message
            assert "any of Flux's kinds across namespaces" in status.message
            assert status.forbidden == ()
            assert status.sees("Kustomization", "default")
            assert not status.sees("Kustomization", "flux-system")
            await until(lambda: rig.of(EventsListed))
            streams[EVENTS].send(event("ADDED", _event("Progressing")))
            await until(lambda: rig.of(EventSeen))
            gets = [seen.path for seen in server.seen if seen.method == "GET" and "/v1/" in seen.path + "/"]
            assert len(gets) == len(set(gets)), "one request more for each kind"


async def test_kinds_may_differ_in_what_is_seen_of_them() -> None:
    async with ApiServer() as server:
        serve(server, KUSTOMIZATIONS, narrow=(HELM_RELEASES,))
        async with clustering(server.url) as rig:
            await until(lambda: rig.statuses and rig.statuses[-1].forbidden == ("Event",))
            status = rig.statuses[-1]
            assert status.narrowed == ("HelmRelease",)
            note = connection_note(status, status.since)  # type: ignore[arg-type]
            assert note == "HelmRelease in namespace default only, may not list Event"
            assert "forbids to list Event, in namespace default too" in status.message
            assert "forbids to list HelmRelease across namespaces" in status.message


async def test_who_may_list_nothing_is_told_which_namespace_was_tried() -> None:
    async with ApiServer() as server:
        serve(server)
        async with clustering(server.url, patience=Patience(grace=0.05)) as rig:
            await until(lambda: rig.statuses and len(rig.statuses[-1].forbidden) == 3)
            message = rig.statuses[-1].message
            assert "forbids to list any of Flux's kinds, in namespace default too" in message
            assert "name another namespace in the kubeconfig's context" in message


def _event(reason: str) -> dict[str, Any]:
    involved = {"kind": "Kustomization", "apiVersion": f"{KUSTOMIZE_GROUP}/v1", "namespace": "default", "name": "apps"}
    return item("e1", 8) | {"involvedObject": involved, "reason": reason}
