"""Which cells of a line have to be written again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.widgets.lines import changed_span

RED, BLUE = Style(color="red"), Style(color="blue")


def strip(*pieces: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style) for text, style in pieces])


@pytest.mark.parametrize(
    ("before", "after", "span"),
    [
        pytest.param([("abc", RED)], [("abc", RED)], None, id="nothing"),
        pytest.param([("abcd", RED)], [("abXd", RED)], (2, 3), id="one cell"),
        pytest.param([("abc", RED), ("d", BLUE)], [("abc", RED), ("e", BLUE)], (3, 4), id="the last piece"),
        pytest.param([("a", BLUE), ("bcd", RED)], [("x", BLUE), ("bcd", RED)], (0, 1), id="the first piece"),
        pytest.param([("abc", RED)], [("abc", BLUE)], (0, 3), id="the style alone"),
        pytest.param(
            [("a", RED), ("      ", RED), ("/9", BLUE)], [("a", RED), ("   ", RED), ("x 1", BLUE), ("/9", BLUE)],
            (4, 7), id="blanks give way",
        ),
        pytest.param([("aaaa", RED)], [("aaa", RED), ("a", BLUE)], (3, 4), id="split"),
        pytest.param([("配a", RED)], [("配b", RED)], (0, 3), id="wide"),
        pytest.param([("● a   b", RED)], [("● a  xb", RED)], (5, 6), id="behind a sign"),
        pytest.param([("e\u0301x", RED)], [("e\u0300x", RED)], (0, 2), id="accents"),
        pytest.param([("ab", RED)], [("abc", RED)], (0, 3), id="longer"),
        pytest.param([], [("ab", RED)], (0, 2), id="from nothing"),
    ],
)  # fmt: skip
def test_span(before: list[tuple[str, Style]], after: list[tuple[str, Style]], span: tuple[int, int] | None) -> None:
    assert changed_span(strip(*before), strip(*after)) == span


def _line(width: int) -> st.SearchStrategy[Strip]:
    cells = st.lists(st.tuples(st.sampled_from("ab ●"), st.sampled_from([RED, BLUE])), min_size=width, max_size=width)
    return cells.map(lambda pieces: strip(*pieces).simplify())


@given(_line(8), _line(8))
def test_what_is_outside_of_the_span_is_the_same(before: Strip, after: Strip) -> None:
    span = changed_span(before, after)
    cells_before, cells_after = list(_cells(before)), list(_cells(after))
    if span is None:
        assert cells_before == cells_after
        return
    start, end = span
    assert 0 <= start < end <= 8
    assert cells_before[:start] == cells_after[:start]
    assert cells_before[end:] == cells_after[end:]


def _cells(line: Strip) -> list[tuple[str, Style | None]]:
    return [(character, segment.style) for segment in line for character in segment.text]
