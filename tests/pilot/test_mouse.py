"""The mouse: clicks, the wheel and dragging."""

from textual.widget import Widget

from tests.fakes.objects import ks, ref
from tests.fakes.pilot import API, APPS, EU, INFRA, US, Driven, small
from tui.model.refs import ObjectRef
from tui.widgets.lines import LineView


async def _click(driven: Driven, widget: Widget, x: int, y: int, times: int = 1) -> None:
    await driven.pilot.click(widget, offset=(x, y), times=times)
    await driven.quiet()


def _line_of(driven: Driven, target: ObjectRef) -> int:
    tree = driven.main.tree_pane
    place: int = tree.layout_.position[target] - tree.top + 1
    return place


def _column_of(view: LineView, text: str) -> int:
    return view.render_line(0).text.index(text)


async def _drag(driven: Driven, widget: Widget, start: tuple[int, int], end: tuple[int, int]) -> None:
    """From a cell of a widget to a cell of the screen."""
    pilot = driven.pilot
    await pilot.mouse_down(widget, offset=start)
    await pilot.hover(driven.main, offset=end)
    await pilot.mouse_up(driven.main, offset=end)
    await driven.quiet()


async def test_a_click_selects_the_row() -> None:
    async with small(at=EU) as driven:
        await _click(driven, driven.main.tree_pane, 30, _line_of(driven, INFRA))
        assert driven.selected == INFRA
        assert "ks flux-system/infra" in driven.text_of(driven.main.detail)
        assert driven.main.focused is driven.main.tree_pane


async def test_a_click_on_the_sign_folds_and_unfolds() -> None:
    async with small(at=EU) as driven:
        driven.app.CLICK_CHAIN_TIME_THRESHOLD = 0.0  # two clicks here are no double click
        line = _line_of(driven, APPS)
        text = driven.main.tree_pane.render_line(line).text
        sign = text.index(driven.main.shell.palette.sign("open"))
        await _click(driven, driven.main.tree_pane, sign, line)
        assert (driven.selected, API in driven.rows) == (APPS, False)
        await _click(driven, driven.main.tree_pane, sign, line)
        assert API in driven.rows
        await _click(driven, driven.main.tree_pane, sign + 8, line)
        assert API in driven.rows, "beside the sign it only selects"


async def test_a_double_click_opens() -> None:
    async with small(at=EU) as driven:
        await _click(driven, driven.main.tree_pane, 40, _line_of(driven, APPS), times=2)
        assert API not in driven.rows


async def test_a_click_below_the_rows_and_on_the_title_does_nothing() -> None:
    async with small(ks("a"), start=("eu",), at=EU) as driven:
        await _click(driven, driven.main.tree_pane, 30, 20)
        await _click(driven, driven.main.tree_pane, 30, 0)
        assert driven.selected == EU


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    fleet = [ks(f"k{number:02}") for number in range(80)]
    async with small(*fleet, start=("eu",), at=ref("Kustomization", "k00")) as driven:
        tree = driven.main.tree_pane
        await driven.pilot._post_mouse_events([_scroll_down()], tree, (10, 5))
        await driven.quiet()
        assert tree.top == 3
        assert driven.selected == ref("Kustomization", "k00")
        await _click(driven, tree, 30, 5)
        assert driven.selected == driven.rows[3 + 4]
        for _ in range(3):
            await driven.pilot._post_mouse_events([_scroll_up()], tree, (10, 5))
        await driven.quiet()
        assert tree.top == 0


def _scroll_down() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


def _scroll_up() -> type:
    from textual.events import MouseScrollUp

    return MouseScrollUp


async def test_dragging_the_divider_shares_the_width_out() -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        await _drag(driven, main.divider, (0, 5), (40, 12))
        assert main.tree_pane.size.width in (39, 40, 41)
        await _drag(driven, main.divider, (0, 5), (119, 12))
        assert main.tree_pane.size.width == 96
        await driven.pilot.hover(main, offset=(60, 12))
        await driven.quiet()
        assert main.tree_pane.size.width == 96, "let go, it follows no more"


