"""What can be done to what is selected, and why not."""

import msgspec

from tui.actions import Action, Scope
from tui.model.foresight import effective
from tui.model.health import FAULTS, State, assess
from tui.model.intent import Verb, obeys_requests, objection
from tui.model.kinds import KINDS
from tui.model.resources import Resource
from tui.ports import Access


class Situation(msgspec.Struct, frozen=True):
    """What is selected, as far as it decides what can be done."""

    selected: tuple[Resource, ...] = ()
    """The objects that an action would take: the marked ones, else the selected one."""
    on_row: bool = False
    """Whether any row is selected."""
    marked: int = 0
    read_only: str = ""
    """Why nothing is written to any of them, empty where something may be."""
    access: Access = Access.UNKNOWN
    moved: str = ""
    """Why what is under the cursor may not be what the person aims at; empty where it is."""


def refusal(action: Action, situation: Situation) -> str:
    """Why an action can do nothing now.

    Args:
        action: The action.
        situation: What is selected.

    Returns:
        The reason in words, empty where it can.
    """
    is_off = situation.moved and action.takes_aim
    return situation.moved if is_off else _refusal(action, situation)


def _refusal(action: Action, situation: Situation) -> str:
    if action.scope is Scope.OBJECT and not situation.selected:
        return "what was marked is gone: clear the marks" if situation.marked else "select an object first"
    if action.scope is Scope.ROW and not situation.on_row:
        return "nothing is selected"
    if action.verb is None:
        return ""
    if situation.read_only:
        return situation.read_only
    if situation.access is Access.DENIED:
        return forbidden(situation.selected[0])
    return _objection(action, situation)


def forbidden(resource: Resource) -> str:
    """Why an object that this user may not patch is left alone.

    Args:
        resource: The object.

    Returns:
        The reason in words.
    """
    return f"forbidden: you may not patch {KINDS[resource.ref.kind].plural} in {resource.ref.namespace}"


def toggled_verb(resources: tuple[Resource, ...]) -> Verb:
    """What toggling suspends does: resume when all are suspended, else suspend.

    Args:
        resources: The objects.

    Returns:
        The verb.
    """
    return Verb.RESUME if resources and all(resource.suspended for resource in resources) else Verb.SUSPEND


def title_for(action: Action, situation: Situation) -> str:
    """What the footer calls an action for what is selected.

    Args:
        action: The action.
        situation: What is selected.

    Returns:
        The title, with the number of marked objects where there are any.
    """
    title = action.title
    if action.id == "suspend.toggle" and situation.selected:
        title = toggled_verb(situation.selected).value
    return f"{title} ({situation.marked})" if action.verb is not None and situation.marked > 1 else title


def _objection(action: Action, situation: Situation) -> str:
    verb = toggled_verb(situation.selected) if action.id == "suspend.toggle" else action.verb
    asked = [(effective(verb, resource), resource) for resource in situation.selected] if verb else []
    objections = [objection(one, resource) for one, resource in asked]
    return objections[0] if objections and all(objections) else ""


def makes_sense(action: Action, situation: Situation) -> bool:
    """Whether the footer should offer an action at all, dimmed or not.

    Args:
        action: The action.
        situation: What is selected.

    Returns:
        False for what can do nothing to such an object, whoever asks and whenever.
    """
    if action.scope is Scope.OBJECT and not situation.selected:
        return False
    if action.verb is Verb.RECONCILE:
        return any(obeys_requests(resource) for resource in situation.selected)
    if action.verb in (Verb.FORCE, Verb.RESET):
        return any(_may_release(action.verb, resource) for resource in situation.selected)
    if action.verb is not None:
        return any(KINDS[resource.ref.kind].suspended_by for resource in situation.selected)
    if (test := _TESTS.get(action.id)) is not None:
        return any(test(resource) for resource in situation.selected)
    return True


def _may_release(verb: Verb, resource: Resource) -> bool:
    """Whether a release can be forced; or reset, where something failed."""
    return KINDS[resource.ref.kind].releases and (verb is Verb.FORCE or assess(resource).state in FAULTS)


def _has_causes(resource: Resource) -> bool:
    return assess(resource).state not in (State.READY, State.STATIC)


def has_git(resource: Resource) -> bool:
    """Whether something may be pending in Git for an object.

    Args:
        resource: The object.

    Returns:
        True for a GitRepository, and for what names one as its source.
    """
    source = resource.spec.source_ref
    return resource.ref.kind == "GitRepository" or (source is not None and source.kind == "GitRepository")


_TESTS = {"why": _has_causes, "diff": has_git}
"""What only looks, and yet makes no sense for every object."""
