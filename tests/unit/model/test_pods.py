"""Why a pod is not ready, from the statuses that kubelets and schedulers write."""

from typing import Any

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import Body, ago
from tests.fakes.workloads import PULL_MESSAGE, RUNNING, container, judged, live, pod, said, terminated, waiting
from tui.model.health import State
from tui.model.pods import judge_pod

F, P, R = State.FAILED, State.PROGRESSING, State.READY
IMAGE = "registry.example/api:1.9.2"
NODES = "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available."
DENIED = (
    'failed to pull and unpack image "docker.io/acme/api:1": failed to resolve reference "docker.io/acme/api:1": pull'
    " access denied, repository does not exist or may require authorization: server message: insufficient_scope"
)
BACK_OFF = "back-off 5m0s restarting failed container=app pod=api-7c9f-x2x_shop(uid)"


def case(id_: str, body: Body, state: State, message: str, *hints: str) -> Any:
    return pytest.param(body, hints, state, message, id=id_)


def unscheduled(reason: str, minutes: float = 60) -> Body:
    told = (said("PodScheduled", "False", reason, NODES),)
    body = pod(conditions=told)
    return {**body, "metadata": {**body["metadata"], "creationTimestamp": ago(minutes)}}


INIT = {"spec": {"initContainers": [{"name": "migrate"}], "containers": [{"name": "app"}]}}
SIDECAR = {"spec": {"initContainers": [{"name": "proxy", "restartPolicy": "Always"}], "containers": [{"name": "app"}]}}
STARTING = container(waiting("PodInitializing"))

