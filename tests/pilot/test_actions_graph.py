"""The keys of the graph, which means what it draws: a node is an object, whatever moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from tests.fakes.objects import FAILING, Body, git, ks, ref
from tests.fakes.pilot import API, APPS, EU, INFRA, NARROW, PAUSED, ROOT, SOURCE, TENANTS, Driven, acting, small
from tui.config.settings import Settings
from tui.model.neighbourhood import Layer
from tui.model.refs import ObjectRef
from tui.model.rows import View
from tui.screens.graph import GraphScreen
from tui.widgets.lines import LineView


@asynccontextmanager
async def graph(*objects: Body, at: ObjectRef = APPS, **options: Any) -> AsyncIterator[tuple[Driven, GraphScreen]]:
    async with small(*objects, at=at, **options) as driven:
        await driven.press("v")
        screen = driven.app.screen
        assert isinstance(screen, GraphScreen)
        yield driven, screen


def drawn(screen: GraphScreen) -> set[str]:
    return {node.ref.name for node in screen.pane.plan.hood.nodes}


@acting("graph")
async def test_the_graph_opens_at_the_selected_object_and_closes(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.act("graph", key)
        screen = driven.app.screen
        assert isinstance(screen, GraphScreen)
        assert screen.pane.selected == APPS
        assert screen.scope.focus == APPS
        text = driven.text_of(screen.pane)
        assert "graph · eu · around ks flux-system/apps, 2 hops" in text
        assert "✖ apps ks" in text
        assert "timeout waiting for" in driven.text_of(screen.detail)
        await driven.act("graph", key)
        assert (driven.screens, driven.selected) == ([], APPS)


async def test_the_graph_of_a_context_is_all_of_it() -> None:
    async with small(at=EU) as driven:
        await driven.command("graph")
        screen = driven.app.screen
        assert isinstance(screen, GraphScreen)
        assert screen.scope.focus is None
        assert {"apps", "on-call", "api"} <= drawn(screen)
        assert screen.pane.selected is not None
        await driven.press("escape")
        assert driven.selected == EU


@acting("graph.before")
async def test_to_what_it_depends_on(key: str) -> None:
    async with graph() as (driven, screen):
        await driven.act("graph.before", key)
        assert screen.pane.selected in (INFRA, ROOT)
        for _ in range(3):
            await driven.act("graph.before", key)
        assert screen.pane.selected == SOURCE
        assert "git flux-system/flux-system" in driven.text_of(screen.detail)


@acting("graph.after")
async def test_to_what_depends_on_it_and_back(key: str) -> None:
    async with graph(at=INFRA) as (driven, screen):
        await driven.act("graph.after", key)
        assert screen.pane.selected == APPS
        await driven.act("graph.after", key)
        assert screen.pane.selected in (TENANTS, API)
        await driven.press("h")
        assert screen.pane.selected == APPS, "a step back leads to where one came from"


async def test_up_and_down_stay_in_the_column() -> None:
    async with graph(ks("a"), ks("b", after=["a"]), ks("c", after=["a"]), at=ref("Kustomization", "a")) as (
        driven,
        screen,
    ):
        await driven.press("l", "g")
        assert screen.pane.selected == ref("Kustomization", "b")
        await driven.press("j")
        assert screen.pane.selected == ref("Kustomization", "c")
        await driven.press("down", "up")
        assert screen.pane.selected == ref("Kustomization", "b")
        await driven.press("G", "k")
        assert screen.pane.selected == ref("Kustomization", "b")


@acting("graph.focus")
async def test_focus_shows_all_and_then_what_is_around_the_node(key: str) -> None:
    async with graph() as (driven, screen):
        await driven.act("graph.focus", key)
        assert screen.scope.everything
        assert "on-call" in drawn(screen)
        assert screen.pane.plan.hood.path[0] == APPS
        await driven.press("h")
        chosen = screen.pane.selected
        await driven.act("graph.focus", key)
        assert screen.scope.focus == chosen
        assert screen.pane.selected == chosen
        assert "on-call" not in drawn(screen)


CHAIN = [ks("k0"), *(ks(f"k{n}", after=[f"k{n - 1}"], conditions=FAILING) for n in range(1, 9))]
MIDDLE = ref("Kustomization", "k4")


@acting("graph.wider")
async def test_one_hop_more(key: str) -> None:
    async with graph(*CHAIN, at=MIDDLE) as (driven, screen):
        before = drawn(screen)
        await driven.act("graph.wider", key)
        assert drawn(screen) == before | {"k1", "k7"}
        assert "3 hops" in driven.text_of(screen.pane)
        await driven.press("f")
        await driven.act("graph.wider", key)
        assert screen.scope.hops == 3
        assert "everything is drawn" in driven.text_of(screen.footer)


@acting("graph.narrower")
async def test_one_hop_less_and_never_none(key: str) -> None:
    async with graph(*CHAIN, at=MIDDLE) as (driven, screen):
        for _ in range(3):
            await driven.act("graph.narrower", key)
        assert drawn(screen) == {"k3", "k4", "k5", "flux-system"}
        assert "1 hop ·" in driven.text_of(screen.pane)


MANY = [git(), *(ks(f"k{number}") for number in range(6)), ks("bad", conditions=FAILING)]


@acting("graph.fold")
async def test_fold_and_unfold(key: str) -> None:
    async with graph(*MANY, at=SOURCE) as (driven, screen):
        assert "6 ready ks" in driven.text_of(screen.pane)
        await driven.act("graph.fold", key)
        assert drawn(screen) >= {"k0", "k5", "bad"}
        await driven.act("graph.fold", key)
        assert "6 ready ks" in driven.text_of(screen.pane)


async def test_enter_unfolds_one() -> None:
    async with graph(*MANY, at=SOURCE) as (driven, screen):
        await driven.press("l")
        while not screen.pane.node.folded:
            await driven.press("j" if screen.pane.node.ref.name == "bad" else "k")
        assert "6 × Kustomization, all ready" in driven.text_of(screen.detail)
        assert "enter unfold" in driven.text_of(screen.footer)
        await driven.press("R", "y", "D")
        assert driven.rig.patches() == []
        assert driven.screens == ["GraphScreen"]
        await driven.press("enter")
        assert drawn(screen) >= {"k0", "k5", "bad"}
        assert driven.screens == ["GraphScreen"]


LAYERS = [
    pytest.param("graph.depends", Layer.DEPENDS_ON, id="dependsOn"),
    pytest.param("graph.sources", Layer.SOURCES, id="sources"),
    pytest.param("graph.owners", Layer.OWNERS, id="owners"),
]


async def _toggle(action: str, layer: Layer, key: str) -> None:
    async with graph() as (driven, screen):
        arrows = [arrow for arrow in screen.pane.plan.hood.arrows if layer in arrow.layers]
        assert arrows
        await driven.act(action, key)
        assert not any(layer in arrow.layers for arrow in screen.pane.plan.hood.arrows)
        assert layer.value not in driven.text_of(screen.pane).splitlines()[0]
        await driven.act(action, key)
        assert [arrow for arrow in screen.pane.plan.hood.arrows if layer in arrow.layers] == arrows
        assert screen.pane.selected == APPS


@acting("graph.depends")
async def test_depends_on_is_toggled(key: str) -> None:
    await _toggle("graph.depends", Layer.DEPENDS_ON, key)


@acting("graph.sources")
async def test_sources_are_toggled(key: str) -> None:
    await _toggle("graph.sources", Layer.SOURCES, key)


@acting("graph.owners")
async def test_owners_are_toggled(key: str) -> None:
    await _toggle("graph.owners", Layer.OWNERS, key)


async def test_without_a_layer_the_focus_is_left() -> None:
    async with graph(at=INFRA) as (driven, screen):
        await driven.press("1", "2", "3")
        assert drawn(screen) == {"infra"}
        assert "no layers" in driven.text_of(screen.pane)


LARGE = [
    ks(f"c{column}-{row:02}", after=[f"c{column - 1}-{row:02}"] if column else [], conditions=FAILING)
    for column in range(9)
    for row in range(40)
]
CORNER = ref("Kustomization", "c4-20")


async def _pan(action: str, key: str, columns: int, lines: int) -> None:
    async with graph(*LARGE, at=CORNER) as (driven, screen):
        await driven.press("2", "f")
        before = (screen.pane.left, screen.pane.top)
        await driven.act(action, key)
        moved = (screen.pane.left - before[0], screen.pane.top - before[1])
        assert ((moved[0] > 0) - (moved[0] < 0), (moved[1] > 0) - (moved[1] < 0)) == (columns, lines)
        assert screen.pane.selected == CORNER
        for _ in range(90):
            await driven.act(action, key)
        drawing, pane = screen.pane.plan.drawing, screen.pane
        assert 0 <= pane.left <= drawing.width - pane.size.width
        assert 0 <= pane.top <= drawing.height - pane.body_height


@acting("graph.pan_left")
async def test_pan_left(key: str) -> None:
    await _pan("graph.pan_left", key, -1, 0)


@acting("graph.pan_right")
async def test_pan_right(key: str) -> None:
    await _pan("graph.pan_right", key, 1, 0)


@acting("graph.pan_up")
async def test_pan_up(key: str) -> None:
    await _pan("graph.pan_up", key, 0, -1)


@acting("graph.pan_down")
async def test_pan_down(key: str) -> None:
    await _pan("graph.pan_down", key, 0, 1)


async def test_pages_pan_and_a_step_brings_the_node_into_sight() -> None:
    async with graph(*LARGE, at=CORNER) as (driven, screen):
        await driven.press("2", "f", "pagedown", "pagedown")
        top = screen.pane.top
        await driven.press("pageup")
        assert screen.pane.top < top
        await driven.press("g", "l")
        assert "▌" in driven.text_of(screen.pane)


@pytest.mark.parametrize("key", ["enter"])
async def test_enter_selects_the_object_in_the_tree_whatever_hides_it(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.press("slash", *"apps", "enter")
        assert INFRA not in driven.rows
        await driven.press("v", "h", key)
        assert driven.screens == []
        assert driven.selected in (INFRA, ROOT)
        driven.main.set_view(View(folded=frozenset((EU, SOURCE, ROOT))))
        driven.main.reveal(API)
        await driven.quiet()
        assert driven.selected == API


async def test_a_ghost_can_not_be_gone_to() -> None:
    async with graph(ks("a", after=["gone"]), at=ref("Kustomization", "a")) as (driven, screen):
        await driven.press("2", "h")
        assert "gone ks missing" in driven.text_of(screen.pane)
        assert "create it, or correct the reference" in driven.text_of(screen.detail)
        await driven.press("enter", "R", "y")
        assert driven.screens == ["GraphScreen"]
        assert driven.rig.patches() == []
        assert "there is no row to go to" in driven.notices[0]


async def test_a_cycle_is_named() -> None:
    a, b = ref("Kustomization", "a"), ref("Kustomization", "b")
    async with graph(ks("a", after=["b"]), ks("b", after=["a"]), at=a) as (driven, screen):
        text = driven.text_of(screen.pane)
        assert "cycle: a → b → a" in text.splitlines()[0]
        assert "◂" in text
        assert "cut" in driven.text_of(screen.detail)
        await driven.press("h")
        assert screen.pane.selected == b
        await driven.press("h")
        assert screen.pane.selected == a


@pytest.mark.parametrize("key", ["n", "N"])
async def test_from_fault_to_fault(key: str) -> None:
    async with graph(at=TENANTS) as (driven, screen):
        await driven.press(key)
        assert screen.pane.selected == APPS
    async with graph(ks("a"), at=ref("Kustomization", "a")) as (driven, screen):
        await driven.press(key)
        assert "nothing that is drawn is broken" in driven.text_of(screen.footer)


@pytest.mark.parametrize(
    ("key", "screen_name"), [("y", "ManifestScreen"), ("D", "DiffScreen"), ("M", "MessagesScreen")]
)
async def test_what_is_shown_of_a_node(key: str, screen_name: str) -> None:
    async with graph(at=INFRA) as (driven, _):
        await driven.press(key)
        assert driven.screens == ["GraphScreen", screen_name]
        await driven.press("escape", "escape")
        assert driven.screens == []


async def test_a_node_is_steered_like_a_row() -> None:
    async with graph(at=INFRA) as (driven, screen):
        await driven.press("R")
        assert [asked for asked, _ in driven.rig.patches()] == [INFRA]
        await driven.press("l", "T")
        assert [asked for asked, _ in driven.rig.patches()] == [INFRA, APPS]
        assert "T suspend" in driven.text_of(screen.footer)
    async with graph(at=PAUSED) as (driven, screen):
        assert "T resume" in driven.text_of(screen.footer)
        await driven.press("R")
        assert driven.screens == ["GraphScreen", "ConfirmScreen"]
        assert driven.rig.patches() == []


async def test_a_protected_context_is_asked_about() -> None:
    async with graph(at=INFRA, settings=Settings(protected=("eu",))) as (driven, _):
        await driven.press("T")
        assert driven.screens == ["GraphScreen", "ConfirmScreen"]
        await driven.press("y")
        assert [asked for asked, _ in driven.rig.patches()] == [INFRA]


async def test_it_follows_the_picture_and_keeps_its_place() -> None:
    async with graph(*LARGE, at=CORNER) as (driven, screen):
        await driven.press("2", "f")
        pane = screen.pane
        box = pane.plan.box(CORNER)
        assert box is not None
        place = (box.x - pane.left, box.y - pane.top)
        await driven.change(*(ks(f"a{number}", after=["c0-00"]) for number in range(7)))
        box = pane.plan.box(CORNER)
        assert box is not None
        assert (box.x - pane.left, box.y - pane.top) == place
        assert pane.selected == CORNER
        assert [len(node.members) for node in pane.plan.hood.nodes if node.folded] == [7]


async def test_an_object_that_goes_becomes_a_ghost_and_comes_back() -> None:
    async with graph(at=INFRA) as (driven, screen):
        await driven.delete(INFRA)
        assert screen.pane.selected == INFRA
        assert "infra ks missing" in driven.text_of(screen.pane)
        await driven.change(ks("infra"))
        assert "✔ infra ks" in driven.text_of(screen.pane)


async def test_copy_takes_what_is_said_of_the_node() -> None:
    async with graph() as (driven, _):
        await driven.press("c")
        assert "ks flux-system/apps" in driven.app.clipboard


async def test_the_mouse_selects_opens_and_pans() -> None:
    async with graph(*LARGE, at=CORNER) as (driven, screen):
        await driven.press("2", "f")
        pane, pilot = screen.pane, driven.pilot
        other = ref("Kustomization", "c4-21")
        box = pane.plan.box(other)
        assert box is not None
        await pilot.click(pane, offset=(box.x - pane.left + 2, box.y - pane.top + 1))
        await driven.quiet()
        assert pane.selected == other
        before = (pane.left, pane.top)
        await pilot.mouse_down(pane, offset=(50, 10))
        await pilot.hover(pane, offset=(44, 8))
        await pilot.mouse_up(pane, offset=(44, 8))
        await pilot.click(pane, offset=(0, 0))
        await driven.quiet()
        assert (pane.left - before[0], pane.top - before[1]) == (6, 2)
        assert pane.selected == other
        await pilot._post_mouse_events([MouseScrollDown], pane, (10, 5))
        await pilot._post_mouse_events([MouseScrollUp], pane, (10, 5))
        await driven.quiet()
        assert pane.top == before[1] + 2
        box = pane.plan.box(CORNER)
        assert box is not None
        await pilot.click(pane, offset=(box.x - pane.left + 2, box.y - pane.top + 1), times=2)
        await driven.quiet()
        assert driven.screens == []
        assert driven.selected == CORNER


async def test_a_click_on_a_key_acts() -> None:
    async with graph(at=INFRA) as (driven, screen):
        footer = screen.footer
        await driven.pilot.click(footer, offset=(footer.render_line(0).text.index("reconcile"), 0))
        await driven.quiet()
        assert [asked for asked, _ in driven.rig.patches()] == [INFRA]


async def test_any_size() -> None:
    async with graph() as (driven, screen):
        for size in ((20, 5), (1, 1), (200, 60), NARROW, (120, 36)):
            await driven.pilot.resize_terminal(*size)
            await driven.press("l", "j", "h", "k", "f", "x", "L", "H")
            for view in screen.query(LineView):
                for y in range(view.size.height):
                    assert view.render_line(y).cell_length == view.size.width
        assert screen.pane.selected is not None


async def test_ascii_draws_ascii_only() -> None:
    async with graph(ascii_only=True) as (driven, screen):
        await driven.press("f")
        assert driven.text_of(screen.pane).isascii()
