"""All that is suspended on one screen, and how a person says why and until when."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.fleet import NOW
from tests.fakes.objects import MAIN, OLD_MAIN, WAITING, git, ks, ref, suspended_by
from tests.fakes.pilot import ALERT, API, INFRA, NARROW, PAUSED, SOURCE, TENANTS, WIDE, Driven, acting, small
from tui.config.settings import Settings
from tui.model.changes import ContextStatus, Phase
from tui.model.kinds import NOTE_BY, NOTE_REASON, NOTE_UNTIL
from tui.model.pending import Commit, Pending
from tui.screens.suspended import SuspendedScreen
from tui.widgets.lines import LineView

OVERDUE = ref("Kustomization", "overdue", context="us")
UNTIL = "2026-11-18T00:00:00Z"


@asynccontextmanager
async def suspended(**options: Any) -> AsyncIterator[tuple[Driven, SuspendedScreen]]:
    """The screen, over two contexts that each have a suspended object."""
    async with small(**options) as driven:
        note = {NOTE_BY: "anna@laptop", NOTE_REASON: "INC-42 flaky registry", NOTE_UNTIL: UNTIL}
        overdue = ks("overdue", suspend=True, annotations=note, managed=suspended_by("gitops-tui", 60 * 24 * 9))
        await driven.change(overdue, context="us")
        await driven.press("S")
        screen = driven.app.screen
        assert isinstance(screen, SuspendedScreen)
        yield driven, screen


def names(screen: SuspendedScreen) -> list[str]:
    return [one.ref.name for one, _ in screen.pane.rows]


@acting("suspended")
async def test_all_that_is_suspended_is_shown_and_left_by_the_same_key(key: str) -> None:
    async with small(at=INFRA) as driven:
        await driven.act("suspended", key)
        screen = driven.app.screen
        assert isinstance(screen, SuspendedScreen)
        assert names(screen) == ["paused"]
        assert "ks flux-system/paused · suspended, was ready" in driven.text_of(screen.detail)
        await driven.act("suspended", key)
        assert (driven.screens, driven.selected) == ([], INFRA)


async def test_how_many_commits_it_is_behind_is_asked_of_git_and_told() -> None:
    shas = [MAIN.rpartition(":")[2], "b" * 40]
    pending = Pending((), tuple(Commit(sha, "Ana", NOW, "bump") for sha in shas))
    async with small(at=PAUSED, pending=pending) as driven:
        await driven.change(ks("paused", suspend=True, applied=OLD_MAIN), ks("same", suspend=True))
        await driven.press("S")
        screen = driven.app.screen
        assert isinstance(screen, SuspendedScreen)
        await driven.until(lambda: "2 commits" in driven.text_of(screen.pane))
        assert len(driven.rig.git.questions) == 1, "what is the same needs no Git"
        await driven.press("escape", "S")
        assert len(driven.rig.git.questions) == 1, "what is known is not asked again"


async def test_it_opens_by_its_name_and_at_what_the_tree_has_selected() -> None:
    async with small(at=PAUSED) as driven:
        await driven.change(ks("older", suspend=True, managed=suspended_by("flux", 90)))
        await driven.command("suspended")
        screen = driven.app.screen
        assert isinstance(screen, SuspendedScreen)
        assert (names(screen), screen.pane.selected) == (["older", "paused"], PAUSED)


async def test_what_is_overdue_is_first_and_says_why() -> None:
    async with suspended() as (driven, screen):
        assert names(screen) == ["overdue", "paused"]
        first = driven.text_of(screen.pane).splitlines()[0]
        for told in ("us", "ks/overdue", "9d", "anna@laptop", "overdue by 3d · INC-42 flaky registry"):
            assert told in first
        assert "1 overdue" in driven.text_of(screen.head)
        assert "2 objects" in driven.text_of(screen.head)
        strip = driven.text_of(screen.detail)
        assert "suspended 9d ago by anna@laptop, was ready" in strip
        assert "INC-42 flaky registry, until 2026-11-18 (overdue by 3d)" in strip


async def test_enter_goes_to_the_object_in_the_tree() -> None:
    async with suspended() as (driven, _):
        await driven.press("enter")
        assert (driven.screens, driven.selected) == ([], OVERDUE)


@pytest.mark.parametrize(
    ("key", "name"), [("y", "ManifestScreen"), ("D", "DiffScreen"), ("M", "MessagesScreen"), ("v", "GraphScreen")]
)
async def test_what_is_shown_of_a_suspended_object(key: str, name: str) -> None:
    async with suspended() as (driven, _):
        await driven.press(key)
        assert driven.screens == ["SuspendedScreen", name]
        await driven.press("escape", "escape")
        assert driven.screens == []


async def test_from_the_graph_of_a_suspended_object_to_the_tree() -> None:
    async with suspended() as (driven, _):
        await driven.press("v", "h", "enter")
        assert driven.screens == []
        assert driven.selected == ref("GitRepository", "flux-system", context="us")


async def test_resuming_removes_the_note_and_the_row_stays_under_the_cursor() -> None:
    async with suspended() as (driven, screen):
        await driven.press("T")
        ((target, patch),) = driven.rig.patches()
        assert target == OVERDUE
        assert patch["spec"] == {"suspend": None}
        gone = {key: value for key, value in patch["metadata"]["annotations"].items() if value is None}
        assert gone == dict.fromkeys((NOTE_BY, NOTE_REASON, NOTE_UNTIL))
        token = patch["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"]
        await driven.change(ks("overdue", requested=token, handled=token), context="us")
        assert screen.pane.selected == OVERDUE
        rows = driven.text_of(screen.pane)
        assert "resumed, ready in" in rows
        assert "1 object " in driven.text_of(screen.head)
        driven.rig.clock.advance(180)
        await driven.change(ks("other"))
        assert names(screen) == ["paused"]


async def test_the_list_follows_the_picture_and_the_cursor_keeps_to_its_object() -> None:
    async with suspended() as (driven, screen):
        await driven.press("j")
        assert screen.pane.selected == PAUSED
        await driven.change(
            ks("aaa", suspend=True, managed=suspended_by("flux", 90)), ks("jobs", after=["paused"], conditions=WAITING)
        )
        assert names(screen) == ["overdue", "aaa", "paused"]
        assert screen.pane.selected == PAUSED
        assert "holds back jobs" in driven.text_of(screen.pane)
        await driven.delete(PAUSED)
        assert names(screen) == ["overdue", "aaa"]
        driven.rig.clusters["us"].emit(ContextStatus("us", Phase.STALE, NOW - timedelta(minutes=4)))
        await driven.drawn()
        assert "us: stale 4m" in driven.text_of(screen.head)


async def test_nothing_suspended_is_a_sentence() -> None:
    async with small(git(), at=SOURCE) as driven:
        await driven.press("S")
        screen = driven.app.screen
        assert isinstance(screen, SuspendedScreen)
        assert "Nothing is suspended in eu, us" in driven.text_of(screen.pane)
        for key in ("T", "enter", "y", "v", "j", "c"):
            await driven.press(key)
            assert driven.screens == ["SuspendedScreen"]
        assert driven.rig.patches() == []
        await driven.press("escape")
        assert driven.screens == []


async def test_without_a_context_it_claims_nothing() -> None:
    async with small(fleet=False, start=()) as driven:
        await driven.press("S")
        assert "No context is live" in driven.text_of(driven.app.screen.pane)  # type: ignore[attr-defined]


async def test_the_mouse_selects_a_row_and_opens_it() -> None:
    async with suspended() as (driven, screen):
        await driven.pilot.click(screen.pane, offset=(9, 1))
        await driven.quiet()
        assert screen.pane.selected == PAUSED
        await driven.pilot.click(screen.pane, offset=(9, 1), times=2)
        await driven.quiet()
        assert (driven.screens, driven.selected) == ([], PAUSED)


async def test_copy_takes_the_list_and_the_object() -> None:
    async with suspended() as (driven, _):
        await driven.press("c")
        told = "us ks flux-system/overdue: suspended 9d ago by anna@laptop: INC-42 flaky registry, until 2026-11-18"
        assert told in driven.app.clipboard
        assert "eu ks flux-system/paused: suspended" in driven.app.clipboard


async def test_any_size() -> None:
    async with suspended() as (driven, screen):
        hostile = {NOTE_BY: "\x1b[31m👩‍👩‍👧‍👦" * 9, NOTE_REASON: "配置错误\n[red]" * 40, NOTE_UNTIL: "\u202enever"}
        name = "n" * 253
        await driven.change(ks(name, suspend=True, annotations=hostile, applied=f"{name}@sha1:{'ab' * 20}"))
        for size in ((20, 5), (1, 1), (200, 60), NARROW, WIDE):
            await driven.pilot.resize_terminal(*size)
            await driven.press("j", "k", "pagedown", "g")
            for view in screen.query(LineView):
                for y in range(view.size.height):
                    strip = view.render_line(y)
                    assert strip.cell_length == view.size.width
                    assert not any(ord(character) < 32 for character in strip.text)


async def test_a_reason_and_a_moment_are_written_with_the_suspension() -> None:
    async with small(at=INFRA) as driven:
        await driven.command("suspend INC-42 flaky registry until 2h")
        note = {NOTE_REASON: "INC-42 flaky registry", NOTE_UNTIL: f"{NOW + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"}
        assert driven.rig.patches() == [(INFRA, {"metadata": {"annotations": note}, "spec": {"suspend": True}})]


async def test_what_is_typed_is_read_back_while_it_is_typed() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("colon")
        suggestions = driven.app.screen.query_one("#suggestions", LineView)
        await driven.type("suspend INC-42 until 2")
        assert "Nothing yet: '2' is no moment" in driven.text_of(suggestions)
        await driven.type("h")
        assert "Suspend what is selected: INC-42, until 14:00" in driven.text_of(suggestions)
        await driven.press("tab", "enter")
        ((target, patch),) = driven.rig.patches()
        assert (target, patch["metadata"]["annotations"][NOTE_REASON]) == (INFRA, "INC-42")


async def test_who_suspends_is_always_written() -> None:
    async with small(at=INFRA) as driven:
        driven.main.shell.session.person = "anna@laptop"
        await driven.press("T")
        patch = {"metadata": {"annotations": {NOTE_BY: "anna@laptop"}}, "spec": {"suspend": True}}
        assert driven.rig.patches() == [(INFRA, patch)]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        pytest.param("suspend x until soon", "suspend: 'soon' is no moment: write 2h", id="no-moment"),
        pytest.param("suspend x until", "suspend: there is no time behind 'until'", id="nothing-behind-it"),
        pytest.param("suspend x until 2020-01-01", "suspend: '2020-01-01' is past", id="over"),
    ],
)
async def test_a_moment_that_cannot_be_meant_is_said_and_nothing_is_sent(typed: str, told: str) -> None:
    async with small(at=INFRA) as driven:
        await driven.command(typed)
        assert driven.rig.patches() == []
        assert any(told in notice for notice in driven.notices)


async def test_the_note_is_that_of_all_that_is_marked_and_is_asked_about() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("space")
        await driven.go_to(TENANTS)
        await driven.press("space")
        await driven.command("suspend freeze")
        assert driven.screens == ["ConfirmScreen"]
        assert driven.rig.patches() == []
        await driven.press("y")
        patch = {"metadata": {"annotations": {NOTE_REASON: "freeze"}}, "spec": {"suspend": True}}
        assert sorted(driven.rig.patches()) == [(INFRA, patch), (TENANTS, patch)]


async def test_what_cannot_be_suspended_says_so_with_a_reason_too() -> None:
    async with small(at=API, settings=Settings(), read_only=True) as driven:
        await driven.command("suspend INC-42")
        assert driven.rig.patches() == []
        assert any("read-only" in notice for notice in driven.notices)


async def test_a_suspension_can_be_given_a_reason_afterwards() -> None:
    async with small(at=PAUSED) as driven:
        await driven.command("suspend INC-42")
        patch = {"metadata": {"annotations": {NOTE_REASON: "INC-42"}}, "spec": {"suspend": True}}
        assert driven.rig.patches() == [(PAUSED, patch)]
        told = ks("paused", suspend=True, annotations={NOTE_BY: "anna", NOTE_REASON: "INC-42"})
        await driven.change(told)
        driven.rig.clock.advance(180)
        await driven.draw_now()
        assert "by anna: INC-42" in driven.line(PAUSED)


async def test_an_alert_can_be_suspended_with_a_reason() -> None:
    async with small(at=ALERT) as driven:
        await driven.command("suspend too loud")
        patch = {"metadata": {"annotations": {NOTE_REASON: "too loud"}}, "spec": {"suspend": True}}
        assert driven.rig.patches() == [(ALERT, patch)]
