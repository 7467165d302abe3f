"""Whether a controller runs, and which of its pods to look at where it does not."""

from typing import Any

import pytest

from tests.fakes.apiserver import ApiServer, answer, page, refuse
from tests.fakes.entry import entry_for
from tests.fakes.rig import StepClock
from tests.fakes.workloads import RUNNING, container, pod, said, terminated, waiting
from tui.cluster.cluster import KubernetesCluster
from tui.ports import ControllerState

CONTROLLER = "kustomize-controller"
DEPLOYMENTS = "/apis/apps/v1/namespaces/flux-system/deployments"
ALL_DEPLOYMENTS = "/apis/apps/v1/deployments"
PODS = "/api/v1/namespaces/flux-system/pods"
ALL_PODS = "/api/v1/pods"
OWN_PODS = "/api/v1/namespaces/default/pods"
EVERY = (
    DEPLOYMENTS,
    ALL_DEPLOYMENTS,
    "/apis/apps/v1/namespaces/default/deployments",
    PODS,
    OWN_PODS,
    ALL_PODS,
)
READY = (said("Ready", "True"),)
CRASHING = container(
    waiting("CrashLoopBackOff", "back-off 5m0s restarting failed container"),
    name="manager",
    restarts=7,
    lastState=terminated(137, "OOMKilled"),
)
SPEC = {"containers": [{"name": "manager", "resources": {"limits": {"memory": "1Gi"}}}]}
RUNS = f"{CONTROLLER}-5d-x runs: its log (l) says what it is busy with"


def deployment(replicas: int | None = 1, name: str = CONTROLLER) -> dict[str, Any]:
    spec = {"selector": {"matchLabels": {"app": name}}} | ({} if replicas is None else {"replicas": replicas})
    return {"metadata": {"name": name, "namespace": "flux-system"}, "spec": spec}


def running(name: str = f"{CONTROLLER}-5d-x", **more: Any) -> Any:
    manager = container(RUNNING, name="manager", ready=True)
    return pod(manager, name=name, phase="Running", conditions=READY, **more)


async def look(server: ApiServer) -> ControllerState:
    cluster = KubernetesCluster(entry_for(server.url, "eu"), StepClock())
    try:
        return await cluster.controller(CONTROLLER)
    finally:
        await cluster.close()


STATES = [
    pytest.param([deployment()], [running()], RUNS, id="runs"),
    pytest.param([deployment(None)], [running()], RUNS, id="replicas-left-out"),
    pytest.param(
        [deployment(0)], [], f"{CONTROLLER} is scaled to 0 in flux-system: scale it up", id="scaled-to-nothing"
    ),
    pytest.param(
        [deployment()],
        [],
        f"{CONTROLLER} has no pod in flux-system: look at the Deployment",
        id="no-pod-was-made",
    ),
    pytest.param(
        [deployment()],
        [pod(CRASHING, name=f"{CONTROLLER}-5d-x", phase="Running", spec=SPEC)],
        f"{CONTROLLER}-5d-x is in CrashLoopBackOff: container manager keeps crashing: out of memory (OOMKilled,"
        " limit 1Gi), 7 restarts: look at its log with l",
        id="keeps-crashing",
    ),
    pytest.param(
        [deployment()],
        [
            pod(
                name=f"{CONTROLLER}-5d-x",
                conditions=[said("PodScheduled", "False", "Unschedulable", "0/3 nodes are available")],
            )
        ],
        f"{CONTROLLER}-5d-x can't be scheduled: 0/3 nodes are available",
        id="pending",
    ),
    pytest.param(
        [deployment()],
        [pod(container(waiting("ImagePullBackOff"), name="manager"), name=f"{CONTROLLER}-5d-x", spec=SPEC)],
        f'{CONTROLLER}-5d-x: image "registry.example/api:1.9.2" can\'t be pulled: ImagePullBackOff',
        id="image-can-not-be-pulled",
    ),
    pytest.param(
        [deployment()],
        [{**running(), "metadata": {**running()["metadata"], "deletionTimestamp": "2026-11-21T12:00:00Z"}}],
        f"{CONTROLLER}-5d-x is being deleted",
        id="on-its-way-out",
    ),
    pytest.param(
        [deployment()],
        [pod(CRASHING, name="old", spec=SPEC), running()],
        RUNS,
        id="one-that-runs-is-enough",
    ),
]


