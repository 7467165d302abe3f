"""Edges kept up one object at a time are those of a graph that is built anew; cycles end; order does not matter."""

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import NOON
from tests.fakes.objects import WAITING, Body, git, inventory_id, ks, picture_of, read, ref, ref_of
from tests.fakes.properties import fleets, kept_up, objects, quick
from tui.model.blast import blast_radius
from tui.model.causes import explain
from tui.model.graph import Links
from tui.model.health import State
from tui.model.picture import Picture
from tui.model.refs import ObjectRef

_NAMES = st.sampled_from(("a", "b", "c", "d", "e"))
_KNOTS = st.lists(
    st.builds(
        ks,
        _NAMES,
        after=st.lists(_NAMES, max_size=3),
        inventory=st.lists(st.builds(inventory_id, st.just("Kustomization"), _NAMES), max_size=2),
        spec=st.sampled_from(({}, {"wait": True})),
        conditions=st.just(WAITING),
    ),
    max_size=8,
)
_ALL = [ref("Kustomization", name) for name in "abcde"]


def _edges(picture: Picture, one: ObjectRef) -> tuple[object, ...]:
    edges = picture.edges
    return (edges.links(one), set(edges.owners(one)), edges.held_by(one), set(edges.waiting_on(one)))


def _pointed_at(picture: Picture) -> set[ObjectRef]:
    found = set(picture.refs("eu"))
    for one in list(found):
        links = picture.links(one)
        found.update(links.depends_on, links.checked, links.applied, links.inputs, filter(None, (links.source,)))
    return found


@quick
@given(told=st.lists(st.tuples(st.integers(0, 3), objects), max_size=40))
def test_edges_kept_up_are_those_built_anew(told: list[tuple[int, Body]]) -> None:
    picture, there = kept_up(told)
    anew = picture_of(*there)
    everything = _pointed_at(anew) | {ref_of(object_) for _, object_ in told}
    assert {one: _edges(picture, one) for one in everything} == {one: _edges(anew, one) for one in everything}
    assert picture.edges.cycles("eu") == anew.edges.cycles("eu")


@quick
@given(knot=_KNOTS, data=st.data())
def test_cycles_end_and_do_not_depend_on_the_order(knot: list[Body], data: st.DataObject) -> None:
    latest = {ref_of(object_): object_ for object_ in knot}
    picture = picture_of(git(), *latest.values())
    other = picture_of(git(), *data.draw(st.permutations(list(latest.values()))))
    assert picture.edges.cycles("eu") == other.edges.cycles("eu")
    for one in _ALL:
        explanation = explain(picture, one, NOON)
        assert explanation == explain(other, one, NOON)
        assert all(chain[0].ref == one for chain in explanation.chains)
        assert blast_radius(picture, one) == blast_radius(other, one)


@quick
@given(knot=_KNOTS)
def test_a_cycle_is_told_where_everything_reaches_itself(knot: list[Body]) -> None:
    picture = picture_of(*{ref_of(object_): object_ for object_ in knot}.values())
    on_cycles = {one for one in _ALL if _reaches(picture, one, one)}
    told = picture.edges.cycles("eu")
    assert {one for one in _ALL if picture.edges.cycle(one)} == on_cycles
    assert {one for cycle in told for one in cycle} <= on_cycles
    assert bool(told) == bool(on_cycles)
    for cycle in (*told, *(picture.edges.cycle(one) for one in on_cycles)):
        for one, following in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert following in picture.edges.waits_for(one)


def _reaches(picture: Picture, start: ObjectRef, target: ObjectRef) -> bool:
    seen, queue = {start}, [start]
    while queue:
        for one in picture.edges.waits_for(queue.pop()):
            if one == target:
                return True
            if one not in seen:
                seen.add(one)
                queue.append(one)
    return False


@quick
@given(fleet=fleets)
def test_every_object_can_be_explained(fleet: list[Body]) -> None:
    picture = picture_of(*fleet)
    for one in _pointed_at(picture):
        explanation = explain(picture, one, NOON)
        assert explanation.sentence
        assert len(explanation.chains) == len(explanation.next_steps) >= 1
        if picture.health(one).state in (State.FAILED, State.STALLED, State.SUSPENDED, State.WAITING):
            assert explanation.next_step


def test_each_knot_is_told_once() -> None:
    picture = picture_of(
        ks("a", after=["b", "c"]),
        ks("b", after=["a"]),
        ks("c", after=["a"]),
        ks("x", after=["x"]),
        ks("y", after=["a"]),
    )
    named = [[one.name for one in cycle] for cycle in picture.edges.cycles("eu")]
    assert named == [["a", "b"], ["x"]]


def test_cycles_follow_what_changes() -> None:
    picture = picture_of(ks("a", after=["b"]), ks("b"))
    assert picture.edges.cycles("eu") == ()
    picture.put(read(ks("b", after=["a"])))
    assert [len(cycle) for cycle in picture.edges.cycles("eu")] == [2]
    picture.drop(ref("Kustomization", "a"))
    assert picture.edges.cycles("eu") == ()


def test_who_checks_whom() -> None:
    children = [inventory_id("Kustomization", "b"), inventory_id("Kustomization", "a")]
    by_name = [{"kind": "HelmRelease", "name": "api", "namespace": "apps"}, {"kind": "Deployment", "name": "web"}]
    picture = picture_of(
        ks("a", inventory=children, spec={"wait": True}),
        ks("c", spec={"healthChecks": by_name}),
        ks("d", inventory=children),
        ks("e", inventory=children, spec={"wait": True, "kubeConfig": {"secretRef": {"name": "x"}}}),
    )
    checked = {one.name: picture.links(one).checked for one in picture.refs("eu")}
    assert checked == {
        "a": (ref("Kustomization", "b"),),
        "c": (ref("HelmRelease", "api", "apps"),),
        "d": (),
        "e": (),
    }


def test_a_long_chain_is_no_recursion() -> None:
    chain = [ks(f"k{number}", after=[f"k{number + 1}"]) for number in range(3000)]
    picture = picture_of(*chain, ks("k3000", after=["k0"]))
    assert [len(cycle) for cycle in picture.edges.cycles("eu")] == [3001]


def test_nothing_declared_is_nothing_linked() -> None:
    assert Picture(["eu"]).links(ref("Kustomization", "a")) == Links()
