"""Asking many at once: in the order in which they need each other, few at a time, and stopped by a key."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.cluster import FakeCluster, settle
from tests.fakes.live import Live, live
from tests.fakes.objects import FAILING, READY, Body, body, git, ks, read, ref, ref_of
from tests.fakes.properties import quick
from tui.model.changes import Severity
from tui.model.intent import Outcome, Step, Verb
from tui.model.kinds import RECONCILE_REQUEST
from tui.model.refs import ObjectRef
from tui.ports import WriteReply

A, B, C, D = (ref("Kustomization", name) for name in "abcd")
CHAIN = (ks("a"), ks("b", after=["a"]), ks("c", after=["b"]), ks("d"))


def _bodies(suspend: bool = False) -> list[Body]:
    return [ks(name, after=after, suspend=suspend) for name, after in (("a", ""), ("b", "a"), ("c", "b"), ("d", ""))]


async def _ask(running: Live, verb: Verb, *objects: Body, with_source: bool = False) -> None:
    running.session.ask(verb, [read(one) for one in objects], with_source)
    await settle()


async def _end(running: Live, *refs: ObjectRef, conditions: Iterable[Body] = READY) -> None:
    """Let controllers handle the requests of some objects."""
    for one in refs:
        resource = running.picture.get(one)
        assert resource is not None
        token, uid = running.outcome(one).token, resource.metadata.uid
        more: Any = {"conditions": conditions, "uid": uid, "requested": token, "handled": token}
        if one.kind == "Kustomization":
            done = ks(one.name, after=[dependency.name for dependency in resource.spec.depends_on], **more)
        else:
            done = git(one.name, **more)
        await running.change(done, context=one.context)


def _included(name: str) -> Body:
    """The spec of a GitRepository that includes another one."""
    return {"include": [{"repository": {"name": name}}]}


def _steps(running: Live, *refs: ObjectRef) -> list[Step]:
    return [running.step(one) for one in refs]


def _told(running: Live, *refs: ObjectRef) -> list[str]:
    return [running.outcome(one).message for one in refs]


@pytest.mark.parametrize("verb", [Verb.RECONCILE, Verb.RESUME])
async def test_each_waits_until_what_it_depends_on_is_ready(verb: Verb) -> None:
    objects = _bodies(suspend=verb is Verb.RESUME)
    async with live(*objects) as running:
        await _ask(running, verb, *reversed(objects))
        assert sorted(running.asked()) == ["Kustomization/a", "Kustomization/d"]
        assert _told(running, B, C) == ["waits for ks a", "waits for ks b"]
        assert _steps(running, A, B, C, D) == [Step.ASKED, Step.QUEUED, Step.QUEUED, Step.ASKED]
        await _end(running, A)
        assert running.asked()[2:] == ["Kustomization/b"]
        await _end(running, B)
        assert running.asked()[3:] == ["Kustomization/c"]
        await _end(running, C, D)
        assert _steps(running, A, B, C, D) == [Step.READY] * 4
        assert len(running.asked()) == 4


async def test_a_failure_skips_what_depends_on_it_and_nothing_else() -> None:
    async with live(*CHAIN) as running:
        await _ask(running, Verb.RECONCILE, *CHAIN)
        await _end(running, A, conditions=FAILING)
        await _end(running, D)
        assert _steps(running, A, B, C, D) == [Step.FAILED, Step.SKIPPED, Step.SKIPPED, Step.READY]
        assert _told(running, B, C) == ["a, which it depends on, failed", "b, which it depends on, was skipped"]
        assert sorted(running.asked()) == ["Kustomization/a", "Kustomization/d"]
        assert [notice.ref for notice in running.picture.unread] == [A], "only what broke is a complaint"
        said = [notice for notice in running.notices() if notice.ref == B]
        assert [(notice.severity, notice.text) for notice in said] == [
            (Severity.INFO, "reconcile Kustomization flux-system/b: skipped, a, which it depends on, failed")
        ]


async def test_what_lies_between_need_not_be_asked() -> None:
    async with live(*CHAIN) as running:
        await _ask(running, Verb.RECONCILE, CHAIN[2], CHAIN[0])
        assert (running.asked(), _told(running, C)) == (["Kustomization/a"], ["waits for ks a"])
        await _end(running, A)
        assert running.asked() == ["Kustomization/a", "Kustomization/c"]


async def test_a_cycle_does_not_hang() -> None:
    objects = ks("a", after=["b"]), ks("b", after=["a"]), ks("c", after=["a"])
    async with live(*objects) as running:
        await _ask(running, Verb.RECONCILE, *objects)
        assert sorted(running.asked()) == ["Kustomization/a", "Kustomization/b"]
        assert _told(running, C)[0].endswith("and 1 more")
        await _end(running, A, B)
        assert running.step(C) is Step.ASKED


async def test_a_source_that_is_asked_too_comes_first() -> None:
    async with live(git(), ks("a")) as running:
        await _ask(running, Verb.RECONCILE, ks("a"), git())
        assert running.asked() == ["GitRepository/flux-system"]
        await _end(running, ref("GitRepository", "flux-system"))
        assert running.asked() == ["GitRepository/flux-system", "Kustomization/a"]


async def test_what_is_refused_beforehand_holds_nobody_up() -> None:
    objects = ks("a", suspend=True), ks("b", after=["a"])
    async with live(*objects) as running:
        await _ask(running, Verb.RECONCILE, *objects)
        assert (_steps(running, A, B), running.asked()) == ([Step.REFUSED, Step.ASKED], ["Kustomization/b"])


async def test_suspending_needs_no_order() -> None:
    async with live(*CHAIN) as running:
        await _ask(running, Verb.SUSPEND, *CHAIN, with_source=True)
        assert running.asked() == [f"Kustomization/{name}" for name in "abcd"]


async def test_few_are_under_way_at_the_same_time_each_to_its_end() -> None:
    objects = [ks(f"k{number:02}") for number in range(20)]
    refs = [ref_of(one) for one in objects]
    async with live(*objects) as running:
        await _ask(running, Verb.RECONCILE, *objects)
        steps = _steps(running, *refs)
        assert (steps.count(Step.ASKED), steps.count(Step.QUEUED)) == (8, 12)
        assert (running.session.steering.queued, _told(running, refs[-1])) == (12, [""])
        await _end(running, *refs[:3])
        assert len(running.asked()) == 11
        await _end(running, *refs[3:])
        assert _steps(running, *refs) == [Step.READY] * 20
        assert len(running.asked()) == 20
        assert running.session.steering.queued == 0


async def test_at_once_is_a_setting_and_counts_for_each_bulk() -> None:
    async with live(*CHAIN, at_once=1) as running:
        await _ask(running, Verb.RECONCILE, CHAIN[0], CHAIN[1])
        await _ask(running, Verb.SUSPEND, CHAIN[3])
        assert running.asked() == ["Kustomization/a", "Kustomization/d"]


async def test_stopping_leaves_what_was_sent_to_its_end() -> None:
    async with live(*CHAIN) as running:
        assert running.session.stop_asking() == 0
        await _ask(running, Verb.RECONCILE, *CHAIN)
        assert running.session.stop_asking() == 2
        assert running.session.stop_asking() == 0
        assert _steps(running, A, B, C, D) == [Step.ASKED, Step.STOPPED, Step.STOPPED, Step.ASKED]
        assert _told(running, B, C) == ["stopped", "stopped"]
        await _end(running, A, D)
        assert _steps(running, A, B, C, D) == [Step.READY, Step.STOPPED, Step.STOPPED, Step.READY]
        assert len(running.asked()) == 2
        assert running.picture.unread == []


async def test_stopping_stops_sources_that_nobody_asked_by_themselves() -> None:
    made_of = git("b", spec=_included("c")), git("c")
    async with live(*made_of, ks("a", source="b")) as running:
        await _ask(running, Verb.RECONCILE, ks("a", source="b"), with_source=True)
        assert running.session.stop_asking() == 1
        await _end(running, ref("GitRepository", "c"))
        assert running.asked() == ["GitRepository/c"]
        assert ref("GitRepository", "b") not in running.picture.outcomes


async def test_disconnecting_settles_what_is_queued_there_and_nothing_elsewhere() -> None:
    async with live(*CHAIN, contexts=("eu", "us")) as running:
        running.show(*CHAIN, context="us")
        running.session.ask(Verb.RECONCILE, [read(one, context) for context in ("eu", "us") for one in CHAIN])
        await settle()
        running.session.disconnect("eu")
        await settle()
        assert _steps(running, A, B, C, D) == [Step.TIMED_OUT, Step.STOPPED, Step.STOPPED, Step.TIMED_OUT]
        assert _told(running, B) == ["eu was disconnected"]
        await _end(running, A._replace(context="us"))
        assert running.asked("us") == ["Kustomization/a", "Kustomization/d", "Kustomization/b"]


async def test_nobody_waits_for_what_nobody_answers() -> None:
    async with live(*CHAIN) as running:
        await _ask(running, Verb.RECONCILE, *CHAIN)
        running.clock.advance(301)
        running.session.tick()
        assert _steps(running, A, B, C) == [Step.TIMED_OUT, Step.SKIPPED, Step.SKIPPED]
        assert _told(running, B) == ["a, which it depends on, timed out"]


@pytest.mark.parametrize(
    ("reply", "now", "told"),
    [
        pytest.param(WriteReply(accepted=False, message="forbidden"), None, "was refused", id="forbidden"),
        pytest.param(None, "another", "failed", id="made-anew"),
        pytest.param(None, "", "failed", id="deleted"),
    ],
)
async def test_what_ends_before_it_is_ready_holds_back_its_dependents(
    reply: WriteReply | None, now: str | None, told: str
) -> None:
    async with live(*CHAIN[:2]) as running:
        running.cluster().replies = [reply] if reply else []
        await _ask(running, Verb.RECONCILE, *CHAIN[:2])
        if now:
            await running.change(ks("a", uid=now))
        elif now is not None:
            running.cluster().deleted(A)
        assert (running.step(B), _told(running, B)) == (Step.SKIPPED, [f"a, which it depends on, {told}"])


@pytest.mark.parametrize("uid", ["another", ""], ids=["made-anew", "deleted"])
async def test_the_very_object_that_was_queued_or_none(uid: str) -> None:
    async with live(*CHAIN[:2]) as running:
        await _ask(running, Verb.RECONCILE, *CHAIN[:2])
        if uid:
            await running.change(ks("b", after=["a"], uid=uid))
        else:
            running.cluster().deleted(B)
        await _end(running, A)
        assert (running.step(B), _told(running, B)) == (Step.REFUSED, ["it was deleted meanwhile"])
        assert running.asked() == ["Kustomization/a"]


async def test_asking_all_again_sends_what_was_queued_once() -> None:
    async with live(*CHAIN) as running:
        await _ask(running, Verb.RECONCILE, *CHAIN)
        running.clock.advance(1)
        await _ask(running, Verb.RECONCILE, *CHAIN)
        assert sorted(running.asked()) == [f"Kustomization/{name}" for name in "aadd"]
        for one in (A, B, C):
            await _end(running, one)
        assert sorted(running.asked()[4:]) == ["Kustomization/b", "Kustomization/c"]
        assert _steps(running, A, B, C) == [Step.READY] * 3


async def test_asking_one_again_is_waited_for() -> None:
    async with live(*CHAIN[:2]) as running:
        await _ask(running, Verb.RECONCILE, *CHAIN[:2])
        running.clock.advance(1)
        await _ask(running, Verb.RECONCILE, CHAIN[0])
        assert running.step(B) is Step.QUEUED
        await _end(running, A)
        assert running.step(B) is Step.ASKED


async def test_asking_one_again_that_now_waits_itself_is_waited_for() -> None:
    async with live(*CHAIN[:2], CHAIN[3]) as running:
        await _ask(running, Verb.RECONCILE, *CHAIN[:2])
        first = ks("a", after=["d"])
        await running.change(first)
        running.clock.advance(1)
        await _ask(running, Verb.RECONCILE, first, CHAIN[3])
        await _end(running, D)
        assert _steps(running, A, B) == [Step.ASKED, Step.QUEUED]
        await _end(running, A)
        assert running.step(B) is Step.ASKED


async def test_nothing_waits_for_what_was_asked_anew_and_waits_for_it() -> None:
    of_c, of_b = git("b", spec=_included("c")), git("c", spec=_included("b"))
    async with live(of_c, git("c"), ks("a", source="b")) as running:
        await _ask(running, Verb.RECONCILE, ks("a", source="b"), with_source=True)
        await running.change(git("b"), of_b)
        running.clock.advance(1)
        await _ask(running, Verb.RECONCILE, of_b, with_source=True)
        assert _steps(running, A, ref_of(of_b)) == [Step.FAILED, Step.FAILED]
        why = "its source git flux-system/c was asked anew"
        assert _told(running, A) == [f"its source git flux-system/b came to: failed, {why}"]
        assert running.session.steering.queued == 0


async def test_suspending_what_others_wait_for_skips_them() -> None:
    async with live(*CHAIN[:2]) as running:
        await _ask(running, Verb.RECONCILE, *CHAIN[:2])
        await _ask(running, Verb.SUSPEND, CHAIN[0])
        await running.change(ks("a", suspend=True))
        assert (running.step(A), _told(running, B)) == (Step.READY, ["a, which it depends on, was suspended"])


async def test_suspending_what_is_queued_takes_its_place() -> None:
    async with live(*CHAIN[:2]) as running:
        await _ask(running, Verb.RECONCILE, *CHAIN[:2])
        await _ask(running, Verb.SUSPEND, CHAIN[1])
        await running.change(ks("b", after=["a"], suspend=True))
        await _end(running, A)
        assert [patch.get("spec") for _, patch in running.cluster().patches] == [None, {"suspend": True}]
        assert (running.step(B), running.outcome(B).verb) == (Step.READY, Verb.SUSPEND)


async def test_of_two_requests_in_one_breath_the_latter_is_sent() -> None:
    async with live(ks("a")) as running:
        running.session.ask(Verb.RECONCILE, [read(ks("a"))])
        await _ask(running, Verb.SUSPEND, ks("a"))
        assert [patch for _, patch in running.cluster().patches] == [{"spec": {"suspend": True}}]
        assert running.outcome(A).verb is Verb.SUSPEND


_NAMES = "abcdefgh"
_HAPPENS = st.tuples(
    st.sampled_from(("ready", "ready", "ready", "fails", "goes", "again", "stop", "late", "off")),
    st.integers(0, len(_NAMES) - 1),
)


@quick
@given(
    st.lists(st.lists(st.sampled_from(_NAMES), max_size=3), min_size=len(_NAMES), max_size=len(_NAMES)),
    st.sets(st.sampled_from(_NAMES), min_size=1),
    st.lists(_HAPPENS, max_size=16),
    st.booleans(),
)
def test_whatever_happens_every_request_settles(
    needs: list[list[str]], asked: set[str], happens: list[tuple[str, int]], with_source: bool
) -> None:
    asyncio.run(_live_through(needs, sorted(asked), happens, with_source))


async def _live_through(
    needs: list[list[str]], asked: list[str], happens: list[tuple[str, int]], with_source: bool
) -> None:
    objects = {name: ks(name, after=after) for name, after in zip(_NAMES, needs, strict=True)}
    async with live(git(), *objects.values(), at_once=2) as running:
        cluster = running.cluster()
        await _ask(running, Verb.RECONCILE, *(objects[name] for name in asked), with_source=with_source)
        for what, place in happens:
            await _happen(running, cluster, what, objects[_NAMES[place]])
            assert len(_under_way(running)) <= 2 + sum(one == "again" for one, _ in happens)
        for _ in range(2 * len(_NAMES)):  # and then nobody answers any more
            running.clock.advance(301)
            running.session.tick()
            await settle()
        assert [one for one in running.picture.outcomes.values() if not one.is_settled] == []
        assert running.session.steering.queued == 0


def _under_way(running: Live) -> list[Outcome]:
    return [one for one in running.picture.outcomes.values() if one.step in (Step.ASKED, Step.HANDLED)]


async def _happen(running: Live, cluster: FakeCluster, what: str, object_: Body) -> None:
    """Let something happen to the first object that is under way, to an object, or to all."""
    under_way = _under_way(running)
    if what == "stop":
        running.session.stop_asking()
    elif what == "late":
        running.clock.advance(301)
        running.session.tick()
    elif what == "off":
        running.session.disconnect("eu")
    elif running.session.cluster("eu") is None:
        return
    elif what == "again":
        running.clock.advance(1)
        running.session.ask(Verb.RECONCILE, [read(object_)])
    elif what == "goes":
        cluster.deleted(ref_of(object_))
    elif under_way:
        await _end(running, under_way[0].ref, conditions=FAILING if what == "fails" else READY)
    await settle()


async def test_only_what_is_asked_is_written_to() -> None:
    async with live(*CHAIN, body("Alert", "x")) as running:
        await _ask(running, Verb.RECONCILE, CHAIN[1])
        assert [(one, list(patch["metadata"]["annotations"])) for one, patch in running.cluster().patches] == [
            (B, [RECONCILE_REQUEST])
        ]
