"""The app under a pilot: a small fleet that a test can change, keys as they come, and what is on the screen."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

from tests.fakes.cluster import FakeCluster
from tests.fakes.fleet import Rig, make_rig
from tests.fakes.objects import (
    FAILING,
    OLD_MAIN,
    WAITING,
    Body,
    body,
    git,
    helm_chart,
    helm_repository,
    hr,
    inventory_id,
    ks,
    read,
    ref,
)
from tui.actions import ACTIONS
from tui.model.refs import ObjectRef
from tui.model.rows import context_ref
from tui.widgets.lines import LineView

WIDE, NARROW = (120, 36), (80, 24)
EU, US, OFF = context_ref("eu"), context_ref("us"), context_ref("off")
SOURCE = ref("GitRepository", "flux-system")
ROOT, INFRA, APPS, TENANTS, PAUSED = (
    ref("Kustomization", name) for name in ("flux-system", "infra", "apps", "tenants", "paused")
)
API, CHARTS, CHART = ref("HelmRelease", "api", "apps"), ref("HelmRepository", "charts"), ref("HelmChart", "apps-api")
ALERT = ref("Alert", "on-call")
BROKEN_IN_US = ref("Kustomization", "batch", context="us")

TESTED: set[str] = set()
"""The actions that have a test."""


def small_fleet() -> list[Body]:
    """What the context `eu` has: each state once, and a kind that can do nothing."""
    below = [inventory_id("Kustomization", name) for name in ("infra", "apps", "tenants", "paused")]
    return [
        git(),
        ks("flux-system", inventory=below),
        ks("infra"),
        ks(
            "apps",
            after=["infra"],
            applied=OLD_MAIN,
            conditions=FAILING,
            inventory=[inventory_id("HelmRelease", "api", "apps")],
        ),
        ks("tenants", after=["apps"], conditions=WAITING),
        ks("paused", suspend=True),
        hr("api"),
        helm_chart("apps-api"),
        helm_repository(),
        body("Alert", "on-call", spec={"providerRef": {"name": "slack"}}),
    ]


def acting(action: str) -> Callable[[Any], Any]:
    """Run a test once for each default key of an action, given as `key`; empty for one that has none.

    Args:
        action: The action's id, which counts as tested.

    Returns:
        The decorator.
    """
    TESTED.add(action)
    keys = ACTIONS[action].keys or ("",)
    return pytest.mark.parametrize("key", keys, ids=[f"{action}-{key or 'palette'}" for key in keys])


class Driven:
    """A running app, its fakes, and hands on its keyboard."""

    def __init__(self, rig: Rig, pilot: Pilot[None]) -> None:
        self.rig = rig
        self.pilot = pilot
        self.app = rig.app

    @property
    def main(self) -> Any:
        """The main screen."""
        return self.rig.main

    @property
    def eu(self) -> FakeCluster:
        """The cluster that most tests are about."""
        return self.rig.clusters["eu"]

    @property
    def selected(self) -> ObjectRef | None:
        """What is under the cursor."""
        row = self.main.selected
        return row.ref if row is not None else None

    @property
    def rows(self) -> list[ObjectRef]:
        """The rows of the tree, from top to bottom."""
        return [row.ref for row in self.main.layout_.rows]

    @property
    def notices(self) -> list[str]:
        """All that was said, oldest first."""
        return [notice.text for notice in self.main.shell.session.picture.notices]

    @property
    def screens(self) -> list[str]:
        """The kinds of the screens over the main one, the lowest first."""
        return [type(screen).__name__ for screen in self.app.screen_stack[2:]]

    async def press(self, *keys: str) -> None:
        """Press keys one by one, each when the one before and what follows from it was dealt with."""
        for key in keys:
            self.app.post_message(key_event(key))
            await self.quiet()

    async def type(self, text: str) -> None:
        """Type a text, character by character."""
        await self.press(*text)

    async def quiet(self) -> None:
        """Wait until no widget has a message left."""
        for _ in range(2):
            await self.pilot.pause(0)

    async def act(self, action: str, key: str) -> None:
        """Press an action's key, or type its name into the palette where it has none."""
        if key:
            assert key in ACTIONS[action].keys
            await self.press(key)
        else:
            await self.command(action)

    async def command(self, typed: str) -> None:
        """Type a command into the palette and run it."""
        await self.press("colon")
        await self.until(lambda: self.screens == ["PaletteScreen"] and self.app.screen.is_mounted)
        await self.type(typed)
        await self.press("enter")
        await self.until(lambda: "PaletteScreen" not in self.screens)

    async def go_to(self, target: ObjectRef) -> None:
        """Put the cursor on a row."""
        self.main.select(target)
        await self.quiet()
        assert self.selected == target

    async def until(self, true: Callable[[], Any], seconds: float = 5.0) -> None:
        """Wait until something is true."""
        end = asyncio.get_running_loop().time() + seconds
        while not true():
            assert asyncio.get_running_loop().time() < end, "it never came true"
            await self.pilot.pause(0.005)

    async def drawn(self) -> None:
        """Wait until every frame that was asked for is drawn."""
        await self.quiet()
        if not self.main.frames.idle:
            self.main.frames.request(urgent=True)  # churn settles for a while otherwise
        await self.until(lambda: self.main.frames.idle)
        await self.quiet()

    async def draw_now(self) -> None:
        """Draw what is known, without waiting until a frame is due."""
        await self.quiet()
        self.main.frames.stop()
        self.main.draw_frame()
        await self.quiet()

    async def settled(self) -> None:
        """Wait until everything is drawn and the log of what is selected was opened."""
        if self.selected is not None and self.main.shell.session.logs.controller:
            cluster = self.rig.clusters[self.selected.context]
            await self.until(lambda: cluster.opened)
        await self.drawn()

    async def change(self, *objects: Body, context: str = "eu") -> None:
        """Let the watch of a context tell some objects, and wait until they are drawn."""
        self.rig.clusters[context].changed(*(read(one, context) for one in objects))
        await self.drawn()

    async def delete(self, *refs: ObjectRef) -> None:
        """Let the watch tell that some objects are gone, and wait until that is drawn."""
        for one in refs:
            self.rig.clusters[one.context].deleted(one)
        await self.drawn()

    def line(self, target: ObjectRef) -> str:
        """The text of a row, as it is where there is room for all of it."""
        tree = self.main.tree_pane
        text: str = tree.draw_line(tree.layout_.position[target], 200).text
        return text

    def text_of(self, view: LineView) -> str:
        """What a pane shows."""
        return "\n".join(view.render_line(y).text for y in range(view.size.height))


