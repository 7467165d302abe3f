"""Each line of the readiness table, its order and its traps."""

from datetime import timedelta

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import (
    FAILING,
    PROGRESSING,
    READY,
    ROLLED_BACK,
    STALLED,
    WAITING,
    Body,
    ago,
    artifact,
    body,
    condition,
    git,
    helm_repository,
    hr,
    ks,
    read,
    suspended_by,
)
from tui.model.health import FAULTS, SEVERITY, TROUBLES, State, assess

OPERATOR_OFF = {"fluxcd.controlplane.io/reconcile": "disabled"}
EXTENSIONS_OFF = {"source.extensions.fluxcd.io/reconcile": "Disabled"}


def _ready(status: str, reason: str, **more: int) -> Body:
    return condition("Ready", status, reason, "told", **more)


STATES = [
    pytest.param(ks("x", conditions=READY), State.READY, id="ready"),
    pytest.param(ks("x", conditions=FAILING), State.FAILED, id="failed-and-retrying"),
    pytest.param(ks("x", conditions=[_ready("False", "BuildFailed")]), State.FAILED, id="build-failed"),
    pytest.param(ks("x", conditions=WAITING), State.WAITING, id="dependency-not-ready"),
    pytest.param(hr("x", conditions=[_ready("False", "SourceNotReady")]), State.WAITING, id="source-not-ready"),
    pytest.param(
        ks("x", conditions=[_ready("False", "DependencyNotReady", generation=1)], generation=3),
        State.WAITING,
        id="waiting-wins-over-an-old-generation",
    ),
    pytest.param(ks("x", conditions=STALLED), State.STALLED, id="stalled"),
    pytest.param(
        hr("x", conditions=[condition("Stalled", reason="RetriesExceeded"), _ready("False", "InstallFailed")]),
        State.STALLED,
        id="retries-exceeded",
    ),
    pytest.param(
        hr("x", conditions=[condition("Stalled", "False"), _ready("True", "InstallSucceeded")]),
        State.READY,
        id="stalled-false-means-nothing",
    ),
    pytest.param(ks("x", conditions=PROGRESSING), State.PROGRESSING, id="unknown-is-not-failed"),
    pytest.param(
        ks("x", conditions=[_ready("Unknown", "Progressing")]), State.PROGRESSING, id="unknown-without-reconciling"
    ),
    pytest.param(
        hr("x", conditions=[condition("Reconciling", reason="Progressing"), *READY]),
        State.PROGRESSING,
        id="ready-and-reconciling",
    ),
    pytest.param(
        hr("x", conditions=[condition("Reconciling", "False"), *READY]),
        State.READY,
        id="reconciling-false-means-nothing",
    ),
    pytest.param(
        ks("x", conditions=[_ready("False", "BuildFailed", generation=1)], generation=2),
        State.PROGRESSING,
        id="false-of-an-older-generation",
    ),
    pytest.param(
        ks("x", conditions=[_ready("False", "HealthCheckCanceled")]), State.PROGRESSING, id="health-check-canceled"
    ),
    pytest.param(ks("x", conditions=READY, generation=2), State.PROGRESSING, id="ready-of-an-older-generation"),
    pytest.param(
        ks(
            "x",
            conditions=[_ready("False", "BuildFailed", generation=2)],
            generation=2,
            status={"observedGeneration": -1},
        ),
        State.FAILED,
        id="failing-objects-are-not-observed",
    ),
    pytest.param(
        body(
            "Receiver",
            "x",
            conditions=[_ready("True", "Succeeded", generation=0)],
            generation=2,
            status={"observedGeneration": 1},
        ),
        State.PROGRESSING,
        id="observed-generation-behind",
    ),
    pytest.param(
        body(
            "ResourceSet",
            "x",
            conditions=[_ready("True", "ReconciliationSucceeded", generation=0)],
            generation=2,
            status={"observedGeneration": 0},
        ),
        State.READY,
        id="no-observed-generation-at-all",
    ),
    pytest.param(body("Kustomization", "x", status={"observedGeneration": -1}), State.UNKNOWN, id="no-conditions-yet"),
    pytest.param({**body("Kustomization", "x"), "status": None}, State.UNKNOWN, id="null-status"),
    pytest.param(
        {key: value for key, value in body("Kustomization", "x").items() if key != "status"},
        State.UNKNOWN,
        id="no-status",
    ),
    pytest.param(git(conditions=[condition("ArtifactInStorage")]), State.UNKNOWN, id="conditions-without-ready"),
    pytest.param(
        git(conditions=[condition("Reconciling", reason="Progressing", message="building artifact")]),
        State.PROGRESSING,
        id="reconciling-without-ready",
    ),
    pytest.param(body("Alert", "x"), State.STATIC, id="alert"),
    pytest.param(body("Provider", "x"), State.STATIC, id="provider"),
    pytest.param(helm_repository(oci=True), State.STATIC, id="oci-helm-repository"),
    pytest.param(
        body("HelmRepository", "x", spec={"url": "https://charts.example"}),
        State.UNKNOWN,
        id="new-http-helm-repository",
    ),
    pytest.param(body("Receiver", "x"), State.UNKNOWN, id="new-receiver"),
    pytest.param(
        body("ExternalArtifact", "x", status={"artifact": artifact("sha256:" + "ab" * 32)}),
        State.READY,
        id="external-artifact",
    ),
    pytest.param(body("ExternalArtifact", "x"), State.UNKNOWN, id="external-artifact-without-artifact"),
    pytest.param(
        body(
            "ExternalArtifact",
            "x",
            conditions=[_ready("False", "Failed", generation=0)],
            status={"artifact": artifact("sha256:" + "ab" * 32), "observedGeneration": 0},
        ),
        State.FAILED,
        id="external-artifact-that-says-it-failed",
    ),
    pytest.param(ks("x", conditions=READY, deleted=ago(3)), State.TERMINATING, id="terminating"),
    pytest.param(ks("x", conditions=READY, suspend=True, deleted=ago(3)), State.TERMINATING, id="terminating-first"),
    pytest.param(ks("x", conditions=FAILING, suspend=True), State.SUSPENDED, id="suspended"),
    pytest.param(body("Alert", "x", suspend=True), State.SUSPENDED, id="suspended-static"),
    pytest.param(
        body("ResourceSet", "x", conditions=READY, annotations=OPERATOR_OFF), State.SUSPENDED, id="operator-switch"
    ),
    pytest.param(
        body("FluxInstance", "flux", conditions=READY, annotations=OPERATOR_OFF),
        State.SUSPENDED,
        id="flux-instance-switch",
    ),
    pytest.param(
        body("ArtifactGenerator", "x", conditions=READY, annotations=EXTENSIONS_OFF),
        State.SUSPENDED,
        id="generator-switch-in-any-case",
    ),
    pytest.param(
        body("ArtifactGenerator", "x", conditions=READY, annotations=OPERATOR_OFF),
        State.READY,
        id="switch-of-another-kind",
    ),
    pytest.param(ks("x", conditions=READY, annotations=OPERATOR_OFF), State.READY, id="kustomizations-have-no-switch"),
    pytest.param(
        body("ResourceSet", "x", conditions=READY, suspend=True), State.READY, id="resource-sets-have-no-suspend"
    ),
    pytest.param(
        body("ResourceSet", "x", conditions=READY, annotations={"fluxcd.controlplane.io/reconcile": "enabled"}),
        State.READY,
        id="switch-enabled",
    ),
]


