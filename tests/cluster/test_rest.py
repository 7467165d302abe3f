"""Streams that rest after little has come."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.fakes.https import pem, serve
from tests.fakes.rig import until
from tui.cluster.answers import LITTLE, Stream
from tui.cluster.connection import Connection, Unreachable
from tui.cluster.entries import ClusterEntry, ContextEntry, UserEntry

REST = 0.2

Script = Callable[[web.StreamResponse, web.Request], Awaitable[None]]


@asynccontextmanager
async def streaming(script: Script, certificate: str, read_deadline: float = 10) -> AsyncIterator[Stream]:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await script(response, request)
        return response

    async with serve(handler, certificate) as url:
        cluster = ClusterEntry("c", server=url, certificate_authority_data=pem("ca.pem") if certificate else b"")
        connection = Connection(ContextEntry("eu", "default", cluster, UserEntry("u")), environ={})
        try:
            async with connection.stream("/x", read_deadline=read_deadline) as stream:
                yield stream
        finally:
            await connection.close()


OVER = [pytest.param("", id="plain"), pytest.param("local", id="TLS")]


@pytest.mark.parametrize("certificate", OVER)
async def test_what_comes_meanwhile_is_read_at_one_go(certificate: str) -> None:
    async def script(response: web.StreamResponse, _: web.Request) -> None:
        for number in range(8):
            await response.write(b"%d\n" % number)
            await asyncio.sleep(REST / 40)

    loop = asyncio.get_running_loop()
    async with streaming(script, certificate) as stream:
        read = [(line, loop.time()) async for line in stream.lines(REST)]
    assert [line for line, _ in read] == [b"%d" % number for number in range(8)]
    assert read[1][1] - read[0][1] >= 0.9 * REST
    assert read[-1][1] - read[1][1] < 0.5 * REST


async def test_half_a_line_does_not_rest() -> None:
    halves = asyncio.Event()

    async def script(response: web.StreamResponse, _: web.Request) -> None:
        await response.write(b"on")
        await asyncio.sleep(0.02)
        await response.write(b"e\n")
        await halves.wait()

    async with streaming(script, "") as stream:
        lines = stream.lines(rest=30.0)
        assert await asyncio.wait_for(anext(lines), 5) == b"one"
        halves.set()
        await lines.aclose()


@pytest.mark.parametrize("certificate", OVER)
async def test_flood_is_read_without_rest(certificate: str) -> None:
    line = b"x" * (2 * LITTLE) + b"\n"

    async def script(response: web.StreamResponse, _: web.Request) -> None:
        for _ in range(100):
            await response.write(line)

    async with streaming(script, certificate) as stream, asyncio.timeout(12 * REST):
        lines = [line async for line in stream.lines(REST)]
    assert lines == [line[:-1]] * 100


@pytest.mark.parametrize("certificate", OVER)
async def test_connection_that_is_cut_during_a_rest(certificate: str) -> None:
    async def script(response: web.StreamResponse, request: web.Request) -> None:
        await response.write(b"one\n")
        await asyncio.sleep(REST / 4)
        assert request.transport is not None
        request.transport.abort()

    async with streaming(script, certificate) as stream:
        lines = stream.lines(REST)
        assert await anext(lines) == b"one"
        with pytest.raises(Unreachable):
            await asyncio.wait_for(anext(lines), 5)


async def test_silence_counts_from_the_end_of_a_rest() -> None:
    async def script(response: web.StreamResponse, _: web.Request) -> None:
        await response.write(b"one\n")
        await asyncio.Event().wait()

    async with streaming(script, "", read_deadline=REST) as stream:
        lines = stream.lines(rest=2 * REST)
        assert await anext(lines) == b"one"
        with pytest.raises(Unreachable, match=r"was silent for 0\.2 s"):
            await asyncio.wait_for(anext(lines), 5)


async def test_resting_stream_can_be_cancelled() -> None:
    async def script(response: web.StreamResponse, _: web.Request) -> None:
        await response.write(b"one\n")
        await asyncio.Event().wait()

    seen: list[bytes] = []

    async def read(stream: Stream) -> None:
        async for line in stream.lines(rest=30.0):
            seen.append(line)

    async with streaming(script, "local") as stream:
        task = asyncio.create_task(read(stream))
        await until(lambda: bool(seen))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
