"""Everything a person can do, in one table: footer, palette, help, keymap and README come from it."""

from enum import StrEnum

import msgspec

from tui.model.intent import Verb


class Scope(StrEnum):
    """What an action needs to be possible."""

    OBJECT = "object"
    """An object is selected or marked."""
    ROW = "row"
    """Any row of the tree is selected."""
    VIEW = "view"
    """Nothing."""


class Topic(StrEnum):
    """Under which heading the help lists an action."""

    STEER = "Steer"
    LOOK = "Look"
    FIND = "Find"
    MOVE = "Move"
    CONTEXTS = "Contexts"
    GRAPH = "Graph"
    FLEET = "Fleet"
    PROGRAM = "Program"


SCREENS = frozenset((Topic.GRAPH, Topic.FLEET))
"""Topics that are screens of their own: their keys mean what they say only there, whatever they mean elsewhere."""


class Action(msgspec.Struct, frozen=True):
    """One thing a person can do."""

    id: str
    """By which keymaps and the palette name it."""
    keys: tuple[str, ...]
    """Default keys, as Textual names them; the first is shown."""
    title: str
    """A word or two, for the footer and the palette."""
    help: str
    """A sentence, for the help."""
    topic: Topic
    scope: Scope = Scope.VIEW
    verb: Verb | None = None
    """What it asks of an object, for actions that write."""
    caution: str = ""
    """What to know before it is done: it is asked about even for one object."""
    footer: int = 0
    """Place in the footer, from the left; 0 keeps it out."""

    @property
    def takes_aim(self) -> bool:
        """Whether it must not take the object that came under the cursor in place of another one."""
        return self.topic is Topic.STEER and self.scope is Scope.OBJECT


_STEER = (
    Action(
        "reconcile", ("R",), "reconcile", "Ask the controller to reconcile the object now, and follow it to its end",
        Topic.STEER, Scope.OBJECT, Verb.RECONCILE, footer=1,
    ),
    Action(
        "reconcile.source", ("W",), "with source", "Reconcile what it takes its content from first, then the object",
        Topic.STEER, Scope.OBJECT, Verb.RECONCILE, footer=2,
    ),
    Action(
        "suspend.toggle", ("T",), "suspend/resume", "Suspend the object, or resume it when it is suspended",
        Topic.STEER, Scope.OBJECT, Verb.SUSPEND, footer=3,
    ),
    Action(
        "force", ("U",), "force", "Install or upgrade a HelmRelease now, even in sync or out of retries",
        Topic.STEER, Scope.OBJECT, Verb.FORCE,
        "Helm installs or upgrades at once, hooks and all, even what is in sync or out of retries", 5,
    ),
    Action(
        "reset", ("Z",), "reset", "Forget a HelmRelease's failures, so that one out of retries is tried again",
        Topic.STEER, Scope.OBJECT, Verb.RESET, footer=4,
    ),
    Action(
        "suspend", (), "suspend",
        "Suspend the object; :suspend INC-42 flaky registry until 2h (or 3d, 17:00, 2026-12-01) says why and how long",
        Topic.STEER, Scope.OBJECT, Verb.SUSPEND,
    ),
    Action("resume", (), "resume", "Resume the object and reconcile it", Topic.STEER, Scope.OBJECT, Verb.RESUME),
    Action(
        "mark", ("space",), "mark", "Mark the object, so that the next action takes all that are marked",
        Topic.STEER, Scope.OBJECT, footer=14,
    ),
    Action(
        "mark.all", ("A",), "mark all shown", "Mark every object that the filter lets pass, or none of them again",
        Topic.STEER,
    ),
    Action("mark.clear", ("ctrl+backslash",), "clear marks", "Take all marks away", Topic.STEER),
)  # fmt: skip

