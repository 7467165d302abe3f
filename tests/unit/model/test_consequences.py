"""What follows from a request: every sentence, and when it is not said."""

import pytest

from tests.fakes.objects import (
    FAILING,
    MAIN,
    OLD_MAIN,
    PROGRESSING,
    WAITING,
    Body,
    body,
    condition,
    git,
    helm_chart,
    hr,
    inventory_id,
    ks,
    oci,
    picture_of,
    read,
    ref,
)
from tui.model.consequences import Consequences, ahead, consequences
from tui.model.intent import Verb

NOTHING = Consequences()
CHILD = [inventory_id("Kustomization", "a")]
LONG_RUN = (
    condition(
        "Reconciling", "True", "Progressing", f"Running health checks for revision {MAIN} with a timeout of 5m0s"
    ),
    condition("Ready", "Unknown", "Progressing", "Reconciliation in progress"),
)
UPGRADE = (condition("Reconciling", "True", "Progressing", "Running 'upgrade' action with timeout of 5m0s"),)


def notes(*sentences: str) -> Consequences:
    """What is good to know."""
    return Consequences((), sentences)


def warnings(*sentences: str) -> Consequences:
    """What hurts others."""
    return Consequences(sentences, ())


def by_expression(name: str, on: str) -> Body:
    """A Kustomization whose dependency a CEL expression judges."""
    return ks(name, spec={"dependsOn": [{"name": on, "readyExpr": "true"}]})


@pytest.mark.parametrize(
    ("objects", "found"),
    [
        pytest.param([ks("a"), git()], NOTHING, id="nobody-cares"),
        pytest.param(
            [ks("a"), git(), ks("b", after=["a"])],
            notes("b depends on it and goes on until git flux-system/flux-system has a new revision, then waits"),
            id="a-dependent-of-the-same-source",
        ),
        pytest.param(
            [ks("a"), git(), *(ks(name, after=["a"]) for name in "bcd")],
            notes(
                "b, c and d depend on it and go on until git flux-system/flux-system has a new revision, then wait",
            ),
            id="three-of-them",
        ),
        pytest.param(
            [ks("a", applied=OLD_MAIN), git(), ks("b", after=["a"])],
            notes("b waits until it is resumed: its source has a1b2c3d4, and it applied 9f8e7d6c"),
            id="its-source-has-moved-on",
        ),
        pytest.param(
            [ks("a"), git(), ks("b", after=["a"], source="other")],
            notes("b depends on it and goes on: it stays ready while suspended"),
            id="a-dependent-of-another-source",
        ),
        pytest.param(
            [hr("a"), helm_chart("apps-a"), *(hr(f"r{number}", after=["a"]) for number in range(5))],
            notes("r0, r1 and 3 more depend on it and go on: it stays ready while suspended"),
            id="releases",
        ),
        pytest.param(
            [ks("a"), git(), ks("b", "other", after=["flux-system/a"], source="other")],
            notes("other/b depends on it and goes on: it stays ready while suspended"),
            id="of-another-namespace",
        ),
        pytest.param([ks("a"), git(), ks("b", after=["a"], suspend=True)], NOTHING, id="the-dependent-is-suspended"),
        pytest.param([ks("a"), git(), by_expression("b", "a")], NOTHING, id="an-expression-decides"),
        pytest.param(
            [ks("a", conditions=FAILING), git(), ks("b", after=["a"], conditions=WAITING)],
            notes("b waits until it is resumed and ready"),
            id="a-dependent-of-what-fails",
        ),
        pytest.param([ks("a", conditions=PROGRESSING), git(), ks("b", after=["a"])], NOTHING, id="not-yet-decided"),
        pytest.param(
            [ks("a", inventory=[inventory_id("Kustomization", "b"), inventory_id("Kustomization", "gone")]), ks("b")],
            notes("b, which it applied, keeps running"),
            id="a-child",
        ),
        pytest.param(
            [git("a"), ks("b", source="a"), ks("c", source="a", suspend=True), ks("d", source="a")],
            notes("ks b and ks d get nothing new until it is resumed"),
            id="a-source",
        ),
        pytest.param(
            [git("a"), git("b", spec={"include": [{"repository": {"name": "a"}}]})],
            notes("b gets nothing new until it is resumed"),
            id="an-included-repository",
        ),
        pytest.param(
            [ks("a", conditions=FAILING), ks("fleet", inventory=CHILD, spec={"wait": True})],
            warnings(
                "ks flux-system/fleet checks the health of it and times out until it is resumed: it is failed now"
            ),
            id="a-parent-that-waits-for-what-fails",
        ),
        pytest.param([ks("a"), ks("fleet", inventory=CHILD, spec={"wait": True})], NOTHING, id="of-what-is-ready"),
        pytest.param(
            [ks("a", conditions=FAILING), ks("fleet", inventory=CHILD, spec={"wait": True}, suspend=True)],
            NOTHING,
            id="a-suspended-parent-checks-nothing",
        ),
        pytest.param(
            [ks("a", conditions=FAILING), ks("fleet", inventory=CHILD)], NOTHING, id="a-parent-without-checks"
        ),
    ],
)
def test_suspending(objects: list[Body], found: Consequences) -> None:
    assert consequences(picture_of(*objects), Verb.SUSPEND, read(objects[0])) == found


