"""The cursor, marks, questions and requests are about objects, never about lines: nothing retargets a keypress."""

from collections.abc import Iterator
from itertools import count
from random import Random

import pytest

from tests.fakes.objects import FAILING, READY, hr, ks, read, ref
from tests.fakes.pilot import API, APPS, EU, INFRA, ROOT, SOURCE, TENANTS, US, Driven, small, small_fleet
from tui.model.changes import ContextStatus, KindListed, Phase
from tui.model.intent import Step
from tui.model.refs import ObjectRef
from tui.model.rows import Mode

B = ref("Kustomization", "b")


def _place_on_screen(driven: Driven) -> int:
    tree = driven.main.tree_pane
    return tree.cursor - tree.top


async def test_a_sort_between_two_keys_does_not_retarget() -> None:
    fleet = [ks("a"), ks("b"), ks("c")]
    async with small(*fleet, start=("eu",), at=EU) as driven:
        await driven.press("m", "m", "m")
        assert driven.main.view.mode is Mode.FLAT
        await driven.go_to(B)
        at = driven.main.tree_pane.cursor
        await driven.change(ks("c", conditions=FAILING))
        assert driven.rows[1] == ref("Kustomization", "c"), "what is broken comes first"
        assert driven.selected == B
        assert driven.main.tree_pane.cursor == at + 1
        await driven.press("R")
        assert [asked for asked, _ in driven.rig.patches()] == [B]


async def test_a_key_before_the_next_frame_means_what_is_drawn() -> None:
    async with small(ks("a"), ks("b"), start=("eu",), at=B) as driven:
        for name in ("aa", "ab", "ac"):
            driven.eu.changed(read(ks(name)))
        assert not driven.main.frames.idle
        await driven.press("R")
        assert [asked for asked, _ in driven.rig.patches()] == [B]
        await driven.drawn()
        assert driven.selected == B


async def test_a_relist_does_not_retarget() -> None:
    async with small(at=INFRA) as driven:
        relisted = [read(one) for one in small_fleet() if one["kind"] == "Kustomization"]
        for _ in range(3):
            driven.eu.emit(KindListed("eu", "Kustomization", (*relisted, read(ks("aaa")))))
            await driven.drawn()
            driven.eu.emit(KindListed("eu", "Kustomization", tuple(relisted)))
            await driven.drawn()
        assert driven.selected == INFRA
        await driven.press("T")
        assert [asked for asked, _ in driven.rig.patches()] == [INFRA]


@pytest.mark.parametrize("hidden", [True, False], ids=["scrolled", "at the top"])
async def test_what_comes_and_goes_above_leaves_the_row_where_it_is_on_the_screen(hidden: bool) -> None:
    fleet = [ks(f"k{number:02}") for number in range(80)]
    target = ref("Kustomization", "k60" if hidden else "k05")
    async with small(*fleet, start=("eu",), at=EU) as driven:
        await driven.go_to(target)
        for key in ("k", "k", "k", "j", "j", "j"):
            await driven.press(key)
        before = _place_on_screen(driven)
        news = [ks(f"a{number}") for number in range(5)]
        await driven.change(*news)
        assert driven.selected == target
        if hidden:
            assert _place_on_screen(driven) == before
        await driven.delete(*(ref("Kustomization", f"a{number}") for number in range(5)))
        assert driven.selected == target
        assert _place_on_screen(driven) == before


async def test_when_the_selected_object_goes_the_next_row_is_selected() -> None:
    async with small(ks("a"), ks("b"), ks("c"), start=("eu",), at=B) as driven:
        await driven.delete(B)
        assert driven.selected == ref("Kustomization", "c")
        await driven.delete(ref("Kustomization", "c"))
        assert driven.selected == ref("Kustomization", "a")
        await driven.delete(ref("Kustomization", "a"))
        assert driven.selected == EU


NEXT = ref("Kustomization", "c")
MOVED = "the selection moved from ks flux-system/b to ks flux-system/c by itself: look, then press again"


async def test_a_key_that_was_meant_for_what_is_gone_does_not_reach_its_neighbour() -> None:
    async with small(ks("a"), ks("b"), ks("c"), start=("eu",), at=B) as driven:
        driven.eu.deleted(B)
        await driven.press("T")
        assert driven.notices[-1] == "suspend/resume: ks flux-system/b is gone"
        await driven.drawn()
        assert driven.selected == NEXT
        for _ in range(2):
            await driven.press("T")
            assert driven.notices[-1] == f"suspend/resume: {MOVED}"
        driven.rig.clock.advance(1)
        await driven.press("T")
        assert [asked for asked, _ in driven.rig.patches()] == [NEXT], "the person was told, and had time to look"


async def test_who_looked_away_is_told_before_a_key_reaches_the_neighbour() -> None:
    async with small(ks("a"), ks("b"), ks("c"), start=("eu",), at=B) as driven:
        await driven.delete(B)
        driven.rig.clock.advance(600)
        assert f"R W T {MOVED}" in driven.text_of(driven.main.footer)
        await driven.press("space", "R")
        assert driven.notices[-1] == f"mark: {MOVED}"
        assert driven.main.tree_pane.marks == {}
        assert [asked for asked, _ in driven.rig.patches()] == [NEXT]


