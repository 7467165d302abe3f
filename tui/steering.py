"""Carrying out what a person asks: one write each, in order, and followed to its end."""

from collections.abc import Callable, Iterable

import msgspec

from tui.model.guardrails import ReadOnly
from tui.model.intent import Note, Outcome, Step, Verb, ask, obeys_requests, objection, patch_for, settle
from tui.model.order import held_back, order, sources, waiting_for
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.ports import Clock, Cluster, WriteReply
from tui.readback import read_back
from tui.tasks import Tasks

AT_ONCE = 8
"""How many requests are under way at the same time, where the settings say nothing else."""


class _Request(msgspec.Struct, eq=False):
    """What is asked of one object, from the queue to its end."""

    resource: Resource
    outcome: Outcome
    """How far it has come."""
    after: tuple["_Request", ...] = ()
    """What has to be settled first: older requests, and those of the same bulk that it needs."""
    sources: tuple[ObjectRef, ...] = ()
    """What the object takes its content from, the farthest first."""
    bulk: int = 0
    """The number of the bulk that it is part of."""
    is_implied: bool = False
    """It is the source of what was asked, and nothing is told of it before it is sent."""
    is_replaced: bool = False
    """Something else was asked of the object before this was done."""
    successor: "_Request | None" = None
    """What was asked instead, for whom waited for this; None where that itself waits for them."""

    @property
    def ref(self) -> ObjectRef:
        return self.resource.ref

    @property
    def latest(self) -> "_Request":
        return self if self.successor is None else self.successor.latest

    @property
    def is_pending(self) -> bool:
        return not self.is_replaced and not self.outcome.is_settled

    @property
    def went_well(self) -> bool:
        return self.outcome.step is Step.READY and self.outcome.verb is not Verb.SUSPEND


def _waits_for(request: _Request, other: _Request) -> bool:
    """Whether a request waits for another one, at any remove."""
    seen: set[int] = set()
    found = [request]
    while found:
        one = found.pop()
        if one is other:
            return True
        if id(one) not in seen:
            seen.add(id(one))
            found += one.after if one.successor is None else (one.successor,)
    return False


