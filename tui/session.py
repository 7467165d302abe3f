"""A running session without its screens: the store, the connected contexts, and what is asked of them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from tui.bookkeeping import Bookkeeper, MemoryJournal
from tui.inventoryreader import InventoryReader
from tui.logfollower import LogFollower
from tui.model.changes import Change, ContextStatus, Notice, Phase, Severity
from tui.model.guardrails import READ_ONLY, WRITABLE, ReadOnly
from tui.model.intent import Note, Outcome, Verb
from tui.model.notes import signed
from tui.model.pending import Question
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.text import clean
from tui.ports import Access, Clock, Cluster, Git, Journal
from tui.steering import AT_ONCE, Steering
from tui.store import Store
from tui.tasks import Tasks
from tui.unanswered import Unanswered

_ACCESS_KEPT = timedelta(minutes=5)
"""How long the answer of an access review is believed."""

_ACCESS_ASKED = timedelta(seconds=30)
"""How long to wait for an answer, or after one that could not be had, before asking again."""

ClusterFactory = Callable[[], Cluster]
"""Makes the connection of one context; called when it is connected."""


class Session:
    """Feeds the store from the connected contexts and carries out what a person asks."""

    def __init__(
        self,
        clock: Clock,
        contexts: Mapping[str, ClusterFactory],
        git: Callable[[], Git],
        read_only: bool | ReadOnly = False,
        at_once: int = AT_ONCE,
        journal: Journal | None = None,
        person: str = "",
    ) -> None:
        self.clock = clock
        self.store = Store(clock, contexts)
        self.picture = self.store.picture
        self.books = Bookkeeper(journal or MemoryJournal(), self.store, clock, self.apply)
        self.read_only = read_only if isinstance(read_only, ReadOnly) else READ_ONLY if read_only else WRITABLE
        """Where nothing is written."""
        self.diffs: dict[Question, str] = {}
        """How much is pending, in words, for what Git was asked about."""
        self.person = person
        """Who suspends what this session suspends; empty where that is not to be told."""
        self.on_change: Callable[[], None] = lambda: None
        """Told after each change; must be quick."""
        self._contexts = contexts
        self._make_git = git
        self._git: Git | None = None
        self._tasks = Tasks(self._task_failed)
        self._clusters: dict[str, Cluster] = {}
        self._watches: dict[str, asyncio.Task[None]] = {}
        self._ending: list[Cluster] = []
        """Disconnected, and not closed yet."""
        self._access: dict[tuple[str, str, str], tuple[Access, datetime]] = {}
        """Context, kind and namespace: the last answer, and when to ask again."""
        self.steering = Steering(
            self.picture, clock, self._clusters.get, self._tasks, self.apply, self.read_only, at_once=at_once
        )
        self.unanswered = Unanswered(self.picture, clock, self._clusters.get, self._tasks, self.apply)
        self.logs = LogFollower(self._clusters.get, self._tasks, self._changed)
        self.inventories = InventoryReader(self.picture, self._clusters.get, self.apply, self._tasks, clock)

    @property
    def opening(self) -> bool:
        """Whether something of the selected object was asked for and has not come yet."""
        return self.logs.opening or self.inventories.opening

    @property
    def git(self) -> Git:
        """The mirrors, made when they are first wanted."""
        if self._git is None:
            self._git = self._make_git()
        return self._git

    def cluster(self, context: str) -> Cluster | None:
        """The connection of a context.

        Args:
            context: Its name.

        Returns:
            The connection, None while the context is not connected.
        """
        return self._clusters.get(context)

    def connect(self, context: str) -> None:
        """Begin to watch a context.

        Args:
            context: Its name, one of those the session was made with.
        """
        if context in self._clusters:
            return
        self.apply(ContextStatus(context, Phase.CONNECTING, self.clock.now()))
        cluster = self._clusters[context] = self._contexts[context]()
        self._watches[context] = self._tasks.start(self._watch(context, cluster), f"watching {context}")

    def disconnect(self, context: str) -> None:
        """Stop watching a context and forget its objects.

        Args:
            context: Its name.
        """
        cluster = self._clusters.pop(context, None)
        if cluster is None:
            return
        watch = self._watches.pop(context)
        watch.cancel()
        self._ending.append(cluster)
        self._tasks.start(self._end(watch, cluster), f"disconnecting {context}")
        self._access = {key: answer for key, answer in self._access.items() if key[0] != context}
        self.store.forget(context)
        self.steering.stop(f"{context} was disconnected", context)
        self.inventories.notice()
        self.steering.wake()
        self.on_change()

    def retry(self, context: str) -> None:
        """Try a context's connection at once, with credentials read anew.

        Args:
            context: Its name.
        """
        if cluster := self._clusters.get(context):
            cluster.retry_now()

    def apply(self, change: Change | Outcome) -> None:
        """Take a change in and tell the screen.

        Args:
            change: The change.
        """
        self.store.apply(change)
        self.books.take(change)
        self.inventories.notice()
        self.steering.wake()
        self.on_change()

    def look_back(self) -> None:
        """Find out what became of what earlier runs asked and did not follow to its end."""
        self._tasks.start(self.books.look_back(), "reading the journal")

    def notice(self, severity: Severity, text: str, ref: ObjectRef | None = None) -> None:
        """Say something to the person.

        Args:
            severity: How much it matters.
            text: A sentence; what failed, where, why, and the next step.
            ref: The object it is about.
        """
        self.apply(Notice(self.clock.now(), severity, text, ref.context if ref else "", ref))

    def ask(
        self, verb: Verb, resources: Iterable[Resource], with_source: bool = False, note: Note | None = None
    ) -> None:
        """Ask something of objects.

        Args:
            verb: What is asked.
            resources: The objects as they were when the person asked.
            with_source: Reconcile their sources first.
            note: What is recorded with a suspension.
        """
        whole = signed(note, self.person) if verb is Verb.SUSPEND else None
        self.steering.ask(verb, resources, with_source, whole)

    def stop_asking(self) -> int:
        """Ask nothing more of what is queued; what was sent is followed to its end.

        Returns:
            How many objects are not asked.
        """
        return self.steering.stop()

    def access(self, ref: ObjectRef) -> Access:
        """Whether this user may patch an object, as far as is known; asks the API server if it is not.

        In a context that is read-only nothing is asked, since nothing will be written.

        Args:
            ref: The object.

        Returns:
            The answer; `UNKNOWN` until it has come, and `on_change` is called when it has.
        """
        key = (ref.context, ref.kind, ref.namespace)
        cluster, now = self._clusters.get(ref.context), self.clock.now()
        answer, until = self._access.get(key, (Access.UNKNOWN, now))
        if until <= now and cluster is not None and not self.read_only.why(ref.context):
            self._access[key] = answer, now + _ACCESS_ASKED
            self._tasks.start(self._ask_access(cluster, key), f"access review for {ref.kind}")
        return answer

    def tick(self) -> None:
        """Let what depends on the time alone happen: outcomes that nobody answers say so, and time out."""
        self.books.tick()
        if self.store.following:
            self.store.follow_outcomes()
            self.unanswered.look()
            self.steering.wake()
            self.on_change()

    async def close(self) -> None:
        """End all watches and close all connections."""
        await self._tasks.close()
        clusters = (*self._clusters.values(), *self._ending)
        await asyncio.gather(*(cluster.close() for cluster in clusters), return_exceptions=True)
        self._clusters.clear()
        self.books.close()

    async def _watch(self, context: str, cluster: Cluster) -> None:
        def emit(change: Change) -> None:
            if self._clusters.get(context) is cluster:  # else it was disconnected, and this came too late
                self.apply(change)

        try:
            await cluster.run(emit)
        except Exception:
            message = f"The watch of {context} broke off: disconnect and connect it again with C"
            emit(ContextStatus(context, Phase.STALE, self.clock.now(), message))
            raise

    async def _end(self, watch: asyncio.Task[None], cluster: Cluster) -> None:
        await asyncio.gather(watch, return_exceptions=True)
        await cluster.close()
        self._ending.remove(cluster)

    async def _ask_access(self, cluster: Cluster, key: tuple[str, str, str]) -> None:
        _, kind, namespace = key
        answer = await cluster.may_patch(kind, namespace)
        before = self._access.get(key)
        if before is None or self._clusters.get(key[0]) is not cluster:
            return
        kept = _ACCESS_ASKED if answer is Access.UNKNOWN else _ACCESS_KEPT
        self._access[key] = answer, self.clock.now() + kept
        if answer is not before[0]:
            self.on_change()

    def _task_failed(self, name: str, error: BaseException) -> None:
        what = f"{name} broke: {type(error).__name__}: {clean(str(error))}"
        self.notice(Severity.ERROR, f"{what}. This is a fault of the program: please report it")

    def _changed(self) -> None:
        self.on_change()
