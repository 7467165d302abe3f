"""The running reflectors of one context."""

import asyncio
from collections.abc import Callable
from typing import Any

from tui.cluster.board import Board
from tui.cluster.discovery import Api
from tui.cluster.events import EventFeed
from tui.cluster.feeds import Feed, ResourceFeed
from tui.cluster.link import Link
from tui.cluster.patience import Patience
from tui.cluster.reflector import Reflector
from tui.model.changes import KindListed
from tui.ports import Emit

CONCURRENT_LISTS = 6
"""How many kinds are listed at the same time."""

_FIRST = frozenset(("Kustomization", "HelmRelease"))
"""The kinds that are listed before the others: there are most of them, and people look for them first."""


class Watches:
    """One reflector per kind that is served, and one for Events."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        context: str,
        namespace: str,
        link: Link,
        board: Board,
        emit: Emit,
        random: Callable[[], float],
        patience: Patience,
    ) -> None:
        """Prepare to watch; nothing is asked yet.

        Args:
            group: Where the reflectors run.
            context: The context's name.
            namespace: Where a user looks who may not look everywhere.
            link: The way to the API server.
            board: Where each kind stands.
            emit: Takes the changes.
            random: Jitter, 0 to 1.
            patience: How long to wait for what.
        """
        self._group = group
        self._context = context
        self._namespace = namespace
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
            feed = ResourceFeed(self._context, kind, api.collection, self._namespace, api.within(self._namespace))
            self._running[kind] = (api.collection, self._group.create_task(self._reflector(feed).run()))

    async def run_events(self) -> None:
        """Watch Events, once the objects that they are about have been listed."""
        await self._board.settled.wait()
        await self._reflector(EventFeed(self._context, self._namespace)).run()

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
