"""Manifests as people write them into a fleet repository, with only what differs from one to the next."""

from typing import Any

from tui.demo.resources import TYPES, Object

FLUX_NAMESPACE = "flux-system"


def manifest(kind: str, name: str, namespace: str = FLUX_NAMESPACE, **fields: Any) -> Object:
    """Any object.

    Args:
        kind: Its kind.
        name: Its name.
        namespace: Its namespace, empty for a cluster-scoped object.
        **fields: `spec`, `data` and so on; `labels` and `annotations` go into the metadata.

    Returns:
        The manifest.
    """
    metadata: Object = {"name": name, "namespace": namespace} if namespace else {"name": name}
    for field in ("labels", "annotations"):
        if field in fields:
            metadata[field] = fields.pop(field)
    return {"apiVersion": TYPES[kind].api_version, "kind": kind, "metadata": metadata, **fields}


def kustomization(name: str, path: str, *depends: str, **spec: Any) -> Object:
    """A Kustomization in the Flux namespace.

    Args:
        name: Its name.
        path: Where its manifests are in the repository.
        *depends: Names of Kustomizations that must be ready first.
        **spec: What differs from the house's defaults.

    Returns:
        The manifest.
    """
    body: Object = {"dependsOn": [{"name": other} for other in depends]} if depends else {}
    body |= {
        "interval": "10m",
        "retryInterval": "2m",
        "timeout": "3m",
        "path": path,
        "prune": True,
        "sourceRef": {"kind": "GitRepository", "name": FLUX_NAMESPACE},
    }
    return manifest("Kustomization", name, spec=body | spec)


def helm_repository(name: str, url: str, namespace: str = FLUX_NAMESPACE) -> Object:
    """A HelmRepository; one of type `oci` where the URL says so.

    Args:
        name: Its name.
        url: Where the charts are.
        namespace: Its namespace.

    Returns:
        The manifest.
    """
    spec: Object = {"interval": "30m", "url": url}
    if url.startswith("oci://"):
        spec["type"] = "oci"
    return manifest("HelmRepository", name, namespace, spec=spec)


def helm_release(name: str, namespace: str, chart: str, repository: str = "", **spec: Any) -> Object:
    """A HelmRelease.

    Args:
        name: Its name.
        namespace: Its namespace.
        chart: `chart@version`, or the name of an OCIRepository in the Flux namespace.
        repository: The HelmRepository in the Flux namespace (`namespace/name` for another), empty for an OCIRepository.
        **spec: Everything else.

    Returns:
        The manifest.
    """
    body: Object = {"interval": "15m", "timeout": "2m"}
    if repository:
        chart_name, _, version = chart.partition("@")
        source_namespace, _, source = repository.rpartition("/")
        source_ref = {"kind": "HelmRepository", "name": source, "namespace": source_namespace or FLUX_NAMESPACE}
        body["chart"] = {"spec": {"chart": chart_name, "version": version, "sourceRef": source_ref}}
    else:
        body["chartRef"] = {"kind": "OCIRepository", "name": chart, "namespace": FLUX_NAMESPACE}
    return manifest("HelmRelease", name, namespace, spec=body | spec)


def deployment(name: str, namespace: str, image: str, **labels: str) -> Object:
    """A Deployment of one pod.

    Args:
        name: Its name, which is also its `app` label.
        namespace: Its namespace.
        image: The image of its only container.
        **labels: More labels, `_` for `-`.

    Returns:
        The manifest.
    """
    return manifest(
        "Deployment",
        name,
        namespace,
        labels={"app": name} | labels,
        spec={
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": name, "image": image}]},
            },
        },
    )


def service(name: str, namespace: str) -> Object:
    """A Service in front of the Deployment of the same name.

    Args:
        name: Its name.
        namespace: Its namespace.

    Returns:
        The manifest.
    """
    return manifest("Service", name, namespace, spec={"selector": {"app": name}, "ports": [{"port": 80}]})


def config_map(name: str, namespace: str, **data: str) -> Object:
    """A ConfigMap.

    Args:
        name: Its name.
        namespace: Its namespace.
        **data: Its content.

    Returns:
        The manifest.
    """
    return manifest("ConfigMap", name, namespace, data=data)


def namespaces(*names: str) -> list[Object]:
    """Namespaces.

    Args:
        *names: Their names.

    Returns:
        One manifest each.
    """
    return [manifest("Namespace", name, "") for name in names]


_CONTROLLERS = (
    ("source-controller", "v1.7.3"),
    ("kustomize-controller", "v1.7.2"),
    ("helm-controller", "v1.4.3"),
    ("notification-controller", "v1.7.4"),
    ("image-reflector-controller", "v1.0.3"),
    ("image-automation-controller", "v1.0.3"),
    ("source-watcher", "v2.0.2"),
)


def flux_controllers(context: str) -> list[Object]:
    """The Deployments of Flux's controllers, as `flux install` makes them.

    Args:
        context: The context; ap-south and lab have only the default components.

    Returns:
        The manifests, labelled as the flux CLI expects them.
    """
    wanted = _CONTROLLERS if context in ("eu-west", "us-east") else _CONTROLLERS[:4]
    found = []
    for name, version in wanted:
        item = deployment(name, FLUX_NAMESPACE, f"ghcr.io/fluxcd/{name}:{version}")
        item["metadata"]["labels"] |= {
            "app.kubernetes.io/component": name,
            "app.kubernetes.io/instance": FLUX_NAMESPACE,
            "app.kubernetes.io/part-of": "flux",
            "app.kubernetes.io/version": "v2.7.5",
            "control-plane": "controller",
        }
        item["spec"]["template"]["spec"]["containers"][0]["name"] = "manager"
        found.append(item)
    return found
