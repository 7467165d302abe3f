"""The tree as data: each mode, filters, folds, cycles, and that nobody gets lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.objects import (
    FAILING,
    PROGRESSING,
    STALLED,
    WAITING,
    Body,
    applied_by,
    body,
    git,
    helm_chart,
    helm_repository,
    hr,
    inventory_id,
    ks,
    picture_of,
    read,
    ref,
)
from tests.fakes.properties import fleets, quick
from tui.model.changes import ContextStatus, Phase
from tui.model.kinds import KINDS, Role
from tui.model.picture import Picture
from tui.model.query import parse_query
from tui.model.refs import ObjectRef
from tui.model.rows import Layout, Mode, View, context_ref, lay_out, matching, shown_contexts

OWN_LABELS = {"helm.toolkit.fluxcd.io/name": "api", "helm.toolkit.fluxcd.io/namespace": "apps"}
BOOTSTRAP = (
    git(labels=applied_by("flux-system")),
    ks(
        "flux-system",
        labels=applied_by("flux-system"),
        inventory=[
            inventory_id("GitRepository", "flux-system"),
            *(inventory_id("Kustomization", name) for name in ("flux-system", "infra", "apps")),
        ],
    ),
)
FLEET = (
    *BOOTSTRAP,
    ks("infra", labels=applied_by("flux-system")),
    ks("apps", labels=applied_by("flux-system"), after=["infra"], conditions=FAILING),
    helm_repository(labels=applied_by("infra")),
    hr("api", labels=applied_by("apps"), conditions=FAILING),
    helm_chart("apps-api", labels=OWN_LABELS),
    body("Alert", "slack"),
)


def _live(*objects: Body) -> Picture:
    picture = picture_of(*objects)
    picture.statuses["eu"] = ContextStatus("eu", Phase.LIVE)
    return picture


def _tree(layout: Layout) -> list[str]:
    """The rows below the context's, indented."""
    rows = [row for row in layout.rows if not row.is_context]
    return [f"{'  ' * (row.depth - 1)}{KINDS[row.ref.kind].short} {row.ref.name}" for row in rows]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        pytest.param(
            Mode.OWNERS,
            [
                "git flux-system",
                "  ks flux-system",
                "    ks infra",
                "      helmrepo charts",
                "    ks apps",
                "      hr api",
                "        chart apps-api",
                "alert slack",
            ],
            id="owners",
        ),
        pytest.param(
            Mode.SOURCES,
            [
                "git flux-system",
                "  ks flux-system",
                "  ks infra",
                "  ks apps",
                "helmrepo charts",
                "  chart apps-api",
                "    hr api",
                "alert slack",
            ],
            id="sources",
        ),
        pytest.param(
            Mode.DEPENDS_ON, ["ks flux-system", "ks infra", "  ks apps", "hr api"], id="depends-on-has-appliers-only"
        ),
        pytest.param(
            Mode.FLAT,
            [
                "ks apps",
                "hr api",
                "git flux-system",
                "helmrepo charts",
                "chart apps-api",
                "ks flux-system",
                "ks infra",
                "alert slack",
            ],
            id="flat-puts-faults-first",
        ),
    ],
)
def test_what_the_branches_mean(mode: Mode, expected: list[str]) -> None:
    layout = lay_out(_live(*FLEET), View(mode))
    assert _tree(layout) == expected
    assert (layout.matched, layout.total) == (len(expected), len(FLEET))


def test_the_source_that_a_cluster_applies_to_itself_is_a_root() -> None:
    layout = lay_out(_live(*BOOTSTRAP), View())
    assert _tree(layout) == ["git flux-system", "  ks flux-system"]


def test_a_release_that_nobody_applied_stands_below_its_source() -> None:
    layout = lay_out(_live(hr("api"), helm_chart("apps-api")), View())
    assert _tree(layout) == ["chart apps-api", "  hr api"]


def test_siblings_stand_in_the_order_in_which_they_become_ready() -> None:
    names = {"z": [], "y": ["z"], "a": ["y"], "b": ["z", "a"], "c": []}
    layout = lay_out(_live(git(), *(ks(name, after=after) for name, after in names.items())), View())
    assert _tree(layout) == ["git flux-system", *(f"  ks {name}" for name in "czyab")]


def test_an_object_that_depends_on_itself_too_stands_below_the_other() -> None:
    layout = lay_out(_live(ks("a", after=["a", "b"]), ks("b")), View(Mode.DEPENDS_ON))
    assert _tree(layout) == ["ks b", "  ks a"]


