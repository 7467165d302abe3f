"""The Helm charts of the demo's world and what they render to."""

from hashlib import sha256
from typing import Any, NamedTuple

from tui.demo.manifests import deployment, manifest, service
from tui.demo.resources import Object


class Chart(NamedTuple):
    """One version of a chart."""

    name: str
    version: str
    app_version: str
    image: str
    """Repository of the image, `{}` for the component."""
    components: tuple[str, ...] = ()
    """What the release's Deployments are called, after its name; none for a single Deployment."""


class ChartError(Exception):
    """There is no such chart, or no such version."""


_LATEST = (
    Chart(
        "cert-manager", "1.18.4", "v1.18.4", "quay.io/jetstack/cert-manager-{}", ("controller", "cainjector", "webhook")
    ),
    Chart("ingress-nginx", "4.13.0", "1.13.0", "registry.k8s.io/ingress-nginx/{}", ("controller",)),
    Chart("external-dns", "1.19.0", "0.19.0", "registry.k8s.io/external-dns/external-dns"),
    Chart("metrics-server", "3.12.2", "0.7.2", "registry.k8s.io/metrics-server/metrics-server"),
    Chart(
        "kube-prometheus-stack",
        "75.9.0",
        "v0.83.0",
        "quay.io/prometheus/{}",
        ("operator", "prometheus", "alertmanager"),
    ),
    Chart("loki", "6.30.1", "3.5.1", "docker.io/grafana/loki"),
    Chart("redis", "21.2.6", "8.0.2", "registry.example.com/mirror/redis"),
    Chart("api", "2.4.1", "1.9.0", "registry.example.com/shop/api"),
    Chart("web", "3.2.0", "4.1.0", "registry.example.com/shop/web"),
    Chart("ledger", "0.9.4", "0.9.4", "registry.example.com/payments/ledger"),
)


def find_chart(name: str, version: str) -> Chart:
    """Find a chart in its repository.

    Args:
        name: Its name.
        version: A version, or a range, which the latest version is taken for.

    Returns:
        The chart at that version.

    Raises:
        ChartError: The repository has no such chart.
    """
    for chart in _LATEST:
        if chart.name == name:
            is_exact = version.replace(".", "").isdigit() and version.count(".") == 2
            return chart._replace(version=version) if is_exact else chart
    raise ChartError("failed to get chart version for remote reference: no chart name found")


def render(chart: Chart, release: str, namespace: str, values: Any) -> list[Object]:
    """Render a release.

    Args:
        chart: The chart.
        release: The release's name.
        namespace: Where it goes.
        values: `image.repository` and `image.tag` count, `replicaCount` too.

    Returns:
        The manifests.
    """
    image = values.get("image", {})
    tag = image.get("tag", chart.app_version)
    found: list[Object] = [manifest("ServiceAccount", release, namespace)]
    for component in chart.components or ("",):
        name = f"{release}-{component}" if component else release
        repository = image.get("repository", chart.image.format(component))
        item = deployment(name, namespace, f"{repository}:{tag}")
        item["spec"]["replicas"] = values.get("replicaCount", 1)
        # What a chart does with its other values is not known here; that they change the pods is enough.
        checksum = sha256(repr(sorted(values.items())).encode()).hexdigest()[:16]
        item["spec"]["template"]["metadata"]["annotations"] = {"checksum/values": checksum}
        found += [item, service(name, namespace)]
    return found
