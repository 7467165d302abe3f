"""core/v1 Events, recorded as client-go's legacy recorder does: the same again bumps a count."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random

from tui.demo.manifests import manifest
from tui.demo.objects import Store
from tui.demo.resources import Key, Object
from tui.demo.times import stamp

KEPT = timedelta(hours=1)
"""How long an API server keeps an Event by default."""


class Recorder:
    """Writes Events into a store and removes them when they are too old."""

    def __init__(self, store: Store, random: Random, now: Callable[[], datetime]) -> None:
        """Begin.

        Args:
            store: Where the Events go.
            random: Where the suffixes of their names come from.
            now: The time.
        """
        self._store = store
        self._random = random
        self._now = now
        self._known: dict[tuple[str, str, str, str], Key] = {}
        self._ages: deque[tuple[datetime, tuple[str, str, str, str]]] = deque()

    def record(
        self,
        item: Object,
        reporter: str,
        type_: str,
        reason: str,
        message: str,
        annotations: Mapping[str, str] | None = None,
    ) -> None:
        """Record that something happened to an object.

        Args:
            item: The object.
            reporter: The controller.
            type_: `Normal` or `Warning`.
            reason: The reason.
            message: What happened.
            annotations: The Event's own annotations.
        """
        self.prune()
        now = stamp(self._now())
        same = (item["metadata"]["uid"], type_, reason, message)
        known = self._known.get(same)
        event = self._store.get(known) if known else None
        self._ages.append((self._now(), same))
        if event is not None:
            again = {**event, "metadata": {**event["metadata"]}, "count": event["count"] + 1, "lastTimestamp": now}
            self._store.put(again)
            return
        namespace = item["metadata"].get("namespace", "default")
        name = f"{item['metadata']['name']}.{self._random.getrandbits(64):016x}"
        made = manifest("Event", name, namespace)
        if annotations:
            made["metadata"]["annotations"] = dict(annotations)
        made |= {
            "involvedObject": _reference(item),
            "reason": reason,
            "message": message,
            "type": type_,
            "count": 1,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "eventTime": None,
            "source": {"component": reporter},
            "reportingComponent": reporter,
            "reportingInstance": "",
        }
        self._store.put(made)
        self._known[same] = Key("Event", namespace, name)

    def prune(self) -> None:
        """Remove the Events that are too old."""
        horizon = self._now() - KEPT
        while self._ages and self._ages[0][0] < horizon:
            last, same = self._ages.popleft()
            key = self._known.get(same)
            event = self._store.get(key) if key else None
            if key and event and event["lastTimestamp"] <= stamp(last):
                self._store.delete(key)
                del self._known[same]


def _reference(item: Object) -> Object:
    metadata = item["metadata"]
    return {
        "apiVersion": item["apiVersion"],
        "kind": item["kind"],
        "name": metadata["name"],
        "namespace": metadata.get("namespace", ""),
        "resourceVersion": metadata["resourceVersion"],
        "uid": metadata["uid"],
    }
