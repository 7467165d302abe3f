"""Whom an object that is not fine hurts."""

from collections.abc import Callable, Iterable

import msgspec

from tui.model.blame import FINE
from tui.model.health import State
from tui.model.picture import Picture
from tui.model.refs import ObjectRef


class Blast(msgspec.Struct, frozen=True):
    """How far an object reaches."""

    waiting: tuple[ObjectRef, ...]
    """All that can't go on without it, directly or through others, nearest first: what depends on it, what it feeds,
    and what checks its health."""
    owned: tuple[ObjectRef, ...]
    """All Flux objects that it applied, directly or through others, nearest first."""


def blast_radius(picture: Picture, ref: ObjectRef) -> Blast:
    """Find all that waits on an object, and all that it owns.

    Args:
        picture: What is known.
        ref: The object, which need not exist.

    Returns:
        What it reaches, whether it is fine now or not.
    """
    waiting = _reach(ref, picture.edges.held_by)
    owned = _reach(ref, lambda one: picture.links(one).applied)
    return Blast(waiting, owned)


def holds_back(picture: Picture, ref: ObjectRef) -> str:
    """Who waits on an object that is not fine, in words.

    Args:
        picture: What is known.
        ref: The object.

    Returns:
        `holds back tenants-eu and 3 more`; empty where it is ready or nothing waits on it.
    """
    if picture.health(ref).state in FINE:
        return ""
    waiting = [one for one in _reach(ref, picture.edges.held_by) if picture.health(one).state is State.WAITING]
    if not waiting:
        return ""
    more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
    return f"holds back {waiting[0].name}{more}"


def _reach(start: ObjectRef, follow: Callable[[ObjectRef], Iterable[ObjectRef]]) -> tuple[ObjectRef, ...]:
    found: dict[ObjectRef, None] = {}
    queue = [start]
    for current in queue:
        for one in sorted(follow(current)):
            if one not in found and one != start:
                found[one] = None
                queue.append(one)
    return tuple(found)
