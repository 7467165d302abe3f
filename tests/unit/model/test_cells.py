"""What a row says."""

from datetime import timedelta

import msgspec
import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import (
    FAILING,
    MAIN,
    OLD_MAIN,
    OLD_SHA,
    PROGRESSING,
    READY,
    SHA,
    STALLED,
    WAITING,
    Body,
    ago,
    body,
    condition,
    git,
    hr,
    ks,
    oci,
    picture_of,
    read,
    ref,
    ref_of,
    suspended_by,
)
from tui.model.cells import OUTCOME_SHOWN, cells, connection_note, context_cells, outcome_text, revision_cell
from tui.model.changes import ContextStatus, Phase
from tui.model.health import State
from tui.model.intent import Outcome, Step, Verb, ask, settle
from tui.model.kinds import KINDS
from tui.model.picture import Picture
from tui.model.rows import Row

DRIFTED = [*READY, condition("Drifted", reason="DriftDetected")]
LONG = [condition("Ready", "False", "BuildFailed", f"can't build\n\tcommit {SHA} of https://anna:pw@git.example/x")]


@pytest.mark.parametrize(
    ("object_", "others", "message", "emphasis"),
    [
        pytest.param(ks("a"), [], "", None, id="ready-says-nothing"),
        pytest.param(body("Alert", "a"), [], "", None, id="static-says-nothing"),
        pytest.param(hr("a", conditions=DRIFTED), [], "drifted from what was applied", State.WAITING, id="drifted"),
        pytest.param(
            ks("a", conditions=FAILING),
            [],
            "timeout waiting for: [Deployment/web/api status: 'InProgress']",
            State.FAILED,
            id="failed",
        ),
        pytest.param(
            ks("a", conditions=LONG),
            [],
            "can't build commit a1b2c3d4 of https://***@git.example/x",
            State.FAILED,
            id="one-line-short-hashes-no-credentials",
        ),
        pytest.param(
            ks("a", conditions=STALLED), [], "can't access 'GitRepository/other/fleet'", State.STALLED, id="stalled"
        ),
        pytest.param(
            ks("a", after=["b"], conditions=WAITING), [ks("b", conditions=FAILING)], "waits on b", None, id="waits"
        ),
        pytest.param(ks("a", after=["a"], conditions=WAITING), [], "waits on itself", None, id="waits-on-itself"),
        pytest.param(
            ks("a", conditions=WAITING), [git()], "dependency 'flux-system/infra' is not ready", None, id="waits-unseen"
        ),
        pytest.param(ks("a", conditions=PROGRESSING), [], "Reconciliation in progress", None, id="progressing"),
        pytest.param(body("Kustomization", "a"), [], "waiting to be reconciled", None, id="unknown"),
        pytest.param(
            ks("a", suspend=True, managed=suspended_by("kubectl-patch", 60 * 24 * 41)),
            [],
            "41d ago by kubectl-patch",
            None,
            id="suspended-by-a-manager",
        ),
        pytest.param(
            ks(
                "a",
                suspend=True,
                managed=suspended_by("gitops-tui", 90),
                annotations={"fluxcd.controlplane.io/suspendedBy": "anna"},
            ),
            [],
            "90m ago by anna",
            None,
            id="suspended-by-a-person",
        ),
        pytest.param(
            ks("a", suspend=True, managed=suspended_by("kustomize-controller", 60 * 48, "Apply")),
            [],
            "in Git since 2d",
            None,
            id="suspended-in-git",
        ),
        pytest.param(ks("a", suspend=True), [], "suspended", None, id="suspended-by-nobody-knows-whom"),
        pytest.param(
            ks("a", deleted=ago(3), finalizers=["finalizers.fluxcd.io"]),
            [],
            "being deleted, waits for kustomize-controller (finalizers.fluxcd.io)",
            None,
            id="terminating",
        ),
    ],
)
def test_the_message_of_a_row(object_: Body, others: list[Body], message: str, emphasis: State | None) -> None:
    told = cells(Row(ref_of(object_), 1), picture_of(object_, *others), NOON)
    assert (told.message, told.emphasis) == (message, emphasis)


def test_the_other_parts_of_a_row() -> None:
    told = cells(Row(ref("Kustomization", "a"), 1), picture_of(ks("a", conditions=FAILING, applied=OLD_MAIN)), NOON)
    assert (told.state, told.name, told.kind, told.age) == (State.FAILED, "a", "ks", "6m")
    assert told.revision == "9f8e7d6c→a1b2c3d4"


def test_a_row_whose_object_is_gone() -> None:
    told = cells(Row(ref("Kustomization", "a"), 1), picture_of(), NOON)
    assert (told.state, told.name, told.message, told.age) == (State.UNKNOWN, "a", "it does not exist", "")


