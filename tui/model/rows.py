"""From the picture to the rows of the tree: the screen, as data."""

from enum import StrEnum

import msgspec

from tui.model.changes import Phase
from tui.model.health import FAULTS, SEVERITY, TROUBLES, State
from tui.model.kinds import KINDS, ORDER, Role
from tui.model.picture import Picture
from tui.model.query import Query
from tui.model.refs import ObjectRef


class Mode(StrEnum):
    """What the tree's branches mean."""

    OWNERS = "owners"
    """Below what applied it; what nobody applied, below its source."""
    SOURCES = "sources"
    """Below where its content comes from."""
    DEPENDS_ON = "dependsOn"
    """Below what has to be ready before it."""
    FLAT = "flat"
    """No branches; faults first."""


class View(msgspec.Struct, frozen=True):
    """How a person looks at the picture."""

    mode: Mode = Mode.OWNERS
    query: Query = Query()
    faults_only: bool = False
    solo: frozenset[str] = frozenset()
    """The contexts that are shown; empty for all that are connected."""
    folded: frozenset[ObjectRef] = frozenset()
    """Rows whose branches are hidden; a context's row is `context_ref(name)`."""

    @property
    def filtering(self) -> bool:
        """Whether some objects are left out."""
        return bool(self.query) or self.faults_only


class Row(msgspec.Struct, frozen=True, gc=False):
    """One line of the tree."""

    ref: ObjectRef
    """The object, or `context_ref` of a context."""
    depth: int
    parent: ObjectRef | None = None
    branches: bool = False
    """Whether anything stands below it."""
    folded: bool = False
    scaffold: bool = False
    """It does not pass the filter itself and is there for what stands below it."""

    @property
    def is_context(self) -> bool:
        """Whether the row stands for a whole context."""
        return not self.ref.kind

    @property
    def is_hit(self) -> bool:
        """Whether the row stands for an object that passes the filter."""
        return not (self.is_context or self.scaffold)


def context_ref(context: str) -> ObjectRef:
    """The reference by which a context's own row is selected and folded.

    Args:
        context: The context's name.

    Returns:
        A reference that no object has.
    """
    return ObjectRef(context, "", "", "")


def shown_contexts(picture: Picture, view: View) -> tuple[str, ...]:
    """The contexts whose rows are shown.

    Args:
        picture: What is known.
        view: How it is looked at.

    Returns:
        Their names, in the order of the kubeconfig.
    """
    if view.solo:
        return tuple(context for context in picture.statuses if context in view.solo)
    return tuple(context for context, status in picture.statuses.items() if status.phase is not Phase.OFF)


class Layout(msgspec.Struct, frozen=True):
    """The tree, laid out."""

    rows: tuple[Row, ...] = ()
    """From top to bottom."""
    position: dict[ObjectRef, int] = {}
    """Where each row stands."""
    children: dict[ObjectRef, list[ObjectRef]] = {}
    """What stands right below each row, folded or not."""
    matched: int = 0
    """How many objects pass the filter."""
    total: int = 0
    """How many objects the shown contexts have."""
    contexts: tuple[str, ...] = ()
    """The contexts that are shown."""

    def below(self, ref: ObjectRef) -> list[ObjectRef]:
        """A row's own object and all that stands below it, folded or not.

        Args:
            ref: The row's reference.

        Returns:
            References, the row's own first.
        """
        found = [ref]
        for current in found:
            found.extend(self.children.get(current, ()))
        return found


def lay_out(picture: Picture, view: View) -> Layout:
    """Lay the tree out.

    Args:
        picture: What is known.
        view: How it is looked at.

    Returns:
        Its rows, and where everything stands.
    """
    rows: list[Row] = []
    children: dict[ObjectRef, list[ObjectRef]] = {}
    matched = total = 0
    contexts = shown_contexts(picture, view)
    for context in contexts:
        forest = _Forest(picture, view, context)
        top = context_ref(context)
        folded = top in view.folded
        rows.append(Row(top, 0, None, bool(forest.roots), folded))
        if not folded:
            forest.append_rows(rows)
        children.update(forest.children)
        children[top] = forest.roots
        matched += forest.matched
        total += picture.total(context)
    position = {row.ref: place for place, row in enumerate(rows)}
    return Layout(tuple(rows), position, children, matched, total, contexts)


def matching(picture: Picture, view: View, context: str) -> set[ObjectRef]:
    """The objects of a context that pass the filter.

    Args:
        picture: What is known.
        view: How it is looked at.
        context: The context's name.

    Returns:
        Their references.
    """
    found = set()
    for ref in picture.refs(context):
        resource, health = picture.get(ref), picture.health(ref)
        if view.faults_only and health.state not in TROUBLES:
            continue
        if resource is not None and view.query.matches(resource, health):
            found.add(ref)
    return found


