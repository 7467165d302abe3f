"""Any size of terminal, at any moment: never an exception, and what matters stays in sight."""

import pytest

from tests.fakes.objects import FAILING, event, ks, read, ref
from tests.fakes.pilot import APPS, EU, NARROW, Driven, small
from tui.model.changes import EventSeen
from tui.screens.diff import DiffScreen
from tui.widgets.lines import LineView

SIZES = [(80, 24), (20, 5), (1, 1), (200, 60), (99, 29), (40, 11), (120, 36)]


async def _resize(driven: Driven, size: tuple[int, int]) -> None:
    await driven.pilot.resize_terminal(*size)
    await driven.quiet()
    assert tuple(driven.app.size) == size


def _churn(driven: Driven, turn: int) -> None:
    conditions = FAILING if turn % 2 else None
    driven.eu.changed(*(read(ks(f"x{number}", conditions=conditions)) for number in range(turn % 7)))
    driven.eu.deleted(*(ref("Kustomization", f"x{number}") for number in range(turn % 5)))
    driven.eu.emit(EventSeen(event(APPS, str(turn), reason="Progressing" * (turn % 4))))


@pytest.mark.parametrize("opening", [(), ("slash",), ("l", "z")], ids=["main", "filter", "logs"])
async def test_resizing_the_main_screen_while_changes_stream_in(opening: tuple[str, ...]) -> None:
    async with small(at=APPS) as driven:
        await driven.press(*opening)
        for turn, size in enumerate(SIZES):
            _churn(driven, turn)
            await _resize(driven, size)
            driven.main.draw_frame()
            await driven.press("down", "up", "pagedown", "pageup")
            await driven.quiet()
            for view in driven.main.query(LineView):
                for y in range(view.size.height if view.display else 0):
                    assert view.render_line(y).cell_length == view.size.width
        await driven.press("escape", "escape")
        assert driven.main.focused is driven.main.tree_pane
        await driven.go_to(APPS)


async def test_resizing_every_other_screen() -> None:
    async with small(at=APPS) as driven:
        for key in ("question_mark", "D", "y", "M", "colon"):
            await driven.press(key)
            for turn, size in enumerate(((20, 5), (1, 1), (130, 40))):
                _churn(driven, turn)
                await _resize(driven, size)
                await driven.press("down", "pagedown", "up")
            await driven.press("escape")
            assert driven.screens == []


async def test_a_question_can_be_answered_in_any_size() -> None:
    for size in ((20, 5), (1, 1)):
        async with small(at=APPS, size=size) as driven:
            await driven.press("space", "space", "T")
            assert driven.screens == ["ConfirmScreen"]
            await driven.press("y")
            assert len(driven.rig.patches()) == 2


async def test_the_cursor_stays_in_sight() -> None:
    fleet = [ks(f"k{number:02}") for number in range(80)]
    async with small(*fleet, start=("eu",), at=EU) as driven:
        tree = driven.main.tree_pane
        await driven.press("G")
        for size in (*SIZES, NARROW):
            await _resize(driven, size)
            assert driven.selected == driven.rows[-1]
            if tree.body_height:
                assert tree.top <= tree.cursor < tree.top + tree.body_height
                assert "k79" in driven.text_of(tree) or size[0] < 12


async def test_a_screen_that_was_covered_while_the_terminal_changed_is_laid_out_anew() -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        await driven.press("question_mark")
        await _resize(driven, NARROW)
        await driven.press("escape")
        await driven.quiet()
        assert main.tree_pane.size.width == 80
        assert not main.divider.display
        assert (main.events.display, main.logs.display) == (True, False)
        await driven.press("question_mark")
        await _resize(driven, (120, 36))
        await driven.press("escape")
        await driven.quiet()
        assert main.divider.display
        assert main.tree_pane.size.width < 80
        assert main.logs.display


@pytest.mark.parametrize(("width", "side_by_side"), [(120, True), (80, False)])
async def test_the_panes_of_a_diff_stand_beside_or_above_each_other(width: int, side_by_side: bool) -> None:
    async with small(at=APPS, size=(width, 30)) as driven:
        await driven.press("D")
        screen = driven.app.screen
        assert isinstance(screen, DiffScreen)
        await driven.quiet()
        assert (screen.patch.region.y == screen.summary.region.y) is side_by_side


async def test_twenty_by_five_shows_the_selected_row() -> None:
    async with small(at=APPS, size=(20, 5)) as driven:
        assert "apps" in driven.text_of(driven.main.tree_pane)
        assert driven.main.tree_pane.body_height >= 1
