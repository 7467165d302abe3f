"""The API servers, over TLS, as a client sees them."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.demo.conftest import Client, Demo

pytestmark = pytest.mark.asyncio(loop_scope="module")

KS = "/apis/kustomize.toolkit.fluxcd.io/v1"
HR = "/apis/helm.toolkit.fluxcd.io/v2"
INFRA = f"{KS}/namespaces/flux-system/kustomizations/infra"


@pytest.fixture
def eu(demo: Demo) -> Client:
    return demo.client("eu-west")


class Watch:
    """The events of one watch, read one by one with a deadline."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def next(self) -> Any:
        line = await asyncio.wait_for(self.answer.content.readline(), 5)
        return json.loads(line) if line else None


async def names(client: Client, path: str) -> list[str]:
    _, page = await client.get(path)
    return [item["metadata"]["name"] for item in page["items"]]


async def test_discovery_names_what_is_served(demo: Demo, eu: Client) -> None:
    assert (await eu.get("/version"))[1]["gitVersion"].startswith("v1.")
    assert (await eu.get("/api"))[1]["versions"] == ["v1"]
    _, groups = await eu.get("/apis")
    assert groups["kind"] == "APIGroupList"
    _, group = await eu.get("/apis/notification.toolkit.fluxcd.io")
    assert [one["version"] for one in group["versions"]] == ["v1", "v1beta3"]
    assert group["preferredVersion"]["version"] == "v1"
    for version, kinds in (("v1", {"Receiver"}), ("v1beta3", {"Alert", "Provider"})):
        _, listed = await eu.get(f"/apis/notification.toolkit.fluxcd.io/{version}")
        assert {one["kind"] for one in listed["resources"]} == kinds
    _, listed = await eu.get(KS)
    assert listed["resources"][0] | {"name": "kustomizations", "shortNames": ["ks"]} == listed["resources"][0]
    for context, status in (("us-east", 200), ("eu-west", 404)):
        assert (await demo.client(context).get("/apis/fluxcd.controlplane.io"))[0] == status
        assert (await demo.client(context).get("/apis/fluxcd.controlplane.io/v1/resourcesets"))[0] == status


@pytest.mark.parametrize(
    ("path", "code", "reason"),
    [
        ("/apis/none.example.com/v1", 404, "NotFound"),
        ("/nothing", 404, "NotFound"),
        (f"{KS}/namespaces/flux-system/kustomizations/none", 404, "NotFound"),
        (f"{KS}/kustomizations/infra", 404, "NotFound"),
        (f"{INFRA}/scale", 404, "NotFound"),
        (f"{KS}/kustomizations?fieldSelector=spec.suspend=true", 400, "BadRequest"),
        (f"{KS}/kustomizations?labelSelector=a+b", 400, "BadRequest"),
        (f"{KS}/kustomizations?limit=many", 400, "BadRequest"),
        (f"{KS}/kustomizations?continue=!!", 400, "BadRequest"),
        (f"{KS}/kustomizations?watch=true&resourceVersion=x", 400, "BadRequest"),
    ],
)
async def test_refusals_are_status_objects(eu: Client, path: str, code: int, reason: str) -> None:
    status, body = await eu.get(path)
    assert (status, body["kind"], body["code"], body["reason"]) == (code, "Status", code, reason)
    assert body["message"]


@pytest.mark.parametrize(("method", "path"), [("POST", INFRA), ("DELETE", f"{KS}/kustomizations"), ("PUT", INFRA)])
async def test_methods_that_are_not_served(eu: Client, method: str, path: str) -> None:
    assert (await eu.get(path, method=method))[0] == 405


async def test_credentials(demo: Demo, eu: Client) -> None:
    assert (await eu.get("/version", token="wrong"))[0] == 401
    status, body = await demo.client("lab").get("/apis")
    assert (status, body["reason"]) == (401, "Unauthorized")
    eu.region.revoke()
    assert (await eu.get("/version"))[0] == 401
    eu.region.restore()
    assert (await eu.get("/version"))[0] == 200


