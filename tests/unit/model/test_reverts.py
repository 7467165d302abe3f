"""Who undoes a suspension or a resumption, and how to prevent it."""

from datetime import timedelta

import pytest

from tests.fakes.objects import Body, applied_by, body, inventory_id, ks, picture_of, read, ref, suspended_by
from tui.model.intent import Verb
from tui.model.refs import ObjectRef
from tui.model.reverts import Undoing, keepers, undone_by

DECLARED = suspended_by("kustomize-controller", 60, "Apply")
BY_HAND = suspended_by("gitops-tui", 60)
FLEET, APPS = ref("Kustomization", "fleet"), ref("Kustomization", "apps")
OPERATOR = "fluxcd.controlplane.io/reconcile"
BY_FLEET = Undoing(FLEET, timedelta(minutes=10))


def fleet(**more: object) -> Body:
    """The parent."""
    return ks("fleet", inventory=[inventory_id("Kustomization", "apps"), inventory_id("ResourceSet", "apps")], **more)


def apps(managed: list[Body] = DECLARED, **more: object) -> Body:
    """The child."""
    return ks("apps", managed=managed, **more)


def annotated(manager: str = "kustomize-controller", operation: str = "Apply", **more: object) -> Body:
    """A ResourceSet whose switch is owned by somebody."""
    fields = {"f:metadata": {"f:annotations": {f"f:{OPERATOR}": {}}}}
    entry = {"manager": manager, "operation": operation, "fieldsV1": fields}
    return body("ResourceSet", "apps", managed=[entry], **more)


@pytest.mark.parametrize(
    ("verb", "objects", "undoing"),
    [
        pytest.param(Verb.SUSPEND, [apps(), fleet()], BY_FLEET, id="declared-false"),
        pytest.param(Verb.RESUME, [apps(suspend=True), fleet()], BY_FLEET, id="declared-true"),
        pytest.param(
            Verb.SUSPEND,
            [apps(suspended_by("flux-operator", 9, "Apply")), fleet()],
            BY_FLEET,
            id="declared-to-flux-operator",
        ),
        pytest.param(Verb.SUSPEND, [apps([]), fleet()], None, id="not-declared"),
        pytest.param(Verb.RESUME, [apps(BY_HAND, suspend=True), fleet()], None, id="suspended-by-hand"),
        pytest.param(
            Verb.SUSPEND, [apps(suspended_by("kustomize-controller", 9)), fleet()], None, id="updated-not-applied"
        ),
        pytest.param(Verb.SUSPEND, [apps(suspended_by("argocd", 9, "Apply")), fleet()], None, id="applied-by-another"),
        pytest.param(Verb.SUSPEND, [apps(suspend=True), fleet()], None, id="suspended-already"),
        pytest.param(Verb.RESUME, [apps(), fleet()], None, id="not-suspended"),
        pytest.param(Verb.RECONCILE, [apps(), fleet()], None, id="reconcile-changes-no-switch"),
        pytest.param(Verb.SUSPEND, [apps(), fleet(suspend=True)], None, id="the-parent-is-suspended"),
        pytest.param(Verb.SUSPEND, [apps()], Undoing(None), id="no-known-parent"),
        pytest.param(
            Verb.SUSPEND, [apps(labels=applied_by("fleet")), ks("fleet")], BY_FLEET, id="a-parent-by-its-labels-alone"
        ),
        pytest.param(
            Verb.SUSPEND, [apps(inventory=[inventory_id("Kustomization", "apps")])], None, id="suspends-itself-for-good"
        ),
        pytest.param(
            Verb.RESUME,
            [apps(suspend=True, inventory=[inventory_id("Kustomization", "apps")])],
            Undoing(APPS, timedelta(minutes=10)),
            id="suspends-itself-again",
        ),
        pytest.param(
            Verb.SUSPEND,
            [apps(annotations={"kustomize.toolkit.fluxcd.io/reconcile": "Disabled"}), fleet()],
            None,
            id="left-alone-by-annotation",
        ),
        pytest.param(
            Verb.SUSPEND,
            [apps(labels={"kustomize.toolkit.fluxcd.io/ssa": "Ignore"}), fleet()],
            None,
            id="left-alone-by-label",
        ),
        pytest.param(
            Verb.SUSPEND,
            [apps(annotations={"kustomize.toolkit.fluxcd.io/ssa": "Merge"}), fleet()],
            BY_FLEET,
            id="merged-is-not-left-alone",
        ),
        pytest.param(Verb.SUSPEND, [annotated(), fleet()], BY_FLEET, id="an-annotation-that-git-declares"),
        pytest.param(
            Verb.RESUME,
            [annotated(annotations={OPERATOR: "disabled"}), fleet()],
            BY_FLEET,
            id="an-annotation-that-git-declares-disabled",
        ),
        pytest.param(Verb.SUSPEND, [annotated("gitops-tui", "Update"), fleet()], None, id="an-annotation-by-hand"),
    ],
)
def test_who_undoes_it(verb: Verb, objects: list[Body], undoing: Undoing | None) -> None:
    assert undone_by(picture_of(*objects), verb, read(objects[0])) == undoing


@pytest.mark.parametrize(
    ("verb", "child", "parent", "undoing"),
    [
        pytest.param(Verb.SUSPEND, apps(), fleet(), None, id="suspended-along"),
        pytest.param(Verb.RESUME, apps(suspend=True), fleet(suspend=True), BY_FLEET, id="resumed-along"),
    ],
)
def test_what_is_asked_of_the_parent_too_counts(verb: Verb, child: Body, parent: Body, undoing: Undoing | None) -> None:
    assert undone_by(picture_of(child, parent), verb, read(child), frozenset((FLEET, APPS))) == undoing


@pytest.mark.parametrize(
    ("undoing", "text"),
    [
        (BY_FLEET, "ks flux-system/fleet will undo it at its next run, within 10m"),
        (Undoing(FLEET), "ks flux-system/fleet will undo it at its next run"),
        (Undoing(None), "what applies it will undo it at its next run"),
    ],
    ids=["known", "no-interval", "unknown"],
)
def test_how_it_is_said(undoing: Undoing, text: str) -> None:
    assert undoing.sentence() == text


ROOT = ref("Kustomization", "root")


@pytest.mark.parametrize(
    ("objects", "found"),
    [
        pytest.param([apps(), fleet()], (FLEET,), id="the-parent"),
        pytest.param([apps([]), fleet()], (), id="nothing-is-undone"),
        pytest.param([apps()], (), id="no-known-parent"),
        pytest.param(
            [apps(), fleet(managed=DECLARED), ks("root", inventory=[inventory_id("Kustomization", "fleet")])],
            (ROOT, FLEET),
            id="the-parent-would-be-resumed-by-its-own",
        ),
        pytest.param(
            [
                ks("apps", managed=DECLARED, inventory=[inventory_id("Kustomization", "fleet")]),
                fleet(managed=DECLARED),
            ],
            (),
            id="two-that-apply-each-other",
        ),
    ],
)
def test_what_has_to_be_suspended_so_that_it_is_kept(objects: list[Body], found: tuple[ObjectRef, ...]) -> None:
    assert keepers(picture_of(*objects), Verb.SUSPEND, read(objects[0])) == found
