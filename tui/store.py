"""Takes changes one by one, keeps the picture, and says what a screen has to draw again."""

from collections.abc import Callable, Iterable

import msgspec

from tui.model.changes import (
    Change,
    ContextStatus,
    EventSeen,
    EventsListed,
    InventoryLeft,
    InventoryRead,
    KindListed,
    Notice,
    ObjectChanged,
    ObjectDeleted,
    ObjectSkipped,
    Phase,
    Severity,
)
from tui.model.intent import UNSENT, Outcome, Step, settle
from tui.model.outcome import follow
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.times import seconds
from tui.ports import Clock

_NOTICES_KEPT = 1000


class Dirty(msgspec.Struct):
    """What changed since it was last asked."""

    structure: bool = False
    """Objects came, went or have other edges: rows have to be laid out again."""
    states: bool = False
    """Some object is in another state."""
    statuses: bool = False
    """Some context's state, or a notice, is new."""
    urgent: bool = False
    """Something a person should see at once: a new fault, an outcome, a context's state."""
    refs: set[ObjectRef] = msgspec.field(default_factory=set)
    """Objects with a new version."""
    events: set[ObjectRef] = msgspec.field(default_factory=set)
    """Objects with new Events."""
    inventories: set[ObjectRef] = msgspec.field(default_factory=set)
    """Appliers of whose applied objects something new is known."""

    def __bool__(self) -> bool:
        flags = self.structure or self.states or self.statuses or self.urgent
        return flags or bool(self.refs or self.events or self.inventories)


