"""How a request is followed: asked, handled, settled, by token, conditions and generation."""

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
from tui.model.intent import Outcome, Step, Verb, ask, settle
from tui.model.outcome import TAKEN_UP_WITHIN, follow, is_busy, is_overlooked, superseded, was_done

TOKEN = NOON.isoformat()
THEIRS = "2026-11-21T12:00:03.123456789Z"
SUPERSEDED = "superseded by a request of another at 12:00:03"
SOON = NOON + timedelta(seconds=4)
LATE = NOON + timedelta(minutes=5)


def _asked(verb: Verb, before: Body) -> Outcome:
    """A request that the API server has accepted, before any version of the object that a test tells."""
    return msgspec.structs.replace(ask(verb, read(before), NOON), version="1")


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
        ks("a", requested=THEIRS, handled=THEIRS),
        Step.READY,
        f"{SUPERSEDED}; that one came to: ready",
        id="overtaken-and-that-was-handled",
    ),
    pytest.param(
        ks("a", requested=THEIRS, handled=THEIRS, conditions=STALLED),
        Step.FAILED,
        f"{SUPERSEDED}; that one came to: failed, AccessDenied: can't access 'GitRepository/other/fleet'",
        id="overtaken-and-that-failed",
    ),
    pytest.param(
        ks("a", requested=THEIRS, handled=THEIRS, conditions=PROGRESSING),
        Step.HANDLED,
        SUPERSEDED,
        id="overtaken-and-that-is-worked-on",
    ),
    pytest.param(
        ks("a", requested="by hand", handled="by hand"),
        Step.READY,
        "superseded by a request of another; that one came to: ready",
        id="overtaken-by-a-token-that-is-no-time",
    ),
    pytest.param(
        ks("a", requested=THEIRS, handled=THEIRS, version="0"), Step.ASKED, "", id="an-older-version-with-another-s"
    ),
    pytest.param(
        ks("a", requested=THEIRS, handled=THEIRS, suspend=True),
        Step.FAILED,
        "it was suspended meanwhile: nothing was reconciled",
        id="overtaken-and-suspended",
    ),
    pytest.param(
        ks("a", requested=THEIRS, handled=TOKEN, conditions=FAILING), Step.FAILED, None, id="handled-then-overtaken"
    ),
    pytest.param(
        ks("a", requested=THEIRS, handled="old"),
        Step.ASKED,
        f"{SUPERSEDED}, which is not handled yet",
        id="overtaken-and-not-handled",
    ),
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
    if step is Step.ASKED and not after.overtaken:
        assert after is asked
    assert follow(after, read(now) if now else None, SOON) is after


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
    pytest.param(
        _released(requested=THEIRS, handled="old", force="old"),
        Step.ASKED,
        f"{SUPERSEDED}, which is not handled yet",
        id="overtaken-and-not-handled",
    ),
    pytest.param(
        _released(requested=THEIRS, handled=THEIRS, force="old"),
        Step.FAILED,
        f"{SUPERSEDED}: ask again if it was not forced",
        id="overtaken-and-that-was-handled",
    ),
    pytest.param(
        _released(requested=THEIRS, handled=THEIRS),
        Step.READY,
        f"{SUPERSEDED}; that one came to: ready",
        id="overtaken-when-it-was-forced-already",
    ),
    pytest.param(_released(requested=THEIRS), Step.READY, None, id="handled-then-overtaken"),
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
    later = _released(requested=THEIRS, handled=THEIRS)
    assert follow(outcome, read(later), SOON).step is Step.READY


def test_it_goes_on_from_handled_to_its_end() -> None:
    outcome = _asked(Verb.RECONCILE, ks("a"))
    outcome = follow(outcome, read(_handled(PROGRESSING)), NOON + timedelta(seconds=1))
    assert follow(outcome, read(_handled(PROGRESSING)), NOON + timedelta(seconds=2)) is outcome
    outcome = follow(outcome, read(_handled()), SOON)
    assert (outcome.step, outcome.settled) == (Step.READY, SOON)
    assert follow(outcome, read(_handled(FAILING)), LATE) is outcome


def _generations(status: str = "True", reason: str = "", *, ready: int, observed: int, **more: Any) -> Body:
    """A Kustomization of generation 3 that has handled the request, whose conditions are about some generation."""
    told = [condition("Ready", status, reason, generation=ready), *more.pop("others", ())]
    return _handled(told, generation=3, status={"observedGeneration": observed}, **more)


