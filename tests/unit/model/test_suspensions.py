"""All that is suspended: which objects, in which order, and what is said of each."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import (
    FAILING,
    MAIN,
    OLD_MAIN,
    Body,
    ago,
    body,
    git,
    helm_chart,
    helm_repository,
    hr,
    ks,
    picture_of,
    read,
    ref,
    suspended_by,
)
from tui.model.health import State
from tui.model.intent import Note, Step, Verb, ask, settle
from tui.model.kinds import NOTE_BY, NOTE_REASON, NOTE_UNTIL
from tui.model.picture import Picture
from tui.model.suspensions import Behind, cells_of, is_same, suspension_of, suspensions

HOUR = 60
OVER, OVER_LONGER = "2026-11-20T00:00:00Z", "2026-11-01T00:00:00Z"


def off(
    name: str, minutes: float | None = None, *, until: str = "", reason: str = "", by: str = "", **more: object
) -> Body:
    """A suspended Kustomization."""
    said = {NOTE_BY: by, NOTE_REASON: reason, NOTE_UNTIL: until}
    annotations = {key: value for key, value in said.items() if value}
    managed = suspended_by("flux", minutes) if minutes is not None else None
    return ks(name, suspend=True, annotations=annotations, **({"managed": managed} | more))


def test_what_is_overdue_is_first_then_what_is_suspended_longest() -> None:
    picture = picture_of(
        git(),
        ks("runs"),
        off("unknown"),
        off("new", HOUR),
        off("old", 90 * HOUR),
        off("due", HOUR, until=OVER),
        off("due-longer", 2, until=OVER_LONGER),
        off("not-due", 2 * HOUR, until="2026-12-01"),
    )
    found = [one.ref.name for one in suspensions(picture, NOON)]
    assert found == ["due-longer", "due", "old", "not-due", "new", "unknown"]


def test_every_context_counts_or_those_that_are_named() -> None:
    picture = Picture(["eu", "us"])
    picture.put(read(off("a"), "us"))
    picture.put(read(off("b"), "eu"))
    assert [one.ref.context for one in suspensions(picture, NOON)] == ["eu", "us"]
    assert [one.ref.name for one in suspensions(picture, NOON, ["us"])] == ["a"]


def test_kinds_that_an_annotation_suspends_are_found_too() -> None:
    switched = body("ResourceSet", "a", annotations={"fluxcd.controlplane.io/reconcile": "disabled"})
    assert [one.ref.kind for one in suspensions(picture_of(switched), NOON)] == ["ResourceSet"]


def test_what_is_deleted_while_it_is_suspended_is_found_too() -> None:
    (one,) = suspensions(picture_of(off("a", deleted=ago(3), finalizers=["finalizers.fluxcd.io"]), ks("b")), NOON)
    assert (one.ref.name, one.state) == ("a", State.TERMINATING)


def test_all_that_is_known_of_a_suspension() -> None:
    picture = picture_of(
        git(), off("a", 90, by="anna", reason="INC-42", until=OVER, conditions=FAILING, applied=OLD_MAIN)
    )
    (one,) = suspensions(picture, NOON)
    assert (one.state, one.frozen) == (State.SUSPENDED, State.FAILED)
    assert one.since == NOON - timedelta(minutes=90)
    assert (one.by, one.note) == ("anna", Note("anna", "INC-42", datetime(2026, 11, 20, tzinfo=UTC)))
    assert (one.overdue, one.in_git, one.behind) == (True, False, Behind(OLD_MAIN, MAIN, True))
    cells = cells_of(picture, one, NOON)
    assert (cells.since, cells.by, cells.behind, cells.until) == ("90m", "anna", "9f8e7d6c→a1b2c3d4", "overdue by 36h")
    assert (cells.why, cells.outcome) == ("INC-42", "")


@pytest.mark.parametrize(
    ("managed", "in_git", "by"),
    [
        pytest.param(suspended_by("kustomize-controller", 5, "Apply"), True, "in Git", id="applied"),
        pytest.param(suspended_by("flux-operator", 5, "Apply"), True, "in Git", id="by-the-operator"),
        pytest.param(suspended_by("kustomize-controller", 5), False, "kustomize-controller", id="updated"),
        pytest.param(suspended_by("flux", 5), False, "flux", id="flux"),
        pytest.param(None, False, "", id="unknown"),
    ],
)
def test_whether_git_declares_it(managed: list[Body] | None, in_git: bool, by: str) -> None:
    picture = picture_of(ks("a", suspend=True, managed=managed))
    (one,) = suspensions(picture, NOON)
    assert (one.in_git, cells_of(picture, one, NOON).by) == (in_git, by)


@pytest.mark.parametrize(
    ("objects", "told"),
    [
        pytest.param([off("a"), git()], "same", id="same"),
        pytest.param([off("a", applied=OLD_MAIN), git()], "9f8e7d6c→a1b2c3d4", id="behind"),
        pytest.param([off("a", applied=""), git()], "nothing→a1b2c3d4", id="never-applied"),
        pytest.param([off("a")], "", id="no-source"),
        pytest.param([git(suspend=True)], "", id="a-source"),
        pytest.param([helm_chart("c", suspend=True), helm_repository("charts")], "", id="a-chart"),
    ],
)
def test_how_far_behind(objects: list[Body], told: str) -> None:
    picture = picture_of(*objects)
    resource = read(objects[0])
    one = suspension_of(picture, resource, NOON)
    assert cells_of(picture, one, NOON).behind == told


def test_a_release_is_behind_its_chart() -> None:
    picture = picture_of(hr("api", suspend=True), helm_chart("apps-api"))
    (one,) = suspensions(picture, NOON)
    assert one.behind is not None
    assert (one.behind.applied, one.behind.is_behind) == (one.behind.available, False)


@pytest.mark.parametrize(
    ("applied", "available", "same"),
    [
        pytest.param(MAIN, MAIN, True, id="equal"),
        pytest.param(MAIN, OLD_MAIN, False, id="another-commit"),
        pytest.param(MAIN, MAIN.replace("main@", "refs/heads/main@"), True, id="same-commit-by-another-name"),
        pytest.param("1.9.1", "1.9.2", False, id="chart"),
        pytest.param("6.5.4+ab12cd34ef56", f"6.5.4@sha256:{'ab12cd34ef56' * 5}abcd", True, id="digest-in-the-version"),
        pytest.param("6.5.4+ab12cd34ef56", f"latest@sha256:{'ab12cd34ef56' * 5}abcd", True, id="tag-is-a-word"),
        pytest.param("6.5.4+ab12cd34ef56", f"6.5.4@sha256:{'ff' * 32}", False, id="pushed-anew"),
        pytest.param("6.5.4", f"6.5.4@sha256:{'ff' * 32}", True, id="no-digest-in-the-version"),
        pytest.param("", "1.9.2", False, id="nothing"),
    ],
)
def test_same_content(applied: str, available: str, same: bool) -> None:
    assert is_same(applied, available) is same


@pytest.mark.parametrize(
    ("verb", "minutes", "listed"),
    [
        pytest.param(Verb.RESUME, None, True, id="asked"),
        pytest.param(Verb.RESUME, 1, True, id="a-moment-ago"),
        pytest.param(Verb.RESUME, 3, False, id="long-ago"),
        pytest.param(Verb.RECONCILE, None, False, id="something-else"),
    ],
)
def test_what_was_resumed_stays_for_a_while(verb: Verb, minutes: float | None, listed: bool) -> None:
    picture = picture_of(git(), ks("a"))
    target = ref("Kustomization", "a")
    outcome = ask(verb, read(ks("a")), NOON - timedelta(minutes=3))
    if minutes is not None:
        outcome = settle(outcome, Step.READY, "", NOON - timedelta(minutes=minutes))
    picture.outcomes[target] = outcome
    found = suspensions(picture, NOON)
    assert [one.state for one in found] == ([State.READY] if listed else [])
    assert all(cells_of(picture, one, NOON).outcome for one in found)
