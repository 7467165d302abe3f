"""How often an object was tried, and when it runs next, as far as its status tells."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from tui.model.changes import EventRecord
from tui.model.health import Health, State
from tui.model.resources import Resource
from tui.model.text import counted
from tui.model.times import parse_duration

_AGAIN = re.compile(r"\bretrying (?:in|after) (\d[\w.]*)")
"""Controllers name the period where it is not the object's own interval."""

_NAMED_WITHIN = 500
"""Characters of a message in which the period stands."""

_JITTER = 0.1
"""Twice the controllers' default --interval-jitter-percentage of 5 (fluxcd/pkg runtime/jitter/interval.go)."""

_QUEUE = timedelta(minutes=1)
"""How long a run may stand in a busy controller's queue."""


def count_tries(resource: Resource) -> int:
    """How often the present attempt has failed.

    helm-controller counts failures; kustomize-controller counts the runs that ended alike, once it has built something
    (fluxcd/pkg apis/meta/history.go).

    Args:
        resource: The object.

    Returns:
        The number, 0 where nothing failed or nobody counts.
    """
    status = resource.status
    failures = status.install_failures or status.upgrade_failures or status.failures
    latest = status.history[0] if status.history else None
    if failures or latest is None or not latest.last_reconciled_status.endswith("Failed"):
        return failures
    return latest.total_reconciliations


def what_next(resource: Resource, health: Health, now: datetime, events: Iterable[EventRecord] = ()) -> str:
    """What happens next to an object by itself.

    Args:
        resource: The object.
        health: Its verdict.
        now: The time.
        events: Its Events, in which a controller names how soon it looks again.

    Returns:
        `retries in 24s`, `gave up after 3 tries`, `next run in 8m`, `overdue by 12m`; empty where that can't be told.
    """
    match health.state:
        case State.STALLED:
            tries = count_tries(resource)
            return f"gave up after {counted(tries, 'try', 'tries')}" if tries else ""
        case State.FAILED:
            return _retry(resource, health, now)
        case State.WAITING:
            period = _named_period(resource) or _latest_period(events)
            return f"looks again every {span(period)}" if period else ""
        case State.READY:
            return _run(resource, now)
        case _:
            return ""


def _retry(resource: Resource, health: Health, now: datetime) -> str:
    if _is_running(resource):
        return "retrying now"
    period = _named_period(resource)
    if resource.ref.kind == "Kustomization":
        period = period or parse_duration(resource.spec.retry_interval or resource.spec.interval)
        return _due("retries in", "retry", _last_run(resource), period, now)
    if period:
        return f"retries every {span(period)}"
    return _retries_left(resource) or ("retries by itself" if health.retrying else "")


def _retries_left(resource: Resource) -> str:
    """How often a HelmRelease will remediate yet: the number of failures may exceed the retries by one.

    helm-controller api/v2/helmrelease_types.go, RetriesExhausted.
    """
    spec, status = resource.spec, resource.status
    action = {"install": spec.install, "upgrade": spec.upgrade}.get(status.last_attempted_release_action)
    failures = status.install_failures or status.upgrade_failures
    if action is None or action.remediation is None or not failures:
        return ""
    most = action.remediation.retries
    left = most - failures + 1
    if most < 0:
        return "retries without end"
    return f"{left} of {counted(most, 'retry', 'retries')} left" if left > 0 else ""


def _run(resource: Resource, now: datetime) -> str:
    """Only kustomize-controller leaves a trace of a run in which nothing happened: Ready turns Unknown and back."""
    if resource.ref.kind != "Kustomization":
        return ""
    if _is_running(resource):
        return "runs now"
    return _due("next run in", "run", _last_run(resource), parse_duration(resource.spec.interval), now)


def _due(ahead: str, noun: str, last: datetime | None, period: timedelta, now: datetime) -> str:
    if last is None or not period:
        return ""
    late = now - last - period
    if late < timedelta():
        return f"{ahead} {span(-late)}"
    return f"{noun} overdue by {span(late)}" if late > period * _JITTER + _QUEUE else f"{noun} due"


def _last_run(resource: Resource) -> datetime | None:
    """When the last run ended; unknown where a run does not show, since it stops before there is anything to do."""
    ready = resource.condition("Ready")
    if ready is None or (ready.status == "False" and resource.condition("Reconciling") is None):
        return None
    return ready.last_transition_time


def _is_running(resource: Resource) -> bool:
    ready = resource.condition("Ready")
    return ready is not None and ready.status == "Unknown"


def _named_period(resource: Resource) -> timedelta:
    for condition in resource.status.conditions:
        if condition.type in ("Ready", "Reconciling") and (named := _AGAIN.search(condition.message, 0, _NAMED_WITHIN)):
            return parse_duration(named[1])
    return timedelta()


def _latest_period(events: Iterable[EventRecord]) -> timedelta:
    for event in sorted(events, key=lambda event: event.last.timestamp() if event.last else 0.0, reverse=True):
        if named := _AGAIN.search(event.message, 0, _NAMED_WITHIN):
            return parse_duration(named[1])
    return timedelta()


def span(duration: timedelta) -> str:
    """A period in one unit.

    Args:
        duration: The period.

    Returns:
        `24s`, `8m`, `3h`.
    """
    total = max(1, round(duration.total_seconds()))
    if total < 100:
        return f"{total}s"
    return f"{round(total / 60)}m" if total < 2 * 3600 else f"{round(total / 3600)}h"
