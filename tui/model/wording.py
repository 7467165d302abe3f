"""What objects and messages are called in a sentence."""

import re

from tui.model.kinds import KINDS
from tui.model.refs import ObjectRef
from tui.model.text import in_short
from tui.model.workloads import AppliedId

_SCRATCH = re.compile(
    r"(?:/[\w.-]+)*/(?:kustomization|helmchart|gitrepository|ocirepository|bucket)-[\w-]+/(?:source/)?"
)
"""The folder a controller unpacked a source into: another one in each run, and no help to anybody."""

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
    return in_short(_HELM.sub("", _TOOK.sub("", _SCRATCH.sub("", message))))
