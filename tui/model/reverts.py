"""Who undoes a suspension or a resumption, because Git says otherwise."""

from datetime import timedelta

import msgspec

from tui.model.intent import SWITCHES, Verb
from tui.model.kinds import APPLIER_POLICY, APPLIER_SWITCH
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.schedule import span
from tui.model.times import parse_duration
from tui.model.wording import GIT_MANAGERS, describe


class Undoing(msgspec.Struct, frozen=True):
    """Who undoes a request, and how soon."""

    parent: ObjectRef | None
    """Who applies the object; None where that is not known."""
    within: timedelta = timedelta()
    """The parent's interval; zero where that is not known."""

    def sentence(self, what: str = "it") -> str:
        """Who undoes it and when.

        Args:
            what: What is undone.

        Returns:
            `ks flux-system/fleet will undo it at its next run, within 10m`.
        """
        if self.parent is None:
            return f"what applies it will undo {what} at its next run"
        soon = f", within {span(self.within)}" if self.within else ""
        return f"{describe(self.parent)} will undo {what} at its next run{soon}"


def undone_by(
    picture: Picture, verb: Verb, resource: Resource, along: frozenset[ObjectRef] = frozenset()
) -> Undoing | None:
    """Find out whether a suspension or a resumption will be undone.

    Server-side apply resets what the manifest declares: the applier's entry in `managedFields` then owns the field. A
    suspended parent applies nothing, nor is applied what is annotated so (fluxcd/pkg ssa/manager_apply.go,
    kustomize-controller internal/controller/kustomization_controller.go apply).

    Args:
        picture: What is known.
        verb: What is asked.
        resource: The object as it is before.
        along: What the same is asked of.

    Returns:
        Who undoes it; None where it will be kept, or nothing changes.
    """
    if verb not in SWITCHES or resource.suspended is (verb is Verb.SUSPEND):
        return None
    if not is_declared(resource) or _is_left_alone(resource):
        return None
    parent = picture.owner(resource.ref)
    if parent is None and resource.ref in (*picture.edges.owners(resource.ref), *_labelled(picture, resource)):
        return None if verb is Verb.SUSPEND else Undoing(resource.ref, parse_duration(resource.spec.interval))
    owner = picture.get(parent) if parent is not None else None
    if owner is None:
        return Undoing(None)
    will_rest = verb is Verb.SUSPEND if owner.ref in along else owner.suspended
    return None if will_rest else Undoing(owner.ref, parse_duration(owner.spec.interval))


def keepers(picture: Picture, verb: Verb, resource: Resource) -> tuple[ObjectRef, ...]:
    """What has to be suspended so that a request is kept: the parent, and what would undo that in its turn.

    Args:
        picture: What is known.
        verb: What is asked.
        resource: The object.

    Returns:
        The objects, the topmost first; none where nothing is undone, or it can't be prevented so.
    """
    found: list[ObjectRef] = []
    undoing = undone_by(picture, verb, resource)
    while undoing is not None:
        parent = picture.get(undoing.parent) if undoing.parent is not None else None
        if parent is None or parent.ref == resource.ref or parent.ref in found:
            return ()
        found.append(parent.ref)
        undoing = undone_by(picture, Verb.SUSPEND, parent)
    return tuple(reversed(found))


def is_declared(resource: Resource) -> bool:
    """Whether an applier's manifest says whether an object is suspended.

    Args:
        resource: The object.

    Returns:
        True where changing it by hand would be undone.
    """
    owners = (entry for entry in resource.metadata.managed_fields if entry.suspends(resource.ref.kind))
    return any(entry.operation == "Apply" and entry.manager in GIT_MANAGERS for entry in owners)


def _is_left_alone(resource: Resource) -> bool:
    """Whether kustomize-controller is told not to touch the object (fluxcd/pkg ssa/utils/meta.go AnyInMetadata)."""
    labels, annotations = resource.metadata.labels, resource.metadata.annotations
    switches = (labels.get(APPLIER_SWITCH, ""), annotations.applier_switch)
    policies = (labels.get(APPLIER_POLICY, ""), annotations.applier_policy)
    return any(one.lower() == "disabled" for one in switches) or any(
        one.lower() in ("ignore", "ifnotpresent") for one in policies
    )


def _labelled(picture: Picture, resource: Resource) -> tuple[ObjectRef, ...]:
    labelled = picture.links(resource.ref).labelled_owner
    return () if labelled is None else (labelled,)
