"""`gitops-tui get --watch`: a row for each change."""

import asyncio
from typing import TYPE_CHECKING

from tui.commands.collect import Collector
from tui.commands.items import gone, item_of
from tui.commands.printing import write_each
from tui.commands.suspended import wanted
from tui.model.causes import explain
from tui.model.cells import message_cell
from tui.model.health import TROUBLES, State
from tui.model.notes import note_of
from tui.model.refs import ObjectRef
from tui.model.resources import Resource

if TYPE_CHECKING:
    from tui.commands.get import Lister

_SETTLE = 0.1
"""Seconds in which changes are gathered: a relist tells many at once."""

DELETED = "deleted"


class Follower:
    """Remembers what was printed, and prints what differs from it."""

    def __init__(self, collector: Collector, lister: "Lister", printed: list[ObjectRef]) -> None:
        self._collector, self._asked, self._lister = collector, collector.asked, lister
        self._picture = collector.session.picture
        self._printed = {ref: self._now(ref) for ref in printed}

    def tell(self) -> None:
        """Print what has changed since the last call: objects in the output, connections beside it."""
        self._collector.tell_connections()
        refs = wanted(self._asked)
        there = set(refs)
        lost = [ref for ref in self._printed if ref not in there]
        changed = [ref for ref in refs if self._differs(ref)]
        for ref in lost:
            del self._printed[ref]
        for ref in changed:
            self._printed[ref] = self._now(ref)
        resumed = [ref for ref in lost if self._picture.get(ref) is not None]
        self._write(changed + resumed, [ref for ref in lost if ref not in resumed])

    def write_first(self) -> None:
        """Print what there is to begin with where it is printed one by one too."""
        if self._asked.output in ("json", "yaml"):
            self._write(list(self._printed), [])

    def _now(self, ref: ObjectRef) -> tuple[Resource | None, tuple[str, ...]]:
        health = self._picture.health(ref)
        resource = self._picture.get(ref)
        revision = resource.revision if resource is not None else ""
        told = repr(note_of(resource)) if resource is not None and resource.suspended else ""
        return resource, (str(health.state), health.reason, health.message, revision, told, self._causes(ref))

    def _causes(self, ref: ObjectRef) -> str:
        """What a troubled object suffers from, as far as it is printed: that may change while the object does not."""
        resource, state = self._picture.get(ref), self._picture.health(ref).state
        if resource is None or state not in TROUBLES:
            return ""
        now = self._asked.session.clock.now()
        if self._asked.output not in ("json", "yaml"):
            return message_cell(self._picture, resource, now)[0] if state is State.WAITING else ""
        chains = explain(self._picture, ref, now).chains
        return " ".join(f"{link.ref.kind}/{link.ref.path}/{link.state}" for chain in chains for link in chain)

    def _differs(self, ref: ObjectRef) -> bool:
        """Whether an object says anything new: a heartbeat is no news."""
        before = self._printed.get(ref)
        if before is None:
            return True
        may_differ = self._picture.get(ref) is not before[0] or self._picture.health(ref).state in TROUBLES
        return may_differ and self._now(ref)[1] != before[1]

    def _write(self, changed: list[ObjectRef], lost: list[ObjectRef]) -> None:
        lister, now = self._lister, self._asked.session.clock.now()
        match self._asked.output:
            case "table":
                lister.write_rows([*map(lister.row, changed), *(lister.row(ref, DELETED) for ref in lost)])
            case "name":
                lister.write_names((*changed, *lost))
            case output:
                items = (item_of(self._picture, explain(self._picture, ref, now), now) for ref in changed)
                write_each((*items, *map(gone, lost)), output)


async def watch(collector: Collector, lister: "Lister", printed: list[ObjectRef]) -> None:
    """Print every change until interrupted; lost connections come back by themselves.

    Args:
        collector: What is fed.
        lister: What prints.
        printed: The objects that were printed, or are to be printed first.
    """
    follower = Follower(collector, lister, printed)
    follower.write_first()
    while True:
        await collector.change()
        await asyncio.sleep(_SETTLE)
        follower.tell()
