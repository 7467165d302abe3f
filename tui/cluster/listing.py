"""Reading the list of one kind whole, page by page, as client-go's pager does (tools/pager/pager.go)."""

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

import msgspec

from tui.cluster.connection import Connection
from tui.cluster.feeds import Feed, Listing
from tui.cluster.refusal import Refused, refusal
from tui.model.decode import Skipped

T = TypeVar("T")

PAGE = 500
"""Objects per page, as client-go and kubectl ask."""


class Everything(msgspec.Struct, Generic[T]):
    """A list, all its pages together."""

    items: list[T]
    versions: dict[Hashable, str]
    """The resource version of each item, by its identity."""
    skipped: list[Skipped]
    version: str = ""
    """Where a watch goes on."""


async def read_list(connection: Connection, feed: Feed[T], path: str, deadline: float) -> Everything[T]:
    """Read a list.

    Args:
        connection: The way to the API server.
        feed: The kind.
        path: Which of its objects: those of all namespaces, or of one.
        deadline: Seconds for one page.

    Returns:
        All of it.

    Raises:
        Refused: The API server does not give it.
        ClusterError: There was no answer.
    """
    try:
        return await _read_pages(connection, feed, path, PAGE, deadline)
    except Refused as error:
        if error.code != 410:
            raise
        # The continue token expired while paging: one list without pages.
        return await _read_pages(connection, feed, path, 0, deadline)


async def _read_pages(connection: Connection, feed: Feed[T], path: str, limit: int, deadline: float) -> Everything[T]:
    found: Everything[T] = Everything([], {}, [])
    params = {**feed.params} | ({"limit": str(limit)} if limit else {})
    pages = 0
    while True:
        items, page = await _read_page(connection, feed, path, params, deadline)
        found.items.extend(items)
        found.versions.update(page.versions)
        found.skipped.extend(page.skipped)
        found.version = page.resource_version
        pages += 1
        if not page.continue_token or pages == feed.max_pages:
            return found
        params["continue"] = page.continue_token


async def _read_page(
    connection: Connection, feed: Feed[T], path: str, params: dict[str, str], deadline: float
) -> tuple[Sequence[T], Listing]:
    reply = await connection.request("GET", path, params=params, deadline=deadline)
    if reply.status != 200:
        raise refusal(reply.status, reply.headers, reply.body, f"the list of {feed.name}")
    try:
        return feed.listing(reply.body)
    except (ValueError, RecursionError) as error:
        what = f"The API server's list of {feed.name} can't be read: {error}."
        raise Refused(reply.status, what) from error
