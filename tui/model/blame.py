"""One step from an object that is not fine towards what broke first."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tui.model.health import FAULTS, State
from tui.model.kinds import KINDS
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.text import beginning
from tui.model.times import parse_duration
from tui.model.wording import MOST_TOLD
from tui.model.workloads import Applied, AppliedId, Presence


class Edge(StrEnum):
    """Why one object is in another one's way."""

    SELF = "self"
    """The object that was asked about."""
    DEPENDS_ON = "dependsOn"
    SOURCE = "source"
    CHART = "chart"
    """The chart that a HelmRelease installs."""
    CHECKS = "checks"
    """Its health is waited for, by `wait`, `healthChecks` or Helm."""
    OWNER = "owner"
    """What applies it: nothing new reaches it."""
    PROVIDER = "provider"
    """It brings the kind that is not served."""
    ELSEWHERE = "elsewhere"
    """The same object in another context, which is ahead."""


class Hop(msgspec.Struct, frozen=True):
    """One step."""

    ref: ObjectRef | AppliedId
    edge: Edge
    applied: Applied | None = None
    """What was read of an object that is not Flux's own."""


FINE = (State.READY, State.STATIC)

CHECKED = re.compile(r"\b([A-Z]\w*)/(?:([\w.-]+)/)?([\w.:-]+) (?:status: '|not ready\.)")
"""What Flux and Helm waited for in vain (fluxcd/pkg ssa manager_wait.go, Helm pkg/kube statuswait.go)."""

UNSERVED = re.compile(r'no matches for kind "(\w+)" in version "([\w.-]+)/\w+"')
"""The kind has no CRD (apimachinery meta/errors.go)."""

BEHIND = "revision is not up to date"
"""What kustomize-controller says of a dependency that is ready with an older revision of the same source."""

_BY_EXPRESSION = "readyExpr"

_UNHEALTHY = "HealthCheckFailed"
"""All was applied; what was waited for did not become ready."""

_WITHOUT_SOURCE = re.compile(
    r"not found$|[Aa]rtifact not found|no artifact|does not have an artifact|unable to get source|failed to get source"
    r"|could not get Source|is not ready: "
)
_FETCHES = frozenset(("ArtifactFailed", "NoSourceArtifact", "SourceUnavailable", "SourceNotReady", "SourceFetchFailed"))
_LOOKS_UP = frozenset(("InvalidChartReference", "ChartPullError", "BuildFailed", "NotFound", "NoArtifact"))


def next_hops(picture: Picture, ref: ObjectRef, now: datetime) -> list[Hop]:
    """What an object waits for, or fails because of.

    Args:
        picture: What is known.
        ref: The object.
        now: The time.

    Returns:
        All that is in its way, most likely first; empty where it is the cause itself.
    """
    resource = picture.get(ref)
    if resource is None:
        return []
    health = picture.health(ref)
    match health.state:
        case State.WAITING:
            return _waited_for(picture, resource, health.reason)
        case State.FAILED | State.STALLED:
            return _broken_by(picture, resource, health.reason, beginning(health.message, MOST_TOLD))
        case State.PROGRESSING:
            return _checks(picture, ref)
        case State.READY:
            return _held_up(picture, resource, now)
        case _:
            return []


_TROUBLED = FAULTS | {State.WAITING, State.SUSPENDED, State.TERMINATING}


def _checks(picture: Picture, ref: ObjectRef) -> list[Hop]:
    """What an object waits for the health of, and can't have, among Flux's own objects."""
    troubled = (one for one in picture.links(ref).checked if picture.health(one).state in _TROUBLED)
    return [Hop(one, Edge.CHECKS) for one in troubled]


def refused_by(picture: Picture, ref: ObjectRef, dependency: ObjectRef) -> str:
    """The expression by which an object finds a dependency not ready that is.

    Args:
        picture: What is known.
        ref: The object.
        dependency: What it depends on.

    Returns:
        Its `readyExpr`, empty where that is not what it waits for.
    """
    resource = picture.get(ref)
    if resource is None or picture.health(dependency).state not in FINE:
        return ""
    declared = zip(picture.links(ref).depends_on, resource.spec.depends_on, strict=True)
    expression = next((one.ready_expr for target, one in declared if target == dependency), "")
    message = beginning(picture.health(ref).message, MOST_TOLD)
    return expression if _BY_EXPRESSION in message or "CEL expression" in message else ""


def is_unseen(picture: Picture, ref: ObjectRef) -> bool:
    """Whether an object may exist although the picture does not have it: nobody watches it, or may.

    Args:
        picture: What is known.
        ref: The object.

    Returns:
        True where its absence says nothing.
    """
    if picture.get(ref) is not None:
        return False
    status = picture.statuses.get(ref.context)
    return ref.kind not in KINDS or (status is not None and not status.sees(ref.kind, ref.namespace))


def _innocence(picture: Picture, ref: ObjectRef) -> int:
    """How unlikely an object is in another one's way: 0 where it is broken or missing.

    A suspended dependency that was ready still satisfies, until its source moves on.
    """
    health = picture.health(ref)
    if health.state in FINE:
        return 4
    if is_unseen(picture, ref):
        return 3
    if health.state is State.SUSPENDED:
        return 2 if health.frozen in FINE else 0
    return 1 if health.state is State.PROGRESSING else 0


