"""Questions that warn of what would surprise, and the keys that answer them."""

import pytest

from tests.fakes.fleet import NOW
from tests.fakes.objects import (
    FAILING,
    MAIN,
    OLD_MAIN,
    OLD_SHA,
    SHA,
    Body,
    condition,
    git,
    inventory_id,
    ks,
    read,
    ref,
    suspended_by,
)
from tests.fakes.pilot import BROKEN_IN_US, INFRA, PAUSED, SOURCE, Driven, small
from tui.config.settings import Settings
from tui.model.intent import Step, Verb
from tui.model.pending import Commit, FilePatch, FileStatus, Pending, Stage
from tui.ports import Access

REQUEST = {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": NOW.isoformat()}}}
SUSPEND, RESUME = {"spec": {"suspend": True}}, {"spec": {"suspend": None}, **REQUEST}
DECLARED = suspended_by("kustomize-controller", 60, "Apply")
A, FLEET = ref("Kustomization", "a"), ref("Kustomization", "fleet")


def family(**child: object) -> list[Body]:
    """A parent, and a child of which Git says whether it is suspended."""
    return [git(), ks("fleet", inventory=[inventory_id("Kustomization", "a")]), ks("a", managed=DECLARED, **child)]


def asked(driven: Driven) -> str:
    """What the question says."""
    assert driven.screens == ["ConfirmScreen"]
    return "\n".join(str(static.render()) for static in driven.app.screen.query("Static"))


WARNING = "! ks flux-system/fleet will undo it at its next run, within 10m: Git says that it is not suspended"


@pytest.mark.parametrize(
    ("key", "patches"),
    [
        ("y", [(A, SUSPEND)]),
        ("enter", [(A, SUSPEND)]),
        ("p", [(FLEET, SUSPEND), (A, SUSPEND)]),
        ("n", []),
        ("escape", []),
        ("q", []),
    ],
)
async def test_a_suspension_that_the_parent_will_undo_is_asked_about(key: str, patches: list[object]) -> None:
    async with small(*family(), at=A) as driven:
        await driven.press("T")
        told = asked(driven)
        assert "suspend ks flux-system/a?" in told
        assert WARNING in told
        assert "y suspend   p suspend ks flux-system/fleet too   n no" in told
        assert driven.rig.patches() == []
        await driven.press("r", "x", "space", key)
        assert driven.screens == []
        assert driven.rig.patches() == patches


@pytest.mark.parametrize(
    ("key", "patches"), [("y", [(A, RESUME)]), ("p", [(FLEET, SUSPEND), (A, RESUME)]), ("n", [])], ids=["y", "p", "n"]
)
async def test_a_resumption_that_the_parent_will_undo_is_asked_about(key: str, patches: list[object]) -> None:
    async with small(*family(suspend=True), at=A) as driven:
        await driven.press("T")
        told = asked(driven)
        assert "Git says that it is suspended" in told
        assert "y resume   p suspend ks flux-system/fleet first   n no" in told
        await driven.press(key)
        assert driven.rig.patches() == patches


async def test_what_is_kept_is_just_done_and_what_waits_is_said_after() -> None:
    async with small(git(), ks("a"), ks("b", after=["a"]), at=A) as driven:
        await driven.press("T")
        assert driven.screens == []
        assert driven.rig.patches() == [(A, SUSPEND)]
        note = "b depends on it and goes on until git flux-system/flux-system has a new revision, then waits"
        assert driven.notices == [f"suspend ks flux-system/a: {note}"]


async def test_what_does_not_matter_to_anybody_is_done_without_a_word() -> None:
    async with small(git(), ks("a"), at=A) as driven:
        await driven.press("T")
        assert driven.rig.patches() == [(A, SUSPEND)]
        assert driven.notices == []


@pytest.mark.parametrize("key", ["y", "enter"])
async def test_what_is_suspended_is_resumed_to_be_reconciled_in_one_write(key: str) -> None:
    async with small(at=PAUSED) as driven:
        assert "R reconcile" in driven.text_of(driven.main.footer)
        await driven.press("R", "n")
        assert driven.rig.patches() == []
        await driven.press("R")
        told = asked(driven)
        assert "! it is suspended: a request to reconcile it would do nothing" in told
        assert "y resume and reconcile   n no" in told
        await driven.press(key)
        assert driven.rig.patches() == [(PAUSED, RESUME)]


async def test_with_source_a_suspended_one_is_resumed_after_its_source() -> None:
    async with small(at=PAUSED) as driven:
        await driven.press("W", "y")
        assert driven.rig.patches() == [(SOURCE, REQUEST)]
        token = NOW.isoformat()
        await driven.change(git(requested=token, handled=token))
        await driven.until(lambda: len(driven.rig.patches()) == 2)
        assert driven.rig.patches()[1] == (PAUSED, RESUME)


async def test_a_child_that_fails_is_asked_about_where_its_parent_would_wait_for_it() -> None:
    parent = ks("fleet", inventory=[inventory_id("Kustomization", "a")], spec={"wait": True})
    async with small(git(), parent, ks("a", conditions=FAILING), at=A) as driven:
        await driven.press("T")
        assert "ks flux-system/fleet checks the health of it and times out until it is resumed" in asked(driven)
        await driven.press("y")
        assert driven.rig.patches() == [(A, SUSPEND)]


async def test_of_several_each_is_told_what_will_happen_and_the_suspended_can_be_resumed_too() -> None:
    async with small(at=INFRA) as driven:
        for target in (INFRA, PAUSED):
            await driven.go_to(target)
            await driven.press("space")
        await driven.press("R")
        told = asked(driven)
        assert "reconcile 1 of 2 objects?" in told
        assert "1 acted on, 1 skipped" in told
        assert "reconcile  eu  ks flux-system/infra  at main@a1b2c3d4" in told
        assert "skipped:  eu  ks flux-system/paused  it is suspended" in told
        await driven.press("r")
        assert sorted(driven.rig.patches()) == [(INFRA, REQUEST), (PAUSED, RESUME)]
        assert driven.notices == [], "nothing was left out"


async def test_what_is_as_asked_already_is_left_out() -> None:
    async with small(at=INFRA) as driven:
        for target in (INFRA, PAUSED):
            await driven.go_to(target)
            await driven.press("space")
        await driven.press("T", "y")
        assert driven.rig.patches() == [(INFRA, SUSPEND)]
        assert driven.notices[-1] == "suspend left out ks flux-system/paused in eu: it is suspended"


async def test_nothing_to_do_for_any_of_several_is_said() -> None:
    async with small(ks("a", suspend=True), ks("b", suspend=True), at=A) as driven:
        await driven.press("space", "space")
        await driven.command("suspend")
        assert driven.screens == []
        assert driven.rig.patches() == []
        assert driven.notices[-1] == "suspend: it is suspended"


async def test_what_was_replaced_while_the_question_was_open_is_left_alone_and_reported() -> None:
    async with small(*family(), at=A) as driven:
        await driven.press("T")
        await driven.change(ks("a", uid="another", managed=DECLARED))
        await driven.press("p")
        assert driven.rig.patches() == [(FLEET, SUSPEND)]
        outcome = driven.main.shell.session.picture.outcomes[A]
        assert (outcome.step, outcome.uid) == (Step.REFUSED, "uid-Kustomization-flux-system-a")
        await driven.drawn()
        assert any(f"{A.path}" in text and "refused" in text for text in driven.notices)


async def test_a_context_may_be_read_only_while_another_is_not() -> None:
    settings = Settings(read_only=("u*",), file="/home/me/config.yaml", lines={"read_only": 7})
    why = "read-only: config.yaml line 7 says u*"
    async with small(at=BROKEN_IN_US, settings=settings) as driven:
        assert f"R W T {why}" in driven.text_of(driven.main.footer)
        for key in ("R", "W", "T"):
            await driven.press(key)
            assert driven.notices[-1].endswith(why)
        assert driven.rig.clusters["us"].reviews == []
        await driven.press("space")
        await driven.go_to(INFRA)
        await driven.press("space", "R")
        assert f"refused:  us  ks flux-system/batch  {why}" in asked(driven)
        await driven.press("y")
        assert driven.rig.patches() == [(INFRA, REQUEST)]
        assert driven.notices[-1] == f"reconcile left out ks flux-system/batch in us: {why}"


async def test_a_session_refuses_what_is_read_only_whoever_asks() -> None:
    async with small(at=INFRA, settings=Settings(read_only=("eu",), lines={"read_only": 2})) as driven:
        session = driven.main.shell.session

        session.ask(Verb.SUSPEND, [session.picture.get(INFRA), read(ks("batch"), "us")])
        await driven.quiet()
        assert [target.context for target, _ in driven.rig.patches()] == ["us"]
        assert session.picture.outcomes[INFRA].message == "read-only: config.yaml line 2 says eu"


async def test_a_protected_namespace_is_asked_about_before_a_single_write() -> None:
    async with small(at=INFRA, settings=Settings(protected_namespaces=("eu/flux-*",))) as driven:
        await driven.press("R")
        told = asked(driven)
        assert "reconcile in a protected namespace?" in told
        assert "in eu (flux-system protected)" in told
        await driven.press("n")
        await driven.go_to(BROKEN_IN_US)
        await driven.press("R")
        assert driven.screens == []
        assert driven.rig.patches() == [(BROKEN_IN_US, REQUEST)]


async def test_of_several_what_may_not_be_patched_is_refused_unsent() -> None:
    async with small(fleet=False) as driven:
        driven.eu.rights[("Kustomization", "flux-system")] = Access.DENIED
        driven.eu.listed(read(ks("a")), read(ks("b", "apps")))
        driven.eu.live()
        await driven.drawn()
        for target in (A, ref("Kustomization", "b", "apps")):
            await driven.go_to(target)
            await driven.drawn()
            await driven.press("space")
        await driven.until(lambda: driven.main.shell.session.access(A) is Access.DENIED)
        await driven.press("R")
        assert "refused:  eu  ks flux-system/a  forbidden: you may not patch kustomizations in flux-system" in asked(
            driven
        )
        await driven.press("y")
        assert [target.name for target, _ in driven.rig.patches()] == ["b"]


LONG_RUN = (
    condition(
        "Reconciling", "True", "Progressing", f"Running health checks for revision {MAIN} with a timeout of 5m0s"
    ),
)


async def test_a_request_in_the_middle_of_a_long_run_says_that_it_waits() -> None:
    async with small(git(), ks("a", conditions=LONG_RUN), at=A) as driven:
        await driven.press("R")
        assert driven.rig.patches() == [(A, REQUEST)]
        assert "the request waits until the present run of it ends: Running health checks" in driven.notices[-1]


async def test_a_diff_that_was_looked_at_says_how_much_a_resumption_applies() -> None:
    files = (FilePatch("a.yaml", "a.yaml", FileStatus.MODIFIED, 1, 1, ()),)
    answer = Pending((Stage("applied", OLD_SHA), Stage("fetched", SHA)), (Commit(SHA, "Ana", NOW, "bump"),), files)
    async with small(git(), ks("a", applied=OLD_MAIN, suspend=True), at=A, pending=answer) as driven:
        await driven.press("T")
        assert driven.notices[-1].endswith("applied 9f8e7d6c, its source has a1b2c3d4: D shows the diff")
        assert driven.rig.git.questions == [], "a key that steers fetches nothing"
        await driven.press("D")
        await driven.until(lambda: driven.rig.git.questions)
        await driven.press("escape", "T")
        assert driven.notices[-1].endswith("its source has a1b2c3d4 (1 commit, 1 file): D shows the diff")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])
async def test_a_long_list_scrolls_and_the_keys_stay_in_sight(size: tuple[int, int]) -> None:
    many = [ks(f"k{number:02}") for number in range(60)]
    async with small(*many, size=size, at=ref("Kustomization", "k00")) as driven:
        await driven.press(*("space",) * 60, "T")
        screen = driven.app.screen
        body, keys = screen.query_one(".dialog-body"), screen.query_one(".dialog-keys")
        assert keys.region.bottom <= size[1]
        assert keys.region.height >= 1
        assert body.max_scroll_y > 0
        await driven.press("j", "j", "k")
        assert body.scroll_y == 1
        await driven.press(*("pagedown",) * 20)
        assert body.scroll_y == body.max_scroll_y
        await driven.press("y")
        assert len(driven.rig.patches()) >= 8
