"""What a region's Git repository holds at first, and the objects that make its control plane a cluster with Flux."""

import json
from typing import Any

from tests.e2e.controlplane.versions import load_versions

Body = dict[str, Any]

CONTROLLERS = ("source-controller", "kustomize-controller", "helm-controller", "notification-controller")
"""Flux's own controllers."""

ROOT = "fleet"
"""The GitRepository, and the Kustomization that applies all others."""

CHAIN = ("infra", "apps", "tenants")
"""Kustomizations, each depending on the one before."""

PAUSED = "paused"
"""A Kustomization that Git declares to be suspended."""

RELEASE = "podinfo"
"""A HelmRelease of a chart in the same repository."""

USERS = ("admin", "adminB", "viewer", "onenamespace", "nobody")
"""Who may log in: two administrators, the second of whom can be revoked; one who may read what Flux has; one who may
do so in the namespace `flux-system` only; one who may do nothing."""


def yaml(*objects: Body) -> str:
    """Write objects as a file for Git; JSON is YAML.

    Args:
        objects: The objects.

    Returns:
        The file.
    """
    return "---\n".join(json.dumps(one, indent=2) + "\n" for one in objects)


def kustomization(name: str, namespace: str, path: str, **spec: Any) -> Body:
    """A Kustomization of the repository.

    Args:
        name: Its name.
        namespace: Its namespace.
        path: The folder that it applies.
        spec: More of its spec.

    Returns:
        The object.
    """
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "interval": "10m",
            "retryInterval": "5s",
            "timeout": "30s",
            "path": path,
            "prune": True,
            "sourceRef": {"kind": "GitRepository", "name": ROOT},
            **spec,
        },
    }


def config_map(name: str, namespace: str, **data: str) -> Body:
    """A ConfigMap.

    Args:
        name: Its name.
        namespace: Its namespace.
        data: What it holds.

    Returns:
        The object.
    """
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


def sync(namespace: str, url: str, secret: str = "") -> list[Body]:
    """What makes Flux take its content from the repository.

    The source's interval is long: what happens in a test happens because the test asked for it.

    Args:
        namespace: The namespace of all Flux objects.
        url: The repository's URL.
        secret: The Secret with the login for it; empty where it lets anybody in.

    Returns:
        The source and the Kustomization that applies all others.
    """
    source: Body = {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": ROOT, "namespace": namespace},
        "spec": {"interval": "30m", "timeout": "20s", "url": url, "ref": {"branch": "main"}},
    }
    if secret:
        source["spec"]["secretRef"] = {"name": secret}
    return [source, kustomization(ROOT, namespace, "./cluster")]


def repository(region: str, namespace: str) -> dict[str, str]:
    """What the repository holds at first.

    Args:
        region: The region's name.
        namespace: The namespace of all its objects.

    Returns:
        Files by path.
    """
    files = {
        "cluster/chain.yaml": yaml(*(chained(name, namespace) for name in CHAIN)),
        f"cluster/{PAUSED}.yaml": yaml(kustomization(PAUSED, namespace, f"./{PAUSED}", suspend=True)),
        f"{PAUSED}/config.yaml": yaml(config_map(f"{PAUSED}-config", namespace, region=region)),
        "apps/release.yaml": yaml(_release(namespace)),
        "charts/podinfo/Chart.yaml": yaml({"apiVersion": "v2", "name": "podinfo", "version": "0.1.0"}),
        "charts/podinfo/values.yaml": yaml({"message": "default"}),
        "charts/podinfo/templates/config.yaml": _TEMPLATE,
    }
    for name in CHAIN:
        files[f"{name}/config.yaml"] = yaml(config_map(f"{name}-config", namespace, region=region))
    return files


