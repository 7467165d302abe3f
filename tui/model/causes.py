"""From what is not fine to what broke first, in words."""

from datetime import datetime

from tui.model.health import FAULTS, State
from tui.model.kinds import KINDS
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.text import in_short
from tui.model.times import age

_FINE = (State.READY, State.STATIC)


def waits_on(picture: Picture, ref: ObjectRef) -> ObjectRef | None:
    """What an object waits for: the first of its dependencies that is not ready, else its source.

    A suspended dependency that was ready still satisfies, until its source moves on: it is named only where all
    others are fine.

    Args:
        picture: What is known.
        ref: The waiting object.

    Returns:
        What it waits for, None where nothing in its way can be seen.
    """
    links = picture.links(ref)
    suspects = list(links.depends_on)
    if links.source is not None and _innocence(picture, links.source) == 0:
        suspects.append(links.source)
    return min(suspects, key=lambda suspect: _innocence(picture, suspect), default=None)


def _innocence(picture: Picture, ref: ObjectRef) -> int:
    """How unlikely an object is what another one waits for: 0 where it is not ready, or missing."""
    health = picture.health(ref)
    if health.state in _FINE:
        return 3
    if _is_unseen(picture, ref):
        return 2
    return 1 if health.frozen in _FINE else 0


def _is_unseen(picture: Picture, ref: ObjectRef) -> bool:
    """Whether an object may exist although the picture does not have it: nobody watches it, or may."""
    if picture.get(ref) is not None:
        return False
    status = picture.statuses.get(ref.context)
    return ref.kind not in KINDS or (status is not None and not status.sees(ref.kind, ref.namespace))


def chain(picture: Picture, ref: ObjectRef) -> list[ObjectRef]:
    """From an object along what each waits for to what does not wait itself.

    Args:
        picture: What is known.
        ref: Where to begin.

    Returns:
        The object first, what broke first last. A cycle ends where it would begin again.
    """
    found = {ref: None}
    current = ref
    while picture.health(current).state is State.WAITING:
        following = waits_on(picture, current)
        if following is None or following in found:
            break
        found[following] = None
        current = following
    return list(found)


def because(picture: Picture, ref: ObjectRef, now: datetime) -> str:
    """Why an object waits, as a colleague would say it.

    Args:
        picture: What is known.
        ref: The object.
        now: The time.

    Returns:
        `waits on infra, which fails since 6m: image not found`; empty for what does not wait.
    """
    path = chain(picture, ref)
    if len(path) == 1:
        is_own_blocker = picture.health(ref).state is State.WAITING and waits_on(picture, ref) == ref
        return "waits on itself" if is_own_blocker else ""
    first, root = path[1], path[-1]
    subject = "" if first == root else f", which waits in turn on {root.name}"
    return f"waits on {first.name}{subject}, which {_predicate(picture, root, now)}"


def _predicate(picture: Picture, root: ObjectRef, now: datetime) -> str:
    health = picture.health(root)
    told = in_short(health.message)
    if picture.get(root) is None:
        return "can't be seen from here" if _is_unseen(picture, root) else "does not exist"
    if health.state in FAULTS:
        return f"fails{f' since {age(health.since, now)}' if health.since else ''}: {told}"
    if health.state is State.WAITING:
        return f"waits too: {told}" if waits_on(picture, root) is None else "is part of a cycle"
    if health.state is State.TERMINATING:
        return f"is {told}"
    return "is not reconciled yet" if health.state is State.UNKNOWN else f"is {health.state}"


def holds_back(picture: Picture, ref: ObjectRef) -> str:
    """Whom an object that is not fine hurts.

    Args:
        picture: What is known.
        ref: The object.

    Returns:
        `holds back tenants-eu and 3 more`; empty where it is ready or nothing waits on it.
    """
    if picture.health(ref).state in _FINE:
        return ""
    waiting = [other for other in picture.dependents(ref) if picture.health(other).state is State.WAITING]
    if not waiting:
        return ""
    more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
    return f"holds back {waiting[0].name}{more}"


def describe(ref: ObjectRef) -> str:
    """An object in a sentence: `ks flux-system/apps`.

    Args:
        ref: The object.

    Returns:
        The kind's abbreviation and the object's path.
    """
    kind = KINDS.get(ref.kind)
    return f"{kind.short if kind else ref.kind} {ref.path}"
