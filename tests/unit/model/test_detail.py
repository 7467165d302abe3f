"""What the detail strip says."""

import time
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import (
    FAILING,
    MAIN,
    OLD_MAIN,
    PROGRESSING,
    READY,
    ROLLED_BACK,
    SHA,
    STALLED,
    WAITING,
    Body,
    ago,
    applied_by,
    body,
    condition,
    git,
    hr,
    ks,
    picture_of,
    read,
    ref,
    ref_of,
    suspended_by,
)
from tui.model.changes import ContextStatus, Phase
from tui.model.detail import describe_context, describe_object
from tui.model.health import State
from tui.model.intent import Step, Verb, ask, settle
from tui.model.outcome import follow

DRIFTED = [*READY, condition("Drifted", reason="DriftDetected")]


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("object_", "state", "title"),
    [
        pytest.param(ks("a"), State.READY, "ready for 6m", id="ready"),
        pytest.param(hr("a", "flux-system", conditions=DRIFTED), State.READY, "ready for 6m, drifted", id="drifted"),
        pytest.param(ks("a", conditions=FAILING), State.FAILED, "HealthCheckFailed for 6m", id="failed"),
        pytest.param(
            ks("a", conditions=STALLED), State.STALLED, "AccessDenied for 6m, will not retry by itself", id="stalled"
        ),
        pytest.param(ks("a", conditions=WAITING), State.WAITING, "waiting for 6m", id="waiting"),
        pytest.param(ks("a", conditions=PROGRESSING), State.PROGRESSING, "progressing for 6m", id="progressing"),
        pytest.param(body("Kustomization", "a"), State.UNKNOWN, "unknown for 24h", id="unknown"),
        pytest.param(body("Alert", "a"), State.STATIC, "static for 24h", id="static"),
        pytest.param(
            hr("a", "flux-system", conditions=ROLLED_BACK),
            State.STALLED,
            "RetriesExceeded for 6m, will not retry by itself",
            id="out-of-retries",
        ),
        pytest.param(ks("a", deleted=ago(3)), State.TERMINATING, "terminating for 3m", id="terminating"),
        pytest.param(
            ks("a", suspend=True, generation=2, managed=suspended_by("anna", 60 * 48)),
            State.SUSPENDED,
            "suspended 2d ago by anna, was ready",
            id="suspended",
        ),
        pytest.param(
            ks("a", suspend=True, conditions=FAILING),
            State.SUSPENDED,
            "suspended, was failed",
            id="suspended-while-failing",
        ),
    ],
)
def test_the_verdict(object_: Body, state: State, title: str) -> None:
    detail = describe_object(picture_of(object_), ref_of(object_), NOON)
    kind = {"HelmRelease": "hr", "Alert": "alert"}.get(object_["kind"], "ks")
    assert (detail.state, detail.title) == (state, f"eu · {kind} flux-system/a · {title}")


def test_the_whole_message_line_by_line() -> None:
    told = f"apply failed:\n\n  Deployment/web/api: invalid\n  commit {SHA} of https://a:b@git.example"
    picture = picture_of(ks("a", conditions=[condition("Ready", "False", "ReconciliationFailed", told)]))
    assert describe_object(picture, ref("Kustomization", "a"), NOON).message == (
        "apply failed:",
        "  Deployment/web/api: invalid",
        "  commit a1b2c3d4 of https://***@git.example",
    )


def test_why_it_waits_comes_before_what_the_controller_says() -> None:
    picture = picture_of(git(), ks("a", after=["b"], conditions=WAITING), ks("b", conditions=FAILING))
    assert describe_object(picture, ref("Kustomization", "a"), NOON).message == (
        "waits on b, which fails since 6m: timeout waiting for: [Deployment/web/api status: 'InProgress']",
        "dependency 'flux-system/infra' is not ready",
    )


_WEB = "next step: see why Deployment web/api does not become ready"


@pytest.mark.parametrize(
    ("objects", "facts"),
    [
        pytest.param(
            [
                ks(
                    "a",
                    applied=OLD_MAIN,
                    attempted=MAIN,
                    conditions=FAILING,
                    inventory=["x_y__Service"],
                    labels=applied_by("root"),
                ),
                ks("b", after=["a"], conditions=WAITING),
                ks("root"),
            ],
            (
                "next step: see why Deployment web/api does not become ready",
                "holds back b",
                "retries in 4m",
                "revision 9f8e7d6c→a1b2c3d4",
                "from git flux-system/flux-system",
                "applied by ks flux-system/root",
                "path ./a",
                "every 10m0s",
                "1 object applied",
            ),
            id="kustomization",
        ),
        pytest.param(
            [ks("a", after=["b", "c"], inventory=["x_y__Service", "x_z__Service"])],
            (
                "next run in 4m",
                "revision main@a1b2c3d4",
                "from git flux-system/flux-system",
                "depends on b, c",
                "path ./a",
                "every 10m0s",
                "2 objects applied",
            ),
            id="dependencies",
        ),
        pytest.param(
            [hr("a", "flux-system", status={"installFailures": 1, "failures": 4}, conditions=FAILING)],
            (
                _WEB,
                "1 failure",
                "retries by itself",
                "revision 1.9.1",
                "from chart flux-system/flux-system-a",
                "every 10m0s",
            ),
            id="release-with-a-failure",
        ),
        pytest.param(
            [hr("a", "flux-system", status={"failures": 4}, conditions=FAILING)],
            (
                _WEB,
                "4 failures",
                "retries by itself",
                "revision 1.9.1",
                "from chart flux-system/flux-system-a",
                "every 10m0s",
            ),
            id="release-with-failures",
        ),
        pytest.param(
            [hr("a", "flux-system", status={"failures": 4})],
            ("revision 1.9.1", "from chart flux-system/flux-system-a", "every 10m0s"),
            id="release-that-keeps-the-counters-of-failures-it-got-over",
        ),
        pytest.param(
            [hr("a", "flux-system", status={"failures": 2, "upgradeFailures": 2}, conditions=ROLLED_BACK)],
            (
                "next step: set upgrade.force in hr flux-system/a, so that Helm replaces the object, or give it "
                "another name; then reset or force hr flux-system/a, which gave up, unless its chart or values change",
                "gave up after 2 tries",
                "revision 1.9.1",
                "from chart flux-system/flux-system-a",
                "every 10m0s",
            ),
            id="release-out-of-retries",
        ),
        pytest.param(
            [git("a", spec={"url": "https://anna:s3cret@git.example/fleet.git"})],
            ("revision main@a1b2c3d4", "https://***@git.example/fleet.git", "every 1m0s"),
            id="source-without-its-password",
        ),
        pytest.param([body("Alert", "a")], (), id="nothing-to-say"),
    ],
)
def test_the_facts(objects: list[Body], facts: tuple[str, ...]) -> None:
    assert describe_object(picture_of(*objects), ref_of(objects[0]), NOON).facts == facts


