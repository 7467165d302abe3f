"""The verdict on what Flux applied, from the statuses that Kubernetes and operators write."""

from typing import Any

import pytest

from tests.fakes.objects import Body, ago
from tests.fakes.workloads import DEADLINE_PASSED, deployment, judged, said, thing
from tui.model.health import State

F, P, R, S = State.FAILED, State.PROGRESSING, State.READY, State.STATIC

ROLLING = (
    said("Available", "True", "MinimumReplicasAvailable"),
    said("Progressing", "True", "ReplicaSetUpdated", 'ReplicaSet "api-7c9f" is progressing.'),
)
QUOTA = 'pods "api-7c9f-" is forbidden: exceeded quota: cpu, requested: limits.cpu=1, used: limits.cpu=4'
REFUSED = (*ROLLING, said("ReplicaFailure", "True", "FailedCreate", QUOTA))


def case(id_: str, body: Body, state: State, message: str = "") -> Any:
    return pytest.param(body, state, message, id=id_)


def status(kind: str, spec: Body | None = None, **fields: Any) -> Body:
    return thing(kind, spec=spec or {}, status=fields)


def conditions(kind: str, *told: Body) -> Body:
    return thing(kind, status={"conditions": list(told)})


def sts(spec: Body | None = None, **counts: Any) -> Body:
    every = {"replicas": 3, "readyReplicas": 3, "currentReplicas": 3, "updatedReplicas": 3}
    same = {"currentRevision": "db-1", "updateRevision": "db-1", "observedGeneration": 2}
    return thing("StatefulSet", spec={"replicas": 3, **(spec or {})}, status={**every, **same, **counts})


def ds(**counts: Any) -> Body:
    every = {f"{which}NumberScheduled": 3 for which in ("desired", "current", "updated")} | {
        "numberAvailable": 3,
        "numberReady": 3,
        "observedGeneration": 2,
    }
    return thing("DaemonSet", status={**every, **counts})


PARTITION = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}}

WORKLOADS = [
    case("deployment-rolled-out", deployment(), R),
    case("deployment-scaled-to-zero", deployment(replicas=0), R, "scaled to 0"),
    case("deployment-too-few", deployment("api", *ROLLING, replicas=3) | {"status": {"replicas": 1}}, P, "1 of 3"),
    case("deployment-not-updated", deployment("api", *ROLLING, updatedReplicas=1), P, "1 of 2 replicas updated"),
    case("deployment-unavailable", deployment("api", *ROLLING, availableReplicas=0), P, "0 of 2 replicas available"),
    case("deployment-not-ready", deployment("api", *ROLLING, readyReplicas=1), P, "1 of 2 replicas ready"),
    case("deployment-old-ones-run", deployment("api", *ROLLING, replicas=2) | {"status": {
        "replicas": 3, "updatedReplicas": 2, "availableReplicas": 2, "readyReplicas": 2, "observedGeneration": 2,
    }}, P, "1 old replica still runs"),
    case("deployment-replica-set-new", deployment("api", *ROLLING), P, "new ReplicaSet is not available"),
    case("deployment-no-deadline", deployment("api", ROLLING[0], spec={"progressDeadlineSeconds": 2**31 - 1}), R),
    case("deployment-not-available", deployment("api", said("Progressing", "True", "NewReplicaSetAvailable")), P),
    case("deployment-deadline", deployment("api", *DEADLINE_PASSED, availableReplicas=0), F, "0 of 2 replicas avail"),
    case("deployment-quota", deployment("api", *REFUSED, availableReplicas=0), F, f"can't be created: {QUOTA}"),
    case("deployment-unseen", deployment() | {"status": {"observedGeneration": 1}}, P, "has not seen its last change"),
    case("stateful-set", sts(), R),
    case("stateful-set-created", sts(replicas=1), P, "1 of 3 replicas created"),
    case("stateful-set-ready", sts(readyReplicas=2), P, "2 of 3 replicas ready"),
    case("stateful-set-surplus", sts(replicas=4), P, "1 surplus replica still runs"),
    case("stateful-set-revision", sts(updateRevision="db-2", updatedReplicas=1), P, "1 of 3 replicas updated"),
    case("stateful-set-partition", sts(PARTITION, updateRevision="db-2", updatedReplicas=1), R),
    case("stateful-set-partition-rolls", sts(PARTITION, updateRevision="db-2", updatedReplicas=0), P, "0 of 1"),
    case("stateful-set-on-delete", sts({"updateStrategy": {"type": "OnDelete"}}, readyReplicas=0), R),
    case("daemon-set", ds(), R),
    case("daemon-set-no-node", ds(desiredNumberScheduled=0), R, "no node wants its pods"),
    case("daemon-set-scheduled", ds(currentNumberScheduled=2), P, "2 of 3 pods scheduled"),
    case("daemon-set-updated", ds(updatedNumberScheduled=1), P, "1 of 3 pods updated"),
    case("daemon-set-available", ds(numberAvailable=0), P, "0 of 3 pods available"),
    case("daemon-set-unseen", thing("DaemonSet", status={}), P, "has not seen it"),
    case("replica-set", status("ReplicaSet", {"replicas": 1}, replicas=1, fullyLabeledReplicas=1, availableReplicas=1,
                               readyReplicas=1), R),
    case("replica-set-short", status("ReplicaSet", {"replicas": 2}, replicas=2, fullyLabeledReplicas=2), P, "0 of 2"),
    case("replica-set-refused", status("ReplicaSet", {"replicas": 1}, conditions=[REFUSED[-1]]), F, "exceeded quota"),
    case("job-done", status("Job", succeeded=1, startTime=ago(9), conditions=[said("Complete")]), R),
    case("job-runs", status("Job", active=1, failed=2, startTime=ago(3)), P, "0 of 1 done, 1 running, 2 failed"),
    case("job-not-started", status("Job"), P, "has not started yet"),
    case("job-suspended", status("Job", {"suspend": True}), State.SUSPENDED, "spec.suspend"),
    case("job-failed", status("Job", failed=7, startTime=ago(9), conditions=[
        said("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit")]), F,
        "Job has reached the specified backoff limit (7 failed pods)"),
    case("cron-job", status("CronJob", lastScheduleTime=ago(9), lastSuccessfulTime=ago(8)), R),
    case("cron-job-missed", status("CronJob", lastScheduleTime=ago(9), lastSuccessfulTime=ago(69)), R, "last run"),
    case("cron-job-suspended", status("CronJob", {"suspend": True}), State.SUSPENDED),
]  # fmt: skip

