"""A write whose reply was lost: the object is read back, and nothing is ever sent again."""

import asyncio

import pytest

from tests.fakes.clock import NOON, in_virtual_time
from tests.fakes.cluster import FakeCluster, settle
from tests.fakes.live import Live, live
from tests.fakes.objects import FAILING, Body, body, ks, read, ref
from tui import readback
from tui.model.intent import Outcome, Step, Verb, ask
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.ports import ClusterError, WriteReply
from tui.readback import DEADLINE, PAUSE, read_back

TOKEN = NOON.isoformat()
A = ref("Kustomization", "a")
NOT_DONE = "it was not done: the reply was lost and the object does not have it; ask again"
UNCERTAIN = WriteReply(accepted=False, message="the connection was lost: it may have been done", uncertain=True)
GONE = ClusterError("Nothing listens at https://eu")


class Changing(FakeCluster):
    """Its object becomes what it is to be with the given read."""

    def __init__(self, *versions: Body | ClusterError | None) -> None:
        super().__init__()
        self.versions = list(versions)
        self.at: list[float] = []

    async def read(self, ref: ObjectRef) -> Resource | None:
        """The next version; the last one stays."""
        self.at.append(asyncio.get_running_loop().time())
        now = self.versions.pop(0) if len(self.versions) > 1 else self.versions[0]
        if isinstance(now, ClusterError):
            raise now
        return read(now) if now is not None else None


def _ask(verb: Verb = Verb.RECONCILE, before: Body | None = None) -> Outcome:
    return ask(verb, read(before or ks("a", requested="old", handled="old")), NOON)


DONE = ks("a", requested=TOKEN, version="77")
BEFORE = ks("a", requested="old", handled="old")


@pytest.mark.parametrize(
    ("versions", "reads", "reply"),
    [
        pytest.param([DONE], 1, WriteReply(accepted=True, version="77"), id="done"),
        pytest.param([BEFORE], 2, WriteReply(accepted=False, message=NOT_DONE), id="not-done"),
        pytest.param([BEFORE, DONE], 2, WriteReply(accepted=True, version="77"), id="done-a-little-later"),
        pytest.param([GONE, GONE, DONE], 3, WriteReply(accepted=True, version="77"), id="done-and-the-server-was-away"),
        pytest.param([GONE, BEFORE, GONE, BEFORE], 4, WriteReply(accepted=False, message=NOT_DONE), id="off-and-on"),
        pytest.param([None], 1, WriteReply(accepted=True), id="gone"),
        pytest.param([ks("a", uid="x", version="78")], 1, WriteReply(accepted=True, version="78"), id="made-anew"),
    ],
)
def test_what_is_read_back_is_the_reply(
    versions: list[Body | ClusterError | None], reads: int, reply: WriteReply
) -> None:
    cluster = Changing(*versions)
    assert in_virtual_time(read_back(cluster, _ask(), lambda: True)) == reply
    assert len(cluster.at) == reads
    assert cluster.at == [cluster.at[0] + PAUSE * number for number in range(reads)]
    assert cluster.patches == []


def test_what_can_not_be_read_is_left_to_the_watch_after_a_while() -> None:
    cluster = Changing(GONE)
    reply = in_virtual_time(read_back(cluster, _ask(), lambda: True))
    assert reply == WriteReply(
        accepted=False,
        message="the reply was lost, and the object can't be read to see whether it was done:"
        " Nothing listens at https://eu",
        uncertain=True,
    )
    assert DEADLINE - PAUSE <= cluster.at[-1] - cluster.at[0] <= DEADLINE


def test_a_server_that_hangs_does_not_hold_it_up_for_ever() -> None:
    class Hanging(FakeCluster):
        async def read(self, ref: ObjectRef) -> None:
            await asyncio.sleep(1e6)

    reply = in_virtual_time(read_back(Hanging(), _ask(), lambda: True))
    assert (reply.uncertain, reply.message.endswith("no answer in time")) == (True, True)


def test_it_is_not_read_any_more_when_the_watch_has_told() -> None:
    cluster = Changing(GONE)
    in_virtual_time(read_back(cluster, _ask(), lambda: len(cluster.at) < 3))
    assert len(cluster.at) == 3