@pytest.mark.parametrize(
    ("objects", "found"),
    [
        pytest.param([ks("a", suspend=True), ks("b", after=["a"])], NOTHING, id="nobody-waits"),
        pytest.param(
            [
                ks("a", suspend=True),
                ks("b", after=["a"], conditions=WAITING),
                ks("c", after=["b"], conditions=WAITING),
            ],
            notes("b and c wait for it and go on once it is ready"),
            id="directly-and-through-others",
        ),
    ],
)
def test_resuming(objects: list[Body], found: Consequences) -> None:
    assert consequences(picture_of(*objects), Verb.RESUME, read(objects[0])) == found


_QUEUED = "the request waits until the present run of it ends: "


@pytest.mark.parametrize("verb", [Verb.RECONCILE, Verb.FORCE, Verb.RESET])
@pytest.mark.parametrize(
    ("object_", "found"),
    [
        pytest.param(ks("a"), NOTHING, id="idle"),
        pytest.param(ks("a", conditions=PROGRESSING), NOTHING, id="a-short-run"),
        pytest.param(
            ks("a", conditions=LONG_RUN),
            notes(f"{_QUEUED}Running health checks for revision main@sha1:a1b2c3d4 with a timeout of 5m0s"),
            id="health-checks",
        ),
        pytest.param(
            hr("a", conditions=UPGRADE), notes(f"{_QUEUED}Running 'upgrade' action with timeout of 5m0s"), id="upgrade"
        ),
        pytest.param(ks("a", conditions=FAILING), NOTHING, id="between-two-tries"),
    ],
)
def test_asking_during_a_run(verb: Verb, object_: Body, found: Consequences) -> None:
    assert consequences(picture_of(object_), verb, read(object_)) == found


def test_what_is_asked_along_does_not_keep_running_nor_wait() -> None:
    children = [inventory_id("Kustomization", "b")]
    objects = [ks("a", inventory=children, spec={"wait": True}), ks("b", after=["a"], conditions=FAILING), git()]
    along = frozenset((ref("Kustomization", "a"), ref("Kustomization", "b")))
    for one in objects[:2]:
        assert consequences(picture_of(*objects), Verb.SUSPEND, read(one), along=along) == NOTHING


def test_of_several_each_is_named() -> None:
    objects = [ks("a"), ks("b", after=["a"], source="other")]
    found = consequences(picture_of(*objects), Verb.SUSPEND, read(objects[0]), "ks flux-system/a")
    assert found == notes("b depends on ks flux-system/a and goes on: it stays ready while suspended")


CHART_REF = {"kind": "OCIRepository", "name": "chart", "namespace": "flux-system"}


@pytest.mark.parametrize(
    ("objects", "found"),
    [
        pytest.param([ks("a"), git()], None, id="nothing-new"),
        pytest.param([ks("a", applied=OLD_MAIN), git()], ("9f8e7d6c", "a1b2c3d4"), id="behind"),
        pytest.param([ks("a", applied=""), git()], ("", "a1b2c3d4"), id="never-applied"),
        pytest.param([ks("a", applied=OLD_MAIN)], None, id="no-source"),
        pytest.param([ks("a"), git(status={"artifact": None})], None, id="nothing-fetched"),
        pytest.param([git()], None, id="a-source-itself"),
        pytest.param([hr("a"), helm_chart("apps-a")], None, id="the-same-chart"),
        pytest.param([hr("a", version="1.8.0"), helm_chart("apps-a")], ("1.8.0", "1.9.1"), id="a-newer-chart"),
        pytest.param(
            [hr("a", ref=CHART_REF, version="1.2.3+0123456789ab"), oci("chart", revision=f"1.2.3@sha256:{'cd' * 32}")],
            None,
            id="the-same-chart-from-a-registry",
        ),
        pytest.param([body("Alert", "a")], None, id="no-content"),
    ],
)
def test_how_far_behind(objects: list[Body], found: tuple[str, str] | None) -> None:
    assert ahead(picture_of(*objects), read(objects[0])) == found
