"""The kinds of Flux: what each is called, who serves it, how it is suspended, whether it obeys a reconcile request."""

from enum import StrEnum

import msgspec

SOURCE_GROUP = "source.toolkit.fluxcd.io"
KUSTOMIZE_GROUP = "kustomize.toolkit.fluxcd.io"
HELM_GROUP = "helm.toolkit.fluxcd.io"
NOTIFICATION_GROUP = "notification.toolkit.fluxcd.io"
IMAGE_GROUP = "image.toolkit.fluxcd.io"
EXTENSIONS_GROUP = "source.extensions.fluxcd.io"
OPERATOR_GROUP = "fluxcd.controlplane.io"

RECONCILE_REQUEST = "reconcile.fluxcd.io/requestedAt"
"""The annotation whose change asks a controller to reconcile (fluxcd/pkg apis/meta/annotations.go)."""

FORCE_REQUEST = "reconcile.fluxcd.io/forceAt"
"""The annotation that, with the same value as the request, makes helm-controller release even what is in sync or out of
retries (fluxcd/pkg apis/meta/annotations.go)."""

RESET_REQUEST = "reconcile.fluxcd.io/resetAt"
"""The annotation that, with the same value as the request, makes helm-controller forget the failures that it counted
(helm-controller api/v2/annotations.go)."""

OPERATOR_SWITCH = "fluxcd.controlplane.io/reconcile"
"""The annotation that suspends flux-operator's kinds (flux-operator api/v1/common_types.go)."""

EXTENSIONS_SWITCH = "source.extensions.fluxcd.io/reconcile"
"""The annotation that suspends an ArtifactGenerator."""

NOTE_BY = "gitops-tui/suspended-by"
"""The annotation in which this program says who suspended an object."""

NOTE_REASON = "gitops-tui/suspended-reason"
"""The annotation in which this program says why an object is suspended."""

NOTE_UNTIL = "gitops-tui/suspended-until"
"""The annotation in which this program says when an object is to be resumed (RFC 3339)."""

OPERATOR_NOTE = "fluxcd.controlplane.io/suspendedBy"
"""The annotation in which flux-operator's web interface says who suspended an object; it goes when the object is
resumed there (flux-operator internal/web/action.go)."""

APPLIER_SWITCH = "kustomize.toolkit.fluxcd.io/reconcile"
"""The label or annotation with which kustomize-controller leaves an object alone (kustomize-controller
internal/controller/kustomization_controller.go apply)."""

APPLIER_POLICY = "kustomize.toolkit.fluxcd.io/ssa"
"""The label or annotation that says how kustomize-controller applies an object."""


class Role(StrEnum):
    """What a kind does in the chain from Git to the cluster."""

    SOURCE = "source"
    APPLIER = "applier"
    IMAGE = "image"
    NOTIFICATION = "notification"
    OPERATOR = "operator"


class Kind(msgspec.Struct, frozen=True):
    """One Flux kind."""

    name: str
    """The API kind."""
    short: str
    """The abbreviation that rows show and that the filter knows."""
    group: str
    """The API group."""
    plural: str
    """The resource name in URLs."""
    role: Role
    controller: str
    """The Deployment (and `app` label) of the controller that reconciles it."""
    suspended_by: str = "spec"
    """`spec` for `spec.suspend`, an annotation key whose value `disabled` suspends, or empty where it can't be."""
    reconcilable: bool = True
    """Whether the controller obeys the reconcile request annotation."""
    releases: bool = False
    """Whether the controller obeys the force and reset annotations too: it makes Helm releases."""


