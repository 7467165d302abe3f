"""What a reflector needs to know of the kind it lists and watches."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

from tui.model.changes import Change, KindListed, ObjectChanged, ObjectDeleted
from tui.model.decode import ApiStatus, Skipped, WatchEvent, decode_page, decode_watch_event
from tui.model.refs import ObjectRef
from tui.model.resources import Resource

T = TypeVar("T")


class Listing(msgspec.Struct, frozen=True):
    """One page of a list, its items apart."""

    versions: dict[Hashable, str]
    """The resource version of each item, by its identity."""
    skipped: tuple[Skipped, ...]
    resource_version: str
    continue_token: str


class Step(msgspec.Struct, frozen=True, gc=False):
    """One line of a watch and what it means."""

    type: str
    resource_version: str
    key: Hashable = None
    """The identity of the object, None where there is none."""
    change: Change | None = None
    skipped: Skipped | None = None
    error: ApiStatus | None = None


class Feed(Protocol[T]):
    """One kind to list and watch: where it is, and how its bytes become changes."""

    name: str
    """The kind."""
    context: str
    path: str
    """Of the objects in all namespaces."""
    namespace: str
    """Where a user looks who may not look everywhere."""
    narrow_path: str
    """Of the objects in that namespace; empty where there is no such thing."""
    params: Mapping[str, str]
    """Query parameters of lists and watches, selectors."""
    max_pages: int
    """How many pages are read at most; 0 for all."""

    def listing(self, raw: bytes) -> tuple[Sequence[T], Listing]:
        """Decode one page of a list.

        Args:
            raw: The body.

        Returns:
            The items, and what else the page says.

        Raises:
            ValueError: It is no list, or no JSON.
        """
        ...

    def listed(self, items: Sequence[T]) -> Change:
        """Say that a list has completed.

        Args:
            items: The items of all pages.

        Returns:
            The one change that replaces what was known.
        """
        ...

    def step(self, raw: bytes) -> Step:
        """Decode one line of a watch.

        Args:
            raw: The line.

        Returns:
            What it means.

        Raises:
            ValueError: It is no watch event, or no JSON.
        """
        ...


class ResourceFeed:
    """A Flux kind."""

    params: Mapping[str, str] = {}
    max_pages = 0

    def __init__(self, context: str, kind: str, path: str, namespace: str = "", narrow_path: str = "") -> None:
        """Say where the kind is.

        Args:
            context: The context.
            kind: The kind.
            path: The path of its objects in all namespaces.
            namespace: Where a user looks who may not look everywhere.
            narrow_path: The path of the objects there; empty where that is not possible.
        """
        self.context = context
        self.name = kind
        self.path = path
        self.namespace = namespace
        self.narrow_path = narrow_path

    def listing(self, raw: bytes) -> tuple[Sequence[Resource], Listing]:
        """Decode one page of a list.

        Args:
            raw: The body.

        Returns:
            The objects that could be decoded, and what else the page says.

        Raises:
            ValueError: It is no list, or no JSON.
        """
        page = decode_page(raw, self.context, self.name)
        versions: dict[Hashable, str] = {item.ref: item.metadata.resource_version for item in page.resources}
        return page.resources, Listing(versions, page.skipped, page.resource_version, page.continue_token)

    def listed(self, items: Sequence[Resource]) -> KindListed:
        """Say that a list has completed.

        Args:
            items: The objects of all pages.

        Returns:
            The change that swaps the kind's rows.
        """
        return KindListed(self.context, self.name, tuple(items))

    def step(self, raw: bytes) -> Step:
        """Decode one line of a watch.

        Args:
            raw: The line.

        Returns:
            What it means.

        Raises:
            ValueError: It is no watch event, or no JSON.
        """
        event = decode_watch_event(raw, self.context, self.name)
        ref = self._ref(event)
        if ref is None:
            return Step(event.type, event.resource_version, skipped=event.skipped, error=event.error)
        if event.type == "DELETED":
            return Step(event.type, event.resource_version, ref, ObjectDeleted(ref))
        if event.resource is None:
            return Step(event.type, event.resource_version, ref, skipped=event.skipped)
        return Step(event.type, event.resource_version, ref, ObjectChanged(event.resource))

    def _ref(self, event: WatchEvent) -> ObjectRef | None:
        """Whom an event is about: an object that can't be decoded can still be deleted."""
        if event.resource is not None:
            return event.resource.ref
        if event.skipped is None or not event.skipped.name:
            return None
        namespace, _, name = event.skipped.name.rpartition("/")
        return ObjectRef(self.context, self.name, namespace, name)
