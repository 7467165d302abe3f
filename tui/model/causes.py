"""From what is not fine to what broke first, in words."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from tui.model.advice import Broken, next_step
from tui.model.blame import BEHIND, FINE, Edge, Hop, is_broken, is_unseen, next_hops, refused_by
from tui.model.health import FAULTS, Health, State
from tui.model.picture import Picture
from tui.model.refs import ObjectRef, parse_revision
from tui.model.resources import Resource
from tui.model.times import age
from tui.model.wording import short_name, suspension, told
from tui.model.workloads import Applied, AppliedId


class Link(msgspec.Struct, frozen=True):
    """One object on the way to a cause."""

    ref: ObjectRef | AppliedId
    edge: Edge
    """Why it is in the way of the object before it."""
    sentence: str
    """What is the matter with it, without a subject: `fails since 6m: image not found`."""
    state: State
    since: datetime | None = None
    evidence: tuple[str, ...] = ()
    """What its controller says, word for word."""


class Explanation(msgspec.Struct, frozen=True):
    """Why an object is as it is."""

    ref: ObjectRef
    chains: tuple[tuple[Link, ...], ...]
    """One for each independent cause, worst first; each from the object itself to what broke first."""
    sentence: str
    """The whole of it, without a subject: `waits on infra, which fails since 6m: image not found`."""
    next_steps: tuple[str, ...]
    """What to do about each cause, in the order of the chains."""

    @property
    def roots(self) -> tuple[Link, ...]:
        """What broke first, once for each cause."""
        return tuple(chain[-1] for chain in self.chains)

    @property
    def root(self) -> Link:
        """The worst of the causes, or the object itself."""
        return self.chains[0][-1]

    @property
    def next_step(self) -> str:
        """What to do about the worst of the causes; empty where there is nothing to do."""
        return self.next_steps[0]


def explain(picture: Picture, ref: ObjectRef, now: datetime) -> Explanation:
    """Find what broke first.

    Args:
        picture: What is known.
        ref: The object that is asked about.
        now: The time.

    Returns:
        All independent causes; an object that is fine, or broken in itself, is its own.
    """
    paths = sorted(_paths(picture, ref, now), key=lambda path: _gravity(picture, path))
    if _gravity(picture, paths[0]) == 0:
        paths = [path for path in paths if _gravity(picture, path) == 0]
    chains = tuple(tuple(_links(picture, path, now)) for path in paths)
    steps = tuple(next_step(picture, _broken(path)) for path in paths)
    return Explanation(ref, chains, _sentence(picture, chains, paths, now), steps)


class _Path(msgspec.Struct, frozen=True):
    hops: tuple[Hop, ...]
    cycle: tuple[ObjectRef, ...] = ()
    """What waits for each other, where that is the cause."""


def _paths(picture: Picture, ref: ObjectRef, now: datetime) -> list[_Path]:
    """The shortest way to each cause, breadth first: what lies behind two ways is told once."""
    came: dict[ObjectRef, tuple[Hop, ObjectRef | None]] = {ref: (Hop(ref, Edge.SELF), None)}
    found: list[_Path] = []
    queue = [ref]
    for current in queue:
        hops = next_hops(picture, current, now)
        way = _way(came, current)
        seen = {hop.ref for hop in way}
        if not hops:
            found.append(_Path(way))
        for hop in hops:
            if not isinstance(hop.ref, ObjectRef):
                found.append(_Path((*way, *_down(hop))))
            elif hop.edge in (Edge.ELSEWHERE, Edge.OWNER) or _is_behind(picture, current, hop):
                found.append(_Path((*way, hop)))
            elif hop.ref in seen:
                found.append(_Path(way, _cycle(picture, way, hop.ref)))
            elif hop.ref not in came:
                came[hop.ref] = (hop, current)
                queue.append(hop.ref)
    return found or [_Path((came[ref][0],))]


def _way(came: dict[ObjectRef, tuple[Hop, ObjectRef | None]], ref: ObjectRef) -> tuple[Hop, ...]:
    way = []
    current: ObjectRef | None = ref
    while current is not None:
        hop, current = came[current]
        way.append(hop)
    return tuple(reversed(way))


def _cycle(picture: Picture, way: tuple[Hop, ...], first: ObjectRef) -> tuple[ObjectRef, ...]:
    declared = picture.edges.cycle(first)
    if declared:
        return declared
    refs = [hop.ref for hop in way if isinstance(hop.ref, ObjectRef)]
    return tuple(refs[refs.index(first) :])


def _down(hop: Hop) -> Iterator[Hop]:
    """From a workload to the pod that says why."""
    yield hop
    applied = hop.applied
    while applied is not None and (broken := [one for one in applied.below if is_broken(one)]):
        applied = broken[0]
        yield Hop(applied.id, Edge.CHECKS, applied)


def _is_behind(picture: Picture, ref: ObjectRef, hop: Hop) -> bool:
    """Whether a dependency is fine, and only has not applied yet what its dependent is to apply."""
    if hop.edge is not Edge.DEPENDS_ON or not isinstance(hop.ref, ObjectRef):
        return False
    return BEHIND in picture.health(ref).message and picture.health(hop.ref).state in FINE


def _gravity(picture: Picture, path: _Path) -> int:
    """0 for a cause that somebody has to mend, 1 for what may pass by itself."""
    last = path.hops[-1].ref
    if path.cycle or not isinstance(last, ObjectRef):
        return 0
    return 1 if picture.get(last) is not None and picture.health(last).state in (*FINE, State.PROGRESSING) else 0


def _broken(path: _Path) -> Broken:
    last = path.hops[-1]
    before = path.hops[-2].ref if len(path.hops) > 1 else None
    return Broken(
        last.ref,
        last.edge,
        last.applied,
        before if isinstance(before, ObjectRef) else None,
        path.cycle,
        tuple(hop.ref for hop in path.hops if isinstance(hop.ref, ObjectRef)),
    )


def _links(picture: Picture, path: _Path, now: datetime) -> Iterator[Link]:
    for position, hop in enumerate(path.hops):
        following = path.hops[position + 1] if position + 1 < len(path.hops) else None
        if not isinstance(hop.ref, ObjectRef):
            yield _workload_link(hop.ref, hop.edge, hop.applied)
            continue
        health = picture.health(hop.ref)
        if following is not None:
            sentence = f"{_verb(health.state)} {short_name(following.ref, hop.ref)}"
        elif path.cycle:
            sentence = "is part of a cycle" if len(path.cycle) > 1 else "waits on itself"
        else:
            before = path.hops[position - 1].ref if position else None
            sentence = _predicate(picture, hop, before if isinstance(before, ObjectRef) else None, now)
        evidence = (told(health.message),) if health.message and picture.get(hop.ref) is not None else ()
        yield Link(hop.ref, hop.edge, sentence, health.state, health.since, evidence)


def _workload_link(ref: AppliedId, edge: Edge, applied: Applied | None) -> Link:
    if applied is None:
        return Link(ref, edge, "is not ready", State.UNKNOWN)
    sentence = told(applied.message) or "is not ready"
    return Link(ref, edge, sentence, applied.state, applied.since, (applied.reason,) if applied.reason else ())


def _verb(state: State) -> str:
    match state:
        case State.WAITING:
            return "waits on"
        case State.FAILED | State.STALLED:
            return "fails because of"
        case State.PROGRESSING:
            return "checks"
        case _:
            return "gets nothing new from"


def _predicate(picture: Picture, hop: Hop, before: ObjectRef | None, now: datetime) -> str:
    """What is the matter with a cause itself."""
    ref = hop.ref
    assert isinstance(ref, ObjectRef)  # noqa: S101
    resource = picture.get(ref)
    if resource is None:
        return "can't be seen from here" if is_unseen(picture, ref) else "does not exist"
    if hop.edge is Edge.ELSEWHERE:
        artifact = resource.status.artifact
        return f"has {_revision(resource)} for {age(artifact.last_update_time if artifact else None, now)}"
    if before is not None and _is_behind(picture, before, hop):
        source = picture.get(picture.links(before).source or before)
        return f"has not applied {_revision(source) if source else 'that revision'} yet"
    if before is not None and (expression := refused_by(picture, before, ref)):
        return f"is {picture.health(ref).state}, but the readyExpr says no: {expression}"
    return _plight(resource, picture.health(ref), before is None, now)


def _plight(resource: Resource, health: Health, is_asked: bool, now: datetime) -> str:
    lasting, message = _lasting(health, now), told(health.message)
    if health.state in FAULTS:
        return f"fails{lasting}: {message}"
    if health.state is State.WAITING:
        return f"waits{lasting}: {message}" if is_asked else f"waits too: {message}"
    if health.state is State.SUSPENDED:
        known = suspension(resource, now)
        return f"{'was' if _AGO.match(known) else 'is'} {known}"
    drifted = ", but drifted from what was applied" if health.drifted else ""
    words = {
        State.TERMINATING: f"is being deleted{lasting}{message.removeprefix('being deleted')}",
        State.UNKNOWN: "is not reconciled yet",
    }
    return words.get(health.state, f"is {health.state}{drifted}")


_AGO = re.compile(r"suspended \S+ ago\b")


def _lasting(health: Health | Link, now: datetime) -> str:
    return f" since {age(health.since, now)}" if health.since else ""


def _revision(resource: Resource) -> str:
    return parse_revision(resource.revision).short


def _sentence(picture: Picture, chains: tuple[tuple[Link, ...], ...], paths: list[_Path], now: datetime) -> str:
    first = chains[0][0]
    if len(chains[0]) == 1:
        return first.sentence
    parts = [_part(chain, path.cycle) for chain, path in zip(chains, paths, strict=True) if len(chain) > 1]
    lasting = _lasting(first, now)
    match chains[0][1].edge:
        case Edge.ELSEWHERE if isinstance(first.ref, ObjectRef) and (resource := picture.get(first.ref)):
            return f"is ready at {_revision(resource)}, but {'; '.join(parts)}"
        case Edge.PROVIDER:
            return f"fails{lasting}, because its CRD is not there yet: it comes with {parts[0]}"
    verb, joint = _VERBS.get(first.state, ("is ready, but gets nothing new from", ""))
    return f"{verb.format(lasting)} {f'; and {joint}'.join(parts)}"


_VERBS = {
    State.WAITING: ("waits on", "on "),
    State.FAILED: ("fails{} because of", "of "),
    State.STALLED: ("fails{} because of", "of "),
    State.PROGRESSING: ("is in progress{} and checks", ""),
}
"""How a sentence about an object in that state begins, and how it goes on with a second cause."""


def _part(chain: tuple[Link, ...], cycle: tuple[ObjectRef, ...]) -> str:
    asked, first, root = chain[0].ref, chain[1], chain[-1]
    subject = _subject(first, asked)
    if first is not root:
        subject += f"{_onward(first)} {_subject(root, asked)}"
    if not isinstance(root.ref, ObjectRef):
        return f"{subject}: {root.sentence}"
    if first.edge is Edge.ELSEWHERE:
        return f"{subject} {root.sentence}"
    if cycle:
        names = " → ".join(short_name(one, cycle[0]) for one in (*cycle, cycle[0]))
        return f"{subject}, which {root.sentence}: {names}"
    return f"{subject}, which {root.sentence}"


def _onward(link: Link) -> str:
    """From the first object to the last one."""
    if not isinstance(link.ref, ObjectRef):
        return " and its"
    if link.state in FAULTS:
        return ", which fails in turn because of"
    return ", which waits in turn on" if link.state is State.WAITING else ", which depends on"


def _subject(link: Link, asked: ObjectRef | AppliedId) -> str:
    if link.edge is Edge.ELSEWHERE and isinstance(link.ref, ObjectRef):
        return link.ref.context
    return short_name(link.ref, asked)
