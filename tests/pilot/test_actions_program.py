"""The keys about the program itself; and that no action is without a test."""

import importlib
from pathlib import Path

import pytest

from tests.fakes.fleet import NOW
from tests.fakes.objects import event, ks, read
from tests.fakes.pilot import APPS, EU, INFRA, TESTED, acting, small
from tui.actions import ACTIONS
from tui.journal import FileJournal
from tui.model.changes import EventSeen
from tui.model.intent import Verb
from tui.screens.journal import JournalScreen
from tui.screens.text import TextScreen


def test_every_action_has_a_test() -> None:
    for path in Path(__file__).parent.glob("test_actions_*.py"):
        importlib.import_module(f"tests.pilot.{path.stem}")
    assert set(ACTIONS) - TESTED == set()


@acting("help")
async def test_help_lists_every_key(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.act("help", key)
        screen = driven.app.screen
        assert isinstance(screen, TextScreen)
        told = " ".join(" ".join(screen.pane.lines).split())
        for action in ACTIONS.values():
            if not action.id.startswith("context."):
                assert action.help in told
        await driven.act("help", key)
        assert driven.screens == []


@acting("messages")
async def test_messages_are_read_there(key: str) -> None:
    async with small(at=EU) as driven:
        await driven.press("R", "T")
        picture = driven.main.shell.session.picture
        assert len(picture.unread) == 2
        await driven.act("messages", key)
        screen = driven.app.screen
        assert isinstance(screen, TextScreen)
        assert any("suspend/resume: select an object first" in line for line in screen.pane.lines)
        assert picture.unread == []
        await driven.press("escape")
        assert driven.screens == []
        await driven.drawn()
        assert "reconcile: select" not in driven.text_of(driven.main.footer)


@acting("journal")
async def test_the_journal_shows_what_was_asked_and_what_became_of_it(key: str) -> None:
    async with small(at=INFRA) as driven:
        await driven.act("journal", key)
        pane = driven.app.screen.pane
        await driven.until(lambda: "Nothing was asked yet" in driven.text_of(pane))
        await driven.press("escape", "R")
        await driven.go_to(APPS)
        await driven.press("T")
        await driven.act("journal", key)
        screen = driven.app.screen
        assert isinstance(screen, JournalScreen)
        await driven.until(lambda: screen.selected)
        lines = driven.text_of(screen.pane).splitlines()
        assert [" ".join(line.split()) for line in lines[:3]] == [
            "journal 2 actions",
            "⟳ 11-21 12:00 you eu suspend ks flux-system/apps asked",
            "⟳ 11-21 12:00 you eu reconcile ks flux-system/infra asked",
        ]
        await driven.press("j")
        assert "eu · reconcile ks flux-system/infra · asked" in driven.text_of(screen.detail)
        driven.rig.clock.advance(4)
        await driven.change(ks("infra", requested=NOW.isoformat(), handled=NOW.isoformat()))
        await driven.until(lambda: "ready in 4.0s" in driven.text_of(screen.pane))
        assert screen.selected is not None
        assert screen.selected.last.ref == INFRA
        await driven.press("enter")
        text = driven.app.screen
        assert isinstance(text, TextScreen)
        assert text.pane.lines[:2] == ["action    reconcile Kustomization flux-system/infra", "context   eu"]
        await driven.press("escape", "c")
        assert "request   2026-11-21T12:00:00+00:00" in driven.app.clipboard
        await driven.press("escape")
        assert driven.screens == []


@acting("journal")
async def test_the_cursor_of_the_journal_stays_on_its_action(key: str) -> None:
    async with small(at=INFRA) as driven:
        await driven.press("R")
        await driven.act("journal", key)
        screen = driven.app.screen
        assert isinstance(screen, JournalScreen)
        await driven.until(lambda: screen.selected)
        driven.rig.clock.advance(60)
        driven.main.shell.session.ask(Verb.SUSPEND, [read(ks("apps"))])
        await driven.until(lambda: screen.pane.count_lines() == 2)
        assert (screen.selected and screen.selected.last.ref, screen.pane.cursor) == (INFRA, 1)


async def test_the_journal_says_what_it_could_not_read(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text("nonsense\n")
    async with small(at=INFRA, journal=FileJournal(path)) as driven:
        await driven.until(lambda: any(f"{path}:1: it is no entry" in text for text in driven.notices))
        await driven.act("journal", "")
        screen = driven.app.screen
        assert isinstance(screen, JournalScreen)
        await driven.until(lambda: "The journal has what can't be read" in driven.text_of(screen.footer))


@acting("copy")
async def test_copy_takes_the_text_of_what_is_selected(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.act("copy", key)
        assert "eu · ks flux-system/apps" in driven.app.clipboard
        assert "timeout waiting for: [Deployment/web/api" in driven.app.clipboard
        assert driven.notices[-1].startswith("copied ")


@acting("copy")
async def test_copy_takes_what_the_focused_pane_shows(key: str) -> None:
    async with small(at=INFRA) as driven:
        driven.eu.emit(EventSeen(event(INFRA, "1", reason="Progressing")))
        await driven.drawn()
        await driven.press("e")
        await driven.act("copy", key)
        assert "Progressing flux-system/infra: Health check passed" in driven.app.clipboard


@acting("copy")
async def test_copy_of_nothing_copies_nothing(key: str) -> None:
    async with small(start=(), fleet=False) as driven:
        await driven.act("copy", key)
        assert driven.app.clipboard == ""
        assert driven.notices == []


@acting("theme.next")
async def test_next_theme_draws_every_pane_anew(key: str) -> None:
    async with small(at=APPS) as driven:
        main, before = driven.main, driven.main.shell.palette
        styles = {segment.style for segment in main.tree_pane.render_line(3)}
        for name in ("ansi", "contrast", "day", "night"):
            await driven.act("theme.next", key)
            assert main.shell.palette.theme.name == name
            assert driven.app.theme == name
            for pane in (main.tree_pane, main.events, main.logs, main.detail, main.footer, main.contexts):
                assert pane.palette is main.shell.palette
            assert main.divider.palette is main.shell.palette
        assert main.shell.palette is not before
        assert {segment.style for segment in main.tree_pane.render_line(3)} == styles


@acting("quit")
async def test_quit_leaves(key: str) -> None:
    async with small() as driven:
        await driven.act("quit", key)
        await driven.until(lambda: not driven.app.is_running)
    assert driven.app.return_code == 0
    assert all(cluster.closed for cluster in driven.rig.clusters.values() if cluster.connected)


@pytest.mark.parametrize("opening", [("question_mark",), ("colon",), ("slash",), ("space", "space", "T"), ("D",)])
async def test_the_last_resort_leaves_from_everywhere(opening: tuple[str, ...]) -> None:
    async with small(at=APPS) as driven:
        await driven.press(*opening)
        await driven.press("ctrl+q")
        await driven.until(lambda: not driven.app.is_running)
    assert driven.rig.patches() == []


async def test_a_key_of_the_graph_can_mean_something_else_in_the_tree() -> None:
    from tui.config.settings import Settings

    async with small(at=INFRA, settings=Settings(keys={"reconcile": ("x",), "graph.focus": ("k",)})) as driven:
        await driven.press("v", "x", "k")
        screen = driven.app.screen
        assert (screen.scope.folding, screen.scope.everything) == (False, True)
        assert driven.rig.patches() == []
        await driven.press("escape", "x")
        assert [asked for asked, _ in driven.rig.patches()] == [INFRA]


async def test_a_rebound_key_does_the_action_and_the_old_one_nothing() -> None:
    from tui.config.settings import Settings

    async with small(at=INFRA, settings=Settings(keys={"reconcile": ("x",)})) as driven:
        await driven.press("R")
        assert driven.rig.patches() == []
        await driven.press("x")
        assert [ref for ref, _ in driven.rig.patches()] == [INFRA]
        assert "x reconcile" in driven.text_of(driven.main.footer)
