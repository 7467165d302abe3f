"""The keys that show something of the selected object, and share the room out between panes."""

import pytest

from tests.fakes.fleet import NOW
from tests.fakes.objects import MAIN, event, git, ks
from tests.fakes.pilot import API, APPS, EU, INFRA, NARROW, ROOT, SOURCE, Driven, acting, small
from tui.model.changes import EventSeen, LogLine
from tui.model.pending import DiffLine, FilePatch, FileStatus, Pending
from tui.model.rows import Mode
from tui.screens.diff import DiffScreen
from tui.screens.text import ManifestScreen


@acting("diff")
async def test_diff_asks_git_about_the_selected_object(key: str) -> None:
    async with small(at=INFRA, pending=Pending((), summary="One commit is pending.")) as driven:
        await driven.act("diff", key)
        await driven.until(lambda: driven.rig.git.questions)
        (question,) = driven.rig.git.questions
        assert (question.url, question.branch, question.path) == ("https://git.example/fleet.git", "main", "./infra")
        assert question.applied == MAIN.rpartition(":")[2]
        screen = driven.app.screen
        assert isinstance(screen, DiffScreen)
        await driven.until(lambda: "One commit is pending." in driven.text_of(screen.summary))
        await driven.press("escape")
        assert driven.screens == []
        assert driven.selected == INFRA


async def test_diff_of_what_has_no_git_says_why() -> None:
    async with small(at=API) as driven:
        await driven.press("D")
        screen = driven.app.screen
        assert isinstance(screen, DiffScreen)
        await driven.until(lambda: screen.summary.pending.summary)
        told = " ".join(driven.text_of(screen.summary).split())
        assert "HelmRelease apps/api comes from HelmRepository flux-system/charts, not from a GitRepository" in told
        assert driven.rig.git.questions == []
        await driven.press("enter", "tab", "escape")
        assert driven.screens == []


@acting("yaml")
async def test_yaml_shows_the_object_as_it_is_now(key: str) -> None:
    async with small(at=INFRA) as driven:
        driven.eu.manifests[INFRA] = "kind: Kustomization\nmetadata:\n  name: infra [red]\n"
        await driven.act("yaml", key)
        screen = driven.app.screen
        assert isinstance(screen, ManifestScreen)
        await driven.until(lambda: "  name: infra [red]" in driven.text_of(screen.pane))
        await driven.press("q")
        assert driven.screens == []


async def test_an_object_that_can_not_be_read_says_so() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("y")
        screen = driven.app.screen
        assert isinstance(screen, ManifestScreen)
        await driven.until(lambda: "Kustomization flux-system/infra is not found" in driven.text_of(screen.pane))


@pytest.mark.parametrize("key", ["D", "y"])
async def test_a_context_has_neither_diff_nor_yaml(key: str) -> None:
    async with small(at=EU) as driven:
        await driven.press(key)
        assert driven.screens == []
        assert driven.notices[-1].endswith("select an object first")


@acting("mode")
async def test_modes_follow_each_other_and_the_cursor_stays(key: str) -> None:
    async with small(at=APPS) as driven:
        for mode in (Mode.SOURCES, Mode.DEPENDS_ON, Mode.FLAT, Mode.OWNERS):
            await driven.act("mode", key)
            assert driven.main.view.mode is mode
            assert driven.selected == APPS
            assert f"tree · {mode}" in driven.text_of(driven.main.tree_pane)


@acting("zoom")
async def test_zoom_gives_the_pane_all_the_room_and_takes_it_back(key: str) -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        before = main.tree_pane.size
        await driven.act("zoom", key)
        assert main.tree_pane.size.width == 120
        assert not main.query_one("#side").display
        assert not main.divider.display
        await driven.act("zoom", key)
        assert main.tree_pane.size == before
        assert main.events.display
        await driven.press("l")
        await driven.act("zoom", key)
        assert (main.logs.size.width, main.tree_pane.display, main.events.display) == (120, False, False)


async def test_the_zoom_follows_the_focus() -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        await driven.press("z", "e")
        assert (main.panes.zoomed, main.events.size.width) == (main.events, 120)
        await driven.press("escape")
        assert main.panes.zoomed is None
        assert main.focused is main.events


