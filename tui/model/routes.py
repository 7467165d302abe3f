"""Columns of a graph into cells: where each node stands, and how wires run between them at right angles."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from tui.model.layers import Layered

_SWEEPS = 6
_STRAIGHT = 4
"""How much more a bend pulls towards its neighbours than a node does: long wires shall be straight."""


class Box(msgspec.Struct, frozen=True):
    """The cells of a node: one line."""

    x: int
    y: int
    width: int
    column: int


class Wire(msgspec.Struct, frozen=True):
    """One piece of the wiring between two columns; several edges may share it."""

    points: tuple[tuple[int, int], ...]
    """Cells, from left to right, each level with or right above or below the one before."""
    left: int
    """The item at its left end: a node by number, or a bend."""
    right: int


class Drawing(msgspec.Struct, frozen=True):
    """A graph in cells."""

    width: int = 0
    height: int = 0
    boxes: tuple[Box, ...] = ()
    """Of each node."""
    wires: tuple[Wire, ...] = ()
    chains: tuple[tuple[int, ...], ...] = ()
    """For each edge, the wires it runs along, from left to right."""
    heads: tuple[tuple[int, int, bool], ...] = ()
    """Cells in which an edge arrives at its node, and whether from the left."""


def draw(layered: Layered, widths: Sequence[int], spread: int = 1) -> Drawing:
    """Give every node its cells, and every edge its way.

    Args:
        layered: The nodes in columns.
        widths: The width of each node, in cells.
        spread: How many lines there are for each; from 2 on, with blank ones between.

    Returns:
        The drawing. No two nodes overlap, and no wire crosses a node.
    """
    links = sorted({link for chain in layered.chains for link in pairwise(chain)})
    gutters: list[list[tuple[int, int]]] = [[] for _ in layered.columns]
    column = {item: number for number, items in enumerate(layered.columns) for item in items}
    for link in links:
        gutters[column[link[0]]].append(link)
    rows = _rows(layered.columns, gutters, len(widths))
    tracks = []
    for number, gutter in enumerate(gutters[:-1]):
        tracks.append(_Gutter(gutter, rows, layered.columns[number + 1]).tracks())
    left, room = _columns(layered.columns, widths, tracks)
    top = min(rows.values(), default=0)
    rows = {item: (row - top) * spread for item, row in rows.items()}
    boxes = tuple(Box(left[column[n]], rows[n], widths[n], column[n]) for n in range(len(widths)))
    wires = []
    for before, after in links:
        at = column[before]
        start = boxes[before].x + boxes[before].width if before < len(boxes) else left[at]
        end = left[at + 1] - (after < len(boxes))
        track = left[at] + room[at] + 1 + tracks[at].get(before, 0)
        points = _bent(start, rows[before], track, end, rows[after])
        wires.append(Wire(points, before, after))
    number_of = {(wire.left, wire.right): number for number, wire in enumerate(wires)}
    runs = tuple(tuple(number_of[link] for link in pairwise(chain)) for chain in layered.chains)
    return Drawing(
        max((box.x + box.width for box in boxes), default=0),
        max(rows.values(), default=-1) + 1,
        boxes,
        tuple(wires),
        runs,
        _heads(layered, boxes),
    )


def _bent(start: int, y: int, track: int, end: int, to: int) -> tuple[tuple[int, int], ...]:
    return ((start, y), (end, y)) if y == to else ((start, y), (track, y), (track, to), (end, to))


def _heads(layered: Layered, boxes: tuple[Box, ...]) -> tuple[tuple[int, int, bool], ...]:
    found = set()
    for edge, chain in enumerate(layered.chains):
        if not chain:
            continue
        if edge in layered.reversed_:
            box = boxes[chain[0]]
            found.add((box.x + box.width, box.y, False))
        else:
            box = boxes[chain[-1]]
            found.add((box.x - 1, box.y, True))
    return tuple(sorted(found))


def _columns(
    columns: Sequence[Sequence[int]], widths: Sequence[int], tracks: list[dict[int, int]]
) -> tuple[list[int], list[int]]:
    """Where each column begins, and how wide it is."""
    room = [max((widths[item] for item in items if item < len(widths)), default=1) for items in columns]
    left = [0]
    for number, used in enumerate(tracks):
        left.append(left[-1] + room[number] + max(used.values(), default=0) + 4)
    return left, room


def _rows(columns: Sequence[Sequence[int]], gutters: list[list[tuple[int, int]]], nodes: int) -> dict[int, int]:
    """The line of each item: in the order of its column, as level with its neighbours as can be."""
    left: dict[int, list[int]] = {}
    right: dict[int, list[int]] = {}
    for gutter in gutters:
        for before, after in gutter:
            right.setdefault(before, []).append(after)
            left.setdefault(after, []).append(before)
    rows: dict[int, float] = {item: float(place) for items in columns for place, item in enumerate(items)}
    for sweep in range(_SWEEPS):
        last = sweep == _SWEEPS - 1
        for items in columns if sweep % 2 == 0 or last else reversed(columns):
            sides = (left, right) if last else (left,) if sweep % 2 == 0 else (right,)
            wanted = [_level(item, rows, [other for side in sides for other in side.get(item, ())]) for item in items]
            weights = [_STRAIGHT if item >= nodes else 1 for item in items]
            rows.update(zip(items, _spread(wanted, weights), strict=True))
    return {item: int(row) for item, row in rows.items()}


def _level(item: int, rows: dict[int, float], others: list[int]) -> float:
    if not others:
        return rows[item]
    known = sorted(rows[other] for other in others)
    return (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2


def _spread(wanted: list[float], weights: list[int]) -> list[float]:
    """The lines nearest to those wanted that are a line apart (isotonic regression by pooling neighbours)."""
    pools: list[tuple[float, int, int]] = []  # sum of weighted places, weight, members
    for place, (row, weight) in enumerate(zip(wanted, weights, strict=True)):
        pool = ((row - place) * weight, weight, 1)
        while pools and pools[-1][0] / pools[-1][1] >= pool[0] / pool[1]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    starts = [
        mean // 1 if mean % 1 < 0.5 else mean // 1 + 1 for total, weight, n in pools for mean in [total / weight] * n
    ]
    return [start + place for place, start in enumerate(starts)]


class _Net:
    """What is wired together between two columns: the items at the left, each with every one at the right."""

    def __init__(self, lefts: list[int], rights: tuple[int, ...]) -> None:
        self.lefts, self.rights = lefts, rights

    def span(self, rows: dict[int, int]) -> tuple[int, int]:
        ends = [rows[item] for item in (*self.lefts, *self.rights)]
        return min(ends), max(ends)


class _Gutter:
    """The wires between two columns."""

    def __init__(self, links: list[tuple[int, int]], rows: dict[int, int], column: Sequence[int]) -> None:
        """Find what can share a wire.

        Args:
            links: Pairs of items.
            rows: The line of every item; of those of the right column it may be moved down.
            column: The right column.
        """
        self._rows, self._column = rows, column
        ends: dict[int, list[int]] = {}
        for before, after in links:
            ends.setdefault(before, []).append(after)
        shared: dict[tuple[int, ...], list[int]] = {}
        for before, afters in ends.items():
            shared.setdefault(tuple(sorted(afters)), []).append(before)
        self._nets = [_Net(lefts, rights) for rights, lefts in shared.items()]

    def tracks(self) -> dict[int, int]:
        """Which of the vertical tracks each item at the left is wired along, from the left.

        Two wires that are not the same never run in the same cell: one that arrives on a line where another one starts
        turns right of it. Where that goes round in a circle, the right column moves down.
        """
        while True:
            order = self._order()
            if order is not None:
                return self._assign(*order)

    def _bent(self) -> list[_Net]:
        spans = ((net, net.span(self._rows)) for net in self._nets)
        return [net for net, (top, bottom) in spans if top != bottom]

    def _order(self) -> tuple[list[_Net], dict[_Net, set[_Net]]] | None:
        """The nets so that each comes after those it must be right of; None when something had to be moved."""
        nets = self._bent()
        starting = {self._rows[item]: net for net in nets for item in net.lefts}
        must_follow: dict[_Net, set[_Net]] = {net: set() for net in nets}
        for net in nets:
            for item in net.rights:
                other = starting.get(self._rows[item])
                if other is not None and other is not net:
                    must_follow[net].add(other)
        nets.sort(key=lambda net: net.span(self._rows))
        done: dict[_Net, None] = {}
        while len(done) < len(nets):
            free = [net for net in nets if net not in done and must_follow[net].issubset(done)]
            if not free:
                self._move_down([net for net in nets if net not in done], starting)
                return None
            done.update(dict.fromkeys(free))
        return list(done), must_follow

    def _move_down(self, stuck: list[_Net], starting: dict[int, _Net]) -> None:
        """Put the uppermost item at the right that is in the way on the next line where nothing starts."""
        rows = self._rows
        lines = {rows[item] for net in stuck for item in net.rights} & starting.keys()
        place = next(place for place, item in enumerate(self._column) if rows[item] in lines)
        row = rows[self._column[place]]
        while row in starting:
            row += 1
        for item in self._column[place:]:
            rows[item] = row = max(rows[item], row)
            row += 1

    def _assign(self, order: list[_Net], must_follow: dict[_Net, set[_Net]]) -> dict[int, int]:
        taken: list[list[tuple[int, int]]] = []
        found: dict[_Net, int] = {}
        for net in order:
            top, bottom = net.span(self._rows)
            track = max((found[other] + 1 for other in must_follow[net]), default=0)
            while track < len(taken) and any(top <= low and high <= bottom for high, low in taken[track]):
                track += 1
            while track >= len(taken):
                taken.append([])
            taken[track].append((top, bottom))
            found[net] = track
        return {item: track for net, track in found.items() for item in net.lefts}
