"""What the detail strip says of the selected row: what, since when, why, whom it hurts, what happens next."""

from datetime import datetime

import msgspec

from tui.model.blast import holds_back
from tui.model.causes import Explanation, explain
from tui.model.cells import connection_note, outcome_text, revision_cell
from tui.model.changes import ContextStatus, Phase
from tui.model.health import FAULTS, Health, State
from tui.model.intent import Outcome
from tui.model.notes import note_of, tell_note
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.schedule import count_tries, what_next
from tui.model.text import beginning, counted, mask_credentials, one_line, shorten_hashes
from tui.model.times import age
from tui.model.wording import describe, suspended_when

_LONGEST = 2**16
"""Characters of a message that are shown; the API server takes no more than 2**15 in a condition."""

NEXT_STEP = "next step: "
"""How the fact begins that says what to do."""


class Detail(msgspec.Struct, frozen=True):
    """The text of the strip."""

    state: State | None
    """The state whose glyph leads it; None for a context."""
    title: str
    message: tuple[str, ...]
    """The full message, line by line, most wanted first."""
    facts: tuple[str, ...]
    """Short statements that are joined where there is room."""


def describe_object(picture: Picture, ref: ObjectRef, now: datetime) -> Detail:
    """The detail strip of an object.

    Args:
        picture: What is known.
        ref: The object.
        now: The time.

    Returns:
        Its text.
    """
    resource, health = picture.get(ref), picture.health(ref)
    head = f"{ref.context} · {describe(ref)}"
    if resource is None:
        return Detail(State.UNKNOWN, f"{head} · gone", ("it was deleted",), ())
    told = mask_credentials(shorten_hashes(beginning(health.message, _LONGEST)))
    message = [line for line in told.splitlines() if line.strip()]
    why = explain(picture, ref, now)
    if len(why.chains[0]) > 1 or why.root.state is State.WAITING or health.drifted:
        message.insert(0, why.sentence)
    elif health.state is State.SUSPENDED and (note := tell_note(note_of(resource), now)):
        message.insert(0, note)
    facts = _facts(picture, resource, why, now)
    return Detail(health.state, f"{head} · {_verdict(resource, health, now)}", tuple(message), facts)


def describe_context(picture: Picture, context: str, now: datetime) -> Detail:
    """The detail strip of a context.

    Args:
        picture: What is known.
        context: Its name.
        now: The time.

    Returns:
        Its text.
    """
    status = picture.statuses[context]
    note = connection_note(status, now)
    facts = [counted(picture.total(context), "object"), status.server]
    if status.retry_at is not None:
        facts.append(f"next try at {status.retry_at.astimezone():%H:%M:%S}, ctrl-r tries now")
    phase = status.phase.value
    state = f"{phase} · {note}" if note and not note.startswith(phase) else note or phase
    return Detail(None, f"{context} · {state}", (_context_message(status),), tuple(fact for fact in facts if fact))


def _context_message(status: ContextStatus) -> str:
    if status.message:
        return status.message
    if status.phase is Phase.LIVE and status.forbidden:
        return f"You may not list {', '.join(status.forbidden)} here: ask for the role flux-view"
    return _PHASES[status.phase]


_PHASES = {
    Phase.OFF: "Not connected: press C to connect it",
    Phase.CONNECTING: "Reading what is there",
    Phase.LIVE: "Everything that is shown is live",
    Phase.STALE: "The connection is lost: what is shown was true once",
    Phase.LOGIN: "Its credentials were refused: log in, then ctrl-r tries again",
    Phase.ABSENT: "No Flux in this cluster: its CRDs are not installed",
    Phase.UNREACHABLE: "The API server does not answer: ctrl-r tries again",
}


def _verdict(resource: Resource, health: Health, now: datetime) -> str:
    if health.state is State.SUSPENDED:
        frozen = f", was {health.frozen}" if health.frozen else ""
        return f"{suspended_when(resource, now)}{frozen}"
    lasting = f" for {age(health.since, now)}" if health.since else ""
    if health.state in FAULTS:
        again = "" if health.state is State.FAILED else ", will not retry by itself"
        return f"{health.reason}{lasting}{again}"
    drifted = ", drifted" if health.drifted else ""
    return f"{health.state}{lasting}{drifted}"


def _facts(picture: Picture, resource: Resource, why: Explanation, now: datetime) -> tuple[str, ...]:
    ref, spec, links = resource.ref, resource.spec, picture.links(resource.ref)
    outcome = picture.outcomes.get(ref)
    owner = picture.owner(ref)
    health, failures = picture.health(ref), count_tries(resource)
    candidates = (
        _outcome(outcome, health) if outcome is not None else "",
        f"{NEXT_STEP}{why.next_step}" if why.next_step else "",
        holds_back(picture, ref),
        counted(failures, "failure") if failures and health.state in _TRIED else "",
        what_next(resource, health, now, picture.events(ref)),
        f"revision {revision_cell(resource)}" if resource.revision else "",
        f"from {describe(links.source)}" if links.source else "",
        f"applied by {describe(owner)}" if owner else "",
        f"depends on {', '.join(dependency.name for dependency in links.depends_on)}" if links.depends_on else "",
        f"path {spec.path}" if spec.path else "",
        mask_credentials(spec.url),
        f"every {spec.interval}" if spec.interval else "",
        f"{counted(len(resource.inventory), 'object')} applied" if resource.inventory else "",
    )
    return tuple(fact for fact in candidates if fact)


def _outcome(outcome: Outcome, health: Health) -> str:
    """How a request stands; what the message above says already is not said twice."""
    text = outcome_text(outcome)
    told = one_line(health.message)
    is_said = told and told in outcome.message and not outcome.overtaken
    return text.partition(":")[0] if is_said else text


_TRIED = (State.FAILED, State.PROGRESSING)
"""States in which failures count: helm-controller keeps the counters of a release that is in order again."""
