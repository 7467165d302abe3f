"""A handful of GETs that belong together: so many at a time, and none that is known to be in vain."""

import asyncio
from collections.abc import Mapping
from time import monotonic

from tui.cluster.connection import Connection, LoginNeeded
from tui.cluster.refusal import Refused, refusal
from tui.ports import ClusterError

CONCURRENT = 4
"""How many requests of one reading are under way at the same time."""

ANSWER = 10.0
"""Seconds for one request."""

DENIED = 60.0
"""Seconds until what was forbidden is asked for again."""


class Asking:
    """The requests of one reading; once credentials are refused no more are sent."""

    def __init__(self, connection: Connection, denied: dict[str, float]) -> None:
        self._slots = asyncio.Semaphore(CONCURRENT)
        self.problem: ClusterError | None = None
        """Why the API server did not answer, the last time."""
        self.needs_login = False
        """The credentials are refused: there is no point in going on."""
        self.reached = False
        """Whether the API server has answered anything."""
        self._connection = connection
        self._denied = denied

    async def get(self, path: str, params: Mapping[str, str] | None = None, accept: str = "application/json") -> bytes:
        """Ask for one thing.

        Args:
            path: Its path.
            params: The query.
            accept: What the answer may be.

        Returns:
            The answer's body.

        Raises:
            ClusterError: There is none; `Refused` where the API server says so.
        """
        async with self._slots:
            if self.needs_login and self.problem is not None:
                raise self.problem.with_traceback(None)
            if self._denied.get(path, 0.0) > monotonic():
                raise Refused(403, f"The API server has refused GET {path}.")
            try:
                reply = await self._connection.request("GET", path, params=params, accept=accept, deadline=ANSWER)
            except ClusterError as error:
                self.problem, self.needs_login = error, self.needs_login or isinstance(error, LoginNeeded)
                raise
        self.reached = True
        if reply.status == 403:
            self._denied[path] = monotonic() + DENIED
        if reply.status != 200:
            raise refusal(reply.status, reply.headers, reply.body, f"GET {path}")
        return reply.body
