"""What adapters tell the store: values, one per thing that changed."""

from datetime import datetime
from enum import StrEnum

import msgspec

from tui.model.decode import Skipped
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.workloads import Applied


class Phase(StrEnum):
    """Where a context's connection stands."""

    OFF = "off"
    """Not connected, by choice."""
    CONNECTING = "connecting"
    LIVE = "live"
    """Every watch that can run runs."""
    STALE = "stale"
    """What is shown was true once; the connection is gone and is being tried again."""
    LOGIN = "login needed"
    """The API server refused the credentials, fresh ones too, or they could not be had."""
    ABSENT = "no Flux"
    """The API server answers, and has none of Flux's CRDs."""
    UNREACHABLE = "unreachable"
    """Nothing was ever read from it."""


class ContextStatus(msgspec.Struct, frozen=True):
    """The state of one context, whole: a later one replaces it."""

    context: str
    phase: Phase
    since: datetime | None = None
    """When the phase began; for `STALE`, when the first watch was lost."""
    message: str = ""
    """What failed, where, why and the next step; empty where nothing did."""
    server: str = ""
    """The API server's URL, without credentials."""
    forbidden: tuple[str, ...] = ()
    """Kinds that may not be listed."""
    polled: tuple[str, ...] = ()
    """Kinds that may be listed but not watched, and so are polled."""
    missing: tuple[str, ...] = ()
    """Flux kinds that the cluster does not serve."""
    retry_at: datetime | None = None
    """When the connection is tried next."""
    vanished: tuple[str, ...] = ()
    """Kinds that were served and no longer are."""
    narrowed: tuple[str, ...] = ()
    """Kinds that are seen in one namespace only, since this user may not list the others."""
    namespace: str = ""
    """That namespace."""

    def sees(self, kind: str, namespace: str) -> bool:
        """Whether an object would be known if it existed.

        Args:
            kind: Its kind.
            namespace: Its namespace.

        Returns:
            False where this user may not list such objects.
        """
        return kind not in self.forbidden and (kind not in self.narrowed or namespace == self.namespace)


class KindListed(msgspec.Struct, frozen=True):
    """A list has completed: these are all the objects of that kind, whatever was known before."""

    context: str
    kind: str
    resources: tuple[Resource, ...]


class ObjectChanged(msgspec.Struct, frozen=True):
    """An object was added or modified."""

    resource: Resource


class ObjectDeleted(msgspec.Struct, frozen=True):
    """An object is gone."""

    ref: ObjectRef


class EventRecord(msgspec.Struct, frozen=True, gc=False):
    """A core/v1 Event about a Flux object."""

    ref: ObjectRef
    """The object it is about."""
    uid: str
    """The Event's own uid: a later version of the same Event replaces it."""
    type: str
    """`Normal` or `Warning`."""
    reason: str
    message: str
    count: int
    first: datetime | None
    last: datetime | None
    reporter: str
    """The controller."""
    revision: str = ""
    """The revision that the controller annotated, if it did."""
    version: int = 0
    """Its resource version as a number: it tells the order of Events of the same second, the finest that they know.

    From Kubernetes 1.35 on it may be compared (k8s.io/apimachinery pkg/util/resourceversion); 0 where it is none.
    """


class EventsListed(msgspec.Struct, frozen=True):
    """A list of a context's Events has completed and replaces what was known."""

    context: str
    events: tuple[EventRecord, ...]


class EventSeen(msgspec.Struct, frozen=True):
    """An Event was added or its count went up."""

    event: EventRecord


class LogLine(msgspec.Struct, frozen=True, gc=False):
    """One line of a controller's log."""

    time: datetime | None
    level: str
    """`debug`, `info`, `error`; empty where the line has none."""
    message: str
    error: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    reconcile_id: str = ""
    """The same for all lines of one run."""
    pod: str = ""


class Severity(StrEnum):
    """How much a notice matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Notice(msgspec.Struct, frozen=True):
    """A sentence for the person: what failed, where, why, and the next step. `:messages` keeps them all."""

    at: datetime
    severity: Severity
    text: str
    context: str = ""
    ref: ObjectRef | None = None
    connection: bool = False
    """It is about a context's connection, and cured when that is live."""


class ObjectSkipped(msgspec.Struct, frozen=True):
    """An object could not be decoded and is not shown."""

    skipped: Skipped


class InventoryRead(msgspec.Struct, frozen=True):
    """What an applier applied, as it is now."""

    ref: ObjectRef
    """The applier."""
    objects: tuple[Applied, ...] = ()
    """Worst first, Flux's own kinds left out."""
    read: datetime | None = None
    """When the objects were read, None for never."""
    problem: str = ""
    """Why there are none, or why they could not be read again."""


class InventoryLeft(msgspec.Struct, frozen=True):
    """Nobody looks at an applier's inventory any more, so that it is not kept up."""

    ref: ObjectRef


Change = (
    ContextStatus
    | KindListed
    | ObjectChanged
    | ObjectDeleted
    | EventsListed
    | EventSeen
    | ObjectSkipped
    | InventoryRead
    | InventoryLeft
    | Notice
)
"""All that an adapter may tell the store."""
