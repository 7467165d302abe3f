"""Nodes into columns."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.properties import quick
from tui.model.layers import Edge, Layered, layer

graphs = st.integers(1, 12).flatmap(
    lambda count: st.tuples(
        st.just(count), st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), unique=True)
    )
)
"""How many nodes, and edges between them, cycles and loops among them."""


def crossings(layered: Layered) -> int:
    """Counted as one would by eye: pairs of links that change sides."""
    at = {item: (number, place) for number, items in enumerate(layered.columns) for place, item in enumerate(items)}
    links = sorted({link for chain in layered.chains for link in pairwise(chain)})
    pairs = [(one, other) for one in links for other in links if one < other and at[one[0]][0] == at[other[0]][0]]
    return sum((at[a][1] - at[c][1]) * (at[b][1] - at[d][1]) < 0 for (a, b), (c, d) in pairs)


@pytest.mark.parametrize(
    ("count", "edges", "columns"),
    [
        pytest.param(0, [], (), id="nothing"),
        pytest.param(2, [], ((0, 1),), id="no edge"),
        pytest.param(3, [(0, 1), (1, 2)], ((0,), (1,), (2,)), id="a chain"),
        pytest.param(3, [(0, 1), (1, 2), (0, 2)], ((0,), (1, 3), (2,)), id="a bend for the long one"),
        pytest.param(4, [(0, 1), (1, 2), (3, 2)], ((0,), (1, 3), (2,)), id="what has nothing before it moves close"),
        pytest.param(2, [(0, 0), (0, 1)], ((0,), (1,)), id="a loop is not drawn"),
    ],
)
def test_columns(count: int, edges: list[Edge], columns: tuple[tuple[int, ...], ...]) -> None:
    assert layer(count, edges).columns == columns


def test_of_a_cycle_the_last_edge_is_turned_round() -> None:
    layered = layer(3, [(0, 1), (1, 2), (2, 0)])
    assert layered.reversed_ == {2}
    assert layered.chains[2][0] == 0
    assert layered.chains[2][-1] == 2


def test_two_that_point_at_each_other_share_their_way() -> None:
    layered = layer(2, [(0, 1), (1, 0)])
    assert layered.chains == ((0, 1), (0, 1))
    assert layered.reversed_ == {1}


def test_what_a_longer_way_says_is_left_out_if_it_may_be() -> None:
    edges = [(0, 1), (1, 2), (0, 2)]
    assert layer(3, edges, always=2).chains == ((0, 1), (1, 2), ())
    assert all(layer(3, edges, always=3).chains)


@pytest.mark.parametrize(
    "edges",
    [
        pytest.param([(0, 5), (1, 4), (2, 3)], id="turned over"),
        pytest.param([(0, 3), (0, 5), (1, 4), (2, 3)], id="woven"),
        pytest.param([(0, 2), (1, 3), (0, 4), (1, 5)], id="two fans"),
    ],
)
def test_what_can_be_drawn_without_crossings_is(edges: list[Edge]) -> None:
    assert crossings(layer(6, edges)) == 0


@quick
@given(graphs)
def test_edges_go_from_column_to_column(graph: tuple[int, list[Edge]]) -> None:
    count, edges = graph
    layered = layer(count, edges)
    column = {item: number for number, items in enumerate(layered.columns) for item in items}
    assert {item for item in column if item < count} == set(range(count))
    assert sum(map(len, layered.columns)) == len(column), "each item once"
    for place, ((before, after), chain) in enumerate(zip(edges, layered.chains, strict=True)):
        if before == after:
            assert chain == ()
            continue
        ends = (after, before) if place in layered.reversed_ else (before, after)
        assert (chain[0], chain[-1]) == ends
        assert [column[item] for item in chain] == list(range(column[chain[0]], column[chain[-1]] + 1))


@quick
@given(graphs)
def test_sorting_never_makes_it_worse(graph: tuple[int, list[Edge]]) -> None:
    count, edges = graph
    layered = layer(count, edges)
    plain = Layered(tuple(tuple(sorted(items)) for items in layered.columns), layered.chains, layered.reversed_)
    assert crossings(layered) <= crossings(plain)


@quick
@given(graphs)
def test_leaving_out_keeps_what_can_be_reached(graph: tuple[int, list[Edge]]) -> None:
    count, edges = graph
    whole, thin = layer(count, edges), layer(count, edges, always=0)
    assert _reached(count, whole) == _reached(count, thin)


def _reached(count: int, layered: Layered) -> set[Edge]:
    pairs = {(chain[0], chain[-1]) for chain in layered.chains if chain}
    for middle in range(count):
        pairs |= {(a, d) for a, b in pairs for c, d in pairs if b == middle == c}
    return pairs
