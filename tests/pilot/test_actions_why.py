"""Walking to what broke first, and back."""

import pytest

from tests.fakes.objects import FAILING, WAITING, condition, git, inventory_id, ks, ref
from tests.fakes.pilot import APPS, EU, TENANTS, acting, small, small_fleet
from tui.model.rows import Mode

BROKEN = [condition("Ready", "False", "BuildFailed", "failed to decode Kubernetes YAML from x.yaml")]
NETWORK, STORAGE, DB = (ref("Kustomization", name) for name in ("network", "storage", "db"))
TWO_CAUSES = [
    ks("network", conditions=FAILING),
    ks("storage", conditions=BROKEN),
    ks("db", after=["network", "storage"], conditions=WAITING),
]


@acting("why")
async def test_why_walks_to_what_broke_first(key: str) -> None:
    late = ks("late", after=["tenants"], conditions=WAITING)
    async with small(*small_fleet(), late, at=ref("Kustomization", "late")) as driven:
        await driven.act("why", key)
        assert driven.selected == APPS
        assert any(text.startswith("ks flux-system/late waits on tenants, which waits") for text in driven.notices)


@acting("why")
async def test_why_goes_on_to_the_next_cause(key: str) -> None:
    async with small(*TWO_CAUSES, at=DB) as driven:
        for expected in (NETWORK, STORAGE, NETWORK):
            await driven.act("why", key)
            assert driven.selected == expected


@acting("why")
async def test_why_of_a_cause_says_what_to_do(key: str) -> None:
    async with small(ks("storage", conditions=BROKEN), at=STORAGE) as driven:
        await driven.act("why", key)
        assert driven.selected == STORAGE
        assert "why: nothing lies behind ks flux-system/storage, mend x.yaml" in driven.notices


@acting("why")
async def test_why_stops_at_what_can_be_selected(key: str) -> None:
    lost = [condition("Ready", "False", "DependencyNotReady", "dependency 'flux-system/gone' not found")]
    async with small(ks("db", after=["gone"], conditions=lost), at=DB) as driven:
        await driven.act("why", key)
        assert driven.selected == DB
        assert any("create ks flux-system/gone" in text for text in driven.notices)


@acting("why")
async def test_why_of_a_context_asks_for_an_object(key: str) -> None:
    async with small(at=EU) as driven:
        await driven.act("why", key)
        assert driven.notices[-1].startswith("why: select an object")


@acting("why")
@pytest.mark.parametrize("hidden_by", ["nothing", "filter", "mode"])
async def test_why_shows_what_was_hidden(key: str, hidden_by: str) -> None:
    dead = git("dead", conditions=[condition("Ready", "False", "GitOperationFailed", "authentication required")])
    late = ks("late", source="dead", conditions=[condition("Ready", "False", "ArtifactFailed", "artifact not found")])
    start = ref("Kustomization", "late")
    async with small(dead, late, at=start) as driven:
        if hidden_by == "mode":
            while driven.main.view.mode is not Mode.DEPENDS_ON:
                await driven.press("m")
        elif hidden_by == "filter":
            await driven.press("slash", *"late", "enter")
        driven.main.select(start)
        await driven.act("why", key)
        assert driven.selected == ref("GitRepository", "dead")
        await driven.press("minus")
        assert driven.selected == start


@acting("why")
async def test_why_opens_folded_branches(key: str) -> None:
    broken = [ks("inner", conditions=BROKEN), ks("outer", inventory=[inventory_id("Kustomization", "inner")])]
    waiter = ks("late", after=["inner"], conditions=WAITING)
    async with small(*broken, waiter, at=ref("Kustomization", "outer")) as driven:
        await driven.press("left")
        assert ref("Kustomization", "inner") not in driven.rows
        driven.main.select(ref("Kustomization", "late"))
        await driven.act("why", key)
        assert driven.selected == ref("Kustomization", "inner")


@acting("why.back")
async def test_back(key: str) -> None:
    async with small(at=TENANTS) as driven:
        await driven.press("w")
        assert driven.selected == APPS
        await driven.act("why.back", key)
        assert driven.selected == TENANTS
        await driven.act("why.back", key)
        assert driven.selected == TENANTS
        assert driven.notices[-1] == "back: there is nothing to go back to"
