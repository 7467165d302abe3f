"""Styles and signs of every theme."""

import pytest
from rich.style import Style

from tui.config.paths import builtin_themes
from tui.config.themes import load_themes
from tui.model.changes import Phase
from tui.model.health import FAULTS, State
from tui.widgets.cellwise import width_of
from tui.widgets.palette import _SIGNS, Palette

THEMES, _ = load_themes(builtin_themes(), builtin_themes() / "none")


@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_state_has_a_sign_of_its_own_in_one_cell(ascii_only: bool) -> None:
    palette = Palette(THEMES["night"], ascii_only)
    signs = [palette.glyph(state) for state in State]
    assert len(set(signs)) == len(signs)
    assert all(width_of(sign) == 1 for sign in signs)
    assert all(sign.isascii() for sign in signs) is ascii_only


@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_other_sign_takes_one_cell(ascii_only: bool) -> None:
    palette = Palette(THEMES["night"], ascii_only)
    signs = [palette.sign(name) for name in _SIGNS] + [palette.phase_glyph(phase) for phase in Phase]
    assert all(width_of(sign) == 1 for sign in signs)
    assert not ascii_only or all(sign.isascii() for sign in signs)


@pytest.mark.parametrize("name", sorted(THEMES))
def test_every_state_and_phase_has_a_style(name: str) -> None:
    palette = Palette(THEMES[name])
    for state in State:
        assert isinstance(palette.state(state) + palette.name(state), Style)
    assert all(isinstance(palette.phase(phase), Style) for phase in Phase)
    assert palette.context(0) == palette.context(len(THEMES[name].contexts))


@pytest.mark.parametrize("name", sorted(THEMES))
def test_faults_stand_out_and_what_is_fine_is_dim(name: str) -> None:
    palette = Palette(THEMES[name])
    for state in FAULTS:
        assert palette.name(state).bold
        assert palette.name(state).color != palette.dim.color
    assert palette.name(State.READY) == palette.dim


def test_without_colour_there_is_none() -> None:
    palette = Palette(THEMES["night"], no_color=True)
    styles = [
        palette.base,
        palette.dim,
        palette.cursor,
        palette.marked,
        palette.error,
        palette.panel,
        palette.context(1),
    ]
    styles += [palette.state(state) for state in State]
    assert all(style.color is None and style.bgcolor is None for style in styles)
    assert palette.cursor.reverse
    assert palette.marked.underline


def test_only_our_own_characters_become_ascii() -> None:
    assert Palette(THEMES["night"], ascii_only=True).plain("a…b → c · d × é") == "a~b > c - d x é"
    assert Palette(THEMES["night"]).plain("a…b") == "a…b"