def _waited_for(picture: Picture, resource: Resource, reason: str) -> list[Hop]:
    """All dependencies that are in the way, although controllers name but the first; else the source."""
    links = picture.links(resource.ref)
    source = [] if links.source is None else [Hop(links.source, source_edge(links.source))]
    if reason == "SourceNotReady":
        return source
    suspects = [Hop(one, Edge.DEPENDS_ON) for one in dict.fromkeys(links.depends_on)]
    least = min((_innocence(picture, one) for one in dict.fromkeys(links.depends_on)), default=5)
    if least > 1 and source and links.source is not None and _innocence(picture, links.source) == 0:
        return source
    named = [hop for hop in suspects if _innocence(picture, _flux(hop)) == least]
    if least <= 1:
        return named
    message = beginning(picture.health(resource.ref).message, MOST_TOLD)
    told = [hop for hop in named if f"'{_flux(hop).path}'" in message]
    return (told or named)[:1]


def _flux(hop: Hop) -> ObjectRef:
    assert isinstance(hop.ref, ObjectRef)  # noqa: S101
    return hop.ref


def source_edge(source: ObjectRef) -> Edge:
    """What a source is to who uses it.

    Args:
        source: The source.

    Returns:
        `CHART` for a chart, else `SOURCE`.
    """
    return Edge.CHART if source.kind == "HelmChart" else Edge.SOURCE


def _broken_by(picture: Picture, resource: Resource, reason: str, message: str) -> list[Hop]:
    if unserved := UNSERVED.search(message):
        provider = _provider(picture, resource.ref, unserved[1], unserved[2])
        return [Hop(provider, Edge.PROVIDER)] if provider is not None and provider != resource.ref else []
    if checked := _checked(picture, resource, reason, message):
        return checked
    links = picture.links(resource.ref)
    source = links.source
    if source is not None and _needs(reason, message) and _innocence(picture, source) <= 1:
        return [Hop(source, source_edge(source))]
    if reason in _FETCHES | _LOOKS_UP:
        return [Hop(one, Edge.SOURCE) for one in links.inputs if _innocence(picture, one) == 0]
    return []


def _needs(reason: str, message: str) -> bool:
    """Whether a failure is about the source, or may be: an index that is not fetched lacks the new chart."""
    if reason in _FETCHES:
        return _WITHOUT_SOURCE.search(message) is not None
    return reason in _LOOKS_UP and reason != "BuildFailed"


def _checked(picture: Picture, resource: Resource, reason: str, message: str) -> list[Hop]:
    """What health checks waited for in vain: Flux's own objects, and others where it was read how they are.

    The message names them, but not while the next run is on.
    """
    ref, named = resource.ref, CHECKED.findall(message)
    if not named and reason != _UNHEALTHY:
        return []
    flux = [ObjectRef(ref.context, *one) for one in named if one[0] in KINDS]
    hops = [Hop(one, Edge.CHECKS) for one in flux if picture.health(one).state not in FINE]
    hops = hops if named else _checks(picture, ref)
    broken = [one for one in picture.applied(ref) if is_broken(one)]
    told = [one for one in broken if (one.id.kind, one.id.namespace, one.id.name) in named]
    return hops + [Hop(one.id, Edge.CHECKS, one) for one in told or (broken if not hops else [])]


def is_broken(applied: Applied) -> bool:
    """Whether an applied object is in the way of what applied it.

    Args:
        applied: The applied object.

    Returns:
        True where it is known not to be ready.
    """
    return applied.state in FAULTS | {State.PROGRESSING, State.WAITING} or applied.presence in _ABSENT


_ABSENT = (Presence.MISSING, Presence.UNSERVED)


def _provider(picture: Picture, ref: ObjectRef, kind: str, group: str) -> ObjectRef | None:
    """Who brings a kind: the inventories of other contexts tell, where it is served already."""
    ending = f".{group}_apiextensions.k8s.io_CustomResourceDefinition"
    found: set[ObjectRef] = set()
    for context in picture.statuses:
        for other in picture.refs(context):
            resource = picture.get(other)
            entries = resource.inventory if resource is not None else ()
            if any(_brings(entry.id, kind, ending) for entry in entries):
                found.add(other._replace(context=ref.context))
    return min(found, key=lambda one: (_innocence(picture, one), one), default=None)


def _brings(entry: str, kind: str, ending: str) -> bool:
    return entry.endswith(ending) and entry.removeprefix("_").startswith(kind.lower()[:-1])


def _held_up(picture: Picture, resource: Resource, now: datetime) -> list[Hop]:
    """Why nothing new reaches an object that is ready."""
    ref = resource.ref
    source = picture.links(ref).source
    if source is not None and picture.health(source).state in _TROUBLED:
        return [Hop(source, source_edge(source))]
    owner = picture.owner(ref)
    if owner is not None and _holds_changes_back(picture, owner):
        return [Hop(owner, Edge.OWNER)]
    return [Hop(other, Edge.ELSEWHERE) for other in _ahead(picture, resource, now)]


def _holds_changes_back(picture: Picture, owner: ObjectRef) -> bool:
    health = picture.health(owner)
    return health.state in _TROUBLED and health.reason != _UNHEALTHY


def _ahead(picture: Picture, resource: Resource, now: datetime) -> Iterator[ObjectRef]:
    """The same source in another context that has had something newer for longer than a fetch may take."""
    ref, artifact = resource.ref, resource.status.artifact
    if artifact is None or artifact.last_update_time is None or resource.spec.ref is None:
        return
    grace = 2 * parse_duration(resource.spec.interval) + timedelta(minutes=1)
    for context in picture.statuses:
        other = picture.get(ref._replace(context=context))
        theirs = other.status.artifact if other is not None and other.spec.ref == resource.spec.ref else None
        if other is None or theirs is None or theirs.last_update_time is None:
            continue
        is_later = artifact.last_update_time < theirs.last_update_time < now - grace
        if is_later and theirs.revision != artifact.revision:
            yield other.ref
