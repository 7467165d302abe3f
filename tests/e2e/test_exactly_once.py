"""A write is sent once, to whom it is meant for, and what is told of it is true: by the API server's own audit log."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.e2e.content import ROOT
from tests.e2e.ownregion import OwnRegion
from tests.e2e.relay import Relay, relaying
from tests.e2e.watching import Watching, ref, watching
from tui.cluster.patience import Patience
from tui.model.changes import Phase
from tui.model.intent import Outcome, Step, Verb
from tui.model.kinds import RECONCILE_REQUEST
from tui.model.refs import ObjectRef

pytestmark = pytest.mark.ours

_PATIENCE = 120
_WATCHED = {"kustomizations", "helmreleases", "gitrepositories", "helmcharts", "events"}


@asynccontextmanager
async def _relayed(own: OwnRegion) -> AsyncIterator[tuple[Relay, Watching]]:
    """Watch a region through a relay, and begin when every watch is open and a connection for requests too."""
    port = own.site.ports["kube-apiserver"]
    async with relaying(port) as relay, watching(own, through=relay, patience=Patience(discovery=600)) as watch:
        await watch.until("every watch", lambda: watch.journal.watched().keys() >= _WATCHED)
        yield relay, watch


async def _manifest(watch: Watching, own: OwnRegion, target: ObjectRef) -> None:
    """Ask for anything, so that a connection stands open for the next request."""
    cluster = watch.session.cluster(own.name)
    assert cluster is not None
    await cluster.manifest(target)


def _writes(own: OwnRegion, target: ObjectRef) -> int:
    """How many writes of the program to one object have reached the API server."""
    return sum(one["objectRef"].get("name") == target.name for one in own.writes_of_program())


async def _eventually(what: str, true: Callable[[], Any]) -> None:
    """Wait for what only the API server knows."""
    for _ in range(_PATIENCE * 5):
        if await asyncio.to_thread(true):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"waited {_PATIENCE} s in vain for {what}")


def _token(own: OwnRegion, target: ObjectRef) -> str:
    annotations = own.get(target.kind, target.name)["metadata"].get("annotations", {})
    return str(annotations.get(RECONCILE_REQUEST, ""))


async def _sent(watch: Watching, target: ObjectRef) -> None:
    """Wait until a request is on its way, its token made."""
    outcomes = watch.picture.outcomes
    await watch.until("the request", lambda: target in outcomes and outcomes[target].step is not Step.QUEUED)


async def _outcome(watch: Watching, target: ObjectRef) -> Outcome:
    await watch.until(
        "an outcome", lambda: target in watch.picture.outcomes and watch.picture.outcomes[target].is_settled, _PATIENCE
    )
    return watch.picture.outcomes[target]


async def test_an_api_server_that_is_killed_between_request_and_reply_has_one_write(own: OwnRegion) -> None:
    target = ref(own, "infra")
    async with _relayed(own) as (relay, watch):
        before = _writes(own, target)
        await _manifest(watch, own, target)
        relay.hold_replies()
        watch.session.ask(Verb.RECONCILE, [watch.get(target)])
        await _sent(watch, target)
        token = watch.picture.outcomes[target].token
        await _eventually("the write to arrive", lambda: _token(own, target) == token)
        assert not watch.picture.outcomes[target].is_settled, "nobody has told the program"
        try:
            await asyncio.to_thread(own.kill_api)
            relay.cut()
            await watch.until_phase(own, Phase.STALE, _PATIENCE)
        finally:
            await asyncio.to_thread(own.start_api)
        watch.session.retry(own.name)
        outcome = await _outcome(watch, target)
        assert outcome.step is Step.READY, outcome.message
        assert outcome.token == token
        body = own.get(target.kind, target.name)
        assert body["status"]["lastHandledReconcileAt"] == token
        await watch.until_phase(own, Phase.LIVE, _PATIENCE)
        assert _writes(own, target) == before + 1


async def test_a_request_that_never_arrives_is_no_write_and_is_not_called_done(own: OwnRegion) -> None:
    target = ref(own, "tenants")
    async with _relayed(own) as (relay, watch):
        before, token = _writes(own, target), _token(own, target)
        await _manifest(watch, own, target)
        relay.swallow()
        watch.session.ask(Verb.RECONCILE, [watch.get(target)])
        await _sent(watch, target)
        await watch.until("the request to get lost", lambda: relay.swallowed)
        relay.let_through()
        relay.cut()
        await watch.until("a word", lambda: watch.picture.outcomes[target].message)
        watch.session.retry(own.name)
        await watch.until_phase(own, Phase.LIVE, _PATIENCE)
        assert (await watch.ask(Verb.RECONCILE, ref(own, ROOT), seconds=_PATIENCE)).step is Step.READY, "it works again"
        outcome = watch.picture.outcomes[target]
        assert outcome.step is not Step.READY
        assert outcome.message
        assert _token(own, target) == token
        assert _writes(own, target) == before


async def test_a_request_to_an_api_server_that_is_gone_is_refused_unsent(own: OwnRegion) -> None:
    target = ref(own, "tenants")
    async with _relayed(own) as (relay, watch):
        before = _writes(own, target)
        try:
            await asyncio.to_thread(own.kill_api)
            relay.cut()
            await watch.until_phase(own, Phase.STALE, _PATIENCE)
            await relay.close()
            watch.session.ask(Verb.SUSPEND, [watch.get(target)])
            await watch.until("a word", lambda: target in watch.picture.outcomes and _word(watch, target))
            assert watch.picture.outcomes[target].step is not Step.READY
        finally:
            await asyncio.to_thread(own.start_api)
        watch.session.retry(own.name)
        await watch.until_phase(own, Phase.LIVE, _PATIENCE)
        assert _writes(own, target) == before
        assert not own.get(target.kind, target.name)["spec"].get("suspend")


def _word(watch: Watching, target: ObjectRef) -> str:
    return watch.picture.outcomes[target].message


async def test_an_object_that_took_the_place_of_another_is_left_alone(own: OwnRegion) -> None:
    """By the API server itself, however late the watch is: a uid can't be changed."""
    target = ref(own, "tenants")
    async with watching(own) as watch:
        cluster = watch.session.cluster(own.name)
        assert cluster is not None
        body = {"spec": {"suspend": True}}
        reply = await cluster.patch(target, body, "00000000-0000-0000-0000-000000000000")
        assert not reply.accepted
        assert not reply.uncertain
        assert "it was deleted and made anew meanwhile" in reply.message
        assert not own.get(target.kind, target.name)["spec"].get("suspend")
        try:
            reply = await cluster.patch(target, body, watch.get(target).metadata.uid)
            assert reply.accepted, reply.message
            assert own.get(target.kind, target.name)["spec"]["suspend"] is True
        finally:
            await cluster.patch(target, {"spec": {"suspend": None}})
