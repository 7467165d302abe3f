"""Steps through a drawn graph, and which wires stand out."""

import pytest

from tests.fakes.objects import FAILING, NOON, WAITING, Body, git, ks, picture_of, ref
from tui.model.neighbourhood import Layer, Scope, Web, neighbourhood
from tui.model.plan import Plan, Way, arrange
from tui.model.refs import ObjectRef

A, B, C, D, E = (ref("Kustomization", name) for name in "abcde")


def planned(*objects: Body, focus: ObjectRef | None = None, height: int = 0, layers: str = "dependsOn") -> Plan:
    picture = picture_of(*objects)
    wanted = frozenset(Layer(name) for name in layers.split())
    scope = Scope(focus, hops=9, layers=wanted, folding=False)
    hood = neighbourhood(Web(picture, "eu"), picture, scope, NOON)
    return arrange(hood, [10] * len(hood.nodes), height)


DIAMOND = planned(ks("a"), ks("b", after=["a"]), ks("c", after=["a"]), ks("d", after=["b", "c"]), ks("e", after=["c"]))


@pytest.mark.parametrize(
    ("start", "way", "came_from", "end"),
    [
        pytest.param(D, Way.BEFORE, B, B, id="back to where one came from"),
        pytest.param(D, Way.BEFORE, C, C, id="or there"),
        pytest.param(B, Way.BEFORE, None, A, id="to what it depends on"),
        pytest.param(B, Way.AFTER, None, D, id="to what depends on it"),
        pytest.param(A, Way.BEFORE, None, A, id="nothing before"),
        pytest.param(E, Way.AFTER, None, E, id="nothing after"),
        pytest.param(A, Way.DOWN, None, A, id="alone in its column"),
        pytest.param(A, Way.BOTTOM, None, A, id="alone, to the bottom"),
    ],
)
def test_steps(start: ObjectRef, way: Way, came_from: ObjectRef | None, end: ObjectRef) -> None:
    assert DIAMOND.step(start, way, came_from) == end


def test_up_and_down_within_a_column() -> None:
    upper, lower = sorted((B, C), key=lambda one: DIAMOND.drawing.boxes[DIAMOND.number[one]].y)
    assert DIAMOND.step(upper, Way.DOWN) == DIAMOND.step(upper, Way.BOTTOM) == DIAMOND.step(lower, Way.DOWN) == lower
    assert DIAMOND.step(lower, Way.UP) == DIAMOND.step(lower, Way.TOP) == DIAMOND.step(upper, Way.UP) == upper


def test_a_step_prefers_the_way_to_what_broke() -> None:
    plan = planned(ks("a"), ks("z", conditions=FAILING), ks("b", after=["a", "z"], conditions=WAITING), focus=B)
    assert plan.hood.path == (B, ref("Kustomization", "z"))
    assert plan.step(B, Way.BEFORE) == ref("Kustomization", "z")


def test_what_is_not_drawn_leads_nowhere() -> None:
    assert DIAMOND.step(ref("Kustomization", "other"), Way.UP) == ref("Kustomization", "other")
    assert DIAMOND.box(ref("Kustomization", "other")) is None


def test_a_cell_belongs_to_its_node() -> None:
    box = DIAMOND.box(D)
    assert box is not None
    assert DIAMOND.at(box.x, box.y) == DIAMOND.at(box.x + box.width - 1, box.y) == D
    assert DIAMOND.at(box.x - 1, box.y) is None


def test_wires_of_the_way_and_of_a_cycle() -> None:
    waiting = planned(
        ks("a", conditions=FAILING), ks("b", after=["a"], conditions=WAITING), ks("c", after=["a"]), focus=B
    )
    assert {
        (waiting.drawing.wires[number].left, waiting.drawing.wires[number].right) for number in waiting.path_wires()
    } == {(waiting.number[A], waiting.number[B])}
    assert waiting.cycle_wires() == frozenset()
    ring = planned(ks("a", after=["c"]), ks("b", after=["a"]), ks("c", after=["b"]), ks("d", after=["c"]))
    tips = {
        frozenset((ring.drawing.wires[number].left, ring.drawing.wires[number].right)) for number in ring.cycle_wires()
    }
    assert frozenset((ring.number[C], ring.number[D])) not in tips
    assert len(ring.cycle_wires()) == 4, "a to b, b to c, and back past b"
    assert len([head for head in ring.drawing.heads if not head[2]]) == 1, "one of them points to the left"


def test_a_source_that_a_longer_way_leads_to_is_not_drawn_again() -> None:
    plan = planned(git(), ks("a"), ks("b", after=["a"]), layers="dependsOn sources")
    drawn = {
        (arrow.before.name, arrow.after.name): bool(run)
        for arrow, run in zip(plan.arrows, plan.drawing.chains, strict=True)
    }
    assert drawn == {("a", "b"): True, ("flux-system", "a"): True, ("flux-system", "b"): False}
    assert plan.step(B, Way.BEFORE, ref("GitRepository", "flux-system")) == A, "a step goes along what is drawn"


def test_nodes_stand_apart_where_there_is_room() -> None:
    objects = [ks("a"), ks("b", after=["a"]), ks("c", after=["a"])]
    assert [planned(*objects, height=height).drawing.height for height in (2, 3)] == [2, 3]
