"""Where a cluster serves kinds that are not Flux's: found when they are first wanted, and remembered for minutes."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from time import monotonic

from tui.cluster.asking import Asking
from tui.cluster.discovery import Api, ApiResourceList, Group, decode_document
from tui.cluster.refusal import Refused

KEPT = 600.0
"""Seconds that a group's resources are believed."""

AGAIN = 30.0
"""Seconds until a kind that was not served is asked for again: its CRD may come any moment."""


class KindFinder:
    """Finds kinds by group: one document per group and version, some kilobytes, instead of all that a cluster has."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._answers: dict[tuple[str, str], tuple[float, Api | None]] = {}
        """By group and kind: until when it is believed, and the answer."""

    async def find(self, asking: Asking, group: str, kind: str) -> Api | None:
        """Find out where a kind is served.

        Args:
            asking: Asks the API server, where that is not known.
            group: Its API group, empty for core.
            kind: The kind.

        Returns:
            Where, None where it is not served.

        Raises:
            ClusterError: That could not be found out.
        """
        async with self._locks[group]:
            until, api = self._answers.get((group, kind), (0.0, None))
            if self._now() < until:
                return api
            for version in await self._versions(asking, group):
                await self._learn(asking, group, version)
                until, api = self._answers.get((group, kind), (0.0, None))
                if self._now() < until and api is not None:
                    return api
            self._answers[group, kind] = (self._now() + AGAIN, None)
            return None

    async def _versions(self, asking: Asking, group: str) -> list[str]:
        if not group:
            return ["v1"]
        document = await _read(asking, f"/apis/{group}")
        return decode_document(document, Group).ordered if document else []

    async def _learn(self, asking: Asking, group: str, version: str) -> None:
        """Remember every kind of a version, but those that are known at one that is preferred."""
        document = await _read(asking, f"/apis/{group}/{version}" if group else f"/api/{version}")
        until = self._now() + KEPT
        for resource in (decode_document(document, ApiResourceList).resources or ()) if document else ():
            known, api = self._answers.get((group, resource.kind), (0.0, None))
            if "/" not in resource.name and (api is None or known < self._now()):
                found = Api(group, version, resource.name, resource.namespaced)
                self._answers[group, resource.kind] = (until, found)


async def _read(asking: Asking, path: str) -> bytes:
    """A document, empty where there is none."""
    try:
        return await asking.get(path)
    except Refused as error:
        if error.code != 404:
            raise
        return b""
