"""Who first sees an object in the middle of a run is told what its status remembers of the run before."""

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import MAIN, OLD_MAIN, Body, ago, condition, git, hr, ks, picture_of, ref, ref_of
from tui.model.causes import explain
from tui.model.health import State

RUNNING = [
    condition("Reconciling", reason="Progressing", message=f"Running health checks for revision {MAIN}", minutes=0),
    condition("Ready", "Unknown", "Progressing", "Reconciliation in progress", minutes=0),
]
ACTING = [
    condition("Reconciling", reason="Progressing", message="Running 'upgrade' action with timeout of 5m0s", minutes=0),
    condition("Ready", "Unknown", "Progressing", "Running 'upgrade' action with timeout of 5m0s", minutes=0),
]
NOT_RELEASED = condition("Released", "False", "UpgradeFailed", "Helm upgrade failed: no", minutes=40)
NOT_TESTED = condition("TestSuccess", "False", "TestFailed", "Helm test failed", minutes=30)


def _history(outcome: str, revision: str = MAIN) -> Body:
    entry = {"lastReconciledStatus": outcome, "firstReconciled": ago(70), "metadata": {"revision": revision}}
    return {"history": [entry], "observedGeneration": 1}


def _release(failures: int = 2, generation: int = 1) -> Body:
    return {"failures": failures, "lastAttemptedGeneration": generation}


@pytest.mark.parametrize(
    ("object_", "state", "reason"),
    [
        pytest.param(ks("a", conditions=RUNNING), "progressing", "Progressing", id="nothing-remembered"),
        pytest.param(
            ks("a", conditions=RUNNING, status=_history("HealthCheckFailed")),
            "failed",
            "HealthCheckFailed",
            id="failing",
        ),
        pytest.param(
            ks("a", conditions=RUNNING, status=_history("HealthCheckFailed", OLD_MAIN)),
            "progressing",
            "Progressing",
            id="failed-with-another-revision",
        ),
        pytest.param(
            ks("a", conditions=RUNNING, status=_history("ReconciliationSucceeded")),
            "ready",
            "ReconciliationSucceeded",
            id="each-interval",
        ),
        pytest.param(
            ks("a", generation=2, conditions=RUNNING, status=_history("ReconciliationSucceeded")),
            "progressing",
            "Progressing",
            id="a-new-spec",
        ),
        pytest.param(
            ks("a", applied=OLD_MAIN, conditions=RUNNING, status=_history("ReconciliationSucceeded")),
            "progressing",
            "Progressing",
            id="a-revision-that-came-back",
        ),
        pytest.param(
            hr("a", conditions=[*ACTING, NOT_RELEASED], status=_release()),
            "failed",
            "UpgradeFailed",
            id="release-failing",
        ),
        pytest.param(
            hr("a", conditions=[*ACTING, NOT_TESTED], status=_release()),
            "failed",
            "TestFailed",
            id="release-test-failing",
        ),
        pytest.param(
            hr("a", conditions=[*ACTING, NOT_RELEASED], status=_release(0)),
            "progressing",
            "Progressing",
            id="release-forced-to-begin-anew",
        ),
        pytest.param(
            hr("a", generation=3, conditions=[*ACTING, NOT_RELEASED], status=_release(2)),
            "progressing",
            "Progressing",
            id="release-with-a-new-spec",
        ),
        pytest.param(hr("a", conditions=ACTING, status=_release()), "progressing", "Progressing", id="old-counters"),
    ],
)
def test_the_first_look(object_: Body, state: str, reason: str) -> None:
    health = picture_of(object_).health(ref_of(object_))
    assert (health.state, health.reason) == (state, reason)


def test_it_says_what_failed_before_and_what_is_done_now() -> None:
    failing = ks("a", conditions=RUNNING, status=_history("HealthCheckFailed"))
    health = picture_of(failing).health(ref_of(failing))
    assert health.message == f"HealthCheckFailed in the last run; this one: Running health checks for revision {MAIN}"
    assert health.retrying
    release = hr("a", conditions=[*ACTING, NOT_RELEASED], status=_release())
    assert picture_of(release).health(ref_of(release)).message == (
        "Helm upgrade failed: no\nthis run: Running 'upgrade' action with timeout of 5m0s"
    )


def test_the_cause_is_found_although_the_message_that_names_it_is_gone() -> None:
    failing = condition("Ready", "False", "InstallFailed", "Helm install failed: quota")
    release = hr("api", "flux-system", conditions=[failing])
    entry = "flux-system_api_helm.toolkit.fluxcd.io_HelmRelease"
    parent = ks(
        "apps", conditions=RUNNING, spec={"wait": True}, inventory=[entry], status=_history("HealthCheckFailed")
    )
    picture = picture_of(git(), parent, release)
    why = explain(picture, ref("Kustomization", "apps"), NOON)
    assert picture.health(why.ref).state is State.FAILED
    assert why.root.ref == ref("HelmRelease", "api")
