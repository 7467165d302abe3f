"""What follows from a request, in sentences: what will surprise, and what is good to know."""

from collections.abc import Iterable

import msgspec

from tui.model.blame import FINE
from tui.model.blast import blast_radius
from tui.model.health import TROUBLES, State
from tui.model.intent import Verb
from tui.model.picture import Picture
from tui.model.refs import ObjectRef, parse_revision
from tui.model.resources import Resource
from tui.model.wording import describe, short_name, told

_NAMED = 2
"""How many objects a sentence names before it counts."""


class Consequences(msgspec.Struct, frozen=True):
    """What follows from asking one thing of one object."""

    warnings: tuple[str, ...] = ()
    """What hurts others."""
    notes: tuple[str, ...] = ()
    """What else happens."""


def consequences(
    picture: Picture, verb: Verb, resource: Resource, it: str = "it", along: frozenset[ObjectRef] = frozenset()
) -> Consequences:
    """Foresee what follows from a request, apart from who undoes it.

    Args:
        picture: What is known.
        verb: What is asked.
        resource: The object as it is before.
        it: What the sentences call it.
        along: What the same is asked of.

    Returns:
        The sentences.
    """
    warnings: tuple[str, ...] = ()
    match verb:
        case Verb.SUSPEND:
            warnings = (_timing_out(picture, resource, it, along),)
            held, running = _dependents(picture, resource, it, along), _children(picture, resource, it, along)
            notes = (*held, running, _starved(picture, resource, it))
        case Verb.RESUME:
            notes = (_released(picture, resource, it),)
        case _:
            notes = (_queued(resource, it),)
    return Consequences(tuple(one for one in warnings if one), tuple(one for one in notes if one))


def ahead(picture: Picture, resource: Resource) -> tuple[str, str] | None:
    """How far an object is behind what its source has.

    Args:
        picture: What is known.
        resource: The object.

    Returns:
        What is in force and what its source has, in short: `9f8e7d6c`, `a1b2c3d4`; the first is empty where nothing is
        in force yet. None where they are the same, or there is no source with an artifact.
    """
    source = picture.links(resource.ref).source
    found = picture.get(source) if source is not None else None
    if found is None or found.status.artifact is None:
        return None
    status = resource.status
    applied = (
        resource.revision if resource.ref.kind == "HelmRelease" and status.history else status.last_applied_revision
    )
    in_force, there = parse_revision(applied), parse_revision(found.status.artifact.revision)
    if resource.ref.kind == "HelmRelease":
        before, after = in_force.name.partition("+")[0], there.name.partition("+")[0] or there.digest[:8]
    else:
        before, after = in_force.digest[:8] or in_force.name, there.digest[:8] or there.name
    return None if before == after else (before, after)


def _timing_out(picture: Picture, resource: Resource, it: str, along: frozenset[ObjectRef]) -> str:
    """A suspended child that fails stays so, and what waits for its health gives up after its timeout.

    kstatus finds it in progress for as long as it is suspended (fluxcd/kustomize-controller issue 1100).
    """
    ref, state = resource.ref, picture.health(resource.ref).state
    held = picture.edges.held_by(ref) - along
    checkers = _active(picture, (one for one in held if ref in picture.links(one).checked))
    if not checkers or state not in TROUBLES:
        return ""
    verbs = ("checks", "times") if len(checkers) == 1 else ("check", "time")
    return f"{_names(checkers)} {verbs[0]} the health of {it} and {verbs[1]} out until it is resumed: it is {state} now"


def _dependents(picture: Picture, resource: Resource, it: str, along: frozenset[ObjectRef]) -> tuple[str, ...]:
    """Who depends on an object that is frozen as it is.

    It still satisfies as long as it was ready; between Kustomizations of one source only at that source's present
    revision (kustomize-controller internal/controller/kustomization_controller.go checkDependencies).
    """
    ref, state = resource.ref, picture.health(resource.ref).state
    waiting = _active(picture, (one for one in picture.edges.waiting_on(ref) if one not in along))
    dependents = [one for one in waiting if not _own_rule(picture, one, ref)]
    if not dependents or (state not in TROUBLES and state not in FINE):
        return ()
    if state in TROUBLES:
        return (f"{_names(dependents, ref)} {_s(dependents, 'wait')} until {it} is resumed and ready",)
    source = picture.links(ref).source
    sharing = [one for one in dependents if ref.kind == "Kustomization" and picture.links(one).source == source]
    return (
        _sharing(picture, resource, sharing, it),
        _free(ref, [one for one in dependents if one not in sharing], it),
    )


