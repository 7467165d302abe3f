"""One server for all protocol tests of a module; its clock stands still until a test moves it."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import msgspec
import pytest_asyncio

from tui.demo.region import Region
from tui.demo.serve import DemoServer


@dataclass
class Clock:
    """A clock that is set."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 12, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


class Client:
    """Requests to one region, with its token."""

    def __init__(self, region: Region, session: aiohttp.ClientSession) -> None:
        self.region = region
        self.session = session

    def open(self, path: str, method: str = "GET", token: str = "", **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or self.region.token}", **options.pop("headers", {})}
        return self.session.request(method, f"{self.region.url}{path}", headers=headers, **options)

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        async with self.open(path, **options) as answer:
            return answer.status, msgspec.json.decode(await answer.read())

    async def patch(self, path: str, body: Any, content_type: str = "merge-patch", **options: Any) -> tuple[int, Any]:
        headers = {"Content-Type": f"application/{content_type}+json", **options.pop("headers", {})}
        data = msgspec.json.encode(body)
        return await self.get(path, method="PATCH", data=data, headers=headers, **options)


@dataclass
class Demo:
    """The server, its clock and clients."""

    server: DemoServer
    clock: Clock
    session: aiohttp.ClientSession

    def client(self, context: str) -> Client:
        return Client(self.server.regions[context], self.session)

    def pass_time(self, seconds: float) -> None:
        self.clock.now += timedelta(seconds=seconds)
        self.server.tick()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[Demo]:
    clock = Clock()
    async with DemoServer(clock=clock, ticking=False) as server:
        trust = ssl.create_default_context(cafile=str(server.folder / "server.pem"))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as session:
            yield Demo(server, clock, session)
