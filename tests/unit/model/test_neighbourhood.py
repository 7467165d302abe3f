"""What belongs into the drawing of an object."""

import random
from typing import Any

import pytest
from hypothesis import given

from tests.fakes.objects import (
    FAILING,
    NOON,
    WAITING,
    Body,
    body,
    git,
    helm_chart,
    helm_repository,
    hr,
    inventory_id,
    ks,
    picture_of,
    ref,
    ref_of,
)
from tests.fakes.properties import fleets, quick
from tui.model.changes import ContextStatus, Phase
from tui.model.neighbourhood import Layer, Neighbourhood, Scope, Web, neighbourhood
from tui.model.picture import Picture
from tui.model.plan import arrange
from tui.model.refs import ObjectRef

A, B, C, D = (ref("Kustomization", name) for name in "abcd")
SOURCE = ref("GitRepository", "flux-system")
DEPENDS = frozenset((Layer.DEPENDS_ON,))


def around(picture: Picture, focus: ObjectRef | None = None, **options: Any) -> Neighbourhood:
    return neighbourhood(Web(picture, "eu"), picture, Scope(focus, **options), NOON)


def names(hood: Neighbourhood) -> set[str]:
    return {node.ref.name for node in hood.nodes}


def arrows(hood: Neighbourhood) -> set[tuple[str, str]]:
    return {(arrow.before.name, arrow.after.name) for arrow in hood.arrows}


CHAIN = (git(), ks("a"), ks("b", after=["a"]), ks("c", after=["b"]), ks("d", after=["c"]), ks("beside", after=["a"]))


@pytest.mark.parametrize(
    ("focus", "hops", "expected"),
    [
        pytest.param(B, 1, {"a", "b", "c"}, id="one hop both ways"),
        pytest.param(B, 2, {"a", "b", "c", "d"}, id="two hops, and not down again from above"),
        pytest.param(D, 1, {"c", "d"}, id="the end"),
        pytest.param(A, 3, {"a", "b", "c", "d", "beside"}, id="all that follows"),
    ],
)
def test_hops(focus: ObjectRef, hops: int, expected: set[str]) -> None:
    assert names(around(picture_of(*CHAIN), focus, hops=hops, layers=DEPENDS)) == expected


def test_without_a_focus_everything_is_there() -> None:
    assert names(around(picture_of(*CHAIN, body("Alert", "lonely")))) >= {"a", "beside", "flux-system", "lonely"}


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        pytest.param({Layer.DEPENDS_ON}, {("a", "b")}, id="dependsOn"),
        pytest.param({Layer.SOURCES}, {("flux-system", "a"), ("flux-system", "b")}, id="sources"),
        pytest.param({Layer.OWNERS}, {("a", "b")}, id="owners"),
        pytest.param(set(), set(), id="none"),
    ],
)
def test_layers(layers: set[Layer], expected: set[tuple[str, str]]) -> None:
    picture = picture_of(
        git(), ks("a", inventory=[inventory_id("Kustomization", "b")]), ks("b", after=["a"] if layers else [])
    )
    assert arrows(around(picture, layers=frozenset(layers))) == expected


def test_an_arrow_of_two_layers_is_one() -> None:
    picture = picture_of(ks("a", inventory=[inventory_id("Kustomization", "b")]), ks("b", after=["a"]))
    (arrow,) = (arrow for arrow in around(picture).arrows if arrow.before == A)
    assert arrow.layers == {Layer.DEPENDS_ON, Layer.OWNERS}


def test_what_feeds_its_own_owner_is_no_cycle() -> None:
    """A generated chart, and the source of a bootstrapped cluster."""
    labels = {"helm.toolkit.fluxcd.io/name": "api", "helm.toolkit.fluxcd.io/namespace": "apps"}
    picture = picture_of(helm_repository(), helm_chart("apps-api", labels=labels), hr("api"))
    assert arrows(around(picture)) == {("charts", "apps-api"), ("apps-api", "api")}


def test_a_missing_dependency_is_a_ghost() -> None:
    hood = around(picture_of(ks("a", after=["gone"])), A, layers=DEPENDS)
    (ghost,) = (node for node in hood.nodes if node.missing)
    assert (ghost.ref.name, ghost.missing) == ("gone", "missing")
    assert arrows(hood) == {("gone", "a")}