GENERATIONS = [
    pytest.param(_generations(ready=3, observed=3), Step.READY, id="ready"),
    pytest.param(_generations(ready=1, observed=1), Step.HANDLED, id="ready-before-the-suspension"),
    pytest.param(_generations(ready=3, observed=1), Step.HANDLED, id="ready-advanced-without-a-run"),
    pytest.param(_generations(ready=3, observed=0), Step.READY, id="a-status-without-a-generation"),
    pytest.param(_generations(ready=0, observed=3), Step.READY, id="a-condition-without-a-generation"),
    pytest.param(_generations(ready=0, observed=1), Step.HANDLED, id="only-the-status-has-one-and-it-is-behind"),
    pytest.param(
        _generations("False", "BuildFailed", ready=3, observed=1), Step.FAILED, id="fails-while-the-status-is-behind"
    ),
    pytest.param(_generations("False", "BuildFailed", ready=1, observed=1), Step.HANDLED, id="failed-before"),
    pytest.param(_generations("False", "DependencyNotReady", ready=3, observed=1), Step.FAILED, id="waits"),
    pytest.param(_generations("False", "DependencyNotReady", ready=2, observed=1), Step.HANDLED, id="waited-before"),
    pytest.param(
        _generations("False", "AccessDenied", ready=3, observed=3, others=[condition("Stalled", generation=3)]),
        Step.FAILED,
        id="stalls",
    ),
    pytest.param(
        _generations("False", "AccessDenied", ready=2, observed=2, others=[condition("Stalled", generation=2)]),
        Step.HANDLED,
        id="stalled-before",
    ),
    pytest.param(
        _generations(ready=3, observed=1, others=[condition("Reconciling", "True", "Progressing", generation=3)]),
        Step.HANDLED,
        id="is-looked-at",
    ),
]


@pytest.mark.parametrize(("now", "step"), GENERATIONS)
def test_conditions_of_an_earlier_generation_are_not_judged(now: Body, step: Step) -> None:
    before = ks("a", suspend=True, generation=2)
    after = follow(_asked(Verb.RESUME, before), read(now), SOON)
    assert after.step is step
    if step is Step.HANDLED:
        assert follow(after, read(_generations(ready=3, observed=3)), SOON).step is Step.READY


def test_a_release_that_ended_an_earlier_run_with_our_token_is_not_ready_of_it() -> None:
    """helm-controller copies the token that it finds at the end of a run that began before the resume."""
    asked = _asked(Verb.RESUME, hr("a", suspend=True, generation=2))
    more: dict[str, Any] = {"requested": TOKEN, "handled": TOKEN, "generation": 3}
    old = (condition("Ready", "True", "UpgradeSucceeded", generation=1),)
    after = follow(asked, read(hr("a", conditions=old, status={"observedGeneration": 1}, **more)), SOON)
    assert after.step is Step.HANDLED
    new = (condition("Ready", "True", "UpgradeSucceeded", generation=3),)
    assert follow(after, read(hr("a", conditions=new, **more)), SOON).step is Step.READY


def test_the_latest_of_several_others_is_the_one_that_counts() -> None:
    second, third = "2026-11-21T12:00:03Z", "2026-11-21T12:00:07Z"
    outcome = follow(_asked(Verb.RECONCILE, ks("a")), read(ks("a", requested=second)), SOON)
    outcome = follow(outcome, read(ks("a", requested=third)), SOON)
    assert outcome.message == "superseded by a request of another at 12:00:07, which is not handled yet"
    outcome = follow(outcome, read(ks("a", requested=third, handled=third)), SOON)
    assert (outcome.step, outcome.message) == (
        Step.READY,
        "superseded by a request of another at 12:00:07; that one came to: ready",
    )


def test_another_s_request_that_was_handled_counts_though_a_third_came_then() -> None:
    outcome = follow(_asked(Verb.RECONCILE, ks("a")), read(ks("a", requested=THEIRS)), SOON)
    later = ks("a", requested="2026-11-21T12:00:09Z", handled=THEIRS)
    assert follow(outcome, read(later), SOON).message == f"{SUPERSEDED}; that one came to: ready"


@pytest.mark.parametrize(
    ("version", "is_noticed"),
    [("", False), ("not a number", False), ("5", True), ("6", True), ("7", False)],
    ids=["no-reply-yet", "unreadable", "later", "the-same", "older-than-ours"],
)
def test_only_what_is_later_than_our_request_took_its_place(version: str, is_noticed: bool) -> None:
    asked = msgspec.structs.replace(ask(Verb.RECONCILE, read(ks("a")), NOON), version=version)
    after = follow(asked, read(ks("a", requested=THEIRS, version="6")), SOON)
    assert bool(after.overtaken) is is_noticed


