"""The same objects across contexts: where they differ, and whether the same commit is everywhere."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum

import msgspec

from tui.model.cells import connection_note, revision_cell
from tui.model.changes import ContextStatus, Phase
from tui.model.detail import Detail
from tui.model.health import FAULTS, SEVERITY, State
from tui.model.kinds import KINDS, ORDER
from tui.model.picture import Picture
from tui.model.query import Query
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.skew import headline
from tui.model.wording import describe

_WELL = frozenset((State.READY, State.PROGRESSING, State.STATIC))
"""What is no difference: healthy objects pass through Progressing each interval."""


EVERYTHING = Query()
"""The filter that lets all pass."""


class Rank(IntEnum):
    """Why a row stands where it stands, what is looked at first first."""

    DIFFERS = 0
    """Another state or revision in one context than in another."""
    MISSING = 1
    """It is in most contexts and not in all."""
    FAULT = 2
    """Broken, and nowhere different."""
    SAME = 3
    SINGLE = 4
    """In one context only: that is no difference, it has just its own objects."""


class Column(msgspec.Struct, frozen=True):
    """One context."""

    context: str
    note: str
    """What is to be said of its connection; empty while it is live."""
    status: ContextStatus

    @property
    def compared(self) -> bool:
        """Whether it is live: what was true once is shown and not compared."""
        return self.status.phase is Phase.LIVE

    def tells(self, kind: str, namespace: str) -> bool:
        """Whether it says anything that an object is not there.

        Args:
            kind: The object's kind.
            namespace: Its namespace.

        Returns:
            False where it would not be known.
        """
        return self.compared and self.status.sees(kind, namespace)


class Cell(msgspec.Struct, frozen=True):
    """One object in one context."""

    state: State
    revision: str
    """As a row of the tree shows it, without the branch."""
    in_force: str
    """The revision that is compared, in full."""
    odd: bool = False
    """State or revision is another one than in most contexts."""


class Line(msgspec.Struct, frozen=True):
    """One object across all contexts."""

    kind: str
    namespace: str
    name: str
    rank: Rank
    cells: tuple[Cell | None, ...]
    """One for each column; None where it is not there."""
    worst: int = 0
    """The severity of its worst state."""

    def ref(self, context: str) -> ObjectRef:
        """The object in one context.

        Args:
            context: The context's name.

        Returns:
            Its reference.
        """
        return ObjectRef(context, self.kind, self.namespace, self.name)


class Matrix(msgspec.Struct, frozen=True):
    """Objects down, contexts across."""

    columns: tuple[Column, ...] = ()
    lines: tuple[Line, ...] = ()
    headline: str = ""
    """Whether the same commit is everywhere."""
    counts: tuple[tuple[Rank, int], ...] = ()
    """How many objects are of each rank, filtered or not."""


Name = tuple[str, str, str]
"""Kind, namespace and name: what is the same object in every context."""


class Comparison:
    """Lays matrices out, and keeps each line until one of its objects changes."""

    def __init__(self) -> None:
        self._lines: dict[Name, Line] = {}
        self._basis: tuple[object, ...] = ()
        """What every line depends on."""

    def forget(self, changed: Iterable[ObjectRef]) -> None:
        """Compare some objects anew the next time.

        Args:
            changed: The objects that are other ones, or gone.
        """
        for ref in changed:
            self._lines.pop(ref[1:], None)

    def matrix(
        self, picture: Picture, now: datetime, query: Query = EVERYTHING, differing_only: bool = False
    ) -> Matrix:
        """Lay the matrix out.

        Args:
            picture: What is known; what has changed in it since the last call was told to `forget`.
            now: The time.
            query: Which objects are wanted: those that match in one context at least.
            differing_only: Leave out what is the same everywhere, and fine.

        Returns:
            The matrix.
        """
        columns = _columns(picture, now)
        main, told = headline(picture, [column.context for column in columns if column.compared], now)
        basis = (main, *(column.status for column in columns))
        known = self._lines if basis == self._basis else {}
        names: dict[Name, None] = {ref[1:]: None for column in columns for ref in picture.refs(column.context)}
        self._basis = basis
        self._lines = {name: known.get(name) or _line(picture, columns, main, *name) for name in names}
        lines = self._lines.values()
        counts = Counter(line.rank for line in lines)
        shown = [line for line in lines if _wanted(picture, columns, line, query, differing_only)]
        return Matrix(columns, tuple(sorted(shown, key=_order)), told, tuple(sorted(counts.items())))


def _columns(picture: Picture, now: datetime) -> tuple[Column, ...]:
    return tuple(
        Column(name, connection_note(status, now) if status.phase is not Phase.LIVE else "", status)
        for name, status in picture.statuses.items()
        if status.phase is not Phase.OFF
    )


def _order(line: Line) -> tuple[int, int, int, str, str]:
    return line.rank, line.worst, ORDER[line.kind], line.namespace, line.name


def _wanted(picture: Picture, columns: tuple[Column, ...], line: Line, query: Query, differing_only: bool) -> bool:
    if differing_only and line.rank > Rank.FAULT:
        return False
    refs = (line.ref(column.context) for column in columns) if query else ()
    found = ((picture.get(ref), picture.health(ref)) for ref in refs)
    return not query or any(resource is not None and query.matches(resource, health) for resource, health in found)


def _line(picture: Picture, columns: tuple[Column, ...], main: str, kind: str, namespace: str, name: str) -> Line:
    cells: list[Cell | None] = []
    for column in columns:
        ref = ObjectRef(column.context, kind, namespace, name)
        resource = picture.get(ref)
        cells.append(_cell(resource, picture.health(ref).state) if resource is not None else None)
    places = [place for place, column in enumerate(columns) if column.tells(kind, namespace)]
    there = [(place, cell) for place in places if (cell := cells[place]) is not None]
    if len(there) > 1:
        usual_state = _usual((_bearing(cell) for _, cell in there), State.READY)
        usual_revision = _usual((cell.in_force for _, cell in there), main)
        for place, cell in there:
            odd = _bearing(cell) != usual_state or cell.in_force != usual_revision
            cells[place] = msgspec.structs.replace(cell, odd=odd)
    worst = min((SEVERITY[cell.state] for cell in cells if cell is not None), default=0)
    return Line(kind, namespace, name, _rank(cells, places), tuple(cells), worst)


def _cell(resource: Resource, state: State) -> Cell:
    return Cell(state, revision_cell(resource).rpartition("@")[2], resource.revision)


def _bearing(cell: Cell) -> State:
    return State.READY if cell.state in _WELL else cell.state


def _usual(values: Iterable[str], rather: str) -> str:
    """What most have; of several that as many have, rather one of them."""
    counted = Counter(values)
    return max(sorted(counted), key=lambda value: (counted[value], value == rather))


def _rank(cells: list[Cell | None], places: list[int]) -> Rank:
    there = [cell for place in places if (cell := cells[place]) is not None]
    if any(cell.odd for cell in there):
        return Rank.DIFFERS
    if 1 < len(there) < len(places) and 2 * len(there) >= len(places):
        return Rank.MISSING
    if any(cell is not None and cell.state in FAULTS for cell in cells):
        return Rank.FAULT
    return Rank.SINGLE if sum(cell is not None for cell in cells) == 1 and len(cells) > 1 else Rank.SAME


def describe_absence(picture: Picture, matrix: Matrix, ref: ObjectRef) -> Detail:
    """What is to be said of a cell without an object.

    Args:
        picture: What is known.
        matrix: The matrix.
        ref: What the object would be called.

    Returns:
        The text of the detail strip.
    """
    column = next(column for column in matrix.columns if column.context == ref.context)
    others = (column.context for column in matrix.columns)
    there = ", ".join(name for name in others if picture.get(ref._replace(context=name)) is not None)
    if column.tells(ref.kind, ref.namespace):
        return Detail(None, f"{ref.context} · {describe(ref)} · missing", (f"It is in {there}, and not here",), ())
    why = f"you may not list {KINDS[ref.kind].plural} here" if column.compared else f"this context is {column.note}"
    told = f"It is in {there}; whether it is here can't be told, since {why}"
    return Detail(None, f"{ref.context} · {describe(ref)} · not seen", (told,), ())
