"""The fleet on its shelves, and the changes that are made to it."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from benchmarks.fleet import Item, State, api_version, fleet, settled_since
from benchmarks.manifests import event, manifest
from benchmarks.shelf import Shelf
from tui.model.kinds import IMAGE_GROUP, KINDS, NOTIFICATION_GROUP, SOURCE_GROUP

_PAGE = 500
"""How many objects clients ask for at a time."""

_EMPTY = (
    *("OCIRepository", "Bucket", "HelmRepository", "HelmChart", "Alert", "Provider", "Receiver"),
    "ImageRepository",
    "ImagePolicy",
    "ImageUpdateAutomation",
)
"""Kinds that are installed with Flux and that the fleet has no objects of."""

_VERSIONS = {SOURCE_GROUP: "v1", NOTIFICATION_GROUP: "v1", IMAGE_GROUP: "v1"}


class Load:
    """The fleet on its shelves, and the changes that are made to it."""

    def __init__(self, objects: int) -> None:
        self.version = 1000
        """The resource version of the latest change."""
        self.changes = 0
        """How many changes were made."""
        self._born = datetime.now(UTC) - timedelta(hours=300)
        self._random = random.Random(7)  # noqa: S311 - the same load for everyone
        self._items = fleet(objects)
        self._calm = [item for items in self._items.values() for item in items if item.state is State.READY]
        self._busy: list[Item] = []
        self.shelves = {KINDS[kind].plural: Shelf(kind, _version_of(kind)) for kind in (*self._items, *_EMPTY)}
        self.shelves["events"] = Shelf("Event", "v1")
        for kind, items in self._items.items():
            self.shelves[KINDS[kind].plural].fill(self._first(items), self.version)
        self.shelves["events"].fill(self._events(), self.version)
        for shelf in self.shelves.values():
            shelf.prepare(_PAGE, self.version)

    def change_one(self, most_in_progress: int) -> None:
        """Change the status of one object: Ready to Progressing, or the longest Progressing back to Ready.

        Args:
            most_in_progress: How many objects may be in progress at a time.
        """
        if len(self._busy) >= most_in_progress or not self._calm:
            item, state = self._busy.pop(0), State.READY
            self._calm.append(item)
        else:
            place = self._random.randrange(len(self._calm))
            self._calm[place], self._calm[-1] = self._calm[-1], self._calm[place]
            item, state = self._calm.pop(), State.PROGRESSING
            self._busy.append(item)
        self.version += 1
        self.changes += 1
        raw = msgspec.json.encode(manifest(item, state, self.version, datetime.now(UTC), self._born))
        self.shelves[KINDS[item.kind].plural].change(item.uid, raw, self.version)

    def settle(self) -> None:
        """Let every object that is in progress become ready."""
        while self._busy:
            self.change_one(0)

    def _first(self, items: list[Item]) -> Iterator[tuple[str, bytes]]:
        for item in items:
            since = settled_since(item, self._born)
            yield item.uid, msgspec.json.encode(manifest(item, item.state, self.version, since, self._born))

    def _events(self) -> Iterator[tuple[str, bytes]]:
        last = datetime.now(UTC) - timedelta(hours=5)
        for items in self._items.values():
            for item in items[::2]:
                yield item.uid, msgspec.json.encode(event(item, self.version, last - timedelta(seconds=item.number)))


def _version_of(kind: str) -> str:
    group = KINDS[kind].group
    return f"{group}/{_VERSIONS[group]}" if kind in _EMPTY else api_version(kind)
