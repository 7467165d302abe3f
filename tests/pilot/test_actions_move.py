"""The keys that move the cursor."""

from tests.fakes.objects import ks
from tests.fakes.pilot import API, APPS, BROKEN_IN_US, EU, INFRA, ROOT, SOURCE, TENANTS, US, acting, small
from tui.widgets.lines import LineView


@acting("cursor.down")
async def test_down(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.act("cursor.down", key)
        assert driven.selected == API


@acting("cursor.up")
async def test_up(key: str) -> None:
    async with small(at=API) as driven:
        await driven.act("cursor.up", key)
        assert driven.selected == APPS


@acting("cursor.top")
async def test_top(key: str) -> None:
    async with small(at=API) as driven:
        await driven.act("cursor.top", key)
        assert driven.selected == EU
        await driven.act("cursor.up", "k")
        assert driven.selected == EU


@acting("cursor.bottom")
async def test_bottom(key: str) -> None:
    async with small(at=EU) as driven:
        await driven.act("cursor.bottom", key)
        assert driven.selected == driven.rows[-1]
        await driven.act("cursor.down", "j")
        assert driven.selected == driven.rows[-1]


MANY = [ks(f"k{number:03}") for number in range(100)]


@acting("cursor.page_down")
async def test_page_down(key: str) -> None:
    async with small(*MANY, at=EU) as driven:
        page = driven.main.tree_pane.body_height - 1
        assert page > 5
        for number in (1, 2):
            await driven.act("cursor.page_down", key)
            assert driven.main.tree_pane.cursor == number * page
            assert driven.selected == driven.rows[number * page]


@acting("cursor.page_up")
async def test_page_up(key: str) -> None:
    async with small(*MANY) as driven:
        page, last = driven.main.tree_pane.body_height - 1, len(driven.rows) - 1
        await driven.press("G")
        await driven.act("cursor.page_up", key)
        assert driven.selected == driven.rows[last - page]


@acting("open")
async def test_open_closes_and_opens_a_branch(key: str) -> None:
    async with small(at=APPS) as driven:
        assert API in driven.rows
        await driven.act("open", key)
        assert API not in driven.rows
        assert driven.selected == APPS
        await driven.act("open", key)
        assert API in driven.rows


@acting("open")
async def test_open_shows_the_object_where_there_is_no_branch(key: str) -> None:
    async with small(at=API) as driven:
        await driven.act("open", key)
        assert driven.screens == ["ManifestScreen"]


@acting("open")
async def test_open_folds_a_whole_context(key: str) -> None:
    async with small(at=EU) as driven:
        await driven.act("open", key)
        assert driven.rows[:2] == [EU, US]


@acting("fold")
async def test_fold_closes_and_then_goes_to_the_row_above(key: str) -> None:
    async with small(at=API) as driven:
        await driven.act("fold", key)
        assert driven.selected == APPS
        await driven.act("fold", key)
        assert (driven.selected, API in driven.rows) == (APPS, False)
        for above in (ROOT, ROOT, SOURCE, SOURCE, EU, EU):
            await driven.act("fold", key)
            assert driven.selected == above
        assert driven.rows[:2] == [EU, US]


@acting("unfold")
async def test_unfold_opens(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.press("left")
        assert API not in driven.rows
        await driven.act("unfold", key)
        assert API in driven.rows
        await driven.act("unfold", key)
        assert (driven.selected, API in driven.rows) == (APPS, True)


@acting("fault.next")
async def test_next_fault_goes_round(key: str) -> None:
    async with small(at=EU) as driven:
        for fault in (APPS, BROKEN_IN_US, APPS):
            await driven.act("fault.next", key)
            assert driven.selected == fault


@acting("fault.previous")
async def test_previous_fault_goes_round(key: str) -> None:
    async with small(at=TENANTS) as driven:
        for fault in (APPS, BROKEN_IN_US, APPS):
            await driven.act("fault.previous", key)
            assert driven.selected == fault


async def test_no_fault_to_go_to_is_said() -> None:
    async with small(ks("a"), start=("eu",), at=EU) as driven:
        await driven.press("n")
        assert driven.selected == EU
        assert driven.notices[-1] == "nothing that is shown is broken"


async def test_motions_go_to_the_pane_that_has_the_focus() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("l", "j", "k", "g", "G", "ctrl+f", "ctrl+b")
        assert driven.selected == INFRA
        pane = driven.main.focused
        assert isinstance(pane, LineView)
        assert pane is driven.main.logs
