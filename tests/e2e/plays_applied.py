"""How incidents of the corpus come about for real: what the API server refuses, Helm, and pods."""

from datetime import UTC, datetime

from tests.e2e.api import ApiError, Body, wait_for
from tests.e2e.charts import CONFIG
from tests.e2e.content import config_map, yaml
from tests.e2e.plays import Play, settings
from tests.e2e.scene import PATIENCE
from tests.e2e.stage import Stage

_ADMISSION = "admissionregistration.k8s.io/v1"
_RULE = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}

# What the API server refuses


def crd_nobody_brings(stage: Stage) -> None:
    """A kind has no CRD."""
    stage.files({"certs/web.yaml": yaml(_certificate("{ns:team}"))})
    stage.make()


def namespace_missing(stage: Stage) -> None:
    """Nobody made the namespace."""
    stage.files({"apps/t.yaml": settings("nosuchns", "t")})
    stage.make()


def namespace_terminating(stage: Stage) -> None:
    """The namespace is on its way out, and somebody keeps it."""
    stage.files({"apps/t.yaml": settings("dying", "t")})
    dying = stage.ns("dying")
    stage.scene.namespace(dying)
    stage.scene.delete(stage.region.api.path("v1", "Namespace", "", dying))
    stage.make()


def immutable_field(stage: Stage) -> None:
    """Git changes what can't be changed."""
    stage.apply(config_map("app", stage.ns("team"), colour="blue") | {"immutable": True})
    stage.files({"config/app.yaml": yaml(config_map("app", "{ns:team}", colour="red"))})
    stage.make()


def quota_exceeded(stage: Stage) -> None:
    """There may be one ConfigMap, and it is there."""
    small = stage.ns("small")
    meta, hard = {"name": "tiny", "namespace": small}, {"count/configmaps": "1"}
    stage.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta, "spec": {"hard": hard}})
    stage.status("v1", "ResourceQuota", small, "tiny", {"hard": hard, "used": hard})
    stage.files({"batch/q2.yaml": settings("small", "q2")})
    _until_refused(stage, small)
    stage.make()


def admission_policy_denies(stage: Stage) -> None:
    """A policy asks for a label."""
    guarded, name = stage.ns("guarded"), {"name": "labels-required"}
    stage.scene.namespace(guarded)
    rules = {"resourceRules": [_RULE]}
    asks = [{"expression": "'team' in object.metadata.?labels.orValue({})", "message": "label team is required"}]
    policy = {"failurePolicy": "Fail", "matchConstraints": rules, "validations": asks}
    stage.apply({"apiVersion": _ADMISSION, "kind": "ValidatingAdmissionPolicy", "metadata": name, "spec": policy})
    where = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": guarded}}}
    binding = {"policyName": name["name"], "validationActions": ["Deny"], "matchResources": where}
    stage.apply(
        {"apiVersion": _ADMISSION, "kind": "ValidatingAdmissionPolicyBinding", "metadata": name, "spec": binding}
    )
    stage.files({"apps/denied.yaml": settings("guarded", "denied")})
    _until_refused(stage, guarded)
    stage.make()


def webhook_does_not_answer(stage: Stage) -> None:
    """Nobody listens where a webhook should."""
    hooked, url = stage.ns("hooked"), "https://127.0.0.1:1"
    stage.scene.namespace(hooked)
    webhook: Body = {
        "name": "validate.kyverno.svc-fail",
        "clientConfig": {"url": f"{url}/validate/fail"},
        "rules": [_RULE],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": hooked}},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 10,
    }
    meta = {"name": "kyverno"}
    stage.apply(
        {"apiVersion": _ADMISSION, "kind": "ValidatingWebhookConfiguration", "metadata": meta, "webhooks": [webhook]}
    )
    stage.real[url] = "https://kyverno-svc.kyverno.svc:443"
    stage.files({"apps/app.yaml": settings("hooked", "app")})
    _until_refused(stage, hooked)
    stage.make()


def service_account_forbidden(stage: Stage) -> None:
    """A tenant has no Role."""
    meta = {"name": "tenant", "namespace": stage.ns("flux-system")}
    stage.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta})
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "nope"}}
    stage.files({"tenant/role.yaml": yaml(role | {"rules": []})})
    stage.make()


def _until_refused(stage: Stage, namespace: str) -> None:
    """Wait until the API server goes by what was just made."""
    probe = config_map("probe", namespace)
    path = f"{stage.region.api.path('v1', 'ConfigMap', namespace)}?dryRun=All"

    def refused() -> bool:
        try:
            stage.region.api.request("POST", path, probe)
        except ApiError:
            return True
        return False

    wait_for(f"ConfigMaps in {namespace} to be refused", refused, PATIENCE)


