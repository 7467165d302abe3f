"""core/v1 Events about Flux objects."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.apiserver import ApiServer, Stream, answer, bookmark, error, event, page, refuse
from tests.fakes.rig import reflecting, until
from tui.cluster.events import MAX_PAGES, NEWEST, EventFeed
from tui.cluster.status import State
from tui.model.changes import EventSeen, EventsListed
from tui.model.refs import ObjectRef

PATH = EventFeed.path
FLUX = {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "namespace": "ns", "name": "apps"}
T0, T1, T2 = "2026-11-21T12:00:00Z", "2026-11-21T12:05:00Z", "2026-11-21T12:09:00.123456Z"


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def about(involved: dict[str, Any] = FLUX, *, uid: str = "u1", version: int = 5, **fields: Any) -> dict[str, Any]:
    """An Event as API servers write it."""
    metadata = {"name": f"apps.{uid}", "namespace": "ns", "uid": uid, "resourceVersion": str(version)}
    annotations = fields.pop("annotations", None)
    if annotations is not None:
        metadata["annotations"] = annotations
    return {
        "metadata": metadata,
        "involvedObject": involved,
        "type": "Warning",
        "reason": "HealthCheckFailed",
        "message": "timeout",
        "source": {"component": "kustomize-controller"},
        "reportingComponent": "kustomize-controller",
        "firstTimestamp": T0,
        "lastTimestamp": T1,
        "eventTime": None,
        "count": 6,
        **fields,
    }


def read(obj: dict[str, Any]) -> Any:
    change = EventFeed("eu").step(json.dumps(event("ADDED", obj)).encode()).change
    return change.event if isinstance(change, EventSeen) else None


def test_an_event_is_read_with_its_count_times_and_revision() -> None:
    record = read(about(annotations={"kustomize.toolkit.fluxcd.io/revision": "main@sha1:abc"}))
    assert record.ref == ObjectRef("eu", "Kustomization", "ns", "apps")
    assert (record.uid, record.type, record.reason, record.message) == ("u1", "Warning", "HealthCheckFailed", "timeout")
    assert (record.count, record.first, record.last) == (6, when(T0), when(T1))
    assert (record.reporter, record.revision) == ("kustomize-controller", "main@sha1:abc")


@pytest.mark.parametrize(
    ("fields", "count", "last"),
    [
        ({"count": None, "series": {"count": 9, "lastObservedTime": T2}}, 9, T2),
        ({"count": None, "firstTimestamp": None, "lastTimestamp": None, "eventTime": T2}, 1, T2),
        ({"lastTimestamp": None}, 6, T0),
        ({"series": None, "source": None}, 6, T1),
    ],
    ids=["series", "event-time", "first-only", "nulls"],
)
def test_count_and_time_come_from_where_they_are(fields: dict[str, Any], count: int, last: str) -> None:
    record = read(about(**fields))
    assert (record.count, record.last) == (count, when(last))


@pytest.mark.parametrize(
    "involved",
    [
        {**FLUX, "kind": "Gateway"},
        {**FLUX, "apiVersion": "kustomize.config.k8s.io/v1beta1"},
        {**FLUX, "kind": "HelmRelease"},
        {"kind": "Kustomization", "name": "x"},
        {},
    ],
    ids=["another-kind", "another-group", "group-of-another-kind", "no-group", "nothing"],
)
def test_events_about_other_objects_are_left_out(involved: dict[str, Any]) -> None:
    assert read(about(involved)) is None


def test_hostile_text_is_cleaned() -> None:
    record = read(about(message="\x1b[2Jboo\u202e\nline", reason="a\x07b"))
    assert (record.message, record.reason) == ("[2Jboo\nline", "ab")


def test_an_event_that_can_not_be_read_is_reported_and_the_others_are_kept() -> None:
    feed = EventFeed("eu")
    raw = json.dumps(page(9, about(count="six"), about(uid="u2"))).encode()
    records, listing = feed.listing(raw)
    assert [record.uid for record in records] == ["u2"]
    assert len(listing.skipped) == 1
    step = feed.step(json.dumps(event("ADDED", about(count="six", version=8))).encode())
    assert step.skipped is not None
    assert step.resource_version == "8"


@pytest.mark.parametrize(
    ("version", "number"),
    [("17", 17), ("", 0), ("not-a-number", 0), ("9" * 5000, 0)],
    ids=["a number", "none", "something else", "longer than any"],
)
def test_the_version_orders_events_of_the_same_second(version: str, number: int) -> None:
    body = about()
    body["metadata"]["resourceVersion"] = version
    assert read(body).version == number


def test_a_list_is_told_in_the_order_of_writing() -> None:
    feed = EventFeed("eu")
    events = [about(uid=f"u{version}", version=version) for version in (9, 10, 8)]
    records, _ = feed.listing(json.dumps(page(11, *events)).encode())
    assert [one.uid for one in feed.listed(records).events] == ["u8", "u9", "u10"]


def test_other_lines_of_a_watch() -> None:
    feed = EventFeed("eu")
    assert feed.step(json.dumps(bookmark(12)).encode()).resource_version == "12"
    gone = feed.step(json.dumps(error(410, "too old")).encode()).error
    assert gone is not None
    assert gone.code == 410
    deleted = feed.step(json.dumps(event("DELETED", about(version=13))).encode())
    assert (deleted.change, deleted.resource_version) == (None, "13")


def test_a_list_keeps_the_newest() -> None:
    feed = EventFeed("eu")
    events = [
        about(uid=f"u{n}", lastTimestamp=f"2026-11-21T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z")
        for n in range(NEWEST + 2)
    ]
    records, _ = feed.listing(json.dumps(page(9, *reversed(events))).encode())
    listed = feed.listed(records)
    assert len(listed.events) == NEWEST
    assert (listed.events[0].uid, listed.events[-1].uid) == ("u2", f"u{NEWEST + 1}")


async def test_a_list_ends_after_twenty_pages() -> None:
    async with ApiServer() as server:
        server.on(PATH, answer(page(9, about(), more="more")))
        server.on_watch(PATH, Stream())
        async with reflecting(server.url, PATH, feed=EventFeed("eu")) as rig:
            await rig.until_state(State.WATCHED)
            assert len(server.requests(PATH)) == MAX_PAGES


async def test_the_server_leaves_noisy_kinds_out_of_lists_and_watches() -> None:
    async with ApiServer() as server:
        server.on(PATH, answer(page(9, about())))
        server.on_watch(PATH, Stream())
        async with reflecting(server.url, PATH, feed=EventFeed("eu")) as rig:
            await rig.until_state(State.WATCHED)
            for seen in server.seen:
                selected = seen.params["fieldSelector"].split(",")
                assert {"involvedObject.kind!=Pod", "involvedObject.kind!=ReplicaSet"} <= set(selected)


async def test_an_event_whose_count_goes_up_is_told_again() -> None:
    async with ApiServer() as server:
        server.on(PATH, answer(page(9, about())))
        stream = Stream(event("MODIFIED", about(version=10, count=7)), event("MODIFIED", about(version=11, count=8)))
        server.on_watch(PATH, stream)
        async with reflecting(server.url, PATH, feed=EventFeed("eu")) as rig:
            await until(lambda: len(rig.of(EventSeen)) == 2)
            assert [change.events[0].count for change in rig.of(EventsListed)] == [6]
            assert [(change.event.uid, change.event.count) for change in rig.of(EventSeen)] == [("u1", 7), ("u1", 8)]


async def test_forbidden_events_are_told() -> None:
    async with ApiServer() as server:
        server.on(PATH, refuse(403, "no"))
        async with reflecting(server.url, PATH, feed=EventFeed("eu")) as rig:
            await rig.until_state(State.FORBIDDEN)
