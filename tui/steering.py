"""Carrying out what a person asks: one write each, in order, and followed to its end."""

import asyncio
from collections.abc import Callable, Iterable

import msgspec

from tui.model.graph import origin_of
from tui.model.intent import Note, Outcome, Step, Verb, ask, obeys_requests, objection, patch_for, settle
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.wording import describe
from tui.ports import Clock, Cluster, WriteReply
from tui.readback import read_back
from tui.tasks import Tasks

_AT_ONCE = 8
"""How many requests are under way at the same time."""


class Steering:
    """Sends writes and nothing else does; with `read_only` it refuses them all."""

    def __init__(
        self,
        picture: Picture,
        clock: Clock,
        cluster_of: Callable[[str], Cluster | None],
        tasks: Tasks,
        tell: Callable[[Outcome], None],
        read_only: bool,
    ) -> None:
        self.read_only = read_only
        self._picture, self._clock, self._cluster_of, self._tasks, self._tell = picture, clock, cluster_of, tasks, tell
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._waiters: dict[ObjectRef, list[asyncio.Future[Outcome]]] = {}

    def ask(
        self, verb: Verb, resources: Iterable[Resource], with_source: bool = False, note: Note | None = None
    ) -> None:
        """Ask something of objects; what becomes of it shows up as their outcomes.

        Args:
            verb: What is asked.
            resources: The objects as they were when the person asked: each is held to its uid.
            with_source: Reconcile what each takes its content from first, and wait until that is done.
            note: What is recorded with a suspension.
        """
        for resource in resources:
            self._tasks.start(self._carry_out(verb, resource, with_source, note), f"{verb} {resource.ref.path}")

    def wake(self) -> None:
        """Tell those who wait for an outcome that it has settled; called after every change to the store."""
        for ref in list(self._waiters):
            outcome = self._picture.outcomes.get(ref)
            if outcome is not None and outcome.is_settled:
                for waiter in self._waiters.pop(ref):
                    if not waiter.done():
                        waiter.set_result(outcome)

    async def _carry_out(self, verb: Verb, resource: Resource, with_source: bool, note: Note | None) -> None:
        sources = self._sources(resource) if with_source else []
        outcome = ask(verb, resource, self._clock.now(), Step.QUEUED)
        if why := self._objection(verb, resource):
            self._tell(settle(outcome, Step.REFUSED, why, self._clock.now()))
            return
        for source in sources:
            self._tell(msgspec.structs.replace(outcome, message=f"reconciles {describe(source)} first"))
            result = await self._reconcile_source(source)
            if result is not None and (result.step is not Step.READY or result.verb is Verb.SUSPEND):
                step = Step.REFUSED if result.step is Step.REFUSED else Step.FAILED
                message = f"its source {describe(source)} came to: {result.step}, {result.message}"
                self._tell(settle(outcome, step, message, self._clock.now()))
                return
        await self._send_in_turn(verb, resource, note)

    async def _send_in_turn(self, verb: Verb, resource: Resource, note: Note | None = None) -> None:
        self._tell(ask(verb, resource, self._clock.now(), Step.QUEUED, note))
        async with self._slots:
            await self._send(verb, resource, note)

    def _objection(self, verb: Verb, resource: Resource) -> str:
        return "the program runs with --read-only" if self.read_only else objection(verb, resource)

    def _sources(self, resource: Resource) -> list[ObjectRef]:
        """What has to be reconciled first, in order: a chart's own source, then the object's source."""
        source = self._picture.links(resource.ref).source
        origin = origin_of(resource)
        if origin is None and source is not None and source.kind == "HelmChart":
            origin = self._picture.links(source).source
        return [ref for ref in (origin, source) if ref is not None and self._is_reconcilable(ref)]

    def _is_reconcilable(self, ref: ObjectRef) -> bool:
        resource = self._picture.get(ref)
        return resource is not None and obeys_requests(resource)

    async def _reconcile_source(self, ref: ObjectRef) -> Outcome | None:
        resource = self._picture.get(ref)
        if resource is None:
            return None
        if why := self._objection(Verb.RECONCILE, resource):
            return settle(ask(Verb.RECONCILE, resource, self._clock.now()), Step.REFUSED, why, self._clock.now())
        waiter: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(ref, []).append(waiter)
        under_way = self._picture.outcomes.get(ref)
        if under_way is None or under_way.is_settled or under_way.verb is not Verb.RECONCILE:
            await self._send_in_turn(Verb.RECONCILE, resource)
        return await waiter

    async def _send(self, verb: Verb, resource: Resource, note: Note | None) -> None:
        """Send one patch, once, to the very object that was meant."""
        ref, now = resource.ref, self._clock.now()
        cluster, current = self._cluster_of(ref.context), self._picture.get(ref)
        is_there = current is not None and current.metadata.uid == resource.metadata.uid
        outcome = ask(verb, current if current is not None and is_there else resource, now, note=note)
        if cluster is None:
            self._tell(settle(outcome, Step.REFUSED, f"{ref.context} is not connected", now))
        elif not is_there:
            self._tell(settle(outcome, Step.REFUSED, "it was deleted meanwhile", now))
        else:
            self._tell(outcome)
            reply = await cluster.patch(ref, patch_for(outcome))
            self._hear(outcome, reply)
            if reply.uncertain:
                self._tasks.start(self._read_back(cluster, outcome), f"reading back {ref.path}")

    async def _read_back(self, cluster: Cluster, outcome: Outcome) -> None:
        """The reply was lost: look whether it was done, apart from the requests that wait for their turn."""
        self._hear(outcome, await read_back(cluster, outcome, lambda: self._latest(outcome) is not None))

    def _hear(self, outcome: Outcome, reply: WriteReply) -> None:
        """Take a reply in, unless the watch told already what became of it."""
        latest = self._latest(outcome)
        if latest is None:
            return
        if reply.accepted:
            self._tell(msgspec.structs.replace(latest, version=reply.version, message=""))
        elif reply.uncertain:
            self._tell(msgspec.structs.replace(latest, message=reply.message))
        else:
            self._tell(settle(latest, Step.REFUSED, reply.message, self._clock.now()))

    def _latest(self, outcome: Outcome) -> Outcome | None:
        """The present outcome of a request that nothing has taken up yet, None where there is no such."""
        latest = self._picture.outcomes.get(outcome.ref)
        if latest is None or latest.step is not Step.ASKED:
            return None
        is_ours = (latest.verb, latest.asked, latest.token) == (outcome.verb, outcome.asked, outcome.token)
        return latest if is_ours else None
