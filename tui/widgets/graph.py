"""A graph in box lines: nodes, wires between them, one node under the cursor."""

from rich.style import Style
from textual import events
from textual.strip import Strip

from tui.model.aim import Target
from tui.model.health import FAULTS, State
from tui.model.neighbourhood import Neighbourhood, Node
from tui.model.nodes import label_of
from tui.model.picture import Picture
from tui.model.plan import Plan, arrange
from tui.model.refs import ObjectRef
from tui.model.routes import Box
from tui.model.strokes import Canvas, is_heavy, sign
from tui.widgets.aimed import AimedView
from tui.widgets.cellwise import Line, cut, width_of
from tui.widgets.palette import Palette

_MOST_NAME = 30
_MARGIN = 2
"""Cells that are kept free around the node under the cursor, where there is room."""
_WHEEL = 6


class GraphPane(AimedView):
    """Nodes from left to right; it pans."""

    def __init__(self, palette: Palette, picture: Picture) -> None:
        super().__init__(palette, picture, "graph")
        self.plan = Plan()
        self.left = 0
        """The first visible column; negative where there is more room than drawing, as `top` may be."""
        self.selected: ObjectRef | None = None
        """The `ref` of the node under the cursor."""
        self.about = ""
        self._canvas = Canvas(self.plan.drawing)
        self._ring = Canvas(self.plan.drawing)
        self._by_line: dict[int, list[tuple[Box, Node]]] = {}
        self._heads: dict[int, dict[int, bool]] = {}
        self._held: tuple[int, int] | None = None
        self.dragged = False
        """Whether the mouse has panned since its button went down: letting go is no click then."""
        self._is_new = True

    @property
    def node(self) -> Node | None:
        """The node under the cursor."""
        number = self.plan.number.get(self.selected) if self.selected is not None else None
        return self.plan.hood.nodes[number] if number is not None else None

    @property
    def target(self) -> Target | None:
        """The object under the cursor, as the picture is now; None where several are folded."""
        node = self.node
        return self.target_at(node.ref) if node is not None and not node.folded else None

    def show(self, hood: Neighbourhood, about: str) -> None:
        """Show a graph; the node under the cursor stays where it is on the screen.

        Args:
            hood: Its nodes and arrows.
            about: What the title says.
        """
        self.about = about
        if hood != self.plan.hood:
            before = self._on_screen()
            self._lay_out(hood)
            self._keep_place(before)
        self.repaint()

    def choose(self, ref: ObjectRef) -> None:
        """Put the cursor on a node, and bring it into sight.

        Args:
            ref: An object of that node.
        """
        self.selected = self.plan.hood.place.get(ref, self.selected)
        self.aim.chosen(self.target)
        self.show_cursor()
        self.repaint()

    def show_cursor(self) -> None:
        """Pan just enough that the node under the cursor is in sight."""
        box = self.plan.box(self.selected) if self.selected is not None else None
        if box is None or not self.body_height:
            return
        lines = min(_MARGIN, (self.body_height - 1) // 2)
        self.top = max(min(self.top, box.y - lines), box.y + lines - self.body_height + 1)
        self.left = min(max(self.left, box.x + box.width + _MARGIN - self.size.width), max(0, box.x - _MARGIN))
        self._stay_inside()

    def centre(self) -> None:
        """Pan so that the node under the cursor is in the middle, as far as there is more to see."""
        box = self.plan.box(self.selected) if self.selected is not None else None
        if box is not None:
            self.left = box.x + box.width // 2 - self.size.width // 2
            self.top = box.y - self.body_height // 2
            self._stay_inside()
        self.repaint()

    def pan(self, columns: int, lines: int) -> None:
        """Look at another part.

        Args:
            columns: How many cells to the right, negative for left.
            lines: How many lines down, negative for up.
        """
        self.left, self.top = self.left + columns, self.top + lines
        self._stay_inside()
        self.repaint()

    def scroll_lines(self, lines: int) -> None:
        """Pan up or down, as the wheel does."""
        self.pan(0, lines)

    def count_lines(self) -> int:
        """As many as the drawing has."""
        return self.plan.drawing.height

    def empty(self) -> str:
        """Why there is nothing."""
        return "Nothing to draw: the context has no objects, or every layer is left out"

    def draw_title(self, width: int) -> Strip:
        """What it is the graph of, and how much."""
        objects, nodes = len(self.plan.hood.place), len(self.plan.hood.nodes)
        count = f"{objects} objects" if objects == nodes else f"{objects} objects in {nodes} nodes"
        return self.title(self.about, count, width)

    def draw_line(self, index: int, width: int) -> Strip:
        """The wires of a line and the nodes on it, as far as they are in sight."""
        start, end = self.left, self.left + width
        boxes = [pair for pair in self._by_line.get(index, ()) if pair[0].x + pair[0].width > start and pair[0].x < end]
        first = min(start, boxes[0][0].x) if boxes else start
        line, x = (
            Line(max(end, boxes[-1][0].x + boxes[-1][0].width if boxes else end) - first, self.palette.base),
            first,
        )
        for box, node in boxes:
            self._draw_wires(line, index, x, box.x)
            self._draw_node(line, node)
            x = box.x + box.width
        self._draw_wires(line, index, x, end)
        return line.strip().crop(start - first, end - first)

    def _draw_wires(self, line: Line, y: int, start: int, end: int) -> None:
        palette, heads = self.palette, self._heads.get(y, {})
        cells, ring = self._canvas.line(y, start, end), self._ring.line(y, start, end)
        at, text, style = start, "", palette.border
        for cell in sorted(cells):
            wanted = palette.border
            if is_heavy(cells[cell]):
                wanted = palette.state(State.FAILED) if cell in ring else self._path_style
            if wanted is not style:
                line.add(text, style)
                text, style = "", wanted
            drawn = sign(cells[cell], palette.ascii)
            if cell in heads:
                drawn = palette.sign("ahead" if heads[cell] else "back")
            text += " " * (cell - at) + drawn
            at = cell + 1
        line.add(text, style).add(" " * (end - at))

    @property
    def _path_style(self) -> Style:
        root = self.plan.hood.path[-1] if self.plan.hood.path else None
        state = self.picture.health(root).state if root is not None else State.READY
        return self.palette.state(state) + Style(bold=True)

    def _draw_node(self, line: Line, node: Node) -> None:
        palette, mark = self.palette, self.palette.sign("cut")
        state = State.READY if node.folded else self.picture.health(node.ref).state
        chosen = node.ref == self.selected
        over = palette.cursor if chosen else Style()
        dim = not self._matters(node, state)
        glyph = palette.sign("ghost") if node.missing else palette.glyph(state)
        line.add(palette.sign("cursor") if chosen else " ", palette.accent + over)
        line.add(glyph, (palette.dim if dim else palette.state(state)) + over)
        told = label_of(node)
        name_style = palette.dim if dim or node.missing else palette.name(state)
        if node.ref in self.plan.hood.path and not node.missing:
            name_style = palette.name(state) + Style(bold=True)
        line.add(f" {cut(told.name, _MOST_NAME, mark)}", name_style + over)
        line.add(f" {told.kind}", palette.dim + over)
        line.add(f" {told.note}" if told.note else "", palette.warning + over)
        line.add(" ")

    def _matters(self, node: Node, state: State) -> bool:
        """Whether a node is not dim: it is on the way to what broke, or broken itself."""
        path = self.plan.hood.path
        return node.ref in path or state in FAULTS or any(node.ref in cycle for cycle in self.plan.hood.cycles)

    def _width(self, node: Node) -> int:
        told = label_of(node)
        name = width_of(cut(told.name, _MOST_NAME, self.palette.sign("cut")))
        return 5 + name + width_of(told.kind) + (width_of(told.note) + 1 if told.note else 0)

    def _lay_out(self, hood: Neighbourhood) -> None:
        plan = self.plan = arrange(hood, [self._width(node) for node in hood.nodes], self.body_height)
        ring = plan.cycle_wires()
        self._canvas = Canvas(plan.drawing, heavy=plan.path_wires() | ring)
        self._ring = Canvas(plan.drawing, only=ring)
        self._by_line, self._heads = {}, {}
        for box, node in sorted(zip(plan.drawing.boxes, hood.nodes, strict=True), key=lambda pair: pair[0].x):
            self._by_line.setdefault(box.y, []).append((box, node))
        for x, y, ahead in plan.drawing.heads:
            self._heads.setdefault(y, {})[x] = ahead

    def _on_screen(self) -> tuple[int, int] | None:
        box = self.plan.box(self.selected) if self.selected is not None else None
        return (box.x - self.left, box.y - self.top) if box is not None else None

    def _keep_place(self, before: tuple[int, int] | None) -> None:
        hood = self.plan.hood
        if self.selected is not None and self.selected not in hood.place and hood.nodes:
            self.selected = hood.path[0] if hood.path else hood.nodes[0].ref
        elif self.selected is not None:
            self.selected = hood.place.get(self.selected)
        box = self.plan.box(self.selected) if self.selected is not None else None
        if box is not None and before is not None:
            self.left, self.top = box.x - before[0], box.y - before[1]
            self._stay_inside()
        self.show_cursor()

    def _stay_inside(self) -> None:
        """A drawing that is smaller than the pane moves within it, a larger one behind it."""
        columns = self.plan.drawing.width - self.size.width
        lines = self.plan.drawing.height - self.body_height
        self.left = max(min(0, columns), min(self.left, max(0, columns)))
        self.top = max(min(0, lines), min(self.top, max(0, lines)))

    def on_resize(self) -> None:
        """Use the room there is."""
        self._lay_out(self.plan.hood)
        if self._is_new:
            self._is_new = False
            self.centre()
        super().on_resize()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the drawing."""
        self._held, self.dragged = (event.screen_x, event.screen_y), False
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Pan with the mouse."""
        if self._held is not None and self._held != (event.screen_x, event.screen_y):
            x, y = self._held
            self._held, self.dragged = (event.screen_x, event.screen_y), True
            self.pan(x - event.screen_x, y - event.screen_y)

    def on_mouse_up(self) -> None:
        """Let go."""
        self._held = None
        self.release_mouse()

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Pan to the left."""
        event.stop()
        self.pan(-_WHEEL, 0)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Pan to the right."""
        event.stop()
        self.pan(_WHEEL, 0)
