"""Which healthy nodes of a graph look alike and can stand as one."""

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

from tui.model.refs import ObjectRef

FEWEST = 4
"""Fewer than so many nodes are not worth a fold."""

Neighbours = Mapping[ObjectRef, Collection[ObjectRef]]

Key = TypeVar("Key", bound=Hashable)


def fold(foldable: Collection[ObjectRef], before: Neighbours, after: Neighbours) -> list[tuple[ObjectRef, ...]]:
    """Find nodes that can be folded into one without hiding how the others hang together.

    Nodes of a kind fold when their neighbours on both sides are alike in turn (so that charts fold beside the releases
    that use them), and when they follow each other in a line.

    Args:
        foldable: The nodes that may be folded.
        before: What comes right before each node of the graph.
        after: What comes right after each.

    Returns:
        Groups of at least `FEWEST` nodes, each sorted.
    """
    colours = _colours(foldable, before, after)
    alike = [group for group in _grouped(foldable, colours) if len(group) >= FEWEST]
    taken = {ref for group in alike for ref in group}
    return [*alike, *_lines(sorted(set(foldable) - taken), before, after)]


def _colours(foldable: Collection[ObjectRef], before: Neighbours, after: Neighbours) -> dict[ObjectRef, int]:
    """Refine colours until nodes of one colour have neighbours of the same colours."""
    colours = _numbered({ref: ref.kind if ref in foldable else ref for ref in sorted({*before, *after})})
    kinds = 0
    while len(set(colours.values())) > kinds:
        kinds = len(set(colours.values()))
        colours = _numbered(
            {
                ref: (
                    colour,
                    frozenset(colours[other] for other in before.get(ref, ())),
                    frozenset(colours[other] for other in after.get(ref, ())),
                )
                for ref, colour in colours.items()
            }
        )
    return colours


def _numbered(keys: Mapping[ObjectRef, Key]) -> dict[ObjectRef, int]:
    numbers: dict[Key, int] = {}
    return {ref: numbers.setdefault(key, len(numbers)) for ref, key in keys.items()}


def _grouped(foldable: Collection[ObjectRef], colours: Mapping[ObjectRef, int]) -> list[tuple[ObjectRef, ...]]:
    groups: dict[int, list[ObjectRef]] = {}
    for ref in sorted(foldable):
        groups.setdefault(colours[ref], []).append(ref)
    return [tuple(group) for group in groups.values()]


def _lines(candidates: list[ObjectRef], before: Neighbours, after: Neighbours) -> list[tuple[ObjectRef, ...]]:
    """Runs of one kind in which each has nothing but its neighbours in the run."""
    inside = set(candidates)
    following: dict[ObjectRef, ObjectRef] = {}
    for ref in candidates:
        nexts = list(after.get(ref, ()))
        if len(nexts) == 1 and nexts[0] in inside and len(before.get(nexts[0], ())) == 1 and nexts[0].kind == ref.kind:
            following[ref] = nexts[0]
    found = []
    for start in sorted(set(following) - set(following.values())):  # a ring has no start
        run = [start]
        while run[-1] in following:
            run.append(following[run[-1]])
        if len(run) >= FEWEST and start not in after.get(run[-1], ()):
            found.append(tuple(sorted(run)))
    return found
