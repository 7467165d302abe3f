"""Reconciling with the source: what an object takes its content from is reconciled first, once, and awaited."""

import pytest

from tests.fakes.clock import NOON
from tests.fakes.cluster import settle
from tests.fakes.live import Live, live
from tests.fakes.objects import (
    FAILING,
    PROGRESSING,
    READY,
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


CHARTED = helm_chart("apps-api")
OTHER_CHART = helm_chart("api", "apps", source="own")
MADE_BY = {"sourceRef": {"kind": "ArtifactGenerator", "name": "g"}}
MADE_OF = {"sources": [{"kind": "GitRepository", "name": "flux-system"}]}
EXTERNAL = body("ExternalArtifact", "x", spec=MADE_BY, conditions=READY)
GENERATOR = body("ArtifactGenerator", "g", spec=MADE_OF, conditions=READY)
PROVIDED = {"inputsFrom": [{"kind": "ResourceSetInputProvider", "name": "p"}]}
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
        hr("api", chart={"spec": {"chart": "api", "sourceRef": {"kind": "Bucket", "name": "charts"}}}),
        [body("Bucket", "charts", "apps", conditions=READY), helm_chart("apps-api", "apps", of="Bucket")],
        ["Bucket/charts", "HelmChart/apps-api", "HelmRelease/api"],
        id="release-of-a-chart-in-a-bucket",
    ),
    pytest.param(
        hr("api", chart={"kind": "OCIRepository", "spec": {"url": "oci://registry.example/api"}}),
        [oci("apps-api", "apps")],
        ["OCIRepository/apps-api", "HelmRelease/api"],
        id="release-of-a-generated-oci-repository",
    ),
    pytest.param(
        hr("api", ref={"kind": "ExternalArtifact", "name": "x", "namespace": "flux-system"}),
        [EXTERNAL, GENERATOR, git()],
        ["GitRepository/flux-system", "ArtifactGenerator/g", "HelmRelease/api"],
        id="release-of-an-external-artifact",
    ),
    pytest.param(
        ks("a", spec={"sourceRef": {"kind": "ExternalArtifact", "name": "x"}}),
        [body("ExternalArtifact", "x")],
        ["Kustomization/a"],
        id="nobody-reconciles-an-external-artifact",
    ),
    pytest.param(
        ks("a", source="b"),
        [git("b", spec={"include": [{"repository": {"name": "c"}}]}), git("c")],
        ["GitRepository/c", "GitRepository/b", "Kustomization/a"],
        id="a-source-that-includes-another",
    ),
    pytest.param(
        body("ResourceSet", "r", spec=PROVIDED, conditions=READY),
        [body("ResourceSetInputProvider", "p", conditions=READY)],
        ["ResourceSetInputProvider/p", "ResourceSet/r"],
        id="resource-set",
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
        assert (running.step(SOURCE), running.step(A)) == (Step.TIMED_OUT, Step.STOPPED)
        assert running.outcome(A).message == "eu was disconnected"


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
