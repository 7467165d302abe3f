"""What a session writes into its journal, and what it finds out for the runs before it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.fakes.clock import NOON
from tests.fakes.cluster import FakeCluster, settle
from tests.fakes.live import Live, live
from tests.fakes.objects import FAILING, Body, ks, read, ref
from tui.bookkeeping import MemoryJournal
from tui.journal import FileJournal
from tui.model.changes import ContextStatus, ObjectSkipped, Phase, Severity
from tui.model.decode import Skipped
from tui.model.intent import Step, Verb, ask
from tui.model.journal import Entry, Pages, entry_of, fold
from tui.model.refs import ObjectRef
from tui.ports import WriteReply

A = ref("Kustomization", "a")
TOKEN = NOON.isoformat()
DONE = ks("a", requested=TOKEN, handled=TOKEN)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def _steps(path: Path) -> list[str]:
    return [f"{entry.verb} {entry.name} {entry.step}" for entry in FileJournal(path).read().entries]


async def test_every_step_is_written(path: Path) -> None:
    async with live(ks("a"), journal=FileJournal(path)) as running:
        running.session.ask(Verb.RECONCILE, [read(ks("a"))])
        await settle()
        assert _steps(path) == ["reconcile a queued", "reconcile a asked"]
        running.clock.advance(4)
        await running.change(DONE)
        assert _steps(path)[2:] == ["reconcile a ready"]
    (action,) = fold(FileJournal(path).read().entries)
    assert (action.last.uid, action.last.token) == (read(DONE).metadata.uid, TOKEN)
    assert action.last.took is not None
    assert action.last.took.total_seconds() == 4


class Looking(FakeCluster):
    """Notes what the journal has when a write comes."""

    def __init__(self, look: Callable[[], Any]) -> None:
        super().__init__("eu")
        self.look = look
        self.seen: list[Any] = []

    async def patch(self, ref: ObjectRef, body: dict[str, Any], uid: str = "") -> WriteReply:
        """Look, then answer."""
        self.seen.append(self.look())
        return await super().patch(ref, body, uid)


async def test_that_it_is_asked_is_on_disk_before_anything_is_sent(path: Path) -> None:
    async with live(ks("a"), journal=FileJournal(path)) as running:
        cluster = Looking(lambda: json.loads(path.read_bytes().splitlines()[-1])["step"])
        running.session._clusters["eu"] = cluster
        running.session.ask(Verb.SUSPEND, [read(ks("a"))])
        await settle()
        assert cluster.seen == ["asked"]


@pytest.mark.parametrize("verb", [Verb.FORCE, Verb.RECONCILE], ids=["objection", "read-only"])
async def test_a_refusal_is_written_too(path: Path, verb: Verb) -> None:
    async with live(ks("a"), journal=FileJournal(path), read_only=verb is Verb.RECONCILE) as running:
        running.session.ask(verb, [read(ks("a"))])
        await settle()
    assert _steps(path) == [f"{verb} a refused"]


async def _leave_open(path: Path, *objects: Body, verb: Verb = Verb.RECONCILE) -> None:
    """A run that asks something of each object and ends before it knows more."""
    async with live(*objects, journal=FileJournal(path)) as running:
        running.session.ask(verb, [read(one) for one in objects])
        await settle()


async def _come_back(running: Live, *objects: Body, minutes: float = 12) -> list[str]:
    """What a later run tells once its context is live."""
    running.clock.advance(60 * minutes)
    await running.session.books.look_back()
    assert running.notices() == []
    running.show(*objects)
    assert running.notices() == []
    running.cluster().live()
    return [notice.text for notice in running.notices()]


WORDS = "your reconcile of ks flux-system/a, 12m ago, was not followed to its end: "


@pytest.mark.parametrize(
    ("objects", "told", "step", "severity"),
    [
        pytest.param([DONE], "it came to ready", Step.READY, Severity.WARNING, id="ready"),
        pytest.param(
            [ks("a", requested=TOKEN, handled=TOKEN, conditions=FAILING)], "it failed: HealthCheckFailed: timeout",
            Step.FAILED, Severity.ERROR, id="failing",
        ),
        pytest.param([], "it failed: it was deleted meanwhile", Step.FAILED, Severity.ERROR, id="deleted"),
        pytest.param([ks("a")], "it is not on the object: it was not", Step.REFUSED, Severity.WARNING, id="lost"),
        pytest.param(
            [ks("a", requested=TOKEN)], "what became of it is not known: no controller took the request up",
            Step.TIMED_OUT, Severity.WARNING, id="unknown",
        ),
    ],
)  # fmt: skip
async def test_the_next_run_tells_once_how_it_ended(
    path: Path, objects: list[Body], told: str, step: Step, severity: Severity
) -> None:
    await _leave_open(path, ks("a"))
    async with live(journal=FileJournal(path)) as running:
        (text,) = await _come_back(running, *objects)
        assert text.startswith(WORDS + told)
        (notice,) = running.picture.unread
        assert (notice.severity, notice.context, notice.ref) == (severity, "eu", A)
        assert A not in running.picture.outcomes
    (action,) = fold(FileJournal(path).read().entries)
    assert (action.last.step, action.last.looked_up, action.is_open) == (step, True, False)
    async with live(journal=FileJournal(path)) as running:
        assert await _come_back(running, *objects) == []


async def test_what_was_not_sent_is_told(path: Path) -> None:
    journal = FileJournal(path)
    outcome = ask(Verb.RECONCILE, read(ks("a")), NOON, Step.QUEUED)
    journal.write(entry_of(outcome, journal.author, journal.run, NOON))
    journal.close()
    async with live(journal=FileJournal(path)) as running:
        assert await _come_back(running, ks("a")) == [WORDS + "it was not sent: the program ended before its turn"]


async def test_what_was_not_sent_was_not_sent_whatever_may_be_seen(path: Path) -> None:
    journal = FileJournal(path)
    outcome = ask(Verb.RECONCILE, read(ks("a")), NOON, Step.QUEUED)
    journal.write(entry_of(outcome, journal.author, journal.run, NOON))
    journal.close()
    async with live(journal=FileJournal(path)) as running:
        await running.session.books.look_back()
        running.cluster().emit(ContextStatus("eu", Phase.LIVE, forbidden=("Kustomization",)))
        assert running.notices()[-1].text.endswith("it was not sent: the program ended before its turn")


async def test_while_a_controller_may_be_at_work_it_is_waited_for(path: Path) -> None:
    await _leave_open(path, ks("a"))
    async with live(journal=FileJournal(path)) as running:
        assert await _come_back(running, ks("a", requested=TOKEN), minutes=2) == []
        running.session.tick()
        await running.change(ks("b"))
        assert running.notices() == []
        await running.change(DONE)
        assert [notice.text for notice in running.notices()] == [WORDS.replace("12m", "2m") + "it came to ready"]


async def test_nobody_waits_for_ever(path: Path) -> None:
    await _leave_open(path, ks("a"))
    async with live(journal=FileJournal(path)) as running:
        assert await _come_back(running, ks("a", requested=TOKEN), minutes=2) == []
        running.clock.advance(600)
        running.session.tick()
        (notice,) = running.notices()
        assert "what became of it is not known: no controller took the request up" in notice.text


async def test_a_context_that_is_not_connected_is_asked_when_it_is(path: Path) -> None:
    await _leave_open(path, ks("a"))
    async with live(contexts=("us", "eu"), journal=FileJournal(path)) as running:
        running.session.disconnect("eu")
        await running.session.books.look_back()
        running.cluster("us").live()
        running.session.tick()
        assert running.notices() == []
        await running.connect("eu")
        running.cluster("eu").emit(ContextStatus("eu", Phase.STALE))
        assert running.notices() == []
        running.show(DONE)
        running.cluster("eu").live()
        assert [notice.ref for notice in running.notices()] == [A]


@pytest.mark.parametrize("why", ["forbidden", "unreadable"])
async def test_what_can_not_be_seen_is_not_called_deleted(path: Path, why: str) -> None:
    await _leave_open(path, ks("a"))
    async with live(journal=FileJournal(path)) as running:
        await running.session.books.look_back()
        if why == "forbidden":
            running.cluster().emit(ContextStatus("eu", Phase.LIVE, forbidden=("Kustomization",)))
        else:
            running.cluster().emit(ObjectSkipped(Skipped("eu", "Kustomization", A.path, "it has no spec")))
            running.cluster().live()
        told = running.notices()[-1].text
        known = "you may not list such objects" if why == "forbidden" else "its present state can't be read"
        assert told.endswith(f"what became of it is not known: {known}")


class OfALivingRun(FileJournal):
    """As if every other run still lived."""

    def take_over(self, run: int) -> bool:
        """Nobody has ended."""
        return False


async def test_what_another_run_still_follows_is_its_own_to_tell(path: Path) -> None:
    await _leave_open(path, ks("a"))
    async with live(journal=OfALivingRun(path)) as running:
        assert await _come_back(running, DONE) == []
    assert [action.is_open for action in fold(FileJournal(path).read().entries)] == [True]


class TakenOverBefore(FileJournal):
    """Another run takes the ended one over first, finds out, and ends, just before we ask."""

    def take_over(self, run: int) -> bool:
        """Let it write what it found."""
        entry = fold(self.read().entries)[-1].last
        self.write(msgspec.structs.replace(entry, step=Step.READY, settled=NOON, looked_up=True))
        return super().take_over(run)


async def test_what_another_run_has_found_out_meanwhile_is_not_told_again(path: Path) -> None:
    await _leave_open(path, ks("a"))
    async with live(journal=TakenOverBefore(path)) as running:
        assert await _come_back(running, DONE) == []


async def test_lines_that_can_not_be_read_are_told_in_one_notice(path: Path) -> None:
    path.write_bytes(b"nonsense\n" * 3)
    async with live(journal=FileJournal(path)) as running:
        await running.session.books.look_back()
        (notice,) = running.notices()
        assert f"{path}:1: it is no entry" in notice.text
        assert "and 2 more lines like it" in notice.text


class Full(MemoryJournal):
    """Has no room, for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.has_room = False

    def write(self, entry: Entry) -> str:
        """Keep it where there is room."""
        return super().write(entry) if self.has_room else "The journal can't be written: no room"


async def test_a_journal_that_can_not_be_written_is_told_once_and_stops_nothing() -> None:
    journal = Full()
    objects = [ks(name) for name in "abc"]
    async with live(*objects, journal=journal) as running:
        running.session.ask(Verb.SUSPEND, [read(one) for one in objects])
        await settle()
        assert len(running.asked()) == 3
        assert [notice.text for notice in running.notices()] == ["The journal can't be written: no room"]
        journal.has_room = True
        running.session.ask(Verb.RECONCILE, [read(ks("a"))])
        await settle()
        assert journal.read() != Pages()
        journal.has_room = False
        running.session.ask(Verb.RECONCILE, [read(ks("b"))])
        await settle()
        assert len(running.notices()) == 2


async def test_without_a_journal_a_session_remembers_while_it_runs() -> None:
    async with live(ks("a")) as running:
        running.session.ask(Verb.RECONCILE, [read(ks("a"))])
        await settle()
        await running.session.books.look_back()
        assert [entry.step for entry in running.session.books.journal.read().entries] == [Step.QUEUED, Step.ASKED]
        assert running.notices() == []
