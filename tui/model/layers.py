"""Nodes of a graph into columns from left to right, with few crossings (Sugiyama, Tagawa and Toda, 1981)."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from tui.model.cycles import components

_SWEEPS = 10
_MOST_SWAPPED = 600
"""Up to so many links neighbours are swapped one by one too: that is slow, and shows only where one sees it all."""

Edge = tuple[int, int]
"""From node to node, by number."""


class Layered(msgspec.Struct, frozen=True):
    """Items in columns: nodes by number, and above them bends, through which edges pass the columns between."""

    columns: tuple[tuple[int, ...], ...]
    """The items of each column from top to bottom."""
    chains: tuple[tuple[int, ...], ...]
    """For each edge, the items it passes from left to right; empty for one that is not drawn."""
    reversed_: frozenset[int]
    """The edges that point to the left, since they close a cycle."""


def layer(count: int, edges: Sequence[Edge], always: int | None = None) -> Layered:
    """Put nodes into columns so that edges point to the right.

    Args:
        count: How many nodes there are.
        edges: Edges, the most important first: where there is a cycle, one of the last is turned round.
        always: How many of them are drawn in any case; None for all. The others are left out where a longer way leads
            from the one to the other too.

    Returns:
        The columns. The same for the same nodes and edges.
    """
    oriented, turned = _without_cycles(count, edges)
    column = _longest_paths(count, oriented)
    implied = _implied(count, oriented, column, len(edges) if always is None else always)
    chains, total = _chains(count, oriented, column, implied)
    rows: list[list[int]] = [[] for _ in range(max(column, default=-1) + 1)]
    for node in range(count):
        rows[column[node]].append(node)
    placed = dict(enumerate(column))
    for chain in chains:
        for step, item in enumerate(chain):
            if item not in placed:
                placed[item] = column[chain[0]] + step
                rows[placed[item]].append(item)
    links = sorted({link for chain in chains for link in pairwise(chain)})
    ordered = _Order(rows, links, placed, total).best()
    return Layered(tuple(map(tuple, ordered)), tuple(chains), frozenset(turned))


def _without_cycles(count: int, edges: Sequence[Edge]) -> tuple[list[Edge], set[int]]:
    """Turn edges round until there is no cycle; only edges within a component can be part of one."""
    following: dict[int, list[int]] = {node: [] for node in range(count)}
    for before, after in edges:
        following[before].append(after)
    found = components(following, following.__getitem__)
    component = {node: number for number, members in enumerate(found) for node in members}
    inner: dict[int, list[int]] = {}
    oriented, turned = [], set()
    for place, (before, after) in enumerate(edges):
        edge = (before, after)
        if before != after and component[before] == component[after]:
            if _leads_to(inner, after, before):
                turned.add(place)
                edge = (after, before)
            inner.setdefault(edge[0], []).append(edge[1])
        oriented.append(edge)
    return oriented, turned


def _leads_to(following: dict[int, list[int]], start: int, end: int) -> bool:
    seen, queue = {start}, [start]
    for node in queue:
        for other in following.get(node, ()):
            if other == end:
                return True
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return False


def _longest_paths(count: int, edges: list[Edge]) -> list[int]:
    """The column of each node: right of all before it; one with nothing before it, close to what follows."""
    following: list[set[int]] = [set() for _ in range(count)]
    left = [0] * count
    for before, after in edges:
        if before != after and after not in following[before]:
            following[before].add(after)
            left[after] += 1
    first = [node for node in range(count) if not left[node]]
    column, queue = [0] * count, list(first)
    for node in queue:
        for other in following[node]:
            column[other] = max(column[other], column[node] + 1)
            left[other] -= 1
            if not left[other]:
                queue.append(other)
    for node in first:
        column[node] = min((column[other] - 1 for other in following[node]), default=0)
    return column


def _implied(count: int, edges: list[Edge], column: list[int], always: int) -> set[int]:
    """The edges that a longer way makes superfluous; sets of nodes are numbers here, a bit for each."""
    following: list[set[int]] = [set() for _ in range(count)]
    for before, after in edges:
        if before != after:
            following[before].add(after)
    reached = [0] * count
    for node in sorted(range(count), key=lambda node: -column[node]):
        for other in following[node]:
            reached[node] |= reached[other] | 1 << other
    return {
        place
        for place, (before, after) in enumerate(edges)
        if place >= always and any(reached[other] >> after & 1 for other in following[before])
    }


def _chains(count: int, edges: list[Edge], column: list[int], without: set[int]) -> tuple[list[tuple[int, ...]], int]:
    """The items of each edge: edges of one node share their bends, as wires that branch off late."""
    bends: dict[Edge, int] = {}
    chains: list[tuple[int, ...]] = []
    for place, (before, after) in enumerate(edges):
        if before == after or place in without:
            chains.append(())
            continue
        passed = range(column[before] + 1, column[after])
        middle = [bends.setdefault((before, at), count + len(bends)) for at in passed]
        chains.append((before, *middle, after))
    return chains, count + len(bends)


class _Order:
    """The items of each column, from top to bottom."""

    def __init__(self, rows: list[list[int]], links: list[Edge], column: dict[int, int], total: int) -> None:
        self._rows = rows
        self._links: list[list[Edge]] = [[] for _ in rows]
        """By the column of their left end."""
        self._left: list[list[int]] = [[] for _ in range(total)]
        self._right: list[list[int]] = [[] for _ in range(total)]
        for before, after in links:
            self._links[column[before]].append((before, after))
            self._left[after].append(before)
            self._right[before].append(after)
        self._at = {item: place for row in rows for place, item in enumerate(row)}
        self._swaps = len(links) <= _MOST_SWAPPED

    def best(self) -> list[list[int]]:
        """Sweep to and fro, and keep the order with the fewest crossings."""
        best, fewest = [list(row) for row in self._rows], self._crossings()
        for sweep in range(_SWEEPS):
            if not fewest:
                break
            self._sweep(to_the_right=sweep % 2 == 0)
            if self._swaps:
                self._swap_neighbours(even_for_nothing=sweep % 2 == 1)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(row) for row in self._rows], crossings
        return best

    def _sweep(self, *, to_the_right: bool) -> None:
        sides = self._left if to_the_right else self._right
        for row in self._rows if to_the_right else reversed(self._rows):
            middle = {item: self._middle(sides[item], self._at[item]) for item in row}
            row.sort(key=lambda item: (middle[item], self._at[item]))
            self._number(row)

    def _middle(self, neighbours: list[int], otherwise: int) -> float:
        return sum(self._at[other] for other in neighbours) / len(neighbours) if neighbours else otherwise

    def _number(self, row: list[int]) -> None:
        for place, item in enumerate(row):
            self._at[item] = place

    def _swap_neighbours(self, *, even_for_nothing: bool) -> None:
        """Swap where that helps, and now and then where it makes no difference: it may open another way."""
        for row in self._rows:
            for place in range(len(row) - 1):
                upper, lower = row[place], row[place + 1]
                if self._gain(upper, lower) + even_for_nothing > 0:
                    row[place], row[place + 1] = lower, upper
                    self._at[upper], self._at[lower] = place + 1, place

    def _gain(self, upper: int, lower: int) -> int:
        """How many crossings fewer there are when two neighbours change places."""
        gain = 0
        for side in (self._left, self._right):
            for above in side[upper]:
                for below in side[lower]:
                    gain += (self._at[above] > self._at[below]) - (self._at[above] < self._at[below])
        return gain

    def _crossings(self) -> int:
        return sum(self._crossings_of(links) for links in self._links)

    def _crossings_of(self, links: list[Edge]) -> int:
        seen: list[int] = []
        found = 0
        for _, end in sorted((self._at[before], self._at[after]) for before, after in links):
            found += len(seen) - bisect_left(seen, end + 1)
            insort(seen, end)
        return found
