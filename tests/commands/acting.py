"""Letting a headless command act, on contexts whose controllers do what the test says, in virtual time."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tests.fakes.clock import NOON, in_virtual_time
from tests.fakes.cluster import FakeCluster
from tests.fakes.objects import READY, Body, ks, read
from tui.commands.act import act
from tui.commands.collect import Asked
from tui.commands.ending import Exit
from tui.commands.request import Request
from tui.commands.targets import parse_target
from tui.model.changes import Change
from tui.model.intent import Verb
from tui.model.refs import ObjectRef
from tui.ports import Emit, Git, WriteReply
from tui.session import Session

Answer = Callable[[str], Sequence[tuple[float, Body]]]
"""From the token of a request to what becomes of its object, each so many seconds after it."""


def runs(build: Callable[..., Body], name: str, seconds: float = 2, conditions: Iterable[Body] = READY) -> Answer:
    """A controller that takes a request up and comes to an end."""
    told = tuple(conditions)
    return lambda token: [
        (0, build(name, requested=token)),
        (seconds, build(name, requested=token, handled=token, conditions=told)),
    ]


def sleeps(build: Callable[..., Body], name: str) -> Answer:
    """An API server that takes a request, and no controller."""
    return lambda token: [(0, build(name, requested=token))]


def switched(name: str) -> Answer:
    """A suspension that the API server takes."""
    return lambda _: [(0, ks(name, suspend=True))]


class LoopClock:
    """Fulfils `tui.ports.Clock`: what time the event loop says it is."""

    def now(self) -> datetime:
        """The time."""
        return NOON + timedelta(seconds=asyncio.get_running_loop().time())


class Answering(FakeCluster):
    """A context that tells its objects when it is connected, and answers requests."""

    def __init__(self, context: str, told: Iterable[Change], answers: Mapping[str, Answer]) -> None:
        super().__init__(context)
        self.told, self.answers = tuple(told), answers
        self.later: list[tuple[float, Change]] = []
        """What happens some seconds after it was connected."""

    async def run(self, emit: Emit) -> None:
        """Tell everything."""
        self._emit = emit
        self.emit(*self.told)
        for delay, change in self.later:
            asyncio.get_running_loop().call_later(delay, self.emit, change)
        await super().run(emit)

    async def patch(self, ref: ObjectRef, body: dict[str, Any], uid: str = "") -> WriteReply:
        """Take a request, and let happen what the test says; an object it says nothing of does not change."""
        reply = await super().patch(ref, body, uid)
        if reply.accepted and ref.name in self.answers:
            token = body.get("metadata", {}).get("annotations", {}).get("reconcile.fluxcd.io/requestedAt", "")
            for delay, after in self.answers[ref.name](token):
                asyncio.get_running_loop().call_later(delay, self.changed, read(after, self.context))
        return reply


def perform(
    request: Request | Verb,
    *words: str,
    clusters: Sequence[Answering],
    namespace: str = "flux-system",
    output: str = "text",
    timeout: float = 30,
    interrupt: float | None = None,
) -> Exit | None:
    """Run an action in virtual time.

    Args:
        request: What is asked, or its verb.
        words: What stands behind the command.
        clusters: The contexts.
        namespace: The namespace in each; empty for all.
        output: `-o`.
        timeout: `--timeout`, in seconds.
        interrupt: After how many seconds ctrl-c is pressed.

    Returns:
        Its exit code; None where it was interrupted.
    """
    wanted = request if isinstance(request, Request) else Request(request)

    def no_git() -> Git:
        raise AssertionError("nobody asked for Git")

    async def run() -> Exit | None:
        made = {cluster.context: (lambda cluster=cluster: cluster) for cluster in clusters}
        session = Session(LoopClock(), made, no_git)
        namespaces = dict.fromkeys(made, namespace)
        target = parse_target(words)
        asked = Asked(session, tuple(made), namespaces, target, output=output, timeout=timeout, request=wanted)
        try:
            with suppress(TimeoutError):
                return await asyncio.wait_for(act(asked), interrupt or 7200)
            assert interrupt, "it never ended"
            return None
        finally:
            await session.close()
            assert not any(cluster.readings for cluster in clusters), "no inventory is worth reading"

    return in_virtual_time(run())


def limited(request: Request) -> Request:
    """The same with `--timeout`."""
    return msgspec.structs.replace(request, limited=True)
