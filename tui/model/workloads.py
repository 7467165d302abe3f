"""What Flux applied besides its own kinds, and the health of each object, down to the pods."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from tui.model.health import FAULTS, SEVERITY, Health, State
from tui.model.text import in_short


class Presence(StrEnum):
    """Whether an applied object is there."""

    PRESENT = "present"
    MISSING = "missing"
    """The API server has none of that name."""
    FORBIDDEN = "forbidden"
    """It may not be read: nobody can say from here."""
    UNSERVED = "unserved"
    """Its kind is not served: the CRD is not there."""
    UNKNOWN = "unknown"
    """The API server gave no answer."""


class AppliedId(NamedTuple):
    """The identity of an object of any kind within one context."""

    kind: str
    group: str
    """The API group, empty for core."""
    namespace: str
    """Empty for a cluster-scoped object."""
    name: str

    @property
    def path(self) -> str:
        """`namespace/name`, or the name alone for a cluster-scoped object."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Applied(msgspec.Struct, frozen=True, gc=False):
    """One applied object as it is."""

    id: AppliedId
    presence: Presence
    state: State
    reason: str = ""
    """A word in CamelCase, as conditions have it."""
    message: str = ""
    """What is wrong, as a colleague would say it; mostly empty for what is fine."""
    since: datetime | None = None
    below: "tuple[Applied, ...]" = ()
    """A workload's pods, worst first; ReplicaSets are skipped."""

    @property
    def is_fine(self) -> bool:
        """Whether there is nothing to do about it."""
        return self.state in _FINE

    @property
    def is_known(self) -> bool:
        """Whether its state could be told at all."""
        return self.presence not in (Presence.FORBIDDEN, Presence.UNKNOWN)


_FINE = frozenset((State.READY, State.STATIC, State.SUSPENDED))


def present(id_: AppliedId, health: Health) -> Applied:
    """An object that is there.

    Args:
        id_: Which.
        health: The verdict on it.

    Returns:
        It.
    """
    return Applied(id_, Presence.PRESENT, health.state, health.reason, in_short(health.message), health.since)


def absent(id_: AppliedId, presence: Presence, message: str = "") -> Applied:
    """An object that could not be read.

    What is missing counts as failed: an inventory lists what was applied, so somebody or something removed it.

    Args:
        id_: Which.
        presence: Why.
        message: What is to be said, where it is not what that always means.

    Returns:
        It.
    """
    lost = presence in (Presence.MISSING, Presence.UNSERVED)
    reason, told = _ABSENT[presence]
    return Applied(id_, presence, State.FAILED if lost else State.UNKNOWN, reason, message or told)


_ABSENT = {
    Presence.MISSING: ("NotFound", "it was applied and is gone: reconcile to bring it back"),
    Presence.FORBIDDEN: ("Forbidden", "you may not read it"),
    Presence.UNSERVED: ("NoKindMatch", "its kind is not served: the CRD is not there"),
    Presence.UNKNOWN: ("NoAnswer", "the API server gave no answer"),
}


def with_pods(workload: Applied, pods: Iterable[Applied]) -> Applied:
    """A workload and its pods.

    A rollout counts as under way until its deadline, ten minutes by default; a pod that will not start by itself says
    sooner that it fails.

    Args:
        workload: The workload.
        pods: Its pods.

    Returns:
        The workload with its pods below it.
    """
    below = worst_first(pods)
    is_lost = workload.state is State.PROGRESSING and any(pod.state in FAULTS for pod in below)
    if not is_lost:
        return msgspec.structs.replace(workload, below=below)
    return msgspec.structs.replace(workload, below=below, state=State.FAILED, reason=below[0].reason)


def worst_first(objects: Iterable[Applied]) -> tuple[Applied, ...]:
    """Sort objects so that what a person should see comes first.

    Args:
        objects: Objects of one applier, or pods of one workload.

    Returns:
        What is broken, then what is not ready, what could not be told, what is fine; each by kind and name.
    """
    return tuple(sorted(objects, key=_rank))


def _rank(one: Applied) -> tuple[int, AppliedId]:
    return (SEVERITY[one.state] if one.is_known else SEVERITY[State.SUSPENDED], one.id)


def unsettled(objects: Iterable[Applied]) -> bool:
    """Whether something may soon be different.

    Args:
        objects: What an applier applied.

    Returns:
        True where something is not fine, and that can be told.
    """
    return any(not one.is_fine and one.presence is not Presence.FORBIDDEN for one in objects)


def tally(objects: tuple[Applied, ...]) -> str:
    """How many of some objects are fine, in words.

    Args:
        objects: What an applier applied.

    Returns:
        `2 of 14 not ready`, `14 ready`, with what may not be read.
    """
    hidden = sum(1 for one in objects if not one.is_known)
    bad = sum(1 for one in objects if not one.is_fine and one.is_known)
    told = f"{bad} of {len(objects)} not ready" if bad else f"{len(objects) - hidden} ready"
    return f"{told}, {hidden} can't be read" if hidden else told
