"""Text in cells: cut, padded and wrapped to exactly what fits."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tui.widgets.cellwise import Line, cut, cut_left, fit, width_of, wrap

RED, BOLD = Style(color="red"), Style(bold=True)
texts = st.text(st.sampled_from("ab 配👍é\u0301\u202e…✔"), max_size=30)
widths = st.integers(0, 40)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("ab cd", 4, "ab…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("abc", -2, ""),
        ("", 3, ""),
        ("配置错", 5, "配置…"),
        ("配置错", 4, "配…"),
        ("配", 1, "…"),
    ],
)
def test_cut(text: str, width: int, expected: str) -> None:
    assert cut(text, width).replace(" …", "…") == expected


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("apps/api/a.yaml", 15, "apps/api/a.yaml"),
        ("apps/api/a.yaml", 7, "…a.yaml"),
        ("配a", 2, "…a"),
        ("abc", 1, "…"),
        ("abc", 0, "abc"),
    ],
)
def test_cut_left(text: str, width: int, expected: str) -> None:
    assert cut_left(text, width) == expected


@pytest.mark.parametrize(
    ("text", "width", "right", "expected"),
    [
        ("ab", 4, False, "ab  "),
        ("ab", 4, True, "  ab"),
        ("abcdef", 4, True, "abc…"),
        ("配", 3, False, "配 "),
        ("x", 0, True, ""),
    ],
)
def test_fit(text: str, width: int, right: bool, expected: str) -> None:
    assert fit(text, width, right=right) == expected


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one", 1, ["o", "n", "e"]),
        ("配 \u0301", 2, ["配", "\u0301"]),
        ("a abcdefgh b", 4, ["a", "abcd", "efgh", "b"]),
        ("配置错误", 5, ["配置", "错误"]),
        ("ab", 0, ["a", "b"]),
        ("ab", -3, ["a", "b"]),
    ],
)
def test_wrap(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@given(texts, widths)
def test_cut_never_exceeds_and_fit_is_exact(text: str, width: int) -> None:
    assert width_of(cut(text, width)) <= width
    assert width_of(fit(text, width)) == width
    assert width_of(text) == cell_len(text)
    assert width_of(cut_left(text, width)) <= width or not width


@given(texts, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(width_of(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.tuples(texts, st.sampled_from([RED, BOLD, None])), max_size=6), texts, widths)
def test_a_line_is_as_wide_as_it_was_asked_to_be(pieces: list[tuple[str, Style | None]], end: str, width: int) -> None:
    line = Line(width, Style())
    for text, style in pieces:
        line.add(text, style)
    assert line.add_right([(end, RED)]).strip().cell_length == width


def test_what_stands_right_is_left_out_where_it_does_not_fit() -> None:
    assert Line(10, Style()).add("abc").add_right([("xyz", RED)]).strip().text == "abc    xyz"
    assert Line(5, Style()).add("abc").add_right([("xyz", RED)]).strip().text == "abc  "


def test_pieces_of_one_style_become_one_and_blanks_have_no_colour() -> None:
    strip = Line(12, Style()).add("a", RED).add("b", RED).add("  ", BOLD).add("c", BOLD).strip()
    assert [(segment.text, segment.style) for segment in strip] == [
        ("ab  ", Style() + RED),
        ("c" + " " * 7, Style() + BOLD),
    ]


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\rb", "a\x0bb"])
def test_lines_and_tabs_are_one_cell_each(text: str) -> None:
    strip = Line(6, Style()).add(text).strip()
    assert (strip.text, strip.cell_length) == ("a b   ", 6)


@pytest.mark.parametrize("character", ["x", "配", "\u0301"], ids=["ascii", "wide", "accent"])
def test_a_very_long_text_costs_no_more_than_what_is_shown(character: str) -> None:
    text = character * 2_000_000
    begun = time.process_time()
    for _ in range(20):
        cut(text, 80)
        cut_left(text, 80)
        fit(text, 80)
    assert time.process_time() - begun < 0.5
