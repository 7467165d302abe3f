"""The same objects across contexts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.objects import (
    FAILING,
    MAIN,
    NOON,
    OLD_MAIN,
    PROGRESSING,
    Body,
    ago,
    artifact,
    git,
    hr,
    ks,
    read,
    ref_of,
)
from tests.fakes.properties import fleets, objects, quick
from tui.model.changes import ContextStatus, Phase
from tui.model.fleet import Comparison, Line, Matrix, Rank, describe_absence
from tui.model.health import State
from tui.model.picture import Picture
from tui.model.query import parse_query
from tui.model.refs import ObjectRef

LIVE = ContextStatus("", Phase.LIVE)


def fleet(contexts: dict[str, list[Body]], **statuses: ContextStatus) -> Picture:
    picture = Picture(contexts)
    for context, bodies in contexts.items():
        picture.statuses[context] = statuses.get(context, LIVE)
        for one in bodies:
            picture.put(read(one, context))
    return picture


def matrix(contexts: dict[str, list[Body]], *, query: str = "", differing: bool = False, **statuses: Any) -> Matrix:
    return Comparison().matrix(fleet(contexts, **statuses), NOON, parse_query(query), differing)


def only(found: Matrix) -> Line:
    (line,) = found.lines
    return line


@pytest.mark.parametrize(
    ("contexts", "rank", "odd"),
    [
        pytest.param({"a": [ks("x")], "b": [ks("x")]}, Rank.SAME, [False, False], id="the same"),
        pytest.param(
            {"a": [ks("x")], "b": [ks("x", applied=OLD_MAIN)], "c": [ks("x")]},
            Rank.DIFFERS, [False, True, False], id="another revision",
        ),
        pytest.param(
            {"a": [ks("x", conditions=FAILING)], "b": [ks("x")]}, Rank.DIFFERS, [True, False], id="another state"
        ),
        pytest.param(
            {"a": [ks("x", conditions=PROGRESSING)], "b": [ks("x")]}, Rank.SAME, [False, False], id="at work"
        ),
        pytest.param({"a": [ks("x")], "b": [ks("x")], "c": []}, Rank.MISSING, [False, False, None], id="missing"),
        pytest.param({"a": [ks("x")], "b": [], "c": []}, Rank.SINGLE, [False, None, None], id="its own"),
        pytest.param(
            {"a": [ks("x", conditions=FAILING)], "b": [ks("x", conditions=FAILING)]},
            Rank.FAULT, [False, False], id="broken alike",
        ),
        pytest.param({"a": [ks("x", conditions=FAILING)], "b": []}, Rank.FAULT, [False, None], id="own and broken"),
        pytest.param({"a": [ks("x")]}, Rank.SAME, [False], id="only one context"),
    ],
)  # fmt: skip
def test_ranks(contexts: dict[str, list[Body]], rank: Rank, odd: list[bool | None]) -> None:
    line = only(matrix(contexts))
    assert line.rank is rank
    assert [cell.odd if cell is not None else None for cell in line.cells] == odd


@pytest.mark.parametrize(
    "status",
    [
        pytest.param(ContextStatus("c", Phase.STALE, NOON), id="stale"),
        pytest.param(ContextStatus("c", Phase.LOGIN), id="login needed"),
        pytest.param(ContextStatus("c", Phase.LIVE, forbidden=("Kustomization",)), id="kind forbidden"),
        pytest.param(ContextStatus("c", Phase.LIVE, narrowed=("Kustomization",), namespace="team"), id="one namespace"),
    ],
)
@pytest.mark.parametrize("there", [[ks("x", applied=OLD_MAIN)], []], ids=["old", "not there"])
def test_what_is_not_live_is_shown_and_not_compared(status: ContextStatus, there: list[Body]) -> None:
    found = matrix({"a": [ks("x")], "b": [ks("x")], "c": there}, c=status)
    assert only(found).rank is Rank.SAME
    assert found.columns[2].compared is (status.phase is Phase.LIVE)
    assert (only(found).cells[2] is None) is (not there)


def test_what_is_not_connected_has_no_column() -> None:
    found = matrix({"a": [ks("x")], "b": []}, b=ContextStatus("b", Phase.OFF))
    assert [column.context for column in found.columns] == ["a"]


def test_rows_that_differ_come_first_and_the_worst_of_them_before() -> None:
    same, differs, broken = ks("a"), ks("z", applied=OLD_MAIN), ks("y", conditions=FAILING)
    found = matrix(
        {"a": [same, ks("z"), ks("y"), ks("m")], "b": [same, differs, broken, ks("m")], "c": [same, ks("z"), ks("y")]}
    )
    assert [line.name for line in found.lines] == ["y", "z", "m", "a"]
    assert dict(found.counts) == {Rank.DIFFERS: 2, Rank.MISSING: 1, Rank.SAME: 1}


def test_filters() -> None:
    contexts = {"a": [ks("x"), ks("y", applied=OLD_MAIN), hr("x")], "b": [ks("x"), ks("y"), hr("x")]}
    assert [line.kind for line in matrix(contexts, query="kind:hr").lines] == ["HelmRelease"]
    assert [line.name for line in matrix(contexts, differing=True).lines] == ["y"]
    assert matrix(contexts, query="nothing").lines == ()
    assert sum(count for _, count in matrix(contexts, query="nothing").counts) == 3


def source(revision: str, minutes: float) -> Body:
    told = artifact(revision) | {"lastUpdateTime": ago(minutes)}
    return git(status={"artifact": told})


@pytest.mark.parametrize(
    ("contexts", "headline"),
    [
        pytest.param({"a": (MAIN, 5), "b": (MAIN, 4)}, "main@a1b2c3d4 everywhere (2 contexts)", id="everywhere"),
        pytest.param(
            {"a": (MAIN, 12), "b": (MAIN, 11), "c": (OLD_MAIN, 60)},
            "main@a1b2c3d4 everywhere but c (9f8e7d6c, 12m behind)", id="one is behind",
        ),
        pytest.param(
            {"a": (OLD_MAIN, 60), "b": (OLD_MAIN, 60), "c": (MAIN, 3)},
            "main@9f8e7d6c everywhere but c (a1b2c3d4, newer since 3m)", id="one is ahead",
        ),
        pytest.param(
            {"a": (OLD_MAIN, 60), "b": (MAIN, 3)}, "main@a1b2c3d4 everywhere but a (9f8e7d6c, 3m behind)", id="two"
        ),
    ],
)  # fmt: skip
def test_the_same_commit_everywhere(contexts: dict[str, tuple[str, float]], headline: str) -> None:
    assert matrix({name: [source(*told), ks("x")] for name, told in contexts.items()}).headline == headline


def test_nothing_to_compare_is_said() -> None:
    assert "no commit to compare" in matrix({"a": [git(), ks("x")], "b": []}).headline
    assert "no commit to compare" in matrix({}).headline


@pytest.mark.parametrize(
    ("status", "words"),
    [
        pytest.param(LIVE, "It is in a, and not here", id="missing"),
        pytest.param(ContextStatus("b", Phase.LOGIN), "this context is login needed", id="not live"),
        pytest.param(
            ContextStatus("b", Phase.LIVE, forbidden=("Kustomization",)), "may not list kustomizations", id="forbidden"
        ),
        pytest.param(
            ContextStatus("b", Phase.LIVE, narrowed=("Kustomization",), namespace="team"),
            "may not list kustomizations",
            id="one namespace",
        ),
    ],
)
def test_why_a_cell_is_empty(status: ContextStatus, words: str) -> None:
    picture = fleet({"a": [ks("x")], "b": []}, b=status)
    detail = describe_absence(
        picture, Comparison().matrix(picture, NOON), ObjectRef("b", "Kustomization", "flux-system", "x")
    )
    assert words in detail.message[0]


@quick
@given(st.lists(fleets, min_size=1, max_size=4))
def test_every_object_has_one_row_and_one_cell_in_each_context(several: list[list[Body]]) -> None:
    picture = fleet({f"c{number}": objects for number, objects in enumerate(several)})
    found = Comparison().matrix(picture, NOON)
    told = {
        line.ref(column.context): cell.state
        for line in found.lines
        for column, cell in zip(found.columns, line.cells, strict=True)
        if cell is not None
    }
    known = {ref: picture.health(ref).state for context in picture.statuses for ref in picture.refs(context)}
    assert told == known
    assert len({(line.kind, line.namespace, line.name) for line in found.lines}) == len(found.lines)
    assert list(found.lines) == sorted(found.lines, key=lambda line: line.rank)
    for line in found.lines:
        states = {cell.state for cell in line.cells if cell is not None}
        if line.rank is Rank.SAME and len(states) > 1:
            assert states <= {State.READY, State.PROGRESSING, State.STATIC}


@quick
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), objects), max_size=20))
def test_a_comparison_that_is_kept_up_is_one_made_anew(told: list[tuple[str, int, Body]]) -> None:
    picture, comparison = fleet({"a": [], "b": [], "c": []}), Comparison()
    for context, stays, object_ in told:
        changed = ref_of(object_, context)
        if stays:
            picture.put(read(object_, context))
        else:
            picture.drop(changed)
        comparison.forget([changed])
        assert comparison.matrix(picture, NOON) == Comparison().matrix(picture, NOON)
