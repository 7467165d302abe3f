"""API JSON to frozen structs that hold only the fields the program uses.

Field names and shapes follow Flux's CRDs (`api/*/..._types.go` of each controller). What a field is called in the API
is what it is called here, in snake case.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from tui.model import kinds
from tui.model.kinds import (
    APPLIER_POLICY,
    APPLIER_SWITCH,
    EXTENSIONS_SWITCH,
    KINDS,
    NOTE_BY,
    NOTE_REASON,
    NOTE_UNTIL,
    OPERATOR_NOTE,
    OPERATOR_SWITCH,
    RECONCILE_REQUEST,
)
from tui.model.managers import ManagedFields
from tui.model.refs import ObjectRef
from tui.model.selector import LabelSelector

Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""A `metav1.Time`: RFC 3339, always with its zone."""


class Api(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A piece of API JSON; fields that are not named here are skipped by the decoder."""


class Annotations(Api, frozen=True):
    """The annotations that mean something to the program; all others (`last-applied-configuration`!) are dropped."""

    requested_at: str = msgspec.field(name=RECONCILE_REQUEST, default="")
    operator_switch: str = msgspec.field(name=OPERATOR_SWITCH, default="")
    extensions_switch: str = msgspec.field(name=EXTENSIONS_SWITCH, default="")
    suspended_by: str = msgspec.field(name=OPERATOR_NOTE, default="")
    note_by: str = msgspec.field(name=NOTE_BY, default="")
    note_reason: str = msgspec.field(name=NOTE_REASON, default="")
    note_until: str = msgspec.field(name=NOTE_UNTIL, default="")
    applier_switch: str = msgspec.field(name=APPLIER_SWITCH, default="")
    applier_policy: str = msgspec.field(name=APPLIER_POLICY, default="")


class Metadata(Api, frozen=True):
    """Object metadata."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: Time | None = None
    deletion_timestamp: Time | None = None
    finalizers: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    annotations: Annotations = Annotations()
    managed_fields: tuple[ManagedFields, ...] = ()


class LocalRef(Api, frozen=True):
    """A reference to another object, as specs write it: kind and namespace may be left out."""

    name: str = ""
    kind: str = ""
    namespace: str = ""
    api_version: str = ""
    ready_expr: str = ""
    """For an entry of `dependsOn`: the CEL expression that decides instead of the dependency's Ready condition."""
    selector: LabelSelector | None = None
    """For an entry of `inputsFrom`: the labels of all that is meant, in place of a name."""


class Include(Api, frozen=True):
    """An entry of a GitRepository's `spec.include`."""

    repository: LocalRef = LocalRef()


class Decryption(Api, frozen=True):
    """`spec.decryption` of a Kustomization."""

    secret_ref: LocalRef | None = None


class Remediation(Api, frozen=True):
    """What a HelmRelease does after a failed action."""

    retries: int = 0
    """How often it tries again; negative for ever."""


class ReleaseStrategy(Api, frozen=True):
    """How a HelmRelease goes on after a failed action: `RemediateOnFailure` or `RetryOnFailure`."""

    name: str = ""
    retry_interval: str = ""


class ReleaseAction(Api, frozen=True):
    """`spec.install` or `spec.upgrade` of a HelmRelease."""

    remediation: Remediation | None = None
    strategy: ReleaseStrategy | None = None


class SourceVersion(Api, frozen=True):
    """What a source follows: `spec.ref` of a GitRepository or OCIRepository."""

    branch: str = ""
    tag: str = ""
    semver: str = ""
    name: str = ""
    commit: str = ""
    digest: str = ""


class ChartSpec(Api, frozen=True):
    """`spec.chart.spec` of a HelmRelease. The generated OCIRepository form has a `url` instead of a chart."""

    chart: str = ""
    version: str = ""
    url: str = ""
    source_ref: LocalRef | None = None


class ChartTemplate(Api, frozen=True):
    """`spec.chart` of a HelmRelease."""

    kind: str = "HelmChart"
    spec: ChartSpec = ChartSpec()


class Spec(Api, frozen=True):
    """The union of the spec fields of all Flux kinds that the program uses."""

    suspend: bool = False
    interval: str = ""
    timeout: str = ""
    type: str = ""
    url: str = ""
    ref: SourceVersion | None = None
    path: str = ""
    prune: bool = False
    wait: bool = False
    source_ref: LocalRef | None = None
    depends_on: tuple[LocalRef, ...] = ()
    chart: ChartTemplate | str | None = None
    chart_ref: LocalRef | None = None
    version: str = ""
    kube_config: dict[str, Any] | None = None
    provider_ref: LocalRef | None = None
    image_repository_ref: LocalRef | None = None
    secret_ref: LocalRef | None = None
    retry_interval: str = ""
    health_checks: tuple[LocalRef, ...] = ()
    include: tuple[Include, ...] = ()
    sources: tuple[LocalRef, ...] = ()
    """What an ArtifactGenerator composes."""
    inputs_from: tuple[LocalRef, ...] = ()
    """The input providers of a ResourceSet."""
    decryption: Decryption | None = None
    install: ReleaseAction | None = None
    upgrade: ReleaseAction | None = None


class Condition(Api, frozen=True):
    """A status condition."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    last_transition_time: Time | None = None
    observed_generation: int = 0


class Artifact(Api, frozen=True):
    """What a source fetched last."""

    revision: str = ""
    digest: str = ""
    last_update_time: Time | None = None
    metadata: dict[str, str] = {}


class InventoryEntry(Api, frozen=True):
    """One applied object; an ArtifactGenerator lists name and namespace of its artifacts instead of an id."""

    id: str = ""
    name: str = ""
    namespace: str = ""


class Inventory(Api, frozen=True):
    """What an applier applied."""

    entries: tuple[InventoryEntry, ...] = ()


class HistoryEntry(Api, frozen=True):
    """One past reconciliation of a Kustomization, or one Helm release snapshot of a HelmRelease."""

    metadata: dict[str, str] = {}
    version: int = 0
    status: str = ""
    chart_version: str = ""
    first_reconciled: Time | None = None
    last_reconciled_status: str = ""
    """The reason with which the reconciliation ended."""
    total_reconciliations: int = 0


class Status(Api, frozen=True):
    """The union of the status fields of all Flux kinds that the program uses."""

    conditions: tuple[Condition, ...] = ()
    observed_generation: int = 0
    last_applied_revision: str = ""
    last_attempted_revision: str = ""
    last_attempted_generation: int = 0
    last_handled_reconcile_at: str = ""
    last_handled_force_at: str = ""
    last_handled_reset_at: str = ""
    artifact: Artifact | None = None
    inventory: Inventory | tuple[InventoryEntry, ...] | None = None
    history: tuple[HistoryEntry, ...] = ()
    helm_chart: str = ""
    last_attempted_release_action: str = ""
    """`install` or `upgrade`."""
    failures: int = 0
    install_failures: int = 0
    upgrade_failures: int = 0


class Resource(msgspec.Struct, frozen=True, gc=False):
    """One Flux object as one context's API server last told it."""

    ref: ObjectRef
    metadata: Metadata
    spec: Spec
    status: Status

    def condition(self, type_: str) -> Condition | None:
        """The condition of that type, or None.

        Args:
            type_: The condition type, `Ready`.

        Returns:
            The condition as the status has it.
        """
        for condition in self.status.conditions:
            if condition.type == type_:
                return condition
        return None

    @property
    def suspended(self) -> bool:
        """Whether reconciliation is switched off, by spec or by the annotation that the kind obeys."""
        match KINDS[self.ref.kind].suspended_by:
            case kinds.OPERATOR_SWITCH:
                return self.metadata.annotations.operator_switch.lower() == "disabled"
            case kinds.EXTENSIONS_SWITCH:
                return self.metadata.annotations.extensions_switch.lower() == "disabled"
            case _:
                return self.spec.suspend

    @property
    def suspend_owner(self) -> ManagedFields | None:
        """The manager that owns what suspends the object: who suspended it and when, as far as is remembered."""
        return next((entry for entry in self.metadata.managed_fields if entry.suspends(self.ref.kind)), None)

    @property
    def requested_at(self) -> str:
        """The token of the last reconcile request, whoever made it."""
        return self.metadata.annotations.requested_at

    @property
    def inventory(self) -> tuple[InventoryEntry, ...]:
        """What the object applied or generated, empty where its status has no inventory."""
        inventory = self.status.inventory
        return inventory.entries if isinstance(inventory, Inventory) else inventory or ()

    @property
    def revision(self) -> str:
        """What is in force: the applied revision, the artifact's revision or the deployed chart version."""
        status = self.status
        if status.artifact is not None:
            return status.artifact.revision
        if self.ref.kind == "HelmRelease" and status.history:
            deployed = (entry for entry in status.history if entry.status == "deployed")
            return next(deployed, status.history[0]).chart_version
        return status.last_applied_revision or status.last_attempted_revision
