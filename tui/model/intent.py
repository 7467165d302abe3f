"""What a person asks of an object, the patch that asks for it, and what became of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from tui.model.health import State, assess, is_static
from tui.model.kinds import FORCE_REQUEST, KINDS, RECONCILE_REQUEST, RESET_REQUEST
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.text import mask_credentials, one_line
from tui.model.times import parse_duration


class Verb(StrEnum):
    """What can be asked of an object."""

    RECONCILE = "reconcile"
    SUSPEND = "suspend"
    RESUME = "resume"
    FORCE = "force"
    """Release now, even what is in sync or out of retries."""
    RESET = "reset"
    """Forget the failures that were counted, and reconcile."""


_SWITCHES = frozenset((Verb.SUSPEND, Verb.RESUME))
_RELEASES = {Verb.FORCE: FORCE_REQUEST, Verb.RESET: RESET_REQUEST}
"""What only a HelmRelease knows, and the annotation that asks for it."""


class Step(StrEnum):
    """How far a request has come."""

    QUEUED = "queued"
    """Something else, its source, is awaited first."""
    ASKED = "asked"
    """The API server has the request; no controller has taken it up."""
    HANDLED = "handled"
    """The controller has taken it up and works on it."""
    READY = "ready"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    REFUSED = "refused"
    """It was never sent, or the API server did not take it."""


SETTLED = frozenset((Step.READY, Step.FAILED, Step.TIMED_OUT, Step.REFUSED))
"""The steps after which nothing more is awaited."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one request so far."""

    ref: ObjectRef
    uid: str
    """The object's uid when it was asked: an object that took its place is another one."""
    verb: Verb
    step: Step
    asked: datetime
    deadline: datetime
    token: str = ""
    """The value of the request annotation, which the controller copies to its status when it has handled it."""
    message: str = ""
    settled: datetime | None = None
    replaced: str = ""
    """The token that stood on the object before ours: that it was handled says nothing about us."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is awaited."""
        return self.step in SETTLED


_PATIENCE = timedelta(minutes=5)
"""How long a request may take, where the object's own timeout is not longer."""


def ask(verb: Verb, resource: Resource, now: datetime, step: Step = Step.ASKED) -> Outcome:
    """Begin a request.

    Args:
        verb: What is asked.
        resource: The object.
        now: The time, from which the token is made.
        step: `QUEUED` where something else is awaited first.

    Returns:
        The outcome to follow.
    """
    patience = max(_PATIENCE, parse_duration(resource.spec.timeout) + timedelta(minutes=1))
    token = now.isoformat() if verb is not Verb.SUSPEND and obeys_requests(resource) else ""
    deadline, before = now + patience, resource.requested_at
    return Outcome(resource.ref, resource.metadata.uid, verb, step, now, deadline, token, replaced=before)


def obeys_requests(resource: Resource) -> bool:
    """Whether a controller reconciles an object when the request annotation changes.

    Args:
        resource: The object.

    Returns:
        False for kinds without such a controller and for a HelmRepository of type `oci`.
    """
    return KINDS[resource.ref.kind].reconcilable and not is_static(resource)


def patch_for(outcome: Outcome) -> dict[str, Any]:
    """The JSON merge patch for a request, as the flux CLI and flux-operator write it.

    Resuming removes `spec.suspend`, since the field is left out when false (flux2 cmd/flux/resume.go), and asks for a
    run.

    Args:
        outcome: The request.

    Returns:
        The patch of the main resource.
    """
    annotations: dict[str, Any] = {}
    patch: dict[str, Any] = {}
    if outcome.token:
        annotations[RECONCILE_REQUEST] = outcome.token
    if outcome.verb in _RELEASES:
        annotations[_RELEASES[outcome.verb]] = outcome.token  # obeyed only where both are the same
    if outcome.verb in _SWITCHES:
        suspend = outcome.verb is Verb.SUSPEND
        switch = KINDS[outcome.ref.kind].suspended_by
        if switch == "spec":
            patch["spec"] = {"suspend": True if suspend else None}
        else:
            annotations[switch] = "disabled" if suspend else "enabled"
    if annotations:
        patch["metadata"] = {"annotations": annotations}
    return patch


def objection(verb: Verb, resource: Resource) -> str:
    """Why a request would do nothing to this object, so that it is not sent.

    A controller marks a request on a suspended object as handled and does nothing. Of an object that is being deleted
    only the finalizers are worked off; to suspend it then would leave behind what it applied.

    Args:
        verb: What is asked.
        resource: The object.

    Returns:
        The reason in words, empty where there is none.
    """
    kind = KINDS[resource.ref.kind]
    if verb in _RELEASES and not kind.releases:
        return f"only a HelmRelease can be {_past(verb)}"
    if verb in _SWITCHES and not kind.suspended_by:
        return f"{kind.name}s cannot be suspended"
    if verb is Verb.RECONCILE and not obeys_requests(resource):
        return f"no controller reconciles this {kind.name}"
    if resource.metadata.deletion_timestamp is not None:
        return "it is being deleted"
    return "it is suspended: resume it first" if resource.suspended and verb not in _SWITCHES else ""


