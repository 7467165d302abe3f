"""The question before what is dangerous: when it is asked, and what it says."""

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import Body, hr, inventory_id, ks, picture_of, read, suspended_by
from tui.model.foresight import foresee
from tui.model.guardrails import Protected
from tui.model.inquiry import Inquiry, inquire
from tui.model.intent import Verb
from tui.model.resources import Resource

DECLARED = suspended_by("kustomize-controller", 60, "Apply")
OPEN = Protected()


def ask(
    verb: Verb, *asked: Body, others: tuple[Body, ...] = (), protected: Protected = OPEN, **more: object
) -> Inquiry:
    """The question about some objects."""
    targets = tuple(read(one) for one in asked)
    return inquire(foresee(picture_of(*asked, *others), verb, targets, NOON), protected, **more)  # type: ignore[arg-type]


FLEET = ks("fleet", inventory=[inventory_id("Kustomization", "a")])


@pytest.mark.parametrize(
    ("inquiry", "is_needed"),
    [
        pytest.param(ask(Verb.SUSPEND, ks("a")), False, id="one"),
        pytest.param(ask(Verb.SUSPEND, ks("a"), others=(ks("b", after=["a"]),)), False, id="a-note-is-no-question"),
        pytest.param(ask(Verb.SUSPEND, ks("a"), ks("b")), True, id="two"),
        pytest.param(ask(Verb.SUSPEND, ks("a"), protected=Protected(("e*",))), True, id="protected-context"),
        pytest.param(ask(Verb.SUSPEND, ks("a"), protected=Protected((), ("flux*",))), True, id="protected-namespace"),
        pytest.param(ask(Verb.SUSPEND, ks("a"), protected=Protected(("us",), ("apps",))), False, id="others-protected"),
        pytest.param(ask(Verb.FORCE, hr("a"), caution="Hooks run"), True, id="caution"),
        pytest.param(ask(Verb.SUSPEND, ks("a", managed=DECLARED), others=(FLEET,)), True, id="will-be-undone"),
        pytest.param(ask(Verb.RECONCILE, ks("a", suspend=True)), True, id="reconcile-what-is-suspended"),
        pytest.param(ask(Verb.RESUME, ks("a", suspend=True)), False, id="resume"),
        pytest.param(ask(Verb.SUSPEND, ks("a"), gone=1), True, id="a-mark-is-gone"),
    ],
)
def test_when_it_is_asked(inquiry: Inquiry, is_needed: bool) -> None:
    assert inquiry.is_needed is is_needed


@pytest.mark.parametrize(
    ("inquiry", "title", "places"),
    [
        pytest.param(ask(Verb.SUSPEND, ks("a")), "suspend ks flux-system/a?", "", id="one"),
        pytest.param(ask(Verb.FORCE, hr("a"), caution="Hooks run"), "force hr apps/a? Hooks run.", "", id="caution"),
        pytest.param(
            ask(Verb.SUSPEND, ks("a"), protected=Protected(("eu",))),
            "suspend in a protected context?",
            "eu (protected)",
            id="protected-context",
        ),
        pytest.param(
            ask(Verb.SUSPEND, ks("a"), protected=Protected((), ("eu/flux-system",))),
            "suspend in a protected namespace?",
            "eu (flux-system protected)",
            id="protected-namespace",
        ),
        pytest.param(ask(Verb.SUSPEND, ks("a"), ks("b")), "suspend 2 objects?", "eu", id="two"),
        pytest.param(
            ask(Verb.SUSPEND, ks("a"), ks("b", suspend=True)), "suspend 1 of 2 objects?", "eu", id="one-of-two"
        ),
        pytest.param(
            ask(Verb.SUSPEND, ks("a"), ks("b"), hr("c"), protected=Protected((), ("flux-system",))),
            "suspend 3 objects, 2 of them protected?",
            "eu (flux-system protected)",
            id="some-protected",
        ),
    ],
)
def test_what_it_names(inquiry: Inquiry, title: str, places: str) -> None:
    assert (inquiry.title, inquiry.places) == (title, places)


def test_contexts_are_named_in_order_and_the_protected_ones_are_marked() -> None:
    targets: list[Resource] = [read(ks("a"), context) for context in ("us", "prod-eu", "us", "lab")]
    foresight = foresee(picture_of(), Verb.SUSPEND, tuple(targets), NOON)
    found = inquire(foresight, Protected(("prod-*",), ("lab/flux-system",)))
    assert found.places == "us, prod-eu (protected), lab (flux-system protected)"
    assert found.title == "suspend 4 objects, 2 of them protected?"


def test_what_will_happen_is_counted_and_then_listed_those_acted_on_first() -> None:
    found = ask(
        Verb.RESUME, ks("x", deleted="2026-11-21T12:00:00Z"), ks("b"), ks("a", suspend=True), hr("c", suspend=True)
    )
    assert found.effects == (
        "2 acted on, 1 skipped, 1 refused",
        "resume  eu  ks flux-system/a  at main@a1b2c3d4",
        "resume  eu  hr apps/c  at 1.9.1",
        "skipped:  eu  ks flux-system/b  it is not suspended",
        "refused:  eu  ks flux-system/x  it is being deleted",
    )


def test_very_many_are_cut() -> None:
    found = ask(Verb.SUSPEND, *(ks(f"k{number:04}") for number in range(1503)))
    assert found.effects[0] == "1,503 acted on"
    assert found.effects[-1] == "and 1,003 more"
    assert len(found.effects) == 502


def test_of_many_sentences_the_first_are_said() -> None:
    dependents = tuple(ks(f"b{number}", after=[f"a{number}"], source="other") for number in range(9))
    found = ask(Verb.SUSPEND, *(ks(f"a{number}") for number in range(9)), others=dependents)
    assert len(found.notes) == 7
    assert found.notes[0] == "b0 depends on ks flux-system/a0 and goes on: it stays ready while suspended"
    assert found.notes[-1] == "and 3 more"


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (1, "1 marked object is gone or another one now: left out"),
        (2, "2 marked objects are gone or another one now: left out"),
    ],
)
def test_marks_that_are_gone_are_reported(gone: int, said: str) -> None:
    assert ask(Verb.SUSPEND, ks("a"), gone=gone).warnings == (said,)
