"""A session: contexts come and go, what they tell is taken in, and what breaks is told."""

from datetime import timedelta
from typing import cast

import pytest

from tests.fakes.clock import NOON, FakeClock
from tests.fakes.cluster import FakeCluster, settle
from tests.fakes.live import live
from tests.fakes.objects import FAILING, ks, read, ref
from tui.model.changes import ContextStatus, LogLine, Phase, Severity
from tui.model.intent import Note, Step, Verb
from tui.model.kinds import NOTE_BY, NOTE_REASON, RECONCILE_REQUEST
from tui.ports import Access, Git
from tui.session import Session
from tui.tasks import Tasks

A = ref("Kustomization", "a")


async def test_connecting_begins_to_watch() -> None:
    async with live(contexts=("eu", "us")) as running:
        assert [cluster.context for cluster in running.made] == ["eu", "us"]
        assert running.picture.statuses["eu"] == ContextStatus("eu", Phase.CONNECTING, NOON)
        assert all(cluster.connected for cluster in running.made)
        running.session.connect("eu")
        assert len(running.made) == 2


async def test_a_context_is_off_until_it_is_connected() -> None:
    session = Session(FakeClock(), {"eu": lambda: FakeCluster("eu")}, lambda: cast(Git, None))
    assert session.picture.statuses["eu"].phase is Phase.OFF
    assert session.cluster("eu") is None
    await session.close()


async def test_every_change_reaches_the_store_and_the_screen() -> None:
    async with live() as running:
        before = running.changes
        running.cluster().live()
        await running.change(ks("a", conditions=FAILING))
        assert running.picture.statuses["eu"].phase is Phase.LIVE
        assert running.picture.get(A) is not None
        assert running.changes == before + 2


async def test_disconnecting_forgets_everything_of_the_context_alone() -> None:
    async with live(ks("a"), contexts=("eu", "us")) as running:
        running.show(ks("a"), context="us")
        cluster = running.cluster("eu")
        running.session.disconnect("eu")
        assert running.picture.total("eu") == 0
        assert running.picture.statuses["eu"].phase is Phase.OFF
        await settle()
        assert cluster.closed
        assert (running.picture.total("us"), running.cluster("us").closed) == (1, False)
        assert running.session.cluster("eu") is None


async def test_what_a_context_tells_after_it_was_disconnected_is_not_taken_in() -> None:
    async with live(ks("a")) as running:
        cluster = running.cluster()
        running.session.disconnect("eu")
        cluster.changed(read(ks("ghost")))
        cluster.live()
        assert running.picture.total("eu") == 0
        assert running.picture.statuses["eu"].phase is Phase.OFF


async def test_a_context_can_be_connected_again_while_the_old_connection_still_ends() -> None:
    async with live(ks("a")) as running:
        old = running.cluster()
        running.session.disconnect("eu")
        running.session.connect("eu")
        await settle()
        assert running.made == [old, running.cluster()]
        assert (old.closed, running.cluster().closed) == (True, False)
        old.changed(read(ks("ghost")))
        await running.change(ks("b"))
        assert [one.name for one in running.picture.refs("eu")] == ["b"]


@pytest.mark.parametrize("context", ["eu", "nowhere"])
async def test_disconnecting_what_is_not_connected_does_nothing(context: str) -> None:
    async with live() as running:
        running.session.disconnect("eu")
        before = running.changes
        running.session.disconnect(context)
        running.session.retry(context)
        assert running.changes == before


async def test_retry_goes_to_the_context_s_connection() -> None:
    async with live(contexts=("eu", "us")) as running:
        running.session.retry("us")
        assert (running.cluster("eu").retries, running.cluster("us").retries) == (0, 1)


async def test_a_watch_that_breaks_is_told_and_the_context_is_not_called_live() -> None:
    broken = FakeCluster("eu")
    broken.breaks = ValueError("x\x1b[31m")
    session = Session(FakeClock(), {"eu": lambda: broken}, lambda: cast(Git, None))
    session.connect("eu")
    await settle()
    assert session.picture.statuses["eu"].phase is Phase.STALE
    texts = [(notice.severity, notice.text) for notice in session.picture.notices]
    assert (Severity.ERROR, "The watch of eu broke off: disconnect and connect it again with C") in texts
    fault = "watching eu broke: ValueError: x[31m. This is a fault of the program: please report it"
    assert (Severity.ERROR, fault) in texts
    await session.close()


async def test_access_is_asked_once_and_remembered_for_a_while() -> None:
    async with live(ks("a")) as running:
        cluster = running.cluster()
        assert running.session.access(A) is Access.UNKNOWN
        before = running.changes
        assert running.session.access(ref("Kustomization", "b")) is Access.UNKNOWN
        await settle()
        assert running.changes == before + 1
        assert running.session.access(A) is Access.ALLOWED
        assert cluster.reviews == [("Kustomization", "flux-system")]
        cluster.rights["Kustomization", "flux-system"] = Access.DENIED
        running.clock.advance(300)
        assert running.session.access(A) is Access.ALLOWED
        await settle()
        assert running.session.access(A) is Access.DENIED
        assert len(cluster.reviews) == 2


