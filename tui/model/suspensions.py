"""All that is suspended, in all contexts: since when, by whom, why, until when, and what it misses meanwhile."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from tui.model.cells import OUTCOME_SHOWN, outcome_text
from tui.model.health import Health, State
from tui.model.intent import Note, Verb
from tui.model.kinds import KINDS, Role
from tui.model.notes import is_overdue, note_of, tell_until
from tui.model.picture import Picture
from tui.model.refs import ObjectRef, Revision, parse_revision
from tui.model.resources import Resource
from tui.model.times import age
from tui.model.wording import is_suspended_in_git, suspender


class Behind(msgspec.Struct, frozen=True):
    """What a suspended object has applied, beside what its source has."""

    applied: str
    """The whole revision in force; empty where nothing was applied yet."""
    available: str
    """The whole revision of the source's artifact."""
    is_behind: bool

    @property
    def told(self) -> str:
        """`same`, or `9f8e7d6c→a1b2c3d4`."""
        if not self.is_behind:
            return "same"
        before, after = (_brief(parse_revision(one)) for one in (self.applied, self.available))
        return f"{before or 'nothing'}→{after}"


class Suspension(msgspec.Struct, frozen=True):
    """One object that is suspended, or was until a moment ago."""

    ref: ObjectRef
    state: State
    """`SUSPENDED`, unless it was resumed from here a moment ago."""
    frozen: State
    """The verdict that stood when it was suspended."""
    since: datetime | None
    by: str
    """The person, else the field manager; empty where it is not known."""
    note: Note
    overdue: bool
    """Whether it should have been resumed already."""
    in_git: bool
    """Whether an applier's manifest says that it is suspended."""
    behind: Behind | None
    """None where its source is not known, or it is a source itself."""


def suspensions(picture: Picture, now: datetime, contexts: Iterable[str] | None = None) -> tuple[Suspension, ...]:
    """Find all that is suspended.

    Args:
        picture: What is known.
        now: The time.
        contexts: Where to look; everywhere where it is not given.

    Returns:
        What is suspended, and what was asked to be resumed from here a moment ago; what is overdue first, then what is
        suspended longest.
    """
    where = tuple(picture.statuses if contexts is None else contexts)
    refs = dict.fromkeys(ref for context in where for ref in _off(picture, context))
    refs |= dict.fromkeys(
        ref for ref in picture.outcomes if ref.context in where and _resumed_lately(picture, ref, now)
    )
    resources = (resource for ref in refs if (resource := picture.get(ref)) is not None)
    found = (suspension_of(picture, resource, now) for resource in resources)
    return tuple(sorted(found, key=lambda one: (not one.overdue, _begun(one, now), one.ref)))


def suspension_of(picture: Picture, resource: Resource, now: datetime) -> Suspension:
    """What is to be said of one suspension.

    Args:
        picture: What is known.
        resource: A suspended object.
        now: The time.

    Returns:
        Everything but what waits for it, which `blast.holds_back` tells.
    """
    health, note = picture.health(resource.ref), note_of(resource)
    owner = resource.suspend_owner
    return Suspension(
        resource.ref,
        health.state,
        _frozen(health),
        owner.time if owner is not None else None,
        suspender(resource),
        note,
        is_overdue(note, now),
        is_suspended_in_git(resource),
        _behind(picture, resource),
    )


def _frozen(health: Health) -> State:
    return health.frozen if health.frozen is not None else health.state


_OFF = (State.SUSPENDED, State.TERMINATING)
"""The states that a suspended object may be in."""


def _off(picture: Picture, context: str) -> Iterator[ObjectRef]:
    if not any(picture.count(context)[state] for state in _OFF):
        return
    for ref in picture.refs(context):
        if picture.health(ref).state in _OFF and (resource := picture.get(ref)) is not None and resource.suspended:
            yield ref


def _resumed_lately(picture: Picture, ref: ObjectRef, now: datetime) -> bool:
    """What was resumed stays for a while: its row says what became of that, and the same key suspends it again."""
    outcome = picture.outcomes[ref]
    is_news = outcome.settled is None or now - outcome.settled < OUTCOME_SHOWN
    return outcome.verb is Verb.RESUME and is_news


def _begun(one: Suspension, now: datetime) -> datetime:
    """What the order goes by; what is not known comes last."""
    moment = one.note.until if one.overdue else one.since
    return moment or now


def _behind(picture: Picture, resource: Resource) -> Behind | None:
    source = picture.links(resource.ref).source
    found = picture.get(source) if source is not None and KINDS[resource.ref.kind].role is Role.APPLIER else None
    if found is None or found.status.artifact is None:
        return None
    is_release, status = resource.ref.kind == "HelmRelease", resource.status
    applied = status.last_applied_revision if not is_release else resource.revision if status.history else ""
    available = found.status.artifact.revision
    return Behind(applied, available, not is_same(applied, available))


def is_same(applied: str, available: str) -> bool:
    """Whether two revisions name the same content.

    A release has the chart's version, to which helm-controller adds `+` and the first digits of an artifact's digest
    (helm-controller internal/controller/helmrelease_controller.go mutateChartWithSourceRevision).

    Args:
        applied: The revision in force.
        available: The revision of an artifact.

    Returns:
        True where there is nothing new.
    """
    before, after = parse_revision(applied), parse_revision(available)
    if applied == available or (before.digest and after.digest):
        return applied == available or before.digest == after.digest
    version, plus, build = before.name.partition("+")
    if plus and after.digest:  # the tag may be any word
        return after.digest.startswith(build)
    return bool(version) and before.name == after.name


class SuspensionCells(msgspec.Struct, frozen=True):
    """The parts of a suspension's row."""

    since: str
    by: str
    behind: str
    until: str
    why: str
    outcome: str
    """How a request stands that was made of it a moment ago; empty else."""


def cells_of(picture: Picture, one: Suspension, now: datetime, pending: str = "") -> SuspensionCells:
    """What a suspension's row says.

    Args:
        picture: What is known.
        one: The suspension.
        now: The time.
        pending: How far behind it is, `3 commits`; empty where Git was not asked or can't say.

    Returns:
        The parts of its row.
    """
    outcome = picture.outcomes.get(one.ref)
    is_news = outcome is not None and (outcome.settled is None or now - outcome.settled < OUTCOME_SHOWN)
    until = tell_until(one.note, now).removeprefix("until ")
    return SuspensionCells(
        age(one.since, now),
        " ".join(part for part in (one.by, "in Git" if one.in_git else "") if part),
        (one.behind.is_behind and pending) or one.behind.told if one.behind is not None else "",
        f"overdue by {age(one.note.until, now)}" if one.overdue else until,
        one.note.reason,
        outcome_text(outcome) if outcome is not None and is_news else "",
    )


def _brief(revision: Revision) -> str:
    return revision.digest[:8] or revision.name
