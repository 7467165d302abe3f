"""The program's own questions about one request, answered by the demo's servers."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.demo.conftest import Demo
from tui.clock import SystemClock
from tui.cluster.cluster import KubernetesCluster
from tui.cluster.kubeconfig import load_kubeconfig
from tui.model.refs import ObjectRef
from tui.ports import ControllerState

pytestmark = pytest.mark.asyncio(loop_scope="module")

REF = ObjectRef("eu-west", "Kustomization", "flux-system", "infra")
REQUEST = {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": "T1"}}}


@contextlib.asynccontextmanager
async def connected(demo: Demo, context: str = "eu-west") -> AsyncIterator[KubernetesCluster]:
    entries = load_kubeconfig(demo.server.kubeconfig, {}, Path.home()).contexts
    cluster = KubernetesCluster(next(one for one in entries if one.name == context), SystemClock())
    try:
        yield cluster
    finally:
        await cluster.close()


async def test_what_was_written_can_be_read_back(demo: Demo) -> None:
    async with connected(demo) as cluster:
        reply = await cluster.patch(REF, REQUEST)
        now = await cluster.read(REF)
        assert now is not None
        assert (reply.accepted, now.requested_at, now.metadata.resource_version) == (True, "T1", reply.version)
        assert await cluster.read(REF._replace(name="nobody")) is None


async def test_its_controllers_run(demo: Demo) -> None:
    async with connected(demo, "us-east") as cluster:
        for name in ("kustomize-controller", "helm-controller", "source-controller", "flux-operator"):
            state = await cluster.controller(name)
            assert state.runs, state.text
            assert state.text.startswith(f"{name}-")
        nobody = await cluster.controller("no-controller")
        assert nobody == ControllerState(
            "no pod of no-controller was found, neither in flux-system nor elsewhere: is it installed, or scaled to 0?"
        )
