"""Cycles in a directed graph, such as objects that wait for each other, which no controller ever reports."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import TypeVar

Point = TypeVar("Point", bound=Hashable)

Follow = Callable[[Point], Iterable[Point]]
"""From a point to those that follow it."""


def cycle_through(start: Point, follow: Follow[Point]) -> tuple[Point, ...]:
    """The shortest way from a point back to itself.

    Args:
        start: The point.
        follow: What follows each point.

    Returns:
        The points on the way, `start` first; empty where there is no way.
    """
    came_from: dict[Point, Point] = {}
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


def cycles_among(members: Sequence[Point], follow: Follow[Point]) -> tuple[tuple[Point, ...], ...]:
    """One cycle of each knot: of each set of points in which every one leads, in the end, to every other.

    Args:
        members: Where to look, in the order in which knots are told.
        follow: What follows each point.

    Returns:
        The shortest cycle through the first member of each knot.
    """
    knots = {point: number for number, knot in enumerate(components(members, follow)) for point in knot}
    told: set[int] = set()
    found = []
    for member in members:
        knot = knots[member]
        if knot not in told:
            told.add(knot)
            found.append(cycle_through(member, partial(_inside, knots=knots, follow=follow)))
    return tuple(cycle for cycle in found if cycle)


def _inside(point: Point, knots: dict[Point, int], follow: Follow[Point]) -> list[Point]:
    """What follows a point within its own knot: only there can a way lead back."""
    return [target for target in follow(point) if knots.get(target) == knots[point]]


def components(points: Iterable[Point], follow: Follow[Point]) -> list[list[Point]]:
    """The strongly connected components (Tarjan's algorithm, with a stack of its own: chains may be long).

    Args:
        points: Where to begin.
        follow: What follows each point.

    Returns:
        The components of all that can be reached, each before those that lead to it; most are single points.
    """
    order: dict[Point, int] = {}
    lowest: dict[Point, int] = {}
    open_: dict[Point, None] = {}
    found: list[list[Point]] = []
    for start in points:
        work = [] if start in order else [(start, iter(follow(start)))]
        while work:
            point, rest = work[-1]
            if point not in order:
                order[point] = lowest[point] = len(order)
                open_[point] = None
            target = next(rest, None)
            if target is None:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[point])
                if lowest[point] == order[point]:
                    found.append(_close(point, open_))
            elif target not in order:
                work.append((target, iter(follow(target))))
            elif target in open_:
                lowest[point] = min(lowest[point], order[target])
    return found


def _close(first: Point, open_: dict[Point, None]) -> list[Point]:
    members: list[Point] = []
    while not members or members[-1] != first:
        members.append(open_.popitem()[0])
    return members[::-1]
