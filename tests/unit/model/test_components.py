"""Strongly connected components, and one cycle of each."""

import pytest

from tui.model.components import components, cycle_in


@pytest.mark.parametrize(
    ("following", "expected"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"a": ["b"], "b": []}, [["a"], ["b"]], id="a line"),
        pytest.param({"a": ["a"]}, [["a"]], id="itself"),
        pytest.param({"a": ["b"], "b": ["a"], "c": ["a"]}, [["a", "b"], ["c"]], id="two and one that leads there"),
        pytest.param(
            {"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": ["e"], "e": ["d"]},
            [["a", "b", "c"], ["d", "e"]],
            id="two cycles",
        ),
    ],
)
def test_components(following: dict[str, list[str]], expected: list[list[str]]) -> None:
    assert sorted(sorted(members) for members in components(following)) == expected


def test_what_leads_to_others_comes_after_them() -> None:
    assert components({"a": ["b"], "b": ["c"], "c": []}) == [["c"], ["b"], ["a"]]


def test_a_chain_may_be_very_long() -> None:
    following = {number: [(number + 1) % 20_000] for number in range(20_000)}
    (members,) = components(following)
    assert len(members) == len(cycle_in(members, following)) == 20_000


def test_the_shortest_cycle_is_told() -> None:
    following = {"a": ["b", "c"], "b": ["c"], "c": ["a"]}
    assert cycle_in(["a", "b", "c"], following) == ["a", "c"]
    assert cycle_in(["b", "a", "c"], following) == ["b", "c", "a"]


def test_without_a_cycle_there_is_none() -> None:
    assert cycle_in(["a"], {"a": ["b"], "b": []}) == []
    assert cycle_in(["a"], {"a": ["a"]}) == ["a"]
