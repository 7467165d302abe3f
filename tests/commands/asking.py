"""Asking a headless command something, with contexts that tell what the test says."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress

import msgspec

from tests.fakes.clock import FakeClock, in_virtual_time
from tests.fakes.cluster import FakeCluster
from tests.fakes.objects import Body, read
from tui.commands.collect import Asked
from tui.commands.ending import Exit
from tui.commands.run import COMMANDS
from tui.commands.targets import parse_target
from tui.model.changes import Change, ContextStatus, KindListed, Phase
from tui.model.refs import ObjectRef
from tui.model.workloads import Applied
from tui.ports import ClusterError, Emit, Git
from tui.session import Session

Inventory = tuple[Applied, ...] | ClusterError


class Told(FakeCluster):
    """A context that tells some changes as soon as it is connected, and then one batch each second."""

    def __init__(self, context: str, *batches: Iterable[Change], inventories: Mapping[ObjectRef, Inventory]) -> None:
        super().__init__(context)
        self.batches = [tuple(batch) for batch in batches]
        self.inventories |= inventories

    async def run(self, emit: Emit) -> None:
        """Tell everything."""
        for batch in self.batches:
            for change in batch:
                emit(change)
            await asyncio.sleep(1)
        await super().run(emit)


def live(*objects: Body, context: str = "eu", **status: object) -> list[Change]:
    """What a live context with some objects tells."""
    resources = [read(one, context) for one in objects]
    kinds = dict.fromkeys(resource.ref.kind for resource in resources)
    lists = (KindListed(context, kind, tuple(one for one in resources if one.ref.kind == kind)) for kind in kinds)
    said = msgspec.structs.replace(ContextStatus(context, Phase.LIVE, server="https://eu.example"), **status)
    return [*lists, said]


def ask(
    command: str,
    *words: str,
    told: Mapping[str, Iterable[Iterable[Change]]],
    namespace: str = "flux-system",
    output: str = "",
    watch: bool = False,
    inventories: Mapping[ObjectRef, Inventory] | None = None,
    hang: bool = False,
    suspended: bool = False,
) -> Exit | None:
    """Run a command in virtual time.

    Args:
        command: Its name.
        words: What stands behind it.
        told: By context, what it tells: a batch at once, then one each second.
        namespace: The namespace in each context; empty for all.
        output: `-o`.
        watch: `--watch`.
        inventories: What was applied.
        hang: Whether nobody answers what was applied.
        suspended: `--suspended`.

    Returns:
        Its exit code; None where it had not ended after an hour.
    """

    def no_git() -> Git:
        raise AssertionError("nobody asked for Git")

    async def run() -> Exit | None:
        clusters = {name: Told(name, *batches, inventories=inventories or {}) for name, batches in told.items()}
        if hang:
            for cluster in clusters.values():
                cluster.readable.clear()
        made = {name: (lambda cluster=cluster: cluster) for name, cluster in clusters.items()}
        session = Session(FakeClock(), made, no_git, read_only=True)
        form = output or {"get": "table", "why": "text"}[command]
        namespaces = dict.fromkeys(told, namespace)
        asked = Asked(session, tuple(told), namespaces, parse_target(words), form, watch, suspended)
        try:
            with suppress(TimeoutError):
                return await asyncio.wait_for(COMMANDS[command](asked), 3600)
            return None
        finally:
            await session.close()
            assert all(cluster.closed for cluster in clusters.values() if cluster.connected)

    return in_virtual_time(run())
