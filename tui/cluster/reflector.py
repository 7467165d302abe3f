"""List and watch of one kind, on the raw protocol: what client-go's Reflector does (tools/cache/reflector.go).

Lists leave `resourceVersion` unset: "most recent", which API servers page. With `resourceVersion=0`, client-go's choice
for hundreds of controllers, a server may answer from a cache that lags behind what a person has just seen elsewhere,
and ignores `limit` (Kubernetes API concepts, "Resource versions").
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from tui.cluster.answers import Stream
from tui.cluster.backoff import Backoff, first_of
from tui.cluster.connection import LoginNeeded, Unreachable
from tui.cluster.feeds import Feed, Step
from tui.cluster.link import Link
from tui.cluster.listing import read_list
from tui.cluster.patience import Patience
from tui.cluster.refusal import Refused, refusal
from tui.cluster.status import Report, Standing, State
from tui.model.changes import ObjectSkipped
from tui.model.decode import ApiStatus, Skipped
from tui.ports import Emit

T = TypeVar("T")

FORGIVEN = 2
"""How many times what was seen may be forbidden before it is given up: an API server that starts up answers 403 until
it has read its roles."""

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
        self._denials = 0
        """How many times in a row the list was answered with 403."""
        self._namespace = ""
        """The one namespace that is seen; empty where all are."""
        self._wider = Backoff(patience.forbidden, patience.forbidden_longest, random)
        self._widen_at = 0.0
        """When all namespaces are asked for again, in the loop's time."""
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
        if self._namespace and self._now() >= self._widen_at:
            await self._widen()
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
            delay = self._denied.next()
            self._denials += 1
            if self._is_denied(self._denials):
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
        """List all namespaces, or where that is forbidden the one in which this user may look."""
        if self._namespace:
            await self._list_in(self._namespace)
            return
        try:
            await self._list_in("")
        except Refused as error:
            if error.code != 403 or not self._feed.narrow_path or not self._is_denied(self._denials + 1):
                raise
            await self._list_in(self._feed.namespace)
            self._widen_at = self._now() + self._wider.next()

    def _is_denied(self, times: int) -> bool:
        """Whether a list that was forbidden some times in a row is."""
        return self._known is None or times > FORGIVEN

    async def _widen(self) -> None:
        """Ask for all namespaces again; where that is refused, what is seen of one goes on as it is."""
        try:
            await self._list_in("")
        except Refused:
            self._widen_at = self._now() + self._wider.next()

    async def _list_in(self, namespace: str) -> None:
        outages = self._link.outages
        async with self._slots:
            path = self._feed.narrow_path if namespace else self._feed.path
            found = await read_list(self._link.connection, self._feed, path, self._patience.list)
        self._namespace = namespace
        self._version = found.version
        self._outages = outages
        self._denials = 0
        self._denied.reset()
        if not namespace:
            self._wider.reset()
        if found.versions != self._known:
            self._known = found.versions
            self._emit(self._feed.listed(found.items))
        self._replace_skipped(found.skipped)

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
        path = self._feed.narrow_path if self._namespace else self._feed.path
        opened = self._now()
        before = self._version
        doubt = self._link.doubt
        try:
            async with self._link.connection.stream(path, params=params, read_deadline=deadline) as stream:
                await self._check(stream)
                self._working(State.WATCHED)
                await first_of(self._read(stream), doubt.wait(), *self._until_wider())
        finally:
            lived = self._now() - opened
            if self._version not in ("", before) or lived >= self._patience.brief:
                self._backoff.reset()
            if self._version == before and lived >= self._patience.silence:
                # Nor would a server say anything that lost its data and counts from a lower version again.
                self._version = ""
        await self._sleep(self._backoff.next(first_free=True))

    def _until_wider(self) -> list[Coroutine[Any, Any, None]]:
        """While one namespace is seen: wait until it is time to ask for all of them."""

        async def wait() -> None:
            await self._link.alarm.sleep(max(0.0, self._widen_at - self._now()))
            self._widen_at = 0.0

        return [wait()] if self._namespace else []

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
        self._version = self._namespace = ""

    def _report(self, state: State, message: str = "", delay: float = 0.0) -> None:
        retry_at = self._link.clock.now() + timedelta(seconds=delay) if delay else None
        asked = self._feed.namespace if state is State.FORBIDDEN and self._feed.narrow_path else self._namespace
        self._report_to(self._feed.name, Standing(state, message, self._lost_at, retry_at, asked))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _sleep(self, seconds: float) -> None:
        if seconds:
            await self._link.alarm.sleep(seconds)


_RELIST = frozenset({400, 410, 504})
"""What a watch is answered when its resourceVersion is invalid, too old, or above the server's own (etcd restored)."""
