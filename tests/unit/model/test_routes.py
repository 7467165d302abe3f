"""Columns into cells: nothing overlaps, and wires connect what they should, and nothing else."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.properties import quick
from tests.unit.model.test_layers import graphs
from tui.model.layers import Edge, layer
from tui.model.routes import Drawing, Wire, draw

Cell = tuple[int, int]


def drawn(count: int, edges: list[Edge], spread: int = 1) -> Drawing:
    return draw(layer(count, edges), [3 + 2 * (node % 4) for node in range(count)], spread)


def steps(wire: Wire) -> set[tuple[Cell, Cell]]:
    """Every step from a cell to the next, as a pair of cells."""
    found = set()
    for (x, y), (to_x, to_y) in pairwise(wire.points):
        assert x == to_x or y == to_y, "wires run at right angles"
        assert to_x >= x, "and from left to right"
        cells = [
            (x + n * ((to_x > x) - (to_x < x)), y + n * ((to_y > y) - (to_y < y)))
            for n in range(abs(to_x - x) + abs(to_y - y) + 1)
        ]
        found |= {(min(pair), max(pair)) for pair in pairwise(cells)}
    return found


def cells_of(wire: Wire) -> set[Cell]:
    return {cell for step in steps(wire) for cell in step}


@quick
@given(graphs, st.sampled_from((1, 2)))
def test_nodes_do_not_overlap_and_no_wire_crosses_one(graph: tuple[int, list[Edge]], spread: int) -> None:
    drawing = drawn(*graph, spread)
    taken: set[Cell] = set()
    for box in drawing.boxes:
        mine = {(x, box.y) for x in range(box.x, box.x + box.width)}
        assert not mine & taken
        assert 0 <= box.x < box.x + box.width <= drawing.width
        assert 0 <= box.y < drawing.height
        taken |= mine
    for wire in drawing.wires:
        assert not cells_of(wire) & taken


@quick
@given(graphs)
def test_each_edge_runs_from_its_node_to_its_node(graph: tuple[int, list[Edge]]) -> None:
    count, edges = graph
    layered, drawing = layer(count, edges), drawn(count, edges)
    heads = set(drawing.heads)
    for place, ((before, after), run) in enumerate(zip(edges, drawing.chains, strict=True)):
        if before == after:
            assert run == ()
            continue
        left, right = (after, before) if place in layered.reversed_ else (before, after)
        first, last = drawing.wires[run[0]], drawing.wires[run[-1]]
        start, end = drawing.boxes[left], drawing.boxes[right]
        assert first.points[0] == (start.x + start.width, start.y)
        assert last.points[-1] == (end.x - 1, end.y)
        for one, following in pairwise(run):
            assert drawing.wires[one].points[-1] == drawing.wires[following].points[0]
        head = (first.points[0], False) if place in layered.reversed_ else (last.points[-1], True)
        assert (*head[0], head[1]) in heads


@quick
@given(graphs)
def test_wires_that_share_a_stretch_belong_together(graph: tuple[int, list[Edge]]) -> None:
    """Whoever follows one of them to the end of the other finds an edge that is there."""
    drawing = drawn(*graph)
    links = {(wire.left, wire.right) for wire in drawing.wires}
    for one, other in combinations(drawing.wires, 2):
        if steps(one) & steps(other):
            assert {(one.left, other.right), (other.left, one.right)} <= links


@pytest.mark.parametrize("size", [2, 3, 5])
def test_all_to_all_shares_one_wire(size: int) -> None:
    drawing = drawn(2 * size, [(a, size + b) for a in range(size) for b in range(size)])
    assert len({wire.points[1][0] for wire in drawing.wires if len(wire.points) > 2}) == 1
    assert drawing.height == size


def test_two_that_change_sides_do_not_touch() -> None:
    """Neither order of the tracks would do: the right column gives way."""
    drawing = drawn(5, [(0, 3), (0, 2), (1, 2), (1, 3), (1, 4), (0, 4), (4, 3)])
    links = {(wire.left, wire.right) for wire in drawing.wires}
    assert len(links) == len(drawing.wires)


def test_where_there_is_room_nodes_stand_apart() -> None:
    edges = [(0, 1), (0, 2), (0, 3)]
    assert drawn(4, edges).height == 3
    assert drawn(4, edges, spread=2).height == 5


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw(layer(0, []), []) == Drawing()


def test_a_thousand_edges_are_drawn_in_good_time() -> None:
    edges = [(number // 3, number) for number in range(1, 500)] + [(number // 7, number) for number in range(7, 500)]
    drawing = drawn(500, list(dict.fromkeys(edges)))
    assert len(drawing.boxes) == 500
