"""Which healthy nodes can stand as one."""

import itertools

import pytest

from tests.fakes.objects import ref
from tui.model.folding import FEWEST, fold
from tui.model.refs import ObjectRef

Pair = tuple[ObjectRef, ObjectRef]
ROOT, END = ref("GitRepository", "root"), ref("Kustomization", "end")
LEAVES = [ref("Kustomization", f"k{number}") for number in range(5)]
CHARTS = [ref("HelmChart", f"c{number}") for number in range(5)]


def folded(pairs: list[Pair], foldable: list[ObjectRef]) -> list[tuple[ObjectRef, ...]]:
    before: dict[ObjectRef, list[ObjectRef]] = {one: [] for pair in pairs for one in pair}
    after: dict[ObjectRef, list[ObjectRef]] = {one: [] for pair in pairs for one in pair}
    for first, second in pairs:
        before[second].append(first)
        after[first].append(second)
    return fold(foldable, before, after)


def test_leaves_of_one_source_fold() -> None:
    assert folded([(ROOT, leaf) for leaf in LEAVES], LEAVES) == [tuple(LEAVES)]


def test_too_few_do_not() -> None:
    few = LEAVES[: FEWEST - 1]
    assert folded([(ROOT, leaf) for leaf in few], few) == []


def test_what_may_not_be_folded_is_not() -> None:
    assert folded([(ROOT, leaf) for leaf in LEAVES], LEAVES[:4]) == [tuple(LEAVES[:4])]


def test_one_with_another_neighbour_stands_apart() -> None:
    pairs = [*((ROOT, leaf) for leaf in LEAVES), (LEAVES[2], END)]
    assert folded(pairs, LEAVES) == [(*LEAVES[:2], *LEAVES[3:])]


def test_charts_fold_beside_the_releases_that_use_them() -> None:
    pairs = [*((ROOT, chart) for chart in CHARTS), *zip(CHARTS, LEAVES, strict=True)]
    assert folded(pairs, [*CHARTS, *LEAVES]) == [tuple(CHARTS), tuple(LEAVES)]


def test_kinds_are_not_mixed() -> None:
    pairs = [(ROOT, other) for other in (*LEAVES[:3], *CHARTS[:3])]
    assert folded(pairs, [*LEAVES[:3], *CHARTS[:3]]) == []


def test_a_run_in_a_line_folds() -> None:
    pairs = [(ROOT, LEAVES[0]), *itertools.pairwise(LEAVES), (LEAVES[-1], END)]
    assert folded(pairs, LEAVES) == [tuple(LEAVES)]


@pytest.mark.parametrize("broken", range(5))
def test_a_run_is_parted_by_what_is_broken(broken: int) -> None:
    healthy = [leaf for number, leaf in enumerate(LEAVES) if number != broken]
    pairs = list(itertools.pairwise(LEAVES))
    assert folded(pairs, healthy) == ([tuple(healthy)] if broken in (0, 4) else [])


def test_a_ring_is_no_run() -> None:
    odd = [*zip(LEAVES, [*LEAVES[1:], LEAVES[0]], strict=True), (ROOT, LEAVES[0])]
    assert folded(odd, LEAVES) == []
