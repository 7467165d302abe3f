"""The routes of one API server: discovery, list, get, watch, patch, delete, pod logs, access reviews."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec
from aiohttp import web

from tui.demo import discovery
from tui.demo.access import Access
from tui.demo.flux import SimulatedCluster
from tui.demo.objects import ExpiredError
from tui.demo.paths import Target, existing, find_target, forbidden
from tui.demo.protobuf import MEDIA_TYPE, read_access_review
from tui.demo.refusal import ApiError, json_response, no_such_path, not_allowed
from tui.demo.resources import Object, ResourceType
from tui.demo.selectors import Match, SelectorError, field_selector, label_selector
from tui.demo.watch import DEFAULT_TIMEOUT, Gate, LogRequest, Watch, stream_logs, stream_watch
from tui.demo.writes import delete_object, patch_object

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_REVIEW_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class Backend(Protocol):
    """What the routes need of a region."""

    cluster: SimulatedCluster
    access: Access
    gate: Gate
    bookmark_every: float

    def touched(self) -> None:
        """Something was written: there may be something to do at once."""
        ...


def api_app(backend: Backend) -> web.Application:
    """The application of one API server.

    Args:
        backend: The region.

    Returns:
        The application.
    """
    server = _ApiServer(backend)
    app = web.Application(middlewares=[server.guard])
    for path in ("/version", "/api", "/apis"):
        app.router.add_get(path, server.root)
    app.router.add_get("/apis/{group}", server.group)
    app.router.add_post(_REVIEW_PATH, server.review)
    app.router.add_route("*", "/api/{version}{tail:.*}", server.dispatch)
    app.router.add_route("*", "/apis/{group}/{version}{tail:.*}", server.dispatch)
    return app


class _ApiServer:
    """The handlers."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @property
    def _types(self) -> Mapping[str, ResourceType]:
        return self._backend.cluster.types

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Authenticate, and turn refusals into Status objects."""
        await self._backend.gate.open.wait()
        try:
            if not self._backend.access.authenticated(request.headers.get("Authorization", "")):
                raise ApiError(401, "Unauthorized")
            return await handler(request)
        except ApiError as error:
            return json_response(error.status, error.code)
        except web.HTTPNotFound:
            return json_response(no_such_path().status, 404)
        except web.HTTPMethodNotAllowed:
            return json_response(not_allowed().status, 405)

    async def root(self, request: web.Request) -> web.Response:
        """`/version`, `/api` and `/apis`."""
        match request.path:
            case "/version":
                return json_response(discovery.VERSION)
            case "/api":
                return json_response(discovery.api_versions())
        return json_response(discovery.group_list(self._types))

    async def group(self, request: web.Request) -> web.Response:
        """`/apis/<group>`."""
        return self._found(discovery.group(self._types, request.match_info["group"]))

    def _found(self, document: Object | None) -> web.Response:
        if document is None:
            raise no_such_path()
        return json_response(document)

    async def review(self, request: web.Request) -> web.Response:
        """A SelfSubjectAccessReview."""
        if request.content_type == MEDIA_TYPE:
            try:
                body = read_access_review(await request.read())
            except ValueError as error:
                raise ApiError(400, f"the body can't be read: {error}") from None
        else:
            body = await _body(request)
        return json_response(self._backend.access.review(body), 201)

    async def dispatch(self, request: web.Request) -> web.StreamResponse:
        """Everything about resources."""
        group, version = request.match_info.get("group", ""), request.match_info["version"]
        parts = [part for part in request.match_info["tail"].split("/") if part]
        if not parts:
            return self._found(discovery.resource_list(self._types, group, version))
        target = find_target(self._types, group, version, parts)
        verb = _verb(request, target)
        if not self._backend.access.allowed(verb, target.resource, target.namespace):
            raise forbidden(verb, target)
        match verb:
            case "list":
                return self._list(request, target)
            case "watch":
                return await self._watch(request, target)
            case "patch":
                return await self._patch(request, target)
            case "delete":
                return self._delete(target)
        return await self._logs(request, target) if target.subresource else json_response(self._get(target))

    def _get(self, target: Target) -> Object:
        return existing(self._backend.cluster.store, target)

    def _list(self, request: web.Request, target: Target) -> web.Response:
        """One page. Later pages show the state of the first one's resource version."""
        store, match = self._backend.cluster.store, _match(request)
        version, after = store.version, ""
        if token := request.query.get("continue"):
            version, after = _read_token(token)
        try:
            found = store.all_at(target.item.kind, target.namespace, version)
        except ExpiredError:
            raise ApiError(
                410, "The provided continue parameter is too old to display a consistent list result."
            ) from None
        rest = [item for item in found if match(item) and _sort_key(item) > after]
        limit = int(_number(request, "limit") or 0) or len(rest)
        page, left = rest[:limit], len(rest) - limit
        metadata: Object = {"resourceVersion": str(version)}
        if left > 0:
            metadata |= {"continue": _write_token(version, _sort_key(page[-1])), "remainingItemCount": left}
        kind = f"{target.item.kind}List"
        return json_response({"kind": kind, "apiVersion": target.api_version, "metadata": metadata, "items": page})

    async def _watch(self, request: web.Request, target: Target) -> web.StreamResponse:
        given = request.query.get("resourceVersion", "")
        if not given.isdigit() and given:
            raise ApiError(400, f"invalid resource version: {given!r}")
        watch = Watch(
            self._backend.cluster.store,
            target.item,
            target.api_version,
            target.namespace,
            _match(request),
            int(given or 0),
            request.query.get("allowWatchBookmarks") in ("true", "1"),
            _number(request, "timeoutSeconds") or DEFAULT_TIMEOUT,
            self._backend.bookmark_every,
        )
        return await stream_watch(request, watch, self._backend.gate)

    async def _patch(self, request: web.Request, target: Target) -> web.Response:
        body = await _body(request)
        agent = request.headers.get("User-Agent", "unknown").split("/")[0]
        manager = request.query.get("fieldManager") or agent
        cluster = self._backend.cluster
        stored = patch_object(cluster, target, request.content_type, body, manager, dry_run="dryRun" in request.query)
        self._backend.touched()
        return json_response(stored)

    def _delete(self, target: Target) -> web.Response:
        if not target.name:
            raise not_allowed()
        answer = delete_object(self._backend.cluster, target)
        self._backend.touched()
        return json_response(answer)

    async def _logs(self, request: web.Request, target: Target) -> web.StreamResponse:
        pod, query = self._get(target), request.query
        names = [container["name"] for container in pod["spec"]["containers"]]
        container = query.get("container") or names[0]
        if container not in names:
            raise ApiError(400, f"container {container} is not valid for pod {target.name}")
        if pod["status"]["phase"] != "Running":
            why = "trying and failing to pull image"
            raise ApiError(400, f'container "{container}" in pod "{target.name}" is waiting to start: {why}')
        wanted = LogRequest(
            pod["metadata"]["labels"].get("app", ""),
            query.get("follow") in ("true", "1"),
            _number(request, "tailLines"),
            _number(request, "sinceSeconds"),
            query.get("timestamps") in ("true", "1"),
        )
        return await stream_logs(request, self._backend.cluster.logs, wanted, self._backend.gate)


