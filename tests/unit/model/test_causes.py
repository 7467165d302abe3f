"""From what waits to what broke first, as a colleague would say it."""

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import (
    FAILING,
    PROGRESSING,
    STALLED,
    WAITING,
    Body,
    ago,
    body,
    condition,
    git,
    hr,
    ks,
    oci,
    picture_of,
    ref,
)
from tui.model.blame import next_hops
from tui.model.blast import holds_back
from tui.model.causes import explain
from tui.model.changes import ContextStatus, Phase
from tui.model.refs import ObjectRef
from tui.model.wording import describe

NO_SOURCE = [condition("Ready", "False", "SourceNotReady", "HelmChart 'apps/apps-api' is not ready")]
LONG = [condition("Ready", "False", "BuildFailed", f"can't build\n\tcommit {'a1b2c3d4' * 5}")]
ON_CRD = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "name": "certs.io"}
ON_KS = {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "name": "infra"}
RELEASE = {"kind": "OCIRepository", "name": "api"}
WAITER = ref("Kustomization", "a")


def _waiter(*after: str) -> Body:
    return ks("a", after=after, conditions=WAITING)


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        pytest.param(
            [_waiter("infra"), ks("infra", conditions=FAILING)],
            "waits on infra, which fails since 6m: timeout waiting for: [Deployment/web/api status: 'InProgress']",
            id="failing",
        ),
        pytest.param(
            [_waiter("infra"), ks("infra", conditions=LONG)],
            "waits on infra, which fails since 6m: can't build commit a1b2c3d4",
            id="one-line-and-short-hashes",
        ),
        pytest.param(
            [_waiter("infra"), ks("infra", conditions=STALLED)],
            "waits on infra, which fails since 6m: can't access 'GitRepository/other/fleet'",
            id="stalled",
        ),
        pytest.param(
            [_waiter("b"), ks("b", after=["c"], conditions=WAITING), ks("c", conditions=LONG)],
            "waits on b, which waits in turn on c, which fails since 6m: can't build commit a1b2c3d4",
            id="through-another",
        ),
        pytest.param([_waiter("gone")], "waits on gone, which does not exist", id="missing"),
        pytest.param(
            [_waiter("b"), ks("b", after=["gone"], conditions=WAITING)],
            "waits on b, which waits in turn on gone, which does not exist",
            id="missing-in-turn",
        ),
        pytest.param(
            [_waiter("infra"), ks("infra", suspend=True)], "waits on infra, which is suspended", id="suspended"
        ),
        pytest.param(
            [_waiter("infra"), ks("infra", conditions=PROGRESSING)],
            "waits on infra, which is progressing",
            id="progressing",
        ),
        pytest.param(
            [_waiter("infra"), ks("infra", deleted=ago(3), finalizers=["finalizers.fluxcd.io"])],
            "waits on infra, which is being deleted since 3m, waits for kustomize-controller (finalizers.fluxcd.io)",
            id="being-deleted",
        ),
        pytest.param(
            [_waiter("infra"), body("Kustomization", "infra")], "waits on infra, which is not reconciled yet", id="new"
        ),
        pytest.param([_waiter("infra"), ks("infra")], "waits on infra, which is ready", id="ready-by-now"),
        pytest.param(
            [_waiter("b"), ks("b", after=["a"], conditions=WAITING)],
            "waits on b, which is part of a cycle: a → b → a",
            id="cycle",
        ),
        pytest.param(
            [_waiter("b"), ks("b", after=["c"], conditions=WAITING), ks("c", after=["b"], conditions=WAITING)],
            "waits on b, which waits in turn on c, which is part of a cycle: b → c → b",
            id="on-a-cycle",
        ),
        pytest.param([_waiter("a")], "waits on itself", id="itself"),
        pytest.param(
            [_waiter("b"), body("Kustomization", "b", conditions=WAITING)],
            "waits on b, which waits too: dependency 'flux-system/infra' is not ready",
            id="waits-for-what-cannot-be-seen-is-no-cycle",
        ),
        pytest.param(
            [ks("a", conditions=WAITING)],
            "waits since 6m: dependency 'flux-system/infra' is not ready",
            id="nothing-in-its-way",
        ),
        pytest.param([ks("a", after=["b"]), ks("b", conditions=FAILING)], "is ready", id="does-not-wait"),
    ],
)
def test_why_an_object_waits(objects: list[Body], expected: str) -> None:
    assert explain(picture_of(git(), *objects), WAITER, NOON).sentence == expected


def test_a_source_that_is_missing_is_waited_for() -> None:
    assert explain(picture_of(_waiter()), WAITER, NOON).sentence == "waits on git flux-system, which does not exist"


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        pytest.param([_waiter("x", "y"), ks("x"), ks("y", conditions=FAILING)], ["y"], id="the-one-that-is-not-ready"),
        pytest.param(
            [_waiter("x", "y"), ks("x", conditions=WAITING), ks("y", conditions=FAILING)], ["x", "y"], id="both"
        ),
        pytest.param(
            [_waiter("x", "y"), ks("x", suspend=True), ks("y", conditions=FAILING)], ["y"], id="suspended-satisfies"
        ),
        pytest.param([_waiter("x", "y"), ks("x"), ks("y", suspend=True)], ["y"], id="suspended-may-be-behind"),
        pytest.param(
            [_waiter("x", "y"), ks("x", suspend=True, conditions=FAILING), ks("y", conditions=FAILING)],
            ["x", "y"],
            id="suspended-while-failing",
        ),
        pytest.param([_waiter("x"), ks("x"), git(conditions=FAILING)], ["flux-system"], id="the-source"),
        pytest.param(
            [_waiter("x"), ks("x", conditions=FAILING), git(conditions=FAILING)], ["x"], id="before-the-source"
        ),
        pytest.param([_waiter("x"), ks("x"), git(suspend=True)], ["x"], id="a-suspended-source-has-its-artifact"),
        pytest.param([_waiter("x"), ks("x")], ["x"], id="all-are-fine-by-now"),
        pytest.param([_waiter()], [], id="nothing"),
    ],
)
def test_what_an_object_waits_on(objects: list[Body], expected: list[str]) -> None:
    found = next_hops(picture_of(git(), *objects), WAITER, NOON)
    assert [hop.ref.name for hop in found] == expected


