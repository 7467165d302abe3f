"""What to do about a cause: the next step, as a colleague would say it."""

from collections.abc import Callable

import msgspec

from tui.model.blame import FINE, Edge, refused_by
from tui.model.health import FAULTS, State
from tui.model.kinds import KINDS
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.remedies import REMEDIES, WORKLOAD_REMEDIES
from tui.model.resources import Resource
from tui.model.wording import describe, is_suspended_in_git, short_name, told
from tui.model.workloads import Applied, AppliedId, Presence


class Broken(msgspec.Struct, frozen=True):
    """A cause, and how it was reached."""

    ref: ObjectRef | AppliedId
    edge: Edge
    applied: Applied | None
    """What was read of it, where it is not Flux's own."""
    before: ObjectRef | None
    """Whom it is in the way of; None where it was asked about itself."""
    cycle: tuple[ObjectRef, ...]
    """What waits for each other, where that is the cause."""
    way: tuple[ObjectRef, ...]
    """All Flux objects on the way, what was asked about first."""


def next_step(picture: Picture, broken: Broken) -> str:
    """What to do about a cause.

    Args:
        picture: What is known.
        broken: The cause.

    Returns:
        An imperative sentence without a full stop; empty where nothing has to be done.
    """
    if broken.cycle:
        return _cut(picture, broken.cycle)
    if not isinstance(broken.ref, ObjectRef):
        return _then(picture, broken, _mend_workload(broken))
    resource = picture.get(broken.ref)
    if resource is None:
        return _bring(picture, broken, broken.ref)
    return _then(picture, broken, _mend(picture, broken, resource))