@pytest.mark.parametrize(("object_", "state"), STATES)
def test_the_first_rule_that_matches_decides(object_: Body, state: State) -> None:
    assert assess(read(object_)).state is state


@pytest.mark.parametrize(
    ("conditions", "generation", "frozen"),
    [
        pytest.param(READY, 1, State.READY, id="ready"),
        pytest.param(READY, 2, State.READY, id="ready-though-suspending-raised-the-generation"),
        pytest.param([_ready("False", "BuildFailed")], 2, State.FAILED, id="failed"),
        pytest.param(FAILING, 2, State.FAILED, id="failed-between-two-attempts"),
        pytest.param(WAITING, 2, State.WAITING, id="waiting"),
        pytest.param(STALLED, 2, State.STALLED, id="stalled"),
        pytest.param((), 1, State.UNKNOWN, id="never-reconciled"),
    ],
)
def test_a_suspended_object_keeps_its_last_verdict(conditions: list[Body], generation: int, frozen: State) -> None:
    health = assess(read(ks("x", conditions=conditions, generation=generation, suspend=True)))
    assert (health.state, health.frozen) == (State.SUSPENDED, frozen)


def test_a_suspended_object_says_since_when() -> None:
    known = assess(read(ks("x", suspend=True, managed=suspended_by("kubectl-patch", 90))))
    unknown = assess(read(ks("x", suspend=True)))
    assert known.since == NOON - timedelta(minutes=90)
    assert unknown.since is None


