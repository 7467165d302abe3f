"""An HTTPS server and a proxy on real sockets, with the certificates of tests/cluster/tls."""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

PEM = Path(__file__).parents[1] / "cluster" / "tls"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def pem(name: str) -> bytes:
    """A certificate or a key of the tests."""
    return (PEM / name).read_bytes()


@contextlib.asynccontextmanager
async def serve(handler: Handler, certificate: str = "local", *, client_ca: str = "") -> AsyncIterator[str]:
    """Serve with one handler for everything; over plain HTTP where no certificate is named.

    Yields:
        The URL.
    """
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0, access_log=None)
    await runner.setup()
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM / f"{certificate}.pem", PEM / "server.key")
        if client_ca:
            context.load_verify_locations(PEM / f"{client_ca}.pem")
            context.verify_mode = ssl.CERT_REQUIRED
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class Proxy(msgspec.Struct):
    """A forward proxy that sends everything to one port here, whatever name is asked for."""

    url: str = ""
    asked: list[str] = []
    """The first line of each request."""
    credentials: str = ""
    """`user:password` that it wants."""

    @contextlib.asynccontextmanager
    async def towards(self, server: str) -> AsyncIterator["Proxy"]:
        """Listen."""
        port = urlsplit(server).port

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await self._forward(reader, writer, port or 0)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        listener = await asyncio.start_server(handle, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            listener.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, _, rest = head.partition(b"\r\n")
        self.asked.append(first.decode())
        wanted = base64.b64encode(self.credentials.encode())
        if self.credentials and b"Proxy-Authorization: Basic " + wanted not in rest:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        if first.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            far_writer.write(head)
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            far_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
    else:
        writer.close()
