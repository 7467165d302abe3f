"""Following the log of a Flux controller: all its pods, through restarts, without a line twice."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from tui.cluster.backoff import Alarm, Backoff
from tui.cluster.connection import Connection
from tui.cluster.pods import Place, Pod, find_places, pods_in
from tui.cluster.refusal import Refused, refusal
from tui.model.changes import LogLine
from tui.model.text import clean
from tui.ports import ClusterError

SINCE = 900
"""Seconds of the past that are shown at first, where nothing else is asked for."""

TAIL = 2000
"""Lines of the past at most."""

SILENCE = 300.0
"""Seconds after which a silent stream is opened anew: a controller may have nothing to say, or the node may be gone."""

NEW_PODS = 15.0
"""Seconds between two looks for new pods."""

_QUEUE = 1000
"""Lines that wait for the reader before the streams do."""

_Queue = asyncio.Queue[LogLine | ClusterError]


async def follow(
    connection: Connection,
    controller: str,
    alarm: Alarm,
    random: Callable[[], float],
    since: int = SINCE,
    *,
    namespace: str = "",
) -> AsyncGenerator[LogLine, None]:
    """Follow the log of a controller until the iterator is closed.

    Args:
        connection: The way to the API server.
        controller: The controller's name, `kustomize-controller`.
        alarm: What pauses sleep on.
        random: Jitter, 0 to 1.
        since: Seconds of the past that are shown at first.
        namespace: Where a user looks who may not look everywhere.

    Yields:
        Lines in order of arrival.

    Raises:
        ClusterError: No pod was found or none may be read.
    """
    places = await find_places(connection, controller, namespace)
    queue: _Queue = asyncio.Queue(_QUEUE)
    tail = _Tail(connection, alarm, random, queue, since)
    task = asyncio.create_task(tail.run(places))
    try:
        while True:
            item = await queue.get()
            if isinstance(item, ClusterError):
                raise item
            yield item
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Tail:
    """The streams of one controller's pods."""

    def __init__(
        self, connection: Connection, alarm: Alarm, random: Callable[[], float], queue: _Queue, since: int
    ) -> None:
        self._connection = connection
        self._alarm = alarm
        self._random = random
        self._queue = queue
        self._since = since

    async def run(self, places: tuple[Place, ...]) -> None:
        """Follow the pods that are there, and those that come."""
        followed: dict[tuple[str, str], asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                with contextlib.suppress(ClusterError):
                    pods = await pods_in(self._connection, places)
                    wanted = [pod for pod in pods if pod.running] or pods
                    for pod in wanted:
                        task = followed.get((pod.namespace, pod.name))
                        if task is None or task.done():
                            followed[pod.namespace, pod.name] = group.create_task(self._follow_pod(pod))
                await self._alarm.sleep(NEW_PODS)

    async def _follow_pod(self, pod: Pod) -> None:
        """Follow one pod until it is gone, through restarts of its container."""
        cursor = Cursor()
        backoff = Backoff(1.0, 30.0, self._random)
        while True:
            delay = 0.0
            before = cursor.time
            try:
                await self._stream(pod, cursor)
            except Refused as error:
                if error.code == 404:
                    return
                if error.code in (401, 403):
                    await self._queue.put(ClusterError(f"The log of {pod.name} may not be read. {error}"))
                    return
                delay = error.retry_after
            except ClusterError:
                pass  # The context's own state tells that the server is gone; the stream is opened again.
            if cursor.time != before:
                backoff.reset()
            await self._alarm.sleep(max(delay, backoff.next()))

    async def _stream(self, pod: Pod, cursor: "Cursor") -> None:
        params = {"follow": "true", "timestamps": "true"}
        if pod.container:
            params["container"] = pod.container
        if cursor.time is None:
            params |= {"sinceSeconds": str(self._since), "tailLines": str(TAIL)}
        else:
            params["sinceTime"] = cursor.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        cursor.resume()
        path = f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}/log"
        async with self._connection.stream(path, params=params, read_deadline=SILENCE) as stream:
            if stream.status != 200:
                raise refusal(stream.status, stream.headers, await stream.body(), f"GET {path}")
            async for raw in stream.lines():
                line, stamp = parse_line(raw, pod.name)
                if (line.message or line.error) and cursor.take(stamp or line.time, raw):
                    await self._queue.put(line)


class Cursor:
    """Where a log was read to. A log can be resumed only at a full second, so some lines come twice."""

    def __init__(self) -> None:
        self.time: datetime | None = None
        """The time of the newest line."""
        self._newest: set[int] = set()
        self._mark: tuple[datetime, frozenset[int]] | None = None

    def resume(self) -> None:
        """Expect lines that were read already."""
        self._mark = None if self.time is None else (self.time, frozenset(self._newest))

    def take(self, time: datetime | None, raw: bytes) -> bool:
        """Take note of a line.

        Args:
            time: When it was written, None where it does not say.
            raw: The line.

        Returns:
            Whether it is new.
        """
        if time is None:
            return True
        mark = self._mark
        if mark is not None and (time < mark[0] or (time == mark[0] and hash(raw) in mark[1])):
            return False
        if self.time is None or time > self.time:
            self.time = time
            self._newest = {hash(raw)}
        elif time == self.time:
            self._newest.add(hash(raw))
        return True


class _Json(msgspec.Struct, frozen=True, rename="camel"):
    """A line as controller-runtime writes it (fluxcd/pkg runtime/logger)."""

    ts: Any = ""
    level: str = ""
    msg: str = ""
    error: str = ""
    controller_kind: str = ""
    legacy_kind: str = msgspec.field(name="reconciler kind", default="")
    name: str = ""
    namespace: str = ""
    reconcile_id: str = msgspec.field(name="reconcileID", default="")


_decode_json = msgspec.json.Decoder(_Json).decode


def parse_line(raw: bytes, pod: str) -> tuple[LogLine, datetime | None]:
    """Read one line of a controller's log.

    Args:
        raw: The line, with the kubelet's time stamp before it where it was asked for.
        pod: The pod it is from.

    Returns:
        The line, cleaned, whatever its form; and the time at which the kubelet got it, None where it does not say.
    """
    head, blank, rest = raw.partition(b" ")
    stamp = _time(head.decode("ascii", "replace")) if blank and 20 <= len(head) <= 40 else None
    body = rest if stamp is not None else raw
    if body.lstrip().startswith(b"{"):
        try:
            return _from_json(_decode_json(body), stamp, pod), stamp
        except (ValueError, RecursionError):
            pass  # Not the JSON of a Flux controller: it is shown as it is.
    return LogLine(stamp, "", clean(body.decode("utf-8", "replace")).rstrip(), pod=pod), stamp


def _from_json(line: _Json, stamp: datetime | None, pod: str) -> LogLine:
    written = _time(line.ts) if isinstance(line.ts, str) else _epoch(line.ts)
    kind = line.controller_kind or line.legacy_kind
    return LogLine(
        written or stamp,
        clean(line.level),
        clean(line.msg),
        clean(line.error),
        clean(kind),
        clean(line.namespace) if kind else "",
        clean(line.name) if kind else "",
        clean(line.reconcile_id),
        pod,
    )


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _epoch(seconds: Any) -> datetime | None:
    """Time in the encoding that zap uses unless told otherwise."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
