"""What `-o json` and `-o yaml` print: documented in the README, and stable within an `apiVersion`."""

from datetime import datetime

import msgspec

from tui.model.blame import FINE
from tui.model.blast import blast_radius
from tui.model.causes import Explanation, Link
from tui.model.health import FAULTS, TROUBLES, State
from tui.model.kinds import KINDS
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.schedule import count_tries, what_next
from tui.model.suspensions import suspension_of
from tui.model.text import mask_credentials
from tui.model.workloads import AppliedId

API_VERSION = "gitops-tui/v1"
"""A field is added without another version; none is taken away, renamed or given another meaning."""


class Printed(msgspec.Struct, frozen=True, rename="camel"):
    """A piece of the output."""


class Reference(Printed, frozen=True):
    """An object of any kind."""

    context: str
    group: str
    """The API group, empty for core."""
    kind: str
    namespace: str
    """Empty for a cluster-scoped object."""
    name: str


class Cause(Printed, frozen=True):
    """One object on the way to what broke first."""

    ref: Reference
    edge: str
    """Why it is in the way of the object before it: `self` for the first."""
    sentence: str
    state: str
    since: datetime | None
    evidence: tuple[str, ...]


class Blast(Printed, frozen=True):
    """Whom the worst cause hurts."""

    ref: Reference
    """The Flux object at the end of the first chain."""
    waiting: tuple[Reference, ...]
    owned: tuple[Reference, ...]


class BehindItem(Printed, frozen=True):
    """What a suspended object has applied, beside what its source has."""

    applied: str
    available: str
    is_behind: bool


class SuspensionItem(Printed, frozen=True):
    """What is known of a suspension."""

    since: datetime | None
    by: str
    """The person, else the field manager."""
    reason: str
    until: datetime | None
    overdue: bool
    declared_in_git: bool
    was: str
    """The state that stood when it was suspended."""
    behind: BehindItem | None


class Item(Printed, frozen=True):
    """One Flux object of one context."""

    context: str
    group: str
    kind: str
    namespace: str
    name: str
    state: str
    reason: str = ""
    message: str = ""
    since: datetime | None = None
    revision: str = ""
    """What is in force, whole."""
    attempted_revision: str = ""
    suspended: bool = False
    drifted: bool = False
    failures: int = 0
    """How often the present attempt has failed, where that is counted."""
    sentence: str = ""
    causes: tuple[tuple[Cause, ...], ...] = ()
    """A chain for each independent cause, worst first; none for what is fine."""
    next_steps: tuple[str, ...] = ()
    """What to do about each cause, in their order."""
    next: str = ""
    """What happens by itself: `retries in 24s`."""
    blast: Blast | None = None
    """Of `why` alone."""
    suspension: SuspensionItem | None = None
    """Of a suspended object alone."""


class ContextItem(Printed, frozen=True):
    """A context that was asked."""

    name: str
    state: str
    """`live` where everything was read."""
    message: str


class Document(Printed, frozen=True, kw_only=True):
    """The whole output."""

    api_version: str = API_VERSION
    kind: str = "List"
    contexts: tuple[ContextItem, ...]
    items: tuple[Item, ...]


def document(picture: Picture, contexts: tuple[str, ...], items: tuple[Item, ...]) -> Document:
    """The output for some objects.

    Args:
        picture: What is known.
        contexts: The contexts that were asked.
        items: The objects.

    Returns:
        The whole.
    """
    return Document(contexts=context_items(picture, contexts), items=items)


def context_items(picture: Picture, contexts: tuple[str, ...]) -> tuple[ContextItem, ...]:
    """How far contexts could be seen.

    Args:
        picture: What is known.
        contexts: The contexts that were asked.

    Returns:
        An entry for each.
    """
    statuses = (picture.statuses[context] for context in contexts)
    return tuple(ContextItem(one.context, one.phase.value, one.message) for one in statuses)


