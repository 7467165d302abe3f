"""The demo's fleet at one fixed moment, behind the real app, without any network."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
import yaml

from tests.fakes.clock import FakeClock
from tests.fakes.cluster import FakeCluster
from tui.actions import DEFAULT_KEYS, KEY_SCOPES
from tui.app import GitopsApp
from tui.cluster.events import EventFeed
from tui.cluster.logs import parse_line
from tui.config.keymap import resolve_keymap
from tui.config.paths import builtin_themes
from tui.config.settings import Settings
from tui.config.themes import load_themes
from tui.demo.world import initial_events, initial_logs, initial_objects
from tui.model.changes import Change, ContextStatus, EventsListed, KindListed, LogLine, Phase
from tui.model.decode import decode_object
from tui.model.inventory import inventory_of
from tui.model.kinds import KINDS
from tui.model.kstatus import judge
from tui.model.live import decode_live
from tui.model.pending import Pending, Question
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.workloads import Applied, AppliedId, present, with_pods, worst_first
from tui.ports import Emit, Journal
from tui.screens.shell import Shell
from tui.session import Session
from tui.widgets.palette import Palette

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SEED = 7
LIVE = ("eu-west", "us-east", "ap-south")
LOGIN = ContextStatus(
    "lab", Phase.LOGIN, NOW,
    "https://lab.example:6443 refuses the credentials of user 'lab-demo' (401), read anew too; log in again",
    "https://lab.example:6443",
)  # fmt: skip


@cache
def changes_of(context: str) -> tuple[Change, ...]:
    """All that a live context of the demo tells at the start."""
    raw = initial_objects(context, SEED, NOW)
    lists = tuple(
        KindListed(context, kind, tuple(_decode(item, context, kind) for item in items))
        for kind, items in raw.items()
        if kind in KINDS
    )
    page = json.dumps({"metadata": {"resourceVersion": "1"}, "items": initial_events(context, SEED, NOW)})
    events, _ = EventFeed(context).listing(page.encode())
    status = ContextStatus(context, Phase.LIVE, NOW, server=f"https://{context}.example:6443")
    return (*lists, EventsListed(context, tuple(events)), status)


def _decode(item: dict[str, Any], context: str, kind: str) -> Resource:
    return decode_object(json.dumps(item).encode(), context, kind)


class DemoCluster(FakeCluster):
    """A context that tells the demo's fleet as soon as it is connected; the test tells what happens then."""

    async def run(self, emit: Emit) -> None:
        """Tell everything, then let the test emit."""
        for change in changes_of(self.context) if self.context in LIVE else (LOGIN,):
            emit(change)
        await super().run(emit)

    async def logs(self, controller: str) -> AsyncGenerator[LogLine, None]:
        """What the controller has printed, then what the test says."""
        self.opened.append(controller)
        for line in initial_logs(self.context, SEED, NOW).get(controller, [])[-200:]:
            yield parse_line(line.text.encode(), controller)[0]
        async for more in super().logs(controller):
            yield more

    async def applied(self, applier: Resource) -> tuple[Applied, ...]:
        """What the demo's controllers applied, and the pods of what is not ready."""
        self.readings.append(applier.ref)
        objects = initial_objects(self.context, SEED, NOW)
        return worst_first(_as_it_is(one, objects) for one in inventory_of(applier))

    async def manifest(self, ref: ObjectRef, group: str | None = None) -> str:
        """The object as YAML."""
        for item in initial_objects(self.context, SEED, NOW)[ref.kind]:
            if (item["metadata"].get("namespace", ""), item["metadata"]["name"]) == (ref.namespace, ref.name):
                shown = {**item, "metadata": {k: v for k, v in item["metadata"].items() if k != "managedFields"}}
                return yaml.safe_dump(shown, sort_keys=False)
        return await super().manifest(ref)


def _as_it_is(one: AppliedId, objects: Mapping[str, list[dict[str, Any]]]) -> Applied:
    (item,) = [item for item in objects[one.kind] if _is_at(item, one)]
    applied = present(one, judge(one.group, one.kind, decode_live(json.dumps(item).encode()), NOW))
    if one.kind != "Deployment" or applied.is_fine:
        return applied
    pods = [pod for pod in objects["Pod"] if pod["metadata"].get("labels", {}).get("app") == one.name]
    lives = [decode_live(json.dumps(pod).encode()) for pod in pods]
    ids = [AppliedId("Pod", "", live.metadata.namespace, live.metadata.name) for live in lives]
    return with_pods(applied, (present(id_, judge("", "Pod", live, NOW)) for id_, live in zip(ids, lives, strict=True)))


def _is_at(item: dict[str, Any], one: AppliedId) -> bool:
    return (item["metadata"].get("namespace", ""), item["metadata"]["name"]) == (one.namespace, one.name)


class FakeGit:
    """Answers with what the test says."""

    def __init__(self, answer: Pending) -> None:
        self.answer = answer
        self.questions: list[Question] = []

    async def pending(self, question: Question, progress: Callable[[str], None]) -> Pending:
        """Remember the question and answer."""
        self.questions.append(question)
        progress("fetching")
        return self.answer


class Rig(msgspec.Struct):
    """An app and the fakes behind it."""

    app: GitopsApp
    clock: FakeClock
    clusters: dict[str, FakeCluster]
    git: FakeGit

    @property
    def main(self) -> Any:
        """The main screen."""
        return self.app.screen_stack[1]

    def patches(self) -> list[tuple[ObjectRef, dict[str, Any]]]:
        """Every write, of all contexts."""
        return [patch for cluster in self.clusters.values() for patch in cluster.patches]


def make_rig(
    contexts: tuple[str, ...] = (*LIVE, "lab"),
    *,
    theme: str = "night",
    ascii_only: bool = False,
    no_color: bool = False,
    read_only: bool = False,
    settings: Settings | None = None,
    start: tuple[str, ...] | None = None,
    make_cluster: Callable[[str], FakeCluster] = DemoCluster,
    pending: Pending | None = None,
    journal: Journal | None = None,
) -> Rig:
    """The real app over fakes.

    Args:
        contexts: The contexts of the kubeconfig.
        theme: A shipped theme.
        ascii_only: As `--ascii`.
        no_color: As with `NO_COLOR`.
        read_only: As `--read-only`.
        settings: What `config.yaml` says.
        start: The contexts that are connected at start, by default all.
        make_cluster: Makes a context's fake.
        pending: What Git answers.
        journal: Where requests are written down, by default in memory.

    Returns:
        The app, not running yet, and its fakes.
    """
    clock, git = FakeClock(NOW), FakeGit(pending or Pending((), summary="Nothing is pending."))
    clusters = {name: make_cluster(name) for name in contexts}
    settings = settings or Settings()
    keymap, problems = resolve_keymap(DEFAULT_KEYS, settings.keys, preset=settings.keymap, scopes=KEY_SCOPES)
    assert not problems
    themes, problems = load_themes(builtin_themes(), builtin_themes() / "none")
    assert not problems
    session = Session(
        clock,
        {name: (lambda cluster=cluster: cluster) for name, cluster in clusters.items()},
        lambda: git,
        read_only=settings.writing(read_only),
        journal=journal,
    )
    palette = Palette(themes[theme], ascii_only, no_color)
    shell = Shell(session, settings, keymap, themes, palette, contexts if start is None else start)
    return Rig(GitopsApp(shell), clock, clusters, git)
