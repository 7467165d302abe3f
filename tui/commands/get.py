"""`gitops-tui get`: objects and their states."""

from collections.abc import Iterable

import msgspec

from tui.commands.collect import Asked, Collector
from tui.commands.ending import Exit
from tui.commands.items import document, is_fault, item_of
from tui.commands.printing import Table, complain, write_document
from tui.commands.suspended import TITLES, columns, wanted
from tui.commands.targets import find
from tui.commands.watch import watch
from tui.model.blame import FINE
from tui.model.causes import explain
from tui.model.cells import message_cell, revision_cell
from tui.model.kinds import KINDS
from tui.model.refs import ObjectRef
from tui.model.times import age


async def get(asked: Asked) -> Exit:
    """Print what was asked for.

    Args:
        asked: It.

    Returns:
        Whether it is fine.
    """
    collector = Collector(asked)
    await collector.connect()
    lister = Lister(asked)
    refs = find(asked.session.picture, asked.contexts, asked.namespaces, asked.target)
    gaps = collector.gaps()
    lacking = lacks(asked, refs)
    refs = wanted(asked)
    for complaint in (*gaps, *lacking):
        complain(complaint)
    if refs or asked.output in ("json", "yaml"):
        lister.write(refs)
    elif not gaps and not lacking:
        complain(_nothing(asked))
    if asked.watch and not lacking:
        await watch(collector, lister, refs)
    if gaps or lacking:
        return Exit.UNKNOWN
    return Exit.FAULTS if any(_is_fault(asked, ref) for ref in refs) else Exit.FINE


def _is_fault(asked: Asked, ref: ObjectRef) -> bool:
    """Whether an object is broken or waits; one that is ready is none, even if it gets nothing new."""
    picture = asked.session.picture
    return picture.health(ref).state not in FINE and is_fault(picture, explain(picture, ref, asked.session.clock.now()))


class Lister:
    """Prints objects in the form that was asked for."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._several = len(asked.contexts) > 1
        context = ("CONTEXT",) if self._several else ()
        titles = TITLES if asked.suspended else ("STATE", "REVISION", "SINCE", "MESSAGE")
        self._table = Table((*context, "NAMESPACE", "NAME", *titles), "STATE")
        self._width = len(titles)

    def write(self, refs: Iterable[ObjectRef]) -> None:
        """Print all that was asked for, to begin with.

        Args:
            refs: The objects.
        """
        asked, now = self._asked, self._asked.session.clock.now()
        picture = asked.session.picture
        match asked.output:
            case "table":
                self._table.write([self.row(ref) for ref in refs])
            case "name":
                self.write_names(refs)
            case _ if not asked.watch:
                items = tuple(item_of(picture, explain(picture, ref, now), now) for ref in refs)
                write_document(document(picture, asked.contexts, items), asked.output)

    def write_rows(self, rows: list[tuple[str, ...]]) -> None:
        """Print more rows of the table.

        Args:
            rows: As `row` gives them.
        """
        self._table.write(rows)

    def write_names(self, refs: Iterable[ObjectRef]) -> None:
        """Print the names of objects as `kubectl get -o name` does.

        Args:
            refs: The objects.
        """
        for ref in refs:
            print(f"{ref.kind.lower()}.{KINDS[ref.kind].group}/{ref.name}", flush=self._asked.watch)

    def row(self, ref: ObjectRef, state: str = "") -> tuple[str, ...]:
        """The cells of an object.

        Args:
            ref: The object.
            state: What to say in place of its state and all that follows: it is gone.

        Returns:
            A cell for each title.
        """
        picture, now = self._asked.session.picture, self._asked.session.clock.now()
        head = (*((ref.context,) if self._several else ()), ref.namespace, f"{KINDS[ref.kind].short}/{ref.name}")
        resource, health = picture.get(ref), picture.health(ref)
        if resource is None or state:
            return (*head, state, *("",) * (self._width - 1))
        if self._asked.suspended:
            return (*head, *columns(picture, resource, now))
        message, _ = message_cell(picture, resource, now)
        return (*head, str(health.state), revision_cell(resource), age(health.since, now), message)


def lacks(asked: Asked, refs: Iterable[ObjectRef]) -> list[str]:
    """What was asked for by name and was not found, in contexts that were read.

    Args:
        asked: What was asked.
        refs: What was found.

    Returns:
        A sentence for each, with where there is such an object.
    """
    found = tuple(refs)
    picture, said = asked.session.picture, []
    for one in asked.target.wanted:
        if not one.name or any(one.matches(ref) for ref in found):
            continue
        elsewhere = [ref for context in asked.contexts for ref in picture.refs(context) if one.matches(ref)]
        namespaces = sorted({ref.namespace for ref in elsewhere})
        flag = f"-n {namespaces[0]}" if len(namespaces) == 1 else "-n or -A"
        hint = f"; there is one in {', '.join(namespaces[:_NAMED])}: add {flag}" if elsewhere else ""
        said.append(f"{one.said} is not found{_where(asked)}{hint}")
    return said


_NAMED = 5
"""How many namespaces a hint names."""


def _where(asked: Asked) -> str:
    namespaces = sorted(set(asked.namespaces.values()))
    if namespaces == [""]:
        return " in any namespace"
    return f" in namespace {namespaces[0]}" if len(namespaces) == 1 else " in the contexts' namespaces"


def _nothing(asked: Asked) -> str:
    everywhere = wanted(msgspec.structs.replace(asked, namespaces=dict.fromkeys(asked.contexts, "")))
    hint = f"; -A shows the {len(everywhere)} of all namespaces" if everywhere else ""
    return f"{'nothing is suspended' if asked.suspended else 'nothing found'}{_where(asked)}{hint}"
