"""The keys that ask something of objects, and the marks they take."""

import pytest

from tests.fakes.fleet import NOW
from tests.fakes.objects import ROLLED_BACK, hr, ks
from tests.fakes.pilot import ALERT, API, APPS, CHART, INFRA, PAUSED, ROOT, SOURCE, TENANTS, acting, small
from tui.model.intent import Step, Verb
from tui.model.refs import ObjectRef
from tui.screens.confirm import ConfirmScreen

REQUEST = {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": NOW.isoformat()}}}
SUSPEND = {"spec": {"suspend": True}}
FORCE, RESET = (
    {"metadata": {"annotations": REQUEST["metadata"]["annotations"] | {f"reconcile.fluxcd.io/{name}": NOW.isoformat()}}}
    for name in ("forceAt", "resetAt")
)
RESUME = {"spec": {"suspend": None}, **REQUEST}


@acting("reconcile")
async def test_reconcile_asks_for_a_run_of_the_selected_object(key: str) -> None:
    async with small(at=INFRA) as driven:
        await driven.act("reconcile", key)
        assert driven.rig.patches() == [(INFRA, REQUEST)]
        assert "reconcile asked" in driven.line(INFRA)


@acting("reconcile.source")
async def test_with_source_asks_the_source_first(key: str) -> None:
    async with small(at=INFRA) as driven:
        await driven.act("reconcile.source", key)
        assert driven.rig.patches() == [(SOURCE, REQUEST)]
        assert (
            "reconciles git flux-system/flux-system first" in driven.main.shell.session.picture.outcomes[INFRA].message
        )


@acting("suspend.toggle")
async def test_toggle_suspends_what_runs(key: str) -> None:
    async with small(at=INFRA) as driven:
        await driven.act("suspend.toggle", key)
        assert driven.rig.patches() == [(INFRA, SUSPEND)]


@acting("suspend.toggle")
async def test_toggle_resumes_what_is_suspended(key: str) -> None:
    async with small(at=PAUSED) as driven:
        assert "T resume" in driven.text_of(driven.main.footer)
        await driven.act("suspend.toggle", key)
        assert driven.rig.patches() == [(PAUSED, RESUME)]


@acting("suspend")
async def test_suspend_never_resumes(key: str) -> None:
    async with small(at=PAUSED) as driven:
        await driven.act("suspend", key)
        assert driven.rig.patches() == [(PAUSED, SUSPEND)]


@acting("resume")
async def test_resume_never_suspends(key: str) -> None:
    async with small(at=INFRA) as driven:
        await driven.act("resume", key)
        assert driven.rig.patches() == [(INFRA, RESUME)]


@acting("force")
async def test_force_is_asked_about_and_then_forces_the_selected_release(key: str) -> None:
    async with small(at=API) as driven:
        assert "U force" in driven.text_of(driven.main.footer)
        for answer in ("n", "escape"):
            await driven.act("force", key)
            assert driven.screens == ["ConfirmScreen"]
            told = "\n".join(str(static.render()) for static in driven.app.screen.query("Static"))
            assert "force hr apps/api? Helm installs or upgrades at once" in told
            assert "force  eu  hr apps/api  at 1.9.1" in told
            await driven.press(answer)
            assert driven.rig.patches() == []
        await driven.act("force", key)
        await driven.press("y")
        assert driven.rig.patches() == [(API, FORCE)]
        assert "force asked" in driven.line(API)


@acting("reset")
async def test_reset_forgets_the_failures_of_the_selected_release(key: str) -> None:
    async with small(at=API) as driven:
        assert "reset" not in driven.text_of(driven.main.footer)
        await driven.change(hr("api", conditions=ROLLED_BACK, status={"upgradeFailures": 2}))
        assert "Z reset" in driven.text_of(driven.main.footer)
        assert "gave up after 2 tries" in driven.text_of(driven.main.detail)
        await driven.act("reset", key)
        assert driven.screens == []
        assert driven.rig.patches() == [(API, RESET)]
        assert "reset asked" in driven.line(API)


@pytest.mark.parametrize(("key", "past"), [("U", "forced"), ("Z", "reset")])
async def test_what_is_no_release_can_be_neither_forced_nor_reset(key: str, past: str) -> None:
    async with small(at=INFRA) as driven:
        assert f" {key} " not in driven.text_of(driven.main.footer)
        await driven.press(key)
        assert driven.screens == []
        assert driven.rig.patches() == []
        assert f"only a HelmRelease can be {past}" in driven.notices[-1]


async def test_of_several_marked_only_the_release_is_forced() -> None:
    async with small(at=APPS) as driven:
        await driven.press("space", "space", "U", "y")
        assert driven.rig.patches() == [(API, FORCE)]
        assert driven.notices[-1] == "force left out ks flux-system/apps in eu: only a HelmRelease can be forced"


async def test_what_is_being_deleted_says_so_and_is_left_alone() -> None:
    async with small(at=INFRA) as driven:
        await driven.change(ks("infra", deleted="2026-11-21T12:00:00Z", finalizers=["finalizers.fluxcd.io"]))
        assert "being deleted, waits for kustomize-controller (finalizers.fluxcd.io)" in driven.line(INFRA)
        assert "R W T it is being deleted" in driven.text_of(driven.main.footer)
        for key in ("R", "W", "T"):
            await driven.press(key)
            assert driven.notices[-1].endswith("it is being deleted")
        assert driven.rig.patches() == []
        await driven.delete(INFRA)
        assert INFRA not in driven.rows


@acting("mark")
async def test_mark_remembers_the_object_and_its_uid_and_goes_on(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.act("mark", key)
        assert driven.main.tree_pane.marks == {APPS: "uid-Kustomization-flux-system-apps"}
        assert driven.selected == API
        assert "1 marked" in driven.text_of(driven.main.tree_pane)
        await driven.go_to(APPS)
        await driven.act("mark", key)
        assert driven.main.tree_pane.marks == {}


async def test_a_context_cannot_be_marked() -> None:
    async with small(at=ObjectRef("eu", "", "", "")) as driven:
        await driven.press("space")
        assert driven.main.tree_pane.marks == {}


@acting("mark.all")
async def test_all_that_the_filter_lets_pass_is_marked_and_nothing_else(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.press("slash", *"kind:hr", "enter")
        await driven.act("mark.all", key)
        assert driven.main.tree_pane.marks == {API: "uid-HelmRelease-apps-api"}
        await driven.act("mark.all", key)
        assert driven.main.tree_pane.marks == {}
        assert driven.rig.patches() == []


@acting("mark.clear")
async def test_marks_are_cleared(key: str) -> None:
    async with small(at=APPS) as driven:
        await driven.press("space", "space")
        assert list(driven.main.tree_pane.marks) == [APPS, API]
        await driven.act("mark.clear", key)
        assert driven.main.tree_pane.marks == {}
        assert "marked" not in driven.text_of(driven.main.tree_pane)
        assert driven.rig.patches() == []


async def test_marked_objects_are_taken_instead_of_the_selected_one_after_a_question() -> None:
    async with small(at=INFRA) as driven:
        await driven.press("space")
        await driven.go_to(TENANTS)
        await driven.press("space")
        await driven.go_to(ROOT)
        await driven.press("R")
        assert driven.screens == ["ConfirmScreen"]
        assert driven.rig.patches() == []
        await driven.press("y")
        assert driven.rig.patches() == [(INFRA, REQUEST)]
        assert "waits for ks infra" in driven.line(TENANTS)
        await driven.change(ks("infra", requested=NOW.isoformat(), handled=NOW.isoformat()))
        assert driven.rig.patches() == [(INFRA, REQUEST), (TENANTS, REQUEST)]
        assert driven.main.tree_pane.marks == {}
        assert driven.screens == []


@pytest.mark.parametrize("no", ["n", "ctrl+c"])
async def test_a_question_names_what_it_is_about_and_no_means_no(no: str) -> None:
    async with small(at=APPS) as driven:
        await driven.press("space", "space", "T")
        question = driven.app.screen
        assert isinstance(question, ConfirmScreen)
        told = "\n".join(str(static.render()) for static in question.query("Static"))
        assert "suspend 2 objects?" in told
        assert "suspend  eu  ks flux-system/apps  stays at main@9f8e7d6c" in told
        assert "suspend  eu  hr apps/api  stays at 1.9.1" in told
        for key in ("j", "space", "R", no):
            await driven.press(key)
        assert driven.screens == []
        assert driven.rig.patches() == []
        assert list(driven.main.tree_pane.marks) == [APPS, API], "a refused question keeps the marks"


async def test_what_can_do_nothing_says_so_and_sends_nothing() -> None:
    async with small(at=ALERT) as driven:
        assert "reconcile" not in driven.text_of(driven.main.footer)
        await driven.press("R")
        assert driven.rig.patches() == []
        assert "no controller reconciles this Alert" in driven.notices[-1]


async def test_a_row_that_is_no_object_says_so() -> None:
    async with small(at=ObjectRef("eu", "", "", "")) as driven:
        for key in ("R", "W", "T"):
            await driven.press(key)
            assert driven.notices[-1].endswith("select an object first")
        assert driven.rig.patches() == []


async def test_a_chart_is_what_a_release_reconciles_first() -> None:
    async with small(at=API) as driven:
        await driven.press("W")
        (first, _), *_ = driven.rig.patches()
        assert first in (CHART, ObjectRef("eu", "HelmRepository", "flux-system", "charts"))
        assert driven.main.shell.session.picture.outcomes[API].step is Step.QUEUED
        assert driven.main.shell.session.picture.outcomes[API].verb is Verb.RECONCILE