@pytest.mark.parametrize(
    ("parent", "namespace", "expected"),
    [
        pytest.param(ref("Kustomization", "p"), "flux-system", "", id="flux-s-own"),
        pytest.param(ref("Kustomization", "p"), "apps", "apps", id="another"),
        pytest.param(ref("HelmRelease", "p", "apps"), "apps", "", id="the-parent-s"),
        pytest.param(None, "apps", "apps", id="root"),
    ],
)
def test_a_namespace_is_told_where_it_is_not_expected(parent: object, namespace: str, expected: str) -> None:
    release = hr("a", namespace)
    row = msgspec.structs.replace(Row(ref_of(release), 1), parent=parent)
    assert cells(row, picture_of(release), NOON).namespace == expected


@pytest.mark.parametrize(
    ("object_", "expected"),
    [
        pytest.param(git(), "main@a1b2c3d4", id="source"),
        pytest.param(oci("a"), "latest@cdcdcdcd", id="oci"),
        pytest.param(ks("a"), "main@a1b2c3d4", id="applied"),
        pytest.param(ks("a", applied=OLD_MAIN, attempted=MAIN), "9f8e7d6c→a1b2c3d4", id="another-was-tried"),
        pytest.param(ks("a", applied="", attempted=MAIN), "main@a1b2c3d4", id="never-applied"),
        pytest.param(ks("a", applied=f"main/{SHA}", attempted=MAIN), "main@a1b2c3d4", id="the-same-in-an-older-form"),
        pytest.param(
            ks("a", applied=f"dev@sha1:{SHA}", attempted=MAIN), "dev@a1b2c3d4", id="the-same-commit-of-another-branch"
        ),
        pytest.param(hr("a"), "1.9.1", id="chart"),
        pytest.param(hr("a", version="1.9.1", attempted="1.9.2"), "1.9.1→1.9.2", id="another-chart-was-tried"),
        pytest.param(
            hr("a", version="1.9.1", attempted="1.9.1+1f2e3d4c5b6a"), "1.9.1", id="the-same-chart-with-its-digest"
        ),
        pytest.param(body("Alert", "a"), "", id="none"),
    ],
)
def test_the_revision_of_a_row(object_: Body, expected: str) -> None:
    assert revision_cell(read(object_)) == expected


def test_old_and_new_commits_are_told_apart() -> None:
    assert OLD_SHA[:8] in revision_cell(read(ks("a", applied=OLD_MAIN, attempted=MAIN)))


def _outcome(verb: Verb, step: Step, message: str = "", took: float | None = None) -> Outcome:
    asked = ask(verb, read(ks("a", suspend=verb is Verb.RESUME)), NOON - timedelta(seconds=took or 0))
    if took is not None:
        return settle(asked, step, message, NOON)
    return msgspec.structs.replace(asked, step=step, message=message)


OUTCOMES = [
    pytest.param(_outcome(Verb.RECONCILE, Step.QUEUED), "waits for its turn", State.PROGRESSING, id="queued"),
    pytest.param(
        _outcome(Verb.RECONCILE, Step.QUEUED, "reconciles git a/b first"),
        "reconciles git a/b first",
        State.PROGRESSING,
        id="queued-for-its-source",
    ),
    pytest.param(_outcome(Verb.RECONCILE, Step.ASKED), "reconcile asked", State.PROGRESSING, id="asked"),
    pytest.param(
        _outcome(Verb.RECONCILE, Step.ASKED, "the connection was lost"),
        "reconcile asked: the connection was lost",
        State.PROGRESSING,
        id="asked-and-unsure",
    ),
    pytest.param(_outcome(Verb.RECONCILE, Step.HANDLED), "reconcile handled", State.PROGRESSING, id="handled"),
    pytest.param(_outcome(Verb.RECONCILE, Step.READY, "Applied", 12), "ready in 12s", State.READY, id="ready"),
    pytest.param(
        _outcome(Verb.RESUME, Step.READY, "Applied", 130), "resumed, ready in 2m10s", State.READY, id="resumed"
    ),
    pytest.param(_outcome(Verb.FORCE, Step.READY, "Upgraded", 3), "forced, ready in 3.0s", State.READY, id="forced"),
    pytest.param(_outcome(Verb.RESET, Step.READY, "Upgraded", 3), "reset, ready in 3.0s", State.READY, id="reset"),
    pytest.param(_outcome(Verb.SUSPEND, Step.READY, "suspended", 12), "suspended in 12s", State.READY, id="suspended"),
    pytest.param(
        _outcome(Verb.RESUME, Step.SKIPPED, "infra, which it depends on, failed", 12),
        "skipped: infra, which it depends on, failed",
        State.WAITING,
        id="skipped",
    ),
    pytest.param(
        _outcome(Verb.RESUME, Step.STOPPED, "stopped", 12), "not started: stopped", State.WAITING, id="not-started"
    ),
    pytest.param(
        _outcome(Verb.RECONCILE, Step.FAILED, "BuildFailed: x", 12),
        "reconcile failed after 12s: BuildFailed: x",
        State.FAILED,
        id="failed",
    ),
    pytest.param(
        _outcome(Verb.RECONCILE, Step.REFUSED, "you may not", 12),
        "reconcile refused: you may not",
        State.FAILED,
        id="refused",
    ),
    pytest.param(
        msgspec.structs.replace(
            _outcome(Verb.RECONCILE, Step.READY, "superseded by a request of another; that one came to: ready", 12),
            overtaken="theirs",
        ),
        "superseded by a request of another; that one came to: ready in 12s",
        State.READY,
        id="superseded",
    ),
    pytest.param(
        _outcome(Verb.RECONCILE, Step.TIMED_OUT, "nobody", 300),
        "reconcile timed out after 5m00s: nobody",
        State.FAILED,
        id="timed-out",
    ),
]