async def test_dragging_the_title_of_the_logs_shares_the_height_out() -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        before, at = main.events.size.height, main.logs.region.offset
        await _drag(driven, main.logs, (10, 0), (at.x + 10, at.y - 6))
        assert before - main.events.size.height in (5, 6, 7)
        heights = [pane.size.height for pane in (main.applied, main.events, main.logs)]
        assert sum(heights) == main.tree_pane.size.height


async def test_dragging_the_title_of_the_events_gives_what_was_applied_room() -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        before, at = main.applied.size.height, main.events.region.offset
        await _drag(driven, main.events, (10, 0), (at.x + 10, at.y + 5))
        assert main.applied.size.height - before in (4, 5, 6)
        assert main.events.size.height >= 1
        assert main.logs.size.height >= 1


async def test_a_click_on_a_context_shows_it_alone_and_again_all() -> None:
    async with small(at=APPS) as driven:
        bar = driven.main.contexts
        await _click(driven, bar, _column_of(bar, "us"), 0)
        assert driven.main.view.solo == {"us"}
        assert driven.rows[0] == US
        await _click(driven, bar, _column_of(bar, "us"), 0)
        assert driven.main.view.solo == frozenset()
        await _click(driven, bar, _column_of(bar, "off"), 0)
        await driven.until(lambda: driven.rig.clusters["off"].connected)
        before = driven.main.view
        await _click(driven, bar, 119, 0)
        assert driven.main.view == before, "the totals are no context"


async def test_a_click_on_a_key_acts() -> None:
    async with small(at=INFRA) as driven:
        footer = driven.main.footer
        await _click(driven, footer, _column_of(footer, "reconcile"), 0)
        assert [asked for asked, _ in driven.rig.patches()] == [INFRA]
        await _click(driven, footer, _column_of(footer, "? help"), 0)
        assert driven.screens == ["HelpScreen"]
        await driven.press("escape", "D")
        screen = driven.app.screen
        footer = screen.query_one("#footer", LineView)
        await driven.pilot.click(footer, offset=(_column_of(footer, "esc back"), 0))
        await driven.quiet()
        assert driven.screens == []


async def test_clicks_on_a_refused_key_send_nothing() -> None:
    async with small(at=INFRA, read_only=True) as driven:
        footer = driven.main.footer
        await _click(driven, footer, _column_of(footer, "R"), 0)
        assert driven.rig.patches() == []
        assert "read-only" in driven.notices[-1]


async def test_the_wheel_over_the_logs_stops_following_and_the_end_follows_again() -> None:
    from textual.events import MouseScrollDown, MouseScrollUp

    from tests.fakes.fleet import NOW
    from tui.model.changes import LogLine

    async with small(at=INFRA) as driven:
        logs, controller = driven.main.logs, "kustomize-controller"
        lines = [
            LogLine(NOW, "info", f"line {number}", "", "Kustomization", "flux-system", "infra") for number in range(60)
        ]
        await driven.until(lambda: controller in driven.eu.opened)
        driven.eu.say(controller, *lines)
        await driven.until(lambda: len(driven.main.shell.session.logs.lines) == 60)
        await driven.drawn()
        assert "line 59" in driven.text_of(logs)
        assert "following" in driven.text_of(logs)
        await driven.pilot._post_mouse_events([MouseScrollUp], logs, (5, 5))
        await driven.quiet()
        assert "line 59" not in driven.text_of(logs)
        driven.eu.say(controller, *lines[:1])
        await driven.until(lambda: len(driven.main.shell.session.logs.lines) == 61)
        await driven.drawn()
        assert "line 56" in driven.text_of(logs), "what is read stays where it is"
        for _ in range(3):
            await driven.pilot._post_mouse_events([MouseScrollDown], logs, (5, 5))
        await driven.quiet()
        assert "following" in driven.text_of(logs)