def test_a_release_waits_on_its_source() -> None:
    picture = picture_of(hr("a", ref=RELEASE, conditions=NO_SOURCE), oci("api", "apps", conditions=LONG))
    assert explain(picture, ref("HelmRelease", "a", "apps"), NOON).sentence == (
        "waits on oci api, which fails since 6m: can't build commit a1b2c3d4"
    )


def _set(*after: Body) -> Body:
    return body("ResourceSet", "set", spec={"dependsOn": list(after)}, conditions=WAITING)


@pytest.mark.parametrize(
    ("objects", "forbidden", "expected"),
    [
        pytest.param(
            [_set(ON_CRD)],
            (),
            "waits on CustomResourceDefinition certs.io, which can't be seen from here",
            id="kind-that-nobody-watches",
        ),
        pytest.param(
            [_set(ON_CRD, ON_KS), ks("infra", conditions=LONG)],
            (),
            "waits on ks infra, which fails since 6m: can't build commit a1b2c3d4",
            id="what-is-seen-to-fail-comes-first",
        ),
        pytest.param(
            [_set(ON_KS)],
            ("Kustomization",),
            "waits on ks infra, which can't be seen from here",
            id="kind-that-is-forbidden",
        ),
        pytest.param(
            [_set(ON_KS)], ("HelmRelease",), "waits on ks infra, which does not exist", id="other-kind-is-forbidden"
        ),
    ],
)
def test_what_is_not_watched_is_not_called_missing(
    objects: list[Body], forbidden: tuple[str, ...], expected: str
) -> None:
    picture = picture_of(*objects)
    picture.statuses["eu"] = ContextStatus("eu", Phase.LIVE, forbidden=forbidden)
    assert explain(picture, ref("ResourceSet", "set"), NOON).sentence == expected


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [("team", "which can't be seen from here"), ("flux-system", "which does not exist")],
    ids=["another-namespace", "the-one-that-is-seen"],
)
def test_what_another_namespace_has_is_not_called_missing(namespace: str, expected: str) -> None:
    picture = picture_of(_set(ON_KS))
    status = ContextStatus("eu", Phase.LIVE, narrowed=("Kustomization",), namespace=namespace)
    picture.statuses["eu"] = status
    assert explain(picture, ref("ResourceSet", "set"), NOON).sentence == f"waits on ks infra, {expected}"


def test_the_chain_ends_at_what_does_not_wait() -> None:
    objects = [_waiter("b"), ks("b", after=["c"], conditions=WAITING), ks("c", conditions=FAILING), ks("d")]
    picture = picture_of(*objects)
    assert [[link.ref.name for link in chain] for chain in explain(picture, WAITER, NOON).chains] == [["a", "b", "c"]]
    assert [link.ref.name for link in explain(picture, ref("Kustomization", "c"), NOON).roots] == ["c"]


def test_a_chain_of_three_thousand() -> None:
    objects = [ks(f"k{number}", after=[f"k{number + 1}"], conditions=WAITING) for number in range(3000)]
    assert len(explain(picture_of(*objects), ref("Kustomization", "k0"), NOON).chains[0]) == 3001


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        pytest.param([ks("a", conditions=FAILING), ks("b", after=["a"], conditions=WAITING)], "holds back b", id="one"),
        pytest.param(
            [
                ks("a", conditions=FAILING),
                ks("b", after=["a"], conditions=WAITING),
                ks("c", after=["b"], conditions=WAITING),
                ks("d", after=["a"]),
            ],
            "holds back b and 1 more",
            id="some",
        ),
        pytest.param([ks("a", conditions=FAILING), ks("b", after=["a"])], "", id="nobody-waits"),
        pytest.param([ks("a", conditions=FAILING)], "", id="nobody"),
        pytest.param(
            [ks("a"), ks("x", conditions=FAILING), ks("b", after=["a", "x"], conditions=WAITING)],
            "",
            id="it-is-ready-itself",
        ),
        pytest.param([ks("b", after=["a"], conditions=WAITING)], "holds back b", id="it-is-missing"),
    ],
)
def test_whom_it_holds_back(objects: list[Body], expected: str) -> None:
    assert holds_back(picture_of(*objects), WAITER) == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (ref("Kustomization", "apps"), "ks flux-system/apps"),
        (ref("CustomResourceDefinition", "certs.io", ""), "CustomResourceDefinition certs.io"),
    ],
    ids=["flux", "other"],
)
def test_an_object_in_a_sentence(one: ObjectRef, expected: str) -> None:
    assert describe(one) == expected