def _cut(picture: Picture, cycle: tuple[ObjectRef, ...]) -> str:
    """Which edge of a cycle to cut.

    What others build on should not wait itself, and what is checked by its owner need not depend on it.
    """
    edges = list(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
    declared = [edge for edge in edges if edge[1] in picture.links(edge[0]).depends_on]

    def rank(edge: tuple[ObjectRef, ObjectRef]) -> tuple[bool, int, ObjectRef]:
        dependent, dependency = edge
        is_owned = dependent in picture.links(dependency).checked
        others = [one for one in picture.edges.waiting_on(dependent) if one not in cycle]
        return (not is_owned, -len(others), dependent)

    dependent, dependency = min(declared or edges, key=rank)
    if dependent == dependency:
        return f"take {dependent.name} out of its own dependsOn"
    return (
        f"cut {short_name(dependent, cycle[0])} → {short_name(dependency, dependent)}: "
        f"take {short_name(dependency, dependent)} out of dependsOn of {describe(dependent)}"
    )


def _mend_workload(broken: Broken) -> str:
    ref, applied = broken.ref, broken.applied
    name = f"{ref.kind} {ref.namespace}/{ref.name}" if ref.namespace else f"{ref.kind} {ref.name}"
    if applied is None:
        return f"see why {name} does not become ready"
    if applied.presence is Presence.MISSING:
        return f"see who deleted {name}; the next run brings it back"
    if applied.presence is Presence.UNSERVED:
        return f"see who deleted the CRD of {name}, and bring it back"
    for remedy in WORKLOAD_REMEDIES:
        if remedy.find(f"{ref.kind} {applied.message}", {applied.reason}):
            return remedy.step.replace("{name}", name)
    return f"see why {name} does not become ready"


def _bring(picture: Picture, broken: Broken, ref: ObjectRef) -> str:
    before = describe(broken.before) if broken.before is not None else ""
    match broken.edge:
        case Edge.DEPENDS_ON:
            return f"create {describe(ref)}, or take it out of dependsOn of {before}{_namesake(picture, ref)}"
        case Edge.CHART:
            return f"reconcile {before}, which generates it"
        case Edge.SOURCE:
            return f"create {describe(ref)}, or mend the sourceRef of {before}"
        case Edge.PROVIDER:
            return f"create {describe(ref)}, which brings the CRD in other contexts"
        case _:
            return f"create {describe(ref)}" if broken.before is not None else ""


def _namesake(picture: Picture, ref: ObjectRef) -> str:
    """One of the same kind and name in another namespace: what was meant, since a namespace left out is one's own."""
    others = sorted(one for one in picture.refs(ref.context) if (one.kind, one.name) == (ref.kind, ref.name))
    return f", or name its namespace: there is {describe(others[0])}" if others else ""


_STATES: dict[State, Callable[[str, str], str]] = {
    State.SUSPENDED: lambda name, _: f"resume {name}",
    State.TERMINATING: lambda name, _: f"see which finalizer keeps {name}, or what it applied that does not go",
    State.UNKNOWN: lambda name, controller: f"see whether {controller} runs: it has said nothing about {name} yet",
    State.PROGRESSING: lambda name, _: f"wait for {name}",
}


def _mend(picture: Picture, broken: Broken, resource: Resource) -> str:
    ref, health = resource.ref, picture.health(resource.ref)
    if health.state is State.SUSPENDED and is_suspended_in_git(resource):
        return f"take suspend out of {describe(ref)} in Git"
    if health.state in _STATES:
        return _STATES[health.state](describe(ref), KINDS[ref.kind].controller)
    if health.state in FINE:
        return _hurry(picture, broken, resource)
    message = told(health.message)
    reasons = {condition.reason for condition in resource.status.conditions}
    for remedy in REMEDIES:
        if found := remedy.find(message, reasons):
            return _fill(found.expand(remedy.step), picture, resource)
    if health.state is State.WAITING:
        return f"see why {KINDS[ref.kind].controller} finds it not ready"
    return f"mend what {KINDS[ref.kind].controller} complains about, its log says more"


def _hurry(picture: Picture, broken: Broken, resource: Resource) -> str:
    """What to do where nothing has failed."""
    before = broken.before
    if before is None:
        is_drifted = picture.health(resource.ref).drifted
        return (
            f"undo by hand what was changed, or set driftDetection.mode: enabled in {describe(resource.ref)}"
            * is_drifted
        )
    if broken.edge is Edge.ELSEWHERE:
        lagging = picture.get(before)
        pulls = told(lagging.spec.url) if lagging is not None else ""
        return f"see why {pulls or 'its origin'} lags behind, from which {describe(before)} in {before.context} pulls"
    if refused_by(picture, before, resource.ref):
        return f"make {describe(resource.ref)} fulfil the readyExpr of {describe(before)}, or change that"
    return f"reconcile {describe(resource.ref)}, or wait for its next run"


def _fill(remedy: str, picture: Picture, resource: Resource) -> str:
    """Put names in where a remedy asks for them."""
    spec, ref = resource.spec, resource.ref
    secret = spec.secret_ref.name if spec.secret_ref is not None else ""
    key = spec.decryption.secret_ref if spec.decryption is not None else None
    source = picture.links(ref).source
    words = {
        "{name}": describe(ref),
        "{namespace}": ref.namespace,
        "{path}": spec.path,
        "{source}": describe(source) if source is not None else "its source",
        "{url}": told(spec.url),
        "{credentials}": f"the credentials in Secret {ref.namespace}/{secret}" if secret else "its credentials",
        "{key}": f"Secret {ref.namespace}/{key.name}" if key is not None else "its decryption Secret",
        "{owner}": describe(owner) if (owner := picture.owner(ref)) is not None else describe(ref),
    }
    for word, name in words.items():
        remedy = remedy.replace(word, name)
    return remedy


def _then(picture: Picture, broken: Broken, step: str) -> str:
    """What else is needed before the mending takes effect: what is suspended, and what has given up."""
    if not step:
        return ""
    last = broken.ref if isinstance(broken.ref, ObjectRef) else broken.way[-1]
    blocking: list[ObjectRef] = []
    if picture.health(last).state in FAULTS:
        candidates = (picture.links(last).source, picture.owner(last))
        blocking = [one for one in candidates if one and picture.health(one).state is State.SUSPENDED]
    given_up = [one for one in broken.way if picture.health(one).reason in _GAVE_UP]
    return "; then ".join(
        (
            step,
            *(f"resume {describe(one)}, or no change arrives" for one in blocking),
            *(f"reset or force {describe(one)}, which gave up, unless its chart or values change" for one in given_up),
        )
    )


_GAVE_UP = ("RetriesExceeded", "MissingRollbackTarget")
