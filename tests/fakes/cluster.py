"""A context whose API server is the test itself."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from typing import Any

from tests.fakes.objects import next_version
from tui.model.changes import Change, ContextStatus, KindListed, LogLine, ObjectChanged, ObjectDeleted, Phase
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.workloads import Applied
from tui.ports import Access, ClusterError, ControllerState, Emit, WriteReply


class FakeCluster:
    """Fulfils `tui.ports.Cluster`: emits what the test says, records what is asked, answers as it was told."""

    def __init__(self, context: str = "eu") -> None:
        self.context = context
        self.patches: list[tuple[ObjectRef, dict[str, Any]]] = []
        """Every write, in order."""
        self.meant: list[str] = []
        """The uid that each of them was held to."""
        self.replies: list[WriteReply] = []
        """The answers to the next writes, in order; when they are used up, writes are accepted."""
        self.writable = asyncio.Event()
        """Writes wait until it is set; it is, to begin with."""
        self.writable.set()
        self.unreadable: list[ClusterError] = []
        """What the next reads of an object fail with, in order; then they tell what `objects` has."""
        self.objects: dict[ObjectRef, Resource] = {}
        """What was told last of each object."""
        self.reads: list[ObjectRef] = []
        """Every object that was read past the watch."""
        self.controllers: dict[str, ControllerState] = {}
        """How controllers are; by default they run."""
        self.looks: list[str] = []
        """Every controller that was looked at."""
        self.writing = 0
        """How many writes wait for their answer."""
        self.most_writing = 0
        self.rights: dict[tuple[str, str], Access] = {}
        """Answers of access reviews by kind and namespace; by default allowed."""
        self.reviews: list[tuple[str, str]] = []
        """Every access review."""
        self.manifests: dict[ObjectRef, str] = {}
        self.inventories: dict[ObjectRef, tuple[Applied, ...] | ClusterError] = {}
        """What appliers applied; by default nothing."""
        self.readings: list[ObjectRef] = []
        """Every inventory that was asked for."""
        self.readable = asyncio.Event()
        """Inventories are answered once it is set; it is, to begin with."""
        self.readable.set()
        self.opened: list[str] = []
        """The logs that were opened, by controller."""
        self.closed_logs: list[str] = []
        self.retries = 0
        self.closed = False
        self.breaks: Exception | None = None
        """What `run` breaks with, at once."""
        self._emit: Emit | None = None
        self._lines: defaultdict[str, asyncio.Queue[LogLine | ClusterError]] = defaultdict(asyncio.Queue)

    async def run(self, emit: Emit) -> None:
        """Do nothing but let the test emit, until cancelled."""
        self._emit = emit
        if self.breaks is not None:
            raise self.breaks
        await asyncio.Event().wait()

    def retry_now(self) -> None:
        """Count the call."""
        self.retries += 1

    async def patch(self, ref: ObjectRef, body: dict[str, Any], uid: str = "") -> WriteReply:
        """Record a write and answer as told."""
        self.patches.append((ref, body))
        self.meant.append(uid)
        reply = self.replies.pop(0) if self.replies else WriteReply(accepted=True, version=next_version())
        self.writing += 1
        self.most_writing = max(self.most_writing, self.writing)
        await self.writable.wait()
        await asyncio.sleep(0)
        self.writing -= 1
        return reply

    async def read(self, ref: ObjectRef) -> Resource | None:
        """Record the question and answer as told."""
        self.reads.append(ref)
        await asyncio.sleep(0)
        if self.unreadable:
            raise self.unreadable.pop(0)
        return self.objects.get(ref)

    async def controller(self, name: str) -> ControllerState:
        """Record the question and answer as told."""
        self.looks.append(name)
        await asyncio.sleep(0)
        return self.controllers.get(name, ControllerState(f"{name}-x runs", runs=True))

    async def may_patch(self, kind: str, namespace: str) -> Access:
        """Record an access review and answer as told."""
        self.reviews.append((kind, namespace))
        await asyncio.sleep(0)
        return self.rights.get((kind, namespace), Access.ALLOWED)

    async def logs(self, controller: str) -> AsyncGenerator[LogLine, None]:
        """Yield the lines that the test says, until closed."""
        self.opened.append(controller)
        try:
            while True:
                item = await self._lines[controller].get()
                if isinstance(item, ClusterError):
                    raise item
                yield item
        finally:
            self.closed_logs.append(controller)

    async def applied(self, applier: Resource) -> tuple[Applied, ...]:
        """Record the question and answer as told."""
        self.readings.append(applier.ref)
        await self.readable.wait()
        answer = self.inventories.get(applier.ref, ())
        if isinstance(answer, ClusterError):
            raise answer
        return answer

    async def manifest(self, ref: ObjectRef, group: str | None = None) -> str:
        """The YAML that the test put there."""
        if ref not in self.manifests:
            raise ClusterError(f"{ref.kind} {ref.path} is not found")
        return self.manifests[ref]

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    @property
    def connected(self) -> bool:
        """Whether it is being watched."""
        return self._emit is not None

    def emit(self, *changes: Change) -> None:
        """Tell some changes.

        Args:
            changes: The changes, in order.
        """
        assert self._emit is not None, f"{self.context} is not connected"
        for change in changes:
            self._remember(change)
            self._emit(change)

    def _remember(self, change: Change) -> None:
        match change:
            case KindListed(_, kind, resources):
                kept = {ref: one for ref, one in self.objects.items() if ref.kind != kind}
                self.objects = kept | {one.ref: one for one in resources}
            case ObjectChanged(resource):
                self.objects[resource.ref] = resource
            case ObjectDeleted(ref):
                self.objects.pop(ref, None)

    def live(self) -> None:
        """Tell that every watch runs."""
        self.emit(ContextStatus(self.context, Phase.LIVE))

    def listed(self, *resources: Resource) -> None:
        """Tell complete lists of the kinds of some objects."""
        for kind in sorted({resource.ref.kind for resource in resources}):
            of_kind = tuple(resource for resource in resources if resource.ref.kind == kind)
            self.emit(KindListed(self.context, kind, of_kind))

    def changed(self, *resources: Resource) -> None:
        """Tell that some objects are new or modified."""
        self.emit(*(ObjectChanged(resource) for resource in resources))

    def deleted(self, *refs: ObjectRef) -> None:
        """Tell that some objects are gone."""
        self.emit(*(ObjectDeleted(ref) for ref in refs))

    def say(self, controller: str, *lines: LogLine | ClusterError) -> None:
        """Write lines to a controller's log, or let reading it fail.

        Args:
            controller: The controller.
            lines: The lines, or what reading fails with.
        """
        for line in lines:
            self._lines[controller].put_nowait(line)

    def tokens(self) -> list[str]:
        """The request tokens of all writes, in order."""
        sent = [body.get("metadata", {}).get("annotations", {}) for _, body in self.patches]
        return [annotations.get("reconcile.fluxcd.io/requestedAt", "") for annotations in sent]


async def settle(turns: int = 25) -> None:
    """Let every task that can go on go on, without waiting for time to pass."""
    for _ in range(turns):
        await asyncio.sleep(0)
