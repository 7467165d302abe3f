"""A session whose clusters are scripted by the test."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.fakes.clock import FakeClock
from tests.fakes.cluster import FakeCluster, settle
from tests.fakes.objects import Body, read
from tui.model.changes import Notice
from tui.model.intent import Outcome, Step
from tui.model.refs import ObjectRef
from tui.ports import Git, Journal
from tui.session import Session


class Live:
    """A running session, its clock, and the connections that it made."""

    def __init__(
        self, contexts: tuple[str, ...], read_only: bool, at_once: int = 8, journal: Journal | None = None
    ) -> None:
        self.clock = FakeClock()
        self.made: list[FakeCluster] = []
        """Every connection that was ever made, in order."""
        self.changes = 0
        """How often the screen was told that something changed."""
        factories = {name: self._factory(name) for name in contexts}
        self.session = Session(self.clock, factories, self._no_git, read_only, at_once, journal)
        self.session.on_change = self._changed
        self.picture = self.session.picture

    def _factory(self, name: str) -> Callable[[], FakeCluster]:
        def make() -> FakeCluster:
            self.made.append(FakeCluster(name))
            return self.made[-1]

        return make

    def _no_git(self) -> Git:
        raise AssertionError("nobody asked for Git")

    def _changed(self) -> None:
        self.changes += 1

    def cluster(self, context: str = "eu") -> FakeCluster:
        """The present connection of a context."""
        return next(cluster for cluster in reversed(self.made) if cluster.context == context)

    async def connect(self, *contexts: str) -> None:
        """Connect contexts and wait until they are watched."""
        for context in contexts:
            self.session.connect(context)
        await settle()

    def show(self, *objects: Body, context: str = "eu") -> None:
        """Let a context list some objects."""
        self.cluster(context).listed(*(read(one, context) for one in objects))

    async def change(self, *objects: Body, context: str = "eu") -> None:
        """Let the watch of a context tell some objects, and whatever follows from that happen."""
        self.cluster(context).changed(*(read(one, context) for one in objects))
        await settle()

    def outcome(self, ref: ObjectRef) -> Outcome:
        """The last request made of an object."""
        return self.picture.outcomes[ref]

    def step(self, ref: ObjectRef) -> Step:
        """How far the last request made of an object has come."""
        return self.outcome(ref).step

    def notices(self) -> list[Notice]:
        """Everything that was said."""
        return self.picture.notices

    def asked(self, context: str = "eu") -> list[str]:
        """The objects that were written to, as `Kind/name`, in order."""
        return [f"{ref.kind}/{ref.name}" for ref, _ in self.cluster(context).patches]


@asynccontextmanager
async def live(
    *objects: Body,
    read_only: bool = False,
    contexts: tuple[str, ...] = ("eu",),
    at_once: int = 8,
    journal: Journal | None = None,
) -> AsyncIterator[Live]:
    """Run a session, its contexts connected, with some objects in the first one.

    Args:
        objects: What the first context has.
        read_only: Whether the session may write.
        contexts: The names of the contexts.
        at_once: How many requests of a bulk are under way at the same time.
        journal: Where requests are written down, by default in memory.

    Yields:
        The running session; it is closed at the end.
    """
    running = Live(contexts, read_only, at_once, journal)
    await running.connect(*contexts)
    running.show(*objects, context=contexts[0])
    try:
        yield running
    finally:
        await running.session.close()
