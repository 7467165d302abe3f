"""Objects that wait for each other in a circle, which no controller ever reports."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from tui.model.refs import ObjectRef

Follow = Callable[[ObjectRef], Iterable[ObjectRef]]
"""From an object to what it waits for."""


def cycle_through(start: ObjectRef, follow: Follow) -> tuple[ObjectRef, ...]:
    """The shortest way from an object back to itself.

    Args:
        start: The object.
        follow: What each object waits for.

    Returns:
        The objects on the way, `start` first; empty where there is no way.
    """
    came_from: dict[ObjectRef, ObjectRef] = {}
    queue = [start]
    for current in queue:
        for target in follow(current):
            if target == start:
                path = [current]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return tuple(reversed(path))
            if target not in came_from:
                came_from[target] = current
                queue.append(target)
    return ()


def cycles_among(members: Sequence[ObjectRef], follow: Follow) -> tuple[tuple[ObjectRef, ...], ...]:
    """One cycle of each knot: of each set of objects in which everything waits, in the end, for everything.

    Args:
        members: Where to look, in the order in which knots are told.
        follow: What each object waits for.

    Returns:
        The shortest cycle through the first member of each knot.
    """
    knots = _knots(members, follow)
    told: set[int] = set()
    found = []
    for member in members:
        knot = knots[member]
        if knot not in told:
            told.add(knot)
            found.append(cycle_through(member, partial(_inside, knots=knots, follow=follow)))
    return tuple(cycle for cycle in found if cycle)


def _inside(ref: ObjectRef, knots: dict[ObjectRef, int], follow: Follow) -> list[ObjectRef]:
    """What an object waits for within its own knot: only there can a way lead back."""
    return [target for target in follow(ref) if knots.get(target) == knots[ref]]


def _knots(members: Sequence[ObjectRef], follow: Follow) -> dict[ObjectRef, int]:
    """Number the strongly connected components (Tarjan's algorithm, with a stack of its own: chains may be long)."""
    order: dict[ObjectRef, int] = {}
    lowest: dict[ObjectRef, int] = {}
    open_: dict[ObjectRef, None] = {}
    knots: dict[ObjectRef, int] = {}
    for member in members:
        if member in order:
            continue
        work = [(member, iter(follow(member)))]
        order[member] = lowest[member] = len(order)
        open_[member] = None
        while work:
            current, targets = work[-1]
            for target in targets:
                if target not in order:
                    order[target] = lowest[target] = len(order)
                    open_[target] = None
                    work.append((target, iter(follow(target))))
                    break
                if target in open_:
                    lowest[current] = min(lowest[current], order[target])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[current])
                if lowest[current] == order[current]:
                    _close(current, open_, knots)
    return knots


def _close(first: ObjectRef, open_: dict[ObjectRef, None], knots: dict[ObjectRef, int]) -> None:
    number = len(knots)
    while first in open_:
        member, _ = open_.popitem()
        knots[member] = number
