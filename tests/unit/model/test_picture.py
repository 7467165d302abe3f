"""The picture keeps counts, owners and edges up as objects come and go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.objects import (
    FAILING,
    OLD_MAIN,
    PROGRESSING,
    READY,
    STALLED,
    WAITING,
    Body,
    applied_by,
    body,
    event,
    git,
    helm_chart,
    hr,
    inventory_id,
    ks,
    picture_of,
    read,
    ref,
    ref_of,
)
from tests.fakes.properties import fleets, kept_up, objects, quick
from tui.model.blast import blast_radius
from tui.model.health import State
from tui.model.picture import EVENTS_KEPT, RECENT_EVENTS, Picture
from tui.model.refs import ObjectRef


def _known(picture: Picture) -> dict[ObjectRef, tuple[object, ...]]:
    return {
        one: (picture.get(one), picture.health(one), picture.links(one), picture.owner(one))
        for one in picture.refs("eu")
    }


def _same(one: Picture, other: Picture) -> None:
    assert _known(one) == _known(other)
    assert +one.count("eu") == +other.count("eu")
    assert one.total("eu") == other.total("eu") == sum(one.count("eu").values())


@quick
@given(told=st.lists(st.tuples(st.integers(0, 3), objects), max_size=30))
def test_keeping_up_is_the_same_as_beginning_anew(told: list[tuple[int, Body]]) -> None:
    picture, there = kept_up(told)
    _same(picture, picture_of(*there))


@quick
@given(fleet=fleets, data=st.data())
def test_the_order_in_which_objects_are_told_does_not_matter(fleet: list[Body], data: st.DataObject) -> None:
    latest = {ref_of(object_): object_ for object_ in fleet}
    shuffled = data.draw(st.permutations(list(latest.values())))
    _same(picture_of(*latest.values()), picture_of(*shuffled))


OWNING = inventory_id("HelmRelease", "api", "apps")
OTHER_CLUSTER = {"kubeConfig": {"secretRef": {"name": "remote"}}}
CHART_LABELS = {"helm.toolkit.fluxcd.io/name": "api", "helm.toolkit.fluxcd.io/namespace": "apps"}


@pytest.mark.parametrize(
    ("objects", "owner"),
    [
        pytest.param([ks("a", inventory=[OWNING]), hr("api")], ref("Kustomization", "a"), id="inventory"),
        pytest.param([ks("a"), hr("api", labels=applied_by("a"))], ref("Kustomization", "a"), id="labels"),
        pytest.param(
            [ks("a", inventory=[OWNING]), ks("b"), hr("api", labels=applied_by("b"))],
            ref("Kustomization", "a"),
            id="an-inventory-is-surer-than-labels",
        ),
        pytest.param(
            [ks("a", inventory=[OWNING]), ks("b", inventory=[OWNING]), hr("api", labels=applied_by("b"))],
            ref("Kustomization", "b"),
            id="labels-decide-between-inventories",
        ),
        pytest.param(
            [ks("b", inventory=[OWNING]), ks("a", inventory=[OWNING]), hr("api")],
            ref("Kustomization", "a"),
            id="two-inventories",
        ),
        pytest.param(
            [ks("a", inventory=[]), hr("api", labels=applied_by("a"))], None, id="labels-that-no-inventory-confirms"
        ),
        pytest.param(
            [ks("a", inventory=[], conditions=PROGRESSING), hr("api", labels=applied_by("a"))],
            ref("Kustomization", "a"),
            id="labels-until-the-inventory-is-written",
        ),
        pytest.param([hr("api", labels=applied_by("gone"))], None, id="labels-of-somebody-who-is-not-there"),
        pytest.param(
            [ks("a", spec=OTHER_CLUSTER), hr("api", labels=applied_by("a"))], None, id="it-applies-to-another-cluster"
        ),
        pytest.param([hr("api")], None, id="nobody"),
    ],
)
def test_who_applied_an_object(objects: list[Body], owner: ObjectRef | None) -> None:
    assert picture_of(*objects).owner(ref("HelmRelease", "api", "apps")) == owner


def test_nobody_owns_himself() -> None:
    picture = picture_of(ks("a", inventory=[inventory_id("Kustomization", "a")], labels=applied_by("a")))
    assert picture.owner(ref("Kustomization", "a")) is None


def test_a_remote_release_still_owns_its_chart() -> None:
    picture = picture_of(hr("api", spec=OTHER_CLUSTER), helm_chart("apps-api", labels=CHART_LABELS))
    assert picture.owner(ref("HelmChart", "apps-api")) == ref("HelmRelease", "api", "apps")


def test_an_owner_that_goes_leaves_the_other_one() -> None:
    picture = picture_of(ks("a", inventory=[OWNING]), ks("b", inventory=[OWNING]), hr("api"))
    picture.drop(ref("Kustomization", "a"))
    assert picture.owner(ref("HelmRelease", "api", "apps")) == ref("Kustomization", "b")
    picture.put(read(ks("b", inventory=[])))
    assert picture.owner(ref("HelmRelease", "api", "apps")) is None


@pytest.mark.parametrize(
    ("before", "after", "structure", "state", "fault"),
    [
        pytest.param(None, ks("a"), True, True, False, id="new"),
        pytest.param(None, ks("a", conditions=FAILING), True, True, True, id="new-and-broken"),
        pytest.param(ks("a"), ks("a"), False, False, False, id="nothing-but-the-version"),
        pytest.param(ks("a"), ks("a", conditions=PROGRESSING), False, False, False, id="a-routine-run-is-no-change"),
        pytest.param(
            ks("a"), ks("a", attempted=OLD_MAIN, conditions=PROGRESSING), False, True, False, id="another-revision"
        ),
        pytest.param(ks("a"), ks("a", conditions=WAITING), False, True, False, id="waiting-is-no-fault-of-its-own"),
        pytest.param(ks("a"), ks("a", conditions=FAILING), False, True, True, id="breaks"),
        pytest.param(ks("a", conditions=FAILING), ks("a", conditions=STALLED), False, True, False, id="broken-already"),
        pytest.param(ks("a", conditions=FAILING), ks("a"), False, True, False, id="mended"),
        pytest.param(ks("a"), ks("a", after=["b"]), True, False, False, id="new-edge"),
        pytest.param(ks("a"), ks("a", inventory=[OWNING]), True, False, False, id="new-child"),
        pytest.param(
            ks("a"),
            ks("a", inventory=["apps_web_apps_Deployment"]),
            False,
            False,
            False,
            id="other-objects-are-no-edges",
        ),
    ],
)
def test_what_a_new_version_changes(
    before: Body | None, after: Body, structure: bool, state: bool, fault: bool
) -> None:
    picture = picture_of(*([before] if before else []))
    effect = picture.put(read(after))
    assert (effect.structure, effect.state, effect.fault) == (structure, state, fault)


def test_states_are_counted_by_context() -> None:
    picture = Picture(["eu", "us"])
    for context, object_ in (("eu", ks("a")), ("eu", ks("b", conditions=FAILING)), ("us", ks("a", conditions=FAILING))):
        picture.put(read(object_, context))
    assert +picture.count("eu") == {State.READY: 1, State.FAILED: 1}
    assert +picture.count("us") == {State.FAILED: 1}
    picture.put(read(ks("b", conditions=READY), "eu"))
    assert +picture.count("eu") == {State.READY: 2}
    assert +picture.count("us") == {State.FAILED: 1}
    assert (picture.total("us"), picture.total("nowhere"), +picture.count("nowhere")) == (1, 0, {})


def test_objects_of_a_context_that_was_not_announced_are_taken() -> None:
    picture = Picture()
    picture.put(read(ks("a"), "late"))
    assert picture.total("late") == 1
    assert list(picture.statuses) == ["late"]


def test_what_is_not_known_is_told_plainly() -> None:
    picture = Picture(["eu"])
    nowhere = ref("Kustomization", "gone")
    assert picture.get(nowhere) is None
    assert (picture.health(nowhere).state, picture.health(nowhere).message) == (State.UNKNOWN, "it does not exist")
    assert picture.drop(nowhere) is False


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        pytest.param([ks("a"), ks("b", after=["a"]), ks("c", after=["b"])], ["b", "c"], id="through-others"),
        pytest.param([ks("a"), ks("c", after=["a"]), ks("b", after=["a"])], ["b", "c"], id="by-name"),
        pytest.param([ks("a", after=["b"]), ks("b", after=["a"])], ["b"], id="cycle"),
        pytest.param([ks("a", after=["a"])], [], id="itself"),
        pytest.param(
            [ks("a"), ks("b", after=["a"]), ks("c", after=["a"]), ks("d", after=["b", "c"])],
            ["b", "c", "d"],
            id="diamond",
        ),
        pytest.param([ks("a"), ks("b", after=["other/a"])], [], id="another-namespace"),
        pytest.param([ks("b", after=["a"])], ["b"], id="of-what-is-missing"),
    ],
)
def test_who_waits_on_an_object(objects: list[Body], expected: list[str]) -> None:
    found = blast_radius(picture_of(*objects), ref("Kustomization", "a")).waiting
    assert [one.name for one in found] == expected


def test_dependents_follow_what_changes() -> None:
    picture = picture_of(ks("a"), ks("b", after=["a"]), ks("c", after=["a", "a"]))
    picture.put(read(ks("b")))
    assert [one.name for one in blast_radius(picture, ref("Kustomization", "a")).waiting] == ["c"]
    picture.drop(ref("Kustomization", "c"))
    assert blast_radius(picture, ref("Kustomization", "a")).waiting == ()


def test_dependents_stay_in_their_context() -> None:
    picture = Picture(["eu", "us"])
    picture.put(read(ks("a"), "eu"))
    picture.put(read(ks("b", after=["a"]), "us"))
    assert blast_radius(picture, ref("Kustomization", "a")).waiting == ()


def test_the_latest_events_of_an_object_are_kept() -> None:
    picture, about = Picture(["eu"]), ref("Kustomization", "a")
    for number in range(EVENTS_KEPT + 5):
        picture.put_event(event(about, f"e{number}"))
    assert [one.uid for one in picture.events(about)] == [f"e{number}" for number in range(5, EVENTS_KEPT + 5)]


def test_a_later_version_of_an_event_replaces_it() -> None:
    picture, about = Picture(["eu"]), ref("Kustomization", "a")
    for count in (1, 2):
        picture.put_event(event(about, "e", count=count))
    assert [one.count for one in picture.events(about)] == [2]
    assert [one.count for one in picture.recent_events("eu")] == [2]


def test_the_latest_events_of_a_context_are_kept_apart() -> None:
    picture = Picture(["eu"])
    for number in range(RECENT_EVENTS + 1):
        picture.put_event(event(ref("Kustomization", f"k{number}"), f"e{number}"))
    recent = [one.uid for one in picture.recent_events("eu")]
    assert (len(recent), recent[0], recent[-1]) == (RECENT_EVENTS, "e1", f"e{RECENT_EVENTS}")


def test_forgetting_the_events_of_one_context_leaves_the_others() -> None:
    picture = Picture(["eu", "us"])
    here, there = ref("Kustomization", "a"), ref("Kustomization", "a", context="us")
    picture.put_event(event(here, "1"))
    picture.put_event(event(there, "2"))
    assert picture.drop_events("eu") == [here]
    assert (list(picture.events(here)), list(picture.recent_events("eu"))) == ([], [])
    assert [one.uid for one in picture.events(there)] == ["2"]


def test_alerts_and_sources_count_too() -> None:
    picture = picture_of(git(), body("Alert", "a"))
    assert +picture.count("eu") == {State.READY: 1, State.STATIC: 1}
