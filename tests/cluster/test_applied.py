"""Reading what an applier applied, against a scripted API server: few requests, within what may be read."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from aiohttp import web

from tests.fakes.apiserver import ApiServer, Behaviour, answer, cut, hang, refuse
from tests.fakes.clock import FakeClock
from tests.fakes.entry import entry_for
from tests.fakes.objects import Body, ks, read
from tests.fakes.workloads import (
    DEADLINE_PASSED,
    GROUPS,
    KUSTOMIZE_LABELS,
    PULL_MESSAGE,
    container,
    deployment,
    entry_id,
    pod,
    thing,
    waiting,
)
from tui.cluster.applied import MOST_CONFIRMED, AppliedReader
from tui.cluster.connection import Connection
from tui.cluster.errors import LoginNeeded
from tui.model.health import State
from tui.model.workloads import Applied, Presence
from tui.ports import ClusterError

SELECTOR = ",".join(f"{key}={value}" for key, value in KUSTOMIZE_LABELS.items())
CORE = {"configmaps": "ConfigMap", "secrets": "Secret", "pods": "Pod", "namespaces": "Namespace"}
APPS = {"deployments": "Deployment", "statefulsets": "StatefulSet"}
DEPLOYMENTS, CONFIGS = "/apis/apps/v1/namespaces/shop/deployments", "/api/v1/namespaces/shop/configmaps"
SECRETS, PODS, EVENTS = (f"/api/v1/namespaces/shop/{plural}" for plural in ("secrets", "pods", "events"))
ALL_CONFIGS = "/api/v1/configmaps"


class Rig:
    """A reader of one context."""

    def __init__(self, server: ApiServer, reader: AppliedReader) -> None:
        self.server = server
        self.reader = reader

    async def read(self, *entries: str) -> dict[str, Applied]:
        """Read an inventory; by `Kind name`."""
        objects = await self.reader.read(read(ks("apps", inventory=entries)))
        return {f"{one.id.kind} {one.id.name}": one for one in objects}

    def asked(self, discovery: bool = False) -> list[str]:
        """What was asked for since the last time, by path."""
        seen = [one.path for one in self.server.seen]
        self.server.seen.clear()
        documents = ("/api/v1", "/apis/apps", "/apis/apps/v1")
        return sorted(path for path in seen if discovery or path not in documents)


@contextlib.asynccontextmanager
async def rig(deadline: float = 20.0) -> AsyncIterator[Rig]:
    async with ApiServer() as server:
        serve(server, "", CORE)
        serve(server, "apps", APPS)
        connection = Connection(entry_for(server.url, "eu"))
        try:
            yield Rig(server, AppliedReader(connection, FakeClock(), deadline))
        finally:
            await connection.close()


def serve(server: ApiServer, group: str, kinds: dict[str, str], version: str = "v1") -> None:
    """Answer the discovery of a group."""
    path = f"/apis/{group}/{version}" if group else f"/api/{version}"
    resources = [{"name": name, "kind": kind, "namespaced": kind != "Namespace"} for name, kind in kinds.items()]
    resources += [{"name": f"{name}/status", "kind": kind, "namespaced": True} for name, kind in kinds.items()]
    server.on(path, answer({"kind": "APIResourceList", "groupVersion": version, "resources": resources}))
    if group:
        versions = [{"groupVersion": f"{group}/{version}", "version": version}]
        server.on(f"/apis/{group}", answer({"name": group, "versions": versions, "preferredVersion": versions[0]}))


def listed(*items: Body, more: str = "") -> Behaviour:
    """A page of a list; items of a list have no kind."""
    bare = [{key: value for key, value in item.items() if key not in ("kind", "apiVersion")} for item in items]
    return answer({"kind": "List", "metadata": {"resourceVersion": "9", "continue": more}, "items": bare})


def configs(*names: str, namespace: str = "shop") -> list[Body]:
    return [thing("ConfigMap", name, namespace) for name in names]


def ids(kind: str, names: Iterable[str], namespace: str = "shop") -> list[str]:
    return [entry_id(kind, name, namespace) for name in names]


async def test_few_objects_are_read_one_by_one_and_discovery_is_remembered() -> None:
    async with rig() as it:
        it.server.on(f"{DEPLOYMENTS}/api", answer(deployment("api")))
        it.server.on(f"{CONFIGS}/a", answer(configs("a")[0]))
        entries = (entry_id("Deployment", "api"), entry_id("ConfigMap", "a"))
        found = await it.read(*entries)
        assert {name: one.state for name, one in found.items()} == {
            "Deployment api": State.READY,
            "ConfigMap a": State.STATIC,
        }
        assert it.asked(discovery=True) == [
            "/api/v1", f"{CONFIGS}/a", "/apis/apps", "/apis/apps/v1", f"{DEPLOYMENTS}/api",
        ]  # fmt: skip
        await it.read(*entries)
        assert it.asked(discovery=True) == [f"{CONFIGS}/a", f"{DEPLOYMENTS}/api"]


async def test_many_objects_take_one_list_per_kind() -> None:
    names = [f"c{number}" for number in range(100)]
    async with rig() as it:
        it.server.on(CONFIGS, listed(*configs(*names, "of-somebody-else")))
        it.server.on(DEPLOYMENTS, listed(*(deployment(name) for name in names)))
        found = await it.read(*ids("ConfigMap", names), *ids("Deployment", names))
        assert len(found) == 200
        assert {one.presence for one in found.values()} == {Presence.PRESENT}
        (request,) = it.server.requests(DEPLOYMENTS)
        assert request.params == {"labelSelector": SELECTOR, "resourceVersion": "0"}
        assert it.asked() == [CONFIGS, DEPLOYMENTS]


async def test_the_content_of_secrets_does_not_cross_the_wire() -> None:
    async with rig() as it:
        it.server.on(SECRETS, listed(*(thing("Secret", name) for name in "abcd")))
        it.server.on(f"{SECRETS}/a", answer(thing("Secret", "a")))
        await it.read(*ids("Secret", "abcd"))
        await it.read(*ids("Secret", "a"))
        many, one = it.server.requests(SECRETS)[0], it.server.requests(f"{SECRETS}/a")[0]
        assert many.headers["Accept"].startswith("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,")
        assert one.headers["Accept"].startswith("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,")


async def test_what_labels_do_not_find_is_asked_for_before_it_is_missed() -> None:
    async with rig() as it:
        it.server.on(CONFIGS, listed(*configs("a", "b", "c")))
        it.server.on(f"{CONFIGS}/lost-its-labels", answer(configs("lost-its-labels")[0]))
        found = await it.read(*ids("ConfigMap", ("a", "b", "c", "lost-its-labels", "deleted")))
        assert found["ConfigMap lost-its-labels"].presence is Presence.PRESENT
        assert found["ConfigMap deleted"].presence is Presence.MISSING
        assert found["ConfigMap deleted"].state is State.FAILED
        assert next(iter(found)) == "ConfigMap deleted", "worst first"


async def test_not_everything_is_asked_for_when_labels_find_nothing() -> None:
    names = [f"c{number}" for number in range(MOST_CONFIRMED + 50)]
    async with rig() as it:
        it.server.on(CONFIGS, listed())
        found = await it.read(*ids("ConfigMap", names))
        assert len(it.asked()) == 1 + MOST_CONFIRMED
        assert sum(one.presence is Presence.UNKNOWN for one in found.values()) == 50


async def test_ten_thousand_objects_come_in_pages() -> None:
    names = [f"c{number}" for number in range(10_000)]
    pages = [configs(*names[at : at + 500]) for at in range(0, 10_000, 500)]
    async with rig() as it:
        behaviours = [listed(*page, more=f"after-{at}") for at, page in enumerate(pages[:-1])]
        it.server.on(CONFIGS, *behaviours, listed(*pages[-1]))
        found = await it.read(*ids("ConfigMap", names))
        assert len(found) == 10_000
        assert {one.state for one in found.values()} == {State.STATIC}
        params = [one.params for one in it.server.requests(CONFIGS)]
        assert len(params) == 20
        assert params[0] == {"labelSelector": SELECTOR, "limit": "500"}
        assert params[1]["continue"] == "after-0"


async def test_one_list_for_several_namespaces_or_one_each_where_that_is_forbidden() -> None:
    async with rig() as it:
        entries = [entry_id("ConfigMap", name, space) for space in ("shop", "pay") for name in "abcd"]
        everything = [one for space in ("shop", "pay") for one in configs(*"abcd", namespace=space)]
        it.server.on(ALL_CONFIGS, listed(*everything))
        assert len(await it.reader.read(read(ks("apps", inventory=entries)))) == 8
        assert it.asked() == [ALL_CONFIGS]
        it.server.on(ALL_CONFIGS, refuse(403))
        it.server.on(CONFIGS, listed(*configs(*"abcd")))
        it.server.on("/api/v1/namespaces/pay/configmaps", refuse(403))
        it.server.on("/api/v1/namespaces/pay/configmaps/a", refuse(403))
        objects = await it.reader.read(read(ks("apps", inventory=entries)))
        seen = {(one.id.namespace, one.presence) for one in objects}
        assert seen == {("shop", Presence.PRESENT), ("pay", Presence.FORBIDDEN)}
        assert {one.message for one in objects if one.id.namespace == "pay"} == {"you may not read configmaps in pay"}


async def test_what_is_forbidden_is_not_asked_for_again_and_again() -> None:
    async with rig() as it:
        it.server.on(SECRETS, refuse(403))
        it.server.on(f"{SECRETS}/a", refuse(403))
        for _ in range(3):
            found = await it.read(*ids("Secret", "abcd"))
            assert {one.presence for one in found.values()} == {Presence.FORBIDDEN}
            assert {one.state for one in found.values()} == {State.UNKNOWN}
        assert it.asked() == [SECRETS, f"{SECRETS}/a"]


async def test_a_role_may_get_and_not_list() -> None:
    async with rig() as it:
        it.server.on(CONFIGS, refuse(403))
        for name in "abc":
            it.server.on(f"{CONFIGS}/{name}", answer(configs(name)[0]))
        found = await it.read(*ids("ConfigMap", "abcd"))
        told = {name: one.presence for name, one in found.items()}
        assert told.pop("ConfigMap d") is Presence.MISSING
        assert set(told.values()) == {Presence.PRESENT}


@pytest.mark.parametrize("served", [False, True], ids=["no-group", "no-such-kind"])
async def test_a_kind_that_is_not_served(served: bool) -> None:
    async with rig() as it:
        if served:
            serve(it.server, "flagger.app", {"metrictemplates": "MetricTemplate"})
        found = await it.read(entry_id("Canary", "web"))
        assert found["Canary web"].presence is Presence.UNSERVED
        assert found["Canary web"].message == "its kind is not served: the CRD is not there"
        it.asked()
        await it.read(entry_id("Canary", "web"))
        assert it.asked() == []


async def test_a_kind_that_only_an_older_version_serves() -> None:
    async with rig() as it:
        serve(it.server, "flagger.app", {"canaries": "Canary"}, "v1beta1")
        versions = [{"groupVersion": f"flagger.app/{one}", "version": one} for one in ("v1", "v1beta1")]
        it.server.on(
            "/apis/flagger.app", answer({"name": "flagger.app", "versions": versions, "preferredVersion": versions[0]})
        )
        canary = thing("Canary", "web", status={"phase": "Succeeded"})
        it.server.on("/apis/flagger.app/v1beta1/namespaces/shop/canaries/web", answer(canary))
        assert (await it.read(entry_id("Canary", "web")))["Canary web"].state is State.READY


async def test_cluster_scoped_objects() -> None:
    async with rig() as it:
        it.server.on("/api/v1/namespaces/shop", answer(thing("Namespace", "shop", status={"phase": "Active"})))
        assert (await it.read(entry_id("Namespace", "shop", "")))["Namespace shop"].presence is Presence.PRESENT


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        pytest.param(refuse(500, "etcd is slow"), "etcd is slow", id="500"),
        pytest.param(answer(b"<html>"), "can't be read", id="no-json"),
        pytest.param(answer({"items": "none"}), "can't be read", id="no-list"),
        pytest.param(cut(), "", id="cut-off"),
    ],
)
async def test_one_kind_that_can_not_be_read_leaves_the_others(behaviour: Behaviour, words: str) -> None:
    async with rig() as it:
        it.server.on(CONFIGS, behaviour)
        it.server.on(f"{DEPLOYMENTS}/api", answer(deployment("api")))
        found = await it.read(*ids("ConfigMap", "abcd"), entry_id("Deployment", "api"))
        assert found["Deployment api"].state is State.READY
        told = [one for name, one in found.items() if name.startswith("ConfigMap")]
        assert {(one.presence, one.state) for one in told} == {(Presence.UNKNOWN, State.UNKNOWN)}
        assert all(words in one.message and one.message for one in told)


async def test_one_object_of_another_shape_leaves_the_others() -> None:
    async with rig() as it:
        it.server.on(f"{DEPLOYMENTS}/odd", answer(b'{"metadata": "none"}'))
        it.server.on(f"{DEPLOYMENTS}/api", answer(deployment("api")))
        found = await it.read(*ids("Deployment", ("api", "odd")))
        assert found["Deployment api"].state is State.READY
        assert found["Deployment odd"].presence is Presence.UNKNOWN


async def test_what_is_slow_is_not_waited_for() -> None:
    async with rig(deadline=2) as it:
        it.server.on(CONFIGS, hang())
        it.server.on(f"{DEPLOYMENTS}/api", answer(deployment("api")))
        found = await it.read(*ids("ConfigMap", "abcd"), entry_id("Deployment", "api"))
        assert found["Deployment api"].state is State.READY
        assert found["ConfigMap a"].message == "the API server did not tell within 2 s"


async def test_a_server_that_is_gone_is_an_error() -> None:
    async with rig() as it:
        await it.server.stop()
        with pytest.raises(ClusterError, match=r"127\.0\.0\.1"):
            await it.read(entry_id("Deployment", "api"))


async def test_refused_credentials_end_it_at_once() -> None:
    async with rig() as it:
        for path in ("/api/v1", "/apis/apps", "/apis/batch", "/apis/policy", "/apis/flagger.app"):
            it.server.on(path, refuse(401))
        entries = [entry_id(kind, "a") for kind in GROUPS]
        with pytest.raises(LoginNeeded):
            await it.read(*entries)
        assert len(it.asked(discovery=True)) <= 16, "a few under way, each once more with fresh credentials"


async def test_an_empty_inventory_asks_nothing() -> None:
    async with rig() as it:
        assert await it.read() == {}
        assert it.asked(discovery=True) == []


def failing() -> Body:
    """A Deployment with one pod of two that can't be started."""
    return deployment("api", *DEADLINE_PASSED, availableReplicas=1, readyReplicas=1)


