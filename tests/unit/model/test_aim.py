"""What a person takes aim at: a cursor that they moved, and one that was moved by what happened to its object."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import NOON
from tests.fakes.objects import ref
from tests.fakes.properties import quick
from tui.model.aim import GRACE, Aim, Target
from tui.model.rows import context_ref

EU = Target(context_ref("eu"))
A, B = (Target(ref("Kustomization", name), f"uid-{name}") for name in "ab")
LATER = NOON + GRACE
MOVED = "the selection moved from ks flux-system/a to ks flux-system/b by itself: look, then press again"


def aimed(*rests: Target | None) -> Aim:
    """Somebody put the cursor on the first; then it was drawn on the others."""
    aim = Aim()
    aim.chosen(rests[0])
    for one in rests:
        aim.rests(one, NOON)
    return aim


def test_what_a_person_chose_can_be_acted_on_at_once() -> None:
    assert aimed(A).objection(A, NOON) == ""


def test_what_is_under_the_cursor_at_first_was_not_put_in_place_of_anything() -> None:
    aim = Aim()
    aim.rests(A, NOON)
    assert aim.objection(A, NOON) == ""


def test_a_cursor_that_was_moved_waits_until_the_person_was_told() -> None:
    aim = aimed(A, B)
    assert aim.objection(B) == MOVED
    assert aim.objection(B, NOON + timedelta(days=1)) == MOVED, "they may be out for a coffee"
    aim.told()
    assert aim.objection(B) == ""
    assert aim.objection(B, LATER) == ""


def test_keys_that_were_on_their_way_do_nothing_even_to_whom_was_told() -> None:
    aim = aimed(A, B)
    aim.told()
    assert aim.objection(B, LATER - timedelta(milliseconds=1)) == MOVED


def test_a_step_from_there_may_be_meant_from_what_was_there_before() -> None:
    aim = aimed(A, B)
    aim.chosen(A)
    assert aim.objection(A, NOON) != ""
    assert aim.objection(A, LATER) == ""


def test_what_is_gone_and_not_drawn_yet() -> None:
    assert aimed(A).objection(Target(A.ref), NOON) == "ks flux-system/a is gone"


def test_what_was_made_anew_is_another_object_before_and_after_it_is_drawn() -> None:
    anew = Target(A.ref, "another")
    aim = aimed(A)
    assert aim.objection(anew, NOON) == "ks flux-system/a was deleted and made anew: look, then press again"
    aim.rests(anew, NOON)
    assert aim.objection(anew, LATER) == "ks flux-system/a was deleted and made anew: look, then press again"
    aim.told()
    assert aim.objection(anew, LATER) == ""


def test_what_comes_into_an_empty_place() -> None:
    missing = Target(A.ref)
    assert aimed(missing, A).objection(A, LATER) == "ks flux-system/a has only just appeared: look, then press again"


def test_a_context_s_row_is_called_as_the_context_is() -> None:
    assert "from ks flux-system/a to eu" in aimed(A, EU).objection(EU, LATER)


def test_what_was_nowhere_for_a_while_is_not_called_new() -> None:
    assert aimed(A, None, A).objection(A, LATER).startswith("the selection came back to ks flux-system/a by itself")
    assert aimed(A, None, B).objection(B, LATER) == MOVED


def test_where_nothing_is_nothing_is_said() -> None:
    assert aimed(A, None).objection(None, NOON) == ""


TARGETS = st.sampled_from((None, EU, A, B, Target(A.ref, "another"), Target(A.ref)))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("chosen"), TARGETS),
        st.tuples(st.just("rests"), TARGETS),
        st.tuples(st.just("told"), st.none()),
        st.tuples(st.just("wait"), st.integers(0, 1500)),
    ),
    max_size=12,
)


@quick
@given(steps=STEPS, under=TARGETS)
def test_a_key_is_let_through_to_what_was_drawn_long_enough_or_chosen(
    steps: list[tuple[str, Target | int | None]], under: Target | None
) -> None:
    """Whatever happened: only to what was drawn last; and after the program moved the cursor, not without a word."""
    aim, now = Aim(), NOON
    drawn, moved, taken = None, None, True
    for what, value in steps:
        if what == "wait":
            assert isinstance(value, int)
            now += timedelta(milliseconds=value)
            continue
        assert not isinstance(value, int)
        if what == "told":
            aim.told()
            taken = True
        elif what == "chosen":
            aim.chosen(value)
            drawn, taken = value, True
        else:
            aim.rests(value, now)
            if value != drawn and (drawn is not None or moved is not None):
                moved, taken = now, False
            drawn = value
    free = moved is None or (taken and now >= moved + GRACE)
    if under is not None and drawn is not None:
        assert (aim.objection(under, now) == "") == (under == drawn and free)