async def test_pages_are_consistent(eu: Client) -> None:
    path = f"{KS}/kustomizations?limit=4"
    _, page = await eu.get(path)
    version, found = page["metadata"]["resourceVersion"], page["items"]
    assert (len(found), page["metadata"]["remainingItemCount"]) == (4, 7)
    live = found[-1]["metadata"]
    await eu.patch(f"{KS}/namespaces/flux-system/kustomizations/tenants-prod", {"metadata": {"labels": {"x": "y"}}})
    while token := page["metadata"].get("continue"):
        _, page = await eu.get(path, params={"continue": token})
        assert page["metadata"]["resourceVersion"] == version
        found += page["items"]
    assert [item["metadata"]["name"] for item in found] == await names(eu, f"{KS}/kustomizations")
    assert "x" not in found[-1]["metadata"]["labels"]
    assert live["resourceVersion"] <= version


async def test_a_page_of_a_forgotten_past_is_gone(demo: Demo) -> None:
    client = demo.client("ap-south")
    _, page = await client.get(f"{KS}/kustomizations?limit=2")
    demo.pass_time(120)
    client.region.expire_log()
    status, body = await client.get(f"{KS}/kustomizations?limit=2", params={"continue": page["metadata"]["continue"]})
    assert (status, body["reason"]) == (410, "Expired")


async def test_selectors_and_namespaces(eu: Client) -> None:
    assert await names(eu, f"{HR}/namespaces/shop/helmreleases") == ["api", "web"]
    assert await names(eu, f"{HR}/helmreleases?fieldSelector=metadata.name%3Dloki") == ["loki"]
    labelled = f"{HR}/helmreleases?labelSelector=kustomize.toolkit.fluxcd.io/name+in+(apps,infra-config)"
    assert await names(eu, labelled) == ["api", "web"]
    part_of = "/apis/apps/v1/namespaces/flux-system/deployments?labelSelector=app.kubernetes.io/part-of%3Dflux"
    assert "kustomize-controller" in await names(eu, part_of)
    _, page = await eu.get(
        "/api/v1/events?fieldSelector=involvedObject.kind%3DKustomization,involvedObject.name%3Dapps"
    )
    assert {event["involvedObject"]["name"] for event in page["items"]} == {"apps"}
    _, page = await eu.get("/api/v1/events?fieldSelector=involvedObject.kind!%3DKustomization")
    assert "Kustomization" not in {event["involvedObject"]["kind"] for event in page["items"]}


async def test_a_watch_begins_where_the_list_ended(eu: Client) -> None:
    _, page = await eu.get(f"{KS}/kustomizations")
    version = page["metadata"]["resourceVersion"]
    await eu.patch(INFRA, {"metadata": {"labels": {"round": "1"}}})
    async with eu.open(f"{KS}/kustomizations?watch=true&resourceVersion={version}&timeoutSeconds=30") as answer:
        watch = Watch(answer)
        for number in ("1", "2"):
            event = await watch.next()
            assert (event["type"], event["object"]["metadata"]["labels"]["round"]) == ("MODIFIED", number)
            assert event["object"]["kind"] == "Kustomization"
            await eu.patch(INFRA, {"metadata": {"labels": {"round": "2"}}})


async def test_a_watch_without_a_version_begins_with_all_there_is(eu: Client) -> None:
    async with eu.open(f"{HR}/namespaces/shop/helmreleases?watch=true&timeoutSeconds=30") as answer:
        watch = Watch(answer)
        events = [await watch.next(), await watch.next()]
    assert [(event["type"], event["object"]["metadata"]["name"]) for event in events] == [
        ("ADDED", "api"),
        ("ADDED", "web"),
    ]


async def test_what_ceases_to_match_a_watch_is_deleted_for_it(eu: Client) -> None:
    _, page = await eu.get(f"{KS}/kustomizations")
    query = f"watch=true&labelSelector=team%3Da&resourceVersion={page['metadata']['resourceVersion']}"
    async with eu.open(f"{KS}/kustomizations?{query}") as answer:
        watch = Watch(answer)
        types = []
        for label in ("a", "a", "b"):
            await eu.patch(INFRA, {"metadata": {"labels": {"team": label, "n": str(len(types))}}})
            types.append((await watch.next())["type"])
    assert types == ["ADDED", "MODIFIED", "DELETED"]


