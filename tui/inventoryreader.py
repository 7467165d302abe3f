"""Keeping up what the selected object applied: read while somebody looks, the sooner the less it is ready."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from tui.model.changes import Change, InventoryLeft, InventoryRead, Phase
from tui.model.graph import Links
from tui.model.health import FAULTS, TROUBLES, State
from tui.model.inventory import applies, why_nothing
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.workloads import unsettled
from tui.ports import Clock, Cluster, ClusterError
from tui.tasks import Tasks

_SETTLE = 0.25
"""Seconds a selection has to last before anything is read for it: moving on leaves no trace at the API server."""

_SOON, _LATER = 5.0, 30.0
"""Seconds until the next reading, while something is not ready and when all is well."""

_LEAST = 1.0
"""Seconds between two readings, however often the object changes."""

_SHARE = 10.0
"""How many times as long as a reading took nothing is read after it: what is slow is not asked all the time."""

_MOST = 4
"""How many inventories are kept up at a time."""

_LOOKED_AT = 100
"""How many objects are looked at for those that are worth it."""


class _Followed:
    """One applier that is looked at."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.changed = asyncio.Event()
        self.seen: tuple[str, Phase] | None = None
        """The version of the object and the phase of its context when it was looked at last."""
        self.is_read = False


class InventoryReader:
    """Reads the inventories that are looked at, through their contexts' connections, into the store."""

    def __init__(
        self,
        picture: Picture,
        cluster_of: Callable[[str], Cluster | None],
        apply: Callable[[Change], None],
        tasks: Tasks,
        clock: Clock,
    ) -> None:
        self._picture, self._cluster_of, self._apply = picture, cluster_of, apply
        self._tasks, self._clock = tasks, clock
        self._followed: dict[ObjectRef, _Followed] = {}
        self._looking = asyncio.Event()
        self._looking.set()

    @property
    def opening(self) -> bool:
        """Whether something that can be read was not read yet."""
        return self._looking.is_set() and any(
            not one.is_read and self._can_be_read(ref) for ref, one in self._followed.items()
        )

    def follow(self, *refs: ObjectRef) -> None:
        """Keep up what some objects applied, and nothing else.

        Args:
            refs: The objects; those that apply nothing are passed over.
        """
        wanted = [ref for ref in refs if applies(ref.kind)]
        for ref in [ref for ref in self._followed if ref not in wanted]:
            task = self._followed.pop(ref).task
            if task is not None:
                task.cancel()
            if self._picture.inventories.get(ref) is not None:
                self._apply(InventoryLeft(ref))
        for ref in wanted:
            if ref not in self._followed:
                followed = self._followed[ref] = _Followed()
                followed.task = self._tasks.start(self._run(ref, followed), f"inventory of {ref.kind} {ref.path}")

    def look(self, looking: bool) -> None:
        """Go on reading, or rest while what is read can't be seen.

        Args:
            looking: Whether it can.
        """
        if looking:
            self._looking.set()
        else:
            self._looking.clear()

    def notice(self) -> None:
        """Read anew what has another version now; called after each change, so it looks at what is followed only."""
        for ref, followed in self._followed.items():
            if followed.seen is not None and followed.seen != self._version(ref):
                followed.changed.set()

    async def _run(self, ref: ObjectRef, followed: _Followed) -> None:
        await asyncio.sleep(_SETTLE)
        while True:
            await self._looking.wait()
            followed.changed.clear()
            followed.seen = self._version(ref)
            began = monotonic()
            if self._can_be_read(ref):
                await self._read(ref)
                followed.is_read = True
            elif self._picture.inventories.get(ref) is not None:
                self._withdraw(ref)
            least = max(_LEAST, _SHARE * (monotonic() - began))
            await asyncio.sleep(least)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, self._pause(ref) - least)):
                    await followed.changed.wait()

    def _pause(self, ref: ObjectRef) -> float:
        reading = self._picture.inventories.get(ref)
        return _SOON if reading is not None and unsettled(reading.objects) else _LATER

    async def _read(self, ref: ObjectRef) -> None:
        cluster, resource = self._cluster_of(ref.context), self._picture.get(ref)
        if cluster is None or resource is None:
            return
        try:
            objects = await cluster.applied(resource)
        except ClusterError as error:
            reading = self._kept(ref, str(error))
        else:
            reading = InventoryRead(ref, objects, self._clock.now())
        if self._cluster_of(ref.context) is cluster and self._picture.get(ref) is not None:
            self._apply(reading)

    def _withdraw(self, ref: ObjectRef) -> None:
        """There is nothing to be read any more, or not now: what was read is not how it is."""
        resource = self._picture.get(ref)
        if resource is None or why_nothing(resource):
            self._apply(InventoryLeft(ref))
        else:
            phase = self._picture.statuses[ref.context].phase
            self._apply(self._kept(ref, f"{ref.context} is {phase}: this is how it was"))

    def _kept(self, ref: ObjectRef, problem: str) -> InventoryRead:
        before = self._picture.inventories.get(ref)
        return InventoryRead(ref, before.objects if before else (), before.read if before else None, problem)

    def _can_be_read(self, ref: ObjectRef) -> bool:
        resource = self._picture.get(ref)
        return resource is not None and self._version(ref)[1] is Phase.LIVE and not why_nothing(resource)

    def _version(self, ref: ObjectRef) -> tuple[str, Phase]:
        resource, status = self._picture.get(ref), self._picture.statuses.get(ref.context)
        version = resource.metadata.resource_version if resource is not None else ""
        return version, status.phase if status is not None else Phase.OFF


def worth_reading(picture: Picture, ref: ObjectRef) -> tuple[ObjectRef, ...]:
    """Whose inventories say why an object is as it is.

    Args:
        picture: What is known.
        ref: The object.

    Returns:
        The object, and what is broken of what it waits for or applied: a few references, the nearest first.
    """
    found, seen = [ref], {ref: None}
    for current in (queue := [ref]):
        health, links = picture.health(current), picture.links(current)
        if current != ref and health.state in FAULTS:
            found.append(current)
        if len(found) == _MOST or len(seen) > _LOOKED_AT:
            break
        others = _nearer(links, health.state)
        queue += [other for other in others if other not in seen and picture.health(other).state in TROUBLES]
        seen |= dict.fromkeys(others)
    return tuple(found)


def _nearer(links: Links, state: State) -> tuple[ObjectRef, ...]:
    """Where what is the matter with an object may come from."""
    if state is State.WAITING:
        return links.depends_on
    return links.applied if state in FAULTS else links.checked if state is State.PROGRESSING else ()
