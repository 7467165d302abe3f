"""Streams: watches with bookmarks, and container logs."""

import asyncio
from datetime import timedelta
from typing import NamedTuple

import msgspec
from aiohttp import web

from tui.demo.logs import Line, Logs
from tui.demo.objects import Entry, ExpiredError, Store
from tui.demo.refusal import expired
from tui.demo.resources import Object, ResourceType
from tui.demo.selectors import Match
from tui.demo.times import stamp_millis

DEFAULT_TIMEOUT = 1800.0
"""Seconds that a watch runs when the client names no timeout."""


class Gate:
    """Stops streams: for a while (`freeze`), or with 410 because the log was forgotten (`expire`)."""

    def __init__(self) -> None:
        """Begin open."""
        self.open = asyncio.Event()
        """Set unless the server hangs."""
        self.open.set()
        self.epoch = 0
        """Goes up each time that running watches are to end with 410."""
        self.waiters: set[asyncio.Event] = set()
        """Set when a stream has something to look at."""

    def expire(self) -> None:
        """End every running watch with an ERROR event that says 410."""
        self.epoch += 1
        for waiter in self.waiters:
            waiter.set()


class Watch(NamedTuple):
    """One watch."""

    store: Store
    item: ResourceType
    api_version: str
    namespace: str
    match: Match
    version: int
    """Where to begin; 0 begins with everything that is there."""
    bookmarks: bool
    timeout: float
    bookmark_every: float


async def _stream(request: web.Request, content_type: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": content_type, "Cache-Control": "no-cache"})
    await response.prepare(request)
    return response


async def stream_watch(request: web.Request, watch: Watch, gate: Gate) -> web.StreamResponse:
    """Send every change until the timeout, the end of the connection or a 410.

    A version that is too old is told in the stream, not by its status (k8s.io/apiserver pkg/storage/cacher/cacher.go,
    newErrWatcher).

    Args:
        request: The request.
        watch: What is watched.
        gate: Stops the stream.

    Returns:
        The response, finished.
    """
    version = watch.version or watch.store.version
    first = [] if watch.version else watch.store.all(watch.item.kind, watch.namespace)
    response = await _stream(request, "application/json")
    changed = asyncio.Event()

    def notice(entry: Entry) -> None:
        if entry.key.kind == watch.item.kind:
            changed.set()

    watch.store.listeners.append(notice)
    gate.waiters.add(changed)
    try:
        for item in filter(watch.match, first):
            await response.write(_encode("ADDED", item))
        await _follow(response, watch, gate, changed, version)
    except ExpiredError:
        await response.write(_encode("ERROR", expired().status))
    finally:
        gate.waiters.discard(changed)
        watch.store.listeners.remove(notice)
    await response.write_eof()
    return response


async def _follow(response: web.StreamResponse, watch: Watch, gate: Gate, changed: asyncio.Event, version: int) -> None:
    """Send changes until the timeout.

    Raises:
        ExpiredError: The log does not reach back to where the watch stands, or the gate says so.
    """
    loop, epoch = asyncio.get_running_loop(), gate.epoch
    ends = loop.time() + watch.timeout
    next_bookmark = loop.time() + watch.bookmark_every
    while True:
        await gate.open.wait()
        if gate.epoch != epoch:
            raise ExpiredError
        entries, version = watch.store.since(watch.item.kind, version), watch.store.version
        if lines := b"".join(_line(entry, watch) for entry in entries):
            await response.write(lines)
        now = loop.time()
        if watch.bookmarks and now >= min(next_bookmark, ends):
            await response.write(_encode("BOOKMARK", _bookmark(watch, version)))
            next_bookmark = now + watch.bookmark_every
        if now >= ends:
            return
        await _wait(changed, min(next_bookmark, ends) - now)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
    event.clear()


def _encode(type_: str, item: Object) -> bytes:
    return msgspec.json.encode({"type": type_, "object": item}) + b"\n"


def _bookmark(watch: Watch, version: int) -> Object:
    return {"kind": watch.item.kind, "apiVersion": watch.api_version, "metadata": {"resourceVersion": str(version)}}


def _line(entry: Entry, watch: Watch) -> bytes:
    """What a watch says of a change; an object that begins or ceases to match is added or deleted for it."""
    if watch.namespace not in ("", entry.key.namespace):
        return b""
    before = entry.previous is not None and watch.match(entry.previous)
    after = entry.type != "DELETED" and watch.match(entry.object)
    if not (before or after):
        return b""
    type_ = "DELETED" if not after else "MODIFIED" if before else "ADDED"
    return _encode(type_, entry.object)


class LogRequest(NamedTuple):
    """What of a log is wanted."""

    app: str
    follow: bool
    tail: float | None
    """How many lines from the end."""
    since: float | None
    """Seconds back."""
    timestamps: bool


async def stream_logs(request: web.Request, logs: Logs, wanted: LogRequest, gate: Gate) -> web.StreamResponse:
    """Send a container's log, and what is printed meanwhile where that is wanted.

    Args:
        request: The request.
        logs: The logs of the cluster.
        wanted: What of them.
        gate: Stops the stream.

    Returns:
        The response, finished.
    """
    since = logs.now() - timedelta(seconds=wanted.since) if wanted.since is not None else None
    lines = logs.lines(wanted.app, since)
    if wanted.tail is not None:
        lines = lines[len(lines) - min(int(wanted.tail), len(lines)) :]
    render = _with_time if wanted.timestamps else _without_time
    printed: asyncio.Queue[Line] = asyncio.Queue()

    def notice(app: str, line: Line) -> None:
        if app == wanted.app:
            printed.put_nowait(line)

    response = await _stream(request, "text/plain")
    logs.listeners.append(notice)
    try:
        await response.write(b"".join(render(line) for line in lines))
        while wanted.follow:
            line = await printed.get()
            await gate.open.wait()
            await response.write(render(line))
    finally:
        logs.listeners.remove(notice)
    await response.write_eof()
    return response


def _with_time(line: Line) -> bytes:
    return f"{stamp_millis(line.time)} {line.text}\n".encode()


def _without_time(line: Line) -> bytes:
    return f"{line.text}\n".encode()
