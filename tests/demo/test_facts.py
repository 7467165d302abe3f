"""What real controllers write: conditions, Events, log lines, metadata.

So it was seen of source-controller 1.9.0, kustomize-controller 1.9.5, helm-controller 1.6.4 and notification-controller
1.9.3 over kube-apiserver 1.35. Each fact names the upstream file that makes it so.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.demo.smallworld import URL, SmallWorld, release, source
from tui.demo.content import text_of
from tui.demo.manifests import helm_release, helm_repository, kustomization, manifest
from tui.demo.objects import Entry
from tui.demo.ownership import Writer
from tui.demo.resources import Key, Object
from tui.demo.run import put_applied
from tui.demo.times import stamp
from tui.model.kinds import KINDS

Said = tuple[str, ...]


@pytest.fixture
def world(tmp_path: Path) -> SmallWorld:
    made = SmallWorld(tmp_path)
    made.until(lambda: made.store.get(Key("Kustomization", "flux-system", "tenants")) is not None)
    made.until(lambda: made.is_ready("Kustomization", "tenants"))
    made.settle(1)
    return made


def add(world: SmallWorld, item: Object) -> None:
    put_applied(world.store, item, Writer("flux", "Apply", stamp(world.cluster.now)))


def conditions(item: Object) -> dict[str, tuple[str, str, str]]:
    """Status, reason and message of each condition, in the order of the status."""
    found = item.get("status", {}).get("conditions", ())
    return {one["type"]: (one["status"], one["reason"], one["message"]) for one in found}


def steps(world: SmallWorld, kind: str, name: str) -> list[Said]:
    """The messages of Reconciling and Ready, each time that one changes from now on."""
    seen: list[Said] = []

    def note(entry: Entry) -> None:
        if (entry.key.kind, entry.key.name) == (kind, name):
            now = conditions(entry.object)
            said = tuple(" ".join(now[one][1:]) if one in now else "" for one in ("Reconciling", "Ready"))
            if not seen or seen[-1] != said:
                seen.append(said)

    world.store.listeners.append(note)
    return seen


def lines(world: SmallWorld, controller: str, name: str) -> list[tuple[str, str]]:
    """Message and error of each line about an object."""
    found = [json.loads(line.text) for line in world.cluster.logs.lines(controller)]
    return [(line["msg"], line.get("error", "")) for line in found if line.get("name") == name]


def test_a_new_source(world: SmallWorld) -> None:
    """source-controller internal/controller/gitrepository_controller.go, reconcile and reconcileStorage."""
    seen = steps(world, "GitRepository", "second")
    add(world, source("second"))
    world.settle(10)
    revision = world.repository.resolve({"branch": "main"})[1]
    new = f"building artifact: new upstream revision '{revision}'"
    assert [one for one in seen if one != ("", "")] == [
        tuple(f"Progressing {text}" for text in (told, told))
        for told in ("processing object: new generation -1 -> 1", "building artifact", new)
    ] + [("", f"Succeeded stored artifact for revision '{revision}'")]
    item = world.get("GitRepository", "second")
    assert list(conditions(item)) == ["Ready", "ArtifactInStorage"]
    assert item["metadata"]["finalizers"] == ["finalizers.fluxcd.io"]
    assert "url" not in item["status"]


def test_a_request_of_a_source_without_news(world: SmallWorld) -> None:
    """internal/controller/gitrepository_controller.go: Ready is left alone; what is a trace is logged too."""
    seen = steps(world, "GitRepository", "flux-system")
    before = conditions(world.get("GitRepository", "flux-system"))["Ready"]
    world.request("GitRepository", "flux-system", "T1")
    world.until(lambda: world.handled("GitRepository", "flux-system") == "T1")
    ready = f"{before[1]} {before[2]}"
    assert seen == [("", ready), ("Progressing reconciliation in progress", ready), ("", ready)]
    revision = world.get("GitRepository", "flux-system")["status"]["artifact"]["revision"]
    told = f"no changes since last reconciliation: observed revision '{revision}'"
    assert ("GitOperationSucceeded", told) in world.events("flux-system")
    assert (told, "") in lines(world, "source-controller", "flux-system")


def test_a_source_that_fails_and_recovers(world: SmallWorld) -> None:
    """internal/controller/gitrepository_controller.go, reconcileSource and notify; internal/reconcile/summarize."""
    world.patch("GitRepository", "flux-system", {"spec": {"url": f"{URL}.gone"}}, "flux")
    world.until(lambda: world.ready("GitRepository", "flux-system")[0] == "False")
    item = world.get("GitRepository", "flux-system")
    why = f"failed to checkout and determine revision: unable to list remote for '{URL}.gone': repository not found: "
    assert list(conditions(item)) == ["Reconciling", "Ready", "ArtifactInStorage", "FetchFailed"]
    retrying = ("True", "ProgressingWithRetry", "processing object: new generation 1 -> 2")
    assert conditions(item)["Reconciling"] == retrying
    assert conditions(item)["FetchFailed"] == ("True", "GitOperationFailed", why)
    assert item["status"]["observedGeneration"] == 1
    world.patch("GitRepository", "flux-system", {"spec": {"url": URL}}, "flux")
    world.until(lambda: world.is_ready("GitRepository", "flux-system"))
    revision = item["status"]["artifact"]["revision"]
    assert world.ready("GitRepository", "flux-system")[1:] == (
        "Succeeded",
        f"stored artifact for revision '{revision}'",
    )
    assert ("Succeeded", f"stored artifact for commit '{revision}'") in world.events("flux-system")
    assert "FetchFailed" not in conditions(world.get("GitRepository", "flux-system"))


@pytest.mark.parametrize(
    ("item", "conditions_", "line"),
    [
        (
            source("fails", url="http://127.0.0.1:8418/none.git"),
            {
                "Reconciling": ("True", "ProgressingWithRetry", "building artifact"),
                "FetchFailed": (
                    "True",
                    "GitOperationFailed",
                    "failed to checkout and determine revision: unable to clone "
                    "'http://127.0.0.1:8418/none.git': repository not found: ",
                ),
            },
            "Reconciler error",
        ),  # internal/controller/gitrepository_controller.go
        (
            source("fails", ref={"branch": "nope"}),
            {
                "FetchFailed": (
                    "True",
                    "GitOperationFailed",
                    'failed to checkout and determine revision: couldn\'t find remote ref "refs/heads/nope"',
                )
            },
            "Reconciler error",
        ),
        (
            helm_repository("fails", "https://charts.retired.example.com/stable"),
            {
                "Reconciling": ("True", "ProgressingWithRetry", "building artifact"),
                "FetchFailed": (
                    "True",
                    "Failed",
                    "failed to fetch Helm repository index: failed to cache index to temporary file: "
                    'Get "https://charts.retired.example.com/stable/index.yaml": dial tcp: lookup '
                    "charts.retired.example.com on 10.96.0.10:53: no such host",
                ),
            },
            "Reconciler error",
        ),  # internal/controller/helmrepository_controller.go, reconcileSource: meta.FailedReason
        (
            manifest(
                "HelmChart", "fails", spec={"chart": "x", "sourceRef": {"kind": "HelmRepository", "name": "gone"}}
            ),
            {
                "Reconciling": ("True", "ProgressingWithRetry", "building artifact"),
                "FetchFailed": (
                    "True",
                    "SourceUnavailable",
                    'failed to get source: HelmRepository.source.toolkit.fluxcd.io "gone" not found',
                ),
            },
            "Reconciler error",
        ),  # internal/controller/helmchart_controller.go; controller-runtime pkg/cache/internal/cache_reader.go
        (
            manifest(
                "HelmChart", "fails", spec={"chart": "x", "sourceRef": {"kind": "HelmRepository", "name": "shop"}}
            ),
            {
                "Stalled": (
                    "True",
                    "InvalidChartReference",
                    "invalid chart reference: failed to get chart version for remote reference: no chart name found",
                ),
                "FetchFailed": (
                    "True",
                    "InvalidChartReference",
                    "invalid chart reference: failed to get chart version for remote reference: no chart name found",
                ),
            },
            "reconciliation stalled",
        ),  # internal/helm/chart/errors.go, internal/reconcile/summarize/processor.go
    ],
    ids=["Git repository", "Git branch", "Helm repository", "chart without source", "no such chart"],
)
def test_a_source_that_can_not_be_had(
    world: SmallWorld, item: Object, conditions_: dict[str, tuple[str, str, str]], line: str
) -> None:
    kind, name = item["kind"], "fails"
    add(world, item | {"spec": {"interval": "10m", **item["spec"]}})
    world.until(lambda: world.ready(kind, name)[0] == "False")
    found = conditions(world.get(kind, name))
    assert found | conditions_ == found
    assert found["Ready"] == ("False", *found["FetchFailed"][1:])
    assert ("Stalled" in found) is ("Reconciling" not in found)
    is_observed = world.get(kind, name)["status"]["observedGeneration"] == 1
    assert is_observed is ("Stalled" in found)
    assert world.ready(kind, name)[1:] in world.events(name)
    assert (line, found["Ready"][2]) in lines(world, "source-controller", name)


def test_the_url_of_a_source_is_where_its_newest_artifact_is(world: SmallWorld) -> None:
    """api/v1/helmchart_types.go, helmrepository_types.go: `status.url`, the dynamic fetch link."""
    add(world, helm_repository("more", "https://charts.example.com/stable"))
    world.until(lambda: world.is_ready("HelmRepository", "more"))
    url = "http://source-controller.flux-system.svc.cluster.local./helmrepository/flux-system/more/index.yaml"
    assert world.get("HelmRepository", "more")["status"]["url"] == url
    assert world.get("HelmChart", "shop-api")["status"]["url"].endswith("/shop-api/latest.tar.gz")


@pytest.mark.parametrize(
    ("kind", "name", "namespace", "line", "observed"),
    [
        ("GitRepository", "flux-system", "flux-system", "reconciliation is suspended for this object", True),
        ("HelmChart", "shop-api", "flux-system", "Reconciliation is suspended for this object", True),
        ("HelmRelease", "api", "shop", "reconciliation is suspended for this object", True),
        ("Kustomization", "infra", "flux-system", "Reconciliation is suspended for this object", True),
        ("Kustomization", "fails", "flux-system", "Reconciliation is suspended for this object", False),
    ],
    ids=str,
)
def test_what_a_suspended_object_still_notes(
    world: SmallWorld, kind: str, name: str, namespace: str, line: str, observed: bool
) -> None:
    """Each controller's internal/controller/*_controller.go, Reconcile: before or after what patches the status."""
    add(world, kustomization("fails", "./nowhere"))
    world.until(lambda: world.ready("Kustomization", "fails")[0] == "False")
    world.patch(kind, name, {"spec": {"suspend": True}}, "flux", namespace)
    world.request(kind, name, "T1", namespace)
    world.until(lambda: world.handled(kind, name, namespace) == "T1")
    controller = KINDS[kind].controller
    assert (line, "") in lines(world, controller, name)
    assert (world.get(kind, name, namespace)["status"]["observedGeneration"] == 2) is observed