@pytest.mark.parametrize(("outcome", "text", "emphasis"), OUTCOMES)
def test_how_a_request_stands(outcome: Outcome, text: str, emphasis: State) -> None:
    picture = picture_of(ks("a", conditions=FAILING))
    picture.outcomes[outcome.ref] = outcome
    told = cells(Row(outcome.ref, 1), picture, NOON)
    assert outcome_text(outcome) == text
    assert (told.message, told.emphasis) == (text, emphasis)


def test_how_a_request_ended_is_shown_for_a_while() -> None:
    outcome = _outcome(Verb.RECONCILE, Step.READY, "", 12)
    picture = picture_of(ks("a"))
    picture.outcomes[outcome.ref] = outcome
    row = Row(outcome.ref, 1)
    assert cells(row, picture, NOON + OUTCOME_SHOWN - timedelta(seconds=1)).message == "ready in 12s"
    assert cells(row, picture, NOON + OUTCOME_SHOWN).message == ""


def _narrow(*kinds: str, missing: tuple[str, ...] = ()) -> ContextStatus:
    return ContextStatus("eu", Phase.LIVE, narrowed=kinds, namespace="apps", missing=missing)


REST = tuple(kind for kind in KINDS if kind != "Bucket")


@pytest.mark.parametrize(
    ("status", "note"),
    [
        pytest.param(ContextStatus("eu", Phase.LIVE), "", id="live"),
        pytest.param(
            ContextStatus("eu", Phase.LIVE, forbidden=("Alert", "Bucket")), "may not list Alert, Bucket", id="forbidden"
        ),
        pytest.param(ContextStatus("eu", Phase.LIVE, polled=("Alert",)), "polled: Alert", id="polled"),
        pytest.param(_narrow(*KINDS), "namespace apps only", id="narrow"),
        pytest.param(_narrow("Bucket", missing=REST), "namespace apps only", id="narrow-and-few-are-served"),
        pytest.param(_narrow("Event"), "Event in namespace apps only", id="narrow-events"),
        pytest.param(_narrow("A", "B", "C"), "3 kinds in namespace apps only", id="narrow-kinds"),
        pytest.param(
            ContextStatus("eu", Phase.LIVE, vanished=("HelmRelease",), forbidden=("Alert",)),
            "HelmRelease not served, may not list Alert",
            id="vanished-and-forbidden",
        ),
        pytest.param(ContextStatus("eu", Phase.STALE, NOON - timedelta(minutes=4)), "stale 4m", id="stale"),
        pytest.param(ContextStatus("eu", Phase.LOGIN), "login needed", id="login"),
        pytest.param(ContextStatus("eu", Phase.ABSENT), "no Flux", id="absent"),
        pytest.param(ContextStatus("eu", Phase.UNREACHABLE), "unreachable", id="unreachable"),
        pytest.param(ContextStatus("eu", Phase.CONNECTING), "connecting", id="connecting"),
        pytest.param(ContextStatus("eu", Phase.OFF), "off", id="off"),
    ],
)
def test_a_connection_in_a_few_words(status: ContextStatus, note: str) -> None:
    assert connection_note(status, NOON) == note


def test_the_row_of_a_context_counts_what_is_not_fine_worst_first() -> None:
    objects = [
        ks("a"),
        ks("b", suspend=True),
        ks("c", conditions=WAITING),
        ks("d", conditions=FAILING),
        ks("e", conditions=FAILING),
    ]
    told = context_cells("eu", picture_of(*objects), NOON)
    assert told.counts == ((State.FAILED, 2), (State.WAITING, 1), (State.SUSPENDED, 1))
    assert (told.name, told.total, told.note) == ("eu", 5, "off")


def test_counts_that_went_back_to_zero_are_left_out() -> None:
    picture = Picture(["eu"])
    picture.put(read(ks("a", conditions=FAILING)))
    picture.put(read(ks("a")))
    assert context_cells("eu", picture, NOON).counts == ()