def follow(outcome: Outcome, resource: Resource | None, now: datetime) -> Outcome:
    """Carry an outcome on, from what the object looks like now.

    Handled means that the controller copied our token, or that someone else's request took its place and was handled.
    Then the conditions decide: a failing object is failed at once, not at a timeout.

    Args:
        outcome: The outcome so far.
        resource: The object now, None when it is gone.
        now: The time.

    Returns:
        The outcome now; the same value where nothing changed.
    """
    if outcome.is_settled or outcome.step is Step.QUEUED:
        return outcome
    if resource is None or resource.metadata.uid != outcome.uid:
        what = "it was deleted meanwhile" if resource is None else "it was deleted and made anew meanwhile"
        return settle(outcome, Step.FAILED, what, now)
    if resource.metadata.deletion_timestamp is not None:
        return settle(outcome, Step.FAILED, "it is being deleted now", now)
    after = _carry_on(outcome, resource, now)
    if not after.is_settled and now >= outcome.deadline:
        return settle(after, Step.TIMED_OUT, _timeout_message(after, resource), now)
    return after


def settle(outcome: Outcome, step: Step, message: str, now: datetime) -> Outcome:
    """End an outcome.

    Args:
        outcome: The outcome so far.
        step: How it ended.
        message: In words.
        now: The time.

    Returns:
        The settled outcome.
    """
    return msgspec.structs.replace(outcome, step=step, message=message, settled=now)


def _carry_on(outcome: Outcome, resource: Resource, now: datetime) -> Outcome:
    if outcome.verb is Verb.SUSPEND:
        return settle(outcome, Step.READY, "suspended", now) if resource.suspended else outcome
    if outcome.verb is Verb.RESUME and resource.suspended:
        return outcome
    if _handled(outcome, resource):
        return _judge(outcome, resource, now)
    is_under_way = outcome.verb in _RELEASES and resource.requested_at == _obeyed(outcome, resource) == outcome.token
    return _take_up(outcome) if is_under_way else outcome


def _handled(outcome: Outcome, resource: Resource) -> bool:
    if not outcome.token:
        return True
    handled = resource.status.last_handled_reconcile_at
    overtaken = resource.requested_at not in ("", outcome.token, outcome.replaced)
    return handled == outcome.token or (overtaken and handled == resource.requested_at)


def _obeyed(outcome: Outcome, resource: Resource) -> str:
    """The token of the last force or reset that helm-controller looked at; it writes it while it still works."""
    status = resource.status
    return status.last_handled_force_at if outcome.verb is Verb.FORCE else status.last_handled_reset_at


def _judge(outcome: Outcome, resource: Resource, now: datetime) -> Outcome:
    health = assess(resource)
    if outcome.verb in _RELEASES and (why := _disobeyed(outcome, resource, health.state)):
        return settle(outcome, Step.FAILED, why, now)
    told = mask_credentials(one_line(health.message))
    if health.state is State.SUSPENDED:
        return settle(outcome, Step.FAILED, "it was suspended meanwhile: nothing was reconciled", now)
    if health.state in (State.READY, State.STATIC):
        return settle(outcome, Step.READY, told, now)
    if health.state in (State.FAILED, State.STALLED, State.WAITING):
        return settle(outcome, Step.FAILED, f"{health.reason}: {told}", now)
    return _take_up(outcome)


def _disobeyed(outcome: Outcome, resource: Resource, state: State) -> str:
    """Why a request that was handled did not force or reset anything, though the object may be ready.

    A later request makes helm-controller drop ours, since the two values are no longer the same; and a request that
    comes while it works may be handled unseen, since it reads the annotations anew when it ends
    (helm-controller internal/controller/helmrelease_controller.go).
    """
    if resource.status.last_handled_reconcile_at != outcome.token and outcome.step is Step.ASKED:
        return f"another request took its place: ask again if it was not {_past(outcome.verb)}"
    if state is State.READY and _obeyed(outcome, resource) != outcome.token:
        return f"{KINDS[outcome.ref.kind].controller} reconciled it, but it was not {_past(outcome.verb)}: ask again"
    return ""


def _past(verb: Verb) -> str:
    return "forced" if verb is Verb.FORCE else verb.value


def _take_up(outcome: Outcome) -> Outcome:
    is_news = outcome.step is Step.ASKED
    return msgspec.structs.replace(outcome, step=Step.HANDLED, message="") if is_news else outcome


def _timeout_message(outcome: Outcome, resource: Resource) -> str:
    controller = KINDS[outcome.ref.kind].controller
    if outcome.step is Step.HANDLED:
        return f"{controller} took it up and has not finished"
    if outcome.verb in _SWITCHES and resource.suspended is not (outcome.verb is Verb.SUSPEND):
        state = "still suspended" if resource.suspended else "not suspended"
        return f"it is {state}: the request was lost, or what applies the object undid it"
    if assess(resource).state is State.PROGRESSING:
        return f"{controller} is still busy with an earlier run"
    return f"no controller took the request up: is {controller} running?"
