"""A change shows within a second of the API server's telling of it to a watch of our own."""

import asyncio
import time
from collections.abc import Callable

from tests.e2e.api import Body
from tests.e2e.content import ROOT, kustomization
from tests.e2e.region import Region
from tests.e2e.watching import Watching, ref, watching
from tests.e2e.witness import Witness

_LATEST = 1.0
"""Seconds that the program may lag behind the API server."""


async def test_a_patch_shows(region: Region) -> None:
    async with watching(region) as watch:
        with Witness(region, "Kustomization") as witness:
            target = ref(region, "infra")
            patch = {"metadata": {"labels": {"touched": "yes"}}}
            await asyncio.to_thread(region.patch, "Kustomization", "infra", patch)
            lag = await _lag(
                watch,
                lambda: watch.get(target).metadata.labels.get("touched") == "yes",
                lambda: witness.when(lambda _, body: "touched" in body["metadata"].get("labels", {})),
            )
    assert lag < _LATEST


async def test_a_deletion_shows(region: Region) -> None:
    extra = kustomization("extra", region.namespace, "./infra", suspend=True)
    async with watching(region) as watch:
        target = ref(region, "extra")
        with Witness(region, "Kustomization") as witness:
            await asyncio.to_thread(region.api.apply, extra)
            await watch.until("the object to show", lambda: watch.picture.get(target))
            await asyncio.to_thread(region.api.delete, "Kustomization", "extra", region.namespace)
            lag = await _lag(
                watch,
                lambda: watch.picture.get(target) is None,
                lambda: witness.when(lambda type_, body: type_ == "DELETED" and body["metadata"]["name"] == "extra"),
            )
    assert lag < _LATEST


async def test_a_push_travels_from_the_source_to_what_it_applies(region: Region) -> None:
    async with watching(region) as watch:
        with Witness(region, "GitRepository") as sources, Witness(region, "Kustomization") as appliers:
            commit = region.push("infra/config.yaml", region.repository.read("infra/config.yaml") + "\n")
            region.request("GitRepository", ROOT)
            source, applier = ref(region, ROOT, "GitRepository"), ref(region, "infra")
            fetched = await _lag(
                watch,
                lambda: watch.fetched(source).endswith(commit),
                lambda: sources.when(lambda _, body: _fetched(body).endswith(commit)),
            )
            applied = await _lag(
                watch,
                lambda: watch.get(applier).status.last_applied_revision.endswith(commit),
                lambda: appliers.when(
                    lambda _, body: body["metadata"]["name"] == "infra" and _applied(body).endswith(commit)
                ),
            )
    assert fetched < _LATEST
    assert applied < _LATEST


def _fetched(body: Body) -> str:
    return str(body.get("status", {}).get("artifact", {}).get("revision", ""))


def _applied(body: Body) -> str:
    return str(body.get("status", {}).get("lastAppliedRevision", ""))


async def _lag(watch: Watching, shown: Callable[[], bool], told: Callable[[], float]) -> float:
    """How many seconds after the API server told it something was shown."""
    await watch.until("the change to show", shown)
    moment = time.monotonic()
    await watch.until("the witness to see it", told)
    return moment - told()
