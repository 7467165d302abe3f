"""API JSON to frozen structs that hold only the fields the program uses.

Field names and shapes follow Flux's CRDs (`api/*/..._types.go` of each controller). What a field is called in the API
is what it is called here, in snake case.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from tui.model import kinds
from tui.model.kinds import EXTENSIONS_SWITCH, KINDS, OPERATOR_SWITCH, RECONCILE_REQUEST
from tui.model.refs import ObjectRef
from tui.model.text import clean, clean_json

Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""A `metav1.Time`: RFC 3339, always with its zone."""


class _Api(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A piece of API JSON; fields that are not named here are skipped by the decoder."""


class FieldSet(_Api, frozen=True, rename=None):
    """The one field that `managedFields` is read for."""

    suspend: dict[str, Any] | None = msgspec.field(name="f:suspend", default=None)


class FieldsV1(_Api, frozen=True, rename=None):
    """Which fields a manager owns, as far as the program asks."""

    spec: FieldSet | None = msgspec.field(name="f:spec", default=None)


class ManagedFields(_Api, frozen=True):
    """One field manager's entry."""

    manager: str = ""
    operation: str = ""
    time: Time | None = None
    fields_v1: FieldsV1 = msgspec.field(name="fieldsV1", default=FieldsV1())


class OwnerReference(_Api, frozen=True):
    """An owner in the Kubernetes sense, which garbage collection follows."""

    kind: str
    name: str
    uid: str = ""


class Annotations(_Api, frozen=True):
    """The annotations that mean something to the program; all others (`last-applied-configuration`!) are dropped."""

    requested_at: str = msgspec.field(name=RECONCILE_REQUEST, default="")
    operator_switch: str = msgspec.field(name=OPERATOR_SWITCH, default="")
    extensions_switch: str = msgspec.field(name=EXTENSIONS_SWITCH, default="")
    suspended_by: str = msgspec.field(name="fluxcd.controlplane.io/suspendedBy", default="")


class Metadata(_Api, frozen=True):
    """Object metadata."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: Time | None = None
    deletion_timestamp: Time | None = None
    labels: dict[str, str] = {}
    annotations: Annotations = Annotations()
    owner_references: tuple[OwnerReference, ...] = ()
    managed_fields: tuple[ManagedFields, ...] = ()


class LocalRef(_Api, frozen=True):
    """A reference to another object, as specs write it: kind and namespace may be left out."""

    name: str = ""
    kind: str = ""
    namespace: str = ""
    api_version: str = ""
    ready_expr: str = ""


class SourceVersion(_Api, frozen=True):
    """What a source follows: `spec.ref` of a GitRepository or OCIRepository."""

    branch: str = ""
    tag: str = ""
    semver: str = ""
    name: str = ""
    commit: str = ""
    digest: str = ""


class ChartSpec(_Api, frozen=True):
    """`spec.chart.spec` of a HelmRelease. The generated OCIRepository form has a `url` instead of a chart."""

    chart: str = ""
    version: str = ""
    url: str = ""
    source_ref: LocalRef | None = None


class ChartTemplate(_Api, frozen=True):
    """`spec.chart` of a HelmRelease."""

    kind: str = "HelmChart"
    spec: ChartSpec = ChartSpec()


class Spec(_Api, frozen=True):
    """The union of the spec fields of all Flux kinds that the program uses."""

    suspend: bool = False
    interval: str = ""
    retry_interval: str = ""
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
    target_namespace: str = ""
    kube_config: dict[str, Any] | None = None
    provider_ref: LocalRef | None = None
    image_repository_ref: LocalRef | None = None


class Condition(_Api, frozen=True):
    """A status condition."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    last_transition_time: Time | None = None
    observed_generation: int = 0


class Artifact(_Api, frozen=True):
    """What a source fetched last."""

    revision: str = ""
    digest: str = ""
    last_update_time: Time | None = None
    metadata: dict[str, str] = {}


class InventoryEntry(_Api, frozen=True):
    """One applied object; an ArtifactGenerator lists name and namespace of its artifacts instead of an id."""

    id: str = ""
    name: str = ""
    namespace: str = ""


class Inventory(_Api, frozen=True):
    """What an applier applied."""

    entries: tuple[InventoryEntry, ...] = ()


class HistoryEntry(_Api, frozen=True):
    """One past reconciliation of a Kustomization, or one Helm release snapshot of a HelmRelease."""

    last_reconciled: Time | None = None
    last_reconciled_duration: str = ""
    last_reconciled_status: str = ""
    total_reconciliations: int = 0
    metadata: dict[str, str] = {}
    version: int = 0
    status: str = ""
    chart_version: str = ""
    app_version: str = ""
    last_deployed: Time | None = None


class Status(_Api, frozen=True):
    """The union of the status fields of all Flux kinds that the program uses."""

    conditions: tuple[Condition, ...] = ()
    observed_generation: int = 0
    last_applied_revision: str = ""
    last_applied_origin_revision: str = ""
    last_attempted_revision: str = ""
    last_handled_reconcile_at: str = ""
    artifact: Artifact | None = None
    inventory: Inventory | tuple[InventoryEntry, ...] | None = None
    history: tuple[HistoryEntry, ...] = ()
    helm_chart: str = ""
    failures: int = 0
    install_failures: int = 0
    upgrade_failures: int = 0


class _WireObject(_Api, frozen=True):
    metadata: Metadata
    spec: Spec = Spec()
    status: Status | None = None


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
        """The manager whose entry owns `spec.suspend`: who suspended it and when, as far as is remembered."""
        for entry in self.metadata.managed_fields:
            if entry.fields_v1.spec is not None and entry.fields_v1.spec.suspend is not None:
                return entry
        return None

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


class Skipped(msgspec.Struct, frozen=True):
    """An object that could not be decoded and is left out of the picture."""

    context: str
    kind: str
    name: str
    """`namespace/name` where it could be read, else empty."""
    why: str


class Page(msgspec.Struct, frozen=True):
    """One page of a list."""

    resources: tuple[Resource, ...]
    skipped: tuple[Skipped, ...]
    resource_version: str
    continue_token: str
    """Empty on the last page."""


class ApiStatus(_Api, frozen=True):
    """A `metav1.Status`: what an API server answers instead of an object when it refuses."""

    code: int = 0
    reason: str = ""
    message: str = ""


class WatchEvent(msgspec.Struct, frozen=True):
    """One line of a watch."""

    type: str
    """`ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`."""
    resource_version: str
    """Where the watch may be resumed, empty for `ERROR`."""
    resource: Resource | None = None
    """None for `BOOKMARK` and `ERROR`, and where the object was skipped."""
    skipped: Skipped | None = None
    error: ApiStatus | None = None


class _ListMeta(_Api, frozen=True):
    resource_version: str = ""
    continue_token: str = msgspec.field(name="continue", default="")


class _RawList(_Api, frozen=True):
    metadata: _ListMeta
    items: tuple[msgspec.Raw, ...] | None


class _WireList(_Api, frozen=True):
    metadata: _ListMeta
    items: tuple[_WireObject, ...] | None


class _WireEvent(_Api, frozen=True):
    type: str
    object: msgspec.Raw


class _Identity(_Api, frozen=True):
    name: str = ""
    namespace: str = ""
    resource_version: str = ""


class _IdentityOnly(_Api, frozen=True):
    metadata: _Identity = _Identity()


_decode_list = msgspec.json.Decoder(_WireList).decode
_decode_raw_list = msgspec.json.Decoder(_RawList).decode
_decode_object = msgspec.json.Decoder(_WireObject).decode
_decode_event = msgspec.json.Decoder(_WireEvent).decode
_decode_identity = msgspec.json.Decoder(_IdentityOnly).decode
_decode_status = msgspec.json.Decoder(ApiStatus).decode


def decode_object(raw: bytes, context: str, kind: str) -> Resource:
    """Decode one object.

    Args:
        raw: The object as the API server wrote it.
        context: The context it was read through.
        kind: Its kind (list items may leave theirs out).

    Returns:
        The object, its text cleaned.

    Raises:
        msgspec.MsgspecError: It is no JSON, or not of the shape that Flux's CRDs promise.
    """
    try:
        return _resource(_decode_object(clean_json(raw)), context, kind)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from None


def decode_page(raw: bytes, context: str, kind: str) -> Page:
    """Decode one page of a list; an item that can't be decoded is reported and the others are kept.

    Args:
        raw: The page as the API server wrote it.
        context: The context it was read through.
        kind: The kind that was listed.

    Returns:
        The page.

    Raises:
        msgspec.MsgspecError: The page as a whole is no list.
    """
    try:
        page = _decode_list(clean_json(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_page_by_item(raw, context, kind)
    resources = tuple(_resource(item, context, kind) for item in page.items or ())
    return Page(resources, (), page.metadata.resource_version, page.metadata.continue_token)


def decode_watch_event(raw: bytes, context: str, kind: str) -> WatchEvent:
    """Decode one line of a watch.

    Args:
        raw: The line, without its newline.
        context: The context it was read through.
        kind: The kind that is watched.

    Returns:
        The event; an object that can't be decoded is reported in `skipped` and the watch can go on.

    Raises:
        msgspec.MsgspecError: The line as a whole is no watch event.
    """
    event = _decode_event(raw)
    if event.type == "ERROR":
        return WatchEvent("ERROR", "", error=decode_status(bytes(event.object)))
    if event.type == "BOOKMARK":
        return WatchEvent("BOOKMARK", _decode_identity(event.object).metadata.resource_version)
    try:
        resource = decode_object(bytes(event.object), context, kind)
    except msgspec.DecodeError as error:
        version = _identity(event.object).resource_version
        return WatchEvent(event.type, version, skipped=_skipped(event.object, context, kind, error))
    return WatchEvent(event.type, resource.metadata.resource_version, resource)


def decode_status(raw: bytes) -> ApiStatus:
    """Decode the body of a refusal.

    Args:
        raw: The body, which a proxy on the way may have written.

    Returns:
        The API server's status, or an empty one with the body's first characters as message.
    """
    try:
        return _decode_status(clean_json(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ApiStatus(message=clean(raw[:200].decode("utf-8", "replace")))


def _resource(wire: _WireObject, context: str, kind: str) -> Resource:
    metadata = wire.metadata
    return Resource(
        ObjectRef(context, kind, metadata.namespace, metadata.name), metadata, wire.spec, wire.status or _NO_STATUS
    )


_NO_STATUS = Status()


def _decode_page_by_item(raw: bytes, context: str, kind: str) -> Page:
    page = _decode_raw_list(raw)
    resources: list[Resource] = []
    skipped: list[Skipped] = []
    for item in page.items or ():
        try:
            resources.append(decode_object(bytes(item), context, kind))
        except msgspec.DecodeError as error:
            skipped.append(_skipped(item, context, kind, error))
    return Page(tuple(resources), tuple(skipped), page.metadata.resource_version, page.metadata.continue_token)


def _identity(raw: msgspec.Raw) -> _Identity:
    try:
        return _decode_identity(clean_json(bytes(raw))).metadata
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Identity()


def _skipped(raw: msgspec.Raw, context: str, kind: str, error: msgspec.DecodeError) -> Skipped:
    identity = _identity(raw)
    name = f"{identity.namespace}/{identity.name}" if identity.namespace else identity.name
    return Skipped(context, kind, name, str(error))
