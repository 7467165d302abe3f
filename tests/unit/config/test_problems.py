"""What a person reads when a file is wrong."""

import pytest

from tui.config.problems import Problem, quoted, suggest


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        pytest.param(
            Problem("config.yaml", 12, "theme 'solarised' is not known", "Known: day, night."),
            "config.yaml:12: theme 'solarised' is not known. Known: day, night.",
            id="line and next step",
        ),
        pytest.param(Problem("c.yaml", 3, "is empty"), "c.yaml:3: is empty", id="no next step"),
        pytest.param(Problem("c.yaml", 0, "can't be read", "Do it."), "c.yaml: can't be read. Do it.", id="no line"),
    ],
)
def test_a_problem_names_its_place(problem, text):
    assert str(problem) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("night", "'night'", id="plain"),
        pytest.param("\x1b[31mred\x07\nblue", "'[31mred blue'", id="escape sequences and newlines"),
        pytest.param("x" * 100, "'" + "x" * 59 + "…'", id="too long"),
        pytest.param(12, "'12'", id="not a text"),
    ],
)
def test_a_quoted_value_is_harmless(value, text):
    assert quoted(value) == text


@pytest.mark.parametrize(
    ("word", "text"),
    [
        pytest.param("them", "Did you mean 'theme'?", id="close"),
        pytest.param("Read-Only", "Did you mean 'read_only'?", id="other case and sign"),
        pytest.param("zzz", "Known: read_only, theme.", id="nothing close"),
    ],
)
def test_the_closest_word_is_suggested(word, text):
    assert suggest(word, ["theme", "read_only"]) == text


def test_no_word_at_all_is_known():
    assert suggest("x", []) == "Known: none."
