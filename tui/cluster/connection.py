"""One context's connection: requests and streams, with credentials that are renewed when they run out."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from tui.cluster.answers import Reply, Stream
from tui.cluster.credentials import Credentials, read_credentials
from tui.cluster.errors import LoginNeeded, Unreachable
from tui.cluster.kubeconfig import ContextEntry, reread_user
from tui.cluster.server import shown_url
from tui.ports import ClusterError

if TYPE_CHECKING:
    from tui.cluster.transport import Flight, Transport

__all__ = ["Connection", "LoginNeeded", "Unreachable"]

CONNECT_DEADLINE = 15.0
"""Seconds that a stream's connection, TLS included, may take."""


class _Login(msgspec.Struct, frozen=True):
    """Credentials and the transport that presents their certificate."""

    credentials: Credentials
    transport: "Transport"
    attempt: int
    """Which attempt at reading credentials brought it."""


class Connection:
    """The way to one context's API server."""

    def __init__(
        self,
        entry: ContextEntry,
        *,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare a connection; nothing is read or opened yet.

        Args:
            entry: The context.
            environ: The environment, for proxies and for exec plugins.
            clock: Seconds since the epoch, against which credentials expire.
        """
        self.server = shown_url(entry.cluster)
        """The API server's URL, without credentials."""
        self._entry = entry
        self._environ = environ
        self._clock = clock
        self._lock = asyncio.Lock()
        self._login: _Login | None = None
        self._failure: ClusterError | None = None
        self._attempts = 0
        self._reread = False
        self._transports: list[Transport] = []
        self._closed = False

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        deadline: float = 30.0,
    ) -> Reply:
        """Send one request and read the answer whole; sent again only where it was refused with 401.

        Args:
            method: The HTTP method.
            path: The path below the server's URL, quoted, with its leading slash.
            params: The query, not quoted.
            body: The body as it goes over the wire.
            content_type: What the body is.
            accept: What the answer may be.
            deadline: Seconds until the answer must be there; renewing credentials has its own deadline.

        Returns:
            The answer, of any status but 401.

        Raises:
            Unreachable: No answer; its `sent` tells whether the request may have been carried out.
            LoginNeeded: The API server answers 401 to fresh credentials too, or they could not be had.
        """
        headers = {"Accept": accept}
        if body is not None:
            headers["Content-Type"] = content_type
        if self._entry.cluster.disable_compression:
            headers["Accept-Encoding"] = "identity"

        async def attempt(login: _Login) -> Reply:
            flight = login.transport.flight(method, path, params, login.credentials.headers, headers, body)
            async with flight.open(total=deadline) as response:
                return Reply(response.status, response.headers, await response.read())

        reply = await attempt(login := await self._ready())
        if reply.status != 401:
            return reply
        reply = await attempt(login := await self._ready(login))
        if reply.status != 401:
            return reply
        raise self._refuse(login)

    def stream(
        self, path: str, *, params: Mapping[str, str] | None = None, read_deadline: float
    ) -> AbstractAsyncContextManager[Stream]:
        """Open a stream: a GET whose answer is read line by line. Leaving the context closes its connection.

        Args:
            path: The path below the server's URL, quoted, with its leading slash.
            params: The query, not quoted.
            read_deadline: Seconds within which something must come, again and again: a connection that is silent for
                longer is taken for dead.

        Returns:
            A context manager of the stream, of any status but 401; entering it raises what `request` raises.
        """
        return self._stream(path, params, read_deadline)

    async def forget_credentials(self) -> None:
        """Drop the credentials: the next request reads them anew, from the kubeconfig on."""
        self._login = None
        self._reread = True

    async def close(self) -> None:
        """Close every connection; requests and streams under way end as `Unreachable`."""
        self._closed = True
        self._login = None
        transports, self._transports = self._transports, []
        for transport in transports:
            await transport.close()

    @asynccontextmanager
    async def _stream(self, path: str, params: Mapping[str, str] | None, read_deadline: float) -> AsyncIterator[Stream]:
        headers = {"Accept": "application/json, */*", "Accept-Encoding": "identity"}

        def flight(login: _Login) -> "Flight":
            return login.transport.flight("GET", path, params, login.credentials.headers, headers, None)

        refused = None
        for _ in range(2):
            login = await self._ready(refused)
            async with flight(login).open(connect=CONNECT_DEADLINE, silence=read_deadline) as response:
                if response.status != 401:
                    yield Stream(response, self.server)
                    return
            refused = login
        raise self._refuse(login)

    def _refuse(self, login: _Login) -> LoginNeeded:
        """Fresh credentials were refused: that counts for all whose older ones are being refused now."""
        who = f"of user {self._entry.user.name!r}" if self._entry.user.name else "of nobody: the context names no user"
        error = LoginNeeded(
            f"{self.server} refuses the credentials {who} (401), read anew too; log in again, then retry."
        )
        if self._login is login:
            self._fail(error)
        return error

    def _fail(self, error: ClusterError) -> None:
        self._login, self._failure = None, error
        self._attempts += 1
        self._reread = True

    async def _ready(self, refused: _Login | None = None) -> _Login:
        """The credentials in force; one caller reads them when they are missing or expired, the others wait for it.

        Args:
            refused: Those that were answered with 401, which are not given again.
        """
        self._check()
        login = self._login
        if login is not None and login is not refused and login.credentials.expires > self._clock():
            return login
        seen = self._attempts if refused is None else refused.attempt
        async with self._lock:
            if self._attempts != seen:
                # Somebody has read them meanwhile.
                if self._failure is not None:
                    raise self._failure.with_traceback(None)
                if self._login is not None:
                    return self._login
            return await self._renew(reread=self._reread or refused is not None)

    def _check(self) -> None:
        if self._closed:
            raise Unreachable(f"{self.server} is disconnected; connect it again.")
        if self._entry.problem:
            raise Unreachable(self._entry.problem)

    async def _renew(self, reread: bool) -> _Login:
        """Read the credentials, what the kubeconfig says of them too; what comes of it counts for all who wait."""
        self._login, self._reread = None, False
        try:
            if reread:
                user = await asyncio.to_thread(reread_user, self._entry.user)
                self._entry = msgspec.structs.replace(self._entry, user=user)
            credentials = await read_credentials(self._entry, self._environ, self._clock())
            transport = await self._transport(credentials)
        except ClusterError as error:
            self._fail(error)
            raise
        self._check()
        self._attempts += 1
        self._login, self._failure = _Login(credentials, transport, self._attempts), None
        return self._login

    async def _transport(self, credentials: Credentials) -> "Transport":
        """The transport for a client certificate: the one that is there, or a new one.

        The one before is kept, for what is under way on it; the one before that is closed.
        """
        if self._transports and self._transports[-1].presents(credentials):
            return self._transports[-1]
        # The HTTP library takes a while to import: the screen goes on meanwhile.
        await asyncio.to_thread(import_module, "tui.cluster.transport")
        from tui.cluster.transport import Transport

        self._check()
        self._transports.append(Transport(self._entry, credentials, self._environ))
        while len(self._transports) > 2:
            await self._transports.pop(0).close()
        return self._transports[-1]
