"""The pane of what the selected object applied: it follows the selection, and its rows can be opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from tests.fakes.objects import FAILING, WAITING, hr, inventory_id, ks, read, ref
from tests.fakes.pilot import APPS, EU, INFRA, NARROW, SOURCE, TENANTS, Driven, acting, small
from tests.fakes.workloads import applied, entry_id
from tui.model.changes import ContextStatus, InventoryRead, Phase
from tui.model.health import State
from tui.model.refs import ObjectRef
from tui.model.workloads import Applied
from tui.ports import ClusterError
from tui.screens.text import ManifestScreen

ENTRIES = [entry_id("Deployment", "api"), entry_id("Deployment", "web"), entry_id("ConfigMap", "limits", "flux-system")]
WHY = 'image "registry.example/api:1.9.2" not found'
POD = applied("Pod", "api-7c9f-x2x", State.FAILED, WHY)
API = applied("Deployment", "api", State.FAILED, "0 of 2 replicas available", below=(POD, applied("Pod", "api-1a2b")))
WEB = applied("Deployment", "web", message="scaled to 0")
LIMITS = applied("ConfigMap", "limits", State.STATIC, namespace="flux-system")
OBJECTS = (API, WEB, LIMITS)
POD_REF = ObjectRef("eu", "Pod", "shop", "api-7c9f-x2x")


@asynccontextmanager
async def shop(
    at: ObjectRef | None = APPS, objects: tuple[Applied, ...] = OBJECTS, **options: Any
) -> AsyncIterator[Driven]:
    """An app with Kustomizations of which `apps` fails, since what it applied does."""
    fleet = (
        ks("apps", inventory=ENTRIES, conditions=FAILING),
        ks("infra", inventory=[entry_id("Deployment", "dns")]),
        ks("tenants", after=["apps"], conditions=WAITING, inventory=[entry_id("Deployment", "acme")]),
        ks("remote", inventory=ENTRIES, spec={"kubeConfig": {"secretRef": {"name": "prod"}}}),
        ks("parent", inventory=[inventory_id("Kustomization", "apps")]),
        hr("old", "flux-system"),
    )
    async with small(*fleet, fleet=False, **options) as driven:
        driven.eu.inventories = {APPS: objects, INFRA: (applied("Deployment", "dns"),)}
        await driven.until(lambda: driven.eu.connected)
        driven.eu.listed(*(read(one) for one in fleet))
        driven.eu.live()
        await driven.draw_now()
        if at is not None:
            await driven.go_to(at)
            await driven.until(lambda: not driven.main.shell.session.inventories.opening)
            await driven.drawn()
        yield driven


def shown(driven: Driven) -> list[str]:
    """The lines of the pane that have anything, single-spaced."""
    lines = driven.text_of(driven.main.applied).splitlines()
    return [" ".join(line.split()) for line in lines if line.strip()]


def strip(driven: Driven) -> str:
    """The detail strip, single-spaced."""
    return " ".join(driven.text_of(driven.main.detail).split())


async def test_it_tells_of_each_object_and_why_pods_are_not_ready() -> None:
    async with shop() as driven:
        assert shown(driven) == [
            "applied · ks flux-system/apps 1 of 3 not ready",
            "✖ Deployment shop/api <1m",
            "0 of 2 replicas available",
            "✖ Pod api-7c9f-x2x <1m",
            'image "registry.example/api:1.9.2" not found',
            "✔ Pod api-1a2b <1m",
            "✔ Deployment shop/web scaled to 0 <1m",
            "· ConfigMap limits <1m",
        ]


async def test_it_follows_the_selection_and_moving_on_reads_nothing() -> None:
    async with shop() as driven:
        await driven.go_to(INFRA)
        assert shown(driven) == ["applied · ks flux-system/infra", "Reading what it applied"]
        await driven.until(lambda: not driven.main.shell.session.inventories.opening)
        await driven.drawn()
        assert shown(driven)[0] == "applied · ks flux-system/infra 1 ready"
        assert driven.eu.readings == [APPS, INFRA]
        for target in (APPS, INFRA, APPS, EU):
            await driven.go_to(target)
        told = "Select a Kustomization or a HelmRelease to see what it applied"
        assert " ".join(shown(driven)) == f"applied {told}"
        assert driven.eu.readings == [APPS, INFRA]


async def test_what_it_waits_for_is_read_too() -> None:
    async with shop(at=TENANTS) as driven:
        await driven.until(lambda: driven.main.shell.session.picture.applied(APPS))
        assert driven.eu.readings == [TENANTS, APPS]
        assert shown(driven)[0] == "applied · ks flux-system/tenants 0 ready"


@pytest.mark.parametrize("at", [pytest.param(APPS, id="of-itself"), pytest.param(TENANTS, id="of-what-waits-for-it")])
async def test_the_strip_tells_what_was_read(at: ObjectRef) -> None:
    async with shop(at=at) as driven:
        session = driven.main.shell.session
        await driven.until(lambda: session.picture.applied(APPS))
        await driven.drawn()
        assert WHY in strip(driven)
        crashing = msgspec.structs.replace(POD, message="container app keeps crashing: exit code 1")
        session.apply(InventoryRead(APPS, (msgspec.structs.replace(API, below=(crashing,)),)))
        await driven.drawn()
        assert "keeps crashing: exit code 1" in strip(driven)
        assert WHY not in strip(driven)


async def test_why_there_is_nothing() -> None:
    async with shop(at=None) as driven:
        for kind, name, words in (
            ("Kustomization", "remote", "It applies to another cluster (spec.kubeConfig): look there"),
            ("Kustomization", "parent", "All it applied is Flux's own (1): it stands below it in the tree"),
            ("HelmRelease", "old", "Its helm-controller writes no inventory: that takes Flux 2.8"),
        ):
            await driven.go_to(ref(kind, name))
            assert words in " ".join(shown(driven))
    async with small(at=SOURCE) as driven:
        assert shown(driven)[1] == "A GitRepository applies nothing itself"


async def test_what_can_not_be_read_says_why() -> None:
    async with shop(at=None) as driven:
        driven.eu.inventories[APPS] = ClusterError("https://eu:6443 gave no answer")
        await driven.go_to(APPS)
        await driven.until(lambda: len(driven.eu.readings) == 1)
        await driven.drawn()
        assert shown(driven) == ["applied · ks flux-system/apps", "https://eu:6443 gave no answer"]


async def test_what_was_read_stays_in_sight_when_the_connection_is_lost() -> None:
    async with shop() as driven:
        before = shown(driven)
        driven.eu.emit(ContextStatus("eu", Phase.STALE))
        await driven.until(lambda: driven.main.shell.session.picture.inventories.get(APPS).problem)
        await driven.drawn()
        assert shown(driven) == ["applied · ks flux-system/apps as it was <1m ago", *before[1:]]


@acting("applied")
async def test_keys_go_to_it(key: str) -> None:
    async with shop(size=NARROW) as driven:
        main = driven.main
        assert not main.applied.display
        await driven.act("applied", key)
        assert main.focused is main.applied
        assert (main.applied.display, main.events.display, main.logs.display) == (True, False, False)
        assert WHY in driven.text_of(main.applied)


async def test_one_tab_shows_it_in_a_narrow_terminal() -> None:
    async with shop(size=NARROW) as driven:
        await driven.press("tab")
        assert WHY in driven.text_of(driven.main.applied)


async def test_an_object_s_yaml() -> None:
    async with shop() as driven:
        driven.eu.manifests[POD_REF] = "kind: Pod\n"
        await driven.press("o", "j", "j", "y")
        screen = driven.app.screen
        assert isinstance(screen, ManifestScreen)
        await driven.until(lambda: "kind: Pod" in driven.text_of(screen.pane))
        assert "eu · Pod shop/api-7c9f-x2x" in driven.text_of(screen.pane)
        await driven.press("escape", "enter")
        assert driven.screens == ["ManifestScreen"]
        await driven.press("escape", "escape", "y")
        assert isinstance(driven.app.screen, ManifestScreen)
        assert "ks" not in driven.app.screen.pane.note
        assert driven.app.screen._ref == APPS


async def test_the_cursor_stays_on_its_object() -> None:
    async with shop() as driven:
        pane = driven.main.applied
        await driven.press("o", "G")
        assert pane.selected == LIMITS.id
        await driven.press("k")
        assert pane.selected == WEB.id
        mended = msgspec.structs.replace(API, state=State.READY, message="", below=())
        driven.eu.inventories[APPS] = (mended, WEB, LIMITS)
        await driven.change(ks("apps", inventory=ENTRIES))
        await driven.until(lambda: pane.count_lines() == 3)
        assert pane.selected == WEB.id
        assert shown(driven)[0].endswith("3 ready")


async def test_other_keys_still_mean_the_selected_object() -> None:
    async with shop() as driven:
        await driven.press("o", "R")
        await driven.until(driven.rig.patches)
        assert driven.rig.patches()[0][0] == APPS


async def test_copy_takes_all_of_it() -> None:
    async with shop() as driven:
        await driven.press("o", "c")
        assert driven.app.clipboard.splitlines() == [
            "failed Deployment shop/api 0 of 2 replicas available",
            f"  failed Pod shop/api-7c9f-x2x {WHY}",
            "  ready Pod shop/api-1a2b",
            "ready Deployment shop/web scaled to 0",
            "static ConfigMap flux-system/limits",
        ]


async def test_zoomed_it_shows_messages_whole() -> None:
    long = applied("Deployment", "api", State.FAILED, "word " * 60 + "end")
    async with shop(objects=(long,)) as driven:
        assert "end" not in driven.text_of(driven.main.applied)
        await driven.press("o", "z")
        assert "end" in driven.text_of(driven.main.applied)


async def test_ten_thousand_objects_draw_what_is_visible() -> None:
    many = tuple(applied("Deployment", f"d{number:05}", State.FAILED, "word " * 30) for number in range(10_000))
    async with shop(objects=many) as driven:
        assert shown(driven)[0].endswith("10000 of 10000 not ready")
        await driven.press("o", "G")
        assert driven.main.applied.selected == many[-1].id


async def test_a_hostile_message_is_only_text() -> None:
    hostile = applied("Deployment", "api[red]", State.FAILED, "[bold]x[/bold] " + "é世" * 40)
    async with shop(objects=(hostile,)) as driven:
        assert "[bold]x[/bold]" in driven.text_of(driven.main.applied)
        assert "api[red]" in driven.text_of(driven.main.applied)


async def test_nothing_is_read_behind_another_screen() -> None:
    async with shop() as driven:
        reader = driven.main.shell.session.inventories
        await driven.press("question_mark")
        await driven.until(lambda: not reader._looking.is_set())
        await driven.press("escape")
        await driven.until(reader._looking.is_set)


async def test_a_click_takes_a_row_and_a_double_click_opens_it() -> None:
    async with shop() as driven:
        pane = driven.main.applied
        await driven.pilot.click(pane, offset=(6, 4))
        await driven.quiet()
        assert (driven.main.focused, pane.selected) == (pane, POD.id)
        await driven.pilot.click(pane, offset=(6, 4), times=2)
        await driven.until(lambda: driven.screens == ["ManifestScreen"])
