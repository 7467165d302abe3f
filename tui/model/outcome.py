"""What became of a request, from what its object looks like."""

from datetime import datetime, timedelta

import msgspec

from tui.model.health import Health, State, assess
from tui.model.intent import RELEASES, SWITCHES, Outcome, Step, Verb, is_as_asked, past, settle
from tui.model.kinds import KINDS
from tui.model.resources import Resource
from tui.model.text import mask_credentials, one_line

TAKEN_UP_WITHIN = timedelta(seconds=20)
"""How long a controller that runs may leave a request alone before somebody should look at it."""

_PASSING = frozenset((State.PROGRESSING, State.UNKNOWN, State.TERMINATING))
"""States that tell nothing about how a run ended."""


def follow(outcome: Outcome, resource: Resource | None, now: datetime) -> Outcome:
    """Carry an outcome on, from what the object looks like now.

    Handled means that the controller copied our token, or that someone else's request took its place and was handled.
    Then the conditions decide, as far as they are about the present generation: a failing object is failed at once,
    not at a timeout.

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
    after = _carry_on(_notice_overtaking(outcome, resource), resource, now)
    if not after.is_settled and now >= outcome.deadline:
        return settle(after, Step.TIMED_OUT, _timeout_message(after, resource), now)
    return after


def is_overlooked(outcome: Outcome, resource: Resource | None, now: datetime) -> bool:
    """Whether a controller should have taken a request up by now.

    Args:
        outcome: The request.
        resource: The object now, None when it is gone.
        now: The time.

    Returns:
        True where the object has carried the request, or the one that took its place, for longer than
        `TAKEN_UP_WITHIN`.
    """
    if resource is None or outcome.step is not Step.ASKED or now - outcome.asked < TAKEN_UP_WITHIN:
        return False
    requested = resource.requested_at
    is_there = bool(requested) and requested in (outcome.token, outcome.overtaken)
    return is_there and resource.status.last_handled_reconcile_at != requested


def is_busy(resource: Resource) -> bool:
    """Whether a run is under way, so that a request has to wait for its end.

    Between two attempts of what fails the condition stays, with another reason (fluxcd/pkg apis/meta/conditions.go).

    Args:
        resource: The object.

    Returns:
        True as far as its controller has said; one that is ended in the middle of a run leaves it so.
    """
    reconciling = resource.condition("Reconciling")
    return reconciling is not None and reconciling.status == "True" and reconciling.reason != "ProgressingWithRetry"


def was_done(outcome: Outcome, resource: Resource) -> bool:
    """Whether an object carries what was asked, for a request whose reply was lost.

    Args:
        outcome: The request.
        resource: The object, read after the request was sent.

    Returns:
        False only where the object is as before; another's later request has written over ours if there was one.
    """
    if outcome.token:
        is_handled = resource.status.last_handled_reconcile_at == outcome.token
        return is_handled or resource.requested_at not in ("", outcome.replaced)
    return is_as_asked(outcome, resource) if outcome.verb is Verb.SUSPEND else not resource.suspended


def superseded(outcome: Outcome) -> str:
    """That another's request took the place of ours.

    Args:
        outcome: A request that was overtaken.

    Returns:
        It in words, with the time where the other's token is one, in the local zone.
    """
    try:
        at = f" at {datetime.fromisoformat(outcome.overtaken).astimezone():%H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        at = ""  # a token may be anything
    return f"superseded by a request of another{at}"


def _notice_overtaking(outcome: Outcome, resource: Resource) -> Outcome:
    """Note whose request stands in the place of ours: one that was written after it, and before it was handled."""
    requested, handled = resource.requested_at, resource.status.last_handled_reconcile_at
    if not outcome.token or outcome.step is not Step.ASKED or not _is_later(resource, outcome.version):
        return outcome
    is_known = requested in ("", outcome.token, outcome.overtaken, outcome.replaced)
    if is_known or handled in filter(None, (outcome.token, outcome.overtaken)):
        return outcome
    noted = msgspec.structs.replace(outcome, overtaken=requested)
    return msgspec.structs.replace(noted, message=f"{superseded(noted)}, which is not handled yet")


def _is_later(resource: Resource, version: str) -> bool:
    """Whether an object is not older than a version: an older one has the request that ours took the place of.

    Versions grow with each write (KEP-5504; etcd's revisions before that).
    """
    now = resource.metadata.resource_version
    return now.isdecimal() and version.isdecimal() and int(now) >= int(version)


def _carry_on(outcome: Outcome, resource: Resource, now: datetime) -> Outcome:
    if outcome.verb is Verb.SUSPEND:
        return settle(outcome, Step.READY, "suspended", now) if is_as_asked(outcome, resource) else outcome
    if outcome.verb is Verb.RESUME and resource.suspended:
        return outcome
    if _handled(outcome, resource):
        return _judge(outcome, resource, now)
    is_under_way = outcome.verb in RELEASES and resource.requested_at == _obeyed(outcome, resource) == outcome.token
    return _take_up(outcome) if is_under_way else outcome


def _handled(outcome: Outcome, resource: Resource) -> bool:
    if not outcome.token:
        return True
    handled = resource.status.last_handled_reconcile_at
    if outcome.step is Step.HANDLED and handled == resource.requested_at:
        return True  # a later request came while ours was worked on
    return handled == outcome.token or (handled != "" and handled == outcome.overtaken)


def _obeyed(outcome: Outcome, resource: Resource) -> str:
    """The token of the last force or reset that helm-controller looked at; it writes it while it still works."""
    status = resource.status
    return status.last_handled_force_at if outcome.verb is Verb.FORCE else status.last_handled_reset_at


def _judge(outcome: Outcome, resource: Resource, now: datetime) -> Outcome:
    health = assess(resource)
    if outcome.verb in RELEASES and (why := _disobeyed(outcome, resource, health.state)):
        return settle(outcome, Step.FAILED, why, now)
    if health.state is State.SUSPENDED:
        return settle(outcome, Step.FAILED, "it was suspended meanwhile: nothing was reconciled", now)
    if health.state in _PASSING or _is_dated(resource, health.state):
        return _take_up(outcome)
    step, message = _came_to(health)
    if outcome.overtaken:
        message = f"{superseded(outcome)}; that one came to: {step}{f', {message}' if step is Step.FAILED else ''}"
    return settle(outcome, step, message, now)


def _came_to(health: Health) -> tuple[Step, str]:
    told = mask_credentials(one_line(health.message))
    if health.state in (State.READY, State.STATIC):
        return Step.READY, told
    return Step.FAILED, f"{health.reason}: {told}"


def _is_dated(resource: Resource, state: State) -> bool:
    """Whether the conditions are still those of an earlier generation, from before a suspension or a change.

    Each condition has the generation that it is about. While something fails, kustomize-controller leaves that of the
    status behind; when all is well every controller that has one moves it, and only then: the condition's own may have
    been advanced without a run, by a conflict (fluxcd/pkg runtime/patch/patch.go; helm-controller
    internal/reconcile/state.go).
    """
    generation, observed = resource.metadata.generation, resource.status.observed_generation
    judged = resource.condition("Stalled" if state is State.STALLED else "Ready")
    if judged is None:
        return False
    is_behind = 0 < (judged.observed_generation or observed) < generation
    return is_behind or (state is State.READY and 0 < observed < generation)


def _disobeyed(outcome: Outcome, resource: Resource, state: State) -> str:
    """Why a request that was handled did not force or reset anything, though the object may be ready.

    A later request makes helm-controller drop ours, since the two values are no longer the same; and a request that
    comes while it works may be handled unseen, since it reads the annotations anew when it ends
    (helm-controller internal/controller/helmrelease_controller.go).
    """
    if outcome.overtaken and _obeyed(outcome, resource) != outcome.token:
        return f"{superseded(outcome)}: ask again if it was not {past(outcome.verb)}"
    if state is State.READY and _obeyed(outcome, resource) != outcome.token:
        return f"{KINDS[outcome.ref.kind].controller} reconciled it, but it was not {past(outcome.verb)}: ask again"
    return ""


def _take_up(outcome: Outcome) -> Outcome:
    if outcome.step is not Step.ASKED:
        return outcome
    message = superseded(outcome) if outcome.overtaken else ""
    return msgspec.structs.replace(outcome, step=Step.HANDLED, message=message)


def _timeout_message(outcome: Outcome, resource: Resource) -> str:
    controller = KINDS[outcome.ref.kind].controller
    if outcome.step is Step.HANDLED:
        return f"{controller} took it up and has not finished"
    if outcome.verb in SWITCHES and resource.suspended is not (outcome.verb is Verb.SUSPEND):
        state = "still suspended" if resource.suspended else "not suspended"
        return f"it is {state}: the request was lost, or what applies the object undid it"
    if outcome.message:
        return outcome.message
    if assess(resource).state is State.PROGRESSING:
        return f"{controller} is still busy with an earlier run"
    return f"no controller took the request up: is {controller} running?"
