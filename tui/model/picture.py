"""All that is known of every context: what screens read and the store keeps up."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tui.model.changes import ContextStatus, EventRecord, Notice, Phase
from tui.model.edges import Edges
from tui.model.graph import Links, links_of
from tui.model.health import FAULTS, Health, State, assess
from tui.model.intent import Outcome
from tui.model.inventory import Inventories
from tui.model.recall import recall
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.workloads import Applied


class Picture:
    """Objects, their health and edges, context states, Events, outcomes and notices. Only the store changes it."""

    def __init__(self, contexts: Iterable[str] = ()) -> None:
        self.statuses: dict[str, ContextStatus] = {name: ContextStatus(name, Phase.OFF) for name in contexts}
        """The state of each context, in the order of the kubeconfig."""
        self.outcomes: dict[ObjectRef, Outcome] = {}
        """The last request made of an object, and how far it has come."""
        self.notices: list[Notice] = []
        """Everything that was said to the person, oldest first."""
        self.unread: list[Notice] = []
        """Complaints that were neither read nor cured yet, oldest first."""
        self.inventories = Inventories()
        """What was read of what appliers applied."""
        self._objects: dict[str, dict[ObjectRef, Resource]] = {name: {} for name in self.statuses}
        self._health: dict[ObjectRef, Health] = {}
        self.edges = Edges()
        """What points to what; read it, the picture keeps it up."""
        self._counts: dict[str, Counter[State]] = {name: Counter() for name in self.statuses}
        self._events: dict[ObjectRef, dict[str, EventRecord]] = {}
        self._recent: dict[str, dict[str, EventRecord]] = {}

    def get(self, ref: ObjectRef) -> Resource | None:
        """The object of that reference, or None where none is known.

        Args:
            ref: The reference.

        Returns:
            The object as it was last told.
        """
        return self._objects.get(ref.context, {}).get(ref)

    def health(self, ref: ObjectRef) -> Health:
        """The verdict on an object that is known.

        Args:
            ref: Its reference.

        Returns:
            The verdict; unknown for an object that is not there.
        """
        return self._health.get(ref) or Health(State.UNKNOWN, "NotFound", "it does not exist")

    def links(self, ref: ObjectRef) -> Links:
        """The edges that an object declares.

        Args:
            ref: Its reference.

        Returns:
            The edges; none for an object that is not there.
        """
        return self.edges.links(ref)

    def owner(self, ref: ObjectRef) -> ObjectRef | None:
        """Who applied an object: by an inventory, else as its labels claim; they decide between several inventories.

        Args:
            ref: The object.

        Returns:
            An owner that exists and is not the object itself, or None.
        """
        labelled = self.links(ref).labelled_owner
        claims = [owner for owner in self.edges.owners(ref) if owner != ref]
        if claims:
            return labelled if labelled in claims else min(claims)
        return labelled if labelled is not None and labelled != ref and self._may_own(labelled) else None

    def refs(self, context: str) -> Iterator[ObjectRef]:
        """All objects of a context.

        Args:
            context: The context's name.

        Yields:
            Their references, in no particular order.
        """
        yield from self._objects.get(context, {})

    def total(self, context: str) -> int:
        """How many objects of a context are known.

        Args:
            context: The context's name.

        Returns:
            Their number.
        """
        return len(self._objects.get(context, ()))

    def count(self, context: str) -> Counter[State]:
        """How many objects of a context are in each state.

        Args:
            context: The context's name.

        Returns:
            The numbers; not to be changed.
        """
        return self._counts.get(context) or Counter()

    def events(self, ref: ObjectRef) -> Iterable[EventRecord]:
        """The Events about one object.

        Args:
            ref: The object.

        Returns:
            Its Events, in no particular order.
        """
        return self._events.get(ref, {}).values()

    def recent_events(self, context: str) -> Iterable[EventRecord]:
        """The latest Events of a whole context.

        Args:
            context: The context's name.

        Returns:
            Its last `RECENT_EVENTS` Events, the latest last.
        """
        return self._recent.get(context, {}).values()

    def applied(self, ref: ObjectRef) -> tuple[Applied, ...]:
        """What an object applied besides Flux's own kinds, as it is now.

        Args:
            ref: A Kustomization, HelmRelease, ResourceSet or FluxInstance.

        Returns:
            The objects, worst first; none where they were not read, or could not be read again.
        """
        reading = self.inventories.get(ref)
        return reading.objects if reading is not None and not reading.problem else ()

    def add_context(self, context: str) -> None:
        """Make room for a context.

        Args:
            context: Its name.
        """
        if context not in self.statuses:
            self.statuses[context] = ContextStatus(context, Phase.OFF)
        self._objects.setdefault(context, {})
        self._counts.setdefault(context, Counter())

    def put(self, resource: Resource) -> "Effect":
        """Add an object or take a newer version of it.

        Args:
            resource: The object.

        Returns:
            What that changed.
        """
        ref = resource.ref
        if ref.context not in self._objects:
            self.add_context(ref.context)
        objects = self._objects[ref.context]
        before, health_before = objects.get(ref), self._health.get(ref)
        objects[ref] = resource
        health = assess(resource, health_before)
        if health_before is None and health.state is State.PROGRESSING:
            health = assess(resource, recall(resource))
        self._health[ref] = health
        links = links_of(resource, before, self.edges.links(ref) if before is not None else None)
        relinked = self.edges.put(ref, links)
        if health_before is None or health_before.state is not health.state:
            counts = self._counts[ref.context]
            counts[health.state] += 1
            if health_before is not None:
                counts[health_before.state] -= 1
        return Effect(
            structure=relinked,
            state=health_before is None or health_before.state is not health.state,
            fault=health.state in FAULTS and (health_before is None or health_before.state not in FAULTS),
        )

    def drop(self, ref: ObjectRef) -> bool:
        """Take an object out.

        Args:
            ref: The object.

        Returns:
            Whether it was there.
        """
        if self._objects.get(ref.context, {}).pop(ref, None) is None:
            return False
        self._counts[ref.context][self._health.pop(ref).state] -= 1
        self.edges.drop(ref)
        self.inventories.drop(ref)
        return True

    def put_event(self, event: EventRecord) -> None:
        """Add an Event or take a newer version of it; the newest of each object are kept.

        Args:
            event: The Event.
        """
        _remember(self._events.setdefault(event.ref, {}), event, EVENTS_KEPT)
        _remember(self._recent.setdefault(event.ref.context, {}), event, RECENT_EVENTS)

    def drop_events(self, context: str) -> list[ObjectRef]:
        """Forget all Events of a context.

        Args:
            context: Its name.

        Returns:
            The objects that had any.
        """
        self._recent.pop(context, None)
        refs = [ref for ref in self._events if ref.context == context]
        for ref in refs:
            del self._events[ref]
        return refs

    def _may_own(self, owner: ObjectRef) -> bool:
        """Whether labels that name an owner can mean this one, although no inventory says so.

        With a kubeConfig it applies to another cluster; a settled inventory that lacks the object tells that the labels
        were copied. What a HelmRelease generates, its chart, is here all the same, and in no inventory.
        """
        resource = self.get(owner)
        if resource is None:
            return False
        is_settled = resource.status.inventory is not None and self.health(owner).state is State.READY
        return owner.kind == "HelmRelease" or (resource.spec.kube_config is None and not is_settled)


EVENTS_KEPT = 40
"""How many Events of one object are kept: an API server forgets them after an hour by default."""

RECENT_EVENTS = 1000
"""How many Events of a context are kept apart, for what stands for very many objects."""


def _remember(events: dict[str, EventRecord], event: EventRecord, most: int) -> None:
    events.pop(event.uid, None)
    events[event.uid] = event
    if len(events) > most:
        del events[next(iter(events))]


class Effect:
    """What taking a new version of an object changed, beyond the object itself."""

    __slots__ = ("fault", "state", "structure")

    def __init__(self, structure: bool, state: bool, fault: bool) -> None:
        self.structure = structure
        """An edge or the object itself is new: trees have to be laid out again."""
        self.state = state
        """Its state is another one: counts and filters by state are affected."""
        self.fault = fault
        """It is broken and was not before."""