async def test_who_moves_the_cursor_on_has_seen_that_it_was_moved() -> None:
    async with small(ks("a"), ks("b"), ks("c"), start=("eu",), at=B) as driven:
        await driven.delete(B)
        driven.rig.clock.advance(1)
        await driven.press("k", "R")
        assert [asked for asked, _ in driven.rig.patches()] == [ref("Kustomization", "a")]


async def test_what_was_made_anew_under_the_cursor_is_another_object() -> None:
    async with small(ks("a"), ks("b"), start=("eu",), at=B) as driven:
        await driven.change(ks("b", uid="another"))
        driven.rig.clock.advance(1)
        await driven.press("R")
        assert driven.notices[-1] == "reconcile: ks flux-system/b was deleted and made anew: look, then press again"
        assert driven.rig.patches() == []
        await driven.press("R")
        assert [asked for asked, _ in driven.rig.patches()] == [B]
        assert driven.eu.meant == ["another"]


async def test_a_filter_that_moves_the_cursor_is_what_the_person_asked_for() -> None:
    async with small(ks("a"), ks("b"), ks("c"), start=("eu",), at=B) as driven:
        await driven.press("slash", "c", "enter", "R")
        assert [asked for asked, _ in driven.rig.patches()] == [NEXT]


@pytest.mark.parametrize("opener", ["v", "F"], ids=["graph", "fleet"])
async def test_so_it_is_in_the_graph_and_in_the_fleet(opener: str) -> None:
    async with small(ks("a"), ks("b", after=["a"]), ks("c", after=["b"]), start=("eu",), at=B) as driven:
        await driven.press(opener)
        await driven.delete(B)
        driven.rig.clock.advance(600)
        await driven.press("R")
        assert driven.rig.patches() == []
        assert "look, then press again" in driven.notices[-1] or "is gone" in driven.notices[-1]


async def test_when_the_last_row_goes_the_row_above_is_selected() -> None:
    async with small(ks("a"), ks("b"), start=("eu",), at=B) as driven:
        await driven.press("G")
        await driven.delete(B)
        assert driven.selected == ref("Kustomization", "a")


async def test_the_cursor_keeps_to_its_object_over_every_mode_and_filter() -> None:
    async with small(at=TENANTS) as driven:
        for keys in (["m"], ["m"], ["m"], ["m"], ["ctrl+z"], ["ctrl+z"], ["slash", *"tenants", "enter"], ["escape"]):
            await driven.press(*keys)
            assert driven.selected == TENANTS
        await driven.press("1")
        assert driven.selected == TENANTS


async def test_a_filter_that_hides_the_selected_object_gives_it_back_afterwards() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("slash", *"tenants")
        assert INFRA not in driven.rows
        assert driven.selected != INFRA
        await driven.press("backspace", *["backspace"] * 6)
        assert driven.main.view.query.text == ""
        assert driven.selected == INFRA


async def test_a_relist_that_misses_the_selected_object_for_a_moment_gives_it_back() -> None:
    async with small(ks("a"), ks("b"), ks("c"), start=("eu",), at=B) as driven:
        await driven.delete(B)
        await driven.change(ks("b"))
        assert driven.selected == B


async def test_folding_what_is_above_selects_the_row_that_hides_it() -> None:
    async with small(at=API) as driven:
        driven.main.set_view(driven.main.view.__class__(folded=frozenset((ROOT,))))
        await driven.quiet()
        assert API not in driven.rows
        assert driven.selected in driven.rows


async def test_an_object_made_anew_under_a_marked_name_is_not_acted_on() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("space")
        await driven.change(ks("infra", uid="another"))
        await driven.go_to(APPS)
        await driven.press("R")
        assert driven.rig.patches() == []
        assert driven.screens == []
        assert "what was marked is gone" in driven.notices[-1]
        await driven.press("ctrl+backslash", "R")
        assert [asked for asked, _ in driven.rig.patches()] == [APPS]


async def test_an_object_made_anew_does_not_look_marked() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("space")
        sign = driven.main.shell.palette.sign("mark")
        assert sign in driven.line(INFRA)[:2]
        await driven.change(ks("infra", uid="another"))
        assert sign not in driven.line(INFRA)[:2]


async def test_of_several_marked_only_those_that_are_still_the_same_are_asked() -> None:
    async with small(at=INFRA) as driven:
        for target in (INFRA, APPS, TENANTS):
            await driven.go_to(target)
            await driven.press("space")
        await driven.delete(TENANTS)
        await driven.change(ks("apps", uid="another"))
        await driven.press("R")
        assert driven.screens == ["ConfirmScreen"]
        told = "\n".join(str(static.render()) for static in driven.app.screen.query("Static"))
        assert "! 2 marked objects are gone or another one now: left out" in told
        await driven.press("y")
        assert [asked for asked, _ in driven.rig.patches()] == [INFRA]