BALANCER = {"type": "LoadBalancer", "clusterIP": "10.0.0.1"}

AROUND = [
    case("service", status("Service", {"type": "ClusterIP"}), S),
    case("service-balanced", status("Service", BALANCER, loadBalancer={"ingress": [{"ip": "1.2.3.4"}]}), R),
    case("service-without-address", status("Service", BALANCER, loadBalancer={}), R, "no address yet"),
    case("service-without-ip", status("Service", {"type": "LoadBalancer"}), P, "no cluster IP"),
    case("ingress", status("Ingress", loadBalancer={"ingress": [{"hostname": "lb.example"}]}), R),
    case("ingress-without-address", status("Ingress", loadBalancer={}), S, "no address"),
    case("claim-bound", status("PersistentVolumeClaim", phase="Bound"), R),
    case("claim-pending", status("PersistentVolumeClaim", phase="Pending"), P, "not bound to a volume (Pending)"),
    case("claim-lost", status("PersistentVolumeClaim", phase="Lost"), F, "lost its volume"),
    case("namespace", status("Namespace", phase="Active"), S),
    case("config-map", thing("ConfigMap", data={"a": "b"}), S),
    case("null-status", thing("ConfigMap", status=None), S),
    case("budget", status("PodDisruptionBudget", disruptionsAllowed=1, expectedPods=2), R),
    case("budget-blocks", status("PodDisruptionBudget", expectedPods=2, currentHealthy=1, desiredHealthy=1), R,
         "allows no disruption: 1 healthy, 1 needed"),
    case("crd", conditions("CustomResourceDefinition", said("NamesAccepted"), said("Established")), R),
    case("crd-installing", conditions("CustomResourceDefinition", said("NamesAccepted"),
                                      said("Established", "False", "Installing")), P, "not served yet"),
    case("crd-names", conditions("CustomResourceDefinition", said("NamesAccepted", "False", "ListKindConflict",
                                                                  '"CronTabList" is already in use')), F, "in use"),
    case("crd-not-established", conditions("CustomResourceDefinition", said("Established", "False", "NotAccepted",
                                                                            "not all names are accepted")), F, "names"),
    case("crd-metadata-only", thing("CustomResourceDefinition"), S),
    case("scaler", conditions("HorizontalPodAutoscaler", said("AbleToScale"), said("ScalingActive")), R),
    case("scaler-without-metrics", conditions("HorizontalPodAutoscaler", said("AbleToScale"), said(
        "ScalingActive", "False", "FailedGetResourceMetric", "unable to get metrics for resource cpu")), F, "metrics"),
    case("scaler-idle", conditions("HorizontalPodAutoscaler", said("ScalingActive", "False", "ScalingDisabled")), R,
         "scaled to 0"),
    case("scaler-new", status("HorizontalPodAutoscaler"), S),
    case("api-service", conditions("APIService", said("Available", "False", "MissingEndpoints", "no endpoints")), F,
         "no endpoints"),
]  # fmt: skip

SYNC = "error processing spec.data[0] (key: prod/db), err: Secret does not exist"


def canary(phase: str, *told: Body, **more: Any) -> Body:
    return thing("Canary", status={"phase": phase, "conditions": list(told), "lastTransitionTime": ago(4), **more})


