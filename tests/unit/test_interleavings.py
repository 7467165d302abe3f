"""Under any interleaving of what happens in a cluster and of keys, an action reaches only whom the person aimed at.

The person sees frames and may be slow: a key is meant for what was drawn under the cursor, for as long as they had no
time to see anything else. The cluster may be ahead of what the watch has told. Everything between the two is real:
store, layout, tree, keys, question, steering; only the terminal and the API server are not.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from textual.geometry import Size

from tests.fakes.clock import FakeClock, in_virtual_time
from tests.fakes.cluster import FakeCluster, settle
from tests.fakes.fleet import FakeGit, make_rig
from tests.fakes.objects import FAILING, READY, WAITING, Body, hr, ks, read, ref_of
from tests.fakes.pilot import key_event
from tests.fakes.properties import quick
from tui.actions import ACTIONS
from tui.model.aim import GRACE, Target
from tui.model.changes import KindListed, ObjectChanged, ObjectDeleted
from tui.model.pending import Pending
from tui.model.query import parse_query
from tui.model.refs import ObjectRef
from tui.model.rows import Mode, View, lay_out
from tui.ports import WriteReply
from tui.screens.confirm import ConfirmScreen
from tui.screens.main import MainScreen
from tui.screens.main_steer import MainSteer
from tui.screens.shell import Shell
from tui.session import Session
from tui.widgets.tree import TreePane

NAMES = ("a", "b", "c", "d", "e")
STATES = {"ready": READY, "failing": FAILING, "waiting": WAITING}
MOTIONS = {"j": "down", "k": "up", "g": "top", "G": "bottom"}
STEERING = {key: action.id for action in ACTIONS.values() if action.takes_aim for key in action.keys if key != "W"}
"""The keys that take aim; with source is about more than what is aimed at."""


class Server(FakeCluster):
    """An API server that knows what is there, whatever the watch has told, and refuses what is meant for another."""

    def __init__(self) -> None:
        super().__init__("eu")
        self.there: dict[ObjectRef, Body] = {}
        self.untold: list[ObjectRef] = []
        self.hits: list[tuple[ObjectRef, str]] = []
        """What was really changed."""
        self._versions = count(1)

    def put(self, body: Body) -> None:
        self.there[ref_of(body)] = body
        self.untold.append(ref_of(body))

    def make(self, name: str, state: str, *, anew: bool, suspend: bool = False) -> None:
        build = hr if name == "e" else ks
        ref = ref_of(build(name))
        old = self.there.get(ref)
        uid = old["metadata"]["uid"] if old and not anew else f"{name}-{next(self._versions)}"
        self.put(build(name, uid=uid, conditions=STATES[state], suspend=suspend))

    def remove(self, name: str) -> None:
        ref = ref_of((hr if name == "e" else ks)(name))
        if self.there.pop(ref, None) is not None:
            self.untold.append(ref)

    def tell(self) -> None:
        """The watch catches up; of an object that came and went it tells the end alone."""
        for ref in dict.fromkeys(self.untold):
            body = self.there.get(ref)
            self.emit(ObjectChanged(read(body)) if body is not None else ObjectDeleted(ref))
        self.untold.clear()

    def relist(self) -> None:
        self.untold.clear()
        for kind in ("Kustomization", "HelmRelease"):
            bodies = [body for ref, body in self.there.items() if ref.kind == kind]
            self.emit(KindListed("eu", kind, tuple(read(body) for body in bodies)))

    def happen(self, what: str, value: Any, seen: Target | None) -> None:
        match what:
            case "change" | "anew":
                self.make(*value, anew=what == "anew")
            case "delete":
                self.remove(value)
            case "delete what is seen" if seen is not None and seen.ref in self.there:
                self.remove(seen.ref.name)
                if value:
                    self.make(seen.ref.name, "ready", anew=True)
            case "tell":
                self.tell()
            case "relist":
                self.relist()

    async def patch(self, ref: ObjectRef, body: dict[str, Any], uid: str = "") -> WriteReply:
        await super().patch(ref, body, uid)
        there = self.there.get(ref)
        if there is None or there["metadata"]["uid"] != uid:
            return WriteReply(accepted=False, message="it is another object by now")
        self.hits.append((ref, uid))
        return WriteReply(accepted=True)


@cache
def some_shell() -> Shell:
    """For what is the same in every example."""
    return make_rig(("eu",)).app.shell


class Tree(TreePane):
    """A tree with a size, outside of any app."""

    @property
    def size(self) -> Size:
        return Size(80, 8)

    def move_cursor(self, index: int) -> None:
        super().move_cursor(index)
        self.on_move()

    on_move: Callable[[], None] = staticmethod(lambda: None)


class Window:
    """A main screen without its terminal: what a person sees, and their keys."""

    situation, targets = MainScreen.situation, MainScreen.targets
    selected, selected_object, aim = MainScreen.selected, MainScreen.selected_object, MainScreen.aim
    say = MainScreen.say

    def __init__(self, clock: FakeClock, server: Server) -> None:
        self.session = Session(clock, {"eu": lambda: server}, lambda: FakeGit(Pending(())))
        shell = some_shell()
        self.shell = Shell(self.session, shell.settings, shell.keymap, shell.themes, shell.palette)
        self.clock, self.app = clock, self
        self.view = View()
        self.tree_pane = Tree(self.shell.palette, self.session.picture)
        self.tree_pane.on_move = self._moved
        self.steer = MainSteer(self)  # type: ignore[arg-type]
        self.question: ConfirmScreen | None = None
        self.seen: Target | None = None
        """What the last frame shows under the cursor."""
        self.since: datetime | None = None
        """When the program moved the cursor last."""
        self.is_aware = True
        """Whether a key has moved the cursor, or was pressed in vain, since then."""
        self.granted: Counter[tuple[ObjectRef, str]] = Counter()
        """What the person's keys have aimed at."""
        self._aimed: list[tuple[ObjectRef, str]] = []
        self._marked: dict[ObjectRef, str] = {}

    # What the screen does

    def push_screen(self, screen: ConfirmScreen, callback: Any) -> None:
        def dismiss(answer: Any) -> None:
            self.question = None
            callback(answer)

        screen.dismiss = dismiss  # type: ignore[method-assign, assignment]
        self.question = screen

    def draw_frame(self) -> None:
        self.draw()

    def draw(self, view: View | None = None) -> None:
        """Draw, in another way where a person asks for one."""
        self.session.store.take_dirty()
        by_hand, self.view = view is not None and view != self.view, view or self.view
        picture, before = self.session.picture, self.seen
        self.tree_pane.show(lay_out(picture, self.view), self.view, self.clock.now())
        self.seen = self._under_cursor()
        if self.seen == before or before is None:
            return
        there = picture.get(before.ref)
        is_hidden = not before.ref.kind or (there is not None and there.metadata.uid == before.uid)
        if not (by_hand and is_hidden):
            self.since, self.is_aware = self.clock.now(), False

    def _moved(self) -> None:
        self.seen, self.is_aware = self._under_cursor(), True

    def _under_cursor(self) -> Target | None:
        rows, picture = self.tree_pane.layout_.rows, self.session.picture
        row = rows[self.tree_pane.cursor or 0] if rows else None
        resource = picture.get(row.ref) if row is not None and row.ref.kind else None
        return Target(row.ref, resource.metadata.uid if resource is not None else "") if row is not None else None

    # What the person does

    async def press(self, key: str) -> None:
        if self.question is not None:
            question = self.question
            if key == "y":
                self.granted.update(self._aimed)
            if key not in MOTIONS:  # they scroll it, which has no lines outside of an app
                await question.take_key(key_event(key))
        elif key in MOTIONS:
            self.tree_pane.go(MOTIONS[key])
        elif key in STEERING:
            self._steer(key)
        elif key == "ctrl+backslash":
            self.steer.handlers["mark.clear"]()
            self._marked.clear()
            self.is_aware = True

    def _steer(self, key: str) -> None:
        """Whom the key is meant for, by what the person has seen; then let the program do what it does."""
        is_ready = self.since is None or (self.is_aware and self.clock.now() >= self.since + GRACE)
        mine = [(self.seen.ref, self.seen.uid)] if self.seen is not None and self.seen.uid and is_ready else []
        marks = dict(self.tree_pane.marks)
        assert marks.items() <= self._marked.items(), "nothing is marked but what a person marked"
        if STEERING[key] == "mark":
            self._marked.update(mine)
            self.steer.handlers["mark"]()
            self.is_aware = True
            assert self.tree_pane.marks.items() <= {**marks, **dict(mine)}.items()
            self._marked = dict(self.tree_pane.marks)
            return
        self._aimed = list(marks.items()) if marks else mine
        asked = self.question
        before = len(self.session.picture.notices)
        self.steer.handlers[STEERING[key]]()
        self.is_aware = self.is_aware or len(self.session.picture.notices) > before
        if self.question is asked:
            self.granted.update(self._aimed)