@pytest.mark.parametrize(
    ("object_", "reason", "message", "minutes"),
    [
        pytest.param(
            ks("x", conditions=FAILING),
            "HealthCheckFailed",
            "timeout waiting for: [Deployment/web/api status: 'InProgress']",
            6,
            id="failed",
        ),
        pytest.param(
            hr(
                "x",
                conditions=[
                    condition(
                        "Stalled", reason="RetriesExceeded", message="Failed to install after 3 attempts", minutes=2
                    ),
                    condition("Ready", "False", "InstallFailed", "Helm install failed: no such image", minutes=5),
                ],
            ),
            "RetriesExceeded",
            "Helm install failed: no such image",
            2,
            id="stalled-says-why-it-stopped-and-what-failed",
        ),
        pytest.param(
            git(conditions=[condition("Stalled", reason="URLInvalid", message="bad URL", minutes=4)]),
            "URLInvalid",
            "bad URL",
            4,
            id="stalled-without-ready",
        ),
        pytest.param(
            hr("x", conditions=ROLLED_BACK),
            "RetriesExceeded",
            "Helm upgrade failed for release apps/a: field is immutable\n"
            "Helm rollback to previous release apps/a.v3 succeeded",
            6,
            id="rolled-back-says-what-failed-before",
        ),
        pytest.param(
            hr("x", conditions=ROLLED_BACK[1:]),
            "UpgradeFailed",
            "Helm upgrade failed for release apps/a: field is immutable\n"
            "Helm rollback to previous release apps/a.v3 succeeded",
            6,
            id="rolled-back-with-retries-left",
        ),
        pytest.param(
            hr("x", conditions=[*FAILING, *ROLLED_BACK[2:]]),
            "HealthCheckFailed",
            FAILING[1]["message"],
            6,
            id="failed-in-another-way-since-it-was-rolled-back",
        ),
        pytest.param(ks("x", deleted=ago(3)), "Terminating", "being deleted", 3, id="terminating"),
        pytest.param(
            hr("x", deleted=ago(3), finalizers=["finalizers.fluxcd.io"]),
            "Terminating",
            "being deleted, waits for helm-controller (finalizers.fluxcd.io)",
            3,
            id="terminating-waits-for-its-controller",
        ),
        pytest.param(
            body("ResourceSet", "x", deleted=ago(3), finalizers=["fluxcd.controlplane.io/finalizer"]),
            "Terminating",
            "being deleted, waits for flux-operator (fluxcd.controlplane.io/finalizer)",
            3,
            id="terminating-of-the-operator",
        ),
        pytest.param(
            ks("x", deleted=ago(3), finalizers=["finalizers.fluxcd.io", "foregroundDeletion"], conditions=FAILING),
            "Terminating",
            "being deleted, waits for kustomize-controller (finalizers.fluxcd.io), foregroundDeletion: "
            "timeout waiting for: [Deployment/web/api status: 'InProgress']",
            3,
            id="terminating-says-what-the-controller-complains-of",
        ),
        pytest.param(
            git(conditions=[condition("Reconciling", reason="Progressing", message="building artifact", minutes=1)]),
            "Progressing",
            "building artifact",
            1,
            id="reconciling-without-ready",
        ),
        pytest.param(body("Kustomization", "x"), "", "waiting to be reconciled", 60 * 24, id="unknown-since-created"),
        pytest.param(body("Alert", "x"), "", "", 60 * 24, id="static-since-created"),
    ],
)
def test_the_verdict_says_why_and_since_when(object_: Body, reason: str, message: str, minutes: float) -> None:
    health = assess(read(object_))
    assert (health.reason, health.message, health.since) == (reason, message, NOON - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("conditions", "retrying"),
    [
        pytest.param(FAILING, True, id="failed-and-reconciling"),
        pytest.param([_ready("False", "BuildFailed")], False, id="failed-alone"),
        pytest.param(PROGRESSING, False, id="progressing-is-no-retry"),
        pytest.param(STALLED, False, id="stalled"),
    ],
)
def test_only_a_failure_is_retried(conditions: list[Body], retrying: bool) -> None:
    assert assess(read(ks("x", conditions=conditions))).retrying is retrying


@pytest.mark.parametrize(
    ("drifted", "suspend", "expected"),
    [("True", False, True), ("False", False, False), ("True", True, True)],
    ids=["drifted", "in-sync", "drifted-when-suspended"],
)
def test_drift_is_told_beside_the_state(drifted: str, suspend: bool, expected: bool) -> None:
    conditions = [*READY, condition("Drifted", drifted, "DriftDetected")]
    assert assess(read(hr("x", conditions=conditions, suspend=suspend))).drifted is expected


def test_what_is_worse_comes_first() -> None:
    assert list(SEVERITY)[:3] == [State.FAILED, State.STALLED, State.WAITING]
    assert {State.FAILED, State.STALLED} == FAULTS
    assert {State.WAITING} == TROUBLES - FAULTS