@pytest.mark.parametrize(
    ("spec", "reason", "message", "line"),
    [
        (
            {"sourceRef": {"kind": "GitRepository", "name": "gone"}},
            "ArtifactFailed",
            'GitRepository.source.toolkit.fluxcd.io "gone" not found',
            "Source 'GitRepository/gone' not found",
        ),
        (
            {"postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "gone"}]}},
            "BuildFailed",
            "post build failed for 'Namespace.v1.[noGrp]/shop': "
            "substitute from 'ConfigMap/gone' error: configmaps \"gone\" not found",
            "Reconciliation failed after",
        ),
        (
            {"dependsOn": [{"name": "gone"}]},
            "DependencyNotReady",
            "dependency 'flux-system/gone' not found: kustomizations.kustomize.toolkit.fluxcd.io \"gone\" not found",
            "Dependencies do not meet ready condition, retrying in",
        ),
    ],
    ids=["no source", "no variables", "no dependency"],
)
def test_a_kustomization_that_can_not_begin(
    world: SmallWorld, spec: dict[str, Any], reason: str, message: str, line: str
) -> None:
    """kustomize-controller internal/controller/kustomization_controller.go; fluxcd/pkg kustomize/varsub.go."""
    add(world, kustomization("fails", "./infra", **spec))
    world.until(lambda: world.ready("Kustomization", "fails")[0] == "False")
    assert world.ready("Kustomization", "fails")[1:] == (reason, message)
    assert any(one[0].startswith(line) for one in lines(world, "kustomize-controller", "fails"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "kind: Job\nmetadata: {name: x}\napiVersion: batch/v1",
            'Job/x dry-run failed: no matches for kind "Job" in version "batch/v1"\n',
        ),
        (
            "kind: ConfigMap\nmetadata: {name: x, namespace: nowhere}\napiVersion: v1",
            'ConfigMap/nowhere/x not found: namespaces "nowhere" not found\n',
        ),
    ],
    ids=["no such kind", "no such namespace"],
)
def test_what_can_not_be_applied(world: SmallWorld, content: str, message: str) -> None:
    """fluxcd/pkg ssa/errors/dry_run.go; the error ends with a newline, as does the Event."""
    world.tree["infra/broken.yaml"] = content
    world.push("break it")
    world.until(lambda: world.ready("Kustomization", "infra")[1] == "ReconciliationFailed")
    assert world.ready("Kustomization", "infra")[2] == message
    assert ("ReconciliationFailed", message) in world.events("infra")


