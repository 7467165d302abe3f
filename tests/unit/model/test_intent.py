"""What is asked, the patch that asks for it, and how it is followed to its end."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import (
    FAILING,
    PROGRESSING,
    READY,
    STALLED,
    WAITING,
    Body,
    body,
    condition,
    git,
    helm_repository,
    hr,
    ks,
    read,
)
from tui.model.intent import Outcome, Step, Verb, ask, follow, objection, patch_for, settle

TOKEN = NOON.isoformat()
REQUEST = {"reconcile.fluxcd.io/requestedAt": TOKEN}
SOON = NOON + timedelta(seconds=4)
LATE = NOON + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("verb", "object_", "patch"),
    [
        pytest.param(Verb.RECONCILE, ks("a"), {"metadata": {"annotations": REQUEST}}, id="reconcile"),
        pytest.param(Verb.SUSPEND, ks("a"), {"spec": {"suspend": True}}, id="suspend"),
        pytest.param(
            Verb.RESUME,
            ks("a", suspend=True),
            {"spec": {"suspend": None}, "metadata": {"annotations": REQUEST}},
            id="resume",
        ),
        pytest.param(Verb.SUSPEND, body("Alert", "a"), {"spec": {"suspend": True}}, id="suspend-what-is-static"),
        pytest.param(
            Verb.RESUME, body("Alert", "a", suspend=True), {"spec": {"suspend": None}}, id="resume-what-is-static"
        ),
        pytest.param(
            Verb.RESUME,
            helm_repository(oci=True, suspend=True),
            {"spec": {"suspend": None}},
            id="resume-an-oci-repository",
        ),
        pytest.param(
            Verb.SUSPEND,
            body("ResourceSet", "a"),
            {"metadata": {"annotations": {"fluxcd.controlplane.io/reconcile": "disabled"}}},
            id="suspend-operator-kind",
        ),
        pytest.param(
            Verb.RESUME,
            body("FluxInstance", "flux"),
            {"metadata": {"annotations": {**REQUEST, "fluxcd.controlplane.io/reconcile": "enabled"}}},
            id="resume-operator-kind",
        ),
        pytest.param(
            Verb.SUSPEND,
            body("ArtifactGenerator", "a"),
            {"metadata": {"annotations": {"source.extensions.fluxcd.io/reconcile": "disabled"}}},
            id="suspend-generator",
        ),
    ],
)
def test_the_patch(verb: Verb, object_: Body, patch: dict[str, Any]) -> None:
    assert patch_for(ask(verb, read(object_), NOON)) == patch


def test_the_patch_of_a_resume_removes_the_field() -> None:
    assert (
        msgspec.json.encode(patch_for(ask(Verb.RESUME, read(body("Alert", "a")), NOON))) == b'{"spec":{"suspend":null}}'
    )


@pytest.mark.parametrize(
    ("verb", "object_", "why"),
    [
        pytest.param(Verb.RECONCILE, ks("a"), "", id="reconcile"),
        pytest.param(Verb.RECONCILE, ks("a", conditions=STALLED), "", id="reconcile-what-stalled"),
        pytest.param(Verb.RECONCILE, ks("a", suspend=True), "it is suspended: resume it first", id="suspended"),
        pytest.param(
            Verb.RECONCILE,
            body("ResourceSet", "a", annotations={"fluxcd.controlplane.io/reconcile": "disabled"}),
            "it is suspended: resume it first",
            id="switched-off",
        ),
        pytest.param(Verb.RECONCILE, body("Alert", "a"), "no controller reconciles this Alert", id="static"),
        pytest.param(
            Verb.RECONCILE,
            helm_repository(oci=True),
            "no controller reconciles this HelmRepository",
            id="oci-repository",
        ),
        pytest.param(
            Verb.RECONCILE,
            helm_repository(oci=True, suspend=True),
            "no controller reconciles this HelmRepository",
            id="suspended-oci-repository-is-not-to-be-resumed-for-it",
        ),
        pytest.param(
            Verb.RECONCILE,
            body("ExternalArtifact", "a"),
            "no controller reconciles this ExternalArtifact",
            id="external-artifact",
        ),
        pytest.param(Verb.SUSPEND, ks("a"), "", id="suspend"),
        pytest.param(Verb.SUSPEND, body("Provider", "a"), "", id="suspend-static"),
        pytest.param(
            Verb.SUSPEND, body("ExternalArtifact", "a"), "ExternalArtifacts cannot be suspended", id="not-suspendable"
        ),
        pytest.param(Verb.RESUME, ks("a", suspend=True), "", id="resume"),
        pytest.param(
            Verb.RESUME, body("ExternalArtifact", "a"), "ExternalArtifacts cannot be suspended", id="not-resumable"
        ),
    ],
)
def test_what_would_do_nothing_is_not_sent(verb: Verb, object_: Body, why: str) -> None:
    assert objection(verb, read(object_)) == why


@pytest.mark.parametrize(
    ("timeout", "minutes"),
    [("", 5), ("1m", 5), ("10m", 11), ("nonsense", 5)],
    ids=["none", "shorter", "longer", "unreadable"],
)
def test_the_patience_fits_the_object(timeout: str, minutes: float) -> None:
    outcome = ask(Verb.RECONCILE, read(ks("a", spec={"timeout": timeout})), NOON)
    assert (outcome.asked, outcome.deadline) == (NOON, NOON + timedelta(minutes=minutes))


def test_a_request_with_an_absurd_timeout_can_be_made() -> None:
    assert ask(Verb.RECONCILE, read(ks("a", spec={"timeout": "99999999999999h"})), NOON).deadline > LATE


def _asked(verb: Verb, before: Body) -> Outcome:
    return ask(verb, read(before), NOON)


def _handled(conditions: tuple[Body, ...] | list[Body] = READY, **more: Any) -> Body:
    return ks("a", requested=TOKEN, handled=TOKEN, conditions=conditions, **more)


FOLLOWED = [
    pytest.param(ks("a"), Step.ASKED, "", id="not-seen-yet"),
    pytest.param(ks("a", requested=TOKEN), Step.ASKED, "", id="not-handled-yet"),
    pytest.param(_handled(), Step.READY, f"Applied revision: main@sha1:{'a1b2c3d4' * 5}", id="ready"),
    pytest.param(_handled(PROGRESSING), Step.HANDLED, "", id="handled-and-working"),
    pytest.param(_handled([condition("Reconciling"), *READY]), Step.HANDLED, "", id="handled-and-still-reconciling"),
    pytest.param(
        _handled(FAILING),
        Step.FAILED,
        "HealthCheckFailed: timeout waiting for: [Deployment/web/api status: 'InProgress']",
        id="fails-at-once-though-it-retries",
    ),
    pytest.param(
        _handled(STALLED), Step.FAILED, "AccessDenied: can't access 'GitRepository/other/fleet'", id="stalled"
    ),
    pytest.param(
        _handled(WAITING), Step.FAILED, "DependencyNotReady: dependency 'flux-system/infra' is not ready", id="waits"
    ),
    pytest.param(
        _handled(generation=2, conditions=[condition("Ready", "False", "BuildFailed", generation=1)]),
        Step.HANDLED,
        "",
        id="an-older-generation-failed",
    ),
    pytest.param(
        _handled(suspend=True),
        Step.FAILED,
        "it was suspended meanwhile: nothing was reconciled",
        id="suspended-meanwhile",
    ),
    pytest.param(
        ks("a", requested="theirs", handled="theirs"),
        Step.READY,
        f"Applied revision: main@sha1:{'a1b2c3d4' * 5}",
        id="overtaken-and-that-was-handled",
    ),
    pytest.param(
        ks("a", requested="theirs", handled=TOKEN, conditions=FAILING), Step.FAILED, None, id="handled-then-overtaken"
    ),
    pytest.param(ks("a", requested="theirs", handled="old"), Step.ASKED, "", id="overtaken-and-not-handled"),
    pytest.param(ks("a", requested="old", handled="old"), Step.ASKED, "", id="an-earlier-request-was-handled-long-ago"),
    pytest.param(ks("a", requested="", handled=TOKEN), Step.READY, None, id="annotation-taken-away-after-it"),
    pytest.param(None, Step.FAILED, "it was deleted meanwhile", id="deleted"),
    pytest.param(_handled(uid="another"), Step.FAILED, "it was deleted and made anew meanwhile", id="made-anew"),
]


@pytest.mark.parametrize(("now", "step", "message"), FOLLOWED)
def test_a_reconcile_is_followed(now: Body | None, step: Step, message: str | None) -> None:
    asked = _asked(Verb.RECONCILE, ks("a", requested="old", handled="old"))
    after = follow(asked, read(now) if now else None, SOON)
    assert after.step is step
    assert message is None or after.message == message
    assert after.settled == (SOON if after.is_settled else None)
    if step is Step.ASKED:
        assert after is asked


def test_it_goes_on_from_handled_to_its_end() -> None:
    outcome = _asked(Verb.RECONCILE, ks("a"))
    outcome = follow(outcome, read(_handled(PROGRESSING)), NOON + timedelta(seconds=1))
    assert follow(outcome, read(_handled(PROGRESSING)), NOON + timedelta(seconds=2)) is outcome
    outcome = follow(outcome, read(_handled()), SOON)
    assert (outcome.step, outcome.settled) == (Step.READY, SOON)
    assert follow(outcome, read(_handled(FAILING)), LATE) is outcome


def test_a_source_that_was_asked_before_is_not_ready_before_it_did_anything() -> None:
    before = git(requested="old", handled="old")
    assert follow(_asked(Verb.RECONCILE, before), read(before), SOON).step is Step.ASKED


def test_a_note_about_the_request_goes_when_it_is_handled() -> None:
    unsure = msgspec.structs.replace(_asked(Verb.RECONCILE, ks("a")), message="the connection was lost")
    assert follow(unsure, read(_handled(PROGRESSING)), SOON).message == ""


@pytest.mark.parametrize(
    ("verb", "before", "now", "step", "message"),
    [
        pytest.param(Verb.SUSPEND, ks("a"), ks("a"), Step.ASKED, "", id="not-suspended-yet"),
        pytest.param(Verb.SUSPEND, ks("a"), ks("a", suspend=True), Step.READY, "suspended", id="suspended"),
        pytest.param(
            Verb.SUSPEND,
            ks("a"),
            ks("a", suspend=True, conditions=FAILING),
            Step.READY,
            "suspended",
            id="failing-and-suspended",
        ),
        pytest.param(
            Verb.RESUME,
            ks("a", suspend=True),
            ks("a", suspend=True, requested=TOKEN, handled=TOKEN),
            Step.ASKED,
            "",
            id="handled-while-still-suspended",
        ),
        pytest.param(
            Verb.RESUME, ks("a", suspend=True), ks("a", requested=TOKEN), Step.ASKED, "", id="resumed-not-handled"
        ),
        pytest.param(Verb.RESUME, ks("a", suspend=True), _handled(), Step.READY, None, id="resumed-and-ready"),
        pytest.param(
            Verb.RESUME, ks("a", suspend=True), _handled(FAILING), Step.FAILED, None, id="resumed-and-failing"
        ),
        pytest.param(
            Verb.RESUME, body("Alert", "a", suspend=True), body("Alert", "a"), Step.READY, "", id="resumed-static"
        ),
        pytest.param(
            Verb.RESUME,
            helm_repository("a", oci=True, suspend=True),
            helm_repository("a", oci=True),
            Step.READY,
            "",
            id="resumed-oci-repository",
        ),
    ],
)
def test_suspend_and_resume_are_followed(verb: Verb, before: Body, now: Body, step: Step, message: str | None) -> None:
    after = follow(_asked(verb, before), read(now), SOON)
    assert after.step is step
    assert message is None or after.message == message


@pytest.mark.parametrize(
    ("verb", "before", "now", "message"),
    [
        pytest.param(
            Verb.RECONCILE,
            ks("a"),
            ks("a", requested=TOKEN),
            "no controller took the request up: is kustomize-controller running?",
            id="nobody-there",
        ),
        pytest.param(
            Verb.RECONCILE,
            hr("a"),
            hr("a", conditions=PROGRESSING),
            "helm-controller is still busy with an earlier run",
            id="busy",
        ),
        pytest.param(
            Verb.RECONCILE,
            ks("a"),
            _handled(PROGRESSING),
            "kustomize-controller took it up and has not finished",
            id="handled",
        ),
        pytest.param(
            Verb.SUSPEND,
            ks("a"),
            ks("a"),
            "it is not suspended: the request was lost, or what applies the object undid it",
            id="suspend-undone",
        ),
        pytest.param(
            Verb.RESUME,
            ks("a", suspend=True),
            ks("a", suspend=True),
            "it is still suspended: the request was lost, or what applies the object undid it",
            id="resume-undone",
        ),
    ],
)
def test_what_nobody_answers_times_out(verb: Verb, before: Body, now: Body, message: str) -> None:
    asked = _asked(verb, before)
    assert not follow(asked, read(now), LATE - timedelta(seconds=1)).is_settled
    after = follow(asked, read(now), LATE)
    assert (after.step, after.message, after.settled) == (Step.TIMED_OUT, message, LATE)


@pytest.mark.parametrize(("conditions", "step"), [(READY, Step.READY), (FAILING, Step.FAILED)], ids=["ready", "failed"])
def test_an_end_that_is_learnt_of_late_is_still_its_end(conditions: tuple[Body, ...], step: Step) -> None:
    assert follow(_asked(Verb.RECONCILE, ks("a")), read(_handled(conditions)), LATE + timedelta(hours=1)).step is step


@pytest.mark.parametrize("step", [Step.READY, Step.FAILED, Step.TIMED_OUT, Step.REFUSED])
def test_what_is_settled_stays_settled(step: Step) -> None:
    settled = settle(_asked(Verb.RECONCILE, ks("a")), step, "x", SOON)
    assert settled.is_settled
    assert follow(settled, None, LATE) is settled


def test_what_is_queued_is_not_followed() -> None:
    queued = ask(Verb.RECONCILE, read(ks("a")), NOON, Step.QUEUED)
    assert follow(queued, read(_handled()), LATE) is queued