def key_event(key: str) -> events.Key:
    """A key as the terminal sends it."""
    if len(key) == 1 and not key.isalnum():
        key = _character_to_key(key)
    try:
        character = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        character = key if len(key) == 1 else None
    return events.Key(key, character)


async def burst(driven: Driven, *keys: str, turns: int = 0) -> None:
    """Send keys without waiting until any is dealt with.

    Args:
        driven: The app.
        keys: The keys.
        turns: How often other work may go on between two of them.
    """
    for key in keys:
        driven.app.post_message(key_event(key))
        for _ in range(turns):
            await asyncio.sleep(0)
    await driven.quiet()


@asynccontextmanager
async def driving(rig: Rig, size: tuple[int, int] = WIDE) -> AsyncIterator[Driven]:
    """Run an app until the block ends.

    Args:
        rig: The app and its fakes.
        size: Columns and lines of the terminal.

    Yields:
        The running app, its contexts asked to connect.
    """
    async with rig.app.run_test(size=size) as pilot:
        driven = Driven(rig, pilot)
        wanted = [rig.clusters[name] for name in rig.app.shell.start_contexts]
        await driven.until(lambda: all(cluster.connected for cluster in wanted))
        await driven.draw_now()
        yield driven


@asynccontextmanager
async def small(
    *objects: Body, size: tuple[int, int] = WIDE, at: ObjectRef | None = None, fleet: bool = True, **options: Any
) -> AsyncIterator[Driven]:
    """Run an app over two contexts that are connected, `eu` and `us`, and one that is not, `off`.

    Args:
        objects: What `eu` has, by default `small_fleet()`.
        size: Columns and lines of the terminal.
        at: The row to put the cursor on.
        fleet: Whether the clusters tell what they have.
        options: What `make_rig` takes.

    Yields:
        The running app, drawn.
    """
    options = {"contexts": ("eu", "us", "off"), "start": ("eu", "us"), "make_cluster": FakeCluster} | options
    async with driving(make_rig(**options), size) as driven:
        if fleet:
            driven.eu.listed(*(read(one) for one in objects or small_fleet()))
            driven.eu.live()
        if fleet and "us" in options["start"]:
            us = driven.rig.clusters["us"]
            us.listed(read(git(), "us"), read(ks("batch", conditions=FAILING), "us"))
            us.live()
        await driven.draw_now()
        if at is not None:
            await driven.go_to(at)
        yield driven