_SOURCE = "source-controller"
_NOTIFICATION = "notification-controller"

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("GitRepository", "git", SOURCE_GROUP, "gitrepositories", Role.SOURCE, _SOURCE),
        Kind("OCIRepository", "oci", SOURCE_GROUP, "ocirepositories", Role.SOURCE, _SOURCE),
        Kind("Bucket", "bucket", SOURCE_GROUP, "buckets", Role.SOURCE, _SOURCE),
        Kind("HelmRepository", "helmrepo", SOURCE_GROUP, "helmrepositories", Role.SOURCE, _SOURCE),
        Kind("HelmChart", "chart", SOURCE_GROUP, "helmcharts", Role.SOURCE, _SOURCE),
        Kind("ExternalArtifact", "ea", SOURCE_GROUP, "externalartifacts", Role.SOURCE, "source-watcher", "", False),
        Kind(
            "ArtifactGenerator",
            "ag",
            EXTENSIONS_GROUP,
            "artifactgenerators",
            Role.SOURCE,
            "source-watcher",
            EXTENSIONS_SWITCH,
        ),
        Kind("Kustomization", "ks", KUSTOMIZE_GROUP, "kustomizations", Role.APPLIER, "kustomize-controller"),
        Kind("HelmRelease", "hr", HELM_GROUP, "helmreleases", Role.APPLIER, "helm-controller", releases=True),
        Kind("Alert", "alert", NOTIFICATION_GROUP, "alerts", Role.NOTIFICATION, _NOTIFICATION, "spec", False),
        Kind("Provider", "provider", NOTIFICATION_GROUP, "providers", Role.NOTIFICATION, _NOTIFICATION, "spec", False),
        Kind("Receiver", "receiver", NOTIFICATION_GROUP, "receivers", Role.NOTIFICATION, _NOTIFICATION),
        Kind("ImageRepository", "image", IMAGE_GROUP, "imagerepositories", Role.IMAGE, "image-reflector-controller"),
        Kind("ImagePolicy", "policy", IMAGE_GROUP, "imagepolicies", Role.IMAGE, "image-reflector-controller"),
        Kind(
            "ImageUpdateAutomation",
            "update",
            IMAGE_GROUP,
            "imageupdateautomations",
            Role.IMAGE,
            "image-automation-controller",
        ),
        Kind("FluxInstance", "flux", OPERATOR_GROUP, "fluxinstances", Role.OPERATOR, "flux-operator", OPERATOR_SWITCH),
        Kind("ResourceSet", "rset", OPERATOR_GROUP, "resourcesets", Role.APPLIER, "flux-operator", OPERATOR_SWITCH),
        Kind(
            "ResourceSetInputProvider",
            "rsip",
            OPERATOR_GROUP,
            "resourcesetinputproviders",
            Role.OPERATOR,
            "flux-operator",
            OPERATOR_SWITCH,
        ),
    )
}
"""Every kind the program watches, in the order in which siblings are listed (`controlplane` kinds: flux-operator)."""

GROUPS = frozenset(kind.group for kind in KINDS.values())
"""The API groups that discovery asks about."""

ORDER = {name: position for position, name in enumerate(KINDS)}
"""Where a kind stands among its siblings."""


def find_kind(word: str) -> Kind | None:
    """Find a kind by what a person calls it.

    Args:
        word: Kind, plural or abbreviation, in any case: `ks`, `kustomization`, `Kustomizations`, kubectl's `gitrepo`.

    Returns:
        The kind, or None when no Flux kind goes by that word.
    """
    wanted = word.lower()
    for kind in KINDS.values():
        if wanted in (kind.name.lower(), kind.plural, kind.short, *_SHORT_NAMES.get(kind.name, ())):
            return kind
    return None


_SHORT_NAMES = {
    "GitRepository": ("gitrepo",),
    "OCIRepository": ("ocirepo",),
    "HelmChart": ("hc",),
    "ImageRepository": ("imgrepo", "imagerepo"),
    "ImagePolicy": ("imgpol", "imagepol"),
    "ImageUpdateAutomation": ("iua", "imgupd", "imgauto"),
}
"""What kubectl calls kinds too (`shortName` in the CRDs of Flux)."""
