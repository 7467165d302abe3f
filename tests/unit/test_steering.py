"""What a person asks: one write each, in order, to the very object that was meant, followed to its end."""

import pytest

from tests.fakes.clock import NOON
from tests.fakes.cluster import settle
from tests.fakes.live import Live, live
from tests.fakes.objects import (
    FAILING,
    Body,
    body,
    git,
    ks,
    read,
    ref,
    ref_of,
)
from tui.model.intent import Step, Verb
from tui.ports import WriteReply

TOKEN = NOON.isoformat()
REQUEST = {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": TOKEN}}}
DONE = {"requested": TOKEN, "handled": TOKEN}
A = ref("Kustomization", "a")
SOURCE = ref("GitRepository", "flux-system")


async def _ask(running: Live, verb: Verb, *objects: Body, with_source: bool = False) -> None:
    running.session.ask(verb, [read(one) for one in objects], with_source)
    await settle()


@pytest.mark.parametrize(
    ("verb", "before", "patch", "after"),
    [
        pytest.param(Verb.RECONCILE, ks("a"), REQUEST, ks("a", **DONE), id="reconcile"),
        pytest.param(Verb.SUSPEND, ks("a"), {"spec": {"suspend": True}}, ks("a", suspend=True), id="suspend"),
        pytest.param(
            Verb.RESUME, ks("a", suspend=True), REQUEST | {"spec": {"suspend": None}}, ks("a", **DONE), id="resume"
        ),
    ],
)
async def test_one_write_and_then_its_end(verb: Verb, before: Body, patch: Body, after: Body) -> None:
    async with live(before) as running:
        await _ask(running, verb, before)
        assert running.cluster().patches == [(A, patch)]
        assert running.step(A) is Step.ASKED
        running.clock.advance(4)
        await running.change(after)
        assert running.step(A) is Step.READY
        assert len(running.cluster().patches) == 1


async def test_a_request_that_was_made_before_is_not_taken_for_ours() -> None:
    before = ks("a", requested="yesterday", handled="yesterday")
    async with live(before) as running:
        await _ask(running, Verb.RECONCILE, before)
        assert running.step(A) is Step.ASKED
        assert running.cluster().tokens() == [TOKEN]


async def test_a_failure_is_told_at_once() -> None:
    async with live(ks("a")) as running:
        await _ask(running, Verb.RECONCILE, ks("a"))
        await running.change(ks("a", conditions=FAILING, **DONE))
        assert running.step(A) is Step.FAILED
        assert running.outcome(A).message.startswith("HealthCheckFailed: timeout")


async def test_asking_twice_writes_twice_and_follows_the_latter() -> None:
    async with live(ks("a")) as running:
        await _ask(running, Verb.RECONCILE, ks("a"))
        later = running.clock.advance(2).isoformat()
        await _ask(running, Verb.RECONCILE, ks("a"))
        assert running.cluster().tokens() == [TOKEN, later]
        await running.change(ks("a", requested=later, handled=TOKEN))
        assert running.step(A) is Step.ASKED
        await running.change(ks("a", requested=later, handled=later))
        assert running.step(A) is Step.READY


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize("with_source", [False, True], ids=["alone", "with-source"])
@pytest.mark.parametrize("suspended", [False, True], ids=["active", "suspended"])
async def test_read_only_sends_nothing(verb: Verb, with_source: bool, suspended: bool) -> None:
    objects = git(), ks("a", suspend=suspended), body("ResourceSet", "r")
    async with live(*objects, read_only=True) as running:
        await _ask(running, verb, *objects[1:], with_source=with_source)
        for one in objects:
            running.session.access(ref_of(one))
        await settle()
        assert (running.cluster().patches, running.cluster().reviews) == ([], [])
        assert (running.step(A), running.outcome(A).message) == (
            Step.REFUSED,
            "read-only: started so that nothing is written",
        )


@pytest.mark.parametrize(
    ("verb", "object_", "why"),
    [
        pytest.param(Verb.RECONCILE, ks("a", suspend=True), "it is suspended: resume it first", id="suspended"),
        pytest.param(Verb.RECONCILE, body("Alert", "a"), "no controller reconciles this Alert", id="static"),
        pytest.param(
            Verb.SUSPEND, body("ExternalArtifact", "a"), "ExternalArtifacts cannot be suspended", id="not-suspendable"
        ),
    ],
)
async def test_what_would_do_nothing_is_not_sent(verb: Verb, object_: Body, why: str) -> None:
    async with live(object_) as running:
        await _ask(running, verb, object_)
        assert running.cluster().patches == []
        assert (running.step(ref_of(object_)), running.outcome(ref_of(object_)).message) == (Step.REFUSED, why)


async def test_a_refusal_says_why() -> None:
    async with live(ks("a")) as running:
        running.cluster().replies = [WriteReply(accepted=False, message="you may not patch kustomizations")]
        await _ask(running, Verb.RECONCILE, ks("a"))
        assert (running.step(A), running.outcome(A).message) == (Step.REFUSED, "you may not patch kustomizations")
        assert running.picture.unread[-1].ref == A


async def test_the_refusal_of_an_earlier_request_does_not_end_a_later_one() -> None:
    alert = body("Alert", "a")
    one = ref_of(alert)
    async with live(alert) as running:
        running.cluster().replies = [WriteReply(accepted=False, message="conflict")]
        running.cluster().writable.clear()
        await _ask(running, Verb.SUSPEND, alert)
        running.clock.advance(1)
        await _ask(running, Verb.SUSPEND, alert)
        running.cluster().writable.set()
        await settle()
        assert running.step(one) is Step.ASKED
        await running.change(body("Alert", "a", suspend=True))
        assert running.step(one) is Step.READY


UNCERTAIN = WriteReply(accepted=False, message="the connection was lost: it may have been done", uncertain=True)


@pytest.mark.parametrize(
    ("after", "seconds", "step"),
    [
        pytest.param(ks("a", **DONE), 4, Step.READY, id="it-was-done"),
        pytest.param(ks("a", conditions=FAILING, **DONE), 4, Step.FAILED, id="it-was-done-and-fails"),
        pytest.param(ks("a"), 300, Step.TIMED_OUT, id="it-was-not-done"),
    ],
)
async def test_a_write_whose_reply_was_lost_is_not_repeated(after: Body, seconds: float, step: Step) -> None:
    async with live(ks("a")) as running:
        running.cluster().replies = [UNCERTAIN]
        await _ask(running, Verb.RECONCILE, ks("a"))
        assert (running.step(A), running.outcome(A).message) == (Step.ASKED, UNCERTAIN.message)
        running.clock.advance(seconds)
        await running.change(after)
        running.session.tick()
        assert running.step(A) is step
        assert len(running.cluster().patches) == 1


async def test_a_reply_that_comes_after_the_end_changes_nothing() -> None:
    async with live(ks("a")) as running:
        running.cluster().replies = [WriteReply(accepted=False, message="timeout")]
        running.cluster().writable.clear()
        await _ask(running, Verb.RECONCILE, ks("a"))
        await running.change(ks("a", **DONE))
        running.cluster().writable.set()
        await settle()
        assert running.step(A) is Step.READY


@pytest.mark.parametrize(
    ("now", "why"),
    [
        pytest.param([ks("a", uid="another")], "it was deleted meanwhile", id="another-took-its-place"),
        pytest.param([], "it was deleted meanwhile", id="gone"),
    ],
)
async def test_the_very_object_that_was_meant_or_none(now: list[Body], why: str) -> None:
    async with live(*now) as running:
        await _ask(running, Verb.SUSPEND, ks("a"))
        assert (running.step(A), running.outcome(A).message) == (Step.REFUSED, why)
        assert running.cluster().patches == []


async def test_a_context_that_is_not_connected_is_not_written_to() -> None:
    async with live(ks("a")) as running:
        cluster = running.cluster()
        running.session.disconnect("eu")
        await _ask(running, Verb.SUSPEND, ks("a"))
        assert (running.step(A), running.outcome(A).message) == (Step.REFUSED, "eu is not connected")
        assert cluster.patches == []


async def test_outcomes_hold_the_context_too() -> None:
    async with live(ks("a"), contexts=("eu", "us")) as running:
        running.show(ks("a"), context="us")
        await _ask(running, Verb.RECONCILE, ks("a"))
        assert list(running.picture.outcomes) == [A]
        assert (running.asked("eu"), running.asked("us")) == (["Kustomization/a"], [])
