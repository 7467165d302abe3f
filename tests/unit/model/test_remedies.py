"""What to do about an applied object, from the words that its verdict really has."""

from typing import Any

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import Body, picture_of, ref
from tests.fakes.workloads import (
    DEADLINE_PASSED,
    GROUPS,
    PULL_MESSAGE,
    RUNNING,
    container,
    deployment,
    live,
    pod,
    said,
    terminated,
    thing,
    waiting,
)
from tui.model.advice import Broken, next_step
from tui.model.blame import Edge, is_broken
from tui.model.kstatus import judge
from tui.model.pods import UNPULLED, judge_pod
from tui.model.workloads import Applied, AppliedId, Presence, absent, present

POD = "Pod shop/api-7c9f-x2x"
NODES = "0/3 nodes are available: 3 Insufficient cpu."
CLAIMS = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."
QUOTA = 'pods "api-7c9f-" is forbidden: exceeded quota: cpu, requested: limits.cpu=1, used: limits.cpu=4'
ACCOUNT = 'pods "api-7c9f-" is forbidden: error looking up service account shop/api: serviceaccount "api" not found'
MOUNT = 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found'
PROBE = "Readiness probe failed: HTTP probe failed with statuscode: 503"


def case(body: Body, step: str, *hints: str, name: str = "") -> Any:
    return pytest.param(body, hints, step, id=name or step)


def crashing(code: int = 1, reason: str = "Error") -> Body:
    return pod(container(waiting("CrashLoopBackOff"), restarts=7, lastState=terminated(code, reason)), phase="Running")


def unscheduled(message: str, reason: str = "Unschedulable") -> Body:
    return pod(conditions=(said("PodScheduled", "False", reason, message),))


def stuck(reason: str, message: str = "") -> Body:
    return pod(container(waiting(reason, message)))


def refused(message: str) -> Body:
    return deployment("api", said("ReplicaFailure", "True", "FailedCreate", message))


def saying(kind: str, *conditions: Body, **status: Any) -> Body:
    return thing(kind, status={"conditions": list(conditions), **status})


def unready(kind: str, reason: str, message: str) -> Body:
    return saying(kind, said("Ready", "False", reason, message))


IMAGE = "mend the image's tag, or the credentials of its registry"

CASES = [
    *(case(stuck(reason, PULL_MESSAGE), IMAGE, name=reason) for reason in sorted(UNPULLED)),
    case(crashing(), f"read the log of {POD}", name="crash"),
    case(pod(container(terminated(3)), phase="Running"), f"read the log of {POD}", name="between-two-crashes"),
    case(pod(container(terminated(3)), phase="Failed"), f"read the log of {POD}", name="ended"),
    case(crashing(137, "OOMKilled"), f"raise the memory limit of {POD}, or see what takes so much", name="memory"),
    case(unscheduled(NODES), f"make room for {POD}: no node takes it", name="unschedulable"),
    case(unscheduled(CLAIMS), f"see why the volume of {POD} is not bound", name="unbound-claim"),
    case(unscheduled("gates", "SchedulingGated"), f"see who is to take the scheduling gates off {POD}", name="gated"),
    case(stuck("CreateContainerConfigError", 'secret "db" not found'), f"create what {POD} refers to", name="secret"),
    case(stuck("CreateContainerConfigError", 'configmap "x" not found'), f"create what {POD} refers to", name="map"),
    case(stuck("CreateContainerConfigError", "couldn't find key a in Secret shop/db"), "create what", name="key"),
    case(stuck("ContainerCreating"), f"create what {POD} refers to", MOUNT, name="mounted-secret"),
    case(stuck("ContainerCreating"), "can't be mounted", "AttachVolume.Attach failed for volume", name="volume"),
    case(stuck("RunContainerError", "exec: no such file"), f"mend the command of {POD}", name="command"),
    case(pod(container(RUNNING), phase="Running"), f"read the log of {POD}, which runs", PROBE, name="probe"),
    case(pod(phase="Failed", reason="Evicted", message="low on memory"), "see what is short on its node", name="evict"),
    case(refused(QUOTA), "raise the ResourceQuota, or ask for less", name="quota"),
    case(refused(ACCOUNT), "create what Deployment shop/api refers to", name="service-account"),
    case(refused("denied by policy"), "mend what the API server says of the pods of Deployment", name="admission"),
    case(deployment("api", *DEADLINE_PASSED), "see why Deployment shop/api does not become ready", name="deadline"),
    case(
        saying("Job", said("Failed", "True", "BackoffLimitExceeded", "Job has reached the limit"), failed=7),
        "read the log of Job shop/api",
        name="job",
    ),
    case(thing("PersistentVolumeClaim", status={"phase": "Pending"}), "see why the volume of", name="claim"),
    case(thing("PersistentVolumeClaim", status={"phase": "Lost"}), "restore the volume of", name="lost-claim"),
    case(unready("ExternalSecret", "SecretSyncedError", "no such key"), "see whether the store of", name="external"),
    case(
        unready("SecretStore", "InvalidProviderConfig", "unable to validate store"), "mend the provider", name="store"
    ),
    case(unready("ClusterSecretStore", "ValidationFailed", "403"), "mend the provider", name="cluster-store"),
    case(unready("Certificate", "Expired", "expired"), "see what the CertificateRequest of", name="certificate"),
    case(thing("Canary", status={"phase": "Failed"}), "see which metric of Canary shop/api failed", name="canary"),
    case(thing("Canary", status={"phase": "WaitingPromotion"}), "approve Canary shop/api", name="canary-approval"),
    case(
        saying("APIService", said("Available", "False", "MissingEndpoints", "no endpoints")),
        "see why the Service behind APIService shop/api does not answer",
        name="api-service",
    ),
    case(
        saying(
            "HorizontalPodAutoscaler",
            said("ScalingActive", "False", "FailedGetResourceMetric", "unable to get metrics"),
        ),
        "see whether the metrics of",
        name="autoscaler",
    ),
    case(
        saying("CustomResourceDefinition", said("NamesAccepted", "False", "ListKindConflict", "is already in use")),
        "names that no other CRD has",
        name="definition",
    ),
    case(unready("Database", "Broken", "disk full"), "see why Database shop/api does not become ready", name="any"),
]


def step_of(applied: Applied) -> str:
    way = (ref("Kustomization", "apps"),)
    return next_step(picture_of(), Broken(applied.id, Edge.CHECKS, applied, way[0], (), way))


@pytest.mark.parametrize(("body", "hints", "step"), CASES)
def test_what_a_verdict_calls_for(body: Body, hints: tuple[str, ...], step: str) -> None:
    kind, name = body["kind"], body["metadata"]["name"]
    group = GROUPS.get(kind, "")
    verdict = judge_pod(live(body), NOON, hints) if hints else judge(group, kind, live(body), NOON)
    applied = present(AppliedId(kind, group, "shop", name), verdict)
    assert is_broken(applied)
    assert step in step_of(applied)


@pytest.mark.parametrize(
    ("presence", "step"),
    [
        pytest.param(
            Presence.MISSING, "see who deleted Deployment shop/api; the next run brings it back", id="missing"
        ),
        pytest.param(Presence.UNSERVED, "see who deleted the CRD of Deployment shop/api, and bring", id="unserved"),
    ],
)
def test_what_is_not_there_is_brought_back(presence: Presence, step: str) -> None:
    assert step in step_of(absent(AppliedId("Deployment", "apps", "shop", "api"), presence))
