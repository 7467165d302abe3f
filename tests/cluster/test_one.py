"""One Flux object, read past the watch."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fakes.apiserver import ApiServer, answer, cut, refuse, serve_groups
from tests.fakes.entry import entry_for
from tests.fakes.objects import ks, ref
from tests.fakes.objects import read as read_body
from tests.fakes.rig import StepClock
from tui.cluster.cluster import KubernetesCluster
from tui.model.kinds import KUSTOMIZE_GROUP
from tui.ports import ClusterError

REF = ref("Kustomization", "apps")
PATH = f"/apis/{KUSTOMIZE_GROUP}/v1/namespaces/flux-system/kustomizations/apps"


@contextlib.asynccontextmanager
async def cluster(behaviour: Any) -> AsyncIterator[KubernetesCluster]:
    async with ApiServer() as server:
        serve_groups(server, {KUSTOMIZE_GROUP: {"v1": ["kustomizations"]}})
        server.on(PATH, behaviour)
        cluster = KubernetesCluster(entry_for(server.url, "eu"), StepClock())
        try:
            yield cluster
        finally:
            await cluster.close()


async def test_an_object_is_read_as_the_watch_would_tell_it() -> None:
    body = ks("apps", requested="now", suspend=True)
    async with cluster(answer(body)) as it:
        assert await it.read(REF) == read_body(body)


async def test_one_that_is_gone_is_none() -> None:
    async with cluster(refuse(404)) as it:
        assert await it.read(REF) is None


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (refuse(403, "no"), "403 to GET Kustomization flux-system/apps in eu: no"),
        (refuse(500, "etcd"), "500"),
        (answer(b"nonsense"), "Kustomization flux-system/apps in eu can't be read"),
        (cut(), "closed the connection"),
    ],
    ids=["forbidden", "failed", "no-json", "cut"],
)
async def test_what_can_not_be_read_is_told(behaviour: Any, words: str) -> None:
    async with cluster(behaviour) as it:
        with pytest.raises(ClusterError, match=words):
            await it.read(REF)
