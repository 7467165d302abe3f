"""The drawn graph: where its nodes stand, which wires are emphasised, and which node a step leads to."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import pairwise

import msgspec

from tui.model.layers import layer
from tui.model.neighbourhood import Arrow, Layer, Neighbourhood, Node
from tui.model.refs import ObjectRef
from tui.model.routes import Box, Drawing, draw

_WEIGHT = {kind: place for place, kind in enumerate(Layer)}
"""Which layers weigh most."""


class Way(StrEnum):
    """Where a step leads."""

    BEFORE = "before"
    """Against an arrow, to what the node depends on."""
    AFTER = "after"
    """Along an arrow, to what depends on the node."""
    UP = "up"
    DOWN = "down"
    TOP = "top"
    BOTTOM = "bottom"


class Plan(msgspec.Struct, frozen=True):
    """A neighbourhood with its drawing."""

    hood: Neighbourhood = Neighbourhood()
    drawing: Drawing = Drawing()
    arrows: tuple[Arrow, ...] = ()
    """Those of the neighbourhood in the order of the drawing's chains."""
    number: dict[ObjectRef, int] = {}
    """The number of each node's box, by its `ref`."""

    def box(self, ref: ObjectRef) -> Box | None:
        """The cells of the node that an object is part of.

        Args:
            ref: The object.

        Returns:
            Its cells, None where it is not drawn.
        """
        place = self.hood.place.get(ref)
        return self.drawing.boxes[self.number[place]] if place is not None else None

    def at(self, x: int, y: int) -> ObjectRef | None:
        """The node that has a cell.

        Args:
            x: The column.
            y: The line.

        Returns:
            Its `ref`, None where there is none.
        """
        for node, box in zip(self.hood.nodes, self.drawing.boxes, strict=True):
            if box.y == y and box.x <= x < box.x + box.width:
                return node.ref
        return None

    def path_wires(self) -> frozenset[int]:
        """The wires along the way to what broke first."""
        steps = set(zip(self.hood.path, self.hood.path[1:], strict=False))
        return self._wires(lambda arrow: (arrow.before, arrow.after) in steps or (arrow.after, arrow.before) in steps)

    def cycle_wires(self) -> frozenset[int]:
        """The wires between objects that wait on each other in a ring."""
        rings = [{*zip(cycle[1:], cycle, strict=False), (cycle[0], cycle[-1])} for cycle in self.hood.cycles]
        return self._wires(lambda arrow: any((arrow.before, arrow.after) in ring for ring in rings))

    def step(self, ref: ObjectRef, way: Way, came_from: ObjectRef | None = None) -> ObjectRef:
        """The node that a key leads to.

        Args:
            ref: The node to start from.
            way: Where to.
            came_from: The node before: a step back leads there.

        Returns:
            Another node, or the same where there is none.
        """
        here = self.box(ref)
        if here is None:
            return ref
        if way in (Way.BEFORE, Way.AFTER):
            return self._along(ref, way, came_from)
        column = [node.ref for node, box in self._placed() if box.column == here.column]
        place = column.index(ref)
        goal = {Way.UP: max(0, place - 1), Way.DOWN: place + 1, Way.TOP: 0, Way.BOTTOM: len(column)}[way]
        return column[min(goal, len(column) - 1)]

    def _placed(self) -> list[tuple[Node, Box]]:
        """Nodes from top to bottom."""
        return sorted(zip(self.hood.nodes, self.drawing.boxes, strict=True), key=lambda pair: pair[1].y)

    def _along(self, ref: ObjectRef, way: Way, came_from: ObjectRef | None) -> ObjectRef:
        """Over what is drawn: back where one came from, on the way to what broke, else to the nearest by dependsOn."""
        y = self.drawing.boxes[self.number[ref]].y
        steps = {frozenset(pair) for pair in pairwise(self.hood.path)}
        found = []
        for arrow, chain in zip(self.arrows, self.drawing.chains, strict=True):
            here, other = (arrow.after, arrow.before) if way is Way.BEFORE else (arrow.before, arrow.after)
            if here == ref and chain:
                away = abs(self.drawing.boxes[self.number[other]].y - y)
                found.append((other != came_from, {ref, other} not in steps, weight(arrow), away, other))
        return min(found)[-1] if found else ref

    def _wires(self, wanted: Callable[[Arrow], bool]) -> frozenset[int]:
        chains = zip(self.arrows, self.drawing.chains, strict=True)
        return frozenset(wire for arrow, chain in chains if wanted(arrow) for wire in chain)


def arrange(hood: Neighbourhood, widths: Sequence[int], height: int = 0) -> Plan:
    """Draw a neighbourhood.

    An arrow that says nothing new is not drawn: of an object that takes its content from the same source as what it
    depends on, the second is enough.

    Args:
        hood: The nodes and arrows.
        widths: How many cells each node takes.
        height: How many lines there are: where there is room, nodes stand apart.

    Returns:
        The drawing; the same for the same neighbourhood.
    """
    number = {node.ref: place for place, node in enumerate(hood.nodes)}
    steps = {frozenset(pair) for pair in pairwise(hood.path)}

    def order(arrow: Arrow) -> tuple[bool, int, ObjectRef, ObjectRef]:
        return {arrow.before, arrow.after} not in steps, weight(arrow), arrow.before, arrow.after

    arrows = tuple(sorted(hood.arrows, key=order))
    always = sum(not order(arrow)[0] or Layer.DEPENDS_ON in arrow.layers for arrow in arrows)
    layered = layer(len(number), [(number[arrow.before], number[arrow.after]) for arrow in arrows], always)
    drawing = draw(layered, widths)
    if 2 * drawing.height - 1 <= height:
        drawing = draw(layered, widths, spread=2)
    return Plan(hood, drawing, arrows, number)


def weight(arrow: Arrow) -> int:
    """How soon an arrow is followed, and how late turned round: dependsOn first.

    Args:
        arrow: The arrow.

    Returns:
        Its rank, lower for weightier.
    """
    return min((_WEIGHT[kind] for kind in arrow.layers), default=len(_WEIGHT))