@acting("logs")
async def test_logs_of_the_selected_object(key: str) -> None:
    async with small(at=INFRA, size=NARROW) as driven:
        main = driven.main
        assert (main.events.display, main.logs.display) == (True, False)
        await driven.act("logs", key)
        assert main.focused is main.logs
        assert (main.events.display, main.logs.display) == (False, True)
        await _say(driven, INFRA.name, "server-side apply completed")
        assert "server-side apply completed" in driven.text_of(main.logs)


@acting("events")
async def test_events_of_the_selected_object_and_what_is_below(key: str) -> None:
    async with small(at=ROOT, size=NARROW) as driven:
        main = driven.main
        await driven.press("l")
        await driven.act("events", key)
        assert main.focused is main.events
        assert (main.events.display, main.logs.display) == (True, False)
        driven.eu.emit(EventSeen(event(APPS, "1", reason="HealthCheckFailed")))
        await driven.drawn()
        assert "HealthCheckFailed" in driven.text_of(main.events)
        await driven.go_to(INFRA)
        assert "HealthCheckFailed" not in driven.text_of(main.events)


@acting("logs.all")
async def test_all_lines_of_the_controller(key: str) -> None:
    async with small(at=INFRA) as driven:
        await _say(driven, "infra", "about infra")
        await _say(driven, "apps", "about apps")
        logs = driven.main.logs
        assert "about infra" in driven.text_of(logs)
        assert "about apps" not in driven.text_of(logs)
        await driven.act("logs.all", key)
        assert "about apps" in driven.text_of(logs)
        await driven.act("logs.all", key)
        assert "about apps" not in driven.text_of(logs)


async def _say(driven: Driven, name: str, text: str) -> None:
    controller = "kustomize-controller"
    await driven.until(lambda: controller in driven.eu.opened)
    driven.eu.say(controller, LogLine(NOW, "info", text, "", "Kustomization", "flux-system", name))
    await driven.until(lambda: any(line.message == text for line in driven.main.shell.session.logs.lines))
    await driven.drawn()


@acting("pane.next")
async def test_next_pane(key: str) -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        for pane in (main.applied, main.events, main.logs, main.tree_pane):
            await driven.act("pane.next", key)
            assert main.focused is pane


@acting("pane.previous")
async def test_previous_pane(key: str) -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        for pane in (main.logs, main.events, main.applied, main.tree_pane):
            await driven.act("pane.previous", key)
            assert main.focused is pane


@acting("wider")
async def test_wider(key: str) -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        before = main.tree_pane.size.width
        await driven.act("wider", key)
        assert before < main.tree_pane.size.width < before + 10
        for _ in range(12):
            await driven.act("wider", key)
        assert main.tree_pane.size.width == 96
        assert main.logs.size.width > 20


@acting("narrower")
async def test_narrower(key: str) -> None:
    async with small(at=APPS) as driven:
        main = driven.main
        before = main.tree_pane.size.width
        await driven.act("narrower", key)
        assert before - 10 < main.tree_pane.size.width < before
        for _ in range(12):
            await driven.act("narrower", key)
        assert main.tree_pane.size.width == 24


async def test_a_kind_of_source_has_its_own_diff() -> None:
    async with small(git(), ks("a"), at=SOURCE) as driven:
        await driven.press("D")
        await driven.until(lambda: driven.rig.git.questions)
        assert driven.rig.git.questions[0].path == ""


async def test_keys_of_the_diff_reach_the_pane_that_has_the_focus() -> None:
    file = FilePatch("infra/a.yaml", "infra/a.yaml", FileStatus.MODIFIED, 1, 0, (DiffLine("+", "a: 1", new=1),))
    async with small(at=INFRA, pending=Pending((), files=(file,))) as driven:
        await driven.press("D")
        screen = driven.app.screen
        assert isinstance(screen, DiffScreen)
        await driven.until(lambda: screen.patch.file is not None)
        await driven.press("tab")
        assert screen.focused is screen.patch
        await driven.press("escape")
        assert screen.focused is screen.summary
        await driven.press("question_mark")
        assert driven.screens == ["DiffScreen", "HelpScreen"]
        await driven.press("question_mark", "escape")
        assert driven.screens == []
