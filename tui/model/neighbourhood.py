"""What belongs into the drawing of an object: what it depends on, what depends on it, and the way to what broke."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import chain, pairwise

import msgspec

from tui.model.blame import is_unseen
from tui.model.causes import explain
from tui.model.folding import fold
from tui.model.health import State
from tui.model.picture import Picture
from tui.model.refs import ObjectRef


class Layer(StrEnum):
    """What an arrow means."""

    DEPENDS_ON = "dependsOn"
    """The second declares that it depends on the first."""
    SOURCES = "sources"
    """The second takes its content from the first."""
    OWNERS = "owners"
    """The first applied the second."""


class Arrow(msgspec.Struct, frozen=True):
    """From what comes first to what follows it."""

    before: ObjectRef
    after: ObjectRef
    layers: frozenset[Layer] = frozenset()
    """What it means; empty where only the way to what broke goes along it."""


class Node(msgspec.Struct, frozen=True):
    """One place in the drawing."""

    ref: ObjectRef
    """The object; of several that are folded, the first."""
    members: tuple[ObjectRef, ...]
    """All that are folded into it, itself included."""
    missing: str = ""
    """Why it is not there, although something refers to it."""
    loops: bool = False
    """It depends on itself."""

    @property
    def folded(self) -> bool:
        """Whether it stands for several objects."""
        return len(self.members) > 1


class Scope(msgspec.Struct, frozen=True):
    """What of a context's graph is wanted."""

    focus: ObjectRef | None = None
    """The object it is about, from which the way to what broke is drawn; None for a whole context."""
    everything: bool = False
    """Whether all the context has is wanted, not only what is around the focus."""
    hops: int = 2
    """How far from the focus, along the arrows and against them."""
    layers: frozenset[Layer] = frozenset(Layer)
    folding: bool = True
    """Whether healthy objects that look alike stand as one."""
    apart: frozenset[ObjectRef] = frozenset()
    """What is not folded: what is selected, and what was unfolded."""


