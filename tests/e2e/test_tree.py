"""What stands below what, against `flux tree`.

The two differ on purpose, and in nothing else:

* The CLI lists everything that was applied; our tree has rows for Flux objects alone. What else was applied is compared
  with the inventories that our tree is made of.
* The CLI ends at a HelmRelease; ours goes on to the HelmChart that it makes, by its labels (no inventory has it).
* The CLI decodes Helm's Secret, which takes `get` on Secrets; ours reads `status.inventory`, which helm-controller
  writes since 1.5.
* The CLI's order is that of the inventory; ours is by kind and by who depends on whom.
* The CLI leaves out what follows a Kustomization that has applied itself; ours cuts that cycle at its source.
* The CLI refuses the whole tree where one object of it is missing; ours leaves out that one.
"""

import pytest

from tests.e2e.agreement import agreed
from tests.e2e.content import PAUSED, RELEASE, ROOT
from tests.e2e.referee import complaint, tree
from tests.e2e.region import Region
from tests.e2e.situations import SITUATIONS, Situation
from tests.e2e.watching import Watching, ref, watching
from tui.model.kinds import KINDS
from tui.model.refs import InventoryId, ObjectRef, parse_inventory_id
from tui.model.rows import View, lay_out

Tree = dict[InventoryId, frozenset[InventoryId]]


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
async def test_the_flux_objects_are_those_of_the_compact_tree(region: Region, situation: Situation) -> None:
    async with watching(region) as watch, situation(region, watch):
        ours, _ = await agreed(
            lambda: _shown(watch, ref(region, ROOT)), lambda: tree(region, ROOT, "--compact"), _differences
        )
    assert _id(ref(region, RELEASE, "HelmRelease")) in ours[_id(ref(region, "apps"))]


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
async def test_what_was_applied_is_what_the_inventories_say(region: Region, situation: Situation) -> None:
    async with watching(region) as watch, situation(region, watch):
        ours, _ = await agreed(lambda: _applied(watch, ref(region, ROOT)), lambda: tree(region, ROOT), _differences)
    config = InventoryId(region.namespace, RELEASE, "", "ConfigMap")
    assert ours[_id(ref(region, RELEASE, "HelmRelease"))] == {config}


async def test_what_only_ours_has_is_the_chart_of_a_release(region: Region) -> None:
    async with watching(region) as watch:
        release, chart = ref(region, RELEASE, "HelmRelease"), ref(region, f"{region.namespace}-{RELEASE}", "HelmChart")
        shown = lay_out(watch.picture, View()).children
        assert shown[release] == [chart]
        assert ref(region, ROOT) in shown[ref(region, ROOT, "GitRepository")]
        assert _id(chart) not in set().union(*tree(region, ROOT).values())


async def test_where_one_is_missing_ours_shows_the_others(region: Region) -> None:
    async with watching(region) as watch:
        target = ref(region, ROOT)
        region.patch("Kustomization", ROOT, {"spec": {"suspend": True}}, "flux")  # lest it applies the missing one anew
        await watch.until("it to be suspended", lambda: watch.get(target).suspended)
        region.api.delete("Kustomization", PAUSED, region.namespace)
        missing = ref(region, PAUSED)
        await watch.until("one to be missing", lambda: watch.picture.get(missing) is None, 90)
        assert "not found" in complaint(region, "tree", "kustomization", ROOT, "-n", region.namespace)
        shown = _shown(watch, target)[_id(target)]
        assert shown == {_id(ref(region, name)) for name in ("infra", "apps", "tenants")}
        assert _id(missing) in _applied(watch, target)[_id(target)]


def _differences(ours: Tree, theirs: Tree) -> list[str]:
    return [
        f"below {one.kind} {one.name}: ours has {ours.get(one)}, theirs {theirs.get(one)}"
        for one in sorted(ours.keys() | theirs.keys())
        if ours.get(one) != theirs.get(one)
    ]


def _shown(watch: Watching, top: ObjectRef) -> Tree:
    """What our tree has below an object, but for HelmCharts."""
    layout = lay_out(watch.picture, View())
    found: Tree = {}
    for one in layout.below(top):
        children = frozenset(_id(child) for child in layout.children.get(one, ()) if child.kind != "HelmChart")
        if children:
            found[_id(one)] = children
    return found


def _applied(watch: Watching, top: ObjectRef) -> Tree:
    """What the inventories say that was applied by each of the objects below an object."""
    found: Tree = {}
    for one in lay_out(watch.picture, View()).below(top):
        ids = {parse_inventory_id(entry.id) for entry in watch.get(one).inventory}
        if children := frozenset(child for child in ids if child is not None and child != _id(one)):
            found[_id(one)] = children
    return found


def _id(one: ObjectRef) -> InventoryId:
    return InventoryId(one.namespace, one.name, KINDS[one.kind].group, one.kind)