def test_flat_orders_by_state_then_kind_then_name() -> None:
    layout = lay_out(
        _live(
            ks("ready"),
            ks("busy", conditions=PROGRESSING),
            ks("off", suspend=True),
            ks("waits", conditions=WAITING),
            body("Kustomization", "new"),
            hr("stalled", conditions=STALLED),
            ks("failed", conditions=FAILING),
            git("source"),
        ),
        View(Mode.FLAT),
    )
    assert [row.ref.name for row in layout.rows[1:]] == [
        "failed",
        "stalled",
        "new",
        "waits",
        "source",
        "busy",
        "off",
        "ready",
    ]


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param([ks("a", after=["a"])], id="itself"),
        pytest.param([ks("a", after=["b"]), ks("b", after=["a"])], id="two"),
        pytest.param(
            [ks("a", after=["b"]), ks("b", after=["c"]), ks("c", after=["a"]), ks("d", after=["c"])], id="tail"
        ),
        pytest.param(
            [
                ks("a", inventory=[inventory_id("Kustomization", "b")]),
                ks("b", inventory=[inventory_id("Kustomization", "a")]),
            ],
            id="owners",
        ),
    ],
)
@pytest.mark.parametrize("mode", list(Mode))
def test_cycles_end_and_lose_nobody(mode: Mode, objects: list[Body]) -> None:
    for told in (objects, objects[::-1]):
        names = [row.ref.name for row in lay_out(_live(*told), View(mode)).rows[1:]]
        assert sorted(names) == sorted(object_["metadata"]["name"] for object_ in objects)


@pytest.mark.parametrize("mode", list(Mode))
def test_the_members_of_a_cycle_keep_their_places_whatever_the_order(mode: Mode) -> None:
    objects = [ks("a", after=["b"]), ks("b", after=["c", "d"]), ks("c", after=["a"]), ks("d", after=["c"])]
    forward, backward = (lay_out(_live(git(), *told), View(mode)).rows for told in (objects, objects[::-1]))
    assert forward == backward


@pytest.mark.parametrize("mode", [Mode.OWNERS, Mode.DEPENDS_ON])
def test_a_chain_of_three_thousand_is_no_recursion(mode: Mode) -> None:
    chain = [
        ks(
            f"k{number:04}",
            after=[f"k{number - 1:04}"] if number else [],
            inventory=[inventory_id("Kustomization", f"k{number + 1:04}")],
        )
        for number in range(3000)
    ]
    layout = lay_out(_live(*reversed(chain)), View(mode, query=parse_query("k2999")))
    assert [row.depth for row in layout.rows] == list(range(3001))
    assert layout.matched == 1
    assert len(layout.below(context_ref("eu"))) == 3001


def _marks(layout: Layout) -> list[tuple[str, bool]]:
    return [(row.ref.name, row.scaffold) for row in layout.rows[1:]]


@pytest.mark.parametrize(
    ("view", "expected", "matched"),
    [
        pytest.param(
            View(query=parse_query("api kind:hr")),
            [("flux-system", True), ("flux-system", True), ("apps", True), ("api", False)],
            1,
            id="ancestors-are-scaffold",
        ),
        pytest.param(
            View(faults_only=True),
            [("flux-system", True), ("flux-system", True), ("apps", False), ("api", False)],
            2,
            id="faults-only",
        ),
        pytest.param(
            View(faults_only=True, query=parse_query("!kind:hr")),
            [("flux-system", True), ("flux-system", True), ("apps", False)],
            1,
            id="both",
        ),
        pytest.param(View(query=parse_query("nothing-like-it")), [], 0, id="nothing"),
        pytest.param(
            View(Mode.FLAT, parse_query("kind:ks")),
            [("apps", False), ("flux-system", False), ("infra", False)],
            3,
            id="flat-needs-no-scaffold",
        ),
        pytest.param(View(Mode.DEPENDS_ON, parse_query("flux-system kind:git")), [], 0, id="not-of-this-mode"),
    ],
)
def test_a_filter_keeps_what_leads_to_a_match(view: View, expected: list[tuple[str, bool]], matched: int) -> None:
    layout = lay_out(_live(*FLEET), view)
    assert _marks(layout) == expected
    assert (layout.matched, layout.total) == (matched, len(FLEET))


def test_what_waits_is_shown_with_the_faults() -> None:
    picture = _live(ks("a", conditions=FAILING), ks("b", conditions=WAITING), ks("c"), ks("d", conditions=STALLED))
    names = {one.name for one in matching(picture, View(faults_only=True), "eu")}
    assert names == {"a", "b", "d"}


