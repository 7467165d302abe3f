"""Nothing is drawn for nothing, and for little, little: over SSH every byte counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from textual.geometry import Region
from textual.widget import Widget

from tests.fakes.fleet import NOW
from tests.fakes.objects import FAILING, PROGRESSING, event, ks, read, ref
from tests.fakes.pilot import APPS, EU, INFRA, US, small
from tui.model.changes import EventSeen, LogLine
from tui.widgets.lines import LineView


class Repainted:
    """What widgets asked to be drawn again."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Region, ...]]] = []

    @property
    def panes(self) -> set[str]:
        """The ids of the widgets."""
        return {name for name, _ in self.calls}

    @property
    def cells(self) -> int:
        """How many cells; a widget that is drawn whole would be counted as a million."""
        return sum(sum(region.area for region in regions) if regions else 10**6 for _, regions in self.calls)


@contextmanager
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repainted]:
    repainted, original = Repainted(), Widget.refresh

    def refresh(self: Widget, *regions: Region, **options: object) -> Widget:
        repainted.calls.append((self.id or type(self).__name__, regions))
        return original(self, *regions, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Widget, "refresh", refresh)
        yield repainted


async def test_a_frame_without_a_change_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=APPS) as driven:
        await driven.settled()
        with recording(monkeypatch) as repainted:
            for _ in range(3):
                driven.main.draw_frame()
                driven.main.selection_changed()
                await driven.quiet()
        assert repainted.calls == []


async def test_nothing_is_drawn_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=APPS) as driven:
        await driven.settled()
        assert driven.main.frames.idle
        with recording(monkeypatch) as repainted:
            driven.main._tick()
            await driven.drawn()
        assert repainted.calls == [], "a look at the clock within the same minute"


async def test_a_minute_later_only_ages_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=EU) as driven:
        await driven.settled()
        with recording(monkeypatch) as repainted:
            driven.rig.clock.set(NOW + timedelta(seconds=61))
            driven.main._tick()
            await driven.drawn()
        assert repainted.panes == {"tree"}
        assert 0 < repainted.cells <= 3 * len(driven.rows)


async def test_an_object_that_only_has_another_version_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=APPS) as driven:
        await driven.settled()
        with recording(monkeypatch) as repainted:
            await driven.change(ks("infra"))
        assert repainted.calls == []


async def test_churn_out_of_sight_draws_nothing_but_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = [ks(f"k{number:03}") for number in range(200)]
    async with small(*fleet, start=("eu",), at=EU) as driven:
        await driven.settled()
        hidden = "k190"
        with recording(monkeypatch) as repainted:
            await driven.change(ks(hidden, generation=2, conditions=PROGRESSING))
            await driven.change(ks(hidden))
        assert repainted.calls == []
        with recording(monkeypatch) as repainted:
            await driven.change(ks(hidden, conditions=FAILING))
        assert repainted.panes == {"contexts", "tree"}, "counted in the top line and in the context's row"
        assert repainted.cells < 60, repainted.calls


async def test_a_change_in_sight_draws_its_cells_only(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=APPS) as driven:
        await driven.settled()
        with recording(monkeypatch) as repainted:
            await driven.change(ks("infra", generation=2, conditions=PROGRESSING))
        assert repainted.panes == {"tree"}
        assert 0 < repainted.cells < 60


async def test_a_routine_run_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=APPS) as driven:
        await driven.settled()
        with recording(monkeypatch) as repainted:
            await driven.change(ks("infra", conditions=PROGRESSING))
        assert repainted.panes == set()


async def test_a_step_of_the_cursor_draws_two_rows_and_what_is_about_them(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=INFRA) as driven:
        await driven.settled()
        with recording(monkeypatch) as repainted:
            driven.main.tree_pane.go("down")
        assert repainted.panes == {"tree"}
        assert repainted.cells <= 2 * driven.main.tree_pane.size.width


async def test_events_and_log_lines_about_something_else_draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=INFRA) as driven:
        await driven.settled()
        await driven.until(lambda: driven.eu.opened)
        line = LogLine(NOW, "info", "x", "", "Kustomization", "flux-system", "apps")
        driven.eu.say("kustomize-controller", line)
        await driven.until(lambda: driven.main.shell.session.logs.lines)
        await driven.drawn()
        with recording(monkeypatch) as repainted:
            driven.eu.emit(EventSeen(event(APPS, "1")))
            driven.eu.say("kustomize-controller", line)
            await driven.until(lambda: len(driven.main.shell.session.logs.lines) == 2)
            await driven.drawn()
        assert repainted.calls == []


async def test_churn_is_gathered_into_few_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=APPS) as driven:
        await driven.settled()
        drawn = 0
        original = driven.main.frames._draw

        def draw() -> None:
            nonlocal drawn
            drawn += 1
            original()

        monkeypatch.setattr(driven.main.frames, "_draw", draw)
        for number in range(50):
            driven.eu.changed(read(ks("infra", generation=2, conditions=PROGRESSING if number % 2 else None)))
            await driven.quiet()
        await driven.drawn()
        assert 1 <= drawn <= 5


async def test_a_context_that_tells_nothing_new_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=US) as driven:
        await driven.settled()
        with recording(monkeypatch) as repainted:
            driven.eu.live()
            driven.rig.clusters["us"].live()
            driven.eu.deleted(ref("Kustomization", "was-never-there"))
            await driven.drawn()
        assert repainted.calls == []


async def test_a_screen_on_top_is_not_disturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with small(at=APPS) as driven:
        await driven.settled()
        await driven.press("question_mark")
        await driven.quiet()
        pane = driven.app.screen.query_one("#text", LineView)
        with recording(monkeypatch) as repainted:
            await driven.change(ks("infra", conditions=FAILING))
        assert pane.id not in repainted.panes
        await driven.press("escape")
        await driven.quiet()
        assert "timeout waiting" in driven.line(INFRA)
