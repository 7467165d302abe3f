"""The edges of all objects, both ways, kept up object by object."""

from collections.abc import Iterable

from tui.model.cycles import cycle_through, cycles_among
from tui.model.graph import Links
from tui.model.refs import ObjectRef

_NO_LINKS = Links()
_NOBODY: frozenset[ObjectRef] = frozenset()


class Edges:
    """What each object declares, and who declares something about it.

    An object need not exist to be pointed at, so the order in which objects come and go does not matter.
    """

    def __init__(self) -> None:
        self._links: dict[ObjectRef, Links] = {}
        self._owners: dict[ObjectRef, set[ObjectRef]] = {}
        self._dependents: dict[ObjectRef, set[ObjectRef]] = {}
        self._fed: dict[ObjectRef, set[ObjectRef]] = {}
        self._checkers: dict[ObjectRef, set[ObjectRef]] = {}
        self._cycles: dict[str, tuple[tuple[ObjectRef, ...], ...]] = {}
        """By context, until an edge along which something waits changes there."""

    def links(self, ref: ObjectRef) -> Links:
        """What an object declares.

        Args:
            ref: The object.

        Returns:
            Its edges; none for an object that is not there.
        """
        return self._links.get(ref, _NO_LINKS)

    def put(self, ref: ObjectRef, links: Links) -> bool:
        """Take what an object declares now.

        Args:
            ref: The object.
            links: Its edges; none at all for an object that is gone.

        Returns:
            Whether that differs from before.
        """
        before = self._links.get(ref)
        if before == links:
            return False
        self._links[ref] = links
        self._turn(ref, before or _NO_LINKS, links)
        return True

    def drop(self, ref: ObjectRef) -> None:
        """Forget what an object declared.

        Args:
            ref: The object, which is gone.
        """
        before = self._links.pop(ref, None)
        if before is not None:
            self._turn(ref, before, _NO_LINKS)

    def owners(self, ref: ObjectRef) -> Iterable[ObjectRef]:
        """Whose inventories have an object.

        Args:
            ref: The object.

        Returns:
            The appliers, in no particular order.
        """
        return self._owners.get(ref, _NOBODY)

    def waiting_on(self, ref: ObjectRef) -> Iterable[ObjectRef]:
        """Who declares that it depends on an object.

        Args:
            ref: The object, which need not exist.

        Returns:
            The dependents, in no particular order.
        """
        return self._dependents.get(ref, _NOBODY)

    def held_by(self, ref: ObjectRef) -> set[ObjectRef]:
        """Who can't go on without an object: dependents, what it feeds, and who checks its health.

        Args:
            ref: The object, which need not exist.

        Returns:
            Those who wait on it directly.
        """
        return {
            *self._dependents.get(ref, _NOBODY),
            *self._fed.get(ref, _NOBODY),
            *self._checkers.get(ref, _NOBODY),
        }

    def waits_for(self, ref: ObjectRef) -> tuple[ObjectRef, ...]:
        """What has to be ready before an object can be: its dependencies, and what it checks.

        Args:
            ref: The object.

        Returns:
            References, as it declares them.
        """
        links = self._links.get(ref, _NO_LINKS)
        return links.depends_on + links.checked

    def cycle(self, ref: ObjectRef) -> tuple[ObjectRef, ...]:
        """A cycle of waiting that an object is part of.

        Args:
            ref: The object.

        Returns:
            The shortest one, the object first, each waiting for the next and the last for the first; empty where there
            is none.
        """
        return cycle_through(ref, self.waits_for)

    def cycles(self, context: str) -> tuple[tuple[ObjectRef, ...], ...]:
        """All knots of objects of a context that wait for each other.

        Args:
            context: The context's name.

        Returns:
            For each knot its shortest cycle through its first object by name.
        """
        if context not in self._cycles:
            members = sorted(ref for ref in self._links if ref.context == context and self.waits_for(ref))
            self._cycles[context] = cycles_among(members, self.waits_for)
        return self._cycles[context]

    def _turn(self, ref: ObjectRef, before: Links, after: Links) -> None:
        """Keep the other direction up."""
        _replace(self._owners, ref, before.applied, after.applied)
        _replace(self._dependents, ref, before.depends_on, after.depends_on)
        _replace(self._checkers, ref, before.checked, after.checked)
        _replace(self._fed, ref, _feeds(before), _feeds(after))
        if before.depends_on != after.depends_on or before.checked != after.checked:
            self._cycles.pop(ref.context, None)


def _feeds(links: Links) -> tuple[ObjectRef, ...]:
    return links.inputs if links.source is None else (links.source, *links.inputs)


def _replace(
    index: dict[ObjectRef, set[ObjectRef]],
    ref: ObjectRef,
    before: tuple[ObjectRef, ...],
    after: tuple[ObjectRef, ...],
) -> None:
    if before == after:
        return
    for target in before:
        pointing = index.get(target)
        if pointing is not None:
            pointing.discard(ref)
            if not pointing:
                del index[target]
    for target in after:
        index.setdefault(target, set()).add(ref)
