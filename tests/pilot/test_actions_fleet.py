"""The keys of the fleet: one object side by side in all contexts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.fakes.objects import FAILING, OLD_MAIN, git, ks, read, ref
from tests.fakes.pilot import APPS, NARROW, SOURCE, US, Driven, acting, small
from tui.model.changes import ContextStatus, Phase
from tui.model.refs import ObjectRef
from tui.screens.fleet import FleetScreen
from tui.widgets.lines import LineView

BEHIND = ref("Kustomization", "infra", context="us")


@asynccontextmanager
async def fleet(at: ObjectRef | None = None, **options: Any) -> AsyncIterator[tuple[Driven, FleetScreen]]:
    async with small(**options) as driven:
        driven.rig.clusters["us"].changed(read(ks("infra", applied=OLD_MAIN, attempted=OLD_MAIN), "us"))
        await driven.drawn()
        await driven.go_to(at or BEHIND)
        await driven.press("F")
        screen = driven.app.screen
        assert isinstance(screen, FleetScreen)
        yield driven, screen


def names(screen: FleetScreen) -> list[str]:
    return [line.name for line in screen.pane.matrix.lines]


@acting("fleet")
async def test_the_fleet_opens_at_the_selected_object_and_closes(key: str) -> None:
    async with small(at=SOURCE) as driven:
        await driven.act("fleet", key)
        screen = driven.app.screen
        assert isinstance(screen, FleetScreen)
        assert screen.pane.selected == SOURCE
        head = driven.text_of(screen.head)
        assert "main@a1b2c3d4 everywhere (2 contexts)" in head
        assert "eu" in head
        assert "off" not in head
        assert "git flux-system/flux-system" in driven.text_of(screen.detail)
        await driven.act("fleet", key)
        assert (driven.screens, driven.selected) == ([], SOURCE)


async def test_what_differs_stands_first() -> None:
    async with fleet() as (driven, screen):
        assert names(screen)[0] == "infra"
        first = driven.text_of(screen.pane).splitlines()[0]
        assert "✔ a1b2c3d4" in first
        assert "✔ 9f8e7d6c" in first
        assert "1 differ" in driven.text_of(screen.head)


@acting("fleet.left")
async def test_to_the_context_at_the_left(key: str) -> None:
    async with fleet() as (driven, screen):
        for _ in range(2):
            await driven.act("fleet.left", key)
            assert screen.pane.selected == ref("Kustomization", "infra")
        assert "eu · ks flux-system/infra" in driven.text_of(screen.detail)


@acting("fleet.right")
async def test_to_the_context_at_the_right(key: str) -> None:
    async with fleet(at=ref("Kustomization", "infra")) as (driven, screen):
        for _ in range(2):
            await driven.act("fleet.right", key)
            assert screen.pane.selected == BEHIND


async def test_motions_and_the_next_difference() -> None:
    async with fleet() as (driven, screen):
        await driven.press("G")
        assert screen.pane.cursor == len(names(screen)) - 1
        await driven.press("n")
        assert names(screen)[screen.pane.cursor] == "infra"
        await driven.press("j", "k", "N", "N")
        assert screen.pane.entry is not None
        assert screen.pane.entry.rank <= 2


async def test_enter_goes_to_the_object_in_that_context() -> None:
    async with fleet() as (driven, _):
        await driven.press("enter")
        assert driven.screens == []
        assert driven.selected == BEHIND


async def test_what_is_not_there_is_said() -> None:
    async with fleet(at=APPS) as (driven, screen):
        await driven.press("l")
        assert "missing" in driven.text_of(screen.detail)
        assert "It is in eu, and not here" in driven.text_of(screen.detail)
        for key in ("enter", "y", "D", "v", "R"):
            await driven.press(key)
            assert driven.screens == ["FleetScreen"]
        assert driven.rig.patches() == []
        assert any("Kustomization flux-system/apps is not in us" in notice for notice in driven.notices)


async def test_a_cell_is_steered_like_a_row() -> None:
    async with fleet() as (driven, screen):
        await driven.press("R", "h", "T")
        assert sorted(asked for asked, _ in driven.rig.patches()) == sorted((BEHIND, ref("Kustomization", "infra")))
        assert "R reconcile" in driven.text_of(screen.footer)


@pytest.mark.parametrize(
    ("key", "name"), [("y", "ManifestScreen"), ("D", "DiffScreen"), ("M", "MessagesScreen"), ("v", "GraphScreen")]
)
async def test_what_is_shown_of_a_cell(key: str, name: str) -> None:
    async with fleet() as (driven, _):
        await driven.press(key)
        assert driven.screens == ["FleetScreen", name]
        await driven.press("escape", "escape")
        assert driven.screens == []


async def test_from_the_graph_of_a_cell_to_the_tree() -> None:
    async with fleet() as (driven, _):
        await driven.press("v", "h", "enter")
        assert driven.screens == []
        assert driven.selected == ref("GitRepository", "flux-system", context="us")


async def test_the_filter_is_that_of_the_tree() -> None:
    async with fleet() as (driven, screen):
        await driven.press("slash", *"kind:git", "enter")
        assert names(screen) == ["flux-system"]
        assert "/kind:git" in driven.text_of(screen.head)
        await driven.press("escape")
        assert "infra" in names(screen)
        assert screen.pane.selected == BEHIND, "the cursor keeps to its object"
        await driven.press("slash", *"is:failed", "down", "escape")
        assert len(names(screen)) > 3
        assert screen.focused is screen.pane


async def test_only_what_differs_or_is_broken() -> None:
    async with fleet() as (driven, screen):
        everything = len(names(screen))
        await driven.press("ctrl+z")
        assert set(names(screen)) == {"infra", "apps", "batch"}
        assert "differing only" in driven.text_of(screen.head)
        await driven.press("escape")
        assert len(names(screen)) == everything
        await driven.press("escape")
        assert driven.screens == []


async def test_it_follows_the_picture_and_the_cursor_keeps_to_its_object() -> None:
    async with fleet() as (driven, screen):
        await driven.press("G")
        selected = screen.pane.selected
        await driven.change(ks("aaa"), ks("infra", conditions=FAILING))
        await driven.delete(APPS)
        assert screen.pane.selected == selected
        assert "aaa" in names(screen)
        driven.rig.clusters["us"].emit(ContextStatus("us", Phase.STALE))
        await driven.drawn()
        assert "stale" in driven.text_of(screen.head)
        assert "1 differ" not in driven.text_of(screen.head)


async def test_contexts_that_have_no_room_scroll() -> None:
    contexts = tuple(f"c{number}" for number in range(9))
    async with small(contexts=contexts, start=contexts, fleet=False, size=NARROW) as driven:
        for name in contexts:
            driven.rig.clusters[name].listed(read(git(), name), read(ks("a"), name))
            driven.rig.clusters[name].live()
        await driven.draw_now()
        await driven.go_to(ref("Kustomization", "a", context="c0"))
        await driven.press("F")
        screen = driven.app.screen
        assert isinstance(screen, FleetScreen)
        assert "c0" in driven.text_of(screen.head)
        assert "c8" not in driven.text_of(screen.head)
        await driven.press(*["l"] * 8)
        assert screen.pane.selected == ref("Kustomization", "a", context="c8")
        assert "c8" in driven.text_of(screen.head)
        assert "c0" not in driven.text_of(screen.head)


async def test_the_mouse_selects_a_cell_and_opens_it() -> None:
    async with fleet(at=US) as (driven, screen):
        pane, pilot = screen.pane, driven.pilot
        x = pane.name_width() + 3
        await pilot.click(pane, offset=(x, 0))
        await driven.quiet()
        assert pane.selected == ref("Kustomization", "infra")
        await pilot.click(screen.head, offset=(x + pane.column_width(), 2))
        await driven.quiet()
        assert pane.selected == BEHIND
        footer = screen.footer
        await pilot.click(footer, offset=(footer.render_line(0).text.index("reconcile"), 0))
        await driven.quiet()
        assert [asked for asked, _ in driven.rig.patches()] == [BEHIND]
        await pilot.click(pane, offset=(x, 1), times=2)
        await driven.quiet()
        assert driven.screens == []


async def test_copy_takes_the_headline_and_the_object() -> None:
    async with fleet() as (driven, _):
        await driven.press("c")
        assert "main@a1b2c3d4 everywhere" in driven.app.clipboard
        assert "us · ks flux-system/infra" in driven.app.clipboard


async def test_without_a_context_it_says_how_to_get_one() -> None:
    async with small(fleet=False, start=()) as driven:
        await driven.press("F")
        screen = driven.app.screen
        assert isinstance(screen, FleetScreen)
        assert "No context is connected" in driven.text_of(screen.pane)
        await driven.press("j", "l", "h", "enter", "R", "v", "n", "q")
        assert driven.screens == []


async def test_any_size() -> None:
    async with fleet() as (driven, screen):
        for size in ((20, 5), (1, 1), (200, 60), NARROW, (120, 36)):
            await driven.pilot.resize_terminal(*size)
            await driven.press("l", "j", "h", "k", "pagedown", "g")
            for view in screen.query(LineView):
                for y in range(view.size.height):
                    assert view.render_line(y).cell_length == view.size.width