@pytest.mark.parametrize(("timeout", "waited"), [("5s", "30.0"), ("40s", "40.0")], ids=["the least", "as declared"])
def test_health_is_waited_for_half_a_minute_at_least(world: SmallWorld, timeout: str, waited: str) -> None:
    """kustomize-controller api/v1/kustomization_types.go, GetTimeout; each failure has its own duration and Event."""
    world.push(
        "bad",
        apps__release=release("1.9.2", upgrade={"strategy": {"name": "RetryOnFailure", "retryInterval": "1m"}}),
        clusters__apps=text_of([kustomization("apps", "./apps", "infra", wait=True, timeout=timeout)]),
    )
    world.until(lambda: world.ready("Kustomization", "apps")[1] == "HealthCheckFailed")
    first = world.ready("Kustomization", "apps")[2]
    assert first.startswith(f"health check failed after {waited}")
    history = world.get("Kustomization", "apps")["status"]["history"]
    world.until(lambda: world.get("Kustomization", "apps")["status"]["history"] != history)
    world.until(lambda: world.ready("Kustomization", "apps")[1] == "HealthCheckFailed")
    second = world.ready("Kustomization", "apps")[2]
    assert second != first
    assert {("HealthCheckFailed", first), ("HealthCheckFailed", second)} <= set(world.events("apps"))


