"""Every screen as a picture, from the demo's fleet at a fixed moment."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from tests.fakes.cluster import FakeCluster
from tests.fakes.fleet import NOW, make_rig
from tests.fakes.journal import written
from tests.fakes.objects import OLD_MAIN, git, ks, read, suspended_by
from tests.fakes.objects import WAITING as WAITS
from tui.bookkeeping import MemoryJournal
from tui.config.settings import Settings
from tui.model.changes import ContextStatus, Phase
from tui.model.kinds import NOTE_BY, NOTE_REASON, NOTE_UNTIL
from tui.model.pending import Commit, DiffLine, FilePatch, FileStatus, Pending, Stage
from tui.model.resources import Resource
from tui.ports import Emit

WIDE, NARROW = (120, 36), (80, 24)

Before = Callable[[Pilot[None]], Awaitable[None]]


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the log of the selected object was read and every frame that was asked for is drawn."""
    app = pilot.app
    for _ in range(400):
        await pilot.pause(0.02)
        if len(app.screen_stack) > 1 and app.screen_stack[1].is_settled:
            break
    await pilot.pause()


def pressing(*keys: str) -> Before:
    """Wait for the fleet, press keys, and wait for what they do."""

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
        await settled(pilot)

    return before


PENDING = Pending(
    (Stage("applied", "9f8e7d6c" * 5), Stage("fetched", "a1b2c3d4" * 5), Stage("upstream", "c3d4e5f6" * 5)),
    (
        Commit("c3d4e5f6" * 5, "Anna Berg", NOW - timedelta(minutes=4), "worker: more replicas"),
        Commit("a1b2c3d4" * 5, "Ana Silva", NOW - timedelta(minutes=7), "bump api to 1.9.2"),
    ),
    (
        FilePatch(
            "apps/api/release.yaml", "apps/api/release.yaml", FileStatus.MODIFIED, 1, 1,
            (
                DiffLine("@", "@@ -8,7 +8,7 @@ spec:"),
                DiffLine(" ", "  values:", 8, 8),
                DiffLine(" ", "    image:", 9, 9),
                DiffLine("-", "      tag: 1.9.1", 10, 0),
                DiffLine("+", "      tag: 1.9.2", 0, 10),
            ),
        ),
        FilePatch("docs/run\u20acbook.md", "docs/old.md", FileStatus.RENAMED, 12, 0, (), matters=False),
        FilePatch("logo.png", "logo.png", FileStatus.ADDED, 0, 0, (), binary=True, matters=False),
    ),
    "2 commits, 3 files (1 that matters to ./apps): 1 fetched and not yet applied, 1 not yet fetched",
)  # fmt: skip


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])
def test_main(snap_compare, theme: str, size: tuple[int, int]) -> None:
    """The fleet, at what is broken first."""
    assert snap_compare(make_rig(theme=theme).app, terminal_size=size, run_before=pressing())


@pytest.mark.parametrize("theme", ["contrast", "ansi"])
def test_other_themes(snap_compare, theme: str) -> None:
    """The high-contrast theme and the terminal's own colours."""
    assert snap_compare(make_rig(theme=theme).app, terminal_size=WIDE, run_before=pressing())


def test_ascii_without_colour(snap_compare) -> None:
    """Nothing but ASCII and no colour: states can still be told apart."""
    rig = make_rig(theme="ansi", ascii_only=True, no_color=True)
    assert snap_compare(rig.app, terminal_size=NARROW, run_before=pressing())


@pytest.mark.parametrize("mode", ["sources", "dependsOn", "flat"])
def test_mode(snap_compare, mode: str) -> None:
    """The other modes of the tree."""
    keys = ("m",) * ["owners", "sources", "dependsOn", "flat"].index(mode)
    assert snap_compare(make_rig().app, terminal_size=WIDE, run_before=pressing(*keys, "g"))


def test_filter(snap_compare) -> None:
    """A filter, still being typed."""
    assert snap_compare(make_rig().app, terminal_size=WIDE, run_before=pressing("slash", *"kind:hr", "space", *"shop"))


def test_faults_only(snap_compare) -> None:
    """Only what is broken and what it holds up."""
    assert snap_compare(make_rig().app, terminal_size=WIDE, run_before=pressing("ctrl+z"))


def test_solo(snap_compare) -> None:
    """One context alone."""
    assert snap_compare(make_rig().app, terminal_size=WIDE, run_before=pressing("3", "g"))


@pytest.mark.parametrize("pane", ["events", "logs"])
def test_zoomed(snap_compare, pane: str) -> None:
    """A pane that has all the room."""
    assert snap_compare(make_rig().app, terminal_size=NARROW, run_before=pressing(pane[0], "z"))


