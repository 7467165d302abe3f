"""Who applied an object, and of what revision of which source, against `flux trace`.

The two differ on purpose, and in nothing else:

* The CLI goes by an object's labels; ours by the inventories, and by labels only where no inventory has the object.
* The CLI's revision of a HelmRelease is what was attempted last, ours what is in force.
* The CLI says `Last reconciled at` of an applier that fails too; ours says that it fails, in the same words.
* The CLI traces no source: `object not managed by Flux`; ours has it as the top of its tree.
* The CLI prints a revision in full; ours cuts it in rows alone, so here both are in full.
"""

from datetime import datetime

import pytest

from tests.e2e.agreement import agreed
from tests.e2e.content import RELEASE, ROOT
from tests.e2e.referee import complaint, trace
from tests.e2e.region import Region
from tests.e2e.situations import SITUATIONS, Situation, broken, quiet
from tests.e2e.watching import Watching, ref, watching
from tui.model.refs import ObjectRef, parse_inventory_id
from tui.model.text import one_line

Blocks = list[dict[str, str]]

_TRACED = [
    ("Kustomization", "infra", "Kustomization", ROOT),
    ("Kustomization", "tenants", "Kustomization", ROOT),
    ("ConfigMap", "infra-config", "Kustomization", "infra"),
    ("HelmRelease", RELEASE, "Kustomization", "apps"),
    ("ConfigMap", RELEASE, "HelmRelease", RELEASE),
]
"""What is traced, and who applied it."""


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
async def test_who_applied_what_from_where(region: Region, situation: Situation) -> None:
    async with watching(region) as watch, situation(region, watch):
        for kind, name, by_kind, by_name in _TRACED:
            ours, _ = await agreed(
                lambda kind=kind, name=name: _traced(watch, region, kind, name),  # type: ignore[misc]
                lambda kind=kind, name=name: _told(region, kind, name),  # type: ignore[misc]
                _differences,
            )
            assert ours[1][by_kind] == by_name, f"who applied {kind} {name}"
            assert ours[-1]["GitRepository"] == ROOT


async def test_a_chart_belongs_to_its_release(region: Region) -> None:
    """It is in no inventory, so ours goes by its labels here, as the CLI does."""
    async with watching(region) as watch:
        chart = f"{region.namespace}-{RELEASE}"
        ours, _ = await agreed(
            lambda: _traced(watch, region, "HelmChart", chart), lambda: _told(region, "HelmChart", chart), _differences
        )
    assert ours[1]["HelmRelease"] == RELEASE


async def test_a_release_that_failed_shows_what_is_in_force(region: Region) -> None:
    async with watching(region) as watch:
        release = ref(region, RELEASE, "HelmRelease")
        async with quiet(region, watch):
            good = watch.get(release).revision
            assert _applied_release(region)["Revision"] == good
        async with broken(region, watch):
            assert watch.get(release).revision == good
            assert _applied_release(region)["Revision"] != good


def _applied_release(region: Region) -> dict[str, str]:
    """What the CLI says of the release that applied the ConfigMap."""
    return trace(region, "configmap", RELEASE)[1]


async def test_a_source_that_nobody_applied(region: Region) -> None:
    async with watching(region) as watch:
        assert watch.picture.owner(ref(region, ROOT, "GitRepository")) is None
    told = complaint(region, "trace", "gitrepository", ROOT, "-n", region.namespace)
    assert "object not managed by Flux" in told


def _told(region: Region, kind: str, name: str) -> Blocks:
    """What the CLI says, its times as UTC and without the word on whether that run succeeded."""
    blocks = trace(region, kind, name)
    for block in blocks[1:]:
        moment = datetime.strptime(" ".join(block["Status"].split()[-4:-1]), "%Y-%m-%d %H:%M:%S %z")
        block["Status"] = str(moment.timestamp())
        block["Message"] = one_line(block["Message"])
    return blocks


def _traced(watch: Watching, region: Region, kind: str, name: str) -> Blocks:
    """What the program says in the same form."""
    blocks = [{"Object": f"{kind}/{name}", "Namespace": region.namespace, "Status": "Managed by Flux"}]
    current = _applier(watch, region, kind, name)
    while current is not None:
        blocks.append(_block(watch, current))
        current = watch.picture.links(current).source
    return blocks


def _applier(watch: Watching, region: Region, kind: str, name: str) -> ObjectRef | None:
    """The owner of a row, or whose inventory has an object that is no row."""
    target = ref(region, name, kind)
    if watch.picture.get(target) is not None:
        return watch.picture.owner(target)
    for one in watch.picture.refs(region.name):
        ids = (parse_inventory_id(entry.id) for entry in watch.get(one).inventory)
        if any(id_ and (id_.kind, id_.namespace, id_.name) == target[1:] for id_ in ids):
            return one
    return None


def _block(watch: Watching, target: ObjectRef) -> dict[str, str]:
    resource = watch.get(target)
    spec, status = resource.spec, resource.status
    ready = resource.condition("Ready")
    assert ready is not None
    assert ready.last_transition_time is not None
    of_kind: dict[str, dict[str, object]] = {
        "Kustomization": {"Path": spec.path, "Revision": status.last_applied_revision},
        "HelmRelease": {"Revision": status.last_attempted_revision},
        "HelmChart": {"Chart": spec.chart, "Version": spec.version, "Revision": resource.revision},
        "GitRepository": {
            "URL": spec.url,
            "Branch": spec.ref.branch if spec.ref else "",
            "Revision": resource.revision,
        },
    }
    return {
        target.kind: target.name,
        "Namespace": target.namespace,
        **{field: str(value) for field, value in of_kind[target.kind].items()},
        "Status": str(ready.last_transition_time.timestamp()),
        "Message": one_line(watch.picture.health(target).message),
    }


def _differences(ours: Blocks, theirs: Blocks) -> list[str]:
    if len(ours) != len(theirs):
        return [f"ours has {ours}, theirs {theirs}"]
    return [f"{our} != {their}" for our, their in zip(ours, theirs, strict=True) if our != their]