def test_what_can_not_be_seen_is_not_called_missing() -> None:
    picture = picture_of(
        hr("api", chart={"spec": {"chart": "x", "sourceRef": {"kind": "HelmRepository", "name": "r"}}})
    )
    picture.statuses["eu"] = ContextStatus("eu", Phase.LIVE, forbidden=("HelmChart",))
    assert {node.missing for node in around(picture).nodes} == {"", "not seen"}


def test_a_focus_that_was_deleted_is_a_ghost() -> None:
    hood = around(picture_of(ks("b", after=["a"])), A, layers=DEPENDS)
    assert [(node.ref, node.missing) for node in hood.nodes] == [(A, "missing"), (B, "")]


@pytest.mark.parametrize(
    ("objects", "cycles"),
    [
        pytest.param([ks("a", after=["b"]), ks("b", after=["a"])], ((A, B),), id="two"),
        pytest.param([ks("a", after=["c"]), ks("b", after=["a"]), ks("c", after=["b"])], ((A, C, B),), id="three"),
        pytest.param([ks("a", after=["a"])], ((A,),), id="itself"),
        pytest.param([ks("a", after=["b"]), ks("b")], (), id="none"),
    ],
)
def test_cycles_are_named_as_they_wait(objects: list[Body], cycles: tuple[tuple[ObjectRef, ...], ...]) -> None:
    hood = around(picture_of(*objects), A, layers=DEPENDS)
    assert hood.cycles == cycles
    assert [node.ref for node in hood.nodes if node.loops] == ([A] if cycles == ((A,),) else [])


def test_a_parent_that_checks_what_waits_for_it_is_a_cycle() -> None:
    children = [inventory_id("Kustomization", "b")]
    picture = picture_of(ks("a", inventory=children, spec={"wait": True}), ks("b", after=["a"]))
    hood = around(picture, A)
    assert hood.cycles == ((A, B),)
    plan = arrange(hood, [9] * len(hood.nodes))
    assert plan.cycle_wires()


def test_the_way_to_what_broke_is_drawn_whatever_the_layers_and_hops() -> None:
    picture = picture_of(
        ks("a", conditions=FAILING),
        ks("b", after=["a"], conditions=WAITING),
        ks("c", after=["b"], conditions=WAITING),
        ks("d", after=["c"], conditions=WAITING),
    )
    hood = around(picture, D, hops=1, layers=frozenset((Layer.SOURCES,)))
    assert hood.path == (D, C, B, A)
    assert {("a", "b"), ("b", "c"), ("c", "d")} <= arrows(hood)


MANY = [ks(f"k{number}") for number in range(6)]


def test_healthy_ones_that_look_alike_are_one_node() -> None:
    hood = around(picture_of(git(), *MANY, ks("bad", conditions=FAILING)))
    (folded,) = (node for node in hood.nodes if node.folded)
    assert len(folded.members) == 6
    assert all(hood.place[member] == folded.ref for member in folded.members)
    assert ("flux-system", folded.ref.name) in arrows(hood)
    assert "bad" in names(hood)


def test_what_is_kept_apart_is_not_folded() -> None:
    k3 = ref("Kustomization", "k3")
    hood = around(picture_of(git(), *MANY), apart=frozenset((k3,)))
    assert hood.place[k3] == k3
    assert names(around(picture_of(git(), *MANY), folding=False)) == {"flux-system", *(f"k{n}" for n in range(6))}
    assert around(picture_of(git(), *MANY), k3).place[k3] == k3


@quick
@given(fleets)
def test_the_order_of_events_does_not_matter(fleet: list[Body]) -> None:
    latest = list({ref_of(one): one for one in fleet}.values())
    shuffled = random.Random(len(latest)).sample(latest, len(latest))
    one, other = picture_of(*latest), picture_of(*shuffled)
    for focus in (None, *(ref_of(object_) for object_ in latest[:2])):
        assert around(one, focus) == around(other, focus)


@quick
@given(fleets)
def test_every_object_has_one_place(fleet: list[Body]) -> None:
    picture = picture_of(*fleet)
    hood = around(picture)
    members = [member for node in hood.nodes for member in node.members]
    assert sorted(members) == sorted(hood.place)
    assert set(members) >= set(picture.refs("eu"))
    placed = {node.ref for node in hood.nodes}
    for arrow in hood.arrows:
        assert arrow.before != arrow.after
        assert {arrow.before, arrow.after} <= placed
