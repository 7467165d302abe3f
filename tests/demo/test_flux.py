import json
from pathlib import Path

import pytest

from tests.demo.smallworld import API, SmallWorld, release
from tui.demo.conditions import condition
from tui.demo.content import text_of
from tui.demo.manifests import helm_release, helm_repository, kustomization
from tui.demo.resources import Key, Object

RETRY = {"strategy": {"name": "RetryOnFailure", "retryInterval": "1m"}}


@pytest.fixture
def world(tmp_path: Path) -> SmallWorld:
    made = SmallWorld(tmp_path)
    made.until(lambda: made.store.get(Key("Kustomization", "flux-system", "tenants")) is not None)
    made.until(lambda: made.is_ready("Kustomization", "tenants"))
    return made


def test_a_fleet_comes_up_in_the_order_of_its_dependencies(world: SmallWorld) -> None:
    revision = world.repository.resolve({"branch": "main"})[1]
    for name in ("flux-system", "infra", "apps", "tenants"):
        item = world.get("Kustomization", name)
        assert world.ready("Kustomization", name)[1:] == ("ReconciliationSucceeded", f"Applied revision: {revision}")
        assert item["status"]["lastAppliedRevision"] == revision
        assert item["status"]["observedGeneration"] == item["metadata"]["generation"]
        assert condition(item, "Reconciling") is None
    assert [entry["id"] for entry in world.get("Kustomization", "flux-system")["status"]["inventory"]["entries"]] == [
        "flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization",
        "flux-system_flux-system_kustomize.toolkit.fluxcd.io_Kustomization",
        "flux-system_flux-system_source.toolkit.fluxcd.io_GitRepository",
        "flux-system_infra_kustomize.toolkit.fluxcd.io_Kustomization",
        "flux-system_shop_source.toolkit.fluxcd.io_HelmRepository",
        "flux-system_tenants_kustomize.toolkit.fluxcd.io_Kustomization",
    ]
    chart = world.get("HelmChart", "shop-api")
    assert chart["metadata"]["labels"]["helm.toolkit.fluxcd.io/namespace"] == "shop"
    assert world.get("HelmRelease", "api", "shop")["status"]["helmChart"] == "flux-system/shop-api"
    assert ("DependencyNotReady", "Dependencies do not meet ready condition, retrying in 10s") in world.events(
        "tenants"
    )


@pytest.mark.parametrize(
    ("kind", "name", "namespace"),
    [
        ("Kustomization", "infra", "flux-system"),
        ("GitRepository", "flux-system", "flux-system"),
        ("HelmRelease", "api", "shop"),
        ("HelmChart", "shop-api", "flux-system"),
    ],
    ids=str,
)
def test_a_reconcile_request_is_handled_after_a_while(world: SmallWorld, kind: str, name: str, namespace: str) -> None:
    world.request(kind, name, "T1", namespace)
    assert world.handled(kind, name, namespace) != "T1"
    world.until(lambda: world.handled(kind, name, namespace) == "T1", seconds=10)
    assert world.is_ready(kind, name, namespace)


def test_a_run_passes_through_progressing(world: SmallWorld) -> None:
    seen = []
    world.store.listeners.append(
        lambda entry: entry.key.name == "infra" and seen.append((condition(entry.object, "Ready") or {}).get("reason"))
    )
    world.request("Kustomization", "infra", "T1")
    world.settle(5)
    assert [reason for at, reason in enumerate(seen) if at == 0 or seen[at - 1] != reason] == [
        "ReconciliationSucceeded",
        "Progressing",
        "ReconciliationSucceeded",
    ]


def test_a_suspended_object_marks_a_request_as_handled_and_does_nothing(world: SmallWorld) -> None:
    world.patch("Kustomization", "infra", {"spec": {"suspend": True}}, "flux")
    world.settle(5)
    before = world.get("Kustomization", "infra")["status"]["history"]
    world.store.delete(Key("ConfigMap", "shop", "limits"))
    world.request("Kustomization", "infra", "T2")
    world.until(lambda: world.handled("Kustomization", "infra") == "T2", seconds=10)
    assert world.store.get(Key("ConfigMap", "shop", "limits")) is None
    assert world.get("Kustomization", "infra")["status"]["history"] == before


def test_resume_starts_a_run(world: SmallWorld) -> None:
    world.patch("Kustomization", "infra", {"spec": {"suspend": True}}, "flux")
    world.store.delete(Key("ConfigMap", "shop", "limits"))
    world.settle(1200)
    assert world.store.get(Key("ConfigMap", "shop", "limits")) is None
    world.patch("Kustomization", "infra", {"spec": {"suspend": None}}, "flux")
    world.settle(5)
    assert world.store.get(Key("ConfigMap", "shop", "limits")) is not None
    item = world.get("Kustomization", "infra")
    assert item["status"]["observedGeneration"] == item["metadata"]["generation"] == 3