@pytest.fixture(autouse=True)
def _at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a real loop nothing waits between two looks."""
    if asyncio.iscoroutinefunction(request.function):
        monkeypatch.setattr(readback, "PAUSE", 0.0)


async def _lose_the_reply(running: Live, verb: Verb, one: Body, reply: WriteReply = UNCERTAIN) -> None:
    running.cluster().replies = [reply]
    running.session.ask(verb, [read(one)])
    await settle()


@pytest.mark.parametrize(
    ("verb", "before", "written", "step"),
    [
        pytest.param(Verb.RECONCILE, ks("a"), ks("a", requested=TOKEN), Step.ASKED, id="reconcile"),
        pytest.param(Verb.SUSPEND, ks("a"), ks("a", suspend=True), Step.ASKED, id="suspend"),
        pytest.param(Verb.RESUME, ks("a", suspend=True), ks("a", requested=TOKEN), Step.ASKED, id="resume"),
        pytest.param(Verb.RECONCILE, ks("a"), ks("a"), Step.REFUSED, id="reconcile-not-done"),
        pytest.param(Verb.SUSPEND, ks("a"), ks("a"), Step.REFUSED, id="suspend-not-done"),
        pytest.param(Verb.RESUME, ks("a", suspend=True), ks("a", suspend=True), Step.REFUSED, id="resume-not-done"),
    ],
)
async def test_exactly_one_write(verb: Verb, before: Body, written: Body, step: Step) -> None:
    async with live(before) as running:
        cluster = running.cluster()
        cluster.objects[A] = read(written)  # past the watch, which tells nothing
        await _lose_the_reply(running, verb, before)
        assert running.step(A) is step
        assert running.outcome(A).message == (NOT_DONE if step is Step.REFUSED else "")
        assert (len(cluster.patches), set(cluster.reads)) == (1, {A})


async def test_what_was_done_is_followed_to_its_end() -> None:
    async with live(ks("a")) as running:
        running.cluster().objects[A] = read(ks("a", requested=TOKEN))
        await _lose_the_reply(running, Verb.RECONCILE, ks("a"))
        await running.change(ks("a", requested=TOKEN, handled=TOKEN, conditions=FAILING))
        assert running.step(A) is Step.FAILED
        assert len(running.cluster().patches) == 1


async def test_another_s_request_that_came_after_a_lost_reply_is_followed() -> None:
    async with live(ks("a")) as running:
        running.cluster().objects[A] = read(ks("a", requested="theirs"))
        await _lose_the_reply(running, Verb.RECONCILE, ks("a"))
        await running.change(ks("a", requested="theirs", handled="theirs"))
        assert running.outcome(A).message == "superseded by a request of another; that one came to: ready"


async def test_while_it_can_not_be_read_the_row_says_so_and_the_watch_may_tell() -> None:
    async with live(ks("a")) as running:
        cluster = running.cluster()
        cluster.unreadable = [GONE] * 10_000
        await _lose_the_reply(running, Verb.RECONCILE, ks("a"))
        assert (running.step(A), running.outcome(A).message) == (Step.ASKED, UNCERTAIN.message)
        await running.change(ks("a", requested=TOKEN, handled=TOKEN))
        assert running.step(A) is Step.READY
        reads = len(cluster.reads)
        await settle()
        assert (len(cluster.reads), len(cluster.patches)) == (reads, 1)


async def test_what_could_never_be_read_is_followed_until_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readback, "DEADLINE", 0.0)
    async with live(ks("a")) as running:
        running.cluster().unreadable = [GONE] * 10_000
        await _lose_the_reply(running, Verb.RECONCILE, ks("a"))
        told = running.outcome(A).message
        assert told.startswith("the reply was lost, and the object can't be read")
        running.clock.advance(300)
        running.session.tick()
        assert (running.step(A), running.outcome(A).message) == (Step.TIMED_OUT, told)
        assert len(running.cluster().patches) == 1


async def test_asking_again_meanwhile_is_another_request() -> None:
    async with live(ks("a")) as running:
        cluster = running.cluster()
        cluster.unreadable = [GONE] * 20
        await _lose_the_reply(running, Verb.RECONCILE, ks("a"))
        later = running.clock.advance(2).isoformat()
        running.session.ask(Verb.RECONCILE, [read(ks("a"))])
        await settle(100)
        assert cluster.tokens() == [TOKEN, later]
        assert (running.step(A), running.outcome(A).token) == (Step.ASKED, later)


async def test_a_refusal_is_not_read_back() -> None:
    async with live(ks("a")) as running:
        await _lose_the_reply(running, Verb.RECONCILE, ks("a"), WriteReply(accepted=False, message="you may not"))
        assert (running.step(A), running.cluster().reads) == (Step.REFUSED, [])


async def test_what_is_read_back_holds_up_no_other_request() -> None:
    objects = [ks(f"k{number:02}") for number in range(10)]
    async with live(*objects, ks("a")) as running:
        cluster = running.cluster()
        cluster.unreadable = [GONE] * 100_000
        cluster.replies = [UNCERTAIN] * 10
        running.session.ask(Verb.RECONCILE, [read(one) for one in objects])
        await settle()
        running.session.ask(Verb.RECONCILE, [read(ks("a"))])
        await settle()
        assert running.asked()[-1] == "Kustomization/a"


async def test_closing_ends_the_reading() -> None:
    async with live(body("Alert", "a")) as running:
        running.cluster().unreadable = [GONE] * 100_000
        await _lose_the_reply(running, Verb.SUSPEND, body("Alert", "a"))
    names = [task.get_name() for task in asyncio.all_tasks()]
    assert not [name for name in names if name.startswith("reading back")]
