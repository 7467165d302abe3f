"""What real controllers write is what the program shows, region by region."""

import secrets

import pytest

from tests.e2e.content import CHAIN, PAUSED, RELEASE, ROOT, chained, config_map, kustomization, yaml
from tests.e2e.ownregion import OwnRegion
from tests.e2e.region import Region
from tests.e2e.watching import ref, watching
from tui.model.health import State


async def test_everything_appears_with_its_verdict(region: Region) -> None:
    async with watching(region) as watch:
        for name in (ROOT, *CHAIN):
            await watch.until_state(ref(region, name), State.READY)
        for kind, name in (
            ("GitRepository", ROOT),
            ("HelmRelease", RELEASE),
            ("HelmChart", f"{region.namespace}-{RELEASE}"),
        ):
            await watch.until_state(ref(region, name, kind), State.READY)
        await watch.until_state(ref(region, PAUSED), State.SUSPENDED)
        assert watch.picture.owner(ref(region, "infra")) == ref(region, ROOT)
        assert watch.picture.owner(ref(region, RELEASE, "HelmRelease")) == ref(region, "apps")
        assert watch.picture.links(ref(region, "apps")).depends_on == (ref(region, "infra"),)
        assert watch.get(ref(region, "tenants")).status.last_applied_revision.endswith(region.repository.head())


async def test_events_tell_of_the_run(region: Region) -> None:
    """Of an object that is new: of one with a past, client-go drops Events (tools/record/events_cache.go)."""
    extra = kustomization(f"told-{secrets.token_hex(3)}", region.namespace, "./told")
    target = ref(region, extra["metadata"]["name"])
    async with watching(region) as watch:
        region.fetch(region.push("told/config.yaml", yaml(config_map("told-config", region.namespace))))
        region.api.apply(extra)
        try:
            made = f"ConfigMap/{region.namespace}/told-config created"
            await watch.until(made, lambda: any(made in one.message for one in watch.picture.events(target)), 90)
        finally:
            region.api.delete("Kustomization", target.name, region.namespace)
            await watch.until("it to be gone", lambda: watch.picture.get(target) is None, 90)


@pytest.mark.ours
async def test_two_regions_side_by_side(regions: tuple[OwnRegion, OwnRegion]) -> None:
    eu, us = regions
    us.push("cluster/chain.yaml", yaml(*(chained(name, us.namespace, timeout="31s") for name in CHAIN)))
    us.fetch(us.repository.head())
    us.settle()
    async with watching(eu, us) as watch:
        timeouts = {one.name: watch.get(ref(one, "infra")).spec.timeout for one in regions}
        assert timeouts == {"eu": "30s", "us": "31s"}
        for one in regions:
            objects = (*CHAIN, ROOT, PAUSED, "GitRepository", "HelmChart", RELEASE, "Receiver")
            assert watch.picture.total(one.name) == len(objects)
            assert watch.fetched(ref(one, ROOT, "GitRepository")).endswith(one.repository.head())
