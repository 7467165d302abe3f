"""`gitops-tui why`: from an object to what broke first, in words."""

from collections.abc import Iterator
from datetime import datetime

from tui.commands.collect import Asked, Collector
from tui.commands.ending import Exit, StartError
from tui.commands.get import lacks
from tui.commands.items import document, failures, is_fault, is_quiet, item_of, root_object
from tui.commands.printing import complain, is_coloured, paint, write_document
from tui.commands.targets import find
from tui.inventoryreader import worth_reading
from tui.model.blame import Edge
from tui.model.blast import blast_radius
from tui.model.causes import Explanation, Link, explain
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.schedule import what_next
from tui.model.times import age
from tui.model.wording import describe

_NAMED = 10
"""How many objects a line names."""


async def why(asked: Asked) -> Exit:
    """Print why an object is as it is, in each context that has it.

    Args:
        asked: The object.

    Returns:
        Whether it is fine.

    Raises:
        StartError: No single object was named.
    """
    if not all(one.name for one in asked.target.wanted):
        raise StartError("why wants an object: write KIND/NAME, ks/apps")
    collector = Collector(asked)
    await collector.connect()
    session = asked.session
    refs = find(session.picture, asked.contexts, asked.namespaces, asked.target)
    gaps = [*collector.gaps(), *lacks(asked, refs)]
    unread = await _read_applied(collector, refs)
    for complaint in (*gaps, *unread):
        complain(complaint)
    now = session.clock.now()
    explanations = [explain(session.picture, ref, now) for ref in refs]
    _write(asked, explanations, now)
    if gaps:
        return Exit.UNKNOWN
    return Exit.FAULTS if any(is_fault(session.picture, one) for one in explanations) else Exit.FINE


async def _read_applied(collector: Collector, refs: list[ObjectRef]) -> list[str]:
    """Read what the objects on the way applied; says what could not be read."""
    session = collector.session
    picture, inventories = session.picture, session.inventories
    wanted = list(dict.fromkeys(one for ref in refs for one in _worth_reading(picture, ref, session.clock.now())))
    inventories.follow(*wanted)
    complete = await collector.until(lambda: not inventories.opening)
    readings = ((ref, picture.inventories.get(ref)) for ref in wanted)
    said = [
        f"{ref.context}: {describe(ref)}: {one.problem}" for ref, one in readings if one is not None and one.problem
    ]
    if not complete:
        said.append(f"what was applied was not read within {collector.asked.timeout:g}s: the cause may lie deeper")
    return said


def _worth_reading(picture: Picture, ref: ObjectRef, now: datetime) -> Iterator[ObjectRef]:
    """What is broken near an object, and all that is on the way to a cause as far as that is known already."""
    yield from worth_reading(picture, ref)
    for chain in explain(picture, ref, now).chains:
        yield from (link.ref for link in chain if isinstance(link.ref, ObjectRef) and link.ref.context == ref.context)


def _write(asked: Asked, explanations: list[Explanation], now: datetime) -> None:
    picture = asked.session.picture
    if asked.output != "text":
        items = tuple(item_of(picture, one, now, with_blast=True) for one in explanations)
        write_document(document(picture, asked.contexts, items), asked.output)
        return
    for position, one in enumerate(explanations):
        if position:
            print()
        print("\n".join(explained(picture, one, now, is_coloured())), flush=True)


def explained(picture: Picture, why: Explanation, now: datetime, coloured: bool = False) -> Iterator[str]:
    """An explanation as text.

    Args:
        picture: What is known.
        why: The explanation.
        now: The time.
        coloured: Whether colours are seen.

    Yields:
        Lines: the sentence, the way to each cause with its evidence and next step, what comes next, whom it hurts.
    """
    ref = why.ref
    state = why.chains[0][0].state
    yield f"{paint(describe(ref), state, coloured)} in {ref.context} {why.sentence}"
    if not is_quiet(why):
        for number, (chain, step) in enumerate(zip(why.chains, why.next_steps, strict=True), 1):
            yield ""
            if len(why.chains) > 1:
                yield f"cause {number} of {len(why.chains)}"
            yield from _chain(chain, now, coloured)
            if step:
                yield f"next step: {step}"
    yield from _around(picture, why, now)


def _chain(chain: tuple[Link, ...], now: datetime, coloured: bool) -> Iterator[str]:
    for depth, link in enumerate(chain):
        indent = "   " * (depth - 1)
        place = f"{indent}└─ " if depth else ""
        yield f"{place}{paint(_name(link), link.state, coloured)}{_said(link)}"
        edge = "" if link.edge is Edge.SELF else f"{link.edge} · "
        lasting = f" since {age(link.since, now)}" if link.since else ""
        margin = "   " * depth
        yield f"{margin}   {edge}{link.state}{lasting}"
        yield from (f"{margin}   {line}" for line in link.evidence if line and line not in link.sentence)


def _name(link: Link) -> str:
    if not isinstance(link.ref, ObjectRef):
        return f"{link.ref.kind} {link.ref.path}"
    return f"{describe(link.ref)} in {link.ref.context}" if link.edge is Edge.ELSEWHERE else describe(link.ref)


def _said(link: Link) -> str:
    """What is said of an object; the sentence of a workload is a statement of its own."""
    return f" {link.sentence}" if isinstance(link.ref, ObjectRef) else f": {link.sentence}"


def _around(picture: Picture, why: Explanation, now: datetime) -> Iterator[str]:
    resource, health, root = picture.get(why.ref), picture.health(why.ref), root_object(why)
    then = what_next(resource, health, now, picture.events(why.ref)) if resource is not None else ""
    tries = failures(resource, health.state) if resource is not None else 0
    blast = blast_radius(picture, root)
    whose = "" if root == why.ref else f"{describe(root)} is "
    facts = {
        "failures": str(tries or ""),
        "then": then,
        f"{whose}needed by": _named(blast.waiting),
        f"{whose}owner of": _named(blast.owned),
    }
    told = [f"{title}: {text}" for title, text in facts.items() if text]
    if told:
        yield ""
        yield from told


def _named(refs: tuple[ObjectRef, ...]) -> str:
    more = f" and {len(refs) - _NAMED} more" if len(refs) > _NAMED else ""
    return f"{', '.join(map(describe, refs[:_NAMED]))}{more}"
