"""One context of a kubeconfig as the program sees it."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from typing import Any

from tui.cluster.access import AccessReviews
from tui.cluster.applied import AppliedReader
from tui.cluster.backoff import Alarm, Backoff
from tui.cluster.connection import Connection, LoginNeeded, Unreachable
from tui.cluster.discovery import Api, discover
from tui.cluster.entries import ContextEntry
from tui.cluster.events import EventFeed
from tui.cluster.feeds import Feed, ResourceFeed
from tui.cluster.link import Link, Trouble
from tui.cluster.logs import SINCE, follow
from tui.cluster.manifest import read_manifest
from tui.cluster.patience import Patience
from tui.cluster.reflector import Reflector
from tui.cluster.refusal import Refused
from tui.cluster.status import Board
from tui.cluster.writes import send_patch
from tui.model.changes import KindListed, LogLine
from tui.model.kinds import KINDS
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.workloads import Applied
from tui.ports import Access, Clock, ClusterError, Emit, WriteReply

CONCURRENT_LISTS = 6
"""How many kinds are listed at the same time."""


_FIRST = frozenset(("Kustomization", "HelmRelease"))
"""The kinds that are listed before the others: there are most of them, and people look for them first."""


class KubernetesCluster:
    """Fulfils `tui.ports.Cluster`: discovery, one reflector per Flux kind, Events, logs, writes, access reviews."""

    def __init__(
        self,
        entry: ContextEntry,
        clock: Clock,
        *,
        connection: Connection | None = None,
        alarm: Alarm | None = None,
        random: Callable[[], float] = random.random,
        patience: Patience | None = None,
        logs_since: int = SINCE,
    ) -> None:
        self._logs_since = logs_since
        self._context = entry.name
        self._clock = clock
        self._connection = connection or Connection(entry)
        self._alarm = alarm or Alarm()
        self._random = random
        self._patience = patience or Patience()
        self._apis: dict[str, Api] | None = None
        self._access = AccessReviews(self._connection)
        self._applied = AppliedReader(self._connection, clock)
        self._renewals: set[asyncio.Task[None]] = set()

    @property
    def context(self) -> str:
        """The context's name."""
        return self._context

    async def run(self, emit: Emit) -> None:
        """Watch everything until cancelled; never raises for what the network or the API server does.

        Args:
            emit: Called in the event loop's thread for each change, the context's own state included.
        """
        board = Board(self._context, self._connection.server, emit, self._clock, self._patience.grace)
        link = Link(self._connection, self._alarm, self._clock, self._random, board.trouble)
        board.refresh()
        try:
            async with asyncio.TaskGroup() as group:
                watches = _Watches(group, self._context, link, board, emit, self._random, self._patience)
                group.create_task(watches.run_events())
                await self._keep_discovering(link, board, watches)
        finally:
            board.close()

    async def _keep_discovering(self, link: Link, board: Board, watches: "_Watches") -> None:
        backoff = Backoff(1.0, self._patience.discovery, self._random)
        while True:
            delay = self._patience.discovery
            try:
                apis, complete = await self._discover()
            except (Unreachable, LoginNeeded) as error:
                await link.restore(error)
                delay = backoff.next(first_free=True)
            except Refused as error:
                delay = max(backoff.next(), error.retry_after)
                if self._apis is None:
                    now = self._clock.now()
                    board.trouble(Trouble(str(error), False, now + timedelta(seconds=delay), now))
            else:
                if complete:
                    backoff.reset()
                else:
                    delay = backoff.next()
                self._apis = apis
                board.trouble(None)
                board.served(apis)
                watches.follow(apis)
            await self._alarm.sleep(delay)

    async def _discover(self) -> tuple[dict[str, Api], bool]:
        """What is served, what was known of groups that can't be asked now included; whether all could be asked."""
        found = await discover(self._connection)
        kept = {kind: api for kind, api in (self._apis or {}).items() if api.group in found.unknown}
        return found.apis | kept, not found.unknown

    def retry_now(self) -> None:
        """Cut a backoff short: credentials are read anew and the connection is tried at once."""
        task = asyncio.get_running_loop().create_task(self._renew())
        self._renewals.add(task)
        task.add_done_callback(self._renewals.discard)

    async def _renew(self) -> None:
        with contextlib.suppress(ClusterError):
            await self._connection.forget_credentials()
        self._alarm.ring()

    async def patch(self, ref: ObjectRef, body: dict[str, Any]) -> WriteReply:
        """Send one JSON merge patch to the main resource, as field manager `gitops-tui`.

        Args:
            ref: The object.
            body: The merge patch.

        Returns:
            What became of it; network failures and refusals are replies too.
        """
        try:
            api = await self._api(ref.kind)
        except ClusterError as error:
            return WriteReply(accepted=False, message=f"Not sent: {error}")
        return await send_patch(self._connection, api.item(ref), ref, body)

    async def may_patch(self, kind: str, namespace: str) -> Access:
        """Ask whether this user may patch such objects (SelfSubjectAccessReview); remembered for minutes.

        Args:
            kind: A Flux kind.
            namespace: The namespace of the object.

        Returns:
            The answer, `UNKNOWN` where it could not be asked.
        """
        return await self._access.may_patch(KINDS[kind].group, KINDS[kind].plural, namespace)

    def logs(self, controller: str) -> AsyncGenerator[LogLine, None]:
        """Follow the log of a Flux controller, all its pods, from some minutes back until the iterator is closed.

        Args:
            controller: The controller's name, `kustomize-controller`.

        Returns:
            Lines in order of arrival; iterating raises `ClusterError` where no pod was found or none may be read.
        """
        return follow(self._connection, controller, self._alarm, self._random, self._logs_since)

    async def applied(self, applier: Resource) -> tuple[Applied, ...]:
        """Read what an object applied besides Flux's own kinds, as it is now.

        Args:
            applier: A Kustomization, HelmRelease, ResourceSet or FluxInstance.

        Returns:
            The objects of its inventory, worst first, workloads that are not ready with their pods.

        Raises:
            ClusterError: None of them could be read.
        """
        return await self._applied.read(applier)

    async def manifest(self, ref: ObjectRef, group: str | None = None) -> str:
        """Read one object as the API server has it now.

        Args:
            ref: The object.
            group: The API group of its kind, None for Flux's kinds.

        Returns:
            It as YAML, managed fields left out, its text cleaned.

        Raises:
            ClusterError: It could not be read.
        """
        api = await (self._api(ref.kind) if group is None else self._applied.api(group, ref.kind))
        return await read_manifest(self._connection, api.item(ref), ref)

    async def close(self) -> None:
        """Close every connection."""
        for task in tuple(self._renewals):
            task.cancel()
        await asyncio.gather(*self._renewals, return_exceptions=True)
        await self._connection.close()

    async def _api(self, kind: str) -> Api:
        """Where a kind is served; asks the cluster when it has not been asked yet."""
        if self._apis is None:
            self._apis, _ = await self._discover()
        api = self._apis.get(kind)
        if api is None:
            raise ClusterError(f"{self._connection.server} does not serve {kind}: its CRD is not installed.")
        return api


