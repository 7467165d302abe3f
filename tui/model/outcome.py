"""What became of a request, from what its object looks like."""

from datetime import datetime

import msgspec

from tui.model.health import State, assess
from tui.model.intent import RELEASES, SWITCHES, Outcome, Step, Verb, past, settle
from tui.model.kinds import KINDS
from tui.model.resources import Resource
from tui.model.text import mask_credentials, one_line


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


def _carry_on(outcome: Outcome, resource: Resource, now: datetime) -> Outcome:
    if outcome.verb is Verb.SUSPEND:
        return settle(outcome, Step.READY, "suspended", now) if resource.suspended else outcome
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
    overtaken = resource.requested_at not in ("", outcome.token, outcome.replaced)
    return handled == outcome.token or (overtaken and handled == resource.requested_at)


def _obeyed(outcome: Outcome, resource: Resource) -> str:
    """The token of the last force or reset that helm-controller looked at; it writes it while it still works."""
    status = resource.status
    return status.last_handled_force_at if outcome.verb is Verb.FORCE else status.last_handled_reset_at


def _judge(outcome: Outcome, resource: Resource, now: datetime) -> Outcome:
    health = assess(resource)
    if outcome.verb in RELEASES and (why := _disobeyed(outcome, resource, health.state)):
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
        return f"another request took its place: ask again if it was not {past(outcome.verb)}"
    if state is State.READY and _obeyed(outcome, resource) != outcome.token:
        return f"{KINDS[outcome.ref.kind].controller} reconciled it, but it was not {past(outcome.verb)}: ask again"
    return ""


def _take_up(outcome: Outcome) -> Outcome:
    is_news = outcome.step is Step.ASKED
    return msgspec.structs.replace(outcome, step=Step.HANDLED, message="") if is_news else outcome


def _timeout_message(outcome: Outcome, resource: Resource) -> str:
    controller = KINDS[outcome.ref.kind].controller
    if outcome.step is Step.HANDLED:
        return f"{controller} took it up and has not finished"
    if outcome.verb in SWITCHES and resource.suspended is not (outcome.verb is Verb.SUSPEND):
        state = "still suspended" if resource.suspended else "not suspended"
        return f"it is {state}: the request was lost, or what applies the object undid it"
    if assess(resource).state is State.PROGRESSING:
        return f"{controller} is still busy with an earlier run"
    return f"no controller took the request up: is {controller} running?"