def test_what_is_pruned_is_logged(world: SmallWorld) -> None:
    """kustomize-controller internal/controller/kustomization_controller.go, prune."""
    world.push("more", tenants__more=text_of([manifest("ConfigMap", "more", "default", data={})]))
    world.until(lambda: world.store.get(Key("ConfigMap", "default", "more")) is not None)
    del world.tree["tenants/more.yaml"]
    world.push("less")
    world.until(lambda: world.store.get(Key("ConfigMap", "default", "more")) is None)
    told = "garbage collection completed: ConfigMap/default/more deleted"
    assert (told, "") in lines(world, "kustomize-controller", "tenants")


def test_what_the_api_server_fills_in(world: SmallWorld) -> None:
    """config/crd/bases/*.yaml of each controller."""
    chart = world.get("HelmRelease", "api", "shop")["spec"]["chart"]["spec"]
    assert (chart["reconcileStrategy"], chart["version"]) == ("ChartVersion", "2.4.1")
    add(world, helm_release("latest", "shop", "redis", "shop"))
    add(world, helm_repository("more", "https://charts.example.com/stable"))
    assert world.get("HelmRepository", "more")["spec"]["provider"] == "generic"
    owners = world.get("HelmChart", "shop-api")["metadata"]["managedFields"]
    assert [(one["manager"], one["operation"], one.get("subresource", "")) for one in owners] == [
        ("helm-controller", "Apply", ""),
        ("source-controller", "Update", ""),
        ("source-controller", "Update", "status"),
    ]
    assert list(owners[1]["fieldsV1"]["f:metadata"]["f:finalizers"]) == [".", 'v:"finalizers.fluxcd.io"']