async def test_what_is_replaced_while_the_question_is_open_is_not_written_to() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("space")
        await driven.go_to(APPS)
        await driven.press("space", "T")
        assert driven.screens == ["ConfirmScreen"]
        await driven.change(ks("infra", uid="another"))
        await driven.press("y")
        assert [asked for asked, _ in driven.rig.patches()] == [APPS]
        outcome = driven.main.shell.session.picture.outcomes[INFRA]
        assert (outcome.step, outcome.message) == (Step.REFUSED, "it was deleted meanwhile")


async def test_rows_that_move_while_the_question_is_open_change_nothing_of_it() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("space")
        await driven.go_to(APPS)
        await driven.press("space", "T")
        await driven.change(*(ks(f"a{number}") for number in range(9)))
        await driven.press("y")
        assert sorted(asked for asked, _ in driven.rig.patches()) == [APPS, INFRA]


async def test_a_context_that_goes_takes_only_its_own_rows() -> None:
    async with small(at=US) as driven:
        await driven.press("C")
        await driven.drawn()
        assert {row.context for row in driven.rows} == {"eu"}
        assert driven.selected in driven.rows
        await driven.go_to(APPS)
        gone = ContextStatus("eu", Phase.STALE, message="Nothing listens at https://eu; check that the API server runs")
        driven.eu.emit(gone)
        await driven.drawn()
        assert driven.selected == APPS, "old rows stay"
        assert SOURCE in driven.rows


@pytest.mark.parametrize("seed", range(3))
async def test_under_churn_a_key_asks_what_was_under_the_cursor(seed: int) -> None:
    random = Random(seed)
    async with small(*(ks(f"k{number:02}") for number in range(0, 40, 2)), start=("eu",), at=EU) as driven:
        await driven.press("m", "m", "m")
        asked: list[ObjectRef] = []
        for _ in range(40):
            changed = [f"k{random.randrange(40):02}" for _ in range(4)]
            driven.eu.changed(*(read(ks(name, conditions=random.choice((FAILING, READY)))) for name in changed[:3]))
            driven.eu.deleted(*({ref("Kustomization", changed[3])} - set(asked) - {driven.selected}))
            if random.random() < 0.3:
                await driven.drawn()
            await driven.press(random.choice("jk"))
            seen = driven.selected
            if seen is None or seen in asked or driven.main.selected_object is None:
                continue
            driven.main.draw_frame()
            assert driven.selected == seen
            driven.rig.clock.advance(2)
            if driven.main.tree_pane.moved():
                continue
            await driven.press("T")
            asked.append(seen)
        assert [written for written, _ in driven.rig.patches()] == asked
        assert len(asked) > 5


KEYS = ("j", "k", "g", "G", "space", *"RTRTUZ", "m", "ctrl+z", "ctrl+backslash")
"""Motions, marks, steering, and ways to look at the tree; a question is answered."""


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_only_what_is_drawn_under_the_cursor_or_marked_is_written_to(seed: int) -> None:
    """Deleted, made anew, relisted, re-sorted, filtered: on the running app, with keys at any moment."""
    random, names = Random(seed), [f"k{number}" for number in range(6)]
    async with small(*map(ks, names), hr("api"), start=("eu",), at=EU) as driven:
        tree, uids = driven.main.tree_pane, count()
        aimed: set[tuple[ObjectRef, str]] = set()
        for _ in range(100):
            _let_something_happen(driven, random, names, uids)
            if random.random() < 0.4:
                await driven.drawn()
            driven.rig.clock.advance(random.choice((0.1, 0.6, 2)))
            key, drawn = random.choice("yn" if driven.screens else KEYS), tree.aim.target
            if key in "RTUZ":
                under = {(drawn.ref, drawn.uid)} if drawn == tree.target and drawn.uid else set()
                aimed |= set(tree.marks.items()) or under
            await driven.press(key)
        await driven.press("n")
        await driven.drawn()
        sent = {(asked, uid) for (asked, _), uid in zip(driven.eu.patches, driven.eu.meant, strict=True)}
        assert sent <= aimed
        assert sent


def _let_something_happen(driven: Driven, random: Random, names: list[str], uids: Iterator[int]) -> None:
    name, conditions = random.choice(names), random.choice((FAILING, READY))
    if random.random() < 0.3 and driven.selected is not None and driven.selected.name in names:
        name = driven.selected.name
    known = driven.main.shell.session.picture.get(ref("Kustomization", name))
    uid = known.metadata.uid if known is not None else f"{name}-{next(uids)}"
    match random.randrange(8):
        case 0:
            driven.eu.deleted(ref("Kustomization", name))
        case 1:
            driven.eu.changed(read(ks(name, conditions=conditions, uid=f"{name}-{next(uids)}")))
        case 2:
            there = [driven.main.shell.session.picture.get(ref("Kustomization", one)) for one in names]
            driven.eu.listed(*(one for one in there if one is not None and one.ref.name != name))
        case _:
            driven.eu.changed(read(ks(name, conditions=conditions, uid=uid)))