class _Forest:
    """The trees of one context."""

    def __init__(self, picture: Picture, view: View, context: str) -> None:
        self._picture, self._view = picture, view
        members = _members(picture, view.mode, context)
        self._parents = _parents(picture, view.mode, members)
        self._matches = matching(picture, view, context).intersection(members) if view.filtering else None
        self._depths: dict[ObjectRef, int] = {}
        if view.mode is not Mode.FLAT:
            for ref in sorted(ref for ref in members if picture.links(ref).depends_on):
                self._dependency_depth(ref)  # in this order, so that a cycle's members keep their places
        self.matched = len(members if self._matches is None else self._matches)
        self.roots: list[ObjectRef] = []
        self.children: dict[ObjectRef, list[ObjectRef]] = {}
        for ref in members if self._matches is None else self._with_ancestors(members, self._matches):
            parent = self._parents.get(ref)
            siblings = self.roots if parent is None else self.children.setdefault(parent, [])
            siblings.append(ref)
        for siblings in (self.roots, *self.children.values()):
            siblings.sort(key=self._sort_key)

    def append_rows(self, rows: list[Row]) -> None:
        """Append the rows of every tree, depth first; branches may be thousands deep, so no recursion."""
        stack: list[tuple[ObjectRef, int, ObjectRef | None]] = [(ref, 1, None) for ref in reversed(self.roots)]
        while stack:
            ref, depth, parent = stack.pop()
            children = self.children.get(ref, [])
            folded = bool(children) and ref in self._view.folded
            scaffold = self._matches is not None and ref not in self._matches
            rows.append(Row(ref, depth, parent, bool(children), folded, scaffold))
            if not folded:
                stack.extend((child, depth + 1, ref) for child in reversed(children))

    def _with_ancestors(self, members: list[ObjectRef], matches: set[ObjectRef]) -> set[ObjectRef]:
        kept: set[ObjectRef] = set()
        for ref in members:
            current = ref if ref in matches else None
            while current is not None and current not in kept:
                kept.add(current)
                current = self._parents.get(current)
        return kept

    def _sort_key(self, ref: ObjectRef) -> tuple[int, int, str, str]:
        if self._view.mode is Mode.FLAT:
            return (_bucket(self._picture.health(ref).state), ORDER[ref.kind], ref.namespace, ref.name)
        return (ORDER[ref.kind], self._dependency_depth(ref), ref.namespace, ref.name)

    def _dependency_depth(self, ref: ObjectRef) -> int:
        """How many must be ready before it, one after the other; what is part of a cycle counts once."""
        depths = self._depths
        path = [] if ref in depths else [ref]
        while path:
            current = path[-1]
            depths.setdefault(current, 0)
            before = self._picture.links(current).depends_on
            unseen = [dependency for dependency in before if dependency not in depths]
            if unseen:
                path.append(unseen[0])
                continue
            depths[current] = 1 + max((depths[dependency] for dependency in before), default=-1)
            path.pop()
        return depths[ref]


def _bucket(state: State) -> int:
    if state in FAULTS:
        return 0
    return 1 if SEVERITY[state] <= SEVERITY[State.UNKNOWN] else 2


def _members(picture: Picture, mode: Mode, context: str) -> list[ObjectRef]:
    if mode is Mode.DEPENDS_ON:
        return [ref for ref in picture.refs(context) if KINDS[ref.kind].role is Role.APPLIER]
    return list(picture.refs(context))


def _parents(picture: Picture, mode: Mode, refs: list[ObjectRef]) -> dict[ObjectRef, ObjectRef]:
    parents: dict[ObjectRef, ObjectRef] = {}
    if mode is Mode.FLAT:
        return parents
    members = set(refs)
    for ref in refs:
        parent = _parent(picture, mode, ref, members)
        if parent is not None and parent in members and parent != ref:
            parents[ref] = parent
    _cut_cycles(parents)
    return parents


def _parent(picture: Picture, mode: Mode, ref: ObjectRef, members: set[ObjectRef]) -> ObjectRef | None:
    links = picture.links(ref)
    if mode is Mode.DEPENDS_ON:
        return next((other for other in links.depends_on if other in members and other != ref), None)
    if mode is Mode.SOURCES:
        return links.source
    return picture.owner(ref) or links.source


def _cut_cycles(parents: dict[ObjectRef, ObjectRef]) -> None:
    """Make the source of each cycle a root: a bootstrapped cluster's Git source is applied by what it feeds."""
    done: set[ObjectRef] = set()
    for start in list(parents):
        path: dict[ObjectRef, None] = {}
        current: ObjectRef | None = start
        while current is not None and current not in done and current not in path:
            path[current] = None
            current = parents.get(current)
        if current is not None and current in path:
            members = list(path)
            cycle = members[members.index(current) :]
            del parents[min(cycle, key=lambda ref: (ORDER[ref.kind], ref))]
        done.update(path)
