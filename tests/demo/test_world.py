import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tui.demo.conditions import condition
from tui.demo.content import CONTEXTS, REGIONS
from tui.demo.resources import TYPES, Object
from tui.demo.world import DEFAULT_SEED, World, initial_events, initial_logs, initial_objects
from tui.model.decode import decode_object
from tui.model.kinds import KINDS
from tui.model.refs import parse_inventory_id

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def find(context: str, kind: str, name: str) -> Object:
    return next(item for item in initial_objects(context, DEFAULT_SEED, NOW)[kind] if item["metadata"]["name"] == name)


def ready(context: str, kind: str, name: str) -> tuple[str, str]:
    found = condition(find(context, kind, name), "Ready")
    return (found["status"], found["reason"]) if found else ("", "")


def revision(item: Object) -> str:
    return str(item["status"]["artifact"]["revision"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Another build than the one behind `initial_objects`."""
    return World(tmp_path_factory.mktemp("world"), DEFAULT_SEED, NOW)


@pytest.mark.parametrize("context", CONTEXTS)
def test_two_builds_are_identical_down_to_the_commits(world: World, context: str) -> None:
    cluster = world.clusters[context]
    for kind, items in initial_objects(context, DEFAULT_SEED, NOW).items():
        assert items == cluster.store.all(kind), kind
    assert initial_events(context, DEFAULT_SEED, NOW) == cluster.store.all("Event")
    assert initial_logs(context, DEFAULT_SEED, NOW) == {app: cluster.logs.lines(app) for app in cluster.logs.apps}


def test_the_fleet_has_about_120_flux_objects_that_the_model_reads() -> None:
    count = 0
    for context in REGIONS:
        for kind, items in initial_objects(context, DEFAULT_SEED, NOW).items():
            if kind in KINDS:
                count += len(items)
                for item in items:
                    assert decode_object(msgspec.json.encode(item), context, kind).ref.name == item["metadata"]["name"]
    assert 110 <= count <= 150


def test_kinds_differ_from_cluster_to_cluster() -> None:
    served = {context: set(initial_objects(context, DEFAULT_SEED, NOW)) for context in REGIONS}
    assert [context for context in REGIONS if "FluxInstance" in served[context]] == ["us-east"]
    assert [context for context in REGIONS if "ImagePolicy" in served[context]] == ["eu-west", "us-east"]
    assert all("Kustomization" in kinds for kinds in served.values())
    used = {kind for context in REGIONS for kind, items in initial_objects(context, DEFAULT_SEED, NOW).items() if items}
    assert set(KINDS) - used == {"Bucket"}


@pytest.mark.parametrize(
    ("context", "kind", "name", "expected"),
    [
        ("eu-west", "Kustomization", "apps", ("False", "HealthCheckFailed")),
        ("eu-west", "HelmRelease", "api", ("False", "UpgradeFailed")),
        ("eu-west", "Kustomization", "tenants-eu", ("False", "DependencyNotReady")),
        ("eu-west", "Kustomization", "tenants-eu-jobs", ("False", "DependencyNotReady")),
        ("eu-west", "Kustomization", "infra", ("True", "ReconciliationSucceeded")),
        ("eu-west", "Kustomization", "tenants-prod", ("True", "ReconciliationSucceeded")),
        ("us-east", "HelmRelease", "loki", ("False", "RollbackSucceeded")),
        ("us-east", "HelmRepository", "acme", ("False", "Failed")),
        ("us-east", "HelmChart", "globex-sessions", ("False", "NoSourceArtifact")),
        ("us-east", "HelmRelease", "sessions", ("False", "SourceNotReady")),
        ("us-east", "FluxInstance", "flux", ("True", "ReconciliationSucceeded")),
        ("us-east", "ResourceSet", "tenants", ("True", "ReconciliationSucceeded")),
        ("ap-south", "Kustomization", "search", ("Unknown", "Progressing")),
        ("ap-south", "Kustomization", "apps", ("True", "ReconciliationSucceeded")),
        ("eu-west", "Alert", "on-call", ("", "")),
        ("eu-west", "HelmRepository", "shop", ("", "")),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_the_incidents_are_there_at_the_start(context: str, kind: str, name: str, expected: tuple[str, str]) -> None:
    assert ready(context, kind, name) == expected


def test_nothing_else_is_wrong() -> None:
    bad = Counter(
        context
        for context in REGIONS
        for kind, items in initial_objects(context, DEFAULT_SEED, NOW).items()
        if kind in KINDS
        for item in items
        if (condition(item, "Ready") or {}).get("status", "True") != "True"
    )
    assert bad == {"eu-west": 5, "us-east": 4, "ap-south": 1}


def test_apps_fails_for_six_minutes_since_the_bad_commit() -> None:
    apps = find("eu-west", "Kustomization", "apps")
    failed = apps["status"]["history"][0]
    since = NOW - datetime.fromisoformat(failed["firstReconciled"])
    assert timedelta(minutes=5, seconds=30) < since < timedelta(minutes=6, seconds=30)
    assert failed["totalReconciliations"] >= 2
    source = find("eu-west", "GitRepository", "flux-system")
    assert apps["status"]["lastAttemptedRevision"] == revision(source) != apps["status"]["lastAppliedRevision"]
    messages = [event["message"] for event in initial_events("eu-west", DEFAULT_SEED, NOW)]
    assert "stored artifact for commit 'bump api to 1.9.2'" in messages


def test_the_mirror_of_ap_south_lags_and_can_catch_up(world: World) -> None:
    head = world.origin.resolve({"branch": "main"})[0]
    lagging = world.mirror.resolve({"branch": "main"})[0]
    assert head != lagging
    assert world.origin.is_ancestor(lagging, head)
    sources = {context: find(context, "GitRepository", "flux-system") for context in REGIONS}
    assert revision(sources["eu-west"]) == revision(sources["us-east"]) == f"main@sha1:{head}"
    assert revision(sources["ap-south"]) == f"main@sha1:{lagging}"
    updated = {context: item["status"]["artifact"]["lastUpdateTime"] for context, item in sources.items()}
    assert updated["ap-south"] < updated["eu-west"]
    world.sync_mirror()
    world.advance(NOW + timedelta(minutes=2))
    caught_up = world.clusters["ap-south"].store.all("GitRepository")[0]
    assert revision(caught_up) == f"main@sha1:{head}"


@pytest.mark.parametrize(
    ("context", "name", "manager", "operation", "days"),
    [
        ("eu-west", "tenants-prod", "flux", "Update", 41),
        ("us-east", "tenants-batch", "kustomize-controller", "Apply", 12),
    ],
    ids=["by hand", "in Git"],
)
def test_the_suspended_tenants(context: str, name: str, manager: str, operation: str, days: int) -> None:
    item = find(context, "Kustomization", name)
    assert item["spec"]["suspend"] is True
    owners = [one for one in item["metadata"]["managedFields"] if "f:suspend" in one["fieldsV1"].get("f:spec", {})]
    assert [(one["manager"], one["operation"]) for one in owners] == [(manager, operation)]
    age = NOW - datetime.fromisoformat(owners[0]["time"])
    assert timedelta(days=days) <= age < timedelta(days=days + 1) or operation == "Apply"
    note = item["metadata"].get("annotations", {}).get("fluxcd.controlplane.io/suspendedBy")
    assert note == ("anna@example.com" if operation == "Update" else None)
    head = revision(find(context, "GitRepository", "flux-system"))
    assert item["status"]["lastAppliedRevision"] != head


def test_loki_is_out_of_retries() -> None:
    stalled = condition(find("us-east", "HelmRelease", "loki"), "Stalled")
    assert stalled is not None
    assert (stalled["reason"], stalled["message"]) == ("RetriesExceeded", "Failed to upgrade after 3 attempt(s)")


@pytest.mark.parametrize("context", REGIONS)
def test_every_inventory_entry_names_an_object_that_is_there_and_labelled(context: str) -> None:
    objects = initial_objects(context, DEFAULT_SEED, NOW)
    there = {
        (kind, item["metadata"].get("namespace", ""), item["metadata"]["name"]): item
        for kind, items in objects.items()
        for item in items
    }
    root = find(context, "Kustomization", "flux-system")
    labels = root["metadata"].get("labels", {})
    owner = "fluxcd.controlplane.io/name" if context == "us-east" else "kustomize.toolkit.fluxcd.io/name"
    assert owner in labels
    for kind in ("Kustomization", "HelmRelease", "ResourceSet", "FluxInstance"):
        for item in objects.get(kind, []):
            for entry in item["status"].get("inventory", {}).get("entries", []):
                parsed = parse_inventory_id(entry["id"])
                assert parsed is not None
                assert TYPES[parsed.kind].group == parsed.group
                assert (parsed.kind, parsed.namespace, parsed.name) in there, entry["id"]


@pytest.mark.parametrize("context", REGIONS)
def test_events_and_logs_belong_to_the_last_hour(context: str) -> None:
    hour_ago = NOW - timedelta(hours=1)
    for event in initial_events(context, DEFAULT_SEED, NOW):
        assert hour_ago <= datetime.fromisoformat(event["lastTimestamp"]) <= NOW
        assert event["involvedObject"]["uid"]
        assert event["source"]["component"] == event["reportingComponent"]
    logs = initial_logs(context, DEFAULT_SEED, NOW)
    assert {"source-controller", "kustomize-controller", "helm-controller"} <= set(logs)
    for lines in logs.values():
        assert all(hour_ago <= line.time <= NOW for line in lines)
        assert all(json.loads(line.text)["msg"] for line in lines)
