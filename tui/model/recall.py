"""What an object's own history says of it, for who sees it first in the middle of a run."""

from collections.abc import Iterator

from tui.model.health import Health, State, attempt_of
from tui.model.resources import Condition, Resource


def recall(resource: Resource) -> Health | None:
    """The verdict that stood before the run that is going on, as far as the status tells.

    A controller at work has replaced Ready, but not what it keeps of earlier runs: kustomize-controller the outcomes by
    revision (fluxcd/pkg apis/meta/history.go), helm-controller the condition of the last action and its counters, which
    begin anew with another chart or other values.

    Args:
        resource: The object.

    Returns:
        The verdict on the same generation and revision; None where nothing settled is known of them.
    """
    if resource.ref.kind == "HelmRelease":
        return _of_a_release(resource)
    return _of_a_kustomization(resource) if resource.ref.kind == "Kustomization" else None


def _of_a_kustomization(resource: Resource) -> Health | None:
    status, attempt = resource.status, attempt_of(resource)
    latest = status.history[0] if status.history else None
    if latest is None or latest.metadata.get("revision") != attempt[1]:
        return None
    outcome, ready = latest.last_reconciled_status, resource.condition("Ready")
    since = ready.last_transition_time if ready is not None else None
    if outcome.endswith("Failed"):
        told = f"{outcome} in the last run; this one: {_doing(resource)}"
        return Health(State.FAILED, outcome, told, latest.first_reconciled, retrying=True, attempt=attempt)
    is_the_same = status.observed_generation == attempt[0] and status.last_applied_revision == attempt[1]
    if outcome != "ReconciliationSucceeded" or not is_the_same:
        return None
    return Health(State.READY, outcome, f"Applied revision: {attempt[1]}", since, attempt=attempt)


def _of_a_release(resource: Resource) -> Health | None:
    if not resource.status.failures or resource.status.last_attempted_generation != resource.metadata.generation:
        return None
    failure = next(_failures(resource), None)
    if failure is None:
        return None
    told = f"{failure.message}\nthis run: {_doing(resource)}"
    since, attempt = failure.last_transition_time, attempt_of(resource)
    return Health(State.FAILED, failure.reason, told, since, retrying=True, attempt=attempt)


def _failures(resource: Resource) -> Iterator[Condition]:
    """Released comes first: tests run after it."""
    for type_ in ("Released", "TestSuccess"):
        condition = resource.condition(type_)
        if condition is not None and condition.status == "False":
            yield condition


def _doing(resource: Resource) -> str:
    reconciling = resource.condition("Reconciling")
    return reconciling.message if reconciling is not None and reconciling.message else "in progress"