def test_how_the_last_request_ended_stays_in_the_strip() -> None:
    picture = picture_of(ks("a"))
    one = ref("Kustomization", "a")
    asked = ask(Verb.RECONCILE, read(ks("a")), NOON - timedelta(hours=1))
    picture.outcomes[one] = settle(asked, Step.FAILED, "BuildFailed: x", NOON - timedelta(minutes=59))
    assert describe_object(picture, one, NOON).facts[0] == "reconcile failed after 1m00s: BuildFailed: x"


def test_that_a_request_was_superseded_is_told_though_the_failure_stands_above() -> None:
    picture = picture_of(ks("a", conditions=STALLED))
    one = ref("Kustomization", "a")
    asked = msgspec.structs.replace(ask(Verb.RECONCILE, read(ks("a")), NOON), overtaken="2026-11-21T12:00:03Z")
    picture.outcomes[one] = judged = follow(asked, read(_superseded()), NOON + timedelta(seconds=5))
    assert judged.step is Step.FAILED
    assert describe_object(picture, one, NOON).facts[0] == f"reconcile failed after 5.0s: {judged.message}"


def _superseded() -> Body:
    return ks("a", conditions=STALLED, requested="2026-11-21T12:00:03Z", handled="2026-11-21T12:00:03Z")


def test_an_object_that_is_gone() -> None:
    detail = describe_object(picture_of(), ref("Kustomization", "a"), NOON)
    assert (detail.title, detail.message, detail.facts) == ("eu · ks flux-system/a · gone", ("it was deleted",), ())


@pytest.mark.parametrize(
    ("status", "title", "message"),
    [
        pytest.param(ContextStatus("eu", Phase.LIVE), "eu · live", "Everything that is shown is live", id="live"),
        pytest.param(
            ContextStatus("eu", Phase.LIVE, forbidden=("Alert",)),
            "eu · live · may not list Alert",
            "You may not list Alert here: ask for the role flux-view",
            id="forbidden",
        ),
        pytest.param(
            ContextStatus("eu", Phase.STALE, NOON - timedelta(minutes=4)),
            "eu · stale 4m",
            "The connection is lost: what is shown was true once",
            id="stale",
        ),
        pytest.param(
            ContextStatus("eu", Phase.STALE, NOON, "eu.example:6443 refuses connections"),
            "eu · stale <1m",
            "eu.example:6443 refuses connections",
            id="its-own-words-first",
        ),
        pytest.param(
            ContextStatus("eu", Phase.LOGIN),
            "eu · login needed",
            "Its credentials were refused: log in, then ctrl-r tries again",
            id="login",
        ),
        pytest.param(
            ContextStatus("eu", Phase.UNREACHABLE),
            "eu · unreachable",
            "The API server does not answer: ctrl-r tries again",
            id="unreachable",
        ),
        pytest.param(
            ContextStatus("eu", Phase.ABSENT),
            "eu · no Flux",
            "No Flux in this cluster: its CRDs are not installed",
            id="absent",
        ),
        pytest.param(ContextStatus("eu", Phase.OFF), "eu · off", "Not connected: press C to connect it", id="off"),
        pytest.param(
            ContextStatus("eu", Phase.CONNECTING), "eu · connecting", "Reading what is there", id="connecting"
        ),
    ],
)
def test_a_context(status: ContextStatus, title: str, message: str) -> None:
    picture = picture_of(ks("a"))
    picture.statuses["eu"] = status
    detail = describe_context(picture, "eu", NOON)
    assert (detail.state, detail.title, detail.message) == (None, title, (message,))


@pytest.mark.usefixtures("utc")
def test_the_facts_of_a_context() -> None:
    picture = picture_of(ks("a"), ks("b"))
    retry = NOON + timedelta(seconds=8)
    picture.statuses["eu"] = ContextStatus("eu", Phase.STALE, NOON, server="https://eu.example:6443", retry_at=retry)
    assert describe_context(picture, "eu", NOON).facts == (
        "2 objects",
        "https://eu.example:6443",
        "next try at 12:00:08, ctrl-r tries now",
    )
