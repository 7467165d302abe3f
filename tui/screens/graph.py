"""The graph around an object: what it depends on, what depends on it, and the way to what broke."""

from collections.abc import Callable
from functools import partial

import msgspec
from textual.app import ComposeResult

from tui.actions import Topic
from tui.model.health import FAULTS
from tui.model.neighbourhood import Layer, Neighbourhood, Scope, Web, neighbourhood
from tui.model.nodes import describe_node, in_a_ring
from tui.model.plan import Way
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.text import counted
from tui.model.wording import describe
from tui.screens.over import OverScreen
from tui.screens.shell import Shell
from tui.screens.steer import offers
from tui.store import Dirty
from tui.widgets.graph import GraphPane
from tui.widgets.lines import LineView

_PAN = (8, 4)
"""Columns and lines of one step."""
_LAYERS = {"graph.depends": Layer.DEPENDS_ON, "graph.sources": Layer.SOURCES, "graph.owners": Layer.OWNERS}


class GraphScreen(OverScreen):
    """Nodes and arrows, with a cursor."""

    pane: GraphPane
    topic = Topic.GRAPH
    lines_when_low = 3

    def __init__(self, shell: Shell, context: str, focus: ObjectRef | None) -> None:
        super().__init__(shell)
        self._where = context
        self.scope = self._drawn_scope = Scope(focus)
        self.pane = GraphPane(shell.palette, shell.session.picture)
        self.pane.selected = focus
        self._web: Web | None = None
        self._came_from: ObjectRef | None = None

    def compose(self) -> ComposeResult:
        """The drawing, and what is to be said of the selected node."""
        yield self.pane
        yield self.detail
        yield self.footer

    def on_mount(self) -> None:
        """Draw it, and select what it is about."""
        self.set_focus(self.pane)
        self.draw_frame()
        if self.pane.selected is None and self.pane.plan.hood.nodes:
            self.pane.choose(self.pane.plan.hood.nodes[0].ref)
            self.draw_frame()

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Steps along edges, what is drawn, and what can be done to the node."""
        return super().handlers() | {
            "graph.before": partial(self._step, Way.BEFORE),
            "graph.after": partial(self._step, Way.AFTER),
            "cursor.up": partial(self._step, Way.UP),
            "cursor.down": partial(self._step, Way.DOWN),
            "cursor.top": partial(self._step, Way.TOP),
            "cursor.bottom": partial(self._step, Way.BOTTOM),
            "cursor.page_up": lambda: self.pane.pan(0, 1 - self.pane.body_height),
            "cursor.page_down": lambda: self.pane.pan(0, self.pane.body_height - 1),
            "graph.pan_left": lambda: self.pane.pan(-_PAN[0], 0),
            "graph.pan_right": lambda: self.pane.pan(_PAN[0], 0),
            "graph.pan_up": lambda: self.pane.pan(0, -_PAN[1]),
            "graph.pan_down": lambda: self.pane.pan(0, _PAN[1]),
            "graph.focus": self._refocus,
            "graph.wider": partial(self._hop, 1),
            "graph.narrower": partial(self._hop, -1),
            "graph.fold": self._fold,
            **{action: partial(self._toggle, layer) for action, layer in _LAYERS.items()},
            "fault.next": partial(self._next_fault, 1),
            "fault.previous": partial(self._next_fault, -1),
            "open": self._open,
            "copy": self._copy,
            "graph": self.leave,
        }

    def on_line_view_pressed(self, event: LineView.Pressed) -> None:
        """Select the node that was clicked; a double click opens it."""
        ref = self.pane.plan.at(event.x + self.pane.left, event.index)
        if ref is None or event.view is not self.pane or self.pane.dragged:
            return
        self._go(ref)
        if event.double:
            self._open()

    @property
    def selected_object(self) -> Resource | None:
        """The object of the node under the cursor, None where several are folded."""
        node = self.pane.node
        return self.shell.session.picture.get(node.ref) if node is not None and not node.folded else None

    @property
    def on_row(self) -> bool:
        """Whether a node is under the cursor."""
        return self.pane.node is not None

    def why_no_object(self) -> str:
        """It is folded, or not there."""
        return "there is no single object here to show"

    def draw_frame(self) -> None:
        """Draw the graph as the picture is now."""
        picture = self.shell.session.picture
        if self._web is None:
            self._web = Web(picture, self._where)
        scope = self.scope
        if self.pane.selected is not None and not (self.pane.node is not None and self.pane.node.folded):
            scope = msgspec.structs.replace(scope, apart=scope.apart | {self.pane.selected})
        hood = neighbourhood(self._web, picture, scope, self.shell.session.clock.now())
        self.pane.show(hood, self._about(hood))
        self.pane.rests(self.shell.session.clock.now(), by_hand=self.scope is not self._drawn_scope)
        self._drawn_scope = self.scope
        self.draw_about()

    def changed(self, dirty: Dirty) -> None:
        """Find the arrows anew where some may be other ones."""
        if dirty.structure:
            self._web = None
        if dirty:
            self.draw_frame()

    def _about(self, hood: Neighbourhood) -> str:
        scope = self.scope
        near = scope.focus if self._is_near else None
        around = f"around {describe(near)}, {counted(scope.hops, 'hop')}" if near is not None else "everything"
        rings = [in_a_ring(cycle) for cycle in hood.cycles]
        layers = ", ".join(layer for layer in Layer if layer in scope.layers) or "no layers"
        return " · ".join(("graph", self._where, around, *rings, layers))

    def draw_about(self) -> None:
        """Draw the strip and the footer."""
        session, node = self.shell.session, self.pane.node
        now = session.clock.now()
        detail = describe_node(session.picture, self.pane.plan.hood, node, now) if node is not None else None
        self.detail.show(detail)
        self.footer.show(offers(self.shell, self.situation(), self._keys()), self.said.line())

    def _keys(self) -> tuple[tuple[str, str], ...]:
        node = self.pane.node
        folded = node is not None and node.folded
        focus = "show all" if self._is_at_focus else "focus"
        return (
            ("open", "unfold" if folded else "to the tree"),
            ("graph.before", "depends on"),
            ("graph.after", "dependents"),
            ("reconcile", ""),
            ("suspend.toggle", ""),
            ("graph.focus", focus),
            *((("graph.wider", "hop more"), ("graph.narrower", "less")) if self._is_near else ()),
            ("graph.fold", "unfold all" if self.scope.folding else "fold"),
            *((action, layer.value) for action, layer in _LAYERS.items()),
            ("yaml", ""),
            ("diff", ""),
            ("reconcile.source", ""),
            ("back", "back"),
            ("help", ""),
        )

    @property
    def _is_near(self) -> bool:
        """Whether only what is around the focus is drawn."""
        return self.scope.focus is not None and not self.scope.everything

    @property
    def _is_at_focus(self) -> bool:
        return self._is_near and self.pane.selected == self.scope.focus

    def _step(self, way: Way) -> None:
        here = self.pane.selected
        if here is not None:
            self._go(self.pane.plan.step(here, way, self._came_from))

    def _go(self, ref: ObjectRef) -> None:
        here = self.pane.selected
        if ref != here:
            self.pane.choose(ref)
            self._came_from = here
        self.draw_about()

    def _set(self, **changes: object) -> None:
        self.scope = msgspec.structs.replace(self.scope, **changes)
        self.draw_frame()
        self.pane.show_cursor()
        self.pane.repaint()

    def _refocus(self) -> None:
        node = self.pane.node
        if node is None or self._is_at_focus:
            self._set(everything=True)
        else:
            self._set(focus=node.ref, everything=False)

    def _hop(self, step: int) -> None:
        if not self._is_near:
            self.say(f"everything is drawn: {self.shell.shown_key('graph.focus')} draws what is around the node")
        else:
            self._set(hops=max(1, self.scope.hops + step))

    def _fold(self) -> None:
        self._set(folding=not self.scope.folding, apart=frozenset())

    def _toggle(self, layer: Layer) -> None:
        self._set(layers=self.scope.layers ^ {layer})

    def _next_fault(self, step: int) -> None:
        picture, nodes = self.shell.session.picture, self.pane.plan.hood.nodes
        broken = [node.ref for node in nodes if picture.health(node.ref).state in FAULTS]
        if not broken:
            self.say("nothing that is drawn is broken")
            return
        here = self.pane.selected
        place = broken.index(here) + step if here in broken else (0 if step > 0 else -1)
        self._go(broken[place % len(broken)])

    def _open(self) -> None:
        node = self.pane.node
        if node is None:
            return
        if node.folded:
            self._set(apart=self.scope.apart | set(node.members))
        elif node.missing:
            self.say(f"{describe(node.ref)} is {node.missing}: there is no row to go to")
        else:
            self.dismiss(node.ref)

    def _copy(self) -> None:
        if text := self.detail.text():
            self.copy(text)