def test_lower_pane_in_a_narrow_terminal(snap_compare) -> None:
    """Tab turns the lower pane from Events to what was applied, to Events, to logs."""
    assert snap_compare(make_rig().app, terminal_size=NARROW, run_before=pressing("tab", "tab", "tab"))


@pytest.mark.parametrize(("theme", "size"), [("night", WIDE), ("day", NARROW)], ids=["night-120x36", "day-80x24"])
def test_applied(snap_compare, theme: str, size: tuple[int, int]) -> None:
    """What a release applied, down to the pod whose image is not there."""
    assert snap_compare(make_rig(theme=theme).app, terminal_size=size, run_before=pressing("n", "o", "j"))


def test_applied_zoomed(snap_compare) -> None:
    """All that was applied, over the whole screen."""
    assert snap_compare(make_rig().app, terminal_size=NARROW, run_before=pressing("n", "o", "z"))


def test_failing_context(snap_compare) -> None:
    """A context that needs a login, and one that has gone stale."""

    rig = make_rig()

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        text = "Nothing listens at https://us-east.example:6443; check that the API server runs"
        since = NOW - timedelta(minutes=4)
        rig.clusters["us-east"].emit(ContextStatus("us-east", Phase.STALE, since, text, "https://us-east.example:6443"))
        await pilot.press("2", "g")
        await settled(pilot)

    assert snap_compare(rig.app, terminal_size=WIDE, run_before=before)


class Empty(FakeCluster):
    """A cluster without Flux."""

    async def run(self, emit: Emit) -> None:
        """Say so."""
        emit(ContextStatus(self.context, Phase.ABSENT, NOW))
        await super().run(emit)


def test_no_flux(snap_compare) -> None:
    """An empty state is a sentence with the next step."""
    rig = make_rig(("bare",), make_cluster=Empty)
    assert snap_compare(rig.app, terminal_size=NARROW, run_before=pressing())


def test_nothing_connected(snap_compare) -> None:
    """No current context: nothing is watched until somebody says what."""
    assert snap_compare(make_rig(start=()).app, terminal_size=NARROW, run_before=pressing())


def test_outcomes_and_marks(snap_compare) -> None:
    """Marked rows, one reconciling, and one that was refused."""
    assert snap_compare(make_rig().app, terminal_size=WIDE, run_before=pressing("R", "j", "space", "space"))


def test_read_only(snap_compare) -> None:
    """Keys that may not act are dimmed and say why."""
    assert snap_compare(make_rig(read_only=True).app, terminal_size=NARROW, run_before=pressing("M", "q"))


@pytest.mark.parametrize(("theme", "size"), [("night", WIDE), ("day", NARROW)], ids=["night-120x36", "day-80x24"])
def test_question_before_many(snap_compare, theme: str, size: tuple[int, int]) -> None:
    """One question that names what would be acted on, and says what will happen to each."""
    rig = make_rig(theme=theme, settings=Settings(protected=("us-*",)))

    async def before(pilot: Pilot[None]) -> None:
        await pressing("space", "space", "slash", *"tenants-batch", "enter", "space")(pilot)
        await pressing("T")(pilot)

    assert snap_compare(rig.app, terminal_size=size, run_before=before)


@pytest.mark.parametrize(("theme", "size"), [("night", WIDE), ("day", NARROW)], ids=["night-120x36", "day-80x24"])
def test_question_before_what_the_parent_will_undo(snap_compare, theme: str, size: tuple[int, int]) -> None:
    """A resumption that Git says otherwise of, with the way out."""

    async def before(pilot: Pilot[None]) -> None:
        await pressing("slash", *"tenants-batch", "enter")(pilot)  # what it applied is read before the question
        await pressing("T")(pilot)

    assert snap_compare(make_rig(theme=theme).app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])
def test_diff(snap_compare, size: tuple[int, int]) -> None:
    """What is pending for the selected Kustomization."""
    assert snap_compare(make_rig(pending=PENDING).app, terminal_size=size, run_before=pressing("D"))


def test_diff_of_nothing(snap_compare) -> None:
    """Nothing is pending, in words."""
    assert snap_compare(make_rig().app, terminal_size=NARROW, run_before=pressing("D"))


WAITING = ("slash", *"tenants-eu-jobs", "enter")


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])
def test_graph(snap_compare, theme: str, size: tuple[int, int]) -> None:
    """What the selected object waits for: the way to what broke stands out."""
    keys = (*WAITING, "v", "plus")
    assert snap_compare(make_rig(theme=theme).app, terminal_size=size, run_before=pressing(*keys))


@pytest.mark.parametrize("theme", ["contrast", "ansi"])
def test_graph_of_everything(snap_compare, theme: str) -> None:
    """A whole context."""
    assert snap_compare(make_rig(theme=theme).app, terminal_size=WIDE, run_before=pressing("v", "f"))


