"""One context of a kubeconfig as the program sees it."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from typing import Any

from tui.cluster.access import AccessReviews
from tui.cluster.applied import AppliedReader
from tui.cluster.backoff import Alarm, Backoff, first_of
from tui.cluster.board import Board
from tui.cluster.connection import Connection, LoginNeeded, Unreachable
from tui.cluster.controllers import look_at
from tui.cluster.discovery import Api, discover
from tui.cluster.entries import ContextEntry
from tui.cluster.link import Link, Trouble
from tui.cluster.logs import SINCE, follow
from tui.cluster.manifest import read_manifest
from tui.cluster.one import read_one
from tui.cluster.patience import Patience
from tui.cluster.refusal import Refused
from tui.cluster.watches import Watches
from tui.cluster.writes import send_patch
from tui.model.changes import LogLine
from tui.model.kinds import KINDS
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.workloads import Applied
from tui.ports import Access, Clock, ClusterError, ControllerState, Emit, WriteReply


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
        self._namespace = entry.namespace
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
                watches = Watches(
                    group, self._context, self._namespace, link, board, emit, self._random, self._patience
                )
                group.create_task(watches.run_events())
                await self._keep_discovering(link, board, watches)
        finally:
            board.close()

    async def _keep_discovering(self, link: Link, board: Board, watches: Watches) -> None:
        failures = Backoff(1.0, self._patience.discovery, self._random)
        lacking = Backoff(1.0, self._patience.absent, self._random)
        while True:
            board.vanished.clear()
            delay = self._patience.discovery
            try:
                apis, complete = await self._discover()
            except (Unreachable, LoginNeeded) as error:
                await link.restore(error)
                if isinstance(error, Unreachable):
                    link.doubt_streams()
                delay = failures.next(first_free=True)
            except Refused as error:
                delay = max(failures.next(), error.retry_after)
                if self._apis is None:
                    now = self._clock.now()
                    board.trouble(Trouble(str(error), False, now + timedelta(seconds=delay), now))
            else:
                if complete:
                    failures.reset()
                else:
                    delay = failures.next()
                self._apis = apis
                board.trouble(None)
                board.served(apis)
                watches.follow(apis)
                if board.lacks:
                    delay = min(delay, lacking.next())
                else:
                    lacking.reset()
            await self._pause(delay, board)

    async def _pause(self, delay: float, board: Board) -> None:
        """Wait for the next discovery; a kind that vanishes is looked for at once, and then patiently."""
        if board.lacks:
            await self._alarm.sleep(delay)
        else:
            await first_of(self._alarm.sleep(delay), board.vanished.wait())

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

    async def patch(self, ref: ObjectRef, body: dict[str, Any], uid: str = "") -> WriteReply:
        """Send one JSON merge patch to the main resource, as field manager `gitops-tui`.

        Args:
            ref: The object.
            body: The merge patch.
            uid: Whom it is meant for: an object that took its place is left alone; empty for whoever bears the name.

        Returns:
            What became of it; network failures and refusals are replies too.
        """
        try:
            api = await self._api(ref.kind)
        except ClusterError as error:
            return WriteReply(accepted=False, message=f"Not sent: {error}")
        return await send_patch(self._connection, api.item(ref), ref, body, uid)

    async def read(self, ref: ObjectRef) -> Resource | None:
        """Read one Flux object as the API server has it now.

        Args:
            ref: The object.

        Returns:
            It, None where there is none.

        Raises:
            ClusterError: It could not be read.
        """
        api = await self._api(ref.kind)
        return await read_one(self._connection, api.item(ref), ref)

    async def controller(self, name: str) -> ControllerState:
        """Look whether a Flux controller runs; one that can't be looked at is an answer too.

        Args:
            name: The controller's name, `kustomize-controller`.

        Returns:
            What stands in its way, worst first, or that it runs.
        """
        return await look_at(self._connection, name, self._namespace, self._clock.now())

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
        return follow(
            self._connection, controller, self._alarm, self._random, self._logs_since, namespace=self._namespace
        )

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
