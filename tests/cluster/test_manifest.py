"""One object as YAML."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml

from tests.fakes.apiserver import ApiServer, answer, refuse, serve_groups
from tests.fakes.entry import entry_for
from tests.fakes.rig import StepClock
from tui.cluster.cluster import KubernetesCluster
from tui.cluster.manifest import MASK, to_yaml
from tui.model.kinds import KUSTOMIZE_GROUP
from tui.model.refs import ObjectRef
from tui.ports import ClusterError

REF = ObjectRef("eu", "Kustomization", "flux-system", "apps")
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


async def test_an_object_is_shown_as_it_is_without_what_nobody_wrote() -> None:
    manifest = {
        "apiVersion": f"{KUSTOMIZE_GROUP}/v1",
        "kind": "Kustomization",
        "metadata": {
            "name": "apps",
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"},
            "managedFields": [{"manager": "flux"}],
        },
        "spec": {"path": "./apps\x1b[2J"},
    }
    async with cluster(answer(manifest)) as it:
        text = await it.manifest(REF)
        assert text.startswith("apiVersion:")
        assert yaml.safe_load(text) == {
            "apiVersion": f"{KUSTOMIZE_GROUP}/v1",
            "kind": "Kustomization",
            "metadata": {"name": "apps", "annotations": {"a": "b"}},
            "spec": {"path": "./apps[2J"},
        }


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (refuse(404), "is gone"),
        (refuse(403), "You may not read Kustomization flux-system/apps in eu"),
        (refuse(500, "etcd"), "500"),
        (answer(b"nonsense"), "can't be shown"),
        (answer([1]), "can't be shown"),
    ],
    ids=["gone", "forbidden", "failed", "no-json", "no-object"],
)
async def test_what_can_not_be_read_is_told(behaviour: Any, words: str) -> None:
    async with cluster(behaviour) as it:
        with pytest.raises(ClusterError, match=words):
            await it.manifest(REF)


def test_secrets_are_masked() -> None:
    secret = {"kind": "Secret", "data": {"password": "aHVudGVyMg=="}, "stringData": {"token": "abc"}}
    assert yaml.safe_load(to_yaml(secret)) == {
        "kind": "Secret",
        "data": {"password": MASK},
        "stringData": {"token": MASK},
    }
    assert secret["data"] == {"password": "aHVudGVyMg=="}


def test_annotations_that_hold_nothing_else_are_left_out() -> None:
    only = {"metadata": {"name": "a", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}}}
    assert yaml.safe_load(to_yaml(only)) == {"metadata": {"name": "a"}}