_LOOK = (
    Action(
        "diff", ("D",), "diff", "The Git diff of what is pending: applied, fetched, upstream",
        Topic.LOOK, Scope.OBJECT, footer=6,
    ),
    Action(
        "why", ("w",), "why", "Walk to what broke first; once more to the next cause, where there are several",
        Topic.LOOK, Scope.OBJECT, footer=7,
    ),
    Action("why.back", ("minus",), "back", "Back to where the walk began", Topic.LOOK),
    Action("yaml", ("y", "d"), "yaml", "The object as the API server has it", Topic.LOOK, Scope.OBJECT, footer=8),
    Action(
        "graph", ("v",), "graph", "What the object depends on and what depends on it, drawn as a graph", Topic.LOOK,
        footer=10,
    ),
    Action(
        "fleet", ("F",), "fleet", "The same objects side by side in all contexts, those that differ first", Topic.LOOK,
        footer=11,
    ),
    Action(
        "suspended", ("S",), "suspended",
        "All that is suspended, in all contexts: since when, by whom, why, until when, and how far behind",
        Topic.LOOK,
    ),
    Action("mode", ("m",), "mode", "What the branches mean: owners, sources, dependsOn, flat", Topic.LOOK, footer=15),
    Action("zoom", ("z",), "zoom", "Give the pane the whole screen, and back", Topic.LOOK, footer=16),
    Action("logs", ("l",), "logs", "To the controller's log of the object", Topic.LOOK, footer=9),
    Action("events", ("e",), "events", "To the Events of the object and what is below it", Topic.LOOK),
    Action("applied", ("o",), "applied", "To what the object applied, with pods that are not ready", Topic.LOOK),
    Action("logs.all", ("a",), "all lines", "The controller's whole log, or the object's lines only", Topic.LOOK),
    Action("pane.next", ("tab",), "next pane", "To the next pane", Topic.LOOK),
    Action("pane.previous", ("shift+tab",), "previous pane", "To the previous pane", Topic.LOOK),
    Action("wider", ("greater_than_sign",), "wider tree", "Give the tree more width", Topic.LOOK),
    Action("narrower", ("less_than_sign",), "narrower tree", "Give the tree less width", Topic.LOOK),
)  # fmt: skip

_FIND = (
    Action(
        "filter", ("slash",), "filter",
        "Narrow the tree as you type: words, kind:ks, ns:x, ctx:x, is:failed, -l key=value, ! turns a word round",
        Topic.FIND, footer=12,
    ),
    Action("faults", ("ctrl+z",), "faults only", "Only what is broken and what it holds up, and back", Topic.FIND),
    Action("palette", ("colon",), "command", "Type a command; enter runs just what was typed", Topic.FIND, footer=13),
    Action(
        "back", ("escape",), "back", "Stop what is queued; clear the filter, the marks, the zoom: one at a time",
        Topic.FIND,
    ),
)  # fmt: skip

_MOVE = (
    Action("cursor.down", ("j", "down"), "down", "One line down", Topic.MOVE),
    Action("cursor.up", ("k", "up"), "up", "One line up", Topic.MOVE),
    Action("cursor.top", ("g", "home"), "top", "To the first line", Topic.MOVE),
    Action("cursor.bottom", ("G", "end"), "bottom", "To the last line", Topic.MOVE),
    Action("cursor.page_down", ("ctrl+f", "pagedown"), "page down", "One page down", Topic.MOVE),
    Action("cursor.page_up", ("ctrl+b", "pageup"), "page up", "One page up", Topic.MOVE),
    Action(
        "open", ("enter",), "open", "Open or close the branch; the object's YAML where there is none",
        Topic.MOVE, Scope.ROW,
    ),
    Action("fold", ("left", "h"), "fold", "Close the branch, or go to the row above it", Topic.MOVE, Scope.ROW),
    Action("unfold", ("right",), "unfold", "Open the branch", Topic.MOVE, Scope.ROW),
    Action(
        "fault.next", ("n",), "next fault",
        "To the next object that is broken; where none is, that waits, then that is suspended", Topic.MOVE,
    ),
    Action(
        "fault.previous", ("N",), "previous fault",
        "To the previous object that is broken; where none is, that waits, then that is suspended", Topic.MOVE,
    ),
)  # fmt: skip

