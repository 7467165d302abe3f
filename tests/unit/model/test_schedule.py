"""What happens next, and nothing false where that can't be known."""

from datetime import timedelta

import msgspec
import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import FAILING, PROGRESSING, STALLED, WAITING, Body, condition, event, git, hr, ks, read
from tui.model.health import assess
from tui.model.schedule import count_tries, what_next

GONE = [condition("Ready", "False", "ArtifactFailed", 'GitRepository.source.toolkit.fluxcd.io "x" not found')]
NO_ARTIFACT = [condition("Ready", "False", "ArtifactFailed", "Source artifact not found, retrying in 30s")]
INSTALL_FAILED = condition("Ready", "False", "InstallFailed", "Helm install failed")


def _release(action: str = "install", failures: int = 1, again: str = "Helm install failed", **spec: Body) -> Body:
    reconciling = condition("Reconciling", reason="ProgressingWithRetry", message=again)
    status = {"lastAttemptedReleaseAction": action, f"{action}Failures": failures, "failures": failures}
    return hr("a", conditions=[reconciling, INSTALL_FAILED], spec=spec, status=status)


def _gave_up(failures: int) -> Body:
    return hr(
        "a", conditions=[condition("Stalled", reason="RetriesExceeded"), INSTALL_FAILED], status={"failures": failures}
    )


@pytest.mark.parametrize(
    ("object_", "expected"),
    [
        pytest.param(ks("a"), "next run in 4m", id="ready"),
        pytest.param(ks("a", spec={"interval": "6m30s"}), "next run in 30s", id="ready-soon"),
        pytest.param(ks("a", spec={"interval": "5m45s"}), "run due", id="late-within-jitter"),
        pytest.param(ks("a", spec={"interval": "1m"}), "run overdue by 5m", id="overdue"),
        pytest.param(ks("a", spec={"interval": ""}), "", id="no-interval"),
        pytest.param(ks("a", conditions=FAILING), "retries in 4m", id="failing-each-interval"),
        pytest.param(
            ks("a", conditions=FAILING, spec={"retryInterval": "6m24s"}), "retries in 24s", id="retry-interval"
        ),
        pytest.param(ks("a", conditions=FAILING, spec={"retryInterval": "1m"}), "retry overdue by 5m", id="late-retry"),
        pytest.param(ks("a", conditions=GONE), "", id="a-run-that-leaves-no-trace"),
        pytest.param(ks("a", conditions=PROGRESSING), "", id="progressing"),
        pytest.param(ks("a", conditions=WAITING), "", id="waiting"),
        pytest.param(ks("a", conditions=STALLED), "", id="stalled-kustomizations-do-not-count"),
        pytest.param(ks("a", suspend=True), "", id="suspended"),
        pytest.param(_gave_up(3), "gave up after 3 tries", id="gave-up"),
        pytest.param(_gave_up(1), "gave up after 1 try", id="gave-up-at-once"),
        pytest.param(_release(install={"remediation": {"retries": 2}}), "2 of 2 retries left", id="remediation"),
        pytest.param(
            _release(failures=2, install={"remediation": {"retries": 2}}), "1 of 2 retries left", id="one-left"
        ),
        pytest.param(_release(install={"remediation": {"retries": -1}}), "retries without end", id="for-ever"),
        pytest.param(
            _release("upgrade", install={"remediation": {"retries": 2}}), "retries by itself", id="of-another-action"
        ),
        pytest.param(_release(again="retrying after 5m0s"), "retries every 5m", id="retry-on-failure"),
        pytest.param(hr("a"), "", id="releases-run-without-a-trace"),
        pytest.param(git(), "", id="sources-too"),
        pytest.param(git(conditions=FAILING), "retries by itself", id="backoff-is-not-known"),
    ],
)
def test_what_happens_next(object_: Body, expected: str) -> None:
    resource = read(object_)
    assert what_next(resource, assess(resource), NOON) == expected


def test_the_period_that_the_controller_names() -> None:
    resource = read(ks("a", conditions=NO_ARTIFACT))
    assert what_next(resource, assess(resource), NOON) == ""
    running = read(ks("a", conditions=[condition("Reconciling", reason="ProgressingWithRetry"), *NO_ARTIFACT]))
    late = NOON - timedelta(minutes=5, seconds=50)
    assert what_next(running, assess(running), late) == "retries in 20s"


def test_the_period_that_an_event_names() -> None:
    resource = read(ks("a", conditions=WAITING))
    told = event(resource.ref, "e")
    told = msgspec.structs.replace(told, message="Dependencies do not meet ready condition, retrying in 30s")
    assert what_next(resource, assess(resource), NOON, [event(resource.ref, "other"), told]) == "looks again every 30s"


def test_a_retry_under_way() -> None:
    before = assess(read(ks("a", conditions=FAILING)))
    running = read(ks("a", conditions=PROGRESSING))
    assert what_next(running, assess(running, before), NOON) == "retrying now"
    routine = assess(running, assess(read(ks("a"))))
    assert what_next(running, routine, NOON) == "runs now"


@pytest.mark.parametrize(
    ("object_", "tries"),
    [
        pytest.param(ks("a"), 0, id="ready"),
        pytest.param(
            ks("a", status={"history": [{"lastReconciledStatus": "HealthCheckFailed", "totalReconciliations": 6}]}),
            6,
            id="history",
        ),
        pytest.param(
            ks(
                "a",
                status={"history": [{"lastReconciledStatus": "ReconciliationSucceeded", "totalReconciliations": 6}]},
            ),
            0,
            id="history-of-successes",
        ),
        pytest.param(hr("a", status={"upgradeFailures": 2, "failures": 5}), 2, id="release"),
    ],
)
def test_how_often_it_was_tried(object_: Body, tries: int) -> None:
    assert count_tries(read(object_)) == tries
