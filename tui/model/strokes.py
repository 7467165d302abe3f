"""Wires into box lines: which strokes meet in a cell, and the sign that shows them."""

from collections.abc import Collection

from tui.model.routes import Drawing

UP, RIGHT, DOWN, LEFT = 8, 4, 2, 1
"""Light strokes from the middle of a cell."""

HEAVY = 16
"""Times a stroke: a heavy one."""

_BY_THREES = " ╴╸╷┐┑╻┒┓╶─╾┌┬┭┎┰┱╺╼━┍┮┯┏┲┳╵┘┙│┤┥╽┧┪└┴┵├┼┽┟╁╅┕┶┷┝┾┿┢╆╈╹┚┛╿┦┩┃┨┫┖┸┹┞╀╃┠╂╉┗┺┻┡╄╇┣╊╋"
"""The sign for every combination: no stroke, a light or a heavy one up, right, down and left, as digits of a number."""

Strokes = dict[int, int]
"""Column → the strokes in that cell; a heavy one hides the light one below it."""


def _by_threes(strokes: int) -> int:
    number = 0
    for direction in (UP, RIGHT, DOWN, LEFT):
        number = 3 * number + (2 if strokes & HEAVY * direction else 1 if strokes & direction else 0)
    return number


def _in_ascii(strokes: int) -> str:
    either = strokes | strokes // HEAVY
    if either & (UP | DOWN):
        return "+" if either & (RIGHT | LEFT) else "|"
    return "=" if is_heavy(strokes) else "-" if either & (RIGHT | LEFT) else " "


def is_heavy(strokes: int) -> bool:
    """Whether one of the strokes is a heavy one.

    Args:
        strokes: The strokes that meet in a cell.

    Returns:
        True where the sign is to stand out.
    """
    return strokes >= HEAVY


_SIGNS = tuple((_BY_THREES[_by_threes(strokes)], _in_ascii(strokes)) for strokes in range(HEAVY * HEAVY))


def sign(strokes: int, ascii_only: bool) -> str:
    """The sign of a cell.

    Args:
        strokes: The strokes that meet there.
        ascii_only: Whether it has to be ASCII.

    Returns:
        One character.
    """
    return _SIGNS[strokes][ascii_only]


class Canvas:
    """The wires of a drawing, by line; lines are put together when they are looked at."""

    def __init__(
        self, drawing: Drawing, *, heavy: Collection[int] = frozenset(), only: Collection[int] | None = None
    ) -> None:
        """Sort the wires.

        Args:
            drawing: The drawing.
            heavy: The wires, by number, that are drawn heavily.
            only: The wires that are drawn at all; None for all.
        """
        level, upright = set(), set()
        self._pins: set[tuple[int, int]] = set()
        """Where wires touch nodes, which they are drawn up to."""
        for number, wire in enumerate(drawing.wires):
            if only is not None and number not in only:
                continue
            weight = HEAVY if number in heavy else 1
            for (x, y), (to_x, to_y) in zip(wire.points, wire.points[1:], strict=False):
                if y == to_y:
                    level.add((y, x, to_x, weight))
                else:
                    upright.add((x, min(y, to_y), max(y, to_y), weight))
            self._pins |= {wire.points[0]} if wire.left < len(drawing.boxes) else set()
            self._pins |= {wire.points[-1]} if wire.right < len(drawing.boxes) else set()
        self._level: dict[int, list[tuple[int, int, int]]] = {}
        """Line → first and last cell of each stretch, and its weight."""
        self._upright: dict[int, list[tuple[int, int]]] = {}
        """Line → column and strokes of each stretch that passes it."""
        for y, x, to_x, weight in sorted(level):
            self._level.setdefault(y, []).append((x, to_x, weight))
        for x, top, bottom, weight in sorted(upright):
            for y in range(top, bottom + 1):
                strokes = UP * (y > top) + DOWN * (y < bottom)
                self._upright.setdefault(y, []).append((x, strokes * weight))

    def line(self, y: int, start: int, end: int) -> Strokes:
        """Put a part of a line together.

        Args:
            y: The line.
            start: The first column.
            end: The column after the last.

        Returns:
            The strokes of its cells; blank ones are left out.
        """
        cells: Strokes = {}
        for x, to_x, weight in self._level.get(y, ()):
            for cell in range(max(x, start), min(to_x + 1, end)):
                pinned = (cell, y) in self._pins
                strokes = RIGHT * (cell < to_x or pinned) + LEFT * (cell > x or pinned)
                cells[cell] = cells.get(cell, 0) | strokes * weight
        for x, strokes in self._upright.get(y, ()):
            if start <= x < end:
                cells[x] = cells.get(x, 0) | strokes
        return cells
