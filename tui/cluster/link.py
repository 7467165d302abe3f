"""The way to one API server: when it is lost, one probe for all watches of the context."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from tui.cluster.backoff import Alarm, Backoff
from tui.cluster.connection import Connection, LoginNeeded, Unreachable
from tui.cluster.refusal import Refused, refusal
from tui.ports import Clock, ClusterError

PROBE_DEADLINE = 10.0
"""Seconds that a probe may take."""

PROBES = 2
"""How many probes must fail until a server counts as lost though its watches are open: they may be half open."""


class Trouble(msgspec.Struct, frozen=True):
    """Why nothing can be asked of an API server now."""

    message: str
    login: bool
    """Whether it is the credentials, not the network."""
    retry_at: datetime
    since: datetime
    lost: bool = False
    """Whether probes have failed too: what is shown may be out of date, though no watch has noticed."""


class Link:
    """Finds out when an API server can be spoken to again.

    A context has some twenty watches. When its server is gone they all wait here, and one of them probes: a server that
    struggles, or that answers 401, is asked one small question at a time.
    """

    def __init__(
        self,
        connection: Connection,
        alarm: Alarm,
        clock: Clock,
        random: Callable[[], float],
        report: Callable[[Trouble | None], None],
    ) -> None:
        self.connection = connection
        self.alarm = alarm
        self.clock = clock
        self.outages = 0
        """How many times the API server was gone: it may be back with other data, and no watch can be resumed."""
        self.doubt = asyncio.Event()
        """Set, and replaced by another one, when streams that are open may be half open: each is opened anew."""
        self._report = report
        self._lock = asyncio.Lock()
        self._restored = 0
        self._network = Backoff(1.0, 10.0, random)
        self._login = Backoff(60.0, 300.0, random)

    async def restore(self, error: ClusterError) -> None:
        """Wait until the API server answers with these credentials.

        Args:
            error: What a caller's request or stream ended with.
        """
        seen = self._restored
        async with self._lock:
            if self._restored != seen:
                return
            if await self._probe(error) > 1:
                self.outages += 1
                self.doubt_streams()
            self._restored += 1
            self._network.reset()
            self._login.reset()
            self._report(None)

    def doubt_streams(self) -> None:
        """Let every stream that is open now be opened anew: it may be half open, and silent for minutes."""
        self.doubt.set()
        self.doubt = asyncio.Event()

    async def _probe(self, failure: ClusterError) -> int:
        """Probe until there is an answer; tells how many probes that took."""
        error: ClusterError | None = failure
        since = self.clock.now()
        probes = 0
        while error is not None:
            login = isinstance(error, LoginNeeded)
            delay = self._login.next() if login else self._network.next(first_free=True)
            if isinstance(error, Refused):
                delay = max(delay, error.retry_after)
            retry_at = self.clock.now() + timedelta(seconds=delay)
            self._report(Trouble(str(error), login, retry_at, since, lost=probes >= PROBES))
            await self.alarm.sleep(delay)
            probes += 1
            error = await self._failure()
        return probes

    async def _failure(self) -> ClusterError | None:
        try:
            reply = await self.connection.request("GET", "/version", deadline=PROBE_DEADLINE)
        except (Unreachable, LoginNeeded) as error:
            return error
        if reply.status >= 500 or reply.status == 429:
            return refusal(reply.status, reply.headers, reply.body, f"GET {self.connection.server}/version")
        return None
