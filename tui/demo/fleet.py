"""The fleet repository: what stands in it, file by file, when it is first committed."""

from tui.demo.content import CONTEXTS, LAB, Files, listing, shared_files, text_of
from tui.demo.manifests import (
    FLUX_NAMESPACE,
    flux_controllers,
    helm_repository,
    kustomization,
    manifest,
    namespaces,
)
from tui.demo.resources import Object


def first_files() -> Files:
    """The tree of the first commit.

    Returns:
        All files.
    """
    files: Files = {"README.md": "# fleet\n\nAll clusters of the platform team. `clusters/` is where Flux starts.\n"}
    for region in CONTEXTS:
        files |= _cluster(region)
    files |= shared_files()
    return files


def sync_manifests(region: str) -> list[Object]:
    """The source and the Kustomization with which a cluster starts.

    Args:
        region: The context.

    Returns:
        Both manifests; the repository's URL is a variable, because ap-south reads from its own mirror.
    """
    source = {"interval": "1m", "ref": {"branch": "main"}, "url": "${git_server}/fleet.git"}
    substitute = {"substituteFrom": [{"kind": "ConfigMap", "name": "cluster-vars"}]}
    root = kustomization(FLUX_NAMESPACE, f"./clusters/{region}", postBuild=substitute)
    return [manifest("GitRepository", FLUX_NAMESPACE, spec=source), root]


def _cluster(region: str) -> Files:
    base = f"clusters/{region}"
    files: Files = {}
    if region != "us-east":  # flux-operator installs Flux there
        files[f"{base}/flux-system/gotk-components.yaml"] = text_of(
            [*namespaces(FLUX_NAMESPACE), *flux_controllers(region)]
        )
        files[f"{base}/flux-system/gotk-sync.yaml"] = text_of(sync_manifests(region))
        files[f"{base}/flux-system/kustomization.yaml"] = listing("gotk-components.yaml", "gotk-sync.yaml")
    files[f"{base}/system.yaml"] = text_of(_system_kustomizations())
    if region == LAB:
        return files
    short = region.partition("-")[0]
    files[f"{base}/infra.yaml"] = text_of(_infra_kustomizations(region))
    files[f"{base}/apps.yaml"] = text_of(
        [kustomization("apps", f"./apps/{region}", "infra-config", timeout="30s", wait=True)]
    )
    files[f"{base}/tenants.yaml"] = text_of(_tenant_kustomizations(region, short))
    files[f"{base}/notifications.yaml"] = text_of(_notifications())
    files[f"{base}/charts.yaml"] = text_of(_chart_sources())
    if region != "ap-south":
        files[f"{base}/images.yaml"] = text_of(_images())
    if region == "eu-west":
        files[f"{base}/artifacts.yaml"] = text_of(_artifacts())
    return files


def _system_kustomizations() -> list[Object]:
    return [
        kustomization("kube-system", "./kube-system/core", wait=True),
        kustomization("kube-addons", "./kube-system/addons", "kube-system"),
    ]


def _infra_kustomizations(region: str) -> list[Object]:
    items = [
        kustomization("infra", "./infra/controllers", "kube-addons", wait=True),
        kustomization("infra-config", "./infra/config", "infra"),
        kustomization("monitoring", f"./monitoring/{region}", "kube-addons"),
    ]
    if region == "ap-south":
        slow = {"timeout": "30m", "retryInterval": "1m", "wait": True}
        items.append(kustomization("search", "./apps/search", "infra-config", **slow))
    return items


def _tenant_kustomizations(region: str, short: str) -> list[Object]:
    items = [
        kustomization(f"tenants-{short}", f"./tenants/{region}", "apps"),
        kustomization(f"tenants-{short}-jobs", "./tenants/jobs", f"tenants-{short}"),
    ]
    if region == "eu-west":
        items.append(kustomization("tenants-prod", "./tenants/prod", "infra-config"))
        items.append(kustomization("tenants-eu-reports", "./tenants/reports", "tenants-eu-jobs"))
    if region == "us-east":
        items.append(kustomization("tenants-batch", "./tenants/batch"))
    return items


def _notifications() -> list[Object]:
    everything = [{"kind": kind, "name": "*"} for kind in ("Kustomization", "HelmRelease")]
    slack = {"type": "slack", "channel": "platform-alerts", "secretRef": {"name": "slack-token"}}
    hook = {
        "type": "github",
        "events": ["ping", "push"],
        "secretRef": {"name": "webhook-token"},
        "resources": [{"kind": "GitRepository", "name": FLUX_NAMESPACE}],
    }
    return [
        manifest("Provider", "slack", spec=slack),
        manifest("Provider", "github-status", spec={"type": "github", "address": "https://git.example.com/platform"}),
        manifest(
            "Alert",
            "on-call",
            spec={"providerRef": {"name": "slack"}, "eventSeverity": "error", "eventSources": everything},
        ),
        manifest(
            "Alert", "commit-status", spec={"providerRef": {"name": "github-status"}, "eventSources": everything[:1]}
        ),
        manifest("Receiver", "fleet-push", spec=hook),
    ]


def _chart_sources() -> list[Object]:
    return [
        helm_repository("jetstack", "https://charts.jetstack.example.com"),
        helm_repository("ingress", "https://kubernetes.github.example.com/ingress-nginx"),
        helm_repository("metrics", "https://kubernetes-sigs.github.example.com/metrics-server"),
        helm_repository("prometheus-community", "https://prometheus-community.github.example.com/helm-charts"),
        helm_repository("grafana", "https://grafana.github.example.com/helm-charts"),
        helm_repository("shop", "oci://registry.example.com/charts"),
        manifest(
            "OCIRepository",
            "external-dns",
            spec={"interval": "30m", "url": "oci://registry.example.com/charts/external-dns", "ref": {"tag": "1.19.0"}},
        ),
        manifest(
            "GitRepository",
            "platform",
            spec={"interval": "5m", "ref": {"tag": "v1.4.0"}, "url": "${git_server}/fleet.git"},
        ),
    ]


def _images() -> list[Object]:
    git = {
        "checkout": {"ref": {"branch": "main"}},
        "commit": {"author": {"name": "fluxcdbot", "email": "flux@example.com"}, "messageTemplate": "Update images"},
        "push": {"branch": "image-updates"},
    }
    return [
        manifest("ImageRepository", "web", spec={"image": "registry.example.com/shop/web", "interval": "10m"}),
        manifest(
            "ImagePolicy",
            "web",
            spec={"imageRepositoryRef": {"name": "web"}, "policy": {"semver": {"range": ">=4.0.0 <5.0.0"}}},
        ),
        manifest(
            "ImageUpdateAutomation",
            "web",
            spec={"interval": "30m", "sourceRef": {"kind": "GitRepository", "name": FLUX_NAMESPACE}, "git": git},
        ),
    ]


def _artifacts() -> list[Object]:
    outputs = [
        {"name": name, "copy": [{"from": f"@fleet/{path}/**", "to": "@artifact/"}]}
        for name, path in (("fleet-tenants", "tenants"), ("fleet-monitoring", "monitoring"))
    ]
    sources = [{"alias": "fleet", "kind": "GitRepository", "name": FLUX_NAMESPACE}]
    return [manifest("ArtifactGenerator", "fleet-parts", spec={"sources": sources, "artifacts": outputs})]
