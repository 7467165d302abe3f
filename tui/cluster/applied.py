"""Reading what an applier applied: as few requests as there are kinds, within what the user may read."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from time import monotonic
from urllib.parse import quote

import msgspec

from tui.cluster.asking import Asking
from tui.cluster.connection import Connection
from tui.cluster.discovery import Api
from tui.cluster.kinds import KindFinder
from tui.cluster.podreader import PodReader, has_pods
from tui.cluster.refusal import Refused
from tui.model.inventory import inventory_of, owner_selector
from tui.model.kstatus import judge
from tui.model.live import Live, decode_live, decode_live_page
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.workloads import Applied, AppliedId, Presence, absent, present, worst_first
from tui.ports import Clock, ClusterError

DEADLINE = 20.0
"""Seconds for all of one inventory; what was not answered by then is said to be unknown."""

FEW = 3
"""Up to so many objects of a kind are read one by one, which takes no right to list."""

PAGE = 500
"""From so many objects of a kind on they are listed in pages; fewer come at one go from the API server's cache."""

MOST_CONFIRMED = 100
"""How many objects of a kind that their labels do not find are asked for one by one."""

_BARE = frozenset(
    (
        ("", "Secret"), ("", "ConfigMap"), ("", "ServiceAccount"),
        ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "RoleBinding"),
        ("rbac.authorization.k8s.io", "ClusterRole"), ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    )
)  # fmt: skip
"""Kinds of which the metadata says all; what is in a Secret does not even cross the wire."""

_DEFINITION = ("apiextensions.k8s.io", "CustomResourceDefinition")
"""Up to a megabyte each: read whole only where there are few."""

_META = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1,application/json"


class AppliedReader:
    """Reads inventories of one context."""

    def __init__(self, connection: Connection, clock: Clock, deadline: float = DEADLINE) -> None:
        self._connection = connection
        self._clock = clock
        self._deadline = deadline
        self._kinds = KindFinder()
        self._denied: dict[str, float] = {}
        """Paths that were answered with 403, and until when they are not asked again."""

    async def api(self, group: str, kind: str) -> Api:
        """Where any kind is served.

        Args:
            group: Its API group, empty for core.
            kind: The kind.

        Returns:
            Where.

        Raises:
            ClusterError: It is not, or that could not be found out.
        """
        found = await self._kinds.find(Asking(self._connection, self._denied), group, kind)
        if found is None:
            raise ClusterError(f"{self._connection.server} does not serve {kind}: its CRD is not installed.")
        return found

    async def read(self, applier: Resource) -> tuple[Applied, ...]:
        """Read what an applier applied, down to the pods of workloads that are not ready.

        Args:
            applier: A Kustomization, HelmRelease, ResourceSet or FluxInstance.

        Returns:
            Its objects, worst first, Flux's own kinds left out.

        Raises:
            ClusterError: None could be read: the API server can't be reached, or refuses the credentials.
        """
        ids, now = inventory_of(applier), monotonic()
        if not ids:
            return ()
        self._denied = {path: until for path, until in self._denied.items() if until > now}
        asking = Asking(self._connection, self._denied)
        run = _Run(asking, self._kinds, owner_selector(applier.ref), self._clock)
        try:
            async with asyncio.timeout(self._deadline):
                await run.read(ids)
                await PodReader(asking, self._clock).add_pods(run.found, run.workloads)
        except TimeoutError:
            pass  # what is missing is marked below
        if asking.problem is not None and (asking.needs_login or not asking.reached):
            raise asking.problem
        late = f"the API server did not tell within {self._deadline:.0f} s"
        return worst_first(run.found.get(one) or absent(one, Presence.UNKNOWN, late) for one in ids)


