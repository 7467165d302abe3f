"""Keeping up what the selected object applied: late, as often as it is worth it, and not while nobody looks."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.fakes.clock import FakeClock, in_virtual_time
from tests.fakes.cluster import FakeCluster, settle
from tests.fakes.objects import FAILING, PROGRESSING, WAITING, Body, hr, inventory_id, ks, picture_of, read, ref
from tests.fakes.workloads import applied, entry_id
from tui.inventoryreader import worth_reading
from tui.model.changes import ContextStatus, InventoryRead, Notice, Phase
from tui.model.health import State
from tui.model.refs import ObjectRef
from tui.model.workloads import Applied, AppliedId, Presence, absent
from tui.ports import ClusterError
from tui.session import Session

APPS, INFRA, API = ref("Kustomization", "apps"), ref("Kustomization", "infra"), ref("HelmRelease", "api", "apps")
GOOD, BAD = applied("Deployment", "api"), applied("Deployment", "api", State.FAILED)


def shop(name: str = "apps", version: str = "1", **more: object) -> Body:
    return ks(name, inventory=[entry_id("Deployment", "api")], version=version, **more)


def applying(*names: str) -> Body:
    """A Kustomization that fails and has applied releases."""
    return ks("apps", conditions=FAILING, inventory=[inventory_id("HelmRelease", name, "apps") for name in names])


class Rig:
    """A session with one live context."""

    def __init__(self) -> None:
        self.eu = FakeCluster("eu")
        self.session = Session(FakeClock(), {"eu": lambda: self.eu}, lambda: pytest.fail("Git"))
        self.picture = self.session.picture

    async def begin(self) -> None:
        self.session.connect("eu")
        await settle()
        self.eu.listed(read(shop()), read(shop("infra")), read(hr("api")))
        self.eu.inventories = {APPS: (GOOD,), INFRA: (BAD,)}
        self.eu.live()

    async def select(self, *refs: ObjectRef) -> None:
        """Select something and stay there."""
        self.session.inventories.follow(*refs)
        await asyncio.sleep(0.5)

    @property
    def reading(self) -> InventoryRead | None:
        return self.picture.inventories.get(APPS)

    def count(self) -> int:
        """How many inventories were asked for since the last time."""
        asked, self.eu.readings = len(self.eu.readings), []
        return asked


def run(script: Callable[[Rig], Awaitable[None]]) -> None:
    async def whole() -> None:
        rig = Rig()
        try:
            await rig.begin()
            await script(rig)
        finally:
            await rig.session.close()
        notices = [notice.text for notice in rig.picture.notices if isinstance(notice, Notice)]
        assert not [text for text in notices if "fault of the program" in text]

    in_virtual_time(whole())


def test_what_is_selected_is_read() -> None:
    async def script(rig: Rig) -> None:
        assert not rig.session.inventories.opening
        rig.session.inventories.follow(APPS)
        assert rig.session.inventories.opening
        await asyncio.sleep(0.2)
        assert rig.eu.readings == [], "a selection has to last"
        await asyncio.sleep(0.3)
        assert rig.eu.readings == [APPS]
        assert rig.picture.applied(APPS) == (GOOD,)
        assert not rig.session.inventories.opening

    run(script)


def test_moving_on_leaves_no_trace() -> None:
    async def script(rig: Rig) -> None:
        for one in (APPS, INFRA, APPS, INFRA):
            rig.session.inventories.follow(one)
            await asyncio.sleep(0.2)
        rig.session.inventories.follow()
        await asyncio.sleep(60)
        assert rig.eu.readings == []
        await rig.select(APPS)
        await rig.select(INFRA)
        assert rig.reading is None
        assert rig.picture.applied(INFRA) == (BAD,)

    run(script)


def test_leaving_in_the_moment_of_a_change_ends_it() -> None:
    async def script(rig: Rig) -> None:
        await rig.select(APPS)
        await asyncio.sleep(2)
        rig.eu.changed(read(shop(version="2")))
        rig.session.inventories.follow()
        await asyncio.sleep(60)
        assert rig.eu.readings == [APPS]

    run(script)


def test_a_reading_that_comes_too_late_is_dropped() -> None:
    async def script(rig: Rig) -> None:
        rig.eu.readable.clear()
        await rig.select(APPS)
        assert rig.eu.readings == [APPS]
        rig.session.inventories.follow()
        rig.eu.readable.set()
        await asyncio.sleep(1)
        assert rig.reading is None
        rig.eu.readable.clear()
        await rig.select(APPS)
        rig.session.disconnect("eu")
        rig.eu.readable.set()
        await asyncio.sleep(1)
        assert rig.reading is None

    run(script)


@pytest.mark.parametrize(
    ("objects", "times"),
    [
        pytest.param((GOOD,), 2, id="all-is-well"),
        pytest.param((BAD,), 12, id="something-is-not-ready"),
        pytest.param((absent(AppliedId("Secret", "", "a", "b"), Presence.FORBIDDEN),), 2, id="it-may-not-be-read"),
    ],
)
def test_how_often(objects: tuple[Applied, ...], times: int) -> None:
    async def script(rig: Rig) -> None:
        rig.eu.inventories[APPS] = objects
        await rig.select(APPS)
        rig.count()
        await asyncio.sleep(60)
        assert rig.count() == times

    run(script)


def test_the_same_again_is_not_drawn_again() -> None:
    async def script(rig: Rig) -> None:
        rig.eu.inventories[APPS] = (BAD,)
        await rig.select(APPS)
        dirty = rig.session.store.take_dirty()
        assert (dirty.inventories, dirty.urgent) == ({APPS}, True)
        await asyncio.sleep(60)
        assert not rig.session.store.take_dirty()

    run(script)


def test_a_new_version_of_the_object_is_read_at_once() -> None:
    async def script(rig: Rig) -> None:
        await rig.select(APPS)
        rig.count()
        await asyncio.sleep(10)
        rig.eu.changed(read(shop(version="2", conditions=PROGRESSING)))
        await asyncio.sleep(0.1)
        assert rig.count() == 1
        for version in range(3, 23):  # a reconciliation patches the status again and again
            rig.eu.changed(read(shop(version=str(version))))
            await asyncio.sleep(0.05)
        await asyncio.sleep(3)
        assert rig.count() <= 3

    run(script)


def test_nothing_is_read_behind_another_screen() -> None:
    async def script(rig: Rig) -> None:
        await rig.select(APPS)
        rig.count()
        rig.session.inventories.look(False)
        await asyncio.sleep(300)
        assert rig.count() <= 1, "one may have been under way"
        assert rig.picture.applied(APPS) == (GOOD,)
        rig.session.inventories.look(True)
        await asyncio.sleep(0.1)
        assert rig.count() == 1

    run(script)


def test_a_lost_connection_withdraws_it_and_the_next_reading_brings_it_back() -> None:
    async def script(rig: Rig) -> None:
        await rig.select(APPS)
        rig.count()
        rig.eu.emit(ContextStatus("eu", Phase.STALE))
        await asyncio.sleep(2)
        assert rig.reading is not None
        assert rig.reading.problem == "eu is stale: this is how it was"
        assert rig.reading.objects == (GOOD,)
        assert rig.picture.applied(APPS) == ()
        await asyncio.sleep(60)
        assert rig.count() == 0, "credentials that are refused are not tried again and again"
        rig.eu.live()
        await asyncio.sleep(2)
        assert rig.picture.applied(APPS) == (GOOD,)

    run(script)


def test_what_can_not_be_read_says_why() -> None:
    async def script(rig: Rig) -> None:
        rig.eu.inventories[APPS] = ClusterError("no answer within 10 s")
        await rig.select(APPS)
        assert rig.reading == InventoryRead(APPS, problem="no answer within 10 s")
        rig.eu.inventories[APPS] = (BAD,)
        await asyncio.sleep(31)
        assert rig.picture.applied(APPS) == (BAD,)
        rig.eu.inventories[APPS] = ClusterError("gone")
        await asyncio.sleep(6)
        assert rig.reading is not None
        assert (rig.reading.objects, rig.reading.problem) == ((BAD,), "gone")

    run(script)


def test_an_object_that_is_deleted_or_applies_nothing_any_more() -> None:
    async def script(rig: Rig) -> None:
        await rig.select(APPS, INFRA)
        rig.eu.changed(read(ks("apps", inventory=[], version="2")))
        rig.eu.deleted(INFRA)
        await asyncio.sleep(2)
        assert rig.picture.inventories.refs() == []
        rig.eu.changed(read(shop(version="3")))
        await asyncio.sleep(2)
        assert rig.picture.applied(APPS) == (GOOD,)

    run(script)


def test_what_applies_nothing_is_not_asked() -> None:
    async def script(rig: Rig) -> None:
        await rig.select(ref("GitRepository", "flux-system"), API)
        assert rig.eu.readings == []
        assert not rig.session.inventories.opening

    run(script)


def test_a_disconnected_context_is_forgotten() -> None:
    async def script(rig: Rig) -> None:
        await rig.select(APPS)
        rig.session.disconnect("eu")
        assert rig.reading is None
        await asyncio.sleep(60)
        assert rig.reading is None

    run(script)


@pytest.mark.parametrize(
    ("objects", "found"),
    [
        pytest.param([ks("apps")], (APPS,), id="its-own"),
        pytest.param([ks("apps", conditions=FAILING, after=["infra"]), ks("infra")], (APPS,), id="broken-itself"),
        pytest.param(
            [ks("apps", conditions=WAITING, after=["mid"]), ks("mid", conditions=WAITING, after=["infra"]),
             ks("infra", conditions=FAILING)], (APPS, INFRA), id="what-it-waits-for"),
        pytest.param(
            [ks("apps", conditions=WAITING, after=["mid"]), ks("mid", conditions=WAITING, after=["apps"])],
            (APPS,), id="a-cycle"),
        pytest.param(
            [applying("api", "b"),
             hr("api", conditions=FAILING), hr("b")], (APPS, API), id="what-it-applied"),
        pytest.param(
            [ks("apps", conditions=PROGRESSING, spec={"wait": True},
                inventory=[inventory_id("HelmRelease", "api", "apps")]), hr("api", conditions=FAILING)],
            (APPS, API), id="what-it-checks"),
        pytest.param(
            [applying(*(f"r{one}" for one in range(9))),
             *(hr(f"r{one}", conditions=FAILING) for one in range(9))],
            (APPS, *(ref("HelmRelease", f"r{one}", "apps") for one in range(3))), id="a-few-of-many"),
    ],
)  # fmt: skip
def test_whose_inventory_says_why(objects: list[Body], found: tuple[ObjectRef, ...]) -> None:
    assert worth_reading(picture_of(*objects), APPS) == found