OTHERS = [
    pod(
        name="of-another-replica-set", owner={"kind": "ReplicaSet", "name": "web-7c9f", "uid": "x", "controller": True}
    ),
    thing("Pod", "of-nobody", status={"phase": "Running"}),
]


async def test_the_pods_of_a_workload_that_is_not_ready() -> None:
    async with rig() as it:
        it.server.on(f"{DEPLOYMENTS}/api", answer(failing()))
        it.server.on(PODS, listed(pod(container(waiting("ImagePullBackOff", PULL_MESSAGE))), *OTHERS))
        found = await it.read(entry_id("Deployment", "api"))
        (one,) = found["Deployment api"].below
        assert (one.id.kind, one.id.path, one.state) == ("Pod", "shop/api-7c9f-x2x", State.FAILED)
        assert one.message == 'image "registry.example/api:1.9.2" not found'
        assert it.server.requests(PODS)[0].params == {"labelSelector": "app=api", "limit": "50"}


async def test_nothing_is_asked_of_the_pods_of_what_is_ready() -> None:
    async with rig() as it:
        it.server.on(f"{DEPLOYMENTS}/api", answer(deployment("api")))
        await it.read(entry_id("Deployment", "api"))
        assert it.asked() == [f"{DEPLOYMENTS}/api"]


