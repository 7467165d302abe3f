"""What objects and messages are called in a sentence."""

import re
from datetime import datetime

from tui.model.kinds import KINDS
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


def suspended_by(resource: Resource, now: datetime) -> str:
    """Since when and by whom an object is suspended, as far as the API server remembers.

    Args:
        resource: A suspended object.
        now: The time.

    Returns:
        `since 41d by anna`, `in Git since 2d` where an applier's manifest says so, `suspended` where nothing is known.
    """
    owner = resource.suspend_owner
    if owner is not None and is_suspended_in_git(resource):
        return f"in Git since {age(owner.time, now)}" if owner.time else "in Git"
    person = resource.metadata.annotations.suspended_by or (owner.manager if owner else "")
    parts = [f"since {age(owner.time, now)}" if owner and owner.time else "", f"by {person}" if person else ""]
    return " ".join(part for part in parts if part) or "suspended"


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
