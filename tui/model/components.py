"""Cycles in a directed graph: strongly connected components, and one cycle of each."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Point = TypeVar("Point", bound=Hashable)


def components(following: Mapping[Point, Sequence[Point]]) -> list[list[Point]]:
    """Tarjan's strongly connected components; without recursion, since chains may be thousands long.

    Args:
        following: Every point and those that follow it.

    Returns:
        The components, each before those that lead to it; most are single points.
    """
    number: dict[Point, int] = {}
    low: dict[Point, int] = {}
    open_: dict[Point, None] = {}
    found: list[list[Point]] = []
    for start in following:
        work = [] if start in number else [(start, iter(following[start]))]
        while work:
            point, rest = work[-1]
            if point not in number:
                number[point] = low[point] = len(number)
                open_[point] = None
            other = next(rest, None)
            if other is not None:
                if other not in number:
                    work.append((other, iter(following.get(other, ()))))
                elif other in open_:
                    low[point] = min(low[point], number[other])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[point])
            if low[point] == number[point]:
                found.append(_close(open_, point))
    return found


def _close(open_: dict[Point, None], first: Point) -> list[Point]:
    members: list[Point] = []
    while not members or members[-1] != first:
        members.append(open_.popitem()[0])
    return members[::-1]


def cycle_in(members: Sequence[Point], following: Mapping[Point, Sequence[Point]]) -> list[Point]:
    """A shortest cycle through the first of some points.

    Args:
        members: The points of one component.
        following: Every point and those that follow it.

    Returns:
        The cycle's points in order, the first once; empty where there is none.
    """
    first, inside = members[0], set(members)
    came_from: dict[Point, Point] = {}
    queue = [first]
    for point in queue:
        for other in following.get(point, ()):
            if other == first:
                path = [point]
                while path[-1] != first:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if other in inside and other not in came_from:
                came_from[other] = point
                queue.append(other)
    return []