MOUNT = 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found'


def warning(uid: str, message: str, at: str) -> Body:
    return {"involvedObject": {"uid": uid}, "type": "Warning", "message": message, "lastTimestamp": at}


async def test_warnings_explain_what_the_status_does_not() -> None:
    uid = "uid-Pod-api-7c9f-x2x"
    events = [
        warning(uid, "MountVolume.SetUp failed: an older one", "2026-11-21T11:00:00Z"),
        warning(uid, MOUNT, "2026-11-21T11:59:00Z"),
        warning(uid, "Error: ImagePullBackOff", "2026-11-21T11:59:30Z"),
        warning("uid-Pod-other", "Something else", "2026-11-21T11:59:40Z"),
    ]
    async with rig() as it:
        it.server.on(f"{DEPLOYMENTS}/api", answer(failing()))
        it.server.on(PODS, listed(pod(container(waiting("ContainerCreating")))))
        it.server.on(EVENTS, answer({"items": events}))
        found = await it.read(entry_id("Deployment", "api"))
        assert found["Deployment api"].below[0].message == f"container app is not created yet: {MOUNT}"
        assert it.server.requests(EVENTS)[0].params == {"fieldSelector": "type=Warning", "limit": "500"}


QUOTA = 'create Pod db-0 in StatefulSet db failed: pods "db-0" is forbidden: exceeded quota: cpu'