class _Run:
    """One reading of one inventory."""

    def __init__(self, asking: Asking, kinds: KindFinder, selector: str, clock: Clock) -> None:
        self.found: dict[AppliedId, Applied] = {}
        self.workloads: dict[AppliedId, Live] = {}
        """Those that are not ready and have pods."""
        self._asking = asking
        self._kinds = kinds
        self._selector = selector
        self._clock = clock

    async def read(self, ids: Sequence[AppliedId]) -> None:
        """Read objects of any kinds."""
        by_kind: defaultdict[tuple[str, str], list[AppliedId]] = defaultdict(list)
        for one in ids:
            by_kind[one.group, one.kind].append(one)
        async with asyncio.TaskGroup() as group:
            for (api_group, kind), members in by_kind.items():
                group.create_task(self._read_kind(api_group, kind, members))

    async def _read_kind(self, group: str, kind: str, ids: list[AppliedId]) -> None:
        try:
            api = await self._kinds.find(self._asking, group, kind)
            if api is None:
                self._mark(ids, Presence.UNSERVED)
            else:
                await self._read_ids(api, ids)
        except ClusterError as error:
            self._mark((one for one in ids if one not in self.found), Presence.UNKNOWN, str(error))

    async def _read_ids(self, api: Api, ids: list[AppliedId]) -> None:
        if len(ids) <= FEW:
            await self._read_each(api, ids)
            return
        namespaces = sorted({one.namespace for one in ids})
        try:
            await self._list(api, namespaces[0] if len(namespaces) == 1 else "", ids)
        except Refused as error:
            if error.code != 403:
                raise
            await self._read_narrowly(api, ids, namespaces)
        else:
            rest = [one for one in ids if one not in self.found]
            await self._read_each(api, rest[:MOST_CONFIRMED])
            self._mark(rest[MOST_CONFIRMED:], Presence.UNKNOWN, "has lost its labels, and is one of very many")

    async def _read_narrowly(self, api: Api, ids: list[AppliedId], namespaces: list[str]) -> None:
        """A list was refused: ask per namespace, then for one object, whose refusal counts for its like."""
        if len(namespaces) > 1:
            for namespace in namespaces:
                await self._read_ids(api, [one for one in ids if one.namespace == namespace])
            return
        await self._read_one(api, ids[0])
        if self.found[ids[0]].presence is Presence.FORBIDDEN:
            self._forbid(api, ids)
        else:
            await self._read_each(api, ids[1:])

    async def _read_each(self, api: Api, ids: Iterable[AppliedId]) -> None:
        async with asyncio.TaskGroup() as group:
            for one in ids:
                group.create_task(self._read_one(api, one))

    async def _read_one(self, api: Api, one: AppliedId) -> None:
        ref = ObjectRef("", one.kind, one.namespace, one.name)
        accept = _META.format("") if (one.group, one.kind) in _BARE else "application/json"
        try:
            self._take(one, _decoded(await self._asking.get(api.item(ref), accept=accept)))
        except Refused as error:
            if error.code == 403:
                self._forbid(api, [one])
            else:
                self._mark([one], Presence.MISSING if error.code == 404 else Presence.UNKNOWN, _unless(error, 404))
        except ClusterError as error:
            self._mark([one], Presence.UNKNOWN, str(error))

    async def _list(self, api: Api, namespace: str, ids: list[AppliedId]) -> None:
        wanted = {(one.namespace, one.name): one for one in ids}
        kind = (ids[0].group, ids[0].kind)
        accept = _META.format("List") if kind in _BARE or kind == _DEFINITION else "application/json"
        params = {"labelSelector": self._selector}
        params |= {"resourceVersion": "0"} if len(ids) < PAGE else {"limit": str(PAGE)}
        while True:
            raw = await self._asking.get(_collection(api, namespace), params, accept)
            try:
                page = decode_live_page(raw)
            except msgspec.MsgspecError as error:
                raise ClusterError(f"The list of {api.plural} can't be read: {error}.") from error
            for live in page.items:
                one = wanted.get((live.metadata.namespace, live.metadata.name))
                if one is not None:
                    self._take(one, live)
            if not page.continue_token:
                return
            params = {"labelSelector": self._selector, "limit": str(PAGE), "continue": page.continue_token}

    def _take(self, one: AppliedId, live: Live) -> None:
        applied = self.found[one] = present(one, judge(one.group, one.kind, live, self._clock.now()))
        if has_pods(applied):
            self.workloads[one] = live

    def _forbid(self, api: Api, ids: Iterable[AppliedId]) -> None:
        for one in ids:
            where = f" in {one.namespace}" if one.namespace else ""
            self._mark([one], Presence.FORBIDDEN, f"you may not read {api.plural}{where}")

    def _mark(self, ids: Iterable[AppliedId], presence: Presence, message: str = "") -> None:
        for one in ids:
            self.found[one] = absent(one, presence, message)


def _decoded(raw: bytes) -> Live:
    try:
        return decode_live(raw)
    except msgspec.MsgspecError as error:
        raise ClusterError(f"What the API server tells of it can't be read: {error}.") from error


def _unless(error: Refused, code: int) -> str:
    return "" if error.code == code else str(error)


def _collection(api: Api, namespace: str) -> str:
    head, _, plural = api.collection.rpartition("/")
    return f"{head}/namespaces/{quote(namespace, safe='')}/{plural}" if namespace else api.collection
