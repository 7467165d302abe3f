"""The order in which a bulk request runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import NOON
from tests.fakes.objects import Body, body, git, helm_chart, helm_repository, hr, ks, oci, picture_of, read, ref, ref_of
from tests.fakes.properties import fleets, quick
from tui.model.graph import origin_of
from tui.model.intent import Outcome, Step, Verb, ask, settle
from tui.model.order import held_back, order, sources, waiting_for
from tui.model.picture import Picture
from tui.model.refs import ObjectRef

A, B, C, D = (ref("Kustomization", name) for name in "abcd")
SELECTOR = {"matchLabels": {"team": "a"}}
GIT = ref("GitRepository", "flux-system")


@pytest.mark.parametrize(
    ("objects", "asked", "expected"),
    [
        pytest.param([], [], {}, id="nothing"),
        pytest.param([ks("a")], [A], {A: ()}, id="one"),
        pytest.param([], [A, B], {A: (), B: ()}, id="what-is-not-known"),
        pytest.param([ks("a"), ks("b")], [B, A], {B: (), A: ()}, id="independent-as-asked"),
        pytest.param(
            [ks("a"), ks("b", after=["a"]), ks("c", after=["b"])], [C, A, B], {A: (), B: (A,), C: (B,)}, id="chain"
        ),
        pytest.param(
            [ks("a"), ks("b", after=["a"]), ks("c", after=["b"])], [C, A], {A: (), C: (A,)}, id="by-way-of-another"
        ),
        pytest.param([ks("c", after=["b"])], [C, B], {B: (), C: (B,)}, id="a-dependency-that-is-gone"),
        pytest.param(
            [git(), ks("a"), ks("b", after=["a"])], [B, A, GIT], {GIT: (), A: (GIT,), B: (GIT, A)}, id="source-first"
        ),
        pytest.param(
            [ks("a"), ks("b"), ks("c", after=["b", "a"]), ks("d", after=["c", "a"])],
            [D, C, B, A],
            {B: (), A: (), C: (B, A), D: (C, A)},
            id="diamond",
        ),
        pytest.param([ks("a", after=["a"])], [A], {A: ()}, id="itself"),
        pytest.param([ks("a", after=["b"]), ks("b", after=["a"])], [A, B], {A: (), B: ()}, id="cycle"),
        pytest.param(
            [ks("a", after=["b", "d"]), ks("b", after=["a"]), ks("c", after=["a"]), ks("d")],
            [C, B, A, D],
            {D: (), A: (D,), B: (D,), C: (A, B)},
            id="round-a-cycle",
        ),
    ],
)
def test_order(objects: list[Body], asked: list[ObjectRef], expected: dict[ObjectRef, tuple[ObjectRef, ...]]) -> None:
    found = order(asked, picture_of(*objects))
    assert {one: set(before) for one, before in found.items()} == {one: set(all_) for one, all_ in expected.items()}
    assert set(found) == set(asked)


def test_contexts_do_not_wait_for_each_other() -> None:
    picture = Picture(["eu", "us"])
    for context in ("eu", "us"):
        picture.put(read(ks("a"), context))
        picture.put(read(ks("b", after=["a"]), context))
    far_a, far_b = A._replace(context="us"), B._replace(context="us")
    assert order([far_b, B, A], picture) == {far_b: (), A: (), B: (A,)}
    assert order([far_b, B, far_a, A], picture)[far_b] == (far_a,)


def _reach(start: ObjectRef, picture: Picture) -> set[ObjectRef]:
    """All that an object needs, at any remove."""
    found: set[ObjectRef] = set()
    todo = [start]
    while todo:
        links, resource = picture.links(todo[-1]), picture.get(todo.pop())
        origin = origin_of(resource) if resource is not None else None
        targets = {links.source, origin, *links.inputs, *links.depends_on} - {None} - found
        found |= {target for target in targets if target is not None}
        todo += [target for target in targets if target is not None]
    return found


@quick
@given(fleets, st.data())
def test_each_once_and_none_before_what_it_needs(fleet: list[Body], data: st.DataObject) -> None:
    picture = picture_of(*fleet)
    known = sorted({ref_of(one) for one in fleet})
    asked = data.draw(st.lists(st.sampled_from(known), unique=True)) if known else []
    found = order(asked, picture)
    assert sorted(found) == sorted(asked)
    needs = {one: _reach(one, picture) for one in asked}
    earlier: dict[ObjectRef, set[ObjectRef]] = {}
    for one, before in found.items():
        assert all(other in earlier for other in before), "what comes before is told before"
        earlier[one] = set(before).union(*(earlier[other] for other in before))
        expected = {other for other in asked if other in needs[one] and one not in needs[other]}
        assert earlier[one] == expected, "all that it needs comes before, but for those that need it too"


@quick
@given(fleets)
def test_sources_are_all_that_something_is_made_of_in_order(fleet: list[Body]) -> None:
    picture = picture_of(*fleet)
    for one in picture.refs("eu"):
        found = sources(one, picture)
        assert len(set(found)) == len(found)
        assert one not in found
        for place, source in enumerate(found):
            parts = {part for part in sources(source, picture) if source not in sources(part, picture)}
            assert set(found[:place]) >= parts - {one}


@pytest.mark.parametrize(
    ("object_", "others", "expected"),
    [
        pytest.param(ks("a"), [], ["GitRepository/flux-system"], id="kustomization"),
        pytest.param(git(), [], [], id="source"),
        pytest.param(
            hr("api"), [helm_chart("apps-api")], ["HelmRepository/charts", "HelmChart/apps-api"], id="chart-template"
        ),
        pytest.param(hr("api"), [], ["HelmRepository/charts", "HelmChart/apps-api"], id="chart-not-generated-yet"),
        pytest.param(
            hr("api", ref={"kind": "HelmChart", "name": "api"}),
            [helm_chart("api", "apps", source="own"), helm_repository("own", "apps")],
            ["HelmRepository/own", "HelmChart/api"],
            id="chart-ref",
        ),
        pytest.param(
            hr("api", chart={"kind": "OCIRepository", "spec": {"url": "oci://registry.example/api"}}),
            [oci("apps-api", "apps")],
            ["OCIRepository/apps-api"],
            id="chart-generates-an-oci-repository",
        ),
        pytest.param(
            body("ArtifactGenerator", "g", spec={"sources": [{"kind": "GitRepository", "name": "x"}]}),
            [git("x", spec={"include": [{"repository": {"name": "y"}}]})],
            ["GitRepository/y", "GitRepository/x"],
            id="generator",
        ),
        pytest.param(
            body(
                "ResourceSet", "r", spec={"inputsFrom": [{"name": "n"}, {"selector": {"matchLabels": {"team": "a"}}}]}
            ),
            [
                body("ResourceSetInputProvider", "y", labels={"team": "a"}),
                body("ResourceSetInputProvider", "x", labels={"team": "a"}),
                body("ResourceSetInputProvider", "other", labels={"team": "b"}),
                body("ResourceSetInputProvider", "elsewhere", "apps", labels={"team": "a"}),
                ks("ks", labels={"team": "a"}),
            ],
            [f"ResourceSetInputProvider/{name}" for name in "nxy"],
            id="providers-by-name-and-by-label",
        ),
    ],
)
def test_sources(object_: Body, others: list[Body], expected: list[str]) -> None:
    found = sources(ref_of(object_), picture_of(object_, *others))
    assert [f"{one.kind}/{one.name}" for one in found] == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param([], "", id="its-turn"),
        pytest.param([A], "waits for ks a", id="one"),
        pytest.param([A._replace(namespace="other"), C, D], "waits for ks other/a and 2 more", id="several"),
        pytest.param([GIT, A], "reconciles git flux-system/flux-system first", id="source"),
    ],
)
def test_waiting_for(before: list[ObjectRef], expected: str) -> None:
    assert waiting_for(B, before, [GIT]) == expected


def _came_to(target: ObjectRef, step: Step, verb: Verb = Verb.RECONCILE) -> Outcome:
    made = ks(target.name) if target.kind == "Kustomization" else git()
    begun = ask(verb, read(made), NOON)
    return begun if step is Step.ASKED else settle(begun, step, "why", NOON)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param(_came_to(A, Step.FAILED), (Step.SKIPPED, "a, which it depends on, failed"), id="failed"),
        pytest.param(_came_to(A, Step.TIMED_OUT), (Step.SKIPPED, "a, which it depends on, timed out"), id="timed-out"),
        pytest.param(_came_to(A, Step.REFUSED), (Step.SKIPPED, "a, which it depends on, was refused"), id="refused"),
        pytest.param(_came_to(A, Step.SKIPPED), (Step.SKIPPED, "a, which it depends on, was skipped"), id="skipped"),
        pytest.param(
            _came_to(A, Step.STOPPED), (Step.SKIPPED, "a, which it depends on, was not started"), id="stopped"
        ),
        pytest.param(
            _came_to(A, Step.READY, Verb.SUSPEND),
            (Step.SKIPPED, "a, which it depends on, was suspended"),
            id="suspended",
        ),
        pytest.param(_came_to(A, Step.ASKED), (Step.SKIPPED, "a, which it depends on, was asked anew"), id="anew"),
        pytest.param(
            _came_to(GIT, Step.REFUSED),
            (Step.REFUSED, "its source git flux-system/flux-system came to: refused, why"),
            id="source-refused",
        ),
        pytest.param(
            _came_to(GIT, Step.TIMED_OUT),
            (Step.FAILED, "its source git flux-system/flux-system came to: timed out, why"),
            id="source-timed-out",
        ),
        pytest.param(
            _came_to(GIT, Step.ASKED),
            (Step.FAILED, "its source git flux-system/flux-system was asked anew"),
            id="source-anew",
        ),
    ],
)
def test_held_back(by: Outcome, expected: tuple[Step, str]) -> None:
    assert held_back(B, by, [GIT]) == expected