async def test_a_workload_without_pods_says_what_its_warnings_say() -> None:
    sets = "/apis/apps/v1/namespaces/shop/statefulsets"
    selector = {
        "matchLabels": {"app": "db"},
        "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["a", "b"]},
            {"key": "old", "operator": "DoesNotExist"},
            {"key": "new", "operator": "Exists"},
            {"key": "zone", "operator": "NotIn", "values": ["x"]},
        ],
    }
    spec, status = {"replicas": 3, "selector": selector}, {"observedGeneration": 2, "replicas": 0}
    async with rig() as it:
        it.server.on(f"{sets}/db", answer(thing("StatefulSet", "db", spec=spec, status=status)))
        it.server.on(PODS, listed())
        it.server.on(EVENTS, answer({"items": [warning("uid-StatefulSet-db", QUOTA, "2026-11-21T11:59:00Z")]}))
        found = await it.read(entry_id("StatefulSet", "db"))
        assert found["StatefulSet db"].message == f"0 of 3 replicas created: {QUOTA}"
        wanted = "app=db,tier in (a,b),!old,new,zone notin (x)"
        assert it.server.requests(PODS)[0].params["labelSelector"] == wanted


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        pytest.param(refuse(403), "you may not list its pods", id="forbidden"),
        pytest.param(refuse(500, "etcd"), "etcd", id="500"),
        pytest.param(answer(b"<html>"), "can't be read", id="no-json"),
    ],
)
async def test_pods_that_can_not_be_read_leave_the_workload_as_it_is(behaviour: Behaviour, words: str) -> None:
    async with rig() as it:
        it.server.on(f"{DEPLOYMENTS}/api", answer(failing()))
        it.server.on(PODS, behaviour)
        found = await it.read(entry_id("Deployment", "api"))
        assert found["Deployment api"].state is State.FAILED
        assert words in found["Deployment api"].message
        assert found["Deployment api"].below == ()


async def test_at_most_four_requests_at_a_time() -> None:
    at_once: list[int] = [0, 0]

    async def slow(request: web.Request) -> web.StreamResponse:
        at_once[0] += 1
        at_once[1] = max(at_once)
        try:
            return await refuse(404)(request)
        finally:
            at_once[0] -= 1

    async with rig() as it:
        names = [f"{kind}{number}" for kind in "abc" for number in range(3)]
        paths = {f"{CONFIGS}/{name}" for name in names[:3]} | {f"{SECRETS}/{name}" for name in names[3:6]}
        for path in paths | {f"{DEPLOYMENTS}/{name}" for name in names[6:]}:
            it.server.on(path, slow)
        entries: list[Any] = [*ids("ConfigMap", names[:3]), *ids("Secret", names[3:6]), *ids("Deployment", names[6:])]
        found = await it.read(*entries)
        assert {one.presence for one in found.values()} == {Presence.MISSING}
        assert at_once[1] <= 4
