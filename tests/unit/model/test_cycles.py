"""Strongly connected components, and one cycle of each."""

import pytest

from tui.model.cycles import components, cycle_through, cycles_among


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
    assert sorted(sorted(members) for members in components(following, following.__getitem__)) == expected


def test_what_leads_to_others_comes_after_them() -> None:
    assert components("abc", {"a": "b", "b": "c", "c": ""}.__getitem__) == [["c"], ["b"], ["a"]]


def test_what_can_be_reached_is_part_of_it() -> None:
    assert components("a", {"a": "b", "b": "a"}.__getitem__) == [["a", "b"]]


def test_a_chain_may_be_very_long() -> None:
    following = {number: [(number + 1) % 20_000] for number in range(20_000)}
    (members,) = components(following, following.__getitem__)
    assert len(members) == len(cycle_through(0, following.__getitem__)) == 20_000


def test_the_shortest_cycle_is_told() -> None:
    following = {"a": "bc", "b": "c", "c": "a"}
    assert cycle_through("a", following.__getitem__) == ("a", "c")
    assert cycle_through("b", following.__getitem__) == ("b", "c", "a")


def test_without_a_cycle_there_is_none() -> None:
    assert cycle_through("a", {"a": "b", "b": ""}.__getitem__) == ()
    assert cycle_through("a", {"a": "a"}.__getitem__) == ("a",)


def test_each_knot_tells_one_cycle_in_the_order_that_was_asked_for() -> None:
    following = {"a": "b", "b": "a", "c": "ad", "d": "e", "e": "d"}
    assert cycles_among("edcba", following.__getitem__) == (("e", "d"), ("b", "a"))
