"""What a node of the graph says: its label, and the detail strip below."""

from datetime import datetime

import msgspec

from tui.model.cells import FLUX_NAMESPACE
from tui.model.detail import Detail, describe_object
from tui.model.health import State
from tui.model.kinds import KINDS
from tui.model.neighbourhood import Neighbourhood, Node
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.wording import describe


class Label(msgspec.Struct, frozen=True):
    """The parts of a node's label."""

    name: str
    """With its namespace, where that is not Flux's own; how many, where several are folded."""
    kind: str
    note: str = ""
    """Why it is not there."""


def label_of(node: Node) -> Label:
    """What stands in a node; it does not depend on the state, so that a node keeps its width.

    Args:
        node: The node.

    Returns:
        Its parts.
    """
    ref = node.ref
    kind = KINDS[ref.kind].short if ref.kind in KINDS else ref.kind
    if node.folded:
        return Label(f"{len(node.members)} ready", kind)
    name = ref.name if ref.namespace in ("", FLUX_NAMESPACE) else ref.path
    return Label(name, kind, node.missing or ("waits on itself" if node.loops else ""))


def describe_node(picture: Picture, hood: Neighbourhood, node: Node, now: datetime) -> Detail:
    """The detail strip of a node.

    Args:
        picture: What is known.
        hood: The neighbourhood that it is part of.
        node: The node.
        now: The time.

    Returns:
        Its text.
    """
    if node.folded:
        names = ", ".join(member.name for member in node.members)
        kind = KINDS[node.ref.kind].name
        return Detail(State.READY, f"{node.ref.context} · {len(node.members)} × {kind}, all ready", (names,), ())
    if node.missing:
        return _ghost(hood, node)
    detail = describe_object(picture, node.ref, now)
    ring = next((cycle for cycle in hood.cycles if node.ref in cycle), None)
    if ring is None:
        return detail
    return msgspec.structs.replace(
        detail, message=(f"{in_a_ring(ring)}: nothing of it starts until one dependsOn is cut", *detail.message)
    )


def in_a_ring(cycle: tuple[ObjectRef, ...]) -> str:
    """A cycle in words.

    Args:
        cycle: Its members, each waiting on the next.

    Returns:
        `cycle: a → b → a`.
    """
    return f"cycle: {' → '.join(ref.name for ref in (*cycle, cycle[0]))}"


def _ghost(hood: Neighbourhood, node: Node) -> Detail:
    named = ", ".join(describe(arrow.after) for arrow in hood.arrows if arrow.before == node.ref)
    by = f", though it is named by {named}" if named else ""
    told = {
        "missing": f"There is no such object{by}: create it, or correct the reference",
        "not seen": f"It can't be seen from here{by}: Flux's own kinds are watched, as far as you may list them",
    }[node.missing]
    return Detail(State.UNKNOWN, f"{node.ref.context} · {describe(node.ref)} · {node.missing}", (told,), ())
