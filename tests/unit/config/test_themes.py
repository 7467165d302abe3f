"""Themes: which can be used, and whether the shipped ones can be read."""

import math
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from textual.color import Color

from tui.config.paths import builtin_themes
from tui.config.themes import ANSI_NAMES, COLOURS, STATES, choose_theme, load_themes, parse_colour

SHIPPED, SHIPPED_PROBLEMS = load_themes(builtin_themes(), Path("/nowhere"))
HEX = [theme for theme in SHIPPED.values() if not theme.ansi]
BACKGROUNDS = ("background", "surface", "panel", "selection", "marked")
FOREGROUNDS = tuple(set(COLOURS) - {*BACKGROUNDS, "border"})


def linear(colour):
    channels = (int(colour[position : position + 2], 16) / 255 for position in (1, 3, 5))
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]


def contrast(one, other):
    """Contrast ratio of WCAG 2."""
    darker, lighter = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(one), linear(other)))
    return (lighter + 0.05) / (darker + 0.05)


def oklab(colour):
    red, green, blue = linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
    )


def chroma(colour):
    return math.hypot(*oklab(colour)[1:])


def test_four_themes_are_shipped_without_a_problem():
    assert sorted(SHIPPED) == ["ansi", "contrast", "day", "night"]
    assert SHIPPED_PROBLEMS == ()
    assert [name for name, theme in SHIPPED.items() if theme.ansi] == ["ansi"]
    assert [name for name, theme in SHIPPED.items() if not theme.dark] == ["day"]


@pytest.mark.parametrize("theme", SHIPPED.values(), ids=lambda theme: theme.name)
def test_textual_and_rich_know_every_colour(theme):
    for colour in (*(getattr(theme, field) for field in COLOURS), *theme.contexts):
        Color.parse(colour)
        RichColor.parse(colour.removeprefix("ansi_"))


@pytest.mark.parametrize("theme", HEX, ids=lambda theme: theme.name)
def test_text_can_be_read(theme):
    for behind in ("background", "surface", "panel", "selection", "marked"):
        assert contrast(theme.text, getattr(theme, behind)) >= 7, behind


@pytest.mark.parametrize("theme", HEX, ids=lambda theme: theme.name)
@pytest.mark.parametrize("behind", BACKGROUNDS)
def test_everything_else_can_be_read_too(theme, behind):
    colours = {field: getattr(theme, field) for field in FOREGROUNDS}
    colours |= {f"contexts[{index}]": colour for index, colour in enumerate(theme.contexts)}

    ratios = {field: round(contrast(colour, getattr(theme, behind)), 2) for field, colour in colours.items()}

    assert {field: ratio for field, ratio in ratios.items() if ratio < 4.5} == {}


def test_high_contrast_means_seven_to_one():
    theme = SHIPPED["contrast"]

    assert [field for field in FOREGROUNDS if contrast(getattr(theme, field), theme.background) < 7] == []


@pytest.mark.parametrize("theme", HEX, ids=lambda theme: theme.name)
def test_only_what_is_broken_is_saturated(theme):
    strength = {state: chroma(getattr(theme, state)) for state in STATES}
    loud = {state for state in STATES if strength[state] > 0.15}

    assert loud == {"failed", "stalled"}
    assert strength["ready"] < 0.04
    assert max(map(chroma, theme.contexts)) < 0.1


@pytest.mark.parametrize("theme", HEX, ids=lambda theme: theme.name)
def test_the_states_that_matter_are_told_apart(theme):
    states = [getattr(theme, state) for state in ("ready", "progressing", "failed", "stalled", "waiting", "suspended")]

    for index, one in enumerate(states):
        assert all(math.dist(oklab(one), oklab(other)) > 0.05 for other in states[index + 1 :])


def test_the_names_of_terminal_colours_are_those_of_textual():
    assert all(Color.parse(name).ansi is not None for name in ANSI_NAMES)
    assert len(ANSI_NAMES) == 17


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#fa0", "#ffaa00"),
        ("#FFFFFF", "#ffffff"),
        ("#12161b", "#12161b"),
        ("ansi_red", "ansi_red"),
        ("ansi_bright_black", "ansi_bright_black"),
        ("ansi_default", "ansi_default"),
    ],
)
def test_colours(text, colour):
    assert parse_colour(text) == colour
    Color.parse(colour)
    RichColor.parse(colour.removeprefix("ansi_"))


@pytest.mark.parametrize("text", ["", "red", "#ff", "#ffff", "#gggggg", "ansi_orange", "#fff\n", "rgb(1,2,3)"])
def test_no_colours(text):
    assert parse_colour(text) is None


