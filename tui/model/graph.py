"""Edges between Flux objects: source, dependsOn and ownership."""

import msgspec

from tui.model.kinds import GROUPS, KINDS
from tui.model.refs import ObjectRef, parse_inventory_id
from tui.model.resources import ChartTemplate, LocalRef, Resource

_OWNER_LABELS = (
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
    ("resourceset.fluxcd.controlplane.io", "ResourceSet"),
    ("fluxcd.controlplane.io", "FluxInstance"),
)


class Links(msgspec.Struct, frozen=True, gc=False):
    """All edges that one object itself declares."""

    source: ObjectRef | None = None
    """Where its content comes from."""
    inputs: tuple[ObjectRef, ...] = ()
    """What else its content is made of: included repositories, a generator's sources, a ResourceSet's providers."""
    depends_on: tuple[ObjectRef, ...] = ()
    checked: tuple[ObjectRef, ...] = ()
    """The Flux objects whose health it waits for: by name, or with `wait` all that it applied."""
    labelled_owner: ObjectRef | None = None
    """Who applied it, as its labels claim: a hint, since labels are copied along with manifests."""
    applied: tuple[ObjectRef, ...] = ()
    """The Flux objects in its inventory: what it owns for certain."""


def links_of(resource: Resource, before: Resource | None = None, before_links: Links | None = None) -> Links:
    """Read the edges that an object declares.

    Args:
        resource: The object.
        before: The same object as it was, if it was known.
        before_links: Its edges then: the inventory is parsed anew only where it differs, since every status patch of a
            Kustomization repeats it whole.

    Returns:
        Its edges.
    """
    unchanged = (
        before is not None
        and before.status.inventory == resource.status.inventory
        and (before.spec.kube_config is None) is (resource.spec.kube_config is None)
    )
    applied = before_links.applied if before_links is not None and unchanged else _applied(resource)
    return Links(
        _source(resource),
        _inputs(resource),
        _depends_on(resource),
        _checked(resource, applied),
        _labelled_owner(resource),
        applied,
    )


def _source(resource: Resource) -> ObjectRef | None:
    spec, ref = resource.spec, resource.ref
    if ref.kind == "HelmRelease":
        return _helm_release_source(resource)
    if ref.kind == "ImagePolicy" and spec.image_repository_ref is not None:
        return _resolve(ref, spec.image_repository_ref, "ImageRepository")
    if ref.kind == "Alert" and spec.provider_ref is not None:
        return _resolve(ref, spec.provider_ref, "Provider")
    if spec.source_ref is not None:
        return _resolve(ref, spec.source_ref, "GitRepository")
    return None


def _helm_release_source(resource: Resource) -> ObjectRef | None:
    """Each way from a HelmRelease to what it takes its chart from.

    `chartRef` names it; a chart template generates `<namespace>-<name>` in the namespace of the chart's own source
    (helm-controller api/v2/helmrelease_types.go GetHelmChartName, from 1.7 also an OCIRepository in its own namespace).
    """
    spec, ref = resource.spec, resource.ref
    if spec.chart_ref is not None:
        return _resolve(ref, spec.chart_ref, "OCIRepository")
    if not isinstance(spec.chart, ChartTemplate):
        return None
    name = f"{ref.namespace}-{ref.name}"
    if spec.chart.kind == "OCIRepository":
        return ObjectRef(ref.context, "OCIRepository", ref.namespace, name)
    if resource.status.helm_chart:
        namespace, _, name = resource.status.helm_chart.partition("/")
        return ObjectRef(ref.context, "HelmChart", namespace, name)
    origin = spec.chart.spec.source_ref
    namespace = origin.namespace if origin is not None and origin.namespace else ref.namespace
    return ObjectRef(ref.context, "HelmChart", namespace, name)


def origin_of(resource: Resource) -> ObjectRef | None:
    """The source that a HelmRelease's chart template names, which its generated HelmChart pulls from.

    Args:
        resource: A HelmRelease.

    Returns:
        The HelmRepository, GitRepository or Bucket; None where there is no chart template.
    """
    chart = resource.spec.chart
    if not isinstance(chart, ChartTemplate) or chart.spec.source_ref is None:
        return None
    return _resolve(resource.ref, chart.spec.source_ref, "HelmRepository")


def _inputs(resource: Resource) -> tuple[ObjectRef, ...]:
    """All that feeds an object beside its source.

    source-controller gitrepository_types.go, source-watcher artifactgenerator_types.go, flux-operator
    resourceset_types.go.
    """
    ref, spec = resource.ref, resource.spec
    included = (_resolve(ref, include.repository, "GitRepository") for include in spec.include)
    composed = (_resolve(ref, source, "GitRepository") for source in spec.sources)
    provided = (_resolve(ref, provider, "ResourceSetInputProvider") for provider in spec.inputs_from if provider.name)
    return (*included, *composed, *provided)


def _checked(resource: Resource, applied: tuple[ObjectRef, ...]) -> tuple[ObjectRef, ...]:
    """`wait` overrides `healthChecks`; an object does not wait for itself (kustomize-controller checkHealth)."""
    if resource.spec.kube_config is not None:
        return ()
    if resource.spec.wait:
        return tuple(ref for ref in applied if ref != resource.ref)
    checks = (_resolve(resource.ref, check, "Kustomization") for check in resource.spec.health_checks)
    return tuple(ref for ref in checks if ref.kind in KINDS and ref != resource.ref)


def _depends_on(resource: Resource) -> tuple[ObjectRef, ...]:
    """Of the same kind, but a ResourceSet's may be of any (flux-operator api/v1/resourceset_types.go)."""
    return tuple(_resolve(resource.ref, dependency, resource.ref.kind) for dependency in resource.spec.depends_on)


def _labelled_owner(resource: Resource) -> ObjectRef | None:
    labels = resource.metadata.labels
    if not labels:
        return None
    for prefix, kind in _OWNER_LABELS:
        name = labels.get(f"{prefix}/name")
        if name:
            return ObjectRef(resource.ref.context, kind, labels.get(f"{prefix}/namespace", ""), name)
    return None


def _applied(resource: Resource) -> tuple[ObjectRef, ...]:
    if resource.spec.kube_config is not None:
        return ()  # what it applied lives in another cluster
    context = resource.ref.context
    found: list[ObjectRef] = []
    for entry in resource.inventory:
        if entry.name:
            found.append(ObjectRef(context, "ExternalArtifact", entry.namespace or resource.ref.namespace, entry.name))
        elif "fluxcd" in entry.id and (parsed := parse_inventory_id(entry.id)) and parsed.group in GROUPS:
            found.append(ObjectRef(context, parsed.kind, parsed.namespace, parsed.name))
    return tuple(found)


def _resolve(owner: ObjectRef, target: LocalRef, default_kind: str) -> ObjectRef:
    kind = target.kind or default_kind
    namespace = target.namespace or (owner.namespace if kind in KINDS else "")
    return ObjectRef(owner.context, kind, namespace, target.name)