@pytest.mark.parametrize(
    ("spec", "reason", "message", "told"),
    [
        (
            {"depends_on": "gone"},
            "DependencyNotReady",
            "unable to get 'shop/gone' dependency: helmreleases.helm.toolkit.fluxcd.io \"gone\" not found",
            ["checking 1 dependencies", "dependencies do not meet ready condition (unable to get 'shop/gone'"],
        ),
        (
            {"chartRef": {"kind": "OCIRepository", "name": "gone"}},
            "ArtifactFailed",
            'could not get Source object: OCIRepository.source.toolkit.fluxcd.io "gone" not found',
            ["Reconciler error"],
        ),
    ],
    ids=["no dependency", "no source"],
)
def test_a_release_that_can_not_begin(
    world: SmallWorld, spec: dict[str, Any], reason: str, message: str, told: list[str]
) -> None:
    """helm-controller internal/controller/helmrelease_controller.go, reconcileRelease: Reconciling is left alone."""
    depends = spec.pop("depends_on", "")
    after = {"dependsOn": [{"name": depends}]} if depends else {}
    made = helm_release("fails", "shop", "redis@21.2.6", "" if "chartRef" in spec else "shop", **spec, **after)
    add(world, made)
    world.until(lambda: world.ready("HelmRelease", "fails", "shop")[0] == "False")
    found = conditions(world.get("HelmRelease", "fails", "shop"))
    assert found["Ready"] == ("False", reason, message)
    assert found["Reconciling"] == ("True", "Progressing", "Fulfilling prerequisites")
    printed = [line for line, _ in lines(world, "helm-controller", "fails")]
    assert all(any(line.startswith(one) for line in printed) for one in told)


def test_a_release_that_runs_out_of_retries(world: SmallWorld) -> None:
    """helm-controller internal/reconcile/atomic_release.go, upgrade.go, rollback_remediation.go."""
    world.push("bad", apps__release=release("1.9.2", upgrade={"remediation": {"retries": 1}}))
    world.until(lambda: "Stalled" in conditions(world.get("HelmRelease", "api", "shop")))
    item = world.get("HelmRelease", "api", "shop")
    assert list(conditions(item)) == ["Stalled", "Ready", "Released", "Remediated"]
    assert item["status"]["observedGeneration"] == item["metadata"]["generation"]
    events = [one for one in world.store.all("Event") if one["involvedObject"]["name"] == "api"]
    told = {one["reason"]: one for one in events if one["reason"] in ("UpgradeFailed", "RollbackSucceeded")}
    released = conditions(item)["Released"][2]
    assert told["UpgradeFailed"]["message"].startswith(f"{released}\n\nLast Helm logs:\n\n")
    tokens = {one["metadata"]["annotations"]["helm.toolkit.fluxcd.io/token"] for one in told.values()}
    assert tokens == {item["status"]["lastAttemptedConfigDigest"]}, "both tell what was attempted"
    printed = lines(world, "helm-controller", "api")
    assert ("Reconciler error", "terminal error: exceeded maximum retries") in printed
    assert ("running 'rollback' action with timeout of 20s", "") in printed
    assert not any("failed to run" in line for line, _ in printed)