async def test_bookmarks_come_with_time_and_at_the_end(eu: Client) -> None:
    _, page = await eu.get(f"{KS}/kustomizations")
    query = f"watch=true&resourceVersion={page['metadata']['resourceVersion']}&timeoutSeconds=0.3"
    eu.region.bookmark_every = 0.1
    try:
        async with eu.open(f"{KS}/kustomizations?{query}&allowWatchBookmarks=true") as answer:
            events = [json.loads(line) async for line in answer.content]
        async with eu.open(f"{KS}/kustomizations?{query}") as answer:
            assert await answer.read() == b""
    finally:
        eu.region.bookmark_every = 60.0
    assert len(events) >= 2
    assert {event["type"] for event in events} == {"BOOKMARK"}
    assert events[-1]["object"]["metadata"] == {"resourceVersion": str(eu.region.cluster.store.version)}


async def test_a_running_watch_ends_with_410_when_the_log_is_forgotten(demo: Demo) -> None:
    client = demo.client("us-east")
    _, page = await client.get(f"{KS}/kustomizations")
    version = page["metadata"]["resourceVersion"]
    async with client.open(f"{KS}/kustomizations?watch=true&resourceVersion={version}") as answer:
        demo.pass_time(60)
        client.region.expire_log()
        assert await _last_event(answer) == ("ERROR", 410)
    async with client.open(f"{KS}/kustomizations?watch=true&resourceVersion={version}") as answer:
        assert answer.status == 200, "as a real one, which tells it in the stream"
        assert await _last_event(answer) == ("ERROR", 410)


async def _last_event(answer: aiohttp.ClientResponse) -> tuple[str, int]:
    watch = Watch(answer)
    events = []
    while event := await watch.next():
        events.append(event)
    return events[-1]["type"], events[-1]["object"]["code"]


async def test_a_merge_patch_is_recorded_under_its_manager(eu: Client) -> None:
    path = f"{KS}/namespaces/flux-system/kustomizations/monitoring"
    _, before = await eu.get(path)
    status, after = await eu.patch(f"{path}?fieldManager=gitops-tui", {"spec": {"suspend": True}, "status": None})
    assert status == 200
    assert after["metadata"]["generation"] == before["metadata"]["generation"] + 1
    assert after["status"] == before["status"]
    owner = next(one for one in after["metadata"]["managedFields"] if one["manager"] == "gitops-tui")
    assert (owner["operation"], owner["fieldsV1"]) == ("Update", {"f:spec": {"f:suspend": {}}})
    _, dry = await eu.patch(f"{path}?dryRun=All", {"spec": {"suspend": None}})
    assert "suspend" not in dry["spec"]
    assert (await eu.get(path))[1]["spec"]["suspend"] is True
    headers = {"User-Agent": "flux/v2.7.5"}
    _, resumed = await eu.patch(path, {"spec": {"suspend": None}}, headers=headers)
    assert "suspend" not in resumed["spec"]


@pytest.mark.parametrize(
    ("content_type", "body", "path", "status"),
    [
        ("json-patch", [{"op": "add", "path": "/metadata/labels/a", "value": "b"}], INFRA, 200),
        ("json-patch", [{"op": "remove", "path": "/spec/none"}], INFRA, 400),
        ("strategic-merge-patch", {"metadata": {"labels": {"a": "b"}}}, "/api/v1/namespaces/shop", 200),
        ("strategic-merge-patch", {"metadata": {"labels": {"a": "b"}}}, INFRA, 415),
        ("apply-patch", {}, INFRA, 415),
        ("merge-patch", {"metadata": {"resourceVersion": "1", "labels": {"a": "c"}}}, INFRA, 409),
        ("merge-patch", {"metadata": {"uid": "of-another", "labels": {"a": "c"}}}, INFRA, 422),
    ],
    ids=["JSON patch", "JSON patch to nothing", "strategic, core", "strategic, custom", "apply", "outdated", "another"],
)
async def test_forms_of_patches(eu: Client, content_type: str, body: Any, path: str, status: int) -> None:
    answered, document = await eu.patch(path, body, content_type)
    assert answered == status
    assert status == 200 or document["kind"] == "Status"


