"""The versioned object store behind one API server: objects, resource versions, and the log that watches read."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import NamedTuple
from uuid import UUID

from tui.demo.resources import TYPES, Key, Object, key_of
from tui.demo.times import stamp

LOG_LENGTH = 4000
"""How many changes can be watched from the past; older resource versions are gone."""


class Entry(NamedTuple):
    """One change."""

    version: int
    type: str
    """`ADDED`, `MODIFIED` or `DELETED`."""
    key: Key
    object: Object
    """As it is now; for `DELETED`, as it was last."""
    previous: Object | None
    """As it was before, None for `ADDED`."""


class ConflictError(Exception):
    """A write expected another resource version than the object has."""


class ExpiredError(Exception):
    """The log does not reach back to that resource version."""


class Store:
    """Objects of one cluster. Nothing in it is changed in place: a write replaces the object."""

    def __init__(self, random: Random, now: Callable[[], datetime]) -> None:
        """Make an empty store.

        Args:
            random: Where uids come from.
            now: The time.
        """
        self.version = 1
        self.listeners: list[Callable[[Entry], None]] = []
        """Called after each change, at once."""
        self._random = random
        self._now = now
        self._objects: dict[Key, Object] = {}
        self._log: deque[Entry] = deque(maxlen=LOG_LENGTH)
        self._floor = 1

    def get(self, key: Key) -> Object | None:
        """One object.

        Args:
            key: Which.

        Returns:
            The object, not to be changed, or None.
        """
        return self._objects.get(key)

    def all(self, kind: str, namespace: str = "") -> list[Object]:
        """All objects of a kind.

        Args:
            kind: The kind.
            namespace: Only those in this namespace, empty for all.

        Returns:
            The objects, sorted by namespace and name, not to be changed.
        """
        return [self._objects[key] for key in sorted(_select(self._objects, kind, namespace))]

    def all_at(self, kind: str, namespace: str, version: int) -> list[Object]:
        """All objects of a kind as they were at a resource version, for the later pages of a list.

        Args:
            kind: The kind.
            namespace: Only those in this namespace, empty for all.
            version: The resource version of the first page.

        Returns:
            The objects, sorted by namespace and name.

        Raises:
            ExpiredError: That is too long ago.
        """
        objects = {key: self._objects[key] for key in _select(self._objects, kind, namespace)}
        for entry in reversed(self.since(kind, version)):
            if namespace not in ("", entry.key.namespace):
                continue
            if entry.previous is None:
                objects.pop(entry.key, None)
            else:
                objects[entry.key] = entry.previous
        return [objects[key] for key in sorted(objects)]

    def since(self, kind: str, version: int) -> list[Entry]:
        """What happened to objects of a kind after a resource version.

        Args:
            kind: The kind.
            version: The resource version.

        Returns:
            The changes, oldest first.

        Raises:
            ExpiredError: That is too long ago.
        """
        if version < self._floor:
            raise ExpiredError
        found: list[Entry] = []
        for entry in reversed(self._log):
            if entry.version <= version:
                break
            if entry.key.kind == kind:
                found.append(entry)
        return found[::-1]

    def expire(self) -> None:
        """Forget the log: every resource version before the present one is gone."""
        self._log.clear()
        self._floor = self.version

    def put(self, item: Object, expected: str = "") -> Object:
        """Create or replace an object.

        The generation goes up when anything but metadata and status changes. Nothing happens when nothing changes.

        Args:
            item: The object, which the store keeps and completes.
            expected: The resource version that the object must have, empty for any.

        Returns:
            The object as it is stored.

        Raises:
            ConflictError: It has another one.
        """
        key, metadata = key_of(item), item["metadata"]
        previous = self._objects.get(key)
        if expected and (previous is None or previous["metadata"]["resourceVersion"] != expected):
            raise ConflictError
        if previous == item:
            return previous
        if previous is None:
            metadata["uid"] = str(UUID(int=self._random.getrandbits(128), version=4))
            metadata["creationTimestamp"] = stamp(self._now())
            if key.kind != "Event":
                metadata["generation"] = 1
        elif _without_status(item) != _without_status(previous) and "generation" in metadata:
            metadata["generation"] = previous["metadata"]["generation"] + 1
        self._write("ADDED" if previous is None else "MODIFIED", key, item, previous)
        return item

    def delete(self, key: Key) -> Object | None:
        """Remove an object.

        Args:
            key: Which.

        Returns:
            It as it was last, None where there was none.
        """
        previous = self._objects.get(key)
        if previous is None:
            return None
        last = {**previous, "metadata": {**previous["metadata"]}}
        self._write("DELETED", key, last, previous)
        return last

    def _write(self, type_: str, key: Key, item: Object, previous: Object | None) -> None:
        self.version += 1
        item["metadata"]["resourceVersion"] = str(self.version)
        if type_ == "DELETED":
            del self._objects[key]
        else:
            self._objects[key] = item
        if len(self._log) == LOG_LENGTH:
            self._floor = self._log[0].version
        entry = Entry(self.version, type_, key, item, previous)
        self._log.append(entry)
        for listener in list(self.listeners):
            listener(entry)


def _select(objects: Mapping[Key, Object], kind: str, namespace: str) -> list[Key]:
    return [key for key in objects if key.kind == kind and namespace in ("", key.namespace)]


def _without_status(item: Object) -> Object:
    has_status = TYPES[item["kind"]].has_status
    return {name: value for name, value in item.items() if name != "metadata" and not (has_status and name == "status")}
