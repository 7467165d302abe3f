"""What the program asked of an API server and what that told it, noted on the way."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import msgspec

from tui.cluster.answers import Reply, Stream
from tui.cluster.cluster import KubernetesCluster
from tui.cluster.connection import Connection
from tui.cluster.entries import ContextEntry
from tui.cluster.patience import Patience
from tui.model.changes import Change, ContextStatus, Phase
from tui.ports import Clock, Emit


class Watch(msgspec.Struct):
    """One watch that was opened."""

    kind: str
    """The plural."""
    version: str
    """Where it began."""
    bookmarks: list[str]
    """The versions that bookmarks brought."""
    errors: list[int]
    """The codes of ERROR events."""


class Journal:
    """Notes lists, watches and changes, in order."""

    def __init__(self) -> None:
        self.lists: list[str] = []
        """The plural of each list that was answered with 200, pages after the first one left out."""
        self.watches: list[Watch] = []
        self.changes: list[Change] = []

    def listed(self) -> Counter[str]:
        """How many times each kind was listed."""
        return Counter(self.lists)

    def watched(self) -> Counter[str]:
        """How many times a watch of each kind was opened."""
        return Counter(watch.kind for watch in self.watches)

    def last(self, kind: str) -> Watch:
        """The watch of a kind that was opened last.

        Args:
            kind: The plural.
        """
        return next(watch for watch in reversed(self.watches) if watch.kind == kind)

    def phases(self) -> list[Phase]:
        """The phases, repetitions left out."""
        found: list[Phase] = []
        for change in self.changes:
            if isinstance(change, ContextStatus) and found[-1:] != [change.phase]:
                found.append(change.phase)
        return found


class NotedCluster(KubernetesCluster):
    """A context of the program, its traffic noted."""

    def __init__(self, entry: ContextEntry, clock: Clock, journal: Journal, patience: Patience | None) -> None:
        super().__init__(entry, clock, connection=_NotedConnection(entry, journal), patience=patience)
        self._journal = journal

    async def run(self, emit: Emit) -> None:
        """Watch everything, and note what comes."""

        def note(change: Change) -> None:
            self._journal.changes.append(change)
            emit(change)

        await super().run(note)


class _NotedConnection(Connection):
    def __init__(self, entry: ContextEntry, journal: Journal) -> None:
        super().__init__(entry)
        self._journal = journal

    async def request(self, method: str, path: str, **rest: Any) -> Reply:
        reply = await super().request(method, path, **rest)
        params: Mapping[str, str] = rest.get("params") or {}
        if method == "GET" and "limit" in params and "continue" not in params and reply.status == 200:
            self._journal.lists.append(_plural(path))
        return reply

    def stream(
        self, path: str, *, params: Mapping[str, str] | None = None, read_deadline: float
    ) -> AbstractAsyncContextManager[Stream]:
        inner = super().stream(path, params=params, read_deadline=read_deadline)
        return self._noted(inner, Watch(_plural(path), (params or {}).get("resourceVersion", ""), [], []))

    @asynccontextmanager
    async def _noted(self, inner: AbstractAsyncContextManager[Stream], watch: Watch) -> AsyncIterator[Stream]:
        async with inner as stream:
            if watch.version:
                self._journal.watches.append(watch)
                lines = stream.lines
                stream.lines = lambda rest=0.0: _note(lines(rest), watch)  # type: ignore[method-assign]
            yield stream


async def _note(lines: AsyncIterator[bytes], watch: Watch) -> AsyncIterator[bytes]:
    async for line in lines:
        if b'"BOOKMARK"' in line[:40] or b'"ERROR"' in line[:40]:
            event = json.loads(line)
            if event["type"] == "ERROR":
                watch.errors.append(event["object"]["code"])
            else:
                watch.bookmarks.append(event["object"]["metadata"]["resourceVersion"])
        yield line


def _plural(path: str) -> str:
    return path.rpartition("/")[2]