def _free(ref: ObjectRef, dependents: list[ObjectRef], it: str) -> str:
    if not dependents:
        return ""
    goes = f"{_s(dependents, 'depend')} on {it} and {_goes(dependents)} on"
    return f"{_names(dependents, ref)} {goes}: it stays ready while suspended"


def _sharing(picture: Picture, resource: Resource, dependents: list[ObjectRef], it: str) -> str:
    source, behind = picture.links(resource.ref).source, ahead(picture, resource)
    if source is None or not dependents:
        return ""
    names = _names(dependents, resource.ref)
    if behind is not None:
        there = f"its source has {behind[1]}, and it applied {behind[0] or 'nothing yet'}"
        return f"{names} {_s(dependents, 'wait')} until {it} is resumed: {there}"
    waits = f"until {describe(source)} has a new revision, then {_s(dependents, 'wait')}"
    return f"{names} {_s(dependents, 'depend')} on {it} and {_goes(dependents)} on {waits}"


def _own_rule(picture: Picture, dependent: ObjectRef, dependency: ObjectRef) -> bool:
    """Whether a CEL expression decides when an object may go on."""
    resource = picture.get(dependent)
    declared = resource.spec.depends_on if resource is not None else ()
    pairs = zip(picture.links(dependent).depends_on, declared, strict=True)
    return any(target == dependency and one.ready_expr for target, one in pairs)


def _children(picture: Picture, resource: Resource, it: str, along: frozenset[ObjectRef]) -> str:
    """Suspending is per object (fluxcd/flux2 issue 5341)."""
    applied = (one for one in picture.links(resource.ref).applied if one not in along and one != resource.ref)
    children = _active(picture, applied)
    if not children:
        return ""
    return f"{_names(children, resource.ref)}, which {it} applied, {_s(children, 'keep')} running"


def _starved(picture: Picture, resource: Resource, it: str) -> str:
    fed = _fed(picture, resource.ref)
    return f"{_names(fed, resource.ref)} {_s(fed, 'get')} nothing new until {it} is resumed" if fed else ""


def _released(picture: Picture, resource: Resource, it: str) -> str:
    waiting = [one for one in blast_radius(picture, resource.ref).waiting if picture.health(one).state is State.WAITING]
    if not waiting:
        return ""
    return f"{_names(waiting, resource.ref)} {_s(waiting, 'wait')} for {it} and {_goes(waiting)} on once it is ready"


def _queued(resource: Resource, it: str) -> str:
    """A request during a long run is seen when that ends, unless the gate CancelHealthCheckOnNewRevision is on."""
    reconciling = resource.condition("Reconciling")
    if reconciling is None or reconciling.status != "True" or not reconciling.message.startswith("Running "):
        return ""
    return f"the request waits until the present run of {it} ends: {told(reconciling.message)}"


def _fed(picture: Picture, ref: ObjectRef) -> list[ObjectRef]:
    takers = (
        one
        for one in picture.edges.held_by(ref)
        for links in [picture.links(one)]
        if links.source == ref or ref in links.inputs
    )
    return _active(picture, takers)


def _active(picture: Picture, refs: Iterable[ObjectRef]) -> list[ObjectRef]:
    """Those that are there and not suspended, by name."""
    return sorted({one for one in refs if (found := picture.get(one)) is not None and not found.suspended})


def _names(refs: list[ObjectRef], beside: ObjectRef | None = None) -> str:
    """`infra`, `infra and apps`, `infra, apps and 5 more`."""
    named = [short_name(one, beside) if beside is not None else describe(one) for one in refs]
    if len(named) > _NAMED + 1:
        named[_NAMED:] = [f"{len(named) - _NAMED} more"]
    return " and ".join((", ".join(named[:-1]), named[-1])) if len(named) > 1 else "".join(named)


def _s(refs: list[ObjectRef], verb: str) -> str:
    return f"{verb}s" if len(refs) == 1 else verb


def _goes(refs: list[ObjectRef]) -> str:
    return "goes" if len(refs) == 1 else "go"