keys = st.sampled_from((*MOTIONS, *STEERING, "y", "n", "ctrl+backslash"))
names = st.sampled_from(NAMES)
views = st.builds(
    lambda mode, faults, text: View(mode=mode, faults_only=faults, query=parse_query(text)),
    st.sampled_from((Mode.FLAT, Mode.OWNERS, Mode.DEPENDS_ON)),
    st.booleans(),
    st.sampled_from(("", "", "a", "is:failed", "kind:hr", "!b")),
)
happenings = st.one_of(
    st.tuples(st.just("key"), keys),
    st.tuples(st.just("key"), keys),
    st.tuples(st.just("key"), st.sampled_from(tuple(STEERING))),
    st.tuples(st.just("change"), st.tuples(names, st.sampled_from(tuple(STATES)))),
    st.tuples(st.just("delete"), names),
    st.tuples(st.just("anew"), st.tuples(names, st.sampled_from(tuple(STATES)))),
    st.tuples(st.just("delete what is seen"), st.booleans()),
    st.tuples(st.just("tell"), st.none()),
    st.tuples(st.just("relist"), st.none()),
    st.tuples(st.just("draw"), st.none()),
    st.tuples(st.just("wait"), st.sampled_from((0.05, 0.4, 1.1))),
    st.tuples(st.just("draw"), views),
)
scripts = st.lists(st.tuples(happenings, st.integers(0, 3)), min_size=30, max_size=50)