class Store:
    """The one place where changes become the picture. No I/O, no terminal, no clock of its own."""

    def __init__(self, clock: Clock, contexts: Iterable[str] = ()) -> None:
        self.picture = Picture(contexts)
        """What is known; for readers."""
        self._clock = clock
        self.dirty = Dirty()
        """What changed since `take_dirty`."""
        self.on_outcome: Callable[[Outcome | None, Outcome], None] = lambda *_: None
        """Told of each outcome, and of the one that it replaces, before anything follows from it; must be quick."""
        self._skipped: set[tuple[str, str, str]] = set()
        self._following: set[ObjectRef] = set()

    def take_dirty(self) -> Dirty:
        """What changed since the last call.

        Returns:
            The changes, which are forgotten here.
        """
        dirty, self.dirty = self.dirty, Dirty()
        return dirty

    @property
    def following(self) -> bool:
        """Whether any request has not settled yet."""
        return bool(self._following)

    def apply(self, change: Change | Outcome) -> None:
        """Take one change in.

        Args:
            change: What an adapter or an action tells.
        """
        match change:
            case ObjectChanged(resource):
                self._put(resource)
            case ObjectDeleted(ref):
                self._drop(ref)
            case KindListed(context, kind, resources):
                self._swap(context, kind, resources)
            case EventSeen() | EventsListed():
                self._take_events(change)
            case ContextStatus():
                self._set_status(change)
            case ObjectSkipped():
                self._skip(change)
            case InventoryRead() | InventoryLeft():
                self._take_inventory(change)
            case Notice():
                self._note(change)
            case Outcome():
                self._set_outcome(change)

    def forget(self, context: str) -> None:
        """Drop all that is known of a context that was disconnected.

        Args:
            context: Its name.
        """
        for ref in [ref for ref in self._following if ref.context == context]:
            self._give_up(ref, f"{context} was disconnected before it was done")
        for ref in list(self.picture.refs(context)):
            self._drop(ref)
        self.dirty.events.update(self.picture.drop_events(context))
        for ref in self.picture.inventories.refs():
            if ref.context == context:
                self._take_inventory(InventoryLeft(ref))
        self._set_status(ContextStatus(context, Phase.OFF, self._clock.now()))
        self.dirty.structure = True

    def follow_outcomes(self) -> None:
        """Carry every open outcome on to the present, so that one that nothing answers times out."""
        for ref in list(self._following):
            self._follow(ref)

    def is_skipped(self, ref: ObjectRef) -> bool:
        """Whether an object was there and could not be decoded.

        Args:
            ref: The object, which the picture lacks.

        Returns:
            True where that it is not in the picture does not tell that it is gone.
        """
        return (ref.context, ref.kind, ref.path) in self._skipped

    def read_notices(self) -> None:
        """Mark every notice as read."""
        self.picture.unread.clear()
        self.dirty.statuses = True

    def _put(self, resource: Resource) -> None:
        before = self.picture.get(resource.ref)
        if before is not None and before.metadata.resource_version == resource.metadata.resource_version != "":
            return
        effect = self.picture.put(resource)
        dirty = self.dirty
        dirty.refs.add(resource.ref)
        dirty.structure |= effect.structure
        dirty.states |= effect.state
        dirty.urgent |= effect.fault
        if resource.ref in self._following:
            self._follow(resource.ref)

    def _drop(self, ref: ObjectRef) -> None:
        if self.picture.drop(ref):
            self.dirty.refs.add(ref)
            self.dirty.structure = self.dirty.states = True
            if ref in self._following:
                self._follow(ref)

    def _swap(self, context: str, kind: str, resources: tuple[Resource, ...]) -> None:
        self.picture.add_context(context)
        now_there = {resource.ref for resource in resources}
        gone = [ref for ref in self.picture.refs(context) if ref.kind == kind and ref not in now_there]
        for ref in gone:
            self._drop(ref)
        for resource in resources:
            self._put(resource)

    def _take_events(self, change: EventSeen | EventsListed) -> None:
        if isinstance(change, EventSeen):
            events = [change.event]
        else:
            self.dirty.events.update(self.picture.drop_events(change.context))
            events = sorted(change.events, key=lambda event: (event.last is not None, event.last))
        for event in events:
            self.picture.put_event(event)
            self.dirty.events.add(event.ref)

    def _take_inventory(self, change: InventoryRead | InventoryLeft) -> None:
        known = self.picture.inventories
        if known.put(change) if isinstance(change, InventoryRead) else known.drop(change.ref):
            self.dirty.inventories.add(change.ref)
            self.dirty.urgent = True

    def _set_status(self, status: ContextStatus) -> None:
        self.picture.add_context(status.context)
        before = self.picture.statuses[status.context]
        if status == before:
            return
        self.picture.statuses[status.context] = status
        self.dirty.statuses = self.dirty.urgent = True
        if status.message and status.message != before.message and status.phase is not Phase.CONNECTING:
            at = self._clock.now()
            self._note(Notice(at, Severity.ERROR, status.message, status.context, connection=True))
        if status.phase in (Phase.LIVE, Phase.OFF):
            self._cure(status.context)

    def _skip(self, change: ObjectSkipped) -> None:
        skipped = change.skipped
        namespace, _, name = skipped.name.rpartition("/")
        ref = ObjectRef(skipped.context, skipped.kind, namespace, name)
        if ref in self._following:
            self._give_up(ref, "its present state can't be read")
        self._drop(ref)  # an older version of it would be shown as if it were live
        key = (skipped.context, skipped.kind, skipped.name)
        if key in self._skipped:
            return
        self._skipped.add(key)
        text = (
            f"{skipped.kind} {skipped.name or '(without a name)'} is not shown, since it is not what Flux's API "
            f"promises: {skipped.why}. Look at it with kubectl get -o yaml"
        )
        self._note(Notice(self._clock.now(), Severity.WARNING, text, skipped.context))

    def _note(self, notice: Notice) -> None:
        self.picture.notices.append(notice)
        del self.picture.notices[:-_NOTICES_KEPT]
        if notice.severity is not Severity.INFO:
            self.picture.unread.append(notice)
            del self.picture.unread[:-_NOTICES_KEPT]
        self.dirty.statuses = self.dirty.urgent = True

    def _cure(self, context: str) -> None:
        unread = self.picture.unread
        unread[:] = [notice for notice in unread if not (notice.connection and notice.context == context)]

    def _set_outcome(self, outcome: Outcome) -> None:
        self.on_outcome(self.picture.outcomes.get(outcome.ref), outcome)
        self.picture.outcomes[outcome.ref] = outcome
        self.dirty.refs.add(outcome.ref)
        self.dirty.urgent = True
        if outcome.is_settled:
            self._following.discard(outcome.ref)
            self._report(outcome)
        elif outcome.step is not Step.QUEUED:
            self._following.add(outcome.ref)
            self._follow(outcome.ref)

    def _follow(self, ref: ObjectRef) -> None:
        outcome = self.picture.outcomes[ref]
        after = follow(outcome, self.picture.get(ref), self._clock.now())
        if after is not outcome:
            self._set_outcome(after)

    def _give_up(self, ref: ObjectRef, why: str) -> None:
        message = f"{why}: how it ended is not known"
        self._set_outcome(settle(self.picture.outcomes[ref], Step.TIMED_OUT, message, self._clock.now()))

    def _report(self, outcome: Outcome) -> None:
        went_well = outcome.step is Step.READY
        text = f"{outcome.verb} {outcome.ref.kind} {outcome.ref.path}: {outcome.step}"
        if outcome.took is not None:
            text = f"{text} {'in' if went_well else 'after'} {seconds(outcome.took)}"
        if outcome.message:
            text = f"{text}, {outcome.message}"
        severity = Severity.INFO if went_well or outcome.step in UNSENT else Severity.ERROR
        self._note(Notice(self._clock.now(), severity, text, outcome.ref.context, outcome.ref))
