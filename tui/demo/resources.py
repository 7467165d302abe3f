"""The resource types that the demo's API servers know: group, versions, names, scope."""

from typing import Any, NamedTuple

from tui.model.kinds import EXTENSIONS_GROUP, IMAGE_GROUP, KINDS, NOTIFICATION_GROUP, OPERATOR_GROUP, Role

Object = dict[str, Any]
"""One API object as JSON. Objects in a store are never changed in place."""


class Key(NamedTuple):
    """The identity of an object within one cluster; kinds are unique among those that are served."""

    kind: str
    namespace: str
    name: str

    @property
    def path(self) -> str:
        """`namespace/name`, or the name alone for a cluster-scoped object."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def subject(self) -> str:
        """`Kind/namespace/name`, as controllers write it (fluxcd/pkg ssa/utils/format.go)."""
        return f"{self.kind}/{self.path}"


class ResourceType(NamedTuple):
    """One resource type."""

    kind: str
    group: str
    versions: tuple[str, ...]
    """Preferred first."""
    plural: str
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    namespaced: bool = True
    has_status: bool = True
    """Whether status is a subresource, so that a write to the main resource can't touch it."""

    @property
    def api_version(self) -> str:
        """`group/version`, or the version alone in the core group."""
        return f"{self.group}/{self.versions[0]}" if self.group else self.versions[0]


_SHORT_NAMES = {
    "GitRepository": ("gitrepo",),
    "OCIRepository": ("ocirepo",),
    "HelmRepository": ("helmrepo",),
    "HelmChart": ("hc",),
    "ExternalArtifact": ("ea",),
    "ArtifactGenerator": ("ag",),
    "Kustomization": ("ks",),
    "HelmRelease": ("hr",),
    "ImageRepository": ("imgrepo",),
    "ImagePolicy": ("imgpol",),
    "ImageUpdateAutomation": ("iua",),
    "ResourceSet": ("rset",),
    "ResourceSetInputProvider": ("rsip",),
}

_CATEGORIES = {
    Role.SOURCE: "fluxcd-sources",
    Role.APPLIER: "fluxcd-appliers",
    Role.IMAGE: "fluxcd-images",
    Role.NOTIFICATION: "fluxcd-notifications",
}

_WITHOUT_STATUS = frozenset(("Alert", "Provider"))


def _versions(kind: str, group: str) -> tuple[str, ...]:
    if kind in _WITHOUT_STATUS:
        return ("v1beta3",)
    if group == EXTENSIONS_GROUP:
        return ("v1beta1",)
    return ("v2",) if kind == "HelmRelease" else ("v1",)


_FLUX = tuple(
    ResourceType(
        kind.name,
        kind.group,
        _versions(kind.name, kind.group),
        kind.plural,
        _SHORT_NAMES.get(kind.name, ()),
        ("all", "fluxcd", _CATEGORIES[kind.role]) if kind.role in _CATEGORIES else ("all", "fluxcd"),
        has_status=kind.name not in _WITHOUT_STATUS,
    )
    for kind in KINDS.values()
)

_CORE = (
    ResourceType("Namespace", "", ("v1",), "namespaces", ("ns",), namespaced=False),
    ResourceType("Pod", "", ("v1",), "pods", ("po",), ("all",)),
    ResourceType("Event", "", ("v1",), "events", ("ev",), has_status=False),
    ResourceType("ConfigMap", "", ("v1",), "configmaps", ("cm",), has_status=False),
    ResourceType("Service", "", ("v1",), "services", ("svc",), ("all",)),
    ResourceType("ServiceAccount", "", ("v1",), "serviceaccounts", ("sa",), has_status=False),
    ResourceType("Deployment", "apps", ("v1",), "deployments", ("deploy",), ("all",)),
)

TYPES: dict[str, ResourceType] = {item.kind: item for item in (*_CORE, *_FLUX)}
"""By kind."""

GROUP_VERSIONS: dict[str, tuple[str, ...]] = {
    group: ("v1", "v1beta3") if group == NOTIFICATION_GROUP else versions
    for group, versions in ((item.group, item.versions) for item in (*_CORE, *_FLUX))
}
"""The versions of each group, preferred first. Alerts are not served at their group's preferred version."""

_OPTIONAL_GROUPS = {
    OPERATOR_GROUP: frozenset(("us-east",)),
    IMAGE_GROUP: frozenset(("eu-west", "us-east")),
    EXTENSIONS_GROUP: frozenset(("eu-west", "us-east")),
}
"""Groups that only some contexts serve."""


def served_types(context: str) -> dict[str, ResourceType]:
    """The resource types of one context's cluster.

    Args:
        context: The context.

    Returns:
        By kind; clusters differ, because not every one has flux-operator, image automation or source-watcher.
    """
    return {
        kind: item
        for kind, item in TYPES.items()
        if item.group not in _OPTIONAL_GROUPS or context in _OPTIONAL_GROUPS[item.group]
    }


def key_of(item: Object) -> Key:
    """The identity of an object.

    Args:
        item: The object, with kind and metadata.

    Returns:
        Its key.
    """
    metadata = item["metadata"]
    return Key(item["kind"], metadata.get("namespace", ""), metadata["name"])
