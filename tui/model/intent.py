"""What a person asks of an object, and the patch that asks for it."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from tui.model.health import is_static
from tui.model.kinds import (
    FORCE_REQUEST,
    KINDS,
    NOTE_BY,
    NOTE_REASON,
    NOTE_UNTIL,
    OPERATOR_NOTE,
    RECONCILE_REQUEST,
    RESET_REQUEST,
)
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.text import clean
from tui.model.times import parse_duration


class Verb(StrEnum):
    """What can be asked of an object."""

    RECONCILE = "reconcile"
    SUSPEND = "suspend"
    RESUME = "resume"
    FORCE = "force"
    """Release now, even what is in sync or out of retries."""
    RESET = "reset"
    """Forget the failures that were counted, and reconcile."""


SWITCHES = frozenset((Verb.SUSPEND, Verb.RESUME))
"""What turns reconciliation off and on."""

RELEASES = {Verb.FORCE: FORCE_REQUEST, Verb.RESET: RESET_REQUEST}
"""What only a HelmRelease knows, and the annotation that asks for it."""


class Step(StrEnum):
    """How far a request has come."""

    QUEUED = "queued"
    """Something else is awaited first: what it needs, or its turn."""
    ASKED = "asked"
    """It was sent; no controller has taken it up."""
    HANDLED = "handled"
    """The controller has taken it up and works on it."""
    READY = "ready"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    REFUSED = "refused"
    """It was never sent, or the API server did not take it."""
    SKIPPED = "skipped"
    """It was never sent, since what it depends on was asked first and did not become ready."""
    STOPPED = "not started"
    """It was never sent, since its turn had not come when the person stopped what was queued."""


UNSENT = frozenset((Step.SKIPPED, Step.STOPPED))
"""The steps of what nothing was wrong with: it is told as news, not as a complaint."""

SETTLED = frozenset((Step.READY, Step.FAILED, Step.TIMED_OUT, Step.REFUSED)) | UNSENT
"""The steps after which nothing more is awaited."""


class Note(msgspec.Struct, frozen=True):
    """What a person says about a suspension."""

    by: str = ""
    reason: str = ""
    """In words, with a ticket where there is one."""
    until: datetime | None = None
    """When it is to be resumed; nothing resumes it by itself."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one request so far."""

    ref: ObjectRef
    uid: str
    """The object's uid when it was asked: an object that took its place is another one."""
    verb: Verb
    step: Step
    asked: datetime
    deadline: datetime
    token: str = ""
    """The value of the request annotation, which the controller copies to its status when it has handled it."""
    message: str = ""
    settled: datetime | None = None
    replaced: str = ""
    """The token that stood on the object before ours: that it was handled says nothing about us."""
    version: str = ""
    """The object's resourceVersion with our request in it, empty until that is known."""
    overtaken: str = ""
    """The token of a later request, by somebody else, that came before a controller took ours up."""
    note: Note | None = None
    noted: tuple[str, ...] = ()
    """The annotations that said something of a suspension when the object was asked."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is awaited."""
        return self.step in SETTLED

    @property
    def took(self) -> timedelta | None:
        """How long it took from the request to its end, None while it is open and where it was never sent."""
        if self.settled is None or self.step is Step.REFUSED or self.step in UNSENT:
            return None
        return self.settled - self.asked


_PATIENCE = timedelta(minutes=5)
"""How long a request may take, where the object's own timeout is not longer."""


def ask(verb: Verb, resource: Resource, now: datetime, step: Step = Step.ASKED, note: Note | None = None) -> Outcome:
    """Begin a request.

    Args:
        verb: What is asked.
        resource: The object.
        now: The time, from which the token is made.
        step: `QUEUED` where something else is awaited first.
        note: What is recorded with a suspension.

    Returns:
        The outcome to follow.
    """
    patience = max(_PATIENCE, parse_duration(resource.spec.timeout) + timedelta(minutes=1))
    token = now.isoformat() if verb is not Verb.SUSPEND and obeys_requests(resource) else ""
    return Outcome(
        resource.ref,
        resource.metadata.uid,
        verb,
        step,
        now,
        now + patience,
        token,
        replaced=resource.requested_at,
        note=note,
        noted=_noted(resource),
    )