@pytest.mark.parametrize(("deployments", "pods", "text"), STATES)
async def test_what_is_found_is_told(deployments: list[Any], pods: list[Any], text: str) -> None:
    async with ApiServer() as server:
        server.on(DEPLOYMENTS, answer(page(1, *deployments)))
        server.on(PODS, answer(page(1, *pods)))
        state = await look(server)
        assert state == ControllerState(text, runs=text == RUNS)
        assert all(seen.params == {"labelSelector": f"app={CONTROLLER}"} for seen in server.requests(PODS))


@pytest.mark.parametrize(
    ("one", "text"),
    [
        ({"metadata": {"name": "odd"}, "status": {"phase": 5}}, "odd has a status that can't be read"),
        (pod(CRASHING, name="new-\x1b[31m", spec=SPEC), "new-[31m is in CrashLoopBackOff"),
    ],
    ids=["of-another-shape", "hostile"],
)
async def test_a_pod_that_no_kubelet_tells_of(one: Any, text: str) -> None:
    async with ApiServer() as server:
        server.on(DEPLOYMENTS, answer(page(1, deployment())))
        server.on(PODS, answer(page(1, one)))
        assert (await look(server)).text.startswith(text)


async def test_a_shard_that_does_not_run_is_told_though_the_others_do() -> None:
    async with ApiServer() as server:
        shard = deployment(0, f"{CONTROLLER}-shard1")
        server.on(DEPLOYMENTS, answer(page(1, deployment(), shard, deployment(0, "source-controller"))))
        server.on(PODS, answer(page(1, running())))
        state = await look(server)
        assert state == ControllerState(f"{CONTROLLER}-shard1 is scaled to 0 in flux-system: scale it up")


async def test_who_may_not_list_deployments_is_told_of_the_pods() -> None:
    async with ApiServer() as server:
        for path in EVERY:
            server.on(path, refuse(403, "no"))
        server.on(PODS, answer(page(1, running())))
        assert await look(server) == ControllerState(RUNS, runs=True)
        server.on(PODS, answer(page(1)))
        state = await look(server)
        assert state.text == f"no pod of {CONTROLLER} was found, in flux-system: is it installed, or scaled to 0?"


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (refuse(403, "pods is forbidden"), f"is {CONTROLLER} running? You may not list its pods: ask who runs Flux"),
        (answer(page(1)), f"no pod of {CONTROLLER} was found, neither in flux-system nor elsewhere: is it installed"),
        (refuse(500, "etcd"), f"is {CONTROLLER} running? The API server answers 500"),
        (answer(b"<html>"), f"is {CONTROLLER} running? The answer to GET {DEPLOYMENTS} can't be read"),
    ],
    ids=["forbidden", "none", "fails", "no-json"],
)
async def test_what_can_not_be_looked_at_is_told(behaviour: Any, words: str) -> None:
    async with ApiServer() as server:
        for path in EVERY:
            server.on(path, behaviour)
        state = await look(server)
        assert state.text.startswith(words)
        assert not state.runs


async def test_deployments_that_may_be_listed_and_pods_that_may_not() -> None:
    async with ApiServer() as server:
        server.on(DEPLOYMENTS, answer(page(1, deployment())))
        server.on(PODS, refuse(403, "no"))
        assert (await look(server)).text.startswith(f"is {CONTROLLER} running? You may not list its pods")


@pytest.mark.parametrize("body", [b"<html>", b'{"items": [{"metadata": 5}]}'], ids=["no-json", "no-pods"])
async def test_pods_that_can_not_be_read_are_told(body: bytes) -> None:
    async with ApiServer() as server:
        server.on(DEPLOYMENTS, answer(page(1, deployment())))
        server.on(PODS, answer(body))
        assert (await look(server)).text.startswith(f"is {CONTROLLER} running? The answer to GET {PODS} can't be read")


async def test_a_server_that_is_not_there_is_told() -> None:
    async with ApiServer() as server:
        await server.stop()
        state = await look(server)
        assert state.text.startswith(f"is {CONTROLLER} running? Nothing listens at")
        assert not state.text.endswith(".")