CASES = [
    case("image-not-found", pod(container(waiting("ImagePullBackOff", PULL_MESSAGE))), F, f'image "{IMAGE}" not found'),
    case("image-pull-error", pod(container(waiting("ErrImagePull", PULL_MESSAGE[46:]))), F, f'"{IMAGE}" not found'),
    case("image-denied", pod(container(waiting("ErrImagePull", DENIED))), F,
         f'image "{IMAGE}" can\'t be pulled: pull access denied, repository does not exist or may require'
         " authorization: server message: insufficient_scope"),
    case("image-of-an-old-kubelet", pod(container(waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"'))), F,
         f'image "{IMAGE}" can\'t be pulled: Back-off pulling image "{IMAGE}"'),
    case("image-explained-by-events", pod(container(waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"'))),
         F, f'image "{IMAGE}" not found', f'Failed to pull image "{IMAGE}": rpc error: {PULL_MESSAGE}'),
    case("image-name", pod(container(waiting("InvalidImageName", "couldn't parse image name"))), F, "couldn't parse"),
    case("crash-loop", pod(container(waiting("CrashLoopBackOff", BACK_OFF), restarts=7, lastState=terminated(
        1, message="panic: no route to db\n")), phase="Running"), F,
        "container app keeps crashing: exit code 1, 7 restarts: panic: no route to db"),
    case("crash-between-restarts", pod(container(terminated(127, "ContainerCannotRun", "no such file")),
                                       phase="Running"), F, "exit code 127 (ContainerCannotRun): no such file"),
    case("crash-killed", pod(container(waiting("CrashLoopBackOff"), restarts=1, lastState=terminated(137)),
                             phase="Running"), F, "exit code 137 (killed), 1 restart"),
    case("out-of-memory", pod(container(waiting("CrashLoopBackOff"), restarts=4, lastState=terminated(
        137, "OOMKilled")), phase="Running"), F, "out of memory (OOMKilled, limit 128Mi), 4 restarts"),
    case("unschedulable", unscheduled("Unschedulable"), F, f"can't be scheduled: {NODES}"),
    case("unschedulable-yet", unscheduled("Unschedulable", minutes=0.1), P, f"can't be scheduled: {NODES}"),
    case("gated", unscheduled("SchedulingGated"), P, "held back by its scheduling gates"),
    case("config-error", pod(container(waiting("CreateContainerConfigError", 'secret "db" not found'))), F,
         'container app can\'t be started: secret "db" not found'),
    case("start-error", pod(container(waiting("RunContainerError", "exec: no such file"))), F, "exec: no such file"),
    case("creating", pod(container(waiting("ContainerCreating"))), P, "container app is not created yet"),
    case("mount-fails", pod(container(waiting("ContainerCreating"))), P,
         'not created yet: MountVolume.SetUp failed for volume "tls" : secret "tls" not found',
         'MountVolume.SetUp failed for volume "tls" : secret "tls" not found'),
    case("init-runs", pod(STARTING, initContainerStatuses=[container(RUNNING, name="migrate")], **INIT), P,
         "init container migrate still runs"),
    case("init-crashes", pod(STARTING, initContainerStatuses=[container(
        waiting("CrashLoopBackOff"), name="migrate", restarts=2, lastState=terminated(2))], **INIT), F,
        "init container migrate keeps crashing: exit code 2, 2 restarts"),
    case("init-waits", pod(STARTING, initContainerStatuses=[container(
        waiting("CreateContainerConfigError", 'configmap "x" not found'), name="migrate")], **INIT), F,
        'init container migrate can\'t be started: configmap "x" not found'),
    case("init-done", pod(container(RUNNING), initContainerStatuses=[container(
        terminated(0, "Completed"), name="migrate")], phase="Running", **INIT), P, "app runs but is not ready"),
    case("sidecar", pod(container(RUNNING), initContainerStatuses=[container(RUNNING, name="proxy", started=True)],
                        phase="Running", **SIDECAR), P, "container app runs but is not ready"),
    case("not-ready", pod(container(RUNNING), phase="Running"), P,
         "container app runs but is not ready: its readiness probe has not succeeded yet"),
    case("probe-fails", pod(container(RUNNING), phase="Running"), P,
         "is not ready: Readiness probe failed: HTTP probe failed with statuscode: 503",
         "Readiness probe failed: HTTP probe failed with statuscode: 503", "MountVolume.SetUp failed"),
    case("starting-up", pod(container(RUNNING, started=False), phase="Running"), P, "its startup probe"),
    case("restarted", pod(container(RUNNING, restarts=3, lastState=terminated(137, "OOMKilled")), phase="Running"), P,
         "(restarted 3 times, last out of memory (OOMKilled))"),
    case("one-of-two", pod(container(RUNNING, ready=True), container(waiting("CrashLoopBackOff"), name="proxy"),
                           phase="Running"), F, "container proxy keeps crashing: exit code 0"),
    case("worst-container", pod(container(RUNNING), container(waiting("CreateContainerError", "no"), name="proxy"),
                                phase="Running"), F, "container proxy can't be started: no"),
    case("evicted", pod(phase="Failed", reason="Evicted", message="The node was low on resource: memory.\nApp"), F,
         "was evicted: The node was low on resource: memory. App"),
    case("failed", pod(container(terminated(3)), phase="Failed"), F, "container app ended with exit code 3"),
    case("failed-as-a-whole", pod(phase="Failed", reason="DeadlineExceeded", message="Pod was active too long"), F,
         "failed: Pod was active too long"),
    case("completed", pod(container(terminated(0, "Completed")), phase="Succeeded"), R, "completed"),
    case("ready", pod(container(RUNNING, ready=True), phase="Running", conditions=[said("Ready")]), R, ""),
    case("ready-again", pod(container(RUNNING, ready=True, restarts=2), phase="Running", conditions=[said("Ready")]), R,
         "2 restarts"),
    case("readiness-gate", pod(container(RUNNING, ready=True), phase="Running", spec={
        "readinessGates": [{"conditionType": "target-health.elbv2.k8s.aws"}]}), P, "waits for target-health.elbv2"),
    case("lost-node", pod(phase="Unknown"), State.UNKNOWN, "its node does not answer"),
    case("unseen", pod(phase=""), P, "not seen by any node yet"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "hints", "state", "message"), CASES)
def test_sentence(body: Body, hints: tuple[str, ...], state: State, message: str) -> None:
    health = judge_pod(live(body), NOON, hints)
    assert health.state is state, health
    assert message in health.message
    assert bool(health.message) is bool(message)
    if not hints:
        assert judged(body) == health


def test_a_crash_dates_from_its_last_end() -> None:
    crashed = container(waiting("CrashLoopBackOff"), restarts=7, lastState=terminated(1, minutes=3))
    health = judged(pod(crashed, phase="Running"))
    assert health.since is not None
    assert health.since.strftime("%Y-%m-%dT%H:%M:%SZ") == ago(3)


def test_a_container_s_last_words_are_cut() -> None:
    crashed = container(waiting("CrashLoopBackOff"), lastState=terminated(1, message="word " * 10_000))
    assert len(judged(pod(crashed, phase="Running")).message) < 400


def test_escapes_of_a_container_do_not_come_through() -> None:
    crashed = container(waiting("CrashLoopBackOff"), lastState=terminated(1, message="\x1b[31mred\x1b[0m\u202e"))
    assert judged(pod(crashed, phase="Running")).message.endswith("[31mred[0m")