def test_graph_in_ascii_without_colour(snap_compare) -> None:
    """The way to what broke still stands out."""
    rig = make_rig(theme="ansi", ascii_only=True, no_color=True)
    assert snap_compare(rig.app, terminal_size=NARROW, run_before=pressing(*WAITING, "v", "f"))


def test_graph_of_a_cycle(snap_compare) -> None:
    """Two that wait on each other, a dependency that is missing, and healthy ones that are folded."""
    rig = make_rig(("eu",), make_cluster=FakeCluster)

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        waiting = [ks("a", after=["b", "gone"], conditions=WAITS), ks("b", after=["a"], conditions=WAITS)]
        healthy = [ks(f"k{number}") for number in range(14)]
        rig.clusters["eu"].listed(*(read(one, "eu") for one in (git(), *waiting, *healthy)))
        rig.clusters["eu"].live()
        await settled(pilot)
        await pressing("G", "v", "f")(pilot)

    assert snap_compare(rig.app, terminal_size=WIDE, run_before=before)


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])
def test_fleet(snap_compare, theme: str, size: tuple[int, int]) -> None:
    """The same objects in all contexts, those that differ first."""
    assert snap_compare(make_rig(theme=theme).app, terminal_size=size, run_before=pressing("F"))


@pytest.mark.parametrize("theme", ["contrast", "ansi"])
def test_fleet_that_differs(snap_compare, theme: str) -> None:
    """Only what differs or is broken, in the other themes."""
    assert snap_compare(make_rig(theme=theme).app, terminal_size=NARROW, run_before=pressing("F", "ctrl+z", "l", "j"))


def test_help(snap_compare) -> None:
    """All keys."""
    assert snap_compare(make_rig().app, terminal_size=(100, 70), run_before=pressing("question_mark"))


def test_manifest(snap_compare) -> None:
    """An object as YAML."""
    assert snap_compare(make_rig().app, terminal_size=WIDE, run_before=pressing("y"))


def test_messages(snap_compare) -> None:
    """All that was said."""
    assert snap_compare(make_rig().app, terminal_size=WIDE, run_before=pressing("M"))


@pytest.mark.parametrize(("theme", "size"), [("night", WIDE), ("day", NARROW)], ids=["night-120x36", "day-80x24"])
def test_journal(snap_compare, theme: str, size: tuple[int, int]) -> None:
    """What was asked in three runs of two people, and what became of it."""
    rig = make_rig(theme=theme, journal=written(MemoryJournal(), NOW))
    assert snap_compare(rig.app, terminal_size=size, run_before=pressing("colon", *"journal", "enter", "j", "j"))


def test_empty_journal(snap_compare) -> None:
    """Nothing was asked yet."""
    assert snap_compare(make_rig().app, terminal_size=NARROW, run_before=pressing("colon", *"journal", "enter"))


def test_journal_entry(snap_compare) -> None:
    """All that is known of one action."""
    keys = ("colon", *"journal", "enter", "j", "j", "enter")
    assert snap_compare(
        make_rig(journal=written(MemoryJournal(), NOW)).app, terminal_size=NARROW, run_before=pressing(*keys)
    )


def test_palette(snap_compare) -> None:
    """A command, half typed."""
    assert snap_compare(make_rig().app, terminal_size=WIDE, run_before=pressing("colon", *"mode"))


def test_tiny_terminal(snap_compare) -> None:
    """20×5: the selected row can still be read."""
    assert snap_compare(make_rig().app, terminal_size=(20, 5), run_before=pressing())


def _suspended(name: str, manager: str, days: float, operation: str = "Update", **note: str) -> Resource:
    """A suspended Kustomization of the context that is shown first."""
    keys = {"by": NOTE_BY, "reason": NOTE_REASON, "until": NOTE_UNTIL}
    annotations = {keys[key]: value for key, value in note.items()}
    managed = suspended_by(manager, days * 24 * 60, operation)
    return read(ks(name, suspend=True, annotations=annotations, managed=managed, applied=OLD_MAIN), "eu-west")


@pytest.mark.parametrize(("theme", "size"), [("night", WIDE), ("day", NARROW)], ids=["night-120x36", "day-80x24"])
def test_suspended(snap_compare, theme: str, size: tuple[int, int]) -> None:
    """All that is suspended: overdue, by hand, in Git, with what it misses and who waits for it."""
    rig = make_rig(theme=theme)

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        rig.clusters["eu-west"].changed(
            _suspended(
                "loadtest", "gitops-tui", 9, by="anna@laptop", reason="INC-42 flaky registry", until="2026-11-18"
            ),
            _suspended("payments", "gitops-tui", 2, by="bert@bastion", reason="freeze for audit", until="2026-12-01"),
            read(ks("payments-jobs", after=["payments"], conditions=WAITS), "eu-west"),
        )
        await pilot.press("S")
        await settled(pilot)

    assert snap_compare(rig.app, terminal_size=size, run_before=before)
