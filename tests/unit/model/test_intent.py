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
    ROLLED_BACK,
    STALLED,
    WAITING,
    Body,
    ago,
    body,
    condition,
    git,
    helm_repository,
    hr,
    ks,
    read,
)
from tui.model.intent import Outcome, Step, Verb, ask, objection, patch_for, settle
from tui.model.outcome import follow

TOKEN = NOON.isoformat()
REQUEST = {"reconcile.fluxcd.io/requestedAt": TOKEN}
FORCE, RESET = {"reconcile.fluxcd.io/forceAt": TOKEN}, {"reconcile.fluxcd.io/resetAt": TOKEN}
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
        pytest.param(Verb.FORCE, hr("a"), {"metadata": {"annotations": REQUEST | FORCE}}, id="force"),
        pytest.param(Verb.RESET, hr("a"), {"metadata": {"annotations": REQUEST | RESET}}, id="reset"),
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
        pytest.param(Verb.FORCE, hr("a"), "", id="force"),
        pytest.param(Verb.RESET, hr("a", conditions=ROLLED_BACK), "", id="reset"),
        pytest.param(Verb.FORCE, ks("a"), "only a HelmRelease can be forced", id="not-forcible"),
        pytest.param(Verb.RESET, body("Alert", "a"), "only a HelmRelease can be reset", id="not-resettable"),
        pytest.param(Verb.FORCE, hr("a", suspend=True), "it is suspended: resume it first", id="force-suspended"),
        pytest.param(Verb.RESET, hr("a", suspend=True), "it is suspended: resume it first", id="reset-suspended"),
        pytest.param(
            Verb.FORCE, ks("a", suspend=True), "only a HelmRelease can be forced", id="not-to-be-resumed-for-it"
        ),
        *(pytest.param(verb, hr("a", deleted=ago(1)), "it is being deleted", id=f"{verb}-deleted") for verb in Verb),
        pytest.param(
            Verb.RESUME, ks("a", suspend=True, deleted=ago(1)), "it is being deleted", id="suspended-and-deleted"
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


def _released(conditions: tuple[Body, ...] = READY, force: str = TOKEN, reset: str = "", **more: Any) -> Body:
    more = {"requested": TOKEN, "handled": TOKEN} | more
    return hr("a", conditions=conditions, status={"lastHandledForceAt": force, "lastHandledResetAt": reset}, **more)


FORCED = [
    pytest.param(_released(force="", handled="old"), Step.ASKED, "", id="not-taken-up"),
    pytest.param(_released(PROGRESSING, handled="old"), Step.HANDLED, "", id="taken-up-long-before-it-is-handled"),
    pytest.param(_released(handled="old"), Step.HANDLED, "", id="ready-of-the-run-before"),
    pytest.param(_released(), Step.READY, READY[0]["message"], id="ready"),
    pytest.param(
        _released(ROLLED_BACK),
        Step.FAILED,
        "RetriesExceeded: Helm upgrade failed for release apps/a: field is immutable "
        "Helm rollback to previous release apps/a.v3 succeeded",
        id="failed-again",
    ),
    pytest.param(
        _released(WAITING, force="old"),
        Step.FAILED,
        "DependencyNotReady: dependency 'flux-system/infra' is not ready",
        id="not-even-tried",
    ),
    pytest.param(
        _released(force="old"),
        Step.FAILED,
        "helm-controller reconciled it, but it was not forced: ask again",
        id="handled-unseen",
    ),
    pytest.param(
        _released(force="", reset=TOKEN),
        Step.FAILED,
        "helm-controller reconciled it, but it was not forced: ask again",
        id="another-request-of-the-same-moment",
    ),
    pytest.param(_released(requested="theirs", handled="old"), Step.ASKED, "", id="overtaken-and-not-handled"),
    pytest.param(
        _released(requested="theirs", handled="theirs"),
        Step.FAILED,
        "another request took its place: ask again if it was not forced",
        id="overtaken-and-that-was-handled",
    ),
    pytest.param(_released(requested="theirs"), Step.READY, None, id="handled-then-overtaken"),
    pytest.param(
        _released(suspend=True), Step.FAILED, "it was suspended meanwhile: nothing was reconciled", id="suspended"
    ),
    pytest.param(_released(deleted=ago(1)), Step.FAILED, "it is being deleted now", id="deletion-began"),
]


@pytest.mark.parametrize(("now", "step", "message"), FORCED)
def test_a_force_is_followed(now: Body, step: Step, message: str | None) -> None:
    after = follow(_asked(Verb.FORCE, hr("a", requested="old", handled="old")), read(now), SOON)
    assert after.step is step
    assert message is None or after.message == message


@pytest.mark.parametrize(
    ("reset", "step"), [(TOKEN, Step.READY), ("old", Step.FAILED)], ids=["obeyed", "handled-unseen"]
)
def test_a_reset_is_followed_by_its_own_token(reset: str, step: Step) -> None:
    after = follow(_asked(Verb.RESET, hr("a")), read(_released(force="", reset=reset)), SOON)
    assert after.step is step
    assert (after.message == "helm-controller reconciled it, but it was not reset: ask again") is (step is Step.FAILED)


def test_a_force_that_was_taken_up_and_overtaken_ends_with_the_run_that_follows() -> None:
    outcome = follow(_asked(Verb.FORCE, hr("a")), read(_released(PROGRESSING, handled="old")), SOON)
    later = _released(requested="theirs", handled="theirs")
    assert follow(outcome, read(later), SOON).step is Step.READY


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
        pytest.param(
            Verb.FORCE,
            hr("a"),
            hr("a", requested=TOKEN),
            "no controller took the request up: is helm-controller running?",
            id="force-nobody-there",
        ),
        pytest.param(
            Verb.FORCE,
            hr("a"),
            _released(PROGRESSING, handled="old"),
            "helm-controller took it up and has not finished",
            id="force-under-way",
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