def item_of(picture: Picture, why: Explanation, now: datetime, with_blast: bool = False) -> Item:
    """An object and what is said of it.

    Args:
        picture: What is known.
        why: Why the object, which is known, is as it is.
        now: The time.
        with_blast: Whether to say whom the worst cause hurts.

    Returns:
        It, with its causes.
    """
    ref = why.ref
    resource, health = picture.get(ref), picture.health(ref)
    if resource is None:
        return gone(ref)
    is_told = not is_quiet(why)
    return Item(
        *_head(ref),
        str(health.state),
        health.reason,
        mask_credentials(health.message),
        health.since,
        resource.revision,
        resource.status.last_attempted_revision,
        resource.suspended,
        health.drifted,
        failures(resource, health.state),
        why.sentence,
        tuple(tuple(_cause(link, ref.context) for link in chain) for chain in why.chains) if is_told else (),
        why.next_steps if is_told else (),
        what_next(resource, health, now, picture.events(ref)),
        _blast(picture, why) if with_blast else None,
        _suspension(picture, resource, now) if resource.suspended else None,
    )


def gone(ref: ObjectRef) -> Item:
    """An object that was deleted.

    Args:
        ref: The object.

    Returns:
        It, with the state `deleted`.
    """
    return Item(*_head(ref), "deleted")


def is_quiet(why: Explanation) -> bool:
    """Whether there is nothing to be said of an object.

    Args:
        why: Why it is as it is.

    Returns:
        True where it is ready, with nothing behind it and nothing to do.
    """
    return len(why.chains[0]) == 1 and why.root.state in FINE and not why.next_step


def failures(resource: Resource, state: State) -> int:
    """How often the present attempt of an object has failed.

    Args:
        resource: The object.
        state: Its state; helm-controller keeps the counters of a release that is in order again.

    Returns:
        The number, 0 where nothing failed or nobody counts.
    """
    return count_tries(resource) if state in (*FAULTS, State.PROGRESSING) else 0


def is_fault(picture: Picture, why: Explanation) -> bool:
    """Whether an object counts as a fault.

    Args:
        picture: What is known.
        why: Why it is as it is.

    Returns:
        True where it is failed, stalled or waits, is tried again after a failure, or another object is in its way.
    """
    state, resource = picture.health(why.ref).state, picture.get(why.ref)
    is_held = state in TROUBLES or any(len(chain) > 1 for chain in why.chains)
    return is_held or (resource is not None and failures(resource, state) > 0)


def root_object(why: Explanation) -> ObjectRef:
    """The Flux object at the end of the way to the worst cause.

    Args:
        why: Why an object is as it is.

    Returns:
        Its reference.
    """
    refs = [link.ref for link in why.chains[0] if isinstance(link.ref, ObjectRef)]
    return refs[-1]


def _suspension(picture: Picture, resource: Resource, now: datetime) -> SuspensionItem:
    one = suspension_of(picture, resource, now)
    note, behind = one.note, one.behind
    return SuspensionItem(
        one.since,
        one.by,
        note.reason,
        note.until,
        one.overdue,
        one.in_git,
        str(one.frozen),
        BehindItem(behind.applied, behind.available, behind.is_behind) if behind is not None else None,
    )


def _blast(picture: Picture, why: Explanation) -> Blast:
    root = root_object(why)
    blast = blast_radius(picture, root)
    waiting, owned = (tuple(_reference(one, one.context) for one in refs) for refs in (blast.waiting, blast.owned))
    return Blast(_reference(root, root.context), waiting, owned)


def _cause(link: Link, context: str) -> Cause:
    ref = _reference(link.ref, context)
    return Cause(ref, str(link.edge), link.sentence, str(link.state), link.since, link.evidence)


def _reference(ref: ObjectRef | AppliedId, context: str) -> Reference:
    if isinstance(ref, ObjectRef):
        return Reference(*_head(ref))
    return Reference(context, ref.group, ref.kind, ref.namespace, ref.name)


def _head(ref: ObjectRef) -> tuple[str, str, str, str, str]:
    kind = KINDS.get(ref.kind)
    return ref.context, kind.group if kind else "", ref.kind, ref.namespace, ref.name