class _Watches:
    """The running reflectors of one context."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        context: str,
        link: Link,
        board: Board,
        emit: Emit,
        random: Callable[[], float],
        patience: Patience,
    ) -> None:
        self._group = group
        self._context = context
        self._link = link
        self._board = board
        self._emit = emit
        self._random = random
        self._patience = patience
        self._slots = asyncio.Semaphore(CONCURRENT_LISTS)
        self._running: dict[str, tuple[str, asyncio.Task[None]]] = {}

    def follow(self, apis: dict[str, Api]) -> None:
        """Watch these kinds and no others.

        Args:
            apis: Where each kind is served.
        """
        for kind in self._running.keys() - apis.keys():
            _, task = self._running.pop(kind)
            task.cancel()
            self._emit(KindListed(self._context, kind, ()))
        for kind, api in sorted(apis.items(), key=lambda item: item[0] not in _FIRST):
            running = self._running.get(kind)
            if running is not None:
                path, task = running
                if path == api.collection and not task.done():
                    continue
                task.cancel()
            feed = ResourceFeed(self._context, kind, api.collection)
            self._running[kind] = (api.collection, self._group.create_task(self._reflector(feed).run()))

    async def run_events(self) -> None:
        """Watch Events, once the objects that they are about have been listed."""
        await self._board.settled.wait()
        await self._reflector(EventFeed(self._context)).run()

    def _reflector(self, feed: Feed[Any]) -> Reflector[Any]:
        return Reflector(
            feed,
            self._link,
            self._emit,
            self._board.note,
            slots=self._slots,
            random=self._random,
            patience=self._patience,
        )
