"""What networks and clocks do to a watch that is open: versions that expire, ends, cuts, and connections half open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.e2e.api import FLUX
from tests.e2e.content import CHAIN, ROOT, kustomization
from tests.e2e.etcd import compact
from tests.e2e.ownregion import OwnRegion
from tests.e2e.relay import Relay, relaying
from tests.e2e.watching import Watching, ref, watching
from tui.cluster.patience import Patience
from tui.model.changes import KindListed, Phase
from tui.model.health import State

pytestmark = pytest.mark.ours

_DEAF = Patience(discovery=600, bookmarks=600, silence=600)
"""Notices nothing by itself for longer than any of these tests takes."""

_FLUX = {"kustomizations", "helmreleases", "gitrepositories", "helmcharts"}
"""The plurals of what the fixture has."""


@asynccontextmanager
async def _relayed(own: OwnRegion, patience: Patience) -> AsyncIterator[tuple[Relay, Watching]]:
    """Watch a region through a relay, and begin when every watch is open."""
    port = own.site.ports["kube-apiserver"]
    async with relaying(port) as relay, watching(own, through=relay, patience=patience) as watch:
        await _all_watched(watch)
        yield relay, watch


async def _all_watched(watch: Watching) -> None:
    await watch.until("every watch", lambda: _FLUX | {"events"} <= watch.journal.watched().keys())


async def _appear(watch: Watching, own: OwnRegion, name: str) -> None:
    await asyncio.to_thread(own.api.apply, kustomization(name, own.namespace, "./infra", suspend=True))
    await watch.until(f"{name} to show", lambda: watch.picture.get(ref(own, name)))


async def _vanish(own: OwnRegion, *names: str) -> None:
    """Delete what a test made, whether it is there or not."""

    def left() -> set[str]:
        return {one["metadata"]["name"] for one in own.api.list("Kustomization")} & set(names)

    def delete() -> None:
        for name in left():
            own.api.delete("Kustomization", name, own.namespace)

    await asyncio.to_thread(delete)
    for _ in range(900):
        if not await asyncio.to_thread(left):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{names} are not deleted")


async def test_versions_that_expired_are_listed_anew_once(own: OwnRegion) -> None:
    """A laptop that slept: meanwhile the world went on, etcd was compacted, and the API server restarted."""

    def restart() -> None:
        compact(own.site.url("etcd"))
        own.kill_api()
        own.start_api()

    async with _relayed(own, _DEAF) as (relay, watch):
        try:
            await _appear(watch, own, "ghost")
            relay.swallow()
            lists, changes = watch.journal.listed(), len(watch.journal.changes)
            await _vanish(own, "ghost")
            await asyncio.to_thread(own.api.apply, kustomization("fresh", own.namespace, "./infra", suspend=True))
            await asyncio.to_thread(restart)
            assert watch.picture.get(ref(own, "ghost")) is not None, "nobody has told"
            relay.let_through()
            relay.cut()
            await watch.until("what is new", lambda: watch.picture.get(ref(own, "fresh")))
            journal = watch.journal
            await watch.until("every list", lambda: (journal.listed() - lists).keys() >= _FLUX)
            await watch.until("every watch", lambda: not any(journal.last(kind).errors for kind in _FLUX))
            assert watch.picture.get(ref(own, "ghost")) is None
            expired = {one.kind for one in journal.watches if 410 in one.errors}
            assert expired >= _FLUX, "the API server really said so"
            again = journal.listed() - lists
            assert {kind: again[kind] for kind in _FLUX} == dict.fromkeys(_FLUX, 1)
            await watch.until_phase(own, Phase.LIVE)
            swaps = [one for one in watch.journal.changes[changes:] if isinstance(one, KindListed)]
            assert all(one.resources for one in swaps), "no row flickered"
        finally:
            await _vanish(own, "ghost", "fresh")


async def test_a_connection_that_breaks_is_resumed_from_the_last_bookmark(own: OwnRegion) -> None:
    """An API server sends one before it ends a watch (apiserver cacher.go), here every few seconds."""
    async with _relayed(own, Patience(discovery=600, watch=5)) as (relay, watch):
        journal = watch.journal
        begun = journal.listed()
        first = {kind: int(journal.last(kind).version) for kind in _FLUX}
        patch = {"metadata": {"labels": {"touched": "before"}}}
        await asyncio.to_thread(own.patch, "GitRepository", ROOT, patch)
        for kind in FLUX:  # a cache catches up when somebody reads from it
            await asyncio.to_thread(own.api.list, kind)

        def has_moved(kind: str) -> bool:
            marks = (mark for one in journal.watches if one.kind == kind for mark in one.bookmarks)
            return any(int(mark) > first[kind] for mark in marks)

        await watch.until("bookmarks", lambda: all(has_moved(kind) for kind in _FLUX))
        relay.cut()
        seen = journal.watched()
        await watch.until("new watches", lambda: all(journal.watched()[kind] > seen[kind] for kind in _FLUX))
        for kind in _FLUX:
            assert int(journal.last(kind).version) > first[kind], f"{kind} begins where the list was"
        await _appear_and_go(watch, own)
        assert journal.listed() == begun, "nothing was listed anew"
        assert not any(one.errors for one in journal.watches)


async def test_watches_that_the_server_ends_again_and_again(own: OwnRegion) -> None:
    """As behind a load balancer with a short timeout: no flicker, no ghost, no list."""
    async with watching(own, patience=Patience(watch=1.0)) as watch:
        await _all_watched(watch)
        begun, phases = watch.journal.listed(), watch.journal.phases()
        for number in range(6):
            await _change_in_the_next_watch(watch, own, str(number))
        await _appear_and_go(watch, own)
        assert watch.journal.listed() == begun
        assert watch.journal.phases() == phases


async def _change_in_the_next_watch(watch: Watching, own: OwnRegion, label: str) -> None:
    many = watch.journal.watched()["kustomizations"]
    await watch.until("the next watch", lambda: watch.journal.watched()["kustomizations"] > many)
    await _change(own, label)
    await _until_changed(watch, own, label)


async def _appear_and_go(watch: Watching, own: OwnRegion) -> None:
    try:
        await _appear(watch, own, "extra")
    finally:
        await _vanish(own, "extra")
    await watch.until("it to go", lambda: watch.picture.get(ref(own, "extra")) is None)


async def test_a_network_that_swallows_everything_is_told_and_overcome(own: OwnRegion) -> None:
    """A VPN that is down: discovery is not answered, which casts doubt on every watch, though none has noticed."""
    async with _relayed(own, Patience(discovery=3)) as (relay, watch):
        opened = watch.journal.watched()
        relay.swallow()
        await _change(own, "meanwhile")
        await watch.until_phase(own, Phase.STALE, 120)
        for name in CHAIN:
            assert watch.picture.health(ref(own, name)).state is State.READY, "old rows stay"
        assert watch.journal.watched() == opened, "no watch has noticed"
        relay.let_through()
        await _until_changed(watch, own, "meanwhile")
        await watch.until_phase(own, Phase.LIVE)
        await _appear_and_go(watch, own)


async def test_watches_that_are_half_open_are_given_up_after_their_deadline(own: OwnRegion) -> None:
    """A NAT that forgot its connections: all that is new gets through, and the watches stay silent for ever."""
    patience = Patience(discovery=600, watch=4, slack=3, bookmarks=10)
    async with _relayed(own, patience) as (relay, watch):
        relay.swallow()
        relay.let_through()
        await _change(own, "meanwhile")
        await _until_changed(watch, own, "meanwhile")
        await watch.until_phase(own, Phase.LIVE)
        await _appear_and_go(watch, own)


async def _change(own: OwnRegion, label: str) -> None:
    await asyncio.to_thread(own.patch, "Kustomization", "infra", {"metadata": {"labels": {"touched": label}}})


async def _until_changed(watch: Watching, own: OwnRegion, label: str) -> None:
    target = ref(own, "infra")
    await watch.until("the change", lambda: watch.get(target).metadata.labels.get("touched") == label)
