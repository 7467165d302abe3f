"""The program's own session over real API servers, without its screens, or with them through Textual's pilot."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tests.e2e.journal import Journal, NotedCluster
from tests.e2e.region import Region
from tests.e2e.relay import Relay
from tui.__main__ import _build_shell, _parser
from tui.clock import SystemClock
from tui.cluster.cluster import KubernetesCluster
from tui.cluster.kubeconfig import ContextEntry, load_kubeconfig
from tui.cluster.patience import Patience
from tui.config.settings import Settings
from tui.model.changes import Phase
from tui.model.health import Health, State
from tui.model.intent import Outcome, Verb
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.ports import Git
from tui.screens.shell import Shell
from tui.session import Session


class Watching:
    """A running session and what it knows."""

    def __init__(self, session: Session, journal: Journal) -> None:
        self.session = session
        self.journal = journal
        """What all of its contexts asked and were told."""
        self.picture = session.picture

    async def until(self, what: str, true: Callable[[], Any], seconds: float = 90.0) -> Any:
        """Wait until something is true.

        Args:
            what: What is waited for, for the complaint.
            true: Whether it is so now.
            seconds: How long to wait.

        Returns:
            What came true.

        Raises:
            AssertionError: It did not.
        """
        end = asyncio.get_running_loop().time() + seconds
        while not (found := true()):
            if asyncio.get_running_loop().time() > end:
                states = {ref.path: health for ref in self._refs() if (health := self.picture.health(ref))}
                shown = "\n".join(f"  {path}: {health.state} {health.message[:120]}" for path, health in states.items())
                raise AssertionError(f"waited {seconds:.0f} s in vain for {what}; known are\n{shown}")
            await asyncio.sleep(0.02)
        return found

    async def until_phase(self, region: Region, phase: Phase, seconds: float = 90.0) -> None:
        """Wait until a context has come to a phase.

        Args:
            region: The context's region.
            phase: The phase.
            seconds: How long to wait.
        """
        await self.until(f"{region.name} to be {phase}", lambda: self.phase(region) is phase, seconds)

    async def until_state(self, ref: ObjectRef, state: State, seconds: float = 90.0) -> Health:
        """Wait until the verdict on an object is a certain one.

        Args:
            ref: The object.
            state: The state.
            seconds: How long to wait.

        Returns:
            The verdict.
        """
        await self.until(f"{ref.path} to be {state}", lambda: self.picture.health(ref).state is state, seconds)
        return self.picture.health(ref)

    async def until_applied(self, ref: ObjectRef, commit: str, seconds: float = 60.0) -> None:
        """Wait until a Kustomization is ready at a commit.

        Args:
            ref: The Kustomization.
            commit: The commit.
            seconds: How long to wait.
        """

        def applied() -> bool:
            is_ready = self.picture.health(ref).state is State.READY
            return is_ready and self.get(ref).status.last_applied_revision.endswith(commit)

        await self.until(f"{ref.path} to be ready at {commit}", applied, seconds)

    def phase(self, region: Region) -> Phase:
        """Where the connection to a region stands.

        Args:
            region: The region.
        """
        return self.picture.statuses[region.name].phase

    def get(self, ref: ObjectRef) -> Resource:
        """An object that is known.

        Args:
            ref: Its reference.
        """
        resource = self.picture.get(ref)
        assert resource is not None, f"{ref.path} is not known"
        return resource

    def fetched(self, source: ObjectRef) -> str:
        """The revision of a source's artifact; empty where it has none.

        Args:
            source: The source.
        """
        artifact = self.get(source).status.artifact
        return artifact.revision if artifact is not None else ""

    async def ask(self, verb: Verb, ref: ObjectRef, with_source: bool = False, seconds: float = 60.0) -> Outcome:
        """Ask something of an object, as a key does, and wait for what becomes of it.

        Args:
            verb: What is asked.
            ref: The object.
            with_source: Reconcile its source first.
            seconds: How long to wait.

        Returns:
            How it ended.
        """
        before = self.picture.outcomes.get(ref)
        self.session.ask(verb, [self.get(ref)], with_source)

        def settled() -> bool:
            outcome = self.picture.outcomes.get(ref)
            return outcome is not None and outcome is not before and outcome.is_settled

        await self.until(f"{verb} of {ref.path} to end", settled, seconds)
        return self.picture.outcomes[ref]

    def _refs(self) -> list[ObjectRef]:
        return sorted(ref for context in self.picture.statuses for ref in self.picture.refs(context))


def ref(region: Region, name: str, kind: str = "Kustomization") -> ObjectRef:
    """The reference of a Flux object of a region.

    Args:
        region: The region.
        name: The object's name.
        kind: Its kind.

    Returns:
        The reference.
    """
    return ObjectRef(region.name, kind, region.namespace, name)


@asynccontextmanager
async def watching(
    *regions: Region,
    kubeconfig: Path | None = None,
    live: bool = True,
    through: Relay | None = None,
    patience: Patience | None = None,
) -> AsyncIterator[Watching]:
    """Watch regions until the block ends.

    Args:
        regions: The regions; their names are the contexts.
        kubeconfig: Another user's kubeconfig, for one region.
        live: Wait until each is live.
        through: A relay to the API server, for one region.
        patience: How long to wait for what; as usual where it is not given.

    Yields:
        The session.
    """
    clock = SystemClock()
    entries = [_entry(region, kubeconfig or region.kubeconfig) for region in regions]
    if through is not None:
        entries = [replace(entry, cluster=replace(entry.cluster, server=through.url)) for entry in entries]
    journal = Journal()

    def connect(entry: ContextEntry) -> Callable[[], KubernetesCluster]:
        return lambda: NotedCluster(entry, clock, journal, patience)

    session = Session(clock, {entry.name: connect(entry) for entry in entries}, _no_git)
    watch = Watching(session, journal)
    try:
        for region in regions:
            session.connect(region.name)
        if live:
            for region in regions:
                await watch.until_phase(region, Phase.LIVE)
        yield watch
    finally:
        await session.close()
        await _farewell()


async def _farewell() -> None:
    """Let TLS say goodbye: a socket is closed once the other side has answered, and no loop may end before."""
    loop = asyncio.get_running_loop()
    end = loop.time() + 5
    while loop.time() < end and any(not one.is_closing() for one in list(getattr(loop, "_transports", {}).values())):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0)


def shell_for(region: Region) -> Shell:
    """All that the real program is made of, as its command line puts it together.

    Args:
        region: The region that it watches.

    Returns:
        What its app is made from.
    """
    arguments = _parser().parse_args(["--kubeconfig", str(region.kubeconfig)])
    kubeconfig = load_kubeconfig(region.kubeconfig, {}, Path.home())
    shell, problems = _build_shell(arguments, Settings(), kubeconfig, (region.name,))
    assert not problems
    return shell


def _entry(region: Region, path: Path) -> ContextEntry:
    return next(one for one in load_kubeconfig(path, {}, Path.home()).contexts if one.name == region.name)


def _no_git() -> Git:
    raise AssertionError("nobody asked for Git")