class Steering:
    """Sends writes and nothing else does; it refuses those to contexts that are `read_only`."""

    def __init__(
        self,
        picture: Picture,
        clock: Clock,
        cluster_of: Callable[[str], Cluster | None],
        tasks: Tasks,
        tell: Callable[[Outcome], None],
        read_only: ReadOnly,
        at_once: int = AT_ONCE,
    ) -> None:
        self.read_only = read_only
        self._picture, self._clock, self._cluster_of, self._tasks, self._tell = picture, clock, cluster_of, tasks, tell
        self._at_once = at_once
        self._queue: dict[ObjectRef, _Request] = {}
        """What was not sent yet, each after what it waits for."""
        self._under_way: dict[ObjectRef, _Request] = {}
        """What was sent and has not settled."""
        self._bulks = 0
        self._advancing = self._again = False

    @property
    def queued(self) -> int:
        """How many of the objects that were asked still wait."""
        return sum(not request.is_implied for request in self._queue.values())

    def ask(
        self, verb: Verb, resources: Iterable[Resource], with_source: bool = False, note: Note | None = None
    ) -> None:
        """Ask something of objects; what becomes of it shows up as their outcomes.

        They are asked in the order in which they need each other, no more at a time than the settings say; whoever
        asks more meanwhile does not wait for that. To suspend needs no order: nothing runs, and what depends on a
        suspended object that is ready goes on.

        Args:
            verb: What is asked.
            resources: The objects as they were when the person asked: each is held to its uid.
            with_source: Reconcile what each takes its content from first, and wait until that is done.
            note: What is recorded with a suspension.
        """
        self._bulks += 1
        requests = [self._request(verb, resource, note) for resource in resources]
        for request in requests:
            if why := self._objection(verb, request.resource):
                self._take_place(request)
                self._settle(request, Step.REFUSED, why)
        bulk = {request.ref: request for request in requests if request.is_pending}
        for request in list(bulk.values()) if verb is Verb.SUSPEND else self._arrange(bulk, with_source):
            self._take_place(request)
            self._queue[request.ref] = request
            if not request.is_implied:
                self._tell(request.outcome)
        self._advance()

    def wake(self) -> None:
        """Go on with what waits for an outcome that has settled; called after every change to the store."""
        settled = False
        for ref, request in list(self._under_way.items()):
            request.outcome = self._picture.outcomes[ref]
            if request.outcome.is_settled:
                del self._under_way[ref]
                settled = True
        if settled:
            self._advance()

    def stop(self, why: str = "stopped", context: str | None = None) -> int:
        """Start nothing of what is queued; what was sent is followed to its end.

        Args:
            why: What the outcomes say.
            context: The context where; None for all.

        Returns:
            How many objects are not asked.
        """
        stopped = [request for ref, request in self._queue.items() if context in (None, ref.context)]
        for request in stopped:
            del self._queue[request.ref]
        for request in stopped:
            self._settle(request, Step.STOPPED, why)
        return sum(not request.is_implied for request in stopped)

    def _request(self, verb: Verb, resource: Resource, note: Note | None = None) -> _Request:
        outcome = ask(verb, resource, self._clock.now(), Step.QUEUED, note)
        return _Request(resource, outcome, sources=sources(resource.ref, self._picture), bulk=self._bulks)

    def _objection(self, verb: Verb, resource: Resource) -> str:
        return self.read_only.why(resource.ref.context) or objection(verb, resource)

    def _arrange(self, bulk: dict[ObjectRef, _Request], with_source: bool) -> list[_Request]:
        """Let each request wait for those that it needs; a source that is asked already is not asked again.

        Returns:
            What has to be queued, in order.
        """
        wanted = self._reconcilable(source for request in bulk.values() for source in request.sources)
        turns = order([*(wanted if with_source else ()), *bulk], self._picture)
        found: dict[ObjectRef, _Request] = {}
        for ref, before in turns.items():
            if ref not in bulk and (joined := self._queue.get(ref) or self._under_way.get(ref)):
                found[ref] = joined
                continue
            found[ref] = bulk.get(ref) or self._implied(wanted[ref])
            found[ref].after = tuple(found[one] for one in before)
        return [request for request in found.values() if request.bulk == self._bulks and request.is_pending]

    def _reconcilable(self, refs: Iterable[ObjectRef]) -> dict[ObjectRef, Resource]:
        known = {ref: resource for ref in refs if (resource := self._picture.get(ref)) is not None}
        return {ref: resource for ref, resource in known.items() if obeys_requests(resource)}

    def _implied(self, source: Resource) -> _Request:
        """The request that a source be reconciled, which nobody asked by itself."""
        request = self._request(Verb.RECONCILE, source)
        request.is_implied = True
        if why := self._objection(Verb.RECONCILE, source):
            self._settle(request, Step.REFUSED, why)
        return request

    def _take_place(self, request: _Request) -> None:
        """Whatever was asked of the same object before is not sent any more, or no longer followed."""
        before = self._queue.pop(request.ref, None) or self._under_way.pop(request.ref, None)
        if before is not None:
            before.is_replaced = True
            before.successor = None if _waits_for(request, before) else request

    def _settle(self, request: _Request, step: Step, why: str) -> None:
        request.outcome = settle(request.outcome, step, why, self._clock.now())
        if not request.is_implied:
            self._tell(request.outcome)

    def _advance(self) -> None:
        """Send what may be sent, and settle what never will be."""
        self._again = True
        if self._advancing:  # what is told below wakes us
            return
        self._advancing = True
        try:
            while self._again:
                self._again = False
                for request in list(self._queue.values()):
                    self._consider(request)
        finally:
            self._advancing = False

    def _consider(self, request: _Request) -> None:
        before = [one.latest for one in request.after]
        failed = next((one for one in before if not one.is_pending and not one.went_well), None)
        pending = [one.ref for one in before if one.is_pending]
        if failed is not None:
            del self._queue[request.ref]
            self._settle(request, *held_back(request.ref, failed.outcome, request.sources))
        elif pending or self._is_full(request.bulk):
            message = waiting_for(request.ref, pending, request.sources)
            if message != request.outcome.message:
                request.outcome = msgspec.structs.replace(request.outcome, message=message)
                if not request.is_implied:
                    self._tell(request.outcome)
        else:
            self._start(request)

    def _is_full(self, bulk: int) -> bool:
        return sum(request.bulk == bulk for request in self._under_way.values()) >= self._at_once

    def _start(self, request: _Request) -> None:
        outcome = request.outcome = msgspec.structs.replace(request.outcome, message="")
        del self._queue[request.ref]
        self._under_way[request.ref] = request
        self._tell(outcome)
        self._tasks.start(self._carry_out(request), f"{outcome.verb} {request.ref.path}")

    async def _carry_out(self, request: _Request) -> None:
        if not request.is_replaced:
            await self._send(request.outcome.verb, request.resource, request.outcome.note)

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
            reply = await cluster.patch(ref, patch_for(outcome), outcome.uid)
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