@pytest.mark.parametrize("token", ["", "by hand", "9999-99-99", "0001-01-01T00:00:00+14:00", "[red]x"])
def test_a_token_that_is_no_time_is_not_told_as_one(token: str) -> None:
    outcome = msgspec.structs.replace(_asked(Verb.RECONCILE, ks("a")), overtaken=token)
    assert superseded(outcome) == "superseded by a request of another"


OVERLOOKED = [
    pytest.param(ks("a", requested=TOKEN), 20, True, id="nobody-takes-it-up"),
    pytest.param(ks("a", requested=TOKEN), 19, False, id="not-yet"),
    pytest.param(ks("a"), 20, False, id="the-watch-has-not-shown-it"),
    pytest.param(None, 20, False, id="gone"),
    pytest.param(ks("a", requested=TOKEN, handled=TOKEN), 20, False, id="handled"),
    pytest.param(ks("a", requested=THEIRS, handled="old"), 20, True, id="overtaken-and-that-is-overlooked-too"),
]


@pytest.mark.parametrize(("now", "seconds", "expected"), OVERLOOKED)
def test_a_request_that_nobody_takes_up_in_time_is_overlooked(now: Body | None, seconds: int, expected: bool) -> None:
    resource, at = read(now) if now else None, NOON + timedelta(seconds=seconds)
    assert timedelta(seconds=20) == TAKEN_UP_WITHIN
    asked = _asked(Verb.RECONCILE, ks("a"))
    followed = follow(asked, resource, at) if resource else asked
    assert is_overlooked(followed, resource, at) is expected


def test_what_needs_no_controller_or_waits_for_its_turn_is_not_overlooked() -> None:
    suspending, queued = _asked(Verb.SUSPEND, ks("a")), ask(Verb.RECONCILE, read(ks("a")), NOON, Step.QUEUED)
    for outcome in (suspending, queued):
        assert not is_overlooked(outcome, read(ks("a", requested=TOKEN)), LATE)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        pytest.param(PROGRESSING, True, id="runs"),
        pytest.param([condition("Reconciling"), *READY], True, id="is-looked-at"),
        pytest.param(FAILING, False, id="between-two-attempts"),
        pytest.param(READY, False, id="ready"),
        pytest.param([condition("Reconciling", "False"), *READY], False, id="says-that-it-does-not"),
    ],
)
def test_an_earlier_run_comes_first(conditions: list[Body], expected: bool) -> None:
    assert is_busy(read(ks("a", conditions=conditions))) is expected


@pytest.mark.parametrize(
    ("verb", "now", "expected"),
    [
        pytest.param(Verb.RECONCILE, ks("a", requested=TOKEN), True, id="there"),
        pytest.param(Verb.RECONCILE, ks("a", requested="old"), False, id="as-before"),
        pytest.param(Verb.RECONCILE, ks("a"), False, id="without-any"),
        pytest.param(Verb.RECONCILE, ks("a", requested=THEIRS), True, id="another-s-later-request"),
        pytest.param(Verb.RECONCILE, ks("a", requested="old", handled=TOKEN), True, id="handled-and-put-back"),
        pytest.param(Verb.SUSPEND, ks("a", suspend=True), True, id="suspended"),
        pytest.param(Verb.SUSPEND, ks("a"), False, id="not-suspended"),
        pytest.param(Verb.RESUME, ks("a", requested=TOKEN), True, id="resumed"),
        pytest.param(Verb.RESUME, ks("a", requested="old", suspend=True), False, id="not-resumed"),
    ],
)
def test_whether_a_request_whose_reply_was_lost_was_done(verb: Verb, now: Body, expected: bool) -> None:
    before = ks("a", requested="old", suspend=verb is Verb.RESUME)
    assert was_done(_asked(verb, before), read(now)) is expected


@pytest.mark.parametrize(("suspend", "expected"), [(True, False), (False, True)], ids=["still", "resumed"])
def test_whether_a_resume_without_a_token_was_done(suspend: bool, expected: bool) -> None:
    asked = _asked(Verb.RESUME, body("Alert", "a", suspend=True))
    assert was_done(asked, read(body("Alert", "a", suspend=suspend))) is expected


def test_a_timeout_says_what_was_found_out_meanwhile() -> None:
    message = "nothing takes it up: kustomize-controller is scaled to 0 in flux-system: scale it up"
    told = msgspec.structs.replace(_asked(Verb.RECONCILE, ks("a")), message=message)
    after = follow(told, read(ks("a", requested=TOKEN)), LATE)
    assert (after.step, after.message) == (Step.TIMED_OUT, message)


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
