"""Keeps where each watch of a context stands, and tells when that makes a difference."""

import asyncio
from collections.abc import Iterable

import msgspec

from tui.cluster.link import Trouble
from tui.cluster.status import READ, Standing, State, derive
from tui.model.changes import ContextStatus
from tui.model.kinds import KINDS
from tui.ports import Clock, Emit


class Board:
    """Keeps where each watch of one context stands, and tells the context's state whenever that changes."""

    def __init__(self, context: str, server: str, emit: Emit, clock: Clock, grace: float) -> None:
        self.settled = asyncio.Event()
        """Set once no kind waits for its first list any more."""
        self.vanished = asyncio.Event()
        """Set when a kind that was read is not served any more."""
        self._context = context
        self._server = server
        self._emit = emit
        self._clock = clock
        self._grace = grace
        self._standings: dict[str, Standing] = {}
        self._lost: dict[str, tuple[Standing, asyncio.TimerHandle]] = {}
        """Watches lost a moment ago: most are back before it is worth a word."""
        self._trouble: Trouble | None = None
        self._served: frozenset[str] | None = None
        self._last: ContextStatus | None = None
        self._read: set[str] = set()
        """Kinds that were there once."""

    @property
    def lacks(self) -> bool:
        """Whether a kind is missing that was there once, or all of them are."""
        return not self._served or any(
            kind in self._read and item.state is State.MISSING for kind, item in self._standings.items()
        )

    def trouble(self, trouble: Trouble | None) -> None:
        """Take note that the API server can't be asked, or can again.

        Args:
            trouble: Why not; None when it can.
        """
        self._trouble = trouble
        self.refresh()

    def served(self, kinds: Iterable[str]) -> None:
        """Take note of what a discovery found.

        Args:
            kinds: The Flux kinds that the cluster serves.
        """
        begins = not self._served
        self._served = frozenset(kinds)
        for kind in self._served:
            if begins:
                self._standings[kind] = Standing(State.PENDING)
            else:  # what comes later does not make a context wait that is live
                self._standings.setdefault(kind, Standing(State.MISSING))
        for kind in KINDS:
            if kind not in self._served:
                self._drop(kind)
        self.refresh()

    def note(self, kind: str, standing: Standing) -> None:
        """Take note of where one kind stands.

        Args:
            kind: The kind.
            standing: Where it stands; a loss counts only after some seconds.
        """
        pending = self._lost.pop(kind, None)
        before = self._standings.get(kind)
        if standing.state is State.LOST and (before is None or before.state is not State.LOST):
            timer = pending[1] if pending else asyncio.get_running_loop().call_later(self._grace, self._confirm, kind)
            self._lost[kind] = (standing, timer)
            return
        if pending is not None:
            pending[1].cancel()
        self._standings[kind] = standing
        if standing.state in READ:
            self._read.add(kind)
        elif standing.state is State.MISSING and kind in self._read:
            self.vanished.set()
        self.refresh()

    def close(self) -> None:
        """Stop every timer."""
        for _, timer in self._lost.values():
            timer.cancel()
        self._lost.clear()

    def refresh(self) -> None:
        """Tell the context's state, when it differs from the last one told."""
        standings = self._standings
        if self._served is not None and not any(item.state is State.PENDING for item in standings.values()):
            self.settled.set()
        now = self._clock.now()
        status = derive(self._context, self._server, standings, self._trouble, self._served)
        last = self._last
        if status.since is None:
            since = last.since if last is not None and last.phase is status.phase else now
            status = msgspec.structs.replace(status, since=since)
        if status != last:
            self._last = status
            self._emit(status)

    def _confirm(self, kind: str) -> None:
        standing, _ = self._lost.pop(kind)
        self._standings[kind] = standing
        self.refresh()

    def _drop(self, kind: str) -> None:
        if kind in self._read:
            self._standings[kind] = Standing(State.MISSING)
        else:
            self._standings.pop(kind, None)
        pending = self._lost.pop(kind, None)
        if pending is not None:
            pending[1].cancel()
