"""The keys that narrow the tree down, the palette, and the way back."""

import pytest

from tests.fakes.objects import event, ks
from tests.fakes.pilot import API, APPS, EU, INFRA, ROOT, SOURCE, TENANTS, US, acting, small
from tui.actions import ACTIONS
from tui.model.changes import EventsListed
from tui.screens.command import suggestions
from tui.screens.palette import PaletteScreen


@acting("filter")
async def test_filter_narrows_down_as_it_is_typed(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.act("filter", key)
        assert driven.main.focused is driven.main.filter
        await driven.type("api")
        assert [row for row in driven.rows if row.context == "eu"] == [
            EU, SOURCE, ROOT, APPS, API, *driven.rows[5:7],
        ]  # fmt: skip
        assert driven.selected == APPS
        await driven.press("backspace", "backspace", "backspace")
        assert INFRA in driven.rows
        await driven.type("tenants")
        await driven.press("enter")
        assert driven.main.focused is driven.main.tree_pane
        assert not driven.main.filter.display
        assert "/tenants" in driven.text_of(driven.main.tree_pane)
        assert TENANTS in driven.rows
        assert INFRA not in driven.rows


async def test_enter_in_the_filter_goes_to_the_first_hit_so_that_the_next_key_acts_on_it() -> None:
    async with small(at=EU) as driven:
        await driven.press("slash", *"kind:ks apps")
        assert driven.selected == EU
        await driven.press("enter")
        assert driven.selected == APPS
        await driven.press("slash", "enter")
        assert driven.selected == APPS, "a hit stays"
        await driven.press("slash", *"nothing", "enter")
        assert driven.main.selected.is_context


async def test_enter_in_the_filter_leaves_the_cursor_where_arrows_have_put_it() -> None:
    async with small(at=EU) as driven:
        await driven.press("slash", *"kind:ks apps", "down", "enter")
        assert driven.selected == SOURCE


async def test_the_events_of_a_context_are_those_of_what_passes_the_filter() -> None:
    async with small(at=EU) as driven:
        driven.eu.emit(
            EventsListed("eu", (event(APPS, "apps-uid", reason="OfApps"), event(INFRA, "infra-uid", reason="OfInfra")))
        )
        await driven.drawn()
        assert "OfInfra" in driven.text_of(driven.main.events)
        await driven.press("slash", *"kind:ks apps")
        assert driven.selected == EU
        assert "OfApps" in driven.text_of(driven.main.events)
        assert "OfInfra" not in driven.text_of(driven.main.events)
        await driven.press("escape")
        assert "OfInfra" in driven.text_of(driven.main.events)


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_escape_clears_a_filter_while_it_is_typed(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.press("slash", *"api", key)
        assert not driven.main.view.query
        assert driven.main.focused is driven.main.tree_pane
        assert INFRA in driven.rows
        assert driven.selected == APPS


async def test_arrows_move_in_the_tree_while_a_filter_is_typed() -> None:
    async with small(at=EU) as driven:
        await driven.press("slash", *"ap", "down", "down", "up")
        assert driven.selected == driven.rows[1]
        await driven.type("i")
        assert driven.main.view.query.text == "api"


async def test_a_filter_that_is_opened_again_is_replaced_by_what_is_typed() -> None:
    async with small(at=EU) as driven:
        await driven.press("slash", *"api", "enter", "slash", *"infra")
        assert driven.main.view.query.text == "infra"
        await driven.press("enter", "slash", "end", *"x")
        assert driven.main.view.query.text == "infrax"


async def test_words_of_the_filter() -> None:
    words = {
        "kind:hr": (API, INFRA),
        "is:failed": (APPS, INFRA),
        "ctx:us": (US, API),
        "!tenants": (INFRA, TENANTS),
        "ns:apps": (API, TENANTS),
        "HealthCheckFailed": (APPS, INFRA),
    }
    async with small(at=EU) as driven:
        for typed, (shown, hidden) in words.items():
            await driven.press("slash", *typed)
            assert driven.main.view.query.text == typed
            assert shown in driven.rows
            assert hidden not in driven.rows
            await driven.press("enter")


@acting("faults")
async def test_faults_only_and_back(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.act("faults", key)
        assert driven.main.view.faults_only
        assert {APPS, TENANTS} <= set(driven.rows)
        assert INFRA not in driven.rows
        assert driven.selected == APPS
        await driven.act("faults", key)
        assert INFRA in driven.rows


@acting("palette")
async def test_palette_runs_exactly_what_was_typed(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.act("palette", key)
        assert driven.screens == ["PaletteScreen"]
        await driven.type("mode flat")
        await driven.press("enter")
        assert driven.main.view.mode == "flat"
        assert driven.screens == []


COMPLAINTS = {
    "recon": "there is no command 'recon': type a part of it and tab completes it",
    "mode flatt": "there is no mode 'flatt': owners, sources, dependsOn, flat",
    "theme neon": "there is no theme 'neon': ansi, contrast, day, night",
    "context nowhere": "there is no context 'nowhere': eu, us, off",
    "delete apps": "there is no command 'delete apps'",
    "[red]": "there is no command '[red]': type a part of it and tab completes it",
}


async def test_an_unknown_command_says_so_and_runs_nothing() -> None:
    async with small(at=APPS) as driven:
        before = driven.main.view
        for typed, complaint in COMPLAINTS.items():
            await driven.command(typed)
            assert driven.notices[-1] == complaint
            await driven.drawn()
            assert complaint in driven.text_of(driven.main.footer)
            await driven.press("f5")
            await driven.drawn()
            assert complaint not in driven.text_of(driven.main.footer), "a key was pressed: it has been seen"
        assert driven.main.view == before
        assert driven.rig.patches() == []


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_an_empty_command_and_escape_do_nothing(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.command("")
        await driven.press("colon", *"quit", key)
        assert driven.screens == []
        assert driven.notices == []
        assert driven.app.is_running


async def test_tab_and_arrows_complete() -> None:
    async with small(at=APPS) as driven:
        await driven.press("colon", *"mode ", "tab")
        palette = driven.app.screen
        assert isinstance(palette, PaletteScreen)
        field = palette.query_one("Input")
        assert field.value == "mode owners"
        await driven.press("tab")
        assert field.value == "mode sources"
        await driven.press("shift+tab")
        assert field.value == "mode owners"
        await driven.press("up", "down", "down", "down", "enter")
        assert driven.main.view.mode == "dependsOn"


async def test_every_suggestion_can_be_run() -> None:
    async with small(at=APPS, read_only=True) as driven:
        shell = driven.main.shell
        offered = [typed for typed, _ in suggestions(list(driven.rig.clusters), sorted(shell.themes), shell.keymap)]
        assert {"reconcile", "mode flat", "context us", "disconnect eu", "theme day", "ks"} <= set(offered)
        for typed in (one for one in offered if one != "quit"):
            from tui.screens.command import run_command

            assert run_command(driven.main, typed) == "", typed
            await driven.quiet()
            while driven.screens:
                await driven.press("escape")
        assert driven.rig.patches() == []


@pytest.mark.parametrize("typed", ["q", "q!", "exit", "quit"])
async def test_words_that_quit(typed: str) -> None:
    async with small() as driven:
        await driven.press("colon", *typed, "enter")
        await driven.until(lambda: not driven.app.is_running)


async def test_the_filter_can_be_typed_as_a_command() -> None:
    async with small(at=APPS) as driven:
        await driven.command("filter kind:hr")
        assert driven.main.view.query.text == "kind:hr"
        await driven.command("ks")
        assert driven.main.view.query.text == "kind:ks"
        assert ACTIONS["filter"].keys == ("slash",)


@acting("back")
async def test_back_undoes_one_thing_at_a_time(key: str) -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        await driven.press("1", "space", "ctrl+z", "slash", *"api", "enter", "e", "z")
        undone = [
            lambda: main.panes.zoomed is None,
            lambda: main.focused is main.tree_pane,
            lambda: not main.view.query,
            lambda: not main.view.faults_only,
            lambda: not main.tree_pane.marks,
            lambda: not main.view.solo,
        ]
        for number, is_undone in enumerate(undone):
            assert not any(later() for later in undone[number:])
            await driven.act("back", key)
            assert is_undone()
        await driven.act("back", key)
        assert driven.app.is_running


@acting("back")
async def test_back_stops_what_is_queued_before_anything_else(key: str) -> None:
    async with small(at=INFRA) as driven:
        main, footer = driven.main, driven.main.footer
        await driven.press("slash", *"kind:ks", "enter")
        await driven.go_to(INFRA)
        assert "stop" not in driven.text_of(footer)
        for one in (TENANTS, APPS, INFRA):
            await driven.go_to(one)
            await driven.press("space")
        await driven.press("R", "y")
        await driven.drawn()
        assert [one for one, _ in driven.rig.patches()] == [INFRA]
        assert "waits for ks infra" in driven.line(APPS)
        assert "esc stop (2)" in driven.text_of(footer)
        await driven.act("back", key)
        await driven.drawn()
        assert "not started: stopped" in driven.line(APPS)
        assert "stopped: 2 objects not asked; what was sent is followed to its end" in driven.text_of(footer)
        assert (main.view.query.text, driven.line(INFRA).count("reconcile asked")) == ("kind:ks", 1)
        await driven.press("j")
        await driven.drawn()
        assert "stop" not in driven.text_of(footer)
        await driven.act("back", key)
        assert not main.view.query
        token = driven.main.shell.session.picture.outcomes[INFRA].token
        await driven.change(ks("infra", requested=token, handled=token))
        assert "ready in" in driven.line(INFRA)
        assert [one for one, _ in driven.rig.patches()] == [INFRA]