def test_a_bad_tag_holds_the_chain_up_and_a_push_heals_it(world: SmallWorld) -> None:
    bad = world.push("bump api to 1.9.2", apps__release=release("1.9.2", upgrade=RETRY))
    world.until(lambda: world.ready("Kustomization", "apps")[1] == "HealthCheckFailed")
    status, _, message = world.ready("Kustomization", "apps")
    assert status == "False"
    assert message.startswith("health check failed after 40.0")
    assert message.endswith("s: timeout waiting for: [HelmRelease/shop/api status: 'InProgress']")
    apps = world.get("Kustomization", "apps")["status"]
    assert apps["lastAttemptedRevision"] == bad != apps["lastAppliedRevision"]
    assert apps["observedGeneration"] == 1
    reconciling = condition(world.get("Kustomization", "apps"), "Reconciling")
    assert reconciling is not None
    assert reconciling["reason"] == "ProgressingWithRetry"
    assert world.ready("HelmRelease", "api", "shop")[:2] == ("False", "UpgradeFailed")
    world.settle(60)
    assert world.ready("Kustomization", "tenants") == (
        "False",
        "DependencyNotReady",
        "dependency 'flux-system/apps' is not ready",
    )
    assert ("HealthCheckFailed", message) in world.events("apps")

    good = world.push("api 1.9.3", apps__release=release("1.9.3", upgrade=RETRY))
    world.request("GitRepository", "flux-system", "T3")
    world.until(lambda: world.get("Kustomization", "tenants")["status"]["lastAppliedRevision"] == good)
    assert world.ready("HelmRelease", "api", "shop")[1] == "UpgradeSucceeded"
    assert world.get("HelmRelease", "api", "shop")["status"]["history"][0]["appVersion"] == "1.9.3"


def test_a_failing_object_fails_again_and_its_history_counts(world: SmallWorld) -> None:
    world.push("bad", apps__release=release("1.9.2", upgrade=RETRY))
    world.until(lambda: world.ready("Kustomization", "apps")[1] == "HealthCheckFailed")
    first = world.get("Kustomization", "apps")["status"]["history"][0]
    world.until(lambda: world.get("Kustomization", "apps")["status"]["history"][0]["totalReconciliations"] == 2)
    again = world.get("Kustomization", "apps")["status"]["history"][0]
    assert again["lastReconciledStatus"] == "HealthCheckFailed"
    assert again["firstReconciled"] == first["firstReconciled"] < again["lastReconciled"]
    events = [event for event in world.store.all("Event") if event["involvedObject"]["name"] in ("apps", "tenants")]
    failing = [event for event in events if event["reason"] == "HealthCheckFailed"]
    assert [event["count"] for event in failing] == [1, 1], "each tells how long it took"
    waiting = [event for event in events if event["reason"] == "DependencyNotReady"]
    assert max(event["count"] for event in waiting) > 1


@pytest.mark.parametrize(
    ("manager", "declared", "kept"),
    [("flux", "", True), ("gitops-tui", "", True), ("kubectl-patch", "", False), ("flux", "suspend: false", False)],
    ids=["flux CLI", "gitops-tui", "kubectl", "declared in Git"],
)
def test_what_the_parent_makes_of_a_suspend(world: SmallWorld, manager: str, declared: str, kept: bool) -> None:
    if declared:
        world.push("declare", clusters__infra=text_of([kustomization("infra", "./infra", suspend=False)]))
        world.request("GitRepository", "flux-system", "T4")
        world.settle(60)
    world.patch("Kustomization", "infra", {"spec": {"suspend": True}}, manager)
    world.request("Kustomization", "flux-system", "T5")
    world.until(lambda: world.handled("Kustomization", "flux-system") == "T5")
    assert bool(world.get("Kustomization", "infra")["spec"].get("suspend")) is kept


def test_a_pushed_file_appears_and_a_removed_one_is_pruned(world: SmallWorld) -> None:
    world.push("more", clusters__extra=text_of([kustomization("extra", "./tenants")]))
    world.until(lambda: world.store.get(Key("Kustomization", "flux-system", "extra")) is not None)
    del world.tree["clusters/extra.yaml"]
    world.push("less")
    world.until(lambda: world.store.get(Key("Kustomization", "flux-system", "extra")) is None)
    assert ("Progressing", "Kustomization/flux-system/extra deleted") in world.events("flux-system")