def test_a_release_that_is_to_be_tried_again_later(world: SmallWorld) -> None:
    """internal/reconcile/atomic_release.go, ErrRetryAfterInterval: no error, so the generation is observed."""
    world.push("bad", apps__release=release("1.9.2", upgrade={"strategy": {"name": "RetryOnFailure"}}))
    world.until(lambda: world.ready("HelmRelease", "api", "shop")[1] == "UpgradeFailed")
    item = world.get("HelmRelease", "api", "shop")
    assert conditions(item)["Reconciling"] == ("True", "ProgressingWithRetry", "retrying after 5m0s")
    assert item["status"]["observedGeneration"] == item["metadata"]["generation"]
    assert item["status"]["inventory"]["entries"], "what a failed release made is known"


def test_the_history_of_a_release_in_sync(world: SmallWorld) -> None:
    """api/v2/snapshot_types.go, Truncate: up to the release before, whose action is not known any more."""
    for tag in ("1.9.3", "1.9.4", "1.9.5"):
        world.push(tag, apps__release=release(tag))
        world.until(
            lambda tag=tag: world.get("HelmRelease", "api", "shop")["status"]["history"][0]["appVersion"] == tag  # type: ignore[misc]
        )
    history = world.get("HelmRelease", "api", "shop")["status"]["history"]
    assert [(one["version"], one["status"], one.get("action")) for one in history] == [
        (4, "deployed", "upgrade"),
        (3, "superseded", None),
    ]
    printed = [line for line, _ in lines(world, "helm-controller", "api")]
    assert "release not installed: no release in storage for object" in printed
    assert "release out-of-sync with desired state: release config values changed" in printed
    assert "release in-sync with desired state" in printed
    assert "Created HelmChart/flux-system/shop-api with SourceRef 'HelmRepository/flux-system/shop'" in printed


def test_a_receiver_says_what_it_does(world: SmallWorld) -> None:
    """notification-controller internal/controller/receiver_controller.go: no word of its being worked on."""
    seen = steps(world, "Receiver", "hook")
    add(world, manifest("Receiver", "hook", spec={"type": "generic", "resources": []}))
    world.until(lambda: world.is_ready("Receiver", "hook"))
    assert all(reconciling == "" for reconciling, _ in seen)
    assert world.get("Receiver", "hook")["spec"]["interval"] == "10m"
    world.request("Receiver", "hook", "T1")
    world.until(lambda: world.handled("Receiver", "hook") == "T1")
    path = world.get("Receiver", "hook")["status"]["webhookPath"]
    finished = "Reconciliation finished, next run in 10m0s"
    assert [line for line, _ in lines(world, "notification-controller", "hook")] == [
        f"Receiver initialized for path: {path}",
        finished,
        finished,
    ]


def test_an_object_goes_when_its_controller_lets_it(world: SmallWorld) -> None:
    """Each controller's reconcileDelete; k8s.io/apiserver registry/generic/registry/store.go raises the generation."""
    key = Key("GitRepository", "flux-system", "second")
    add(world, source("second"))
    world.until(lambda: world.is_ready("GitRepository", "second"))
    assert world.cluster.delete(key)
    item = world.get("GitRepository", "second")
    assert item["metadata"]["deletionTimestamp"]
    assert item["metadata"]["generation"] == 2
    world.until(lambda: world.store.get(key) is None, seconds=10)
    told = "garbage collected artifacts for deleted resource"
    assert ("GarbageCollectionSucceeded", told) in world.events("second")
    assert not world.cluster.delete(key)