def _verb(request: web.Request, target: Target) -> str:
    if request.method in ("GET", "HEAD"):
        if target.name:
            return "get"
        return "watch" if request.query.get("watch") in ("true", "1") else "list"
    verb = {"PATCH": "patch", "DELETE": "delete"}.get(request.method)
    if verb is None or target.subresource:
        raise not_allowed()
    return verb


def _number(request: web.Request, name: str) -> float | None:
    """A number of the query, None where it is not given."""
    text = request.query.get(name, "")
    try:
        return float(text) if text else None
    except ValueError:
        raise ApiError(400, f"{name} must be a number, not {text!r}") from None


def _match(request: web.Request) -> Match:
    try:
        labels = label_selector(request.query.get("labelSelector", ""))
        fields = field_selector(request.query.get("fieldSelector", ""))
    except SelectorError as error:
        raise ApiError(400, str(error)) from None
    return lambda item: labels(item) and fields(item)


async def _body(request: web.Request) -> Object:
    try:
        body: Object = msgspec.json.decode(await request.read())
    except msgspec.DecodeError as error:
        raise ApiError(400, f"the body is not valid JSON: {error}") from None
    return body


def _sort_key(item: Object) -> str:
    return f"{item['metadata'].get('namespace', '')}\0{item['metadata']['name']}"


def _write_token(version: int, after: str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([version, after])).decode()


def _read_token(token: str) -> tuple[int, str]:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(token), type=tuple[int, str])
    except (ValueError, msgspec.MsgspecError):
        raise ApiError(400, "continue key is not valid") from None