def _noted(resource: Resource) -> tuple[str, ...]:
    said = _said(resource) | {OPERATOR_NOTE: resource.metadata.annotations.suspended_by}
    return tuple(key for key, value in said.items() if value)


def _said(resource: Resource) -> dict[str, str]:
    said = resource.metadata.annotations
    return {NOTE_BY: said.note_by, NOTE_REASON: said.note_reason, NOTE_UNTIL: said.note_until}


def is_as_asked(outcome: Outcome, resource: Resource) -> bool:
    """Whether an object is suspended as was asked; it may have been suspended before, without what is to be said of it.

    Args:
        outcome: A request to suspend.
        resource: The object.

    Returns:
        True where it is suspended and has the note.
    """
    return resource.suspended and _annotations(outcome.note).items() <= _said(resource).items()


def obeys_requests(resource: Resource) -> bool:
    """Whether a controller reconciles an object when the request annotation changes.

    Args:
        resource: The object.

    Returns:
        False for kinds without such a controller and for a HelmRepository of type `oci`.
    """
    return KINDS[resource.ref.kind].reconcilable and not is_static(resource)


def patch_for(outcome: Outcome) -> dict[str, Any]:
    """The JSON merge patch for a request, as the flux CLI and flux-operator write it.

    Resuming removes `spec.suspend`, since the field is left out when false (flux2 cmd/flux/resume.go), and asks for a
    run. The note on a suspension is written and removed in the same patch as what suspends.

    Args:
        outcome: The request.

    Returns:
        The patch of the main resource.
    """
    annotations: dict[str, Any] = {}
    patch: dict[str, Any] = {}
    if outcome.token:
        annotations[RECONCILE_REQUEST] = outcome.token
    if outcome.verb in RELEASES:
        annotations[RELEASES[outcome.verb]] = outcome.token  # obeyed only where both are the same
    if outcome.verb in SWITCHES:
        suspend = outcome.verb is Verb.SUSPEND
        annotations |= dict.fromkeys(outcome.noted) | (_annotations(outcome.note) if suspend else {})
        switch = KINDS[outcome.ref.kind].suspended_by
        if switch == "spec":
            patch["spec"] = {"suspend": True if suspend else None}
        else:
            annotations[switch] = "disabled" if suspend else "enabled"
    if annotations:
        patch["metadata"] = {"annotations": annotations}
    return patch


def _annotations(note: Note | None) -> dict[str, str]:
    if note is None:
        return {}
    until = note.until.astimezone(UTC).isoformat(timespec="seconds") if note.until is not None else ""
    said = {NOTE_BY: note.by, NOTE_REASON: note.reason, NOTE_UNTIL: until.replace("+00:00", "Z")}
    return {key: clean(value) for key, value in said.items() if value}


def objection(verb: Verb, resource: Resource) -> str:
    """Why a request would do nothing to this object, so that it is not sent.

    A controller marks a request on a suspended object as handled and does nothing. Of an object that is being deleted
    only the finalizers are worked off; to suspend it then would leave behind what it applied.

    Args:
        verb: What is asked.
        resource: The object.

    Returns:
        The reason in words, empty where there is none.
    """
    kind = KINDS[resource.ref.kind]
    if verb in RELEASES and not kind.releases:
        return f"only a HelmRelease can be {past(verb)}"
    if verb in SWITCHES and not kind.suspended_by:
        return f"{kind.name}s cannot be suspended"
    if verb is Verb.RECONCILE and not obeys_requests(resource):
        return f"no controller reconciles this {kind.name}"
    if resource.metadata.deletion_timestamp is not None:
        return "it is being deleted"
    return "it is suspended: resume it first" if resource.suspended and verb not in SWITCHES else ""


def settle(outcome: Outcome, step: Step, message: str, now: datetime) -> Outcome:
    """End an outcome.

    Args:
        outcome: The outcome so far.
        step: How it ended.
        message: In words.
        now: The time.

    Returns:
        The settled outcome.
    """
    return msgspec.structs.replace(outcome, step=step, message=message, settled=now)


def past(verb: Verb) -> str:
    """What an object has been when a request was carried out.

    Args:
        verb: What was asked.

    Returns:
        The past participle.
    """
    return _PAST.get(verb, f"{verb}d")


_PAST = {Verb.SUSPEND: "suspended", Verb.RESET: "reset"}
