"""What is foreseen of a request: each object's part, the warnings, what can be chosen."""

from datetime import timedelta

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import (
    FAILING,
    MAIN,
    OLD_MAIN,
    OLD_SHA,
    SHA,
    Body,
    body,
    condition,
    git,
    hr,
    inventory_id,
    ks,
    picture_of,
    read,
    suspended_by,
)
from tui.model.foresight import Fate, Foresight, effective, foresee, in_words
from tui.model.intent import Verb, objection
from tui.model.pending import Commit, FilePatch, FileStatus, Pending, Question, Stage
from tui.model.question import question_about
from tui.model.resources import Resource

DECLARED = suspended_by("kustomize-controller", 60, "Apply")
BY_ANNA = suspended_by("anna", 60 * 24 * 41)


def fleet(*names: str, **more: object) -> Body:
    """The parent of some Kustomizations."""
    return ks("fleet", inventory=[inventory_id("Kustomization", name) for name in names], **more)


def _foresee(verb: Verb, asked: list[Body], *others: Body) -> Foresight:
    return foresee(picture_of(*asked, *others), verb, tuple(read(one) for one in asked), NOON)


def _asks(foresight: Foresight) -> dict[str, tuple[str, list[str]]]:
    """Key → title and `verb name` for each object that it is asked of, in order."""
    return {
        choice.key: (
            choice.title,
            [f"{ask.verb} {resource.ref.name}" for ask in choice.asks for resource in ask.resources],
        )
        for choice in foresight.choices
    }


@pytest.mark.parametrize(
    ("verb", "asked", "others", "warnings", "asks"),
    [
        pytest.param(Verb.SUSPEND, ks("a"), [], (), {"y": ("suspend", ["suspend a"])}, id="kept"),
        pytest.param(
            Verb.SUSPEND,
            ks("a", managed=DECLARED),
            [fleet("a")],
            ("ks flux-system/fleet will undo it at its next run, within 10m: Git says that it is not suspended",),
            {
                "y": ("suspend", ["suspend a"]),
                "p": ("suspend ks flux-system/fleet too", ["suspend fleet", "suspend a"]),
            },
            id="undone",
        ),
        pytest.param(
            Verb.RESUME,
            ks("a", managed=DECLARED, suspend=True),
            [fleet("a")],
            ("ks flux-system/fleet will undo it at its next run, within 10m: Git says that it is suspended",),
            {
                "y": ("resume", ["resume a"]),
                "p": ("suspend ks flux-system/fleet first", ["suspend fleet", "resume a"]),
            },
            id="a-resumption-is-undone",
        ),
        pytest.param(
            Verb.SUSPEND,
            ks("a", managed=DECLARED),
            [],
            ("what applies it will undo it at its next run: Git says that it is not suspended",),
            {"y": ("suspend", ["suspend a"])},
            id="undone-by-nobody-known",
        ),
        pytest.param(
            Verb.SUSPEND,
            ks("a", managed=DECLARED),
            [fleet("a", managed=DECLARED), ks("root", inventory=[inventory_id("Kustomization", "fleet")])],
            ("ks flux-system/fleet will undo it at its next run, within 10m: Git says that it is not suspended",),
            {
                "y": ("suspend", ["suspend a"]),
                "p": ("suspend 2 parents too", ["suspend root", "suspend fleet", "suspend a"]),
            },
            id="a-chain-of-parents",
        ),
        pytest.param(
            Verb.SUSPEND,
            ks("a", managed=DECLARED),
            [fleet("a", deleted="2026-11-21T12:00:00Z")],
            ("ks flux-system/fleet will undo it at its next run, within 10m: Git says that it is not suspended",),
            {"y": ("suspend", ["suspend a"])},
            id="a-parent-that-can-not-be-suspended",
        ),
        pytest.param(
            Verb.RECONCILE,
            ks("a", suspend=True, managed=BY_ANNA),
            [],
            ("it was suspended 41d ago by anna: a request to reconcile it would do nothing",),
            {"y": ("resume and reconcile", ["resume a"])},
            id="reconcile-what-is-suspended",
        ),
        pytest.param(
            Verb.RECONCILE,
            ks("a", suspend=True, managed=DECLARED),
            [fleet("a")],
            (
                "it is suspended in Git since 60m: a request to reconcile it would do nothing",
                "ks flux-system/fleet will undo it at its next run, within 10m: Git says that it is suspended",
            ),
            {
                "y": ("resume and reconcile", ["resume a"]),
                "p": ("suspend ks flux-system/fleet first", ["suspend fleet", "resume a"]),
            },
            id="reconcile-what-git-suspends",
        ),
        pytest.param(Verb.RECONCILE, ks("a"), [], (), {"y": ("reconcile", ["reconcile a"])}, id="reconcile"),
        pytest.param(
            Verb.SUSPEND, ks("a", suspend=True), [], (), {"y": ("suspend", ["suspend a"])}, id="suspended-already"
        ),
        pytest.param(Verb.FORCE, hr("a", suspend=True), [], (), {}, id="nothing-can-be-done"),
        pytest.param(
            Verb.SUSPEND,
            ks("a", conditions=FAILING),
            [fleet("a", spec={"wait": True})],
            ("ks flux-system/fleet checks the health of it and times out until it is resumed: it is failed now",),
            {"y": ("suspend", ["suspend a"])},
            id="hurts-its-parent",
        ),
    ],
)
def test_one_object(
    verb: Verb, asked: Body, others: list[Body], warnings: tuple[str, ...], asks: dict[str, tuple[str, list[str]]]
) -> None:
    foresight = _foresee(verb, [asked], *others)
    assert foresight.warnings == warnings
    assert _asks(foresight) == asks