OPERATORS = [
    case("external-secret", conditions("ExternalSecret", said("Ready", "True", "SecretSynced", "secret synced")), R),
    case("external-secret-fails", conditions("ExternalSecret", said("Ready", "False", "SecretSyncedError", SYNC)), F,
         SYNC),
    case("secret-store", conditions("SecretStore", said("Ready", "True", "Valid", "store validated")), R),
    case("secret-store-fails", conditions("SecretStore", said("Ready", "False", "InvalidProviderConfig",
                                                              "unable to validate store")), F, "unable to validate"),
    case("cluster-secret-store", conditions("ClusterSecretStore", said("Ready", "False", "ValidationFailed", "403")), F,
         "403"),
    case("certificate", conditions("Certificate", said("Ready", "True", "Ready", "Certificate is up to date")), R),
    case("certificate-issuing", conditions(
        "Certificate", said("Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist"),
        said("Issuing", "True", "DoesNotExist", "Issuing certificate as Secret does not exist")), P, "Issuing"),
    case("certificate-failed", conditions(
        "Certificate", said("Ready", "False", "DoesNotExist", "Secret does not exist"),
        said("Issuing", "False", "Failed", "The certificate request has failed to complete")), F, "has failed"),
    case("certificate-renewal-fails", conditions(
        "Certificate", said("Ready", "True", "Ready"), said("Issuing", "False", "Failed", "429 rateLimited")), R,
        "its renewal fails: 429 rateLimited"),
    case("certificate-expired", conditions("Certificate", said("Ready", "False", "Expired", "expired")), F, "expired"),
    case("canary-succeeded", canary("Succeeded"), R),
    case("canary-progressing", canary("Progressing", canaryWeight=20, failedChecks=1), P, "20% of the traffic"),
    case("canary-waits", canary("WaitingPromotion", said("Promoted", "Unknown", "WaitingPromotion", "Waiting.")),
         State.WAITING, "waits for its approval: Waiting."),
    case("canary-halted", canary("Failed", said("Promoted", "False", "Failed",
                                               "Canary analysis failed, Deployment scaled to zero.")), F,
         "was halted and rolled back: Canary analysis failed"),
    case("canary-new", thing("Canary", status={}), State.UNKNOWN, "Flagger has not seen it"),
    case("any-ready", conditions("Database", said("Ready")), R),
    case("any-not-ready", conditions("Database", said("Ready", "False", "Broken", "disk full")), F, "disk full"),
    case("any-at-work", conditions("Database", said("Ready", "False", "Creating", "creating")), P, "creating"),
    case("any-unknown", conditions("Database", said("Ready", "Unknown", "Starting")), P, "Ready is Unknown: Starting"),
    case("any-reconciling", conditions("Database", said("Ready"), said("Reconciling", "True", "Work", "works")), P),
    case("any-stalled", conditions("Database", said("Ready"), said("Stalled", "True", "Bad", "stuck")), State.STALLED),
    case("other-conditions", conditions("Database", said("Synced", "False")), S),
    case("of-another-shape", thing("Database", status={"conditions": "none"}), State.UNKNOWN, "can't be read"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "state", "message"), [*WORKLOADS, *AROUND, *OPERATORS])
def test_verdict(body: Body, state: State, message: str) -> None:
    health = judged(body)
    assert health.state is state, health
    assert message in health.message
    if not message and state in (R, S):
        assert health.message == ""


CONTENT = "Some resources are remaining: pods. has 1 resource instances"
FINALIZERS = "Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances"


@pytest.mark.parametrize(
    ("kind", "finalizers", "told", "message"),
    [
        pytest.param("Deployment", None, (), "is being deleted", id="nothing-keeps-it"),
        pytest.param(
            "Database", ["example.com/a", "b"], (), "is being deleted, kept by example.com/a, b", id="finalizer"
        ),
        pytest.param(
            "Namespace",
            None,
            (
                said("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "all discovered"),
                said("NamespaceContentRemaining", "True", "SomeResourcesRemain", CONTENT),
                said("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", FINALIZERS),
            ),
            f"is being deleted: {CONTENT} {FINALIZERS}",
            id="namespace-that-still-holds-something",
        ),
    ],
)
def test_what_is_being_deleted_says_what_keeps_it(
    kind: str, finalizers: list[str] | None, told: tuple[Body, ...], message: str
) -> None:
    metadata = {"deletionTimestamp": ago(12), "finalizers": finalizers}
    health = judged(thing(kind, metadata=metadata, status={"conditions": list(told)}))
    assert (health.state, health.message) == (State.TERMINATING, message)


def test_a_verdict_dates_from_its_condition() -> None:
    health = judged(conditions("ExternalSecret", said("Ready", "False", "SecretSyncedError", SYNC, minutes=41)))
    assert health.since is not None
    assert health.since.strftime("%Y-%m-%dT%H:%M:%SZ") == ago(41)
