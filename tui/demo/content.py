"""The folders of the fleet repository that clusters share: what they run."""

from collections.abc import Iterable

import yaml

from tui.demo.manifests import config_map, deployment, helm_release, helm_repository, manifest, namespaces, service
from tui.demo.resources import Object

REGIONS = ("eu-west", "us-east", "ap-south")
"""The contexts with a full fleet."""

LAB = "lab"
"""The context whose credentials are refused: behind it is a small cluster."""

CONTEXTS = (*REGIONS, LAB)

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

Files = dict[str, str]
"""Path → content."""


def text_of(items: Iterable[Object]) -> str:
    """Write manifests as one YAML file.

    Args:
        items: The manifests.

    Returns:
        The text, documents separated by `---`.
    """
    return yaml.dump_all(items, Dumper=_DUMPER, sort_keys=False, default_flow_style=False, width=120)


def listing(*names: str) -> str:
    """Write a kustomization.yaml.

    Args:
        *names: The files and folders that belong to it.

    Returns:
        The text.
    """
    return text_of([{"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": [*names]}])


def shared_files() -> Files:
    """All files outside `clusters/`.

    Returns:
        Path → content.
    """
    return _kube_system() | _infra() | _apps() | _tenants() | _monitoring()


def _kube_system() -> Files:
    return {
        "kube-system/core/config.yaml": text_of(
            [*namespaces("kube-system"), config_map("cluster-info", "kube-system", owner="platform")]
        ),
        "kube-system/core/dns.yaml": text_of(
            [
                deployment("coredns", "kube-system", "registry.k8s.io/coredns/coredns:v1.12.4"),
                service("coredns", "kube-system"),
            ]
        ),
        "kube-system/addons/reloader.yaml": text_of(
            [deployment("reloader", "kube-system", "ghcr.io/stakater/reloader:v1.4.7")]
        ),
    }


def _infra() -> Files:
    ready = {"replicaCount": 2}
    return {
        "infra/controllers/namespaces.yaml": text_of(namespaces("cert-manager", "ingress", "dns")),
        "infra/controllers/cert-manager.yaml": text_of(
            [helm_release("cert-manager", "cert-manager", "cert-manager@1.18.x", "jetstack", values={"crds": True})]
        ),
        "infra/controllers/ingress-nginx.yaml": text_of(
            [helm_release("ingress-nginx", "ingress", "ingress-nginx@4.12.3", "ingress", values=ready)]
        ),
        "infra/controllers/external-dns.yaml": text_of([helm_release("external-dns", "dns", "external-dns")]),
        "infra/config/limits.yaml": text_of([config_map("limits", "ingress", rate="100", burst="200")]),
        "infra/config/issuers.yaml": text_of([config_map("issuers", "cert-manager", acme="https://acme.example.com")]),
    }


def _apps() -> Files:
    files: Files = {
        "apps/base/namespace.yaml": text_of(namespaces("shop")),
        "apps/base/web.yaml": text_of(
            [helm_release("web", "shop", "web@3.2.0", "shop", values={"image": {"tag": "4.1.0"}, "memory": "256Mi"})]
        ),
        "apps/base/worker.yaml": text_of(
            [
                deployment("worker", "shop", "registry.example.com/shop/worker:2.7.1"),
                config_map("worker", "shop", queue="orders", threads="8"),
            ]
        ),
        "apps/base/kustomization.yaml": listing("namespace.yaml", "web.yaml", "worker.yaml"),
        "apps/search/namespace.yaml": text_of(namespaces("search")),
        "apps/search/index.yaml": text_of(
            [
                deployment("index", "search", "registry.example.com/search/index:6.9.4"),
                service("index", "search"),
            ]
        ),
    }
    for region in REGIONS:
        api = helm_release(
            "api",
            "shop",
            "api@2.4.1",
            "shop",
            timeout="25s",
            upgrade={"strategy": {"name": "RetryOnFailure", "retryInterval": "3m"}},
            values={"image": {"repository": "registry.example.com/shop/api", "tag": "1.9.0"}, "region": region},
        )
        files[f"apps/{region}/api/release.yaml"] = text_of([api])
        files[f"apps/{region}/kustomization.yaml"] = listing("../base", "api/release.yaml")
    return files