def test_a_folded_branch_keeps_its_row_and_hides_what_is_below() -> None:
    apps, infra = ref("Kustomization", "apps"), ref("Kustomization", "infra")
    layout = lay_out(_live(*FLEET), View(folded=frozenset((apps, ref("HelmRepository", "charts")))))
    rows = {row.ref: row for row in layout.rows}
    assert (rows[apps].folded, rows[apps].branches) == (True, True)
    assert (rows[infra].folded, rows[infra].branches) == (False, True)
    assert (rows[ref("HelmRepository", "charts")].folded, rows[ref("HelmRepository", "charts")].branches) == (
        False,
        False,
    )
    assert ref("HelmRelease", "api", "apps") not in rows
    assert [one.name for one in layout.below(apps)] == ["apps", "api", "apps-api"]


def test_a_folded_context_is_one_row_and_still_counts() -> None:
    layout = lay_out(_live(*FLEET), View(folded=frozenset((context_ref("eu"),))))
    assert [(row.ref, row.folded, row.branches) for row in layout.rows] == [(context_ref("eu"), True, True)]
    assert len(layout.below(context_ref("eu"))) == len(FLEET) + 1
    assert layout.matched == len(FLEET)


def _three() -> Picture:
    picture = Picture(["eu", "us", "off"])
    for context in ("eu", "us"):
        picture.statuses[context] = ContextStatus(context, Phase.LIVE)
        picture.put(read(ks("a"), context))
    return picture


@pytest.mark.parametrize(
    ("solo", "shown", "total"),
    [
        pytest.param((), ["eu", "us"], 2, id="all-that-are-connected"),
        pytest.param(("us",), ["us"], 1, id="one"),
        pytest.param(("us", "eu"), ["eu", "us"], 2, id="in-the-kubeconfig-s-order"),
        pytest.param(("off",), ["off"], 0, id="one-that-is-not-connected"),
        pytest.param(("gone",), [], 0, id="one-that-does-not-exist"),
    ],
)
def test_solo_shows_some_contexts(solo: tuple[str, ...], shown: list[str], total: int) -> None:
    picture, view = _three(), View(solo=frozenset(solo))
    layout = lay_out(picture, view)
    assert shown_contexts(picture, view) == layout.contexts == tuple(shown)
    assert [row.ref.context for row in layout.rows if row.is_context] == shown
    assert layout.total == total


def test_objects_of_the_same_name_in_two_contexts_are_two_rows() -> None:
    layout = lay_out(_three(), View())
    assert [row.ref for row in layout.rows if not row.is_context] == [
        ref("Kustomization", "a", context="eu"),
        ref("Kustomization", "a", context="us"),
    ]


def test_a_position_is_where_the_row_stands() -> None:
    layout = lay_out(_live(*FLEET), View())
    assert all(layout.rows[place].ref == one for one, place in layout.position.items())
    assert len(layout.position) == len(layout.rows)


@quick
@given(fleet=fleets, mode=st.sampled_from(Mode), data=st.data())
def test_every_object_appears_exactly_once(fleet: list[Body], mode: Mode, data: st.DataObject) -> None:
    picture = _live(*fleet)
    layout = lay_out(picture, View(mode))
    refs = [row.ref for row in layout.rows if not row.is_context]
    members = [one for one in picture.refs("eu") if mode is not Mode.DEPENDS_ON or KINDS[one.kind].role is Role.APPLIER]
    assert sorted(refs) == sorted(members)
    assert sorted(layout.below(context_ref("eu"))[1:]) == sorted(members)
    shuffled = picture_of(*data.draw(st.permutations([*{_ref(one): one for one in fleet}.values()])))
    shuffled.statuses["eu"] = ContextStatus("eu", Phase.LIVE)
    assert lay_out(shuffled, View(mode)).rows == layout.rows


def _ref(object_: Body) -> tuple[str, str, str]:
    return object_["kind"], object_["metadata"]["namespace"], object_["metadata"]["name"]


@quick
@given(fleet=fleets, mode=st.sampled_from(Mode), text=st.sampled_from(("a", "is:failed", "kind:ks !b", "-l x", "is:w")))
def test_a_filter_shows_matches_and_what_leads_to_them_only(fleet: list[Body], mode: Mode, text: str) -> None:
    picture, view = _live(*fleet), View(mode, parse_query(text))
    layout = lay_out(picture, view)
    matches = {row.ref for row in layout.rows if not row.is_context and not row.scaffold}
    members = {row.ref for row in lay_out(picture, View(mode)).rows}
    assert matches == matching(picture, view, "eu") & members
    assert layout.matched == len(matches)
    for row in layout.rows:
        below: list[ObjectRef] = layout.below(row.ref)
        assert row.is_context or not matches.isdisjoint(below)