async def test_access_is_asked_by_kind_and_namespace() -> None:
    async with live() as running:
        for one in (A, ref("HelmRelease", "a"), ref("Kustomization", "a", "apps")):
            running.session.access(one)
        await settle()
        assert running.cluster().reviews == [
            ("Kustomization", "flux-system"),
            ("HelmRelease", "flux-system"),
            ("Kustomization", "apps"),
        ]


async def test_access_that_could_not_be_asked_is_asked_again_but_not_at_every_look() -> None:
    async with live() as running:
        cluster = running.cluster()
        cluster.rights["Kustomization", "flux-system"] = Access.UNKNOWN
        for _ in range(5):
            assert running.session.access(A) is Access.UNKNOWN
            await settle()
        assert len(cluster.reviews) == 1
        running.clock.advance(30)
        cluster.rights.clear()
        running.session.access(A)
        await settle()
        assert running.session.access(A) is Access.ALLOWED


async def test_access_is_forgotten_with_the_context() -> None:
    async with live() as running:
        running.session.access(A)
        await settle()
        running.session.disconnect("eu")
        assert running.session.access(A) is Access.UNKNOWN
        await running.connect("eu")
        assert running.session.access(A) is Access.UNKNOWN
        await settle()
        assert running.cluster().reviews == [("Kustomization", "flux-system")]


async def test_time_alone_can_end_a_request() -> None:
    async with live(ks("a")) as running:
        running.session.ask(Verb.RECONCILE, [read(ks("a"))])
        await settle()
        before = running.changes
        running.session.tick()
        assert running.step(A) is Step.ASKED
        running.clock.advance(301)
        running.session.tick()
        assert running.step(A) is Step.TIMED_OUT
        assert running.changes > before


async def test_a_tick_without_requests_changes_nothing() -> None:
    async with live(ks("a")) as running:
        before = running.changes
        running.clock.advance(3600)
        running.session.tick()
        assert running.changes == before


async def test_a_notice_carries_its_object_and_the_time() -> None:
    async with live() as running:
        running.clock.advance(60)
        running.session.notice(Severity.WARNING, "look here", A)
        notice = running.notices()[-1]
        assert (notice.at, notice.text, notice.context, notice.ref) == (
            NOON + timedelta(minutes=1),
            "look here",
            "eu",
            A,
        )


async def test_git_is_made_when_it_is_first_wanted() -> None:
    made: list[Git] = []

    def make() -> Git:
        made.append(cast(Git, object()))
        return made[-1]

    session = Session(FakeClock(), {}, make)
    assert made == []
    assert session.git is session.git is made[0]
    await session.close()


async def test_closing_ends_all_connections_even_those_that_are_ending() -> None:
    async with live(contexts=("eu", "us")) as running:
        running.session.disconnect("eu")
        running.session.logs.follow(ref("Kustomization", "a", context="us"))
        await running.session.close()
        assert [cluster.closed for cluster in running.made] == [True, True]
        assert running.notices() == []


async def test_the_selected_object_s_log_comes_from_its_context(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.logfollower._SETTLE", 0)
    async with live(contexts=("eu", "us")) as running:
        running.session.logs.follow(ref("Kustomization", "a", context="us"))
        running.cluster("us").say("kustomize-controller", LogLine(NOON, "info", "hello"))
        before = running.changes
        await settle()
        assert [line.message for line in running.session.logs.lines] == ["hello"]
        assert (running.cluster("eu").opened, running.changes) == ([], before + 1)


async def test_tasks_are_named_held_and_ended_together() -> None:
    failed: list[tuple[str, str]] = []
    tasks = Tasks(lambda name, error: failed.append((name, str(error))))

    async def breaks() -> None:
        raise LookupError("gone")

    endless = FakeCluster()
    tasks.start(breaks(), "looking")
    watching = tasks.start(endless.run(lambda change: None), "watching")
    await settle()
    assert failed == [("looking", "gone")]
    assert not watching.done()
    await tasks.close()
    assert watching.cancelled()
    assert len(failed) == 1


async def test_who_suspends_is_written_and_who_asks_for_anything_else_is_not() -> None:
    async with live(ks("a"), ks("b")) as running:
        running.session.person = "anna@laptop"
        running.session.ask(Verb.SUSPEND, [read(ks("a"))], note=Note(reason="INC-42"))
        running.session.ask(Verb.RECONCILE, [read(ks("b"))], note=Note(reason="lost"))
        await settle()
        patches = dict(running.cluster().patches)
        assert patches[A]["metadata"]["annotations"] == {NOTE_BY: "anna@laptop", NOTE_REASON: "INC-42"}
        assert list(patches[ref("Kustomization", "b")]["metadata"]["annotations"]) == [RECONCILE_REQUEST]