def _tenant(name: str, image: str, **data: str) -> list[Object]:
    return [
        *namespaces(name),
        config_map("quota", name, **data),
        deployment(f"{name}-app", name, f"registry.example.com/tenants/{image}"),
    ]


def _tenants() -> Files:
    inputs = [{"tenant": "hooli", "cpu": "4"}, {"tenant": "vandelay", "cpu": "2"}]
    template = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "<< inputs.tenant >>"}},
        config_map("quota", "<< inputs.tenant >>", cpu="<< inputs.cpu >>"),
    ]
    operator = [
        manifest(
            "ResourceSetInputProvider",
            "tenant-requests",
            annotations={"fluxcd.controlplane.io/reconcileEvery": "10m"},
            spec={"type": "Static", "defaultValues": {"tier": "silver"}},
        ),
        manifest(
            "ResourceSet",
            "tenants",
            annotations={"fluxcd.controlplane.io/reconcileEvery": "30m"},
            spec={"inputs": inputs, "resources": template},
        ),
    ]
    return {
        "tenants/eu-west/acme.yaml": text_of(_tenant("acme", "acme:5.3.0", cpu="4", memory="8Gi")),
        "tenants/eu-west/initech.yaml": text_of(_tenant("initech", "initech:1.0.9", cpu="2", memory="4Gi")),
        "tenants/us-east/globex.yaml": text_of(_tenant("globex", "globex:8.8.1", cpu="8", memory="16Gi")),
        "tenants/us-east/resourceset.yaml": text_of(operator),
        "tenants/ap-south/payments.yaml": text_of(
            [
                *_tenant("payments", "payments:3.0.4", cpu="4", memory="8Gi"),
                helm_release("ledger", "payments", "ledger@0.9.4", "shop", values={"image": {"tag": "0.9.4"}}),
            ]
        ),
        "tenants/prod/umbrella.yaml": text_of(_tenant("umbrella", "umbrella:2.2.0", cpu="16", memory="64Gi")),
        "tenants/batch/stark.yaml": text_of(_tenant("stark", "stark:0.4.2", cpu="32", memory="128Gi")),
        "tenants/jobs/cleanup.yaml": text_of(
            [*namespaces("jobs"), config_map("cleanup", "jobs", schedule="15 3 * * *")]
        ),
        "tenants/reports/nightly.yaml": text_of(
            [*namespaces("reports"), config_map("nightly", "reports", to="finance@example.com")]
        ),
    }


def retired_charts() -> str:
    """A release whose charts come from a host that is gone, as somebody adds it to a tenant.

    Returns:
        The YAML of the HelmRepository and the HelmRelease.
    """
    values = {"architecture": "standalone"}
    return text_of(
        [
            helm_repository("acme", "https://charts.retired.example.com/stable", "globex"),
            helm_release("sessions", "globex", "redis@21.2.6", "globex/acme", values=values),
        ]
    )


def _monitoring() -> Files:
    files: Files = {
        "monitoring/base/namespace.yaml": text_of(namespaces("monitoring")),
        "monitoring/base/prometheus.yaml": text_of(
            [
                helm_release(
                    "kube-prometheus-stack",
                    "monitoring",
                    "kube-prometheus-stack@75.9.0",
                    "prometheus-community",
                    driftDetection={"mode": "enabled"},
                ),
                helm_release("metrics-server", "monitoring", "metrics-server@3.12.2", "metrics"),
            ]
        ),
        "monitoring/base/kustomization.yaml": listing("namespace.yaml", "prometheus.yaml"),
    }
    for region in REGIONS:
        loki = helm_release(
            "loki",
            "monitoring",
            "loki@6.30.1",
            "grafana",
            dependsOn=[{"name": "kube-prometheus-stack"}],
            timeout="30s",
            upgrade={"remediation": {"retries": 2}},
            values={"image": {"tag": "3.5.1"}},
        )
        files[f"monitoring/{region}/loki.yaml"] = text_of([loki])
        files[f"monitoring/{region}/kustomization.yaml"] = listing("../base", "loki.yaml")
    return files
