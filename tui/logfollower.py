"""Following the log of the controller that reconciles what is selected."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import aclosing

from tui.model.changes import LogLine
from tui.model.kinds import KINDS
from tui.model.refs import ObjectRef
from tui.ports import Cluster, ClusterError
from tui.tasks import Tasks

_KEPT = 5000
_SETTLE = 0.25
"""Seconds a selection has to last before a log is opened for it: moving on leaves no trace at the API server."""
_RETRY = 15.0
"""Seconds until a log that could not be read is tried again."""


class LogFollower:
    """Holds one log stream at most: that of the selected object's controller in its context."""

    def __init__(
        self, cluster_of: Callable[[str], Cluster | None], tasks: Tasks, on_change: Callable[[], None]
    ) -> None:
        self.lines: deque[LogLine] = deque(maxlen=_KEPT)
        """The controller's lines, all objects', oldest first."""
        self.version = 0
        """Goes up with every line and with every change of state."""
        self.note = ""
        """Why there are no lines, in words; empty while they come."""
        self.controller = ""
        """The controller that is followed, empty for none."""
        self.opening = False
        """Whether the log was asked for and nothing has come yet."""
        self._cluster_of, self._tasks, self._on_change = cluster_of, tasks, on_change
        self._target: tuple[str, str] | None = None
        self._task: asyncio.Task[None] | None = None

    def follow(self, ref: ObjectRef | None) -> None:
        """Follow the controller of an object.

        Args:
            ref: The selected object, None for none (a context's row has no controller).
        """
        target = (ref.context, KINDS[ref.kind].controller) if ref is not None and ref.kind in KINDS else None
        if target == self._target:
            return
        self._target = target
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.lines.clear()
        self.controller = target[1] if target else ""
        self.opening = target is not None
        self._say("" if target is None else f"no lines of {target[1]} so far")
        if target is not None:
            self._task = self._tasks.start(self._run(*target), f"log of {target[1]} in {target[0]}")

    def of(self, refs: frozenset[ObjectRef]) -> list[LogLine]:
        """The lines that are about some objects.

        Args:
            refs: The objects; empty for every line of the controller.

        Returns:
            Their lines, oldest first.
        """
        if not refs:
            return list(self.lines)
        wanted = {(ref.kind.lower(), ref.namespace, ref.name) for ref in refs}
        return [line for line in self.lines if (line.kind.lower(), line.namespace, line.name) in wanted]

    async def _run(self, context: str, controller: str) -> None:
        await asyncio.sleep(_SETTLE)
        while True:
            try:
                await self._read(context, controller)
            except ClusterError as error:
                self.opening = False
                if self.note != str(error):
                    self._say(str(error))
            await asyncio.sleep(_RETRY)

    async def _read(self, context: str, controller: str) -> None:
        cluster = self._cluster_of(context)
        if cluster is None:
            raise ClusterError(f"{context} is not connected")
        is_first = True
        async with aclosing(cluster.logs(controller)) as lines:
            async for line in lines:
                if is_first:
                    self.lines.clear()  # a log that is read anew begins in the past again
                    self.opening = is_first = False
                self.lines.append(line)
                self._say("")

    def _say(self, note: str) -> None:
        self.note = note
        self.version += 1
        self._on_change()