@pytest.mark.parametrize(
    ("path", "content", "reason", "message"),
    [
        ("infra/namespace.yaml", "a: [", "BuildFailed", "MalformedYAMLError"),
        (
            "infra/namespace.yaml",
            "kind: Job\nmetadata: {name: x}\napiVersion: batch/v1",
            "ReconciliationFailed",
            'kind "Job"',
        ),
        ("infra/kustomization.yaml", "resources: [gone.yaml]", "BuildFailed", "gone.yaml"),
        (
            "infra/namespace.yaml",
            "kind: ConfigMap\nmetadata: {name: x, namespace: nowhere}\napiVersion: v1",
            "ReconciliationFailed",
            'namespaces "nowhere" not found',
        ),
        (
            "clusters/infra.yaml",
            text_of([kustomization("infra", "./no-such-folder")]),
            "ArtifactFailed",
            "path not found",
        ),
    ],
    ids=["no YAML", "unknown kind", "missing resource", "missing namespace", "missing path"],
)
def test_a_push_that_can_not_be_applied(world: SmallWorld, path: str, content: str, reason: str, message: str) -> None:
    world.tree[path] = content
    world.push("break it")
    world.until(lambda: world.ready("Kustomization", "infra")[1] == reason)
    assert message in world.ready("Kustomization", "infra")[2]


def test_a_release_that_runs_out_of_retries_stalls_until_it_is_forced(world: SmallWorld) -> None:
    world.push("bad", apps__release=release("1.9.2", upgrade={"remediation": {"retries": 1}}))
    world.until(lambda: condition(world.get("HelmRelease", "api", "shop"), "Stalled") is not None)
    item = world.get("HelmRelease", "api", "shop")
    stalled = condition(item, "Stalled")
    assert stalled is not None
    assert (stalled["reason"], stalled["message"]) == ("RetriesExceeded", "Failed to upgrade after 2 attempt(s)")
    assert condition(item, "Reconciling") is None
    assert world.ready("HelmRelease", "api", "shop")[1] == "RollbackSucceeded"
    container = world.get("Deployment", "api", "shop")["spec"]["template"]["spec"]["containers"][0]
    assert container["image"].endswith(":1.9.1")

    world.request("HelmRelease", "api", "T6", "shop")
    world.until(lambda: world.handled("HelmRelease", "api", "shop") == "T6")
    assert world.get("HelmRelease", "api", "shop")["status"]["failures"] == 2
    world.request("HelmRelease", "api", "T7", "shop", force="forceAt")
    world.until(lambda: world.handled("HelmRelease", "api", "shop") == "T7")
    status = world.get("HelmRelease", "api", "shop")["status"]
    assert (status["failures"], status["lastHandledForceAt"]) == (3, "T7")


@pytest.mark.parametrize(
    ("kind", "name", "namespace"), [("Kustomization", "tenants", "flux-system"), ("HelmRelease", "api", "shop")]
)
def test_a_suspended_object_is_observed_all_the_same(world: SmallWorld, kind: str, name: str, namespace: str) -> None:
    world.patch(kind, name, {"spec": {"suspend": True}}, "flux", namespace)
    world.settle(5)
    item = world.get(kind, name, namespace)
    assert item["status"]["observedGeneration"] == item["metadata"]["generation"]


def test_a_release_that_is_reset_begins_to_count_anew(world: SmallWorld) -> None:
    world.push("bad", apps__release=release("1.9.2", upgrade={"remediation": {"retries": 1}}))
    world.until(lambda: condition(world.get("HelmRelease", "api", "shop"), "Stalled") is not None)
    world.request("HelmRelease", "api", "T6", "shop", reset="resetAt")
    world.until(lambda: world.handled("HelmRelease", "api", "shop") == "T6")
    item = world.get("HelmRelease", "api", "shop")
    status = item["status"]
    assert (status["failures"], status["upgradeFailures"], status["lastHandledResetAt"]) == (1, 1, "T6")
    assert condition(item, "Stalled") is None
    world.until(lambda: condition(world.get("HelmRelease", "api", "shop"), "Stalled") is not None)


def test_a_release_in_sync_is_upgraded_when_it_is_forced_and_only_once(world: SmallWorld) -> None:
    def version() -> int:
        return int(world.get("HelmRelease", "api", "shop")["status"]["history"][0]["version"])

    before = version()
    for token, more in (("T1", {"force": "forceAt"}), ("T2", {})):
        world.request("HelmRelease", "api", token, "shop", **more)
        world.until(lambda token=token: world.handled("HelmRelease", "api", "shop") == token)
        assert version() == before + 1


