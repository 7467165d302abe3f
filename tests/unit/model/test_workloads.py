"""What an applier applied, put together: order, pods below workloads, and how it is told in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.properties import quick
from tests.fakes.workloads import applied
from tui.model.health import State
from tui.model.workloads import Applied, AppliedId, Presence, absent, tally, unsettled, with_pods, worst_first

WEB = AppliedId("Deployment", "apps", "shop", "web")
DENIED = absent(AppliedId("Secret", "", "shop", "db"), Presence.FORBIDDEN, "you may not read secrets in shop")


def test_what_a_person_should_see_comes_first() -> None:
    expected = (
        applied("Deployment", "api", State.FAILED),
        applied("ExternalSecret", "db", State.FAILED),
        applied("Canary", "web", State.WAITING),
        applied("Namespace", "old", State.TERMINATING),
        applied("Deployment", "web", State.PROGRESSING),
        applied("CronJob", "nightly", State.SUSPENDED),
        DENIED,
        applied("Deployment", "docs"),
        applied("ConfigMap", "limits", State.STATIC),
    )
    assert worst_first(reversed(expected)) == expected


@quick
@given(st.permutations([applied("Deployment", f"d{number}", state) for number, state in enumerate(State)]))
def test_the_order_does_not_depend_on_the_api_server_s(objects: list[Applied]) -> None:
    assert worst_first(objects) == worst_first(reversed(objects))


@pytest.mark.parametrize(
    ("presence", "state", "words"),
    [
        pytest.param(Presence.MISSING, State.FAILED, "is gone: reconcile to bring it back", id="missing"),
        pytest.param(Presence.UNSERVED, State.FAILED, "its kind is not served: the CRD is not there", id="unserved"),
        pytest.param(Presence.FORBIDDEN, State.UNKNOWN, "you may not read it", id="forbidden"),
        pytest.param(Presence.UNKNOWN, State.UNKNOWN, "gave no answer", id="unknown"),
    ],
)
def test_why_an_object_could_not_be_read(presence: Presence, state: State, words: str) -> None:
    one = absent(WEB, presence)
    assert (one.presence, one.state) == (presence, state)
    assert words in one.message


@pytest.mark.parametrize(
    ("workload", "pod", "after"),
    [
        pytest.param(State.PROGRESSING, State.FAILED, State.FAILED, id="a-pod-that-fails-says-it-before-the-deadline"),
        pytest.param(State.PROGRESSING, State.PROGRESSING, State.PROGRESSING, id="a-rollout"),
        pytest.param(State.READY, State.FAILED, State.READY, id="enough-others-are-ready"),
        pytest.param(State.TERMINATING, State.FAILED, State.TERMINATING, id="it-goes-anyway"),
    ],
)
def test_pods_below_a_workload(workload: State, pod: State, after: State) -> None:
    fine = applied("Pod", "web-a")
    bad = applied("Pod", "web-b", pod, 'image "x" not found')
    whole = with_pods(applied("Deployment", "web", workload, "0 of 2 replicas available"), [fine, bad])
    assert (whole.state, whole.below) == (after, (bad, fine))
    assert whole.message == "0 of 2 replicas available"


@pytest.mark.parametrize(
    ("objects", "words", "may_change"),
    [
        pytest.param((), "0 ready", False, id="none"),
        pytest.param(
            (applied("Service", "web", State.STATIC), applied("Deployment", "web")), "2 ready", False, id="ready"
        ),
        pytest.param(
            (applied("Deployment", "web", State.FAILED), applied("Service", "web")), "1 of 2 not ready", True, id="bad"
        ),
        pytest.param((applied("Service", "web"), DENIED), "1 ready, 1 can't be read", False, id="forbidden"),
        pytest.param((absent(WEB, Presence.UNKNOWN),), "0 ready, 1 can't be read", True, id="no-answer"),
    ],
)
def test_in_words(objects: tuple[Applied, ...], words: str, may_change: bool) -> None:
    assert tally(objects) == words
    assert unsettled(objects) is may_change
