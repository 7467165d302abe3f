"""What a person asks: one write each, in order, to the very object that was meant, followed to its end."""

import pytest

from tests.fakes.clock import NOON
from tests.fakes.cluster import settle
from tests.fakes.live import Live, live
from tests.fakes.objects import (
    FAILING,
    PROGRESSING,
    Body,
    body,
    git,
    helm_chart,
    helm_repository,
    hr,
    ks,
    oci,
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
GIT_CHART = {
    "spec": {
        "chart": "./api",
        "sourceRef": {"kind": "GitRepository", "name": "flux-system", "namespace": "flux-system"},
    }
}


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


async def test_many_are_asked_few_at_a_time() -> None:
    objects = [ks(f"k{number:02}") for number in range(20)]
    async with live(*objects) as running:
        running.cluster().writable.clear()
        await _ask(running, Verb.RECONCILE, *objects)
        steps = [running.step(ref_of(one)) for one in objects]
        assert (steps.count(Step.ASKED), steps.count(Step.QUEUED)) == (8, 12)
        running.cluster().writable.set()
        await settle(100)
        assert running.cluster().most_writing == 8
        assert sorted(running.asked()) == [f"Kustomization/k{number:02}" for number in range(20)]


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
        assert (running.step(A), running.outcome(A).message) == (Step.REFUSED, "the program runs with --read-only")


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


CHARTED = helm_chart("apps-api")
OTHER_CHART = helm_chart("api", "apps", source="own")
ORDERS = [
    pytest.param(ks("a"), [git()], ["GitRepository/flux-system", "Kustomization/a"], id="kustomization"),
    pytest.param(
        ks("a", spec={"sourceRef": {"kind": "OCIRepository", "name": "m"}}),
        [oci("m")],
        ["OCIRepository/m", "Kustomization/a"],
        id="kustomization-of-a-registry",
    ),
    pytest.param(
        hr("api"),
        [helm_repository(), CHARTED],
        ["HelmRepository/charts", "HelmChart/apps-api", "HelmRelease/api"],
        id="release-of-a-helm-repository",
    ),
    pytest.param(
        hr("api", chart=GIT_CHART),
        [git(), helm_chart("apps-api", of="GitRepository", source="flux-system")],
        ["GitRepository/flux-system", "HelmChart/apps-api", "HelmRelease/api"],
        id="release-of-a-chart-in-git",
    ),
    pytest.param(
        hr("api"),
        [helm_repository(oci=True), CHARTED],
        ["HelmChart/apps-api", "HelmRelease/api"],
        id="release-of-an-oci-helm-repository",
    ),
    pytest.param(
        hr("api"),
        [helm_repository(oci=True, suspend=True), CHARTED],
        ["HelmChart/apps-api", "HelmRelease/api"],
        id="a-suspended-oci-helm-repository-is-in-nobody-s-way",
    ),
    pytest.param(
        hr("api", ref={"kind": "OCIRepository", "name": "api"}),
        [oci("api", "apps")],
        ["OCIRepository/api", "HelmRelease/api"],
        id="release-of-a-chart-ref",
    ),
    pytest.param(
        hr("api", ref={"kind": "HelmChart", "name": "api"}),
        [OTHER_CHART, helm_repository("own", "apps")],
        ["HelmRepository/own", "HelmChart/api", "HelmRelease/api"],
        id="release-of-a-helm-chart-and-its-own-source",
    ),
    pytest.param(
        hr("api"), [helm_repository()], ["HelmRepository/charts", "HelmRelease/api"], id="chart-not-generated-yet"
    ),
    pytest.param(CHARTED, [helm_repository()], ["HelmRepository/charts", "HelmChart/apps-api"], id="chart"),
    pytest.param(git("x"), [], ["GitRepository/x"], id="a-source-has-none"),
    pytest.param(ks("a"), [], ["Kustomization/a"], id="source-is-missing"),
    pytest.param(
        ks("a", spec={"sourceRef": {"kind": "ExternalArtifact", "name": "x"}}),
        [body("ExternalArtifact", "x")],
        ["Kustomization/a"],
        id="nobody-reconciles-an-external-artifact",
    ),
]


def _done(object_: Body) -> Body:
    """The same object when it has handled the request."""
    metadata = object_["metadata"]
    annotations = {**metadata["annotations"], "reconcile.fluxcd.io/requestedAt": TOKEN}
    newer = {**metadata, "annotations": annotations, "resourceVersion": f"{metadata['resourceVersion']}1"}
    return {**object_, "metadata": newer, "status": {**object_["status"], "lastHandledReconcileAt": TOKEN}}


@pytest.mark.parametrize(("object_", "sources", "order"), ORDERS)
async def test_sources_come_first_and_each_is_awaited(object_: Body, sources: list[Body], order: list[str]) -> None:
    known = {f"{one['kind']}/{one['metadata']['name']}": one for one in (*sources, object_)}
    async with live(*sources, object_) as running:
        await _ask(running, Verb.RECONCILE, object_, with_source=True)
        for position, name in enumerate(order, 1):
            assert running.asked() == order[:position]
            assert running.step(ref_of(object_)) is (Step.ASKED if position == len(order) else Step.QUEUED)
            await running.change(_done(known[name]))
        assert running.asked() == order
        assert running.step(ref_of(object_)) is Step.READY


async def test_while_the_source_is_awaited_the_row_says_so() -> None:
    async with live(git(), ks("a")) as running:
        await _ask(running, Verb.RECONCILE, ks("a"), with_source=True)
        assert running.outcome(A).message == "reconciles git flux-system/flux-system first"
        await running.change(git(conditions=PROGRESSING, **DONE))
        assert (running.step(SOURCE), running.step(A)) == (Step.HANDLED, Step.QUEUED)
        assert running.asked() == ["GitRepository/flux-system"]


async def test_a_source_that_many_share_is_asked_once() -> None:
    objects = [ks(name) for name in "abc"]
    async with live(git(), *objects) as running:
        await _ask(running, Verb.RECONCILE, *objects, with_source=True)
        assert running.asked() == ["GitRepository/flux-system"]
        await running.change(git(**DONE))
        assert running.asked() == ["GitRepository/flux-system", *(f"Kustomization/{name}" for name in "abc")]


async def test_a_source_that_is_being_reconciled_is_joined() -> None:
    async with live(git(), ks("a")) as running:
        await _ask(running, Verb.RECONCILE, git())
        await _ask(running, Verb.RECONCILE, ks("a"), with_source=True)
        assert running.asked() == ["GitRepository/flux-system"]
        await running.change(git(**DONE))
        assert running.asked() == ["GitRepository/flux-system", "Kustomization/a"]


@pytest.mark.parametrize(
    ("source", "step", "message"),
    [
        pytest.param(
            git(suspend=True),
            Step.REFUSED,
            "its source git flux-system/flux-system came to: refused, it is suspended: resume it first",
            id="suspended",
        ),
    ],
)
async def test_a_source_that_refuses(source: Body, step: Step, message: str) -> None:
    async with live(source, ks("a")) as running:
        await _ask(running, Verb.RECONCILE, ks("a"), with_source=True)
        assert running.asked() == []
        assert (running.step(A), running.outcome(A).message) == (step, message)
        assert SOURCE not in running.picture.outcomes


async def test_a_source_that_the_api_server_refuses() -> None:
    async with live(git(), ks("a")) as running:
        running.cluster().replies = [WriteReply(accepted=False, message="you may not patch gitrepositories")]
        await _ask(running, Verb.RECONCILE, ks("a"), with_source=True)
        assert running.asked() == ["GitRepository/flux-system"]
        assert (running.step(SOURCE), running.step(A)) == (Step.REFUSED, Step.REFUSED)
        assert running.outcome(A).message.endswith("refused, you may not patch gitrepositories")


@pytest.mark.parametrize(
    ("after", "told"),
    [
        pytest.param(git(conditions=FAILING, **DONE), "failed, HealthCheckFailed: timeout", id="fails"),
        pytest.param(git(suspend=True, **DONE), "failed, it was suspended meanwhile", id="is-suspended"),
        pytest.param(git(uid="another"), "failed, it was deleted and made anew", id="is-made-anew"),
        pytest.param(None, "failed, it was deleted meanwhile", id="is-deleted"),
    ],
)
async def test_when_the_source_comes_to_nothing_the_object_is_not_asked(after: Body | None, told: str) -> None:
    async with live(git(), ks("a")) as running:
        await _ask(running, Verb.RECONCILE, ks("a"), with_source=True)
        if after is None:
            running.cluster().deleted(SOURCE)
        else:
            await running.change(after)
        await settle()
        assert running.asked() == ["GitRepository/flux-system"]
        assert running.step(A) is Step.FAILED
        assert running.outcome(A).message.startswith(f"its source git flux-system/flux-system came to: {told}")


async def test_a_source_that_nobody_answers_for_times_out_and_so_does_the_wait() -> None:
    async with live(git(), ks("a")) as running:
        await _ask(running, Verb.RECONCILE, ks("a"), with_source=True)
        running.clock.advance(300)
        running.session.tick()
        await settle()
        assert (running.step(SOURCE), running.step(A)) == (Step.TIMED_OUT, Step.FAILED)
        assert "is source-controller running?" in running.outcome(A).message


async def test_a_source_that_somebody_suspends_here_does_not_count_as_reconciled() -> None:
    async with live(git(), ks("a")) as running:
        await _ask(running, Verb.RECONCILE, ks("a"), with_source=True)
        await _ask(running, Verb.SUSPEND, git())
        await running.change(git(suspend=True))
        assert running.step(SOURCE) is Step.READY
        assert (running.step(A), running.asked()) == (Step.FAILED, ["GitRepository/flux-system"] * 2)


async def test_disconnecting_ends_the_wait_for_a_source() -> None:
    async with live(git(), ks("a")) as running:
        await _ask(running, Verb.RECONCILE, ks("a"), with_source=True)
        running.session.disconnect("eu")
        await settle()
        assert (running.step(SOURCE), running.step(A)) == (Step.TIMED_OUT, Step.FAILED)
        assert "eu was disconnected before it was done" in running.outcome(A).message


async def test_an_object_that_is_suspended_while_its_source_is_awaited_fails() -> None:
    async with live(git(), ks("a")) as running:
        await _ask(running, Verb.RECONCILE, ks("a"), with_source=True)
        await running.change(ks("a", suspend=True))
        await running.change(git(**DONE))
        await running.change(ks("a", suspend=True, **DONE))
        assert (running.step(A), running.outcome(A).message) == (
            Step.FAILED,
            "it was suspended meanwhile: nothing was reconciled",
        )


async def test_outcomes_hold_the_context_too() -> None:
    async with live(ks("a"), contexts=("eu", "us")) as running:
        running.show(ks("a"), context="us")
        await _ask(running, Verb.RECONCILE, ks("a"))
        assert list(running.picture.outcomes) == [A]
        assert (running.asked("eu"), running.asked("us")) == (["Kustomization/a"], [])
