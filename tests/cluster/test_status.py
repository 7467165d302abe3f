"""From where each watch stands to the state of its context."""

from datetime import UTC, datetime, timedelta

import pytest

from tui.cluster.link import Trouble
from tui.cluster.status import Standing, State, derive
from tui.model.changes import Phase

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KS, HR = "Kustomization", "HelmRelease"
BOTH = frozenset({KS, HR})
DOWN = Trouble("https://eu does not answer.", False, T0, T0)
GONE = Trouble("https://eu does not answer.", False, T0, T0 + timedelta(seconds=5), lost=True)
LOGIN = Trouble("log in again", True, T0, T0)

P, W = Standing(State.PENDING), Standing(State.WATCHED)
LOST = Standing(State.LOST, "the watch was cut", T0)
LATER = Standing(State.LOST, "cut too", T0 + timedelta(seconds=9))
FAILING = Standing(State.FAILING, "answers 500")
NARROW = Standing(State.WATCHED, namespace="team")
TRIED = Standing(State.FORBIDDEN, namespace="team")
FORBIDDEN, POLLED, MISSING = Standing(State.FORBIDDEN), Standing(State.POLLED), Standing(State.MISSING)


@pytest.mark.parametrize(
    ("standings", "trouble", "served", "phase", "message"),
    [
        pytest.param({}, None, None, Phase.CONNECTING, "", id="before-discovery"),
        pytest.param({}, DOWN, None, Phase.UNREACHABLE, "does not answer", id="never-reached"),
        pytest.param({KS: P, HR: P}, DOWN, BOTH, Phase.UNREACHABLE, "does not answer", id="lost-before-any-list"),
        pytest.param({KS: P, HR: W}, None, BOTH, Phase.CONNECTING, "", id="half-listed"),
        pytest.param({KS: W, HR: W}, None, BOTH, Phase.LIVE, "", id="all-watched"),
        pytest.param({KS: W, HR: W}, DOWN, BOTH, Phase.LIVE, "", id="a-moment-of-trouble"),
        pytest.param({KS: W, HR: W}, GONE, BOTH, Phase.STALE, "does not answer", id="half-open"),
        pytest.param({KS: W, HR: POLLED}, None, BOTH, Phase.LIVE, "", id="polled-is-live"),
        pytest.param({KS: W, HR: FORBIDDEN}, None, BOTH, Phase.LIVE, "forbids to list HelmRelease", id="forbidden"),
        pytest.param(
            {KS: FORBIDDEN, HR: FORBIDDEN, "Event": FORBIDDEN},
            None,
            BOTH,
            Phase.LIVE,
            "forbids to list any of Flux's kinds",
            id="all-forbidden",
        ),
        pytest.param({KS: TRIED, HR: W}, None, BOTH, Phase.LIVE, "Kustomization, in namespace team too", id="tried"),
        pytest.param({KS: NARROW, HR: W}, None, BOTH, Phase.LIVE, "list Kustomization across", id="one-is-narrow"),
        pytest.param({KS: NARROW, HR: NARROW}, None, BOTH, Phase.LIVE, "any of Flux's kinds across", id="all-narrow"),
        pytest.param({KS: NARROW, HR: LOST}, None, BOTH, Phase.STALE, "the watch was cut", id="narrow-and-lost"),
        pytest.param(
            {KS: W, HR: MISSING}, None, frozenset({KS}), Phase.LIVE, "not serve HelmRelease any more", id="vanished"
        ),
        pytest.param({KS: W, HR: FAILING}, None, BOTH, Phase.LIVE, "answers 500", id="one-kind-fails"),
        pytest.param({KS: FAILING, HR: FAILING}, None, BOTH, Phase.CONNECTING, "answers 500", id="all-kinds-fail"),
        pytest.param({KS: W, HR: LOST}, None, BOTH, Phase.STALE, "the watch was cut", id="one-lost"),
        pytest.param({KS: LATER, HR: LOST}, DOWN, BOTH, Phase.STALE, "does not answer", id="server-lost"),
        pytest.param({KS: LOST, HR: W}, LOGIN, BOTH, Phase.LOGIN, "log in", id="login-wins"),
        pytest.param({}, LOGIN, None, Phase.LOGIN, "log in", id="login-at-start"),
        pytest.param({}, None, frozenset(), Phase.ABSENT, "CRDs are not installed", id="no-flux"),
        pytest.param({KS: W, HR: MISSING}, None, BOTH, Phase.LIVE, "", id="one-vanished"),
    ],
)
def test_phase(
    standings: dict[str, Standing], trouble: Trouble | None, served: frozenset[str] | None, phase: Phase, message: str
) -> None:
    status = derive("eu", "https://eu", standings, trouble, served)
    assert status.phase is phase
    assert message in status.message
    assert bool(message) == bool(status.message)


def test_stale_since_the_first_loss() -> None:
    status = derive("eu", "https://eu", {KS: LATER, HR: LOST}, None, BOTH)
    assert status.since == T0


def test_stale_since_the_first_question_without_an_answer_where_no_watch_noticed() -> None:
    status = derive("eu", "https://eu", {KS: W}, GONE, BOTH)
    assert status.since == GONE.since


def test_kinds_are_named_by_what_is_wrong_with_them() -> None:
    status = derive("eu", "https://eu", {KS: POLLED, HR: FORBIDDEN, "Bucket": MISSING}, None, BOTH | {"Bucket"})
    assert status.polled == (KS,)
    assert status.forbidden == (HR,)
    assert "Bucket" in status.missing
    assert "GitRepository" in status.missing
    assert KS not in status.missing