class Neighbourhood(msgspec.Struct, frozen=True):
    """Nodes and arrows, in an order that depends on nothing but themselves."""

    nodes: tuple[Node, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    """Between nodes, by their `ref`."""
    place: dict[ObjectRef, ObjectRef] = {}
    """Each object that is drawn → the `ref` of its node."""
    path: tuple[ObjectRef, ...] = ()
    """The way from the focus to what broke first, by nodes; a single one where nothing is to be found."""
    cycles: tuple[tuple[ObjectRef, ...], ...] = ()
    """Objects that depend on each other in a ring, each waiting on the next."""


class Web:
    """All arrows between the objects of one context."""

    def __init__(self, picture: Picture, context: str) -> None:
        """Read every edge of a context.

        Args:
            picture: What is known.
            context: The context's name.
        """
        self.layers: dict[tuple[ObjectRef, ObjectRef], set[Layer]] = {}
        """What the arrow between two objects means."""
        self.refs = sorted(picture.refs(context))
        for ref in self.refs:
            links = picture.links(ref)
            for dependency in links.depends_on:
                self._add(dependency, ref, Layer.DEPENDS_ON)
            if links.source is not None:
                self._add(links.source, ref, Layer.SOURCES)
            owner = picture.owner(ref)
            if owner is not None and picture.links(owner).source != ref:  # what feeds its own owner: once is enough
                self._add(owner, ref, Layer.OWNERS)
        self.cycles = picture.edges.cycles(context)
        """Objects that wait for each other, each on the next: by dependsOn, or by what they check."""

    def _add(self, before: ObjectRef, after: ObjectRef, layer: Layer) -> None:
        self.layers.setdefault((before, after), set()).add(layer)


def cause_path(picture: Picture, ref: ObjectRef, now: datetime) -> tuple[ObjectRef, ...]:
    """The way that is emphasised: from an object to what broke first.

    Args:
        picture: What is known.
        ref: The object.
        now: The time.

    Returns:
        References of Flux objects of its context, the object's own first.
    """
    links = explain(picture, ref, now).chains[0]
    found = (link.ref for link in links if isinstance(link.ref, ObjectRef) and link.ref.context == ref.context)
    return tuple(dict.fromkeys(found))


def neighbourhood(web: Web, picture: Picture, scope: Scope, now: datetime) -> Neighbourhood:
    """Choose what is drawn.

    Args:
        web: The arrows of the context.
        picture: What is known.
        scope: What is wanted.
        now: The time.

    Returns:
        Nodes and arrows; the same for the same picture, whatever order it was told in.
    """
    path = cause_path(picture, scope.focus, now) if scope.focus is not None else ()
    arrows = _wanted_arrows(web, scope, path)
    inside = _within_reach(web, scope, arrows, path)
    kept = {pair: layers for pair, layers in arrows.items() if inside.issuperset(pair)}
    cycles = tuple(cycle for cycle in web.cycles if inside.issuperset(cycle))
    nodes = _nodes(picture, scope, inside, kept, {*path, *chain.from_iterable(cycles)})
    place = {member: node.ref for node in nodes for member in node.members}
    merged: dict[tuple[ObjectRef, ObjectRef], set[Layer]] = {}
    for (before, after), layers in kept.items():
        if place[before] != place[after]:
            merged.setdefault((place[before], place[after]), set()).update(layers)
    return Neighbourhood(
        nodes,
        tuple(Arrow(*pair, frozenset(layers)) for pair, layers in sorted(merged.items())),
        place,
        tuple(place[ref] for ref in path),
        cycles,
    )


_Arrows = dict[tuple[ObjectRef, ObjectRef], set[Layer]]


def _wanted_arrows(web: Web, scope: Scope, path: tuple[ObjectRef, ...]) -> _Arrows:
    arrows = {pair: layers & scope.layers for pair, layers in web.layers.items() if layers & scope.layers}
    for after, before in pairwise(path):
        if (before, after) not in arrows and (after, before) not in arrows:
            forward = (after, before) not in web.layers  # a parent that waits for what it applied
            pair = (before, after) if forward else (after, before)
            arrows[pair] = set(web.layers.get(pair, ()))
    return arrows


def _within_reach(web: Web, scope: Scope, arrows: _Arrows, path: tuple[ObjectRef, ...]) -> set[ObjectRef]:
    if scope.focus is None or scope.everything:
        return {*path, *web.refs, *(ref for pair in arrows for ref in pair)}
    before, after = _neighbours(arrows)
    return {scope.focus, *path, *_reach(scope.focus, before, scope.hops), *_reach(scope.focus, after, scope.hops)}


def _neighbours(pairs: Iterable[tuple[ObjectRef, ObjectRef]]) -> tuple[dict[ObjectRef, list[ObjectRef]], ...]:
    before: dict[ObjectRef, list[ObjectRef]] = {}
    after: dict[ObjectRef, list[ObjectRef]] = {}
    for first, second in pairs:
        before.setdefault(second, []).append(first)
        after.setdefault(first, []).append(second)
    return before, after


def _reach(start: ObjectRef, neighbours: dict[ObjectRef, list[ObjectRef]], hops: int) -> set[ObjectRef]:
    found, edge = {start}, {start}
    for _ in range(hops):
        edge = {other for ref in edge for other in neighbours.get(ref, ())} - found
        found |= edge
    return found


def _nodes(
    picture: Picture, scope: Scope, inside: set[ObjectRef], arrows: _Arrows, marked: set[ObjectRef]
) -> tuple[Node, ...]:
    apart = {*scope.apart, *marked, *([scope.focus] if scope.focus else [])}
    fine = (State.READY, State.STATIC)
    foldable = {
        ref
        for ref in inside - apart
        if scope.folding and picture.get(ref) is not None and picture.health(ref).state in fine
    }
    before, after = _neighbours(arrows)
    around = {ref: before.get(ref, []) for ref in inside}
    groups = fold(foldable, around, after)
    alone = inside.difference(*groups)
    nodes = [Node(group[0], group) for group in groups]
    nodes += [Node(ref, (ref,), _missing(picture, ref), (ref, ref) in arrows) for ref in alone]
    return tuple(sorted(nodes, key=lambda node: node.ref))


def _missing(picture: Picture, ref: ObjectRef) -> str:
    if picture.get(ref) is not None:
        return ""
    return "not seen" if is_unseen(picture, ref) else "missing"
