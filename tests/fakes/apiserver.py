"""A scripted API server on a real socket: a test says, path by path, what it answers."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
from aiohttp import web

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Seen(msgspec.Struct, frozen=True):
    """A request that was received."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes


def answer(body: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> Behaviour:
    """Answer with a JSON document, or with bytes as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def behave(_: web.Request) -> web.StreamResponse:
        return web.Response(body=raw, status=status, headers=headers, content_type="application/json")

    return behave


def refuse(code: int, message: str = "", reason: str = "", headers: dict[str, str] | None = None) -> Behaviour:
    """Answer with a `metav1.Status`."""
    return answer(status_object(code, message, reason), code, headers)


def status_object(code: int, message: str = "", reason: str = "") -> dict[str, Any]:
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
    return {**status, "code": code, "reason": reason, "message": message}


def hang() -> Behaviour:
    """Never answer."""

    async def behave(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return behave


def cut() -> Behaviour:
    """Close the connection instead of answering."""

    async def behave(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    return behave


class Stream:
    """A watch or a log: lines that the test writes while it is open."""

    def __init__(self, *lines: Any, then: str = "open") -> None:
        self._queue: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        for line in lines:
            self.send(line)
        if then != "open":
            self._queue.put_nowait((then, b""))

    def send(self, line: Any) -> None:
        """Write one line: an object becomes JSON, bytes stay as they are."""
        raw = line if isinstance(line, bytes) else json.dumps(line).encode()
        self._queue.put_nowait(("line", raw + b"\n"))

    def send_raw(self, raw: bytes) -> None:
        """Write bytes without a newline."""
        self._queue.put_nowait(("line", raw))

    def end(self) -> None:
        """End the stream as a server does whose timeout is over."""
        self._queue.put_nowait(("end", b""))

    def cut(self) -> None:
        """Drop the connection."""
        self._queue.put_nowait(("cut", b""))

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            what, raw = await self._queue.get()
            if what == "end":
                await response.write_eof()
                return response
            if what == "cut":
                assert request.transport is not None
                request.transport.abort()
                return response
            await response.write(raw)


class ApiServer:
    """Answers each path with its list of behaviours, one after the other; the last one repeats.

    Watches (`?watch=true`) have a list of their own.
    """

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._scripts: dict[tuple[str, str], list[Behaviour]] = defaultdict(list)
        self._runner: web.AppRunner | None = None
        self._port = 0
        self.on("/version", answer({"gitVersion": "v1.35.0"}))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def on(self, path: str, *behaviours: Behaviour, method: str = "GET") -> None:
        """Say what a path answers."""
        self._scripts[method, path] = list(behaviours)

    def on_watch(self, path: str, *behaviours: Behaviour) -> None:
        """Say what the watches of a path answer."""
        self.on(path, *behaviours, method="WATCH")

    def requests(self, path: str, method: str = "GET") -> list[Seen]:
        """What was asked of a path; `WATCH` for its watches."""
        return [seen for seen in self.seen if seen.path == path and seen.method == method]

    async def start(self) -> None:
        """Listen; after a stop, on the same port again."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.01, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._runner is not None:
            for site in tuple(self._runner.sites):
                await site.stop()
            for connection in getattr(self._runner.server, "connections", ()):
                if connection.transport is not None:
                    connection.transport.abort()
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "ApiServer":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = "WATCH" if request.query.get("watch") == "true" else request.method
        self.seen.append(Seen(method, request.path, dict(request.query), dict(request.headers), await request.read()))
        script = self._scripts.get((method, request.path))
        if not script:
            return await refuse(404, "the server could not find the requested resource")(request)
        behaviour = script.pop(0) if len(script) > 1 else script[0]
        return await behaviour(request)


KUSTOMIZATIONS = "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations"


def within(path: str, namespace: str = "default") -> str:
    """The path of a collection in one namespace."""
    head, _, plural = path.rpartition("/")
    return f"{head}/namespaces/{namespace}/{plural}"


def serve_groups(server: ApiServer, groups: dict[str, dict[str, Iterable[str]]]) -> None:
    """Answer discovery: group → version → plurals; the first version is the preferred one."""
    server.on("/apis", answer({"kind": "APIGroupList", "groups": [group_entry(*item) for item in groups.items()]}))
    for group, versions in groups.items():
        for version, plurals in versions.items():
            server.on(f"/apis/{group}/{version}", answer(resource_list(group, version, plurals)))


def group_entry(group: str, versions: Iterable[str]) -> dict[str, Any]:
    entries = [{"groupVersion": f"{group}/{version}", "version": version} for version in versions]
    return {"name": group, "versions": entries, "preferredVersion": entries[0]}


def resource_list(group: str, version: str, plurals: Iterable[str]) -> dict[str, Any]:
    resources = [
        {"name": name, "kind": "", "namespaced": True, "verbs": ["list"]}
        for plural in plurals
        for name in (plural, f"{plural}/status")
    ]
    return {"kind": "APIResourceList", "groupVersion": f"{group}/{version}", "resources": resources}


def item(name: str, version: int, **fields: Any) -> dict[str, Any]:
    """An object of any kind."""
    metadata = {"name": name, "namespace": "flux-system", "uid": f"uid-{name}", "resourceVersion": str(version)}
    return {"metadata": metadata, **fields}


def page(version: int, *items: Any, more: str = "") -> dict[str, Any]:
    """One page of a list."""
    metadata = {"resourceVersion": str(version)} | ({"continue": more} if more else {})
    return {"kind": "List", "metadata": metadata, "items": list(items)}


def event(type_: str, obj: Any) -> dict[str, Any]:
    """One line of a watch."""
    return {"type": type_, "object": obj}


def bookmark(version: int) -> dict[str, Any]:
    return event("BOOKMARK", {"metadata": {"resourceVersion": str(version)}})


def error(code: int, message: str = "", reason: str = "") -> dict[str, Any]:
    return event("ERROR", status_object(code, message, reason))
