"""An API server under load, in a process of its own.

It speaks the real protocol over real HTTP: discovery, lists with limit and continue (compressed when large, as an API
server does), watches with bookmarks, Events, access reviews, Deployments, pods and their logs. It refuses every write.

    python -m benchmarks.apiserver --objects 1040 --folder DIR

writes `DIR/kubeconfig`, prints `ready`, and serves until its standard input is closed.
"""

import argparse
import asyncio
import contextlib
import json
import secrets
import ssl
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from benchmarks.certificate import make_certificate
from benchmarks.controllers import controllers, deployment, log_line, pod
from benchmarks.fleet import Json
from benchmarks.kubeconfig import write_kubeconfig
from benchmarks.load import Load
from benchmarks.shelf import Shelf
from tui.model.kinds import KINDS

_BOOKMARKS = 60.0
"""Seconds between bookmarks, as in apiserver's cacher."""

_LONGEST_WATCH = 1800.0

_IN_PROGRESS = 0.5
"""How many seconds' worth of objects are being reconciled at a time while there is churn."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ApiServer:
    """The HTTP side of a load."""

    def __init__(self, load: Load, token: str) -> None:
        """Prepare to serve.

        Args:
            load: What is served.
            token: The bearer token that is asked for; empty for none.
        """
        self.load = load
        self.sent = 0
        """Bytes of bodies sent."""
        self._token = token
        self._churn: asyncio.Task[None] | None = None

    def application(self) -> web.Application:
        """All that is served.

        Returns:
            The application.
        """
        app = web.Application(middlewares=[self._authenticate])
        get, post = app.router.add_get, app.router.add_post
        get("/version", self._answer({"major": "1", "minor": "35", "gitVersion": "v1.35.4"}))
        get("/apis", self._answer(self._groups()))
        for group, resources in self._resources().items():
            get(f"/apis/{group}", self._answer(resources))
        for shelf in self.load.shelves.values():
            prefix = "/api/v1" if shelf.kind == "Event" else f"/apis/{shelf.api_version}"
            plural = "events" if shelf.kind == "Event" else KINDS[shelf.kind].plural
            get(f"{prefix}/{plural}", self._collection(shelf))
        for where in ("", "/namespaces/flux-system"):
            get(f"/apis/apps/v1{where}/deployments", self._deployments)
            get(f"/api/v1{where}/pods", self._pods)
        get("/api/v1/namespaces/flux-system/pods/{name}/log", self._log)
        post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", self._answer({"status": {"allowed": True}}))
        post("/load/churn", self._set_churn)
        get("/load/counters", self._counters)
        return app

    @web.middleware
    async def _authenticate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._token and request.headers.get("Authorization") != f"Bearer {self._token}":
            return web.json_response({"kind": "Status", "code": 401, "message": "Unauthorized"}, status=401)
        return await handler(request)

    def _answer(self, body: Json) -> Handler:
        raw = json.dumps(body).encode()

        async def handle(_: web.Request) -> web.Response:
            self.sent += len(raw)
            return web.Response(body=raw, content_type="application/json")

        return handle

    def _groups(self) -> Json:
        groups = []
        for api in dict.fromkeys(shelf.api_version for shelf in self.load.shelves.values() if shelf.kind != "Event"):
            group, _, version = api.partition("/")
            entry = {"groupVersion": api, "version": version}
            groups.append({"name": group, "versions": [entry], "preferredVersion": entry})
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}

    def _resources(self) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for shelf in self.load.shelves.values():
            if shelf.kind != "Event":
                body = {"kind": "APIResourceList", "groupVersion": shelf.api_version, "resources": []}
                resource = {"name": KINDS[shelf.kind].plural, "kind": shelf.kind, "namespaced": True}
                found.setdefault(shelf.api_version, body)["resources"].append(resource)
        return found

    def _collection(self, shelf: Shelf) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if request.query.get("watch") == "true":
                return await self._watch(request, shelf)
            start, limit = int(request.query.get("continue", "0")), int(request.query.get("limit", "0"))
            takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
            body, packed = shelf.page(start, limit, self.load.version, takes_gzip)
            self.sent += len(body)
            headers = {"Content-Encoding": "gzip"} if packed else {}
            return web.Response(body=body, content_type="application/json", headers=headers)

        return handle

    async def _watch(self, request: web.Request, shelf: Shelf) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        for line in _backlog(shelf, int(request.query.get("resourceVersion") or self.load.version)):
            queue.put_nowait(line)
        shelf.watchers.add(queue)
        try:
            async with asyncio.timeout(float(request.query.get("timeoutSeconds", _LONGEST_WATCH))):
                while True:
                    await self._send(response, await self._next(queue, shelf))
        except (TimeoutError, ConnectionResetError):  # it has lasted long enough, or the client has left
            return response
        finally:
            shelf.watchers.discard(queue)

    async def _next(self, queue: asyncio.Queue[bytes], shelf: Shelf) -> bytes:
        try:
            async with asyncio.timeout(_BOOKMARKS):
                return await queue.get()
        except TimeoutError:
            return shelf.bookmark(self.load.version)

    async def _send(self, response: web.StreamResponse, data: bytes) -> None:
        self.sent += len(data)
        await response.write(data)

    async def _deployments(self, _: web.Request) -> web.Response:
        return web.json_response({"kind": "DeploymentList", "items": [deployment(name) for name in controllers()]})

    async def _pods(self, request: web.Request) -> web.Response:
        wanted = request.query.get("labelSelector", "").removeprefix("app=")
        return web.json_response({"kind": "PodList", "items": [pod(name) for name in controllers() if name == wanted]})

    async def _log(self, request: web.Request) -> web.StreamResponse:
        """Two hundred lines about the past, and then nothing more."""
        response = web.StreamResponse()
        await response.prepare(request)
        controller = request.match_info["name"].removesuffix("-0")
        start = datetime.now(UTC) - timedelta(minutes=5)
        lines = [log_line(controller, number, start + timedelta(seconds=number)) for number in range(200)]
        await self._send(response, "".join(lines).encode())
        while True:
            await asyncio.sleep(_LONGEST_WATCH)

    async def _set_churn(self, request: web.Request) -> web.Response:
        if self._churn is not None:
            self._churn.cancel()
            await asyncio.gather(self._churn, return_exceptions=True)
            self._churn = None
        rate = float(request.query["rate"])
        if rate:
            self._churn = asyncio.create_task(self._keep_changing(rate))
        else:
            self.load.settle()
        return await self._counters(request)

    async def _keep_changing(self, rate: float) -> None:
        """Change so many objects a second, evenly spaced; what was late is made up for."""
        now = asyncio.get_running_loop().time
        due = now()
        while True:
            self.load.change_one(max(1, round(rate * _IN_PROGRESS)))
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - now()))

    async def _counters(self, _: web.Request) -> web.Response:
        watches = sum(len(shelf.watchers) for shelf in self.load.shelves.values())
        return web.json_response({"sent": self.sent, "changes": self.load.changes, "watches": watches})


def _backlog(shelf: Shelf, version: int) -> list[bytes]:
    """What a watch begins with: all that happened since a version, or that this is too long ago."""
    lines = shelf.since(version)
    if lines is not None:
        return lines
    status = {"kind": "Status", "code": 410, "reason": "Expired", "message": f"too old resource version: {version}"}
    return [json.dumps({"type": "ERROR", "object": status}).encode() + b"\n"]


async def serve(objects: int, folder: Path) -> None:
    """Serve until standard input is closed.

    Args:
        objects: How many objects.
        folder: Where the kubeconfig is written.
    """
    files = make_certificate(folder)
    token = secrets.token_hex(16) if files else ""
    runner = web.AppRunner(ApiServer(Load(objects), token).application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=_tls(files) if files else None)
        await site.start()
        port = runner.addresses[0][1]
        url = f"{'https' if files else 'http'}://127.0.0.1:{port}"
        write_kubeconfig(folder / "kubeconfig", url, token, files[0].read_bytes() if files else b"")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await runner.cleanup()


def _tls(files: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a Flux fleet of any size on loopback.")
    parser.add_argument("--objects", type=int, default=1040)
    parser.add_argument("--folder", type=Path, required=True, help="where the kubeconfig is written")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments.objects, arguments.folder))


if __name__ == "__main__":
    main()
