"""Keys that come faster than screens open reach what they were meant for, in their order."""

import pytest

from tests.fakes.pilot import API, APPS, EU, INFRA, US, burst, small
from tui.model.pending import DiffLine, FilePatch, FileStatus, Pending
from tui.model.rows import Mode
from tui.screens.diff import DiffScreen
from tui.screens.text import TextScreen

turns = pytest.mark.parametrize("turns", [0, 3])
"""How much other work goes on between two keys."""


@turns
async def test_a_filter_in_one_burst(turns: int) -> None:
    async with small(at=EU) as driven:
        await burst(driven, *"/apiserver", *["backspace"] * 6, "enter", "G", "k", turns=turns)
        assert driven.main.view.query.text == "api"
        assert driven.main.filter.value == "api"
        assert driven.main.focused is driven.main.tree_pane
        assert driven.selected == driven.rows[-2]


@turns
async def test_a_filter_and_what_is_done_to_its_first_hit_in_one_burst(turns: int) -> None:
    async with small(at=EU) as driven:
        await burst(driven, *"/infra", "enter", "G", "up", turns=turns)
        hit = driven.selected
        await burst(driven, "T", turns=turns)
        assert [asked for asked, _ in driven.rig.patches()] == [hit]
        assert INFRA in driven.rows


@turns
async def test_a_command_in_one_burst(turns: int) -> None:
    async with small(at=APPS) as driven:
        await burst(driven, *":mode", "space", *"flat", "enter", "g", turns=turns)
        assert driven.notices == []
        assert driven.main.view.mode is Mode.FLAT
        assert driven.selected == EU
        assert driven.screens == []


@turns
async def test_a_completed_command_in_one_burst(turns: int) -> None:
    async with small(at=APPS) as driven:
        await burst(driven, *":mode", "space", "tab", "tab", "enter", turns=turns)
        assert driven.main.view.mode is Mode.SOURCES


@turns
async def test_enter_twice_runs_a_command_once_and_then_opens_the_row(turns: int) -> None:
    async with small(at=APPS) as driven:
        await burst(driven, *":mode", "space", *"flat", "enter", "enter", "enter", turns=turns)
        assert driven.main.view.mode is Mode.FLAT
        assert driven.screens == ["ManifestScreen"], "enter in the manifest does nothing"


@turns
async def test_an_answer_that_is_given_twice_counts_once(turns: int) -> None:
    async with small(at=APPS) as driven:
        await burst(driven, "space", "space", "T", "y", "escape", "escape", turns=turns)
        assert sorted(asked for asked, _ in driven.rig.patches()) == [API, APPS]
        assert driven.screens == []
        assert driven.app.is_running
        await burst(driven, "escape", "n", "q", turns=turns)
        await driven.until(lambda: not driven.app.is_running)


@turns
async def test_escape_twice_leaves_one_screen_after_the_other(turns: int) -> None:
    async with small(at=APPS) as driven:
        await burst(driven, *"D?", "escape", "escape", "escape", "j", turns=turns)
        assert driven.screens == []
        assert driven.selected == API


@turns
async def test_motions_reach_a_text_that_is_about_to_open(turns: int) -> None:
    async with small(at=APPS, size=(80, 24)) as driven:
        await burst(driven, *"?jjj", turns=turns)
        screen = driven.app.screen
        assert isinstance(screen, TextScreen)
        assert screen.pane.top == 3
        assert driven.selected == APPS


@turns
async def test_keys_reach_a_diff_that_is_about_to_open(turns: int) -> None:
    file = FilePatch("apps/a.yaml", "apps/a.yaml", FileStatus.MODIFIED, 1, 0, (DiffLine("+", "a: 1", new=1),))
    async with small(at=APPS, pending=Pending((), files=(file,))) as driven:
        await burst(driven, "D", "tab", "n", turns=turns)
        screen = driven.app.screen
        assert isinstance(screen, DiffScreen)
        assert screen.focused is screen.patch


async def test_digits_and_zero_in_one_burst() -> None:
    async with small(at=EU) as driven:
        await burst(driven, *"2020203", "0", "2")
        assert driven.main.view.solo == {"us"}
        assert driven.selected == US
        assert driven.rig.clusters["off"].context in driven.main.shell.session.picture.statuses
        await driven.until(lambda: driven.rig.clusters["off"].connected)


async def test_what_is_pasted_into_the_filter_narrows_down() -> None:
    from textual.events import Paste

    async with small(at=EU) as driven:
        await driven.press("slash")
        driven.app.post_message(Paste("kind:hr\nsecond line"))
        await driven.quiet()
        assert driven.main.view.query.text == "kind:hr"
        assert API in driven.rows
        assert INFRA not in driven.rows