@pytest.mark.parametrize(
    ("upgrade", "failures"), [({"remediation": {"retries": 1}}, 1), (RETRY, None)], ids=["counted on", "retry only"]
)
def test_the_counters_of_a_release_that_got_over_its_failures(
    world: SmallWorld, upgrade: Object, failures: int | None
) -> None:
    world.push("strategy", apps__release=release("1.9.1", upgrade=upgrade))
    world.settle()
    world.patch("HelmRelease", "api", {"status": {"failures": 1}}, "helm-controller", "shop")
    world.request("HelmRelease", "api", "T1", "shop", force="forceAt")
    world.until(lambda: world.handled("HelmRelease", "api", "shop") == "T1")
    assert world.is_ready("HelmRelease", "api", "shop")
    assert world.get("HelmRelease", "api", "shop")["status"].get("failures") == failures


def test_a_repository_that_is_gone_keeps_its_chart_and_release_waiting(world: SmallWorld) -> None:
    gone = [
        helm_repository("old", "https://charts.retired.example.com/stable"),
        helm_release("cache", "shop", "redis@21.2.6", "old"),
    ]
    world.push("redis", infra__cache=text_of(gone))
    world.until(lambda: world.store.get(Key("HelmRelease", "shop", "cache")) is not None)
    world.until(lambda: world.ready("HelmRelease", "cache", "shop")[1] == "SourceNotReady")
    missing = "no artifact available for HelmRepository source 'old'"
    waits = f"HelmChart 'flux-system/shop-cache' is not ready: {missing}"
    world.until(lambda: world.ready("HelmRelease", "cache", "shop")[2] == waits)
    assert world.ready("HelmRepository", "old")[1] == "Failed"
    assert "no such host" in world.ready("HelmRepository", "old")[2]
    assert world.ready("HelmChart", "shop-cache")[1:] == ("NoSourceArtifact", missing)


def test_a_deleted_kustomization_prunes_what_it_applied_unless_it_is_suspended(world: SmallWorld) -> None:
    world.patch("Kustomization", "tenants", {"spec": {"suspend": True}}, "flux")
    world.cluster.delete(Key("Kustomization", "flux-system", "tenants"))
    world.cluster.delete(Key("Kustomization", "flux-system", "apps"))
    assert "deletionTimestamp" in world.get("Kustomization", "apps")["metadata"]
    assert world.get("Kustomization", "apps")["metadata"]["generation"] == 2
    gone = (
        ("Kustomization", "flux-system", "tenants"),
        ("Kustomization", "flux-system", "apps"),
        ("HelmRelease", "shop", "api"),
        ("HelmChart", "flux-system", "shop-api"),
        ("Deployment", "shop", "api"),
    )
    world.until(lambda: all(world.store.get(Key(*one)) is None for one in gone), seconds=30)
    assert world.store.get(Key("Deployment", "acme", "acme")) is not None
    assert ("ReconciliationSucceeded", "HelmRelease/shop/api deleted") in world.events("apps")
    assert {"UninstallSucceeded", "HelmChartDeleted"} <= {reason for reason, _ in world.events("api")}


def test_controllers_log_json_lines_that_name_the_object_and_the_run(world: SmallWorld) -> None:
    lines = [json.loads(line.text) for line in world.cluster.logs.lines("kustomize-controller")]
    done = [line for line in lines if line["name"] == "apps" and line["msg"].startswith("Reconciliation finished")]
    assert done[0] | {"level": "info", "controllerKind": "Kustomization", "namespace": "flux-system"} == done[0]
    assert done[0]["revision"].startswith("main@sha1:")
    runs = {line["reconcileID"] for line in lines if line["name"] == "apps"}
    assert done[0]["reconcileID"] in runs
    assert len(runs) > 1
    world.push("bad", apps__release=release("1.9.2", upgrade=RETRY))
    world.until(lambda: world.ready("Kustomization", "apps")[1] == "HealthCheckFailed")
    failed = json.loads(
        next(line.text for line in world.cluster.logs.lines("kustomize-controller") if '"level":"error"' in line.text)
    )
    assert failed["error"].startswith("health check failed")
    assert API not in failed["error"]


def test_events_are_forgotten_after_an_hour(world: SmallWorld) -> None:
    world.settle(2 * 3600)
    oldest = min(event["lastTimestamp"] for event in world.store.all("Event"))
    assert oldest >= "2026-11-21T13:00:00Z"


def test_the_same_seed_and_the_same_calls_make_the_same_cluster(tmp_path: Path) -> None:
    def live(folder: str) -> SmallWorld:
        made = SmallWorld(tmp_path / folder)
        made.settle(60)
        made.request("GitRepository", "flux-system", "T8")
        made.settle(300)
        return made

    first, second = live("a"), live("b")
    for kind in first.cluster.types:
        assert first.store.all(kind) == second.store.all(kind)
    assert first.cluster.logs.lines("kustomize-controller") == second.cluster.logs.lines("kustomize-controller")
