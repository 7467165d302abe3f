"""Following the log of a controller."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.apiserver import ApiServer, Stream, answer, page, refuse
from tests.fakes.entry import entry_for
from tests.fakes.rig import QuickAlarm, until
from tui.cluster.connection import Connection
from tui.cluster.logs import NEW_PODS, Cursor, follow, parse_line
from tui.model.changes import LogLine
from tui.ports import ClusterError

CONTROLLER = "kustomize-controller"
HOME = "/apis/apps/v1/namespaces/flux-system/deployments"
EVERYWHERE = "/apis/apps/v1/deployments"
PODS = "/api/v1/namespaces/flux-system/pods"
ALL_PODS = "/api/v1/pods"
LOG = f"{PODS}/kc-1/log"


def deployment(name: str = CONTROLLER, namespace: str = "flux-system") -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": namespace}, "spec": {"selector": {"matchLabels": {"app": name}}}}


def pod(name: str, *containers: str, phase: str = "Running", namespace: str = "flux-system") -> dict[str, Any]:
    spec = {"containers": [{"name": container} for container in containers or ("manager",)]}
    return {"metadata": {"name": name, "namespace": namespace}, "spec": spec, "status": {"phase": phase}}


def stamped(second: int, text: str, fraction: str = "") -> bytes:
    """A line as the kubelet sends it with `timestamps=true`."""
    return f"2026-11-21T12:00:{second:02}{fraction}Z {text}".encode()


class Tail:
    """What a reader of the log has seen so far."""

    def __init__(self, lines: AsyncGenerator[LogLine, None]) -> None:
        self.read: list[LogLine] = []
        self.error: ClusterError | None = None
        self._lines = lines
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            async for line in self._lines:
                self.read.append(line)
        except ClusterError as error:
            self.error = error
        finally:
            await self._lines.aclose()

    @property
    def messages(self) -> list[str]:
        return [line.message for line in self.read]

    async def until(self, *messages: str) -> None:
        await until(lambda: self.messages == list(messages))


@contextlib.asynccontextmanager
async def tailing(
    server: ApiServer, alarm: QuickAlarm | None = None, since: int = 900, own: str = ""
) -> AsyncIterator[Tail]:
    connection = Connection(entry_for(server.url, "eu"))
    tail = Tail(follow(connection, CONTROLLER, alarm or QuickAlarm(), lambda: 0.5, since, namespace=own))
    try:
        yield tail
    finally:
        tail.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tail.task
        await connection.close()


def flux(server: ApiServer) -> None:
    server.on(HOME, answer(page(1, deployment(), deployment("source-controller"))))
    server.on(PODS, answer(page(1, pod("kc-1"))))


async def test_lines_are_followed_from_some_minutes_back() -> None:
    async with ApiServer() as server:
        flux(server)
        stream = Stream(stamped(1, "one"))
        server.on(LOG, stream)
        async with tailing(server) as tail:
            await tail.until("one")
            stream.send(stamped(2, "two"))
            await tail.until("one", "two")
            assert server.requests(HOME)[0].params == {"labelSelector": "app.kubernetes.io/part-of=flux"}
            assert server.requests(PODS)[0].params == {"labelSelector": f"app={CONTROLLER}"}
            assert server.requests(LOG)[0].params == {
                "follow": "true",
                "timestamps": "true",
                "container": "manager",
                "sinceSeconds": "900",
                "tailLines": "2000",
            }


async def test_a_stream_that_ends_is_resumed_without_a_line_twice() -> None:
    async with ApiServer() as server:
        flux(server)
        first = Stream(stamped(1, "one", ".1"), stamped(1, "two", ".2"), stamped(1, "same", ".2"), then="end")
        again = [stamped(1, "one", ".1"), stamped(1, "two", ".2"), stamped(1, "same", ".2"), stamped(1, "late", ".2")]
        server.on(LOG, first, Stream(*again, stamped(3, "three")))
        async with tailing(server) as tail:
            await tail.until("one", "two", "same", "late", "three")
            assert server.requests(LOG)[1].params["sinceTime"] == "2026-11-21T12:00:01Z"
            assert "tailLines" not in server.requests(LOG)[1].params


async def test_a_lost_connection_is_resumed() -> None:
    async with ApiServer() as server:
        flux(server)
        first = Stream(stamped(1, "one"))
        server.on(LOG, first, Stream(stamped(2, "two")))
        async with tailing(server) as tail:
            await tail.until("one")
            first.cut()
            await tail.until("one", "two")


async def test_all_pods_and_shards_are_read_and_no_other_deployment() -> None:
    async with ApiServer() as server:
        shard = f"{CONTROLLER}-shard1"
        server.on(HOME, answer(page(1, deployment(), deployment(shard), deployment("source-controller"))))

        async def pods(request: Any) -> Any:
            mine = pod("kc-1") if request.query["labelSelector"] == f"app={CONTROLLER}" else shard_pod
            return await answer(page(1, mine))(request)

        shard_pod = pod("kc-2", "istio-proxy", "manager")
        server.on(PODS, pods)
        server.on(LOG, Stream(b"one"))
        server.on(f"{PODS}/kc-2/log", Stream(b"two"))
        async with tailing(server) as tail:
            await until(lambda: sorted(tail.messages) == ["one", "two"])
            assert {line.pod for line in tail.read} == {"kc-1", "kc-2"}
            assert {seen.params["labelSelector"] for seen in server.requests(PODS)} == {
                f"app={CONTROLLER}",
                f"app={shard}",
            }
            assert server.requests(f"{PODS}/kc-2/log")[0].params["container"] == "manager"


async def test_a_pod_that_replaces_another_is_noticed() -> None:
    async with ApiServer() as server:
        flux(server)
        server.on(LOG, Stream(b"old", then="end"), refuse(404))
        server.on(f"{PODS}/kc-2/log", Stream(b"new"))
        alarm = QuickAlarm()
        async with tailing(server, alarm) as tail:
            await tail.until("old")
            server.on(PODS, answer(page(1, pod("kc-1", phase="Succeeded"), pod("kc-2"))))
            await tail.until("old", "new")
            assert NEW_PODS in alarm.slept


async def test_a_container_that_waits_is_asked_again() -> None:
    async with ApiServer() as server:
        flux(server)
        server.on(PODS, answer(page(1, pod("kc-1", phase="Pending"))))
        server.on(LOG, refuse(400, "container is waiting to start"), Stream(b"up"))
        async with tailing(server) as tail:
            await tail.until("up")


@pytest.mark.parametrize("home", [answer(page(1)), refuse(403, "no")], ids=["none", "forbidden"])
async def test_flux_elsewhere_is_found_by_deployment(home: Any) -> None:
    async with ApiServer() as server:
        server.on(HOME, home)
        server.on(EVERYWHERE, answer(page(1, deployment(namespace="gitops"))))
        server.on("/api/v1/namespaces/gitops/pods", answer(page(1, pod("kc-1", namespace="gitops"))))
        server.on("/api/v1/namespaces/gitops/pods/kc-1/log", Stream(b"here"))
        async with tailing(server) as tail:
            await tail.until("here")


@pytest.mark.parametrize("path", [PODS, ALL_PODS], ids=["home", "elsewhere"])
async def test_pods_are_found_by_their_label_where_deployments_may_not_be_read(path: str) -> None:
    async with ApiServer() as server:
        for deployments in (HOME, EVERYWHERE):
            server.on(deployments, refuse(403, "no"))
        server.on(PODS, answer(page(1)))
        server.on(path, answer(page(1, pod("kc-1"))))
        server.on(LOG, Stream(b"here"))
        async with tailing(server) as tail:
            await tail.until("here")


async def test_who_may_look_in_one_namespace_finds_the_pods_there() -> None:
    async with ApiServer() as server:
        for path in (HOME, EVERYWHERE, PODS, ALL_PODS, "/apis/apps/v1/namespaces/team/deployments"):
            server.on(path, refuse(403, "no"))
        server.on("/api/v1/namespaces/team/pods", answer(page(1, pod("kc-1", namespace="team"))))
        server.on("/api/v1/namespaces/team/pods/kc-1/log", Stream(b"here"))
        async with tailing(server, own="team") as tail:
            await tail.until("here")


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (refuse(403, "pods is forbidden: User anna can't list"), ["may not be read", "list on pods", "anna"]),
        (answer(page(1)), ["No pod of kustomize-controller was found"]),
        (refuse(500, "etcd"), ["500", "etcd"]),
        (answer(b"<html>"), ["can't be read"]),
    ],
    ids=["forbidden", "none", "fails", "no-json"],
)
async def test_what_can_not_be_found_is_told(behaviour: Any, words: list[str]) -> None:
    async with ApiServer() as server:
        for path in (HOME, EVERYWHERE, PODS, ALL_PODS):
            server.on(path, behaviour)
        async with tailing(server) as tail:
            await until(lambda: tail.error)
            assert all(word in str(tail.error) for word in words)


async def test_a_log_that_may_not_be_read_is_told() -> None:
    async with ApiServer() as server:
        flux(server)
        server.on(LOG, refuse(403, "pods/log is forbidden"))
        async with tailing(server) as tail:
            await until(lambda: tail.error)
            assert "kc-1 may not be read" in str(tail.error)
            assert "pods/log is forbidden" in str(tail.error)


async def test_closing_leaves_no_task_behind() -> None:
    async with ApiServer() as server:
        flux(server)
        server.on(LOG, Stream(b"one"))
        async with tailing(server) as tail:
            await tail.until("one")
        await until(lambda: not [task for task in asyncio.all_tasks() if "cluster/logs.py" in repr(task)])


JSON = {
    "level": "error",
    "ts": "2026-11-21T12:00:01.250Z",
    "msg": "Reconciliation failed",
    "error": "timeout",
    "controllerKind": "Kustomization",
    "name": "apps",
    "namespace": "flux-system",
    "reconcileID": "7c1e",
    "Kustomization": {"name": "apps"},
}
AT = datetime(2026, 11, 21, 12, 0, 1, 250000, tzinfo=UTC)
FULL = LogLine(AT, "error", "Reconciliation failed", "timeout", "Kustomization", "flux-system", "apps", "7c1e", "p")


def as_json(**fields: Any) -> bytes:
    return json.dumps({key: value for key, value in {**JSON, **fields}.items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        pytest.param(as_json(), FULL, id="json"),
        pytest.param(b"2026-11-21T12:00:09.123456789Z " + as_json(), FULL, id="json-with-stamp"),
        pytest.param(as_json(**{"controllerKind": None, "reconciler kind": "Kustomization"}), FULL, id="legacy-kind"),
        pytest.param(as_json(ts=AT.timestamp()), FULL, id="epoch"),
        pytest.param(
            b'{"msg":"starting server","name":"health probe"}',
            LogLine(None, "", "starting server", pod="p"),
            id="no-kind",
        ),
        pytest.param(b"panic: boom", LogLine(None, "", "panic: boom", pod="p"), id="plain"),
        pytest.param(stamped(1, "{broken"), LogLine(AT.replace(microsecond=0), "", "{broken", pod="p"), id="no-json"),
        pytest.param(b'{"msg": 5}', LogLine(None, "", '{"msg": 5}', pod="p"), id="other-json"),
        pytest.param(b"\x1b[31mred\xff\r", LogLine(None, "", "[31mred\ufffd", pod="p"), id="hostile"),
        pytest.param(b'{"msg":"\\u001b[31mred"}', LogLine(None, "", "[31mred", pod="p"), id="hostile-json"),
        pytest.param(b"2026-11-21 12:00 text", LogLine(None, "", "2026-11-21 12:00 text", pod="p"), id="console"),
    ],
)
def test_a_line_is_read(raw: bytes, line: LogLine) -> None:
    assert parse_line(raw, "p")[0] == line


async def test_a_huge_line_is_no_problem() -> None:
    async with ApiServer() as server:
        flux(server)
        server.on(LOG, Stream(as_json(msg="x" * 1_000_000), b"next"))
        async with tailing(server) as tail:
            await until(lambda: len(tail.read) == 2)
            assert len(tail.messages[0]) == 1_000_000


def test_a_cursor_lets_lines_pass_that_do_not_say_when() -> None:
    cursor = Cursor()
    assert cursor.take(None, b"a")
    cursor.resume()
    assert cursor.take(None, b"a")


async def test_the_past_that_is_asked_for_is_as_long_as_the_settings_say() -> None:
    async with ApiServer() as server:
        flux(server)
        server.on(LOG, Stream(stamped(1, "one")))
        async with tailing(server, since=3600) as tail:
            await tail.until("one")
            assert server.requests(LOG)[0].params["sinceSeconds"] == "3600"
