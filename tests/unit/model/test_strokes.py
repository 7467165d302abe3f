"""Wires into box lines."""

import unicodedata

import pytest

from tui.model.layers import Edge, layer
from tui.model.routes import Drawing, draw
from tui.model.strokes import DOWN, HEAVY, LEFT, RIGHT, UP, Canvas, is_heavy, sign

WORDS = {"UP": UP, "RIGHT": RIGHT, "DOWN": DOWN, "LEFT": LEFT, "VERTICAL": UP + DOWN, "HORIZONTAL": LEFT + RIGHT}


def by_name(name: str) -> int:
    """The strokes that the Unicode name of a box drawing speaks of."""
    strokes, common = 0, ""
    for part in name.removeprefix("BOX DRAWINGS ").split(" AND "):
        words = part.split()
        weights = [word for word in words if word in ("LIGHT", "HEAVY")]
        common = common or (words[0] if words[0] in weights else "")
        weight = weights[0] if weights else common
        strokes += sum(WORDS[word] for word in words if word in WORDS) * (HEAVY if weight == "HEAVY" else 1)
    return strokes


@pytest.mark.parametrize("strokes", [one for one in range(1, 256) if not one & one // HEAVY])
def test_signs_show_their_strokes(strokes: int) -> None:
    drawn = sign(strokes, ascii_only=False)
    assert by_name(unicodedata.name(drawn)) == strokes
    assert is_heavy(strokes) is ("HEAVY" in unicodedata.name(drawn))


@pytest.mark.parametrize(
    ("strokes", "drawn"),
    [
        (LEFT + RIGHT, "-"),
        (HEAVY * (LEFT + RIGHT), "="),
        (UP + DOWN, "|"),
        (HEAVY * (UP + DOWN), "|"),
        (UP + RIGHT, "+"),
        (UP + DOWN + LEFT + RIGHT, "+"),
    ],
)
def test_signs_in_ascii(strokes: int, drawn: str) -> None:
    assert sign(strokes, ascii_only=True) == drawn


def picture(drawing: Drawing, heavy: tuple[int, ...] = ()) -> list[str]:
    canvas = Canvas(drawing, heavy=heavy)
    lines = []
    for y in range(drawing.height):
        cells = {x: sign(strokes, ascii_only=False) for x, strokes in canvas.line(y, 0, drawing.width).items()}
        for box in drawing.boxes:
            cells.update({x: "#" for x in range(box.x, box.x + box.width) if box.y == y})
        lines.append("".join(cells.get(x, " ") for x in range(drawing.width)).rstrip())
    return lines


def lines_of(count: int, *edges: Edge, spread: int = 1) -> list[str]:
    return picture(draw(layer(count, edges), [3] * count, spread))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(lines_of(2, (0, 1)), ["###────###"], id="a wire"),
        pytest.param(lines_of(3, (0, 1), (0, 2)), ["###─┬──###", "    └──###"], id="a fork"),
        pytest.param(lines_of(4, (0, 1), (0, 2), (0, 3)), ["    ┌──###", "###─┼──###", "    └──###"], id="a fan"),
        pytest.param(lines_of(3, (0, 2), (1, 2)), ["###─┐", "###─┴──###"], id="joined"),
        pytest.param(lines_of(3, (0, 1), (1, 2), (0, 2)), ["    ┌──###─┐", "###─┴──────┴──###"], id="past a node"),
        pytest.param(
            lines_of(3, (0, 1), (0, 2), spread=2), ["###─┬──###", "    │", "    └──###"], id="with room between"
        ),
    ],
)
def test_pictures(lines: list[str], expected: list[str]) -> None:
    assert lines == expected


def test_an_emphasised_wire_is_heavy_up_to_where_it_leaves_the_others() -> None:
    drawing = draw(layer(3, [(0, 1), (0, 2)]), [3] * 3)
    lower = next(number for number, wire in enumerate(drawing.wires) if wire.right == 2)
    assert picture(drawing, heavy=(lower,)) == ["###━┱──###", "    ┗━━###"]


def test_only_some_wires() -> None:
    drawing = draw(layer(3, [(0, 1), (0, 2)]), [3] * 3)
    assert Canvas(drawing, only=()).line(0, 0, 99) == {}
    assert set(Canvas(drawing, only=(0,)).line(0, 0, 99)) == {3, 4, 5, 6}
    assert Canvas(drawing).line(7, 0, 99) == Canvas(drawing).line(-1, 0, 99) == {}
    assert set(Canvas(drawing).line(0, 4, 6)) == {4, 5}
