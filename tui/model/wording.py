"""What objects and messages are called in a sentence."""

import re
from datetime import datetime

from tui.model.kinds import KINDS
from tui.model.notes import note_of, tell_note
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.text import beginning, in_short
from tui.model.times import age
from tui.model.workloads import AppliedId

_SCRATCH = re.compile(
    r"(?:/[\w.-]+)*/(?:kustomization|helmchart|gitrepository|ocirepository|bucket)-[\w-]+/(?:source/)?"
)
"""The folder a controller unpacked a source into: another one in each run, and no help to anybody."""

MOST_TOLD = 2000
"""Characters of a message that are looked at for what it means: somebody may write a megabyte."""

_TOOK = re.compile(r"^health check failed after [\w.]+: ")
_HELM = re.compile(r"^Helm (\w+) failed for release \S+(?: with chart \S+)?: ")


def describe(ref: ObjectRef) -> str:
    """An object in a sentence: `ks flux-system/apps`.

    Args:
        ref: The object.

    Returns:
        The kind's abbreviation and the object's path.
    """
    kind = KINDS.get(ref.kind)
    return f"{kind.short if kind else ref.kind} {ref.path}"


def short_name(ref: ObjectRef | AppliedId, beside: ObjectRef | AppliedId) -> str:
    """An object in a sentence about another one, as briefly as tells it apart.

    Args:
        ref: The object.
        beside: Whom the sentence is about.

    Returns:
        `infra`, `infra/db` in another namespace, `git fleet` for another kind.
    """
    path = ref.name if ref.namespace in ("", beside.namespace) else f"{ref.namespace}/{ref.name}"
    if ref.kind == beside.kind:
        return path
    kind = KINDS.get(ref.kind)
    return f"{kind.short if kind else ref.kind} {path}"


def told(message: str) -> str:
    """What a controller says, in one line, without what changes from run to run or is said anyway.

    Args:
        message: The message of a condition.

    Returns:
        Its beginning, for a sentence.
    """
    return in_short(_HELM.sub("", _TOOK.sub("", _SCRATCH.sub("", beginning(message, MOST_TOLD)))))


def suspension(resource: Resource, now: datetime) -> str:
    """Since when, by whom, why and until when an object is suspended, as far as is known.

    Args:
        resource: A suspended object.
        now: The time.

    Returns:
        `suspended 41d ago by anna: INC-42 flaky registry, until 2026-12-01 (overdue by 3d)`, `suspended in Git since
        2d` where an applier's manifest says so, `suspended` where nothing is known.
    """
    told = tell_note(note_of(resource), now)
    return f"{suspended_when(resource, now)}{f': {told}' if told else ''}"


def suspended_when(resource: Resource, now: datetime) -> str:
    """Since when and by whom an object is suspended, as far as is known.

    Args:
        resource: A suspended object.
        now: The time.

    Returns:
        `suspended 41d ago by anna`, `suspended in Git since 2d`, `suspended`.
    """
    owner, person = resource.suspend_owner, suspender(resource)
    since = age(owner.time, now) if owner is not None else ""
    if is_suspended_in_git(resource):
        when = f"in Git since {since}" if since else "in Git"
    else:
        when = f"{since} ago" if since else ""
    return " ".join(part for part in ("suspended", when, f"by {person}" if person else "") if part)


def suspender(resource: Resource) -> str:
    """Who suspended an object, as far as is known.

    Args:
        resource: A suspended object.

    Returns:
        The person, else the field manager; empty where it is not known, or an applier did as Git says.
    """
    if person := note_of(resource).by:
        return person
    if is_suspended_in_git(resource):
        return ""
    owner = resource.suspend_owner
    return in_short(resource.metadata.annotations.suspended_by) or (owner.manager if owner is not None else "")


GIT_MANAGERS = frozenset(("kustomize-controller", "flux-operator"))
"""Field managers that apply what a source holds (kustomize-controller's and flux-operator's owner name)."""


def is_suspended_in_git(resource: Resource) -> bool:
    """Whether an applier's manifest says that an object is suspended.

    Args:
        resource: A suspended object.

    Returns:
        True where resuming it by hand would be undone.
    """
    owner = resource.suspend_owner
    return owner is not None and owner.operation == "Apply" and owner.manager in GIT_MANAGERS
