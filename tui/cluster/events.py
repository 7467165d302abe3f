"""core/v1 Events about Flux objects: how they are listed, watched and read."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec

from tui.cluster.feeds import Listing, Step
from tui.model.changes import EventRecord, EventSeen, EventsListed
from tui.model.decode import ApiStatus, Skipped
from tui.model.kinds import KINDS
from tui.model.refs import ObjectRef
from tui.model.text import clean_json

_OTHERS = (
    "Pod",
    "ReplicaSet",
    "Node",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "Service",
    "Ingress",
    "Endpoints",
    "EndpointSlice",
    "Lease",
    "Namespace",
)
"""The kinds that most Events of a cluster are about; the API server leaves them out (it can't select `in`)."""

MAX_PAGES = 20
"""Pages of 500: Events come in the order of their names, so what lies beyond can't be told from what lies before."""

NEWEST = 5000
"""How many Events a list hands on at most."""

_LONGEST_VERSION = 40
"""Digits; those of etcd have 19 at most."""

_NEVER = datetime.min.replace(tzinfo=UTC)


class _Involved(msgspec.Struct, frozen=True, rename="camel", gc=False):
    kind: str = ""
    namespace: str = ""
    name: str = ""
    api_version: str = ""


class _Source(msgspec.Struct, frozen=True, gc=False):
    component: str = ""


class _Series(msgspec.Struct, frozen=True, rename="camel", gc=False):
    count: int = 0
    last_observed_time: datetime | None = None


class _Metadata(msgspec.Struct, frozen=True, rename="camel", gc=False):
    uid: str = ""
    name: str = ""
    namespace: str = ""
    resource_version: str = ""
    annotations: dict[str, str] | None = None


class _Event(msgspec.Struct, frozen=True, rename="camel", gc=False):
    metadata: _Metadata
    involved_object: _Involved = _Involved()
    type: str = ""
    reason: str = ""
    message: str = ""
    count: int | None = None
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    series: _Series | None = None
    source: _Source | None = None
    reporting_component: str = ""


class _ListMeta(msgspec.Struct, frozen=True, rename="camel", gc=False):
    resource_version: str = ""
    continue_token: str = msgspec.field(name="continue", default="")


class _EventList(msgspec.Struct, frozen=True):
    metadata: _ListMeta = _ListMeta()
    items: tuple[_Event, ...] | None = ()


class _RawList(msgspec.Struct, frozen=True):
    metadata: _ListMeta = _ListMeta()
    items: tuple[msgspec.Raw, ...] | None = ()


class _Line(msgspec.Struct, frozen=True):
    type: str
    object: msgspec.Raw


class _Bookmark(msgspec.Struct, frozen=True):
    metadata: _ListMeta = _ListMeta()


_decode_list = msgspec.json.Decoder(_EventList).decode
_decode_raw_list = msgspec.json.Decoder(_RawList).decode
_decode_event = msgspec.json.Decoder(_Event).decode
_decode_line = msgspec.json.Decoder(_Line).decode
_decode_bookmark = msgspec.json.Decoder(_Bookmark).decode
_decode_status = msgspec.json.Decoder(ApiStatus).decode


class EventFeed:
    """The Events of one context that are about Flux objects."""

    name = "Event"
    path = "/api/v1/events"
    params: Mapping[str, str] = {"fieldSelector": ",".join(f"involvedObject.kind!={kind}" for kind in _OTHERS)}
    max_pages = MAX_PAGES

    def __init__(self, context: str, namespace: str = "") -> None:
        """Say whose Events.

        Args:
            context: The context.
            namespace: Where a user looks who may not look everywhere; Events are where their object is.
        """
        self.context = context
        self.namespace = namespace
        self.narrow_path = f"/api/v1/namespaces/{quote(namespace, safe='')}/events" if namespace else ""

    def listing(self, raw: bytes) -> tuple[Sequence[EventRecord], Listing]:
        """Decode one page of a list.

        Args:
            raw: The body.

        Returns:
            The Events about Flux objects, and what else the page says.

        Raises:
            ValueError: It is no list, or no JSON.
        """
        raw = clean_json(raw)
        skipped: list[Skipped] = []
        try:
            page = _decode_list(raw)
            events = page.items or ()
            meta = page.metadata
        except msgspec.ValidationError:
            rough = _decode_raw_list(raw)
            events = self._one_by_one(rough.items or (), skipped)
            meta = rough.metadata
        records: list[EventRecord] = []
        versions: dict[Hashable, str] = {}
        for event in events:
            record = _record(event, self.context)
            if record is not None:
                records.append(record)
                versions[record.uid] = event.metadata.resource_version
        return records, Listing(versions, tuple(skipped), meta.resource_version, meta.continue_token)

    def _one_by_one(self, items: Sequence[msgspec.Raw], skipped: list[Skipped]) -> tuple[_Event, ...]:
        events: list[_Event] = []
        for item in items:
            try:
                events.append(_decode_event(item))
            except msgspec.ValidationError as error:
                skipped.append(Skipped(self.context, self.name, "", str(error)))
        return tuple(events)

    def listed(self, items: Sequence[EventRecord]) -> EventsListed:
        """Say that a list has completed.

        Args:
            items: The Events of all pages.

        Returns:
            The newest of them, oldest first.
        """
        return EventsListed(self.context, tuple(sorted(items, key=_when)[-NEWEST:]))

    def step(self, raw: bytes) -> Step:
        """Decode one line of a watch.

        Args:
            raw: The line.

        Returns:
            What it means; an Event that is deleted (they expire after an hour) is no news.

        Raises:
            ValueError: It is no watch event, or no JSON.
        """
        line = _decode_line(clean_json(raw))
        if line.type == "ERROR":
            return Step(line.type, "", error=_decode_status(line.object))
        if line.type == "BOOKMARK":
            return Step(line.type, _decode_bookmark(line.object).metadata.resource_version)
        try:
            event = _decode_event(line.object)
        except msgspec.ValidationError as error:
            version = _decode_bookmark(line.object).metadata.resource_version
            return Step(line.type, version, skipped=Skipped(self.context, self.name, "", str(error)))
        version = event.metadata.resource_version
        record = _record(event, self.context)
        if record is None:
            return Step(line.type, version)
        change = None if line.type == "DELETED" else EventSeen(record)
        return Step(line.type, version, record.uid, change)


def _when(event: EventRecord) -> tuple[datetime, int]:
    return event.last or _NEVER, event.version


def _record(event: _Event, context: str) -> EventRecord | None:
    """The Event as the program keeps it, None where it is not about a Flux object."""
    involved = event.involved_object
    kind = KINDS.get(involved.kind)
    group = involved.api_version.rpartition("/")[0]
    if kind is None or kind.group != group:
        return None
    metadata = event.metadata
    series = event.series
    first = event.first_timestamp or event.event_time
    last = (series.last_observed_time if series else None) or event.last_timestamp or event.event_time or first
    return EventRecord(
        ObjectRef(context, kind.name, involved.namespace, involved.name),
        metadata.uid or f"{metadata.namespace}/{metadata.name}",
        event.type,
        event.reason,
        event.message.strip(),
        max(event.count or 0, series.count if series else 0, 1),
        first,
        last,
        event.reporting_component or (event.source.component if event.source else ""),
        (metadata.annotations or {}).get(f"{group}/revision", ""),
        _number(metadata.resource_version),
    )


def _number(version: str) -> int:
    return int(version) if version.isdecimal() and len(version) < _LONGEST_VERSION else 0
