"""What a node says."""

import pytest

from tests.fakes.objects import NOON, Body, body, git, ks, picture_of, ref
from tui.model.health import State
from tui.model.neighbourhood import Neighbourhood, Node, Scope, Web, neighbourhood
from tui.model.nodes import Label, describe_node, label_of
from tui.model.picture import Picture
from tui.model.refs import ObjectRef

A = ref("Kustomization", "a")


@pytest.mark.parametrize(
    ("node", "label"),
    [
        pytest.param(Node(A, (A,)), Label("a", "ks"), id="Flux's own namespace is not named"),
        pytest.param(Node(ref("HelmRelease", "api", "shop"), (A,)), Label("shop/api", "hr"), id="another namespace is"),
        pytest.param(Node(A, (A, A, A, A)), Label("4 ready", "ks"), id="folded"),
        pytest.param(Node(A, (A,), "missing"), Label("a", "ks", "missing"), id="a ghost"),
        pytest.param(Node(A, (A,), loops=True), Label("a", "ks", "waits on itself"), id="a loop"),
        pytest.param(
            Node(ref("Deployment", "d"), (A,), "not seen"), Label("d", "Deployment", "not seen"), id="no kind of Flux"
        ),
    ],
)
def test_labels(node: Node, label: Label) -> None:
    assert label_of(node) == label


def told(picture: Picture, of: ObjectRef) -> tuple[State | None, str]:
    hood = neighbourhood(Web(picture, "eu"), picture, Scope(), NOON)
    (node,) = (node for node in hood.nodes if of in node.members)
    detail = describe_node(picture, hood, node, NOON)
    return detail.state, " | ".join((detail.title, *detail.message))


def many() -> list[Body]:
    return [git(), *(ks(f"k{number}") for number in range(4))]


@pytest.mark.parametrize(
    ("objects", "of", "state", "words"),
    [
        pytest.param([ks("a")], A, State.READY, ("eu · ks flux-system/a", "ready"), id="an object"),
        pytest.param(
            many(),
            ref("Kustomization", "k2"),
            State.READY,
            ("4 × Kustomization, all ready", "k0, k1, k2, k3"),
            id="folded",
        ),
        pytest.param(
            [ks("b", after=["a"])],
            A,
            State.UNKNOWN,
            ("ks flux-system/a · missing", "named by ks flux-system/b: create it, or correct the reference"),
            id="a ghost",
        ),
        pytest.param(
            [body("ResourceSet", "r", spec={"dependsOn": [{"kind": "Deployment", "name": "web", "namespace": "x"}]})],
            ref("Deployment", "web", "x"),
            State.UNKNOWN,
            ("not seen", "named by rset flux-system/r"),
            id="what is not watched",
        ),
        pytest.param(
            [ks("a", after=["b"]), ks("b", after=["a"])],
            A,
            State.READY,
            ("cycle: a → b → a: nothing of it starts until one dependsOn is cut",),
            id="part of a cycle",
        ),
    ],
)
def test_the_strip(objects: list[Body], of: ObjectRef, state: State, words: tuple[str, ...]) -> None:
    shown, text = told(picture_of(*objects), of)
    assert shown is state
    assert all(word in text for word in words), text


def test_a_ghost_that_nobody_names_is_just_missing() -> None:
    picture = picture_of()
    detail = describe_node(picture, Neighbourhood(), Node(A, (A,), "missing"), NOON)
    assert detail.message == ("There is no such object: create it, or correct the reference",)
