"""List and watch of one kind, on the raw protocol: what client-go's Reflector does (tools/cache/reflector.go).

Lists leave `resourceVersion` unset: "most recent", which API servers page. With `resourceVersion=0`, client-go's choice
for hundreds of controllers, a server may answer from a cache that lags behind what a person has just seen elsewhere,
and ignores `limit` (Kubernetes API concepts, "Resource versions").
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from tui.cluster.backoff import Backoff
from tui.cluster.connection import LoginNeeded, Stream, Unreachable
from tui.cluster.feeds import Feed, Listing, Step
from tui.cluster.link import Link
from tui.cluster.patience import Patience
from tui.cluster.refusal import Refused, refusal
from tui.cluster.status import Report, Standing, State
from tui.model.changes import ObjectSkipped
from tui.model.decode import ApiStatus, Skipped
from tui.ports import Emit

T = TypeVar("T")

PAGE = 500
"""Objects per page, as client-go and kubectl ask."""


POLLS = 20
"""How many times a kind is polled before a watch is tried again."""


class Reflector(Generic[T]):
    """Keeps telling what there is of one kind. One per kind and context."""

    def __init__(
        self,
        feed: Feed[T],
        link: Link,
        emit: Emit,
        report: Report,
        *,
        slots: asyncio.Semaphore,
        random: Callable[[], float],
        patience: Patience,
    ) -> None:
        self._feed = feed
        self._link = link
        self._emit = emit
        self._report_to = report
        self._slots = slots
        self._random = random
        self._patience = patience
        self._backoff = Backoff(1.0, 30.0, random)
        self._denied = Backoff(patience.forbidden, patience.forbidden_longest, random)
        self._known: dict[Hashable, str] | None = None
        """Resource versions as they were emitted; None before the first list."""
        self._version = ""
        """Where the watch is resumed; empty: list first."""
        self._outages = 0
        """The outages before the last list. An etcd that was restored counts from a lower version again, and a watch
        from a version that it has not reached is not refused but silent."""
        self._polls = 0
        self._bookmarks = False
        self._lost_at: datetime | None = None
        self._skipped: dict[str, str] = {}
        """What could not be decoded, as it was reported last: name → why."""

    async def run(self) -> None:
        """List and watch until cancelled, or until the API server no longer serves the kind."""
        while True:
            try:
                await self._round()
            except (Unreachable, LoginNeeded) as error:
                self._failing(str(error), 0.0)
                await self._link.restore(error)
                await self._sleep(self._backoff.next(first_free=True))
            except Refused as error:
                if error.code == 404:
                    self._vanish()
                    return
                await self._recover(error)

    async def _round(self) -> None:
        if not self._version or self._outages != self._link.outages:
            await self._list()
        if self._polls:
            self._polls -= 1
            self._version = ""
            self._working(State.POLLED)
            await self._sleep(self._patience.poll * (1 + self._random() / 2))
            return
        try:
            await self._watch()
        except Refused as error:
            if error.code != 403:
                raise
            self._polls = POLLS

    async def _recover(self, error: Refused) -> None:
        """Wait as long as the refusal demands, and decide where to go on."""
        if error.code == 403:
            # An API server that starts up answers 403 until it knows its roles: rows go only when it says so twice.
            delay = self._denied.next()
            if self._known is None or self._lost_at is not None:
                self._forget()
                self._report(State.FORBIDDEN, str(error), delay)
            else:
                self._failing(str(error), delay)
            await self._sleep(delay)
            return
        expired = error.code == 410
        delay = max(self._backoff.next(first_free=expired), error.retry_after)
        if delay:
            self._failing(str(error), delay)
        await self._sleep(delay)

    async def _list(self) -> None:
        outages = self._link.outages
        async with self._slots:
            try:
                items, versions, skipped, version = await self._pages(PAGE)
            except Refused as error:
                if error.code != 410:
                    raise
                # The continue token expired while paging: one list without pages, as client-go's pager.
                items, versions, skipped, version = await self._pages(0)
        self._version = version
        self._outages = outages
        self._denied.reset()
        if versions != self._known:
            self._known = versions
            self._emit(self._feed.listed(items))
        self._replace_skipped(skipped)

    async def _pages(self, limit: int) -> tuple[list[T], dict[Hashable, str], list[Skipped], str]:
        items: list[T] = []
        versions: dict[Hashable, str] = {}
        skipped: list[Skipped] = []
        version = token = ""
        pages = 0
        while True:
            page_items, page = await self._page(limit, token)
            items.extend(page_items)
            versions.update(page.versions)
            skipped.extend(page.skipped)
            version = page.resource_version
            token = page.continue_token
            pages += 1
            if not token or pages == self._feed.max_pages:
                return items, versions, skipped, version

    async def _page(self, limit: int, token: str) -> tuple[Sequence[T], Listing]:
        params = {**self._feed.params}
        if limit:
            params["limit"] = str(limit)
        if token:
            params["continue"] = token
        reply = await self._link.connection.request("GET", self._feed.path, params=params, deadline=self._patience.list)
        if reply.status != 200:
            raise refusal(reply.status, reply.headers, reply.body, f"the list of {self._feed.name}")
        try:
            return self._feed.listing(reply.body)
        except (ValueError, RecursionError) as error:
            what = f"The API server's list of {self._feed.name} can't be read: {error}."
            raise Refused(reply.status, what) from error

    async def _watch(self) -> None:
        timeout = self._patience.watch * (1 + self._random())
        deadline = self._patience.bookmarks if self._bookmarks else timeout + self._patience.slack
        params = {
            **self._feed.params,
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            "timeoutSeconds": str(max(1, round(timeout))),
        }
        now = asyncio.get_running_loop().time
        opened = now()
        before = self._version
        try:
            async with self._link.connection.stream(self._feed.path, params=params, read_deadline=deadline) as stream:
                await self._check(stream)
                self._working(State.WATCHED)
                await self._read(stream)
        finally:
            lived = now() - opened
            if self._version not in ("", before) or lived >= self._patience.brief:
                self._backoff.reset()
            if self._version == before and lived >= self._patience.silence:
                # Nor would a server say anything that lost its data and counts from a lower version again.
                self._version = ""
        await self._sleep(self._backoff.next(first_free=True))

    async def _check(self, stream: Stream) -> None:
        if stream.status == 200:
            return
        error = refusal(stream.status, stream.headers, await stream.body(), f"the watch of {self._feed.name}")
        if error.code in _RELIST:
            self._version = ""
        raise error

    async def _read(self, stream: Stream) -> None:
        async for line in stream.lines(self._patience.rest):
            try:
                step = self._feed.step(line)
            except (ValueError, RecursionError) as error:
                self._skip(Skipped(self._feed.context, self._feed.name, "", f"a watch event can't be read: {error}"))
                continue
            patient = not self._bookmarks
            self._take(step)
            if patient and self._bookmarks:
                return  # Opened anew, with the deadline that bookmarks allow.

    def _take(self, step: Step) -> None:
        """Act on one line of a watch."""
        if step.error is not None:
            raise self._ended(step.error)
        self._bookmarks = self._bookmarks or step.type == "BOOKMARK"
        self._version = step.resource_version or self._version
        if step.skipped is not None:
            self._skip(step.skipped)
        if step.change is None or self._known is None:
            return
        if step.type == "DELETED":
            self._known.pop(step.key, None)
        elif self._known.get(step.key) == step.resource_version:
            return
        else:
            self._known[step.key] = step.resource_version
        self._emit(step.change)

    def _ended(self, error: ApiStatus) -> Refused:
        """An ERROR event: unless the server is only busy, the watch can't be resumed."""
        if error.code != 429:
            self._version = ""
        return Refused(error.code, f"The API server ended the watch of {self._feed.name}: {error.message}")

    def _skip(self, skipped: Skipped) -> None:
        if self._skipped.get(skipped.name) != skipped.why:
            self._skipped[skipped.name] = skipped.why
            self._emit(ObjectSkipped(skipped))

    def _replace_skipped(self, skipped: list[Skipped]) -> None:
        """After a list: what is broken still was reported; what was mended is news when it breaks again."""
        names = {item.name for item in skipped}
        self._skipped = {name: why for name, why in self._skipped.items() if name in names}
        for item in skipped:
            self._skip(item)

    def _working(self, state: State) -> None:
        self._lost_at = None
        self._report(state)

    def _failing(self, message: str, delay: float) -> None:
        if self._known is None:
            self._report(State.FAILING, message, delay)
            return
        self._lost_at = self._lost_at or self._link.clock.now()
        self._report(State.LOST, message, delay)

    def _vanish(self) -> None:
        self._forget()
        self._report(State.MISSING)

    def _forget(self) -> None:
        if self._known:
            self._emit(self._feed.listed(()))
        self._known = None
        self._version = ""

    def _report(self, state: State, message: str = "", delay: float = 0.0) -> None:
        retry_at = self._link.clock.now() + timedelta(seconds=delay) if delay else None
        self._report_to(self._feed.name, Standing(state, message, self._lost_at, retry_at))

    async def _sleep(self, seconds: float) -> None:
        if seconds:
            await self._link.alarm.sleep(seconds)


_RELIST = frozenset({400, 410, 504})
"""What a watch is answered when its resourceVersion is invalid, too old, or above the server's own (etcd restored)."""