async def test_access_reviews_and_patches_agree(demo: Demo) -> None:
    client = demo.client("ap-south")
    for namespace, allowed in (("payments", False), ("shop", True)):
        group = {"group": "helm.toolkit.fluxcd.io", "resource": "helmreleases"}
        review = {"spec": {"resourceAttributes": {"verb": "patch", "namespace": namespace, **group}}}
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        status, answer = await client.get(path, method="POST", json=review)
        assert (status, answer["status"]["allowed"]) == (201, allowed)
    ledger = f"{HR}/namespaces/payments/helmreleases/ledger"
    status, refusal = await client.patch(ledger, {"spec": {"suspend": True}})
    assert (status, refusal["reason"]) == (403, "Forbidden")
    assert (await client.get(ledger))[0] == 200
    client.region.deny("watch", "kustomizations")
    assert (await client.get(f"{KS}/kustomizations?watch=true"))[0] == 403
    assert (await client.get(f"{KS}/kustomizations"))[0] == 200
    client.region.allow_all()
    client.region.deny("patch", namespace="payments")


async def test_a_request_over_http_is_handled_when_time_passes(demo: Demo, eu: Client) -> None:
    body = {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": "T9"}}}
    await eu.patch(INFRA, body)
    demo.pass_time(8)
    _, infra = await eu.get(INFRA)
    assert infra["status"]["lastHandledReconcileAt"] == "T9"


async def test_pod_logs(demo: Demo, eu: Client) -> None:
    _, page = await eu.get("/api/v1/namespaces/flux-system/pods?labelSelector=app%3Dkustomize-controller")
    name = page["items"][0]["metadata"]["name"]
    path = f"/api/v1/namespaces/flux-system/pods/{name}/log"
    async with eu.open(f"{path}?tailLines=3&container=manager") as answer:
        lines = (await answer.text()).splitlines()
    assert len(lines) == 3
    assert all(json.loads(line)["controller"] == "kustomization" for line in lines)
    async with eu.open(f"{path}?sinceSeconds=1") as answer:
        assert len((await answer.text()).splitlines()) < 20
    async with eu.open(f"{path}?timestamps=true&tailLines=1") as answer:
        assert (await answer.text()).startswith("2026-11-21T")
    async with eu.open(f"{path}?follow=true&tailLines=0") as answer:
        demo.pass_time(60)
        line = await asyncio.wait_for(answer.content.readline(), 5)
        assert json.loads(line)["controllerKind"] == "Kustomization"
    assert (await eu.get(f"{path}?container=sidecar"))[0] == 400
    _, page = await eu.get("/api/v1/namespaces/shop/pods?labelSelector=app%3Dapi")
    pending = next(pod for pod in page["items"] if pod["status"]["phase"] == "Pending")
    status, refusal = await eu.get(f"/api/v1/namespaces/shop/pods/{pending['metadata']['name']}/log")
    assert (status, "waiting to start" in refusal["message"]) == (400, True)


async def test_a_region_dies_and_comes_back_on_its_port(demo: Demo) -> None:
    client = demo.client("us-east")
    _, page = await client.get(f"{KS}/kustomizations")
    async with client.open(
        f"{KS}/kustomizations?watch=true&resourceVersion={page['metadata']['resourceVersion']}"
    ) as answer:
        await client.region.stop()
        with pytest.raises(aiohttp.ClientError):
            await asyncio.wait_for(answer.content.readexactly(1 << 20), 5)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.get("/version")
    assert (await demo.client("eu-west").get("/version"))[0] == 200
    await client.region.start()
    assert (await client.get("/version"))[0] == 200


async def test_a_region_hangs_and_goes_on(eu: Client) -> None:
    eu.region.freeze()
    waiting = asyncio.create_task(eu.get("/version"))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    eu.region.thaw()
    assert (await waiting)[0] == 200


async def test_a_deleted_object_comes_back_with_its_parent(demo: Demo, eu: Client) -> None:
    path = "/api/v1/namespaces/ingress/configmaps/limits"
    status, body = await eu.get(path, method="DELETE")
    assert (status, body["status"]) == (200, "Success")
    assert (await eu.get(path))[0] == 404
    parent = f"{KS}/namespaces/flux-system/kustomizations/infra-config"
    await eu.patch(parent, {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": "T10"}}})
    demo.pass_time(15)
    assert (await eu.get(path))[0] == 200