def _certificate(namespace: str) -> Body:
    meta = {"name": "web", "namespace": namespace}
    return {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": meta, "spec": {}}


# Helm


def values_break_template(stage: Stage) -> None:
    """A template needs a value that is not there."""
    stage.scene.charts.put(stage.name, api="a: {{ .Values.nope.deep }}\n")
    stage.make()


def values_secret_missing(stage: Stage) -> None:
    """Nobody made the Secret with values."""
    stage.scene.charts.put(stage.name, api=CONFIG)
    stage.make()


def chart_name_not_found(stage: Stage) -> None:
    """A typing error."""
    stage.scene.charts.put(stage.name, api=CONFIG)
    stage.make()


def chart_version_not_found(stage: Stage) -> None:
    """A version that nobody has pushed."""
    stage.scene.charts.put(stage.name, api=CONFIG, web=CONFIG)
    stage.make()


def chart_needs_crd(stage: Stage) -> None:
    """A kind of the chart has no CRD."""
    stage.scene.charts.put(stage.name, web=yaml(_certificate("{{ .Release.Namespace }}")))
    stage.make()


def release_depends_on_nobody(stage: Stage) -> None:
    """The dependency is in another namespace."""
    stage.scene.charts.put(stage.name, db=CONFIG, web=CONFIG)
    stage.make()


def helm_repository_missing(stage: Stage) -> None:
    """Nobody made the repository."""
    stage.scene.namespace(stage.ns("flux-system"))
    stage.make()


def helm_repository_unauthorized(stage: Stage) -> None:
    """The repository lets nobody in."""
    stage.scene.charts.locked.add(stage.name)
    stage.secret("charts-login", username="flux", password="lapsed")
    stage.make()


def oci_registry_refuses(stage: Stage) -> None:
    """Nobody listens where the registry should be; one on loopback is asked without TLS, too."""
    again = 'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'
    stage.real[f"; {again}"] = ""
    for body in stage.objects():
        if body["kind"] == "OCIRepository":
            stage.real["127.0.0.1:1/"] = body["spec"]["url"].removeprefix("oci://").partition("/")[0] + "/"
            body["spec"]["url"] = "oci://127.0.0.1:1/charts/api"
        stage.apply(body)


def helm_install_gave_up(stage: Stage) -> None:
    """A Deployment does not become ready, and once is enough."""
    stage.scene.charts.put(stage.name, api=yaml(_deployment("{{ .Release.Namespace }}", "api")))
    stage.more["api"] = {"timeout": "3s"}
    stage.make()


def child_release_without_chart(stage: Stage) -> None:
    """A Kustomization waits for a release that it applied."""
    stage.in_git = {"loki"}
    stage.scene.namespace(stage.ns("monitoring"))
    stage.more["monitoring"] = {"timeout": "5s"}
    stage.scene.charts.put(stage.name, loki=CONFIG)
    stage.files({"monitoring/loki.yaml": yaml(stage.body("loki"))})
    stage.make()


# Pods


def kube_addons_waits_on_kube_system(stage: Stage) -> None:
    """An image is not there: what the kubelet and the controllers of Kubernetes would say is written here."""
    home, pod = stage.ns("kube-system"), "coredns-6d4b75cb6d-x2x9p"
    stage.scene.namespace(home)
    stage.more["kube-system"] = {"timeout": "5s"}
    stage.files(
        {
            "kube-system/coredns.yaml": yaml(_deployment(home, "coredns")),
            "kube-addons/a.yaml": settings(name="kube-addons"),
            "apps/a.yaml": settings(name="apps"),
        }
    )
    stage.make()
    spec = _deployment(home, "coredns")["spec"]["template"]["spec"]
    owner = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": "coredns-6d4b75cb6d",
        "uid": "1",
        "controller": True,
    }
    labels = {"app": "coredns", "pod-template-hash": "6d4b75cb6d"}
    meta = {"name": pod, "namespace": home, "labels": labels, "ownerReferences": [owner]}

    def fail() -> None:
        late = [_false("Available", "MinimumReplicasUnavailable"), _false("Progressing", "ProgressDeadlineExceeded")]
        counts = {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "unavailableReplicas": 2}
        stage.status("apps/v1", "Deployment", home, "coredns", {**counts, "conditions": late})
        stage.apply({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
        state = {"waiting": {"reason": "ImagePullBackOff", "message": _NOT_FOUND}}
        container = {"name": "app", "image": _IMAGE, "imageID": "", "ready": False, "restartCount": 0, "state": state}
        waits = [_false("Ready", "ContainersNotReady")]
        status = {"phase": "Pending", "conditions": waits, "containerStatuses": [container]}
        stage.status("v1", "Pod", home, pod, status)

    stage.later(fail)


_IMAGE = "registry.example.com/coredns:1.99.0"
_NOT_FOUND = (
    f'Back-off pulling image "{_IMAGE}": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack'
    f' image "{_IMAGE}": failed to resolve reference "{_IMAGE}": {_IMAGE}: not found'
)
"""As containerd and the kubelet say it."""


def _deployment(namespace: str, name: str) -> Body:
    labels = {"app": name}
    pod = {"containers": [{"name": "app", "image": _IMAGE}], "automountServiceAccountToken": False}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def _false(type_: str, reason: str) -> Body:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": type_, "status": "False", "reason": reason, "message": "", "lastTransitionTime": now}


APPLIED: dict[str, Play] = {
    play.__name__.replace("_", "-"): play
    for play in (
        crd_nobody_brings,
        namespace_missing,
        namespace_terminating,
        immutable_field,
        quota_exceeded,
        admission_policy_denies,
        webhook_does_not_answer,
        service_account_forbidden,
        values_break_template,
        values_secret_missing,
        chart_name_not_found,
        chart_version_not_found,
        chart_needs_crd,
        release_depends_on_nobody,
        helm_repository_missing,
        helm_repository_unauthorized,
        oci_registry_refuses,
        helm_install_gave_up,
        child_release_without_chart,
        kube_addons_waits_on_kube_system,
    )
}
"""By the corpus's file."""
