"""What the load server holds of one kind: JSON, its pages and its history."""

import asyncio
import zlib
from collections import deque
from collections.abc import Iterable

_REMEMBERED = 20_000
"""How many changes of a kind can be watched from; a watch from further back is told 410."""

_COMPRESSED_FROM = 128 * 1024
"""An API server compresses answers above that, quickly (apiserver endpoints/handlers/responsewriters)."""


class Shelf:
    """The objects of one kind as an API server would write them."""

    def __init__(self, kind: str, api_version: str) -> None:
        self.kind = kind
        self.api_version = api_version
        self.watchers: set[asyncio.Queue[bytes]] = set()
        """Who is told of changes."""
        self._objects: dict[str, bytes] = {}
        self._changes: deque[tuple[int, bytes]] = deque(maxlen=_REMEMBERED)
        self._forgotten = 0
        self._pages: dict[tuple[int, int], tuple[int, bytes]] = {}
        self._compressed: dict[tuple[int, int], bytes] = {}

    def fill(self, objects: Iterable[tuple[str, bytes]], version: int) -> None:
        """Put the first objects in; nobody is told.

        Args:
            objects: Their uids and their JSON.
            version: The resource version that they were put in at.
        """
        self._objects.update(objects)
        self._forgotten = version

    def change(self, uid: str, raw: bytes, version: int) -> None:
        """Replace an object, and tell those who watch.

        Args:
            uid: The object's uid.
            raw: Its JSON.
            version: Its resource version.
        """
        self._objects[uid] = raw
        if len(self._changes) == _REMEMBERED:
            self._forgotten = self._changes[0][0]
        line = b'{"type":"MODIFIED","object":%b}\n' % raw
        self._changes.append((version, line))
        for watcher in self.watchers:
            watcher.put_nowait(line)

    def since(self, version: int) -> list[bytes] | None:
        """What changed after a resource version.

        Args:
            version: The resource version.

        Returns:
            Lines of a watch; None where it is too long ago.
        """
        if version < self._forgotten:
            return None
        return [line for changed, line in self._changes if changed > version]

    def bookmark(self, version: int) -> bytes:
        """A line that tells how far the watch has come.

        Args:
            version: The resource version.

        Returns:
            The line.
        """
        return b'{"type":"BOOKMARK","object":{"kind":"%b","apiVersion":"%b","metadata":{"resourceVersion":"%d"}}}\n' % (
            self.kind.encode(),
            self.api_version.encode(),
            version,
        )

    def prepare(self, limit: int, version: int) -> None:
        """Write the pages before they are asked for, so that the first client waits no longer than the second.

        Args:
            limit: How many objects a page has.
            version: The resource version now.
        """
        for start in range(0, len(self._objects), limit):
            self.page(start, limit, version, compressed=True)

    def page(self, start: int, limit: int, version: int, compressed: bool) -> tuple[bytes, bool]:
        """One page of the list; kept until something changes, so that the server takes no time of the client's.

        Args:
            start: The place of its first object.
            limit: How many objects it has at most, 0 for all.
            version: The resource version now.
            compressed: Whether the client takes gzip.

        Returns:
            The body, and whether it is gzip.
        """
        key = (start, limit)
        if key not in self._pages or self._pages[key][0] != version:
            self._pages[key] = version, self._write_page(start, limit, version)
            self._compressed.pop(key, None)
        body = self._pages[key][1]
        if not compressed or len(body) < _COMPRESSED_FROM:
            return body, False
        if key not in self._compressed:
            packer = zlib.compressobj(1, wbits=31)
            self._compressed[key] = packer.compress(body) + packer.flush()
        return self._compressed[key], True

    def _write_page(self, start: int, limit: int, version: int) -> bytes:
        objects = list(self._objects.values())
        end = start + limit if limit else len(objects)
        left = max(0, len(objects) - end)
        more = b',"continue":"%d","remainingItemCount":%d' % (end, left) if left else b""
        return b'{"kind":"%bList","apiVersion":"%b","metadata":{"resourceVersion":"%d"%b},"items":[%b]}' % (
            self.kind.encode(),
            self.api_version.encode(),
            version,
            more,
            b",".join(objects[start:end]),
        )