DELETED = "2026-11-21T12:00:00Z"


@pytest.mark.parametrize(
    ("verb", "asked", "others", "parts", "warnings", "asks"),
    [
        pytest.param(
            Verb.RESUME,
            [ks("a", suspend=True, applied=OLD_MAIN), ks("b", suspend=True), ks("c"), ks("d", deleted=DELETED)],
            [git()],
            [
                "resume a: applied 9f8e7d6c → a1b2c3d4",
                "resume b: at main@a1b2c3d4",
                "skipped c: it is not suspended",
                "refused d: it is being deleted",
            ],
            (),
            {"y": ("resume 2", ["resume a", "resume b"])},
            id="resume",
        ),
        pytest.param(
            Verb.SUSPEND,
            [ks("a"), ks("b", suspend=True), body("ExternalArtifact", "c")],
            [],
            [
                "suspend a: stays at main@a1b2c3d4",
                "skipped b: it is suspended",
                "refused c: ExternalArtifacts cannot be suspended",
            ],
            (),
            {"y": ("suspend 1", ["suspend a"])},
            id="suspend",
        ),
        pytest.param(
            Verb.RECONCILE,
            [ks("a", applied=""), ks("b", suspend=True), ks("c", suspend=True)],
            [git()],
            ["reconcile a: applies a1b2c3d4", "skipped b: it is suspended", "skipped c: it is suspended"],
            (),
            {
                "y": ("reconcile 1", ["reconcile a"]),
                "r": ("resume the suspended 2 too", ["reconcile a", "resume b", "resume c"]),
            },
            id="reconcile-some-suspended",
        ),
        pytest.param(
            Verb.RECONCILE,
            [ks("a", suspend=True), ks("b", suspend=True)],
            [],
            ["resume a: at main@a1b2c3d4", "resume b: at main@a1b2c3d4"],
            ("they are suspended: a request to reconcile them would do nothing",),
            {"y": ("resume and reconcile 2", ["resume a", "resume b"])},
            id="reconcile-all-suspended",
        ),
        pytest.param(
            Verb.RECONCILE,
            [ks("a", suspend=True), body("Alert", "b")],
            [],
            ["skipped a: it is suspended", "refused b: no controller reconciles this Alert"],
            (),
            {"y": ("resume and reconcile 1", ["resume a"])},
            id="reconcile-what-is-suspended-or-can-not-be",
        ),
        pytest.param(
            Verb.SUSPEND,
            [ks(name, managed=DECLARED) for name in "abc"],
            [fleet("a", "b"), ks("other", inventory=[inventory_id("Kustomization", "c")])],
            [f"suspend {name}: stays at main@a1b2c3d4, undone by its parent" for name in "abc"],
            (
                "ks flux-system/fleet will undo 2 of them at its next run, within 10m: Git says otherwise",
                "ks flux-system/other will undo ks flux-system/c at its next run, within 10m: Git says otherwise",
            ),
            {
                "y": ("suspend 3", ["suspend a", "suspend b", "suspend c"]),
                "p": (
                    "suspend 2 parents too",
                    ["suspend fleet", "suspend other", *(f"suspend {one}" for one in "abc")],
                ),
            },
            id="undone-by-two-parents",
        ),
        pytest.param(
            Verb.SUSPEND,
            [ks("a", managed=DECLARED), fleet("a")],
            [],
            ["suspend a: stays at main@a1b2c3d4", "suspend fleet: stays at main@a1b2c3d4"],
            (),
            {"y": ("suspend 2", ["suspend a", "suspend fleet"])},
            id="with-the-parent",
        ),
        pytest.param(
            Verb.FORCE,
            [hr("a"), ks("b")],
            [],
            ["force a: at 1.9.1", "refused b: only a HelmRelease can be forced"],
            (),
            {"y": ("force 1", ["force a"])},
            id="force",
        ),
    ],
)
def test_several_objects(
    verb: Verb,
    asked: list[Body],
    others: list[Body],
    parts: list[str],
    warnings: tuple[str, ...],
    asks: dict[str, tuple[str, list[str]]],
) -> None:
    foresight = _foresee(verb, asked, *others)
    told = [
        f"{one.verb if one.fate is Fate.ACTED else one.fate} {one.resource.ref.name}: {one.text}"
        for one in foresight.effects
    ]
    assert told == parts
    assert foresight.warnings == warnings
    assert _asks(foresight) == asks