def chained(name: str, namespace: str, **spec: Any) -> Body:
    """A Kustomization of the chain.

    Args:
        name: Which.
        namespace: Its namespace.
        spec: More of its spec.

    Returns:
        The object, as `cluster/chain.yaml` has it.
    """
    before = CHAIN[: CHAIN.index(name)][-1:]
    after: Body = {"dependsOn": [{"name": one} for one in before]} if before else {}
    return kustomization(name, namespace, f"./{name}", wait=True, **after | spec)


def _release(namespace: str) -> Body:
    chart = {
        "chart": "./charts/podinfo",
        "interval": "10m",
        "reconcileStrategy": "Revision",
        "sourceRef": {"kind": "GitRepository", "name": ROOT},
    }
    return {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": RELEASE, "namespace": namespace},
        "spec": {"interval": "10m", "timeout": "30s", "chart": {"spec": chart}, "values": {"message": "hello"}},
    }


_TEMPLATE = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  message: {{ .Values.message | quote }}
"""


def base(region: str) -> list[Body]:
    """The objects that make an empty control plane of our own look like a cluster with Flux: RBAC, a node, pods.

    The pods stand for the controllers, which are processes of the host; kwok serves their logs.

    Args:
        region: The region's name.

    Returns:
        The objects, in the order in which they are applied.
    """
    labels = {"app.kubernetes.io/part-of": "flux", "app.kubernetes.io/instance": "flux-system"}
    namespaces = [_meta("v1", "Namespace", "flux-system", labels=labels), _meta("v1", "Namespace", "team")]
    node = _meta("v1", "Node", f"{region}-node", labels={"kubernetes.io/os": "linux"})
    node["metadata"]["annotations"] = {"kwok.x-k8s.io/node": "fake"}
    workloads = [body for name in CONTROLLERS for body in _controller(name, f"{region}-node", labels)]
    return [*namespaces, *_rbac(), node, *workloads]


def pod_name(controller: str) -> str:
    """The pod that stands for a controller.

    Args:
        controller: The controller.

    Returns:
        A name as a ReplicaSet makes it.
    """
    return f"{controller}-0a1b2c3d4e-fake0"


def _controller(name: str, node: str, labels: dict[str, str]) -> list[Body]:
    version = next(binary.version for binary in load_versions() if binary.name == name)
    labels = labels | {"app": name, "app.kubernetes.io/component": name}
    containers = {"containers": [{"name": "manager", "image": f"fluxcd/{name}:{version}"}]}
    deployment = _meta("apps/v1", "Deployment", name, "flux-system", labels | {"app.kubernetes.io/version": version})
    template = {"metadata": {"labels": labels}, "spec": containers}
    deployment["spec"] = {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": template}
    pod = _meta("v1", "Pod", pod_name(name), "flux-system", labels)
    pod["spec"] = {**containers, "nodeName": node, "automountServiceAccountToken": False}
    return [deployment, pod]


def _rbac() -> list[Body]:
    groups = [f"{group}.toolkit.fluxcd.io" for group in ("source", "kustomize", "helm", "notification", "image")]
    role = _meta("rbac.authorization.k8s.io/v1", "ClusterRole", "e2e-view")
    role["rules"] = [
        {"apiGroups": groups, "resources": ["*"], "verbs": _READ},
        {"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": _READ},
        {"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": _READ},
    ]
    everywhere = _meta("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "e2e-view")
    here = _meta("rbac.authorization.k8s.io/v1", "RoleBinding", "e2e-view", "flux-system")
    for binding, user in ((everywhere, "viewer"), (here, "onenamespace")):
        binding["roleRef"] = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "e2e-view"}
        binding["subjects"] = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}]
    return [role, everywhere, here]


_READ = ["get", "list", "watch"]


def _meta(version: str, kind: str, name: str, namespace: str = "", labels: dict[str, str] | None = None) -> Body:
    meta: Body = (
        {"name": name} | ({"namespace": namespace} if namespace else {}) | ({"labels": labels} if labels else {})
    )
    return {"apiVersion": version, "kind": kind, "metadata": meta}