@pytest.fixture
def load(tmp_path):
    def load(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        themes, problems = load_themes(builtin_themes(), tmp_path)
        return themes, [str(problem).removeprefix(f"{tmp_path}/") for problem in problems]

    return load


def test_a_theme_of_ones_own(load):
    night = (builtin_themes() / "night.yaml").read_text()

    themes, said = load(mine=night.replace('text: "#d5dce3"', 'text: "#eee"'))

    assert said == []
    assert themes["mine"].text == "#eeeeee"
    assert themes["mine"].background == SHIPPED["night"].background


@pytest.mark.parametrize(
    ("files", "name", "base"),
    [
        pytest.param({"mine": 'extends: day\ntext: "#000"'}, "mine", "day", id="a shipped one"),
        pytest.param({"b": 'extends: a\ntext: "#000"', "a": "extends: contrast"}, "b", "contrast", id="one's own"),
        pytest.param({"night": 'extends: night\ntext: "#000"'}, "night", "night", id="the one it replaces"),
        pytest.param(
            {"mine": 'extends: night\ntext: "#000"', "night": "extends: night"}, "mine", "night", id="a replaced one"
        ),
    ],
)
def test_a_theme_may_extend_another(load, files, name, base):
    themes, said = load(**files)

    assert said == []
    assert themes[name].text == "#000000"
    assert themes[name].name == name
    assert themes[name].waiting == SHIPPED[base].waiting


_HINT = 'Colours are written in quotes, `text: "#d3dae1"`, or as a terminal colour such as ansi_red.'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('text: "#12345"', f"mine.yaml:2: text is '#12345', which is no colour; it is not used. {_HINT}"),
        ("text: blueish", f"mine.yaml:2: text is 'blueish', which is no colour; it is not used. {_HINT}"),
        ("text: #123456", f"mine.yaml:2: text has no value, or one that YAML takes for a comment. {_HINT}"),
        ("text: [a]", f"mine.yaml:2: text is '', which is no colour; it is not used. {_HINT}"),
        ("dark: very", "mine.yaml:2: dark is 'very'; it is not used. It must be true or false."),
        ("contexts: [ansi_red]", f"mine.yaml:2: contexts is not a list of 6 colours; it is not used. {_HINT}"),
        ("contexts: {a: b}", f"mine.yaml:2: contexts is not a list of 6 colours; it is not used. {_HINT}"),
        ("falied: ansi_red", "mine.yaml:2: 'falied' is not a field of a theme; it is not used. Did you mean 'failed'?"),
    ],
    ids=lambda value: value[:20],
)
def test_a_bad_field_of_a_theme_that_extends_costs_only_itself(load, line, said):
    themes, problems = load(mine=f"extends: night\n{line}\nready: ansi_green\n")

    assert problems == [said]
    assert themes["mine"].text == SHIPPED["night"].text
    assert themes["mine"].ready == "ansi_green"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param(
            {"mine": "dark: true\ntext: ansi_red"},
            "mine.yaml: the theme can't be used, because it lacks background, surface, panel, dim, border, accent and "
            "others. Add what is missing, or write `extends: night`.",
            id="half of a theme",
        ),
        pytest.param(
            {"mine": ""},
            "mine.yaml: the theme can't be used, because it lacks dark, background, surface, panel, text, dim and "
            "others. Add what is missing, or write `extends: night`.",
            id="an empty file",
        ),
        pytest.param(
            {"mine": "extends: nigth"},
            "mine.yaml:1: the theme can't be used, because it extends 'nigth', which is not known. "
            "Did you mean 'night'?",
            id="an unknown base",
        ),
        pytest.param(
            {"mine": "extends: mine"},
            "mine.yaml:1: the theme can't be used, because it extends 'mine', which is not known. "
            "Known: ansi, contrast, day, night.",
            id="itself",
        ),
        pytest.param(
            {"mine": "extends: b", "b": "extends: mine"},
            "mine.yaml:1: the theme can't be used, because it extends itself: mine → b → mine. "
            "Let one of them extend another.",
            id="a circle",
        ),
        pytest.param({"mine": "a: [\n"}, "mine.yaml:2: is not valid YAML: ", id="broken YAML"),
    ],
)
def test_a_theme_that_cannot_be_used_is_named_and_left_out(load, files, said):
    themes, problems = load(**files)

    assert themes == SHIPPED
    assert len(problems) == len(files)
    assert any(problem.startswith(said) for problem in problems)


def test_a_broken_file_does_not_hide_the_shipped_theme_of_its_name(load):
    themes, problems = load(night="dark: [")

    assert themes["night"] == SHIPPED["night"]
    assert len(problems) == 1


def test_other_files_are_no_themes(tmp_path):
    (tmp_path / "notes.txt").write_text("dark: [")

    assert load_themes(builtin_themes(), tmp_path) == (SHIPPED, ())


def test_a_file_where_the_folder_should_be_is_named(tmp_path):
    path = tmp_path / "themes"
    path.write_text("")

    themes, problems = load_themes(builtin_themes(), path)

    assert themes == SHIPPED
    assert [str(problem) for problem in problems] == [
        f"{path}: themes can't be read from here: Not a directory. Make it a folder that you may read, or remove it."
    ]


def test_the_wanted_theme_is_chosen():
    assert choose_theme(SHIPPED, "day") == (SHIPPED["day"], ())


def test_an_unknown_theme_is_named_and_the_default_is_used():
    theme, problems = choose_theme(SHIPPED, "solarised", line=12)

    assert theme == SHIPPED["night"]
    assert [str(problem) for problem in problems] == [
        "config.yaml:12: theme 'solarised' is not known; 'night' is used. Known: ansi, contrast, day, night."
    ]


def test_without_the_default_any_theme_will_do():
    assert choose_theme({"day": SHIPPED["day"]}, "x")[0].name == "day"


def test_no_theme_at_all_is_a_broken_installation():
    with pytest.raises(LookupError, match="Install it again"):
        choose_theme({}, "night")
