"""The states of a region in which the program and the flux CLI are held against each other."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tests.e2e.content import CHAIN, PAUSED, RELEASE, ROOT
from tests.e2e.region import Region
from tests.e2e.watching import Watching, ref
from tui.model.health import State

Situation = Callable[[Region, Watching], AbstractAsyncContextManager[None]]

_TEMPLATE = "charts/podinfo/templates/config.yaml"


@asynccontextmanager
async def quiet(region: Region, watch: Watching) -> AsyncIterator[None]:
    """All is well, and nothing happens.

    Args:
        region: The region.
        watch: Who watches it.
    """
    targets = [(ROOT, "GitRepository"), (RELEASE, "HelmRelease"), *((name, "Kustomization") for name in (ROOT, *CHAIN))]
    for name, kind in targets:
        await watch.until_state(ref(region, name, kind), State.READY, 90)
    await watch.until_state(ref(region, PAUSED), State.SUSPENDED, 90)
    yield


@asynccontextmanager
async def broken(region: Region, watch: Watching) -> AsyncIterator[None]:
    """Git has bad YAML and a chart that can't be applied; what depends on them waits, and then the source is gone.

    Args:
        region: The region.
        watch: Who watches it.
    """
    template = region.repository.read(_TEMPLATE).replace("| quote", "| len")  # a ConfigMap holds text
    commit = region.repository.push({"infra/broken.yaml": "kind: [\n", _TEMPLATE: template}, "Break it")
    region.fetch(commit)
    await watch.until_state(ref(region, "infra"), State.FAILED, 90)
    for name in CHAIN[1:]:
        await watch.until_state(ref(region, name), State.WAITING, 90)
    await watch.until_state(ref(region, RELEASE, "HelmRelease"), State.STALLED, 90)
    region.patch("GitRepository", ROOT, {"spec": {"url": region.git_url.replace("repo.git", "gone.git")}})
    try:
        await watch.until_state(ref(region, ROOT, "GitRepository"), State.FAILED, 90)
        yield
    finally:
        region.patch("GitRepository", ROOT, {"spec": {"url": region.git_url}})


SITUATIONS: dict[str, Situation] = {"quiet": quiet, "broken": broken}