async def play(script: list[tuple[tuple[str, Any], int]]) -> Server:
    """Play a script, and check each write against what the person has aimed at."""
    clock, server = FakeClock(), Server()
    window = Window(clock, server)
    window.session.connect("eu")
    await settle()
    for number, name in enumerate(NAMES):
        server.make(name, tuple(STATES)[number % 3], anew=True)
    server.tell()
    server.live()
    window.draw()
    clock.advance(2 * GRACE.total_seconds())
    await window.press("j")
    try:
        for (what, value), turns in script:
            await happen(window, server, what, value)
            for _ in range(turns):
                await asyncio.sleep(0)
        await settle()
    finally:
        await window.session.close()
    sent = Counter((ref, uid) for (ref, _), uid in zip(server.patches, server.meant, strict=True))
    assert sent <= window.granted, "a write that nobody has aimed at"
    assert Counter(server.hits) <= sent
    return server


async def happen(window: Window, server: Server, what: str, value: Any) -> None:
    match what:
        case "key":
            await window.press(value)
        case "draw":
            window.draw(value)
        case "wait":
            window.clock.advance(value)
        case _:
            server.happen(what, value, window.seen)


def test_an_action_only_reaches_what_was_under_the_cursor_or_marked_when_its_key_was_pressed() -> None:
    hits, refused = 0, 0

    @settings(quick, max_examples=100)
    @given(script=scripts)
    def any_interleaving(script: list[tuple[tuple[str, Any], int]]) -> None:
        nonlocal hits, refused
        server = in_virtual_time(play(script))
        hits += len(server.hits)
        refused += len(server.patches) - len(server.hits)

    any_interleaving()
    assert hits > 20, "keys do reach what they are meant for"
    assert refused > 2, "and sometimes the watch is late"
