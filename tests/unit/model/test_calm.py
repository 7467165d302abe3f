"""The verdict does not flicker: what real controllers write, patch by patch, as it was recorded from runs."""

from datetime import datetime, timedelta

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import MAIN, OLD_MAIN, READY, Body, ago, condition, git, hr, ks, read
from tui.model.health import Health, assess


def _running(stage: str, revision: str = MAIN) -> list[Body]:
    told = f"{stage} for revision {revision} with a timeout of 9m30s"
    return [
        condition("Reconciling", reason="Progressing", message=told, minutes=0),
        condition("Ready", "Unknown", "Progressing", "Reconciliation in progress", minutes=0),
    ]


def _failing(minutes: float, revision: str = MAIN, reason: str = "BuildFailed") -> list[Body]:
    told = f"Building manifests for revision {revision} with a timeout of 9m30s"
    return [
        condition("Reconciling", reason="ProgressingWithRetry", message=told, minutes=minutes),
        condition("Ready", "False", reason, f"{minutes}: no YAML", minutes=minutes),
    ]


RELEASE_FAILED = "Helm install failed for release apps/api with chart api@1.9.1: no"
STALLED = [
    condition("Stalled", reason="RetriesExceeded", message="Failed to install after 3 attempt(s)", minutes=9),
    condition("Ready", "False", "InstallFailed", RELEASE_FAILED, minutes=9),
    condition("Released", "False", "InstallFailed", RELEASE_FAILED, minutes=40),
]
LOOKING = condition("Reconciling", reason="Progressing", message="Fulfilling prerequisites", minutes=0)
INSTALLING = [
    condition("Reconciling", reason="Progressing", message="Running 'install' action with timeout of 5m0s", minutes=0),
    condition("Ready", "Unknown", "Progressing", "Running 'install' action with timeout of 5m0s", minutes=0),
]
FETCH_FAILED = condition("FetchFailed", reason="GitOperationFailed", message="no route", minutes=90)
FETCHING = [
    condition("Reconciling", reason="Progressing", message="building artifact", minutes=0),
    condition("Ready", "Unknown", "Progressing", "building artifact", minutes=0),
]
NEW_REVISION = condition("ArtifactOutdated", reason="NewRevision", message="new upstream revision", minutes=0)


@pytest.mark.parametrize(
    ("versions", "states"),
    [
        pytest.param(
            [
                ks("a"),
                ks("a", conditions=_running("Fetching manifests")),
                ks("a", conditions=_running("Detecting")),
                ks("a"),
            ],
            ["ready", "ready", "ready", "ready"],
            id="a-kustomization-each-interval",
        ),
        pytest.param(
            [ks("a"), ks("a", conditions=_running("Fetching manifests", OLD_MAIN)), ks("a", attempted=OLD_MAIN)],
            ["ready", "progressing", "ready"],
            id="a-new-revision-is-no-routine",
        ),
        pytest.param(
            [ks("a"), ks("a", generation=2, conditions=_running("Fetching manifests")), ks("a", generation=2)],
            ["ready", "progressing", "progressing"],
            id="neither-is-a-new-spec",
        ),
        pytest.param(
            [
                ks("a", conditions=_failing(6)),
                ks("a", conditions=_running("Building manifests")),
                ks("a", conditions=_failing(0)),
            ],
            ["failed retrying", "failed retrying", "failed retrying"],
            id="a-failure-that-is-retried",
        ),
        pytest.param(
            [ks("a", conditions=_failing(6, OLD_MAIN)), ks("a", conditions=_running("Fetching manifests"))],
            ["failed retrying", "progressing"],
            id="a-failure-and-a-new-commit",
        ),
        pytest.param(
            [
                hr("a"),
                hr("a", conditions=[LOOKING, condition("Ready", "True", "UpgradeSucceeded")]),
                hr("a", attempted="1.9.2", conditions=INSTALLING),
            ],
            ["ready", "ready", "progressing"],
            id="a-release-looks-then-acts",
        ),
        pytest.param(
            [hr("a", conditions=STALLED), hr("a", conditions=[LOOKING, *STALLED[1:]]), hr("a", conditions=STALLED)],
            ["stalled", "stalled", "stalled"],
            id="a-release-that-gave-up-looks-each-interval",
        ),
        pytest.param(
            [hr("a", conditions=STALLED), hr("a", conditions=[*INSTALLING, STALLED[2]])],
            ["stalled", "progressing"],
            id="a-release-that-gave-up-is-forced",
        ),
        pytest.param(
            [
                git(conditions=[FETCH_FAILED, condition("Ready", "False", "GitOperationFailed", "no route")]),
                git(conditions=[FETCH_FAILED, *FETCHING]),
            ],
            ["failed", "failed retrying"],
            id="a-source-tries-again",
        ),
        pytest.param(
            [git(), git(conditions=[*FETCHING, NEW_REVISION]), git(revision=OLD_MAIN)],
            ["ready", "progressing", "ready"],
            id="a-source-has-something-new",
        ),
    ],
)
def test_the_verdict_after_each_patch(versions: list[Body], states: list[str]) -> None:
    found = []
    health: Health | None = None
    for version in versions:
        health = assess(read(version), health)
        found.append(f"{health.state}{' retrying' if health.retrying else ''}")
    assert found == states


def test_what_is_settled_does_not_depend_on_what_was_before() -> None:
    before = [assess(read(one)) for one in (ks("a"), ks("a", conditions=_failing(6)), ks("a", suspend=True))]
    for version in (ks("a"), ks("a", conditions=STALLED), ks("a", deleted=ago(3)), ks("a", suspend=True)):
        assert {assess(read(version), one).state for one in before} == {assess(read(version)).state}


def _since(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("object_", "minutes"),
    [
        pytest.param(
            git(conditions=[FETCH_FAILED, condition("Ready", "False", "GitOperationFailed", "no", minutes=1)]),
            90,
            id="git",
        ),
        pytest.param(
            hr("a", conditions=[STALLED[2], condition("Ready", "False", "InstallFailed", "no", minutes=1)]),
            40,
            id="release",
        ),
        pytest.param(
            ks(
                "a",
                conditions=_failing(1, reason="HealthCheckFailed"),
                status={"history": [{"lastReconciledStatus": "HealthCheckFailed", "firstReconciled": ago(70)}]},
            ),
            70,
            id="history",
        ),
        pytest.param(
            ks(
                "a",
                conditions=_failing(1),
                status={"history": [{"lastReconciledStatus": "ReconciliationSucceeded", "firstReconciled": ago(70)}]},
            ),
            1,
            id="another-outcome",
        ),
    ],
)
def test_a_failure_is_as_old_as_its_first_attempt(object_: Body, minutes: float) -> None:
    assert assess(read(object_)).since == _since(minutes)


def test_a_failure_that_is_seen_twice_is_as_old_as_it_was_first_seen() -> None:
    first = assess(read(ks("a", conditions=_failing(30))))
    assert assess(read(ks("a", conditions=_failing(1))), first).since == _since(30)
    assert assess(read(ks("a", conditions=_failing(1, OLD_MAIN))), first).since == _since(1)
    assert assess(read(ks("a", conditions=READY)), first).since == _since(6)
