"""A reverse proxy before an API server of the demo, that counts what passes."""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator

import aiohttp
import msgspec
from aiohttp import web

from tests.fakes.https import serve
from tui.demo.region import Region


class Counting(msgspec.Struct):
    """The running proxy."""

    url: str = ""
    passed: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    """Method and path of each request."""

    @property
    def writes(self) -> list[str]:
        """Everything that does not merely read, access reviews too: a GET, a HEAD or an OPTIONS changes nothing."""
        return [f"{method} {path}" for method, path in self.passed if method not in ("GET", "HEAD", "OPTIONS")]


@contextlib.asynccontextmanager
async def counting(region: Region, certificate: str) -> AsyncIterator[Counting]:
    """Count what passes to a region of the demo.

    Args:
        region: The region.
        certificate: The path of its PEM.

    Yields:
        The proxy; it has the user's token, so that none need be sent to it.
    """
    proxy = Counting()
    trust = ssl.create_default_context(cafile=certificate)
    connector = aiohttp.TCPConnector(ssl=trust, limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False) as session:

        async def pass_on(request: web.Request) -> web.StreamResponse:
            proxy.passed[request.method, request.path] += 1
            headers = {name: request.headers[name] for name in ("Accept", "Content-Type") if name in request.headers}
            headers["Authorization"] = f"Bearer {region.token}"
            url, body = f"{region.url}{request.path_qs}", await request.read()
            async with session.request(request.method, url, headers=headers, data=body or None) as answer:
                kept = {name: answer.headers[name] for name in ("Content-Type",) if name in answer.headers}
                passed = web.StreamResponse(status=answer.status, headers=kept)
                await passed.prepare(request)
                with contextlib.suppress(ConnectionError, aiohttp.ClientError, asyncio.TimeoutError):
                    async for chunk in answer.content.iter_any():
                        await passed.write(chunk)
                return passed

        async with serve(pass_on, certificate="") as proxy.url:
            yield proxy