_CONTEXTS = (
    Action("context.all", ("0",), "all contexts", "Show all connected contexts", Topic.CONTEXTS),
    *(
        Action(
            f"context.{number}", (str(number),), f"context {number}",
            f"Show context {number} of the top line alone, connecting it if need be", Topic.CONTEXTS,
        )
        for number in range(1, 10)
    ),
    Action("context.toggle", ("C",), "dis/connect", "Connect or disconnect the row's context", Topic.CONTEXTS),
    Action(
        "context.retry", ("ctrl+r",), "retry", "Try lost connections at once, with credentials read anew",
        Topic.CONTEXTS,
    ),
)  # fmt: skip

_GRAPH = (
    Action(
        "graph.before", ("h", "left"), "what it depends on", "Along an edge to what the node depends on", Topic.GRAPH
    ),
    Action(
        "graph.after", ("l", "right"), "what depends on it", "Along an edge to what depends on the node", Topic.GRAPH
    ),
    Action("graph.focus", ("f",), "focus", "Draw what is around the node alone, or everything", Topic.GRAPH),
    Action("graph.wider", ("plus",), "one hop more", "Draw what is one hop farther from the focus too", Topic.GRAPH),
    Action("graph.narrower", ("underscore",), "one hop less", "Draw what is one hop less from the focus", Topic.GRAPH),
    Action("graph.fold", ("x",), "fold", "Fold healthy objects that look alike into one node, or none", Topic.GRAPH),
    Action("graph.depends", ("1",), "dependsOn", "Draw dependsOn, or leave it out", Topic.GRAPH),
    Action("graph.sources", ("2",), "sources", "Draw where content comes from, or leave it out", Topic.GRAPH),
    Action("graph.owners", ("3",), "owners", "Draw who applied what, or leave it out", Topic.GRAPH),
    Action("graph.pan_left", ("H", "shift+left"), "pan left", "Look farther to the left", Topic.GRAPH),
    Action("graph.pan_right", ("L", "shift+right"), "pan right", "Look farther to the right", Topic.GRAPH),
    Action("graph.pan_up", ("K", "shift+up"), "pan up", "Look farther up", Topic.GRAPH),
    Action("graph.pan_down", ("J", "shift+down"), "pan down", "Look farther down", Topic.GRAPH),
)

_FLEET = (
    Action("fleet.left", ("h", "left"), "context before", "To the context at the left", Topic.FLEET),
    Action("fleet.right", ("l", "right"), "next context", "To the context at the right", Topic.FLEET),
)

_PROGRAM = (
    Action("help", ("question_mark", "f1"), "help", "All keys", Topic.PROGRAM, footer=17),
    Action("messages", ("M",), "messages", "Everything that was said: failures, refusals, outcomes", Topic.PROGRAM),
    Action(
        "journal", (), "journal", "What was asked, by whom, and what became of it, in earlier runs too", Topic.PROGRAM
    ),
    Action("copy", ("c",), "copy", "Copy what the focused pane says", Topic.PROGRAM),
    Action("theme.next", (), "next theme", "Try the next theme", Topic.PROGRAM),
    Action("quit", ("q", "ctrl+q", "ctrl+c"), "quit", "Leave", Topic.PROGRAM),
)

ACTIONS: dict[str, Action] = {
    action.id: action for action in (*_STEER, *_LOOK, *_FIND, *_MOVE, *_CONTEXTS, *_GRAPH, *_FLEET, *_PROGRAM)
}
"""Every action by its id."""

DEFAULT_KEYS = {action.id: action.keys for action in ACTIONS.values()}
"""The default keymap."""

KEY_SCOPES = {action.id: action.topic.value if action.topic in SCREENS else "anywhere" for action in ACTIONS.values()}
"""Where the keys of an action mean it: on one screen, or wherever that screen means nothing else by them."""
