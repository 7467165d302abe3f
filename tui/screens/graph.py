"""The graph around an object: what it depends on, what depends on it, and the way to what broke."""

from collections.abc import Callable
from functools import partial

import msgspec
from textual.app import ComposeResult
from textual.events import Key

from tui.actions import Situation, Topic
from tui.model.changes import Severity
from tui.model.health import FAULTS
from tui.model.neighbourhood import Layer, Neighbourhood, Scope, Web, neighbourhood
from tui.model.nodes import describe_node, in_a_ring
from tui.model.plan import Way
from tui.model.refs import ObjectRef
from tui.model.wording import describe
from tui.screens.diff import DiffScreen
from tui.screens.keyed import KeyedScreen
from tui.screens.messages import MessagesScreen
from tui.screens.said import Said
from tui.screens.shell import Shell
from tui.screens.steer import Steer, offers, situation_of
from tui.screens.text import ManifestScreen
from tui.store import Dirty
from tui.widgets.detail import DetailStrip
from tui.widgets.footer import Footer
from tui.widgets.graph import GraphPane
from tui.widgets.lines import LineView

_LOW = 30
_PAN = (8, 4)
"""Columns and lines of one step."""
_LAYERS = {"graph.depends": Layer.DEPENDS_ON, "graph.sources": Layer.SOURCES, "graph.owners": Layer.OWNERS}


class GraphScreen(KeyedScreen[ObjectRef | None]):
    """Dismissed with the object to select in the tree, or None."""

    topic = Topic.GRAPH

    def __init__(self, shell: Shell, context: str, focus: ObjectRef | None) -> None:
        super().__init__(shell)
        self._where = context
        self.scope = Scope(focus)
        self.pane = GraphPane(shell.palette, shell.session.picture)
        self.pane.selected = focus
        self.detail = DetailStrip(shell.palette)
        self.footer = Footer(shell.palette)
        self._steer = Steer(self)
        self._said = Said(shell)
        self._said.see()
        self._web: Web | None = None
        self._came_from: ObjectRef | None = None

    def compose(self) -> ComposeResult:
        """The drawing, and what is to be said of the selected node."""
        yield self.pane
        yield self.detail
        yield self.footer

    def on_mount(self) -> None:
        """Draw, and again whenever the picture changes."""
        self._share_out()
        self.set_focus(self.pane)
        self.shell.watching.append(self._changed)
        self.draw_frame()
        if self.pane.selected is None and self.pane.plan.hood.nodes:
            self.pane.choose(self.pane.plan.hood.nodes[0].ref)
            self.draw_frame()

    def on_unmount(self) -> None:
        """Draw no more."""
        self.shell.watching.remove(self._changed)

    def on_resize(self) -> None:
        """Share the room out anew."""
        self._share_out()

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Steps along edges, what is drawn, and what can be done to the node."""
        return {
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
            "yaml": partial(self._about_object, ManifestScreen),
            "diff": partial(self._about_object, DiffScreen),
            **self._steer.handlers,
            "messages": lambda: self._push(MessagesScreen(self.shell)),
            "copy": self._copy,
            "graph": self._leave,
            "back": self._leave,
            "quit": self._leave,
        }

    async def take_key(self, event: Key) -> None:
        """Do what the key means; whatever the footer said has been seen then."""
        self._said.see()
        await super().take_key(event)
        self._draw_about()

    def on_line_view_pressed(self, event: LineView.Pressed) -> None:
        """Select the node that was clicked; a double click opens it."""
        ref = self.pane.plan.at(event.x + self.pane.left, event.index)
        if ref is None or event.view is not self.pane or self.pane.dragged:
            return
        self._go(ref)
        if event.double:
            self._open()

    def on_footer_chosen(self, event: Footer.Chosen) -> None:
        """Do what the clicked key does."""
        self._said.see()
        self.act(event.action)
        self._draw_about()

    def situation(self) -> Situation:
        """What is selected, as far as it decides what can be done."""
        node = self.pane.node
        resource = self.shell.session.picture.get(node.ref) if node is not None and not node.folded else None
        return situation_of(self.shell.session, (resource,) if resource is not None else (), node is not None)

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
        self._draw_about()

    def _changed(self, dirty: Dirty) -> None:
        if dirty.structure:
            self._web = None
        if dirty:
            self.draw_frame()

    def _about(self, hood: Neighbourhood) -> str:
        scope = self.scope
        hops = f"{scope.hops} hop{'' if scope.hops == 1 else 's'}"
        near = scope.focus if self._is_near else None
        around = f"around {describe(near)}, {hops}" if near is not None else "everything"
        rings = [in_a_ring(cycle) for cycle in hood.cycles]
        layers = ", ".join(layer for layer in Layer if layer in scope.layers) or "no layers"
        return " · ".join(("graph", self._where, around, *rings, layers))

    def _draw_about(self) -> None:
        """The strip and the footer, which follow the cursor."""
        session, node = self.shell.session, self.pane.node
        now = session.clock.now()
        detail = describe_node(session.picture, self.pane.plan.hood, node, now) if node is not None else None
        self.detail.show(detail)
        self.footer.show(offers(self.shell, self.situation(), self._keys()), self._said.line())

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

    def _share_out(self) -> None:
        self.detail.styles.height = 5 if self.app.size.height >= _LOW else 3

    def _step(self, way: Way) -> None:
        here = self.pane.selected
        if here is not None:
            self._go(self.pane.plan.step(here, way, self._came_from))

    def _go(self, ref: ObjectRef) -> None:
        here = self.pane.selected
        if ref != here:
            self.pane.choose(ref)
            self._came_from = here
        self._draw_about()

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
            self._say(f"everything is drawn: {self.shell.shown_key('graph.focus')} draws what is around the node")
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
            self._say("nothing that is drawn is broken")
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
            self._say(f"{describe(node.ref)} is {node.missing}: there is no row to go to")
        else:
            self.dismiss(node.ref)

    def _about_object(self, screen: Callable[[Shell, ObjectRef], KeyedScreen[None]]) -> None:
        node = self.pane.node
        if node is None or node.folded or node.missing:
            self._say("there is no single object here to show")
        else:
            self._push(screen(self.shell, node.ref))

    def _copy(self) -> None:
        text = self.detail.text()
        if text:
            self.app.copy_to_clipboard(text)
            self.shell.session.notice(Severity.INFO, f"copied {len(text.splitlines())} lines")

    def _push(self, screen: KeyedScreen[None]) -> None:
        self.app.push_screen(screen)

    def _say(self, text: str) -> None:
        self.shell.session.notice(Severity.WARNING, text)

    def _leave(self) -> None:
        self.dismiss(None)
