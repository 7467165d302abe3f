"""A relay between the program and an API server: a network that can be cut, or that swallows everything in silence."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

_CHUNK = 64 * 1024


class _Line:
    """One connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dead: bool, swallowed: Callable[[], None]
    ) -> None:
        self.reader, self.writer = reader, writer
        self.swallowed = swallowed
        """Told of each piece that the program sends in vain."""
        self.dead = dead
        """Nothing gets through any more, and neither end is told."""
        self.mute = False
        """Nothing gets back any more: what the program sends still arrives."""

    async def forward(self, port: int) -> None:
        """Forward everything, until either end closes it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        ways = ((self.reader, writer, False), (reader, self.writer, True))
        pumps = [asyncio.ensure_future(self._pump(*way)) for way in ways]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_back: bool) -> None:
        while chunk := await reader.read(_CHUNK):
            if self.dead and not is_back:
                self.swallowed()
            if not self.dead and not (self.mute and is_back):
                writer.write(chunk)
                await writer.drain()

    async def outlast(self) -> None:
        """Read and forget until the program gives up."""
        while await self.reader.read(_CHUNK):
            self.swallowed()


class Relay:
    """Forwards TCP connections to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lines: dict[_Line, asyncio.Task[None]] = {}
        self._swallows = False
        self.swallowed = 0
        """How many pieces of what the program sent did not arrive."""
        self.url = ""
        """Where the program finds the API server."""

    def swallow(self) -> None:
        """Forward nothing any more, and tell nobody: connections are half open, also those made from now on."""
        self._swallows = True
        for line in self._lines:
            line.dead = True

    def hold_replies(self) -> None:
        """On the connections that are open, let nothing back to the program any more; what it sends still arrives."""
        for line in self._lines:
            line.mute = True

    def let_through(self) -> None:
        """Forward what connects from now on; connections that are half open stay so."""
        self._swallows = False

    def cut(self) -> None:
        """Break every connection."""
        for line in self._lines:
            line.writer.transport.abort()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends."""
        line = _Line(reader, writer, self._swallows, self._count)
        task = asyncio.current_task()
        assert task is not None
        self._lines[line] = task
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):  # cut off, or the test is over
                if not line.dead:
                    await line.forward(self._port)
                if line.dead:
                    await line.outlast()
        finally:
            del self._lines[line]
            writer.transport.abort()

    def _count(self) -> None:
        self.swallowed += 1

    async def close(self) -> None:
        """Break what is left."""
        tasks = list(self._lines.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def relaying(port: int) -> AsyncIterator[Relay]:
    """Relay to a port of this machine until the block ends.

    Args:
        port: The API server's.

    Yields:
        The relay, in the event loop of the program under test.
    """
    relay = Relay(port)
    server = await asyncio.start_server(relay.accept, "127.0.0.1", 0)
    relay.url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield relay
    finally:
        server.close()
        await relay.close()
        await server.wait_closed()
