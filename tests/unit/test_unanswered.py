"""A request that nothing takes up says so, and which controller to look at."""

import pytest

from tests.fakes.clock import NOON
from tests.fakes.cluster import settle
from tests.fakes.live import Live, live
from tests.fakes.objects import FAILING, PROGRESSING, Body, git, ks, read, ref
from tui.model.intent import Step, Verb
from tui.ports import ControllerState

TOKEN = NOON.isoformat()
A, B = ref("Kustomization", "a"), ref("Kustomization", "b")
DOWN = ControllerState("kustomize-controller is scaled to 0 in flux-system: scale it up")
UP = ControllerState("kustomize-controller-x runs", runs=True)
TOLD = f"nothing takes it up: {DOWN.text}"


async def _ask(running: Live, *objects: Body, verb: Verb = Verb.RECONCILE) -> None:
    """Ask, and let the watch show the requests."""
    running.session.ask(verb, [read(one) for one in objects])
    await settle()
    for one in objects:
        metadata = {**one["metadata"], "annotations": {"reconcile.fluxcd.io/requestedAt": TOKEN}}
        version = str(int(metadata["resourceVersion"]) + 100_000)
        await running.change({**one, "metadata": {**metadata, "resourceVersion": version}})


async def _pass(running: Live, seconds: float) -> None:
    """Let time pass as the screen does, second by second."""
    for _ in range(int(seconds)):
        running.clock.advance(1)
        running.session.tick()
        await settle(5)


async def test_it_says_so_after_a_while_and_which_controller() -> None:
    async with live(ks("a")) as running:
        running.cluster().controllers["kustomize-controller"] = DOWN
        await _ask(running, ks("a"))
        await _pass(running, 19)
        assert (running.outcome(A).message, running.cluster().looks) == ("", [])
        await _pass(running, 1)
        assert (running.step(A), running.outcome(A).message) == (Step.ASKED, TOLD)
        assert running.cluster().looks == ["kustomize-controller"]


async def test_it_is_looked_at_seldom_and_once_for_all() -> None:
    async with live(ks("a"), ks("b"), git()) as running:
        running.cluster().controllers["kustomize-controller"] = DOWN
        await _ask(running, ks("a"), ks("b"))
        await _ask(running, git())
        await _pass(running, 59)
        looks = running.cluster().looks
        assert sorted(looks) == ["kustomize-controller"] * 2 + ["source-controller"] * 2
        assert running.outcome(B).message == TOLD


async def test_what_was_found_is_forgotten_when_it_is_taken_up() -> None:
    async with live(ks("a")) as running:
        running.cluster().controllers["kustomize-controller"] = DOWN
        await _ask(running, ks("a"))
        await _pass(running, 20)
        await running.change(ks("a", requested=TOKEN, handled=TOKEN))
        assert running.step(A) is Step.READY
        looks = list(running.cluster().looks)
        await _pass(running, 60)
        assert running.cluster().looks == looks


@pytest.mark.parametrize(
    ("conditions", "state", "message"),
    [
        pytest.param(PROGRESSING, UP, "", id="an-earlier-run-is-under-way"),
        pytest.param(PROGRESSING, DOWN, TOLD, id="ended-in-the-middle-of-a-run"),
        pytest.param(FAILING, UP, f"nothing takes it up: {UP.text}", id="it-only-fails-and-waits"),
    ],
)
async def test_an_earlier_run_comes_first(conditions: tuple[Body, ...], state: ControllerState, message: str) -> None:
    async with live(ks("a", conditions=conditions)) as running:
        running.cluster().controllers["kustomize-controller"] = state
        await _ask(running, ks("a", conditions=conditions))
        await _pass(running, 20)
        assert running.outcome(A).message == message


async def test_a_controller_that_is_back_is_told_anew() -> None:
    async with live(ks("a")) as running:
        running.cluster().controllers["kustomize-controller"] = DOWN
        await _ask(running, ks("a"))
        await _pass(running, 20)
        running.cluster().controllers["kustomize-controller"] = UP
        await running.change(ks("a", requested=TOKEN, conditions=PROGRESSING))
        await _pass(running, 20)
        assert (running.step(A), running.outcome(A).message) == (Step.ASKED, "")


async def test_in_the_end_it_times_out_with_what_was_found() -> None:
    async with live(ks("a")) as running:
        running.cluster().controllers["kustomize-controller"] = DOWN
        await _ask(running, ks("a"))
        await _pass(running, 20)
        running.clock.advance(300)
        running.session.tick()
        assert (running.step(A), running.outcome(A).message) == (Step.TIMED_OUT, TOLD)


async def test_another_s_request_that_is_overlooked_too() -> None:
    async with live(ks("a")) as running:
        running.cluster().controllers["kustomize-controller"] = DOWN
        await _ask(running, ks("a"))
        await running.change(ks("a", requested="theirs", version="999999999"))
        await _pass(running, 20)
        assert running.outcome(A).message == f"superseded by a request of another; {TOLD}"


@pytest.mark.parametrize("verb", [Verb.SUSPEND, Verb.RECONCILE], ids=["needs-no-controller", "not-seen-by-the-watch"])
async def test_what_is_no_controller_s_fault_is_not_put_to_one(verb: Verb) -> None:
    async with live(ks("a")) as running:
        running.session.ask(verb, [read(ks("a"))])
        await settle()
        await _pass(running, 60)
        assert (running.cluster().looks, running.outcome(A).message) == ([], "")


async def test_nobody_is_asked_of_a_context_that_was_disconnected_meanwhile() -> None:
    async with live(ks("a")) as running:
        cluster = running.cluster()
        await _ask(running, ks("a"))
        running.clock.advance(20)
        running.session.tick()
        running.session.disconnect("eu")
        await settle()
        assert running.step(A) is Step.TIMED_OUT
        assert running.outcome(A).message == "eu was disconnected before it was done: how it ended is not known"
        assert len(cluster.looks) <= 1