def test_what_is_refused_elsewhere_is_not_asked() -> None:
    def refusal(verb: Verb, resource: Resource) -> str:
        return "read-only" if resource.ref.name in ("a", "fleet") else objection(verb, resource)

    asked = [ks("a"), ks("b", managed=DECLARED)]
    found = foresee(picture_of(*asked, fleet("b")), Verb.SUSPEND, tuple(read(one) for one in asked), NOON, refusal)
    assert [(one.fate, one.text) for one in found.of(Fate.REFUSED)] == [(Fate.REFUSED, "read-only")]
    assert _asks(found) == {"y": ("suspend 1", ["suspend b"])}, "nor is a parent that may not be suspended offered"


@pytest.mark.parametrize(
    ("objects", "diffs", "key", "notes"),
    [
        pytest.param([ks("a", suspend=True), git()], {}, "D", (), id="nothing-new"),
        pytest.param(
            [ks("a", suspend=True, applied=OLD_MAIN), git()],
            {},
            "D",
            ("applied 9f8e7d6c, its source has a1b2c3d4: D shows the diff",),
            id="something-new",
        ),
        pytest.param(
            [ks("a", suspend=True, applied=OLD_MAIN), git()],
            {},
            "",
            ("applied 9f8e7d6c, its source has a1b2c3d4",),
            id="the-diff-has-no-key",
        ),
        pytest.param(
            [ks("a", suspend=True, applied=OLD_MAIN), git()],
            {"a": "3 commits, 12 files"},
            "D",
            ("applied 9f8e7d6c, its source has a1b2c3d4 (3 commits, 12 files): D shows the diff",),
            id="git-was-asked-before",
        ),
        pytest.param(
            [ks("a", suspend=True, applied=""), git()],
            {},
            "D",
            ("nothing is applied yet, its source has a1b2c3d4: D shows the diff",),
            id="nothing-applied",
        ),
        pytest.param(
            [
                hr("a", "flux-system", suspend=True, version="1.8.0", ref={"kind": "OCIRepository", "name": "c"}),
                body("OCIRepository", "c", status={"artifact": {"revision": f"1.9.0@sha256:{'ab' * 32}"}}),
            ],
            {},
            "D",
            ("applied 1.8.0, its source has 1.9.0",),
            id="not-from-git",
        ),
    ],
)
def test_what_resuming_applies(objects: list[Body], diffs: dict[str, str], key: str, notes: tuple[str, ...]) -> None:
    picture, one = picture_of(*objects), read(objects[0])
    known = {question_about(picture, one.ref): text for text in diffs.values()}
    assert foresee(picture, Verb.RESUME, (one,), NOON, diffs=known, diff_key=key).notes == notes


@pytest.mark.parametrize(
    ("verb", "object_", "found"),
    [
        (Verb.RECONCILE, ks("a", suspend=True), Verb.RESUME),
        (Verb.RECONCILE, ks("a"), Verb.RECONCILE),
        (Verb.RECONCILE, body("Alert", "a", suspend=True), Verb.RECONCILE),
        (Verb.FORCE, hr("a", suspend=True), Verb.FORCE),
        (Verb.SUSPEND, ks("a", suspend=True), Verb.SUSPEND),
    ],
)
def test_what_has_to_be_asked(verb: Verb, object_: Body, found: Verb) -> None:
    assert effective(verb, read(object_)) is found


def _commit(sha: str) -> Commit:
    return Commit(sha, "Ana", NOON - timedelta(minutes=5), "a change")


NEWER = "c3d4e5f6" * 5
FILES = tuple(FilePatch(f"{number}.yaml", f"{number}.yaml", FileStatus.ADDED, 1, 0, ()) for number in range(2))
BEHIND = Question("https://git.example/fleet.git", applied=OLD_SHA, fetched=SHA)


@pytest.mark.parametrize(
    ("pending", "question", "text"),
    [
        pytest.param(Pending((), (_commit(SHA),), FILES), BEHIND, "1 commit, 2 files", id="to-what-was-fetched"),
        pytest.param(
            Pending((), (_commit(NEWER), _commit(SHA), _commit("b" * 40)), FILES),
            BEHIND,
            "2 commits",
            id="upstream-is-farther",
        ),
        pytest.param(Pending((Stage("applied", OLD_SHA),), (), FILES), BEHIND, "", id="no-commits"),
        pytest.param(Pending((), (_commit(SHA),), FILES, problem="no login"), BEHIND, "", id="a-problem"),
        pytest.param(
            Pending((), (_commit(SHA),), FILES), Question("x", applied=SHA, fetched=SHA), "", id="nothing-is-pending"
        ),
        pytest.param(Pending((), (_commit(SHA),), FILES), Question("x", fetched=SHA), "", id="never-applied"),
    ],
)
def test_how_much_is_pending(pending: Pending, question: Question, text: str) -> None:
    assert in_words(pending, question) == text


def test_who_waits_in_a_long_run_is_told_of_one_object() -> None:
    running = condition("Reconciling", "True", "Progressing", f"Running health checks for revision {MAIN}")
    found = _foresee(Verb.RECONCILE, [ks("a", conditions=[running])])
    assert found.notes == (
        "the request waits until the present run of it ends: Running health checks for revision main@sha1:a1b2c3d4",
    )
    assert found.warnings == ()
