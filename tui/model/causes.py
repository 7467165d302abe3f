"""From what is not fine to what broke first, in words."""

from datetime import datetime

from tui.model.health import FAULTS, State
from tui.model.kinds import KINDS
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.text import one_line, shorten_hashes
from tui.model.times import age


def waits_on(picture: Picture, ref: ObjectRef) -> ObjectRef | None:
    """What an object waits for: the first of its dependencies that is not ready, else its source.

    Args:
        picture: What is known.
        ref: The waiting object.

    Returns:
        What it waits for, None where nothing in its way can be seen.
    """
    links = picture.links(ref)
    fine = (State.READY, State.STATIC)
    for dependency in links.depends_on:
        if picture.health(dependency).state not in fine:
            return dependency
    if links.source is not None and picture.health(links.source).state not in fine:
        return links.source
    return links.depends_on[0] if links.depends_on else None


def chain(picture: Picture, ref: ObjectRef) -> list[ObjectRef]:
    """From an object along what each waits for to what does not wait itself.

    Args:
        picture: What is known.
        ref: Where to begin.

    Returns:
        The object first, what broke first last. A cycle ends where it would begin again.
    """
    found = [ref]
    while picture.health(found[-1]).state is State.WAITING:
        following = waits_on(picture, found[-1])
        if following is None or following in found:
            break
        found.append(following)
    return found


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
        return ""
    first, root = path[1], path[-1]
    health = picture.health(root)
    subject = "" if first == root else f", which waits in turn on {root.name}"
    if picture.get(root) is None:
        return f"waits on {first.name}{subject}, which does not exist"
    if health.state in FAULTS:
        since = f" since {age(health.since, now)}" if health.since else ""
        told = shorten_hashes(one_line(health.message))
        return f"waits on {first.name}{subject}, which fails{since}: {told}"
    return f"waits on {first.name}{subject}, which is {_doing(health.state)}"


def holds_back(picture: Picture, ref: ObjectRef) -> str:
    """Whom an object that is not fine hurts.

    Args:
        picture: What is known.
        ref: The object.

    Returns:
        `holds back tenants-eu and 3 more`; empty where nothing waits on it.
    """
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


def _doing(state: State) -> str:
    return {State.WAITING: "part of a cycle", State.UNKNOWN: "not reconciled yet"}.get(state, state.value)
