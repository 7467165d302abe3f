"""What tests of the cluster adapter share: a clock, quick sleeps, and a record of what was emitted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tests.fakes.entry import entry_for
from tui.cluster.backoff import Alarm
from tui.cluster.cluster import KubernetesCluster
from tui.cluster.connection import Connection
from tui.cluster.feeds import Feed, ResourceFeed
from tui.cluster.link import Link, Trouble
from tui.cluster.patience import Patience
from tui.cluster.reflector import Reflector
from tui.cluster.status import Standing, State
from tui.model.changes import Change, ContextStatus, KindListed, ObjectChanged, ObjectDeleted, ObjectSkipped, Phase

T = TypeVar("T")

CONTEXT = "eu"


class StepClock:
    """A clock that moves one second whenever it is read."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


class QuickAlarm(Alarm):
    """Sleeps a thousandth of what it is told, and remembers what it was told."""

    def __init__(self, scale: float = 0.001) -> None:
        super().__init__()
        self.slept: list[float] = []
        self._scale = scale

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await super().sleep(seconds * self._scale)


class Record:
    """What an adapter emitted."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def emit(self, change: Change) -> None:
        self.changes.append(change)

    def of(self, type_: type[T]) -> list[T]:
        return [change for change in self.changes if isinstance(change, type_)]

    @property
    def statuses(self) -> list[ContextStatus]:
        return self.of(ContextStatus)

    @property
    def phase(self) -> Phase | None:
        return self.statuses[-1].phase if self.statuses else None

    @property
    def skipped(self) -> list[str]:
        return [change.skipped.name for change in self.of(ObjectSkipped)]

    def rows(self, kind: str = "Kustomization") -> set[str]:
        """The names that a store would show, from all changes so far."""
        rows: set[str] = set()
        for change in self.changes:
            match change:
                case KindListed(kind=listed, resources=resources) if listed == kind:
                    rows = {resource.ref.name for resource in resources}
                case ObjectChanged(resource=resource) if resource.ref.kind == kind:
                    rows.add(resource.ref.name)
                case ObjectDeleted(ref=ref) if ref.kind == kind:
                    rows.discard(ref.name)
        return rows


async def until(true: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait until something is true."""
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < end, "it never came true"
        await asyncio.sleep(0.002)


class ReflectorRig(Record):
    """One reflector against a scripted server."""

    def __init__(self, alarm: QuickAlarm) -> None:
        super().__init__()
        self.alarm = alarm
        self.standings: list[Standing] = []
        self.troubles: list[Trouble | None] = []
        self.task: asyncio.Task[None] | None = None

    @property
    def states(self) -> list[State]:
        return [standing.state for standing in self.standings]

    async def until_state(self, state: State) -> None:
        await until(lambda: self.standings and self.standings[-1].state is state)

    async def until_rows(self, *names: str) -> None:
        await until(lambda: self.rows() == set(names))


@contextlib.asynccontextmanager
async def reflecting(
    url: str,
    path: str,
    *,
    patience: Patience | None = None,
    feed: Feed[Any] | None = None,
    scale: float = 0.001,
    environ: dict[str, str] | None = None,
) -> AsyncIterator[ReflectorRig]:
    """Run one reflector; jitter is always half of what it may be."""
    alarm = QuickAlarm(scale)
    rig = ReflectorRig(alarm)
    connection = Connection(entry_for(url, CONTEXT))
    link = Link(connection, alarm, StepClock(), lambda: 0.5, rig.troubles.append)
    reflector = Reflector(
        feed or ResourceFeed(CONTEXT, "Kustomization", path),
        link,
        rig.emit,
        lambda _, standing: rig.standings.append(standing),
        slots=asyncio.Semaphore(1),
        random=lambda: 0.5,
        patience=patience or Patience(),
    )
    rig.task = asyncio.create_task(reflector.run())
    try:
        yield rig
        if rig.task.done() and not rig.task.cancelled():
            rig.task.result()
    finally:
        rig.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await rig.task
        await connection.close()


class ClusterRig(Record):
    """One whole context against a scripted server."""

    def __init__(self, cluster: KubernetesCluster, alarm: QuickAlarm) -> None:
        super().__init__()
        self.cluster = cluster
        self.alarm = alarm

    async def until_phase(self, phase: Phase) -> None:
        await until(lambda: self.phase is phase)


@contextlib.asynccontextmanager
async def clustering(
    url: str, *, patience: Patience | None = None, context: str = CONTEXT, scale: float = 0.001
) -> AsyncIterator[ClusterRig]:
    """Run one context."""
    alarm = QuickAlarm(scale)
    cluster = KubernetesCluster(
        entry_for(url, context),
        StepClock(),
        alarm=alarm,
        random=lambda: 0.5,
        patience=patience or Patience(grace=0.05),
    )
    rig = ClusterRig(cluster, alarm)
    task = asyncio.create_task(cluster.run(rig.emit))
    try:
        yield rig
        assert not task.done(), task.result()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await cluster.close()
