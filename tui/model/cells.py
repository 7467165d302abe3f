"""What a row of the tree says, apart from how it is drawn."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from tui.model.blame import next_hops
from tui.model.changes import ContextStatus, Phase
from tui.model.health import FAULTS, State
from tui.model.intent import UNSENT, Outcome, Step, Verb
from tui.model.kinds import KINDS
from tui.model.picture import Picture
from tui.model.refs import parse_revision
from tui.model.resources import Resource
from tui.model.rows import Row
from tui.model.text import in_short
from tui.model.times import age, seconds
from tui.model.wording import short_name, suspension

OUTCOME_SHOWN = timedelta(minutes=2)
"""How long a row shows how a request ended."""


FLUX_NAMESPACE = "flux-system"
"""Where `flux bootstrap` and flux-operator put Flux and its objects (flux2 pkg/manifestgen/options.go)."""


class Cells(msgspec.Struct, frozen=True, gc=False):
    """The parts of one object's row."""

    state: State
    name: str
    namespace: str
    """Empty where it is the parent row's, or Flux's own at the top."""
    kind: str
    """The kind's abbreviation."""
    revision: str
    """What is in force, or `before→after` where another one was tried."""
    message: str
    """One line: why it is not fine, or how the last request stands; empty for what is fine."""
    age: str
    emphasis: State | None = None
    """The state whose colour the message has; None for a dim one."""


def cells(row: Row, picture: Picture, now: datetime) -> Cells:
    """What an object's row says.

    Args:
        row: A row that stands for an object.
        picture: What is known.
        now: The time.

    Returns:
        The parts of the row.
    """
    ref = row.ref
    resource, health = picture.get(ref), picture.health(ref)
    namespace = "" if ref.namespace == _expected_namespace(row) else ref.namespace
    short = KINDS[ref.kind].short
    if resource is None:
        return Cells(State.UNKNOWN, ref.name, namespace, short, "", health.message, "")
    message, emphasis = message_cell(picture, resource, now)
    shown_age = age(health.since, now)
    return Cells(
        health.state,
        ref.name,
        namespace,
        short,
        revision_cell(resource),
        message,
        shown_age,
        emphasis,
    )


def _expected_namespace(row: Row) -> str:
    """Where a reader takes an object to be when its row names no namespace."""
    return row.parent.namespace if row.parent is not None else FLUX_NAMESPACE


def revision_cell(resource: Resource) -> str:
    """The revision of an object as a row shows it.

    Args:
        resource: The object.

    Returns:
        `main@a1b2c3d4`, `1.9.2`, or `9f8e7d6c→a1b2c3d4` where the last attempt is not what is in force.
    """
    in_force = parse_revision(resource.revision)
    attempted = parse_revision(resource.status.last_attempted_revision)
    differs = resource.status.last_attempted_revision not in ("", resource.revision)
    if not differs or in_force == attempted or attempted.name.startswith(f"{in_force.name}+"):
        return in_force.short
    before = in_force.digest[:8] or in_force.name
    after = attempted.digest[:8] or attempted.name
    if before == after:
        return in_force.short
    return f"{before}→{after}" if before else attempted.short


def outcome_text(outcome: Outcome) -> str:
    """How a request stands, in a few words.

    Args:
        outcome: The request's outcome so far.

    Returns:
        `reconcile asked`, `ready in 4s`, `failed in 12s: …`.
    """
    if outcome.step is Step.QUEUED:
        return outcome.message or "waits for its turn"
    if outcome.settled is None:
        return f"{outcome.verb} {outcome.step}{f': {outcome.message}' if outcome.message else ''}"
    if outcome.step in UNSENT:
        return f"{outcome.step}: {outcome.message}"
    took = seconds(outcome.took) if outcome.took is not None else ""
    if outcome.step is not Step.READY:
        return f"{outcome.verb} {outcome.step}{f' after {took}' if took else ''}: {outcome.message}"
    return f"{outcome.message} in {took}" if outcome.overtaken else _DONE[outcome.verb].format(took)


_DONE = {
    Verb.RECONCILE: "ready in {}",
    Verb.SUSPEND: "suspended in {}",
    Verb.RESUME: "resumed, ready in {}",
    Verb.FORCE: "forced, ready in {}",
    Verb.RESET: "reset, ready in {}",
}


def message_cell(picture: Picture, resource: Resource, now: datetime) -> tuple[str, State | None]:
    """What a row says of an object beyond its state.

    Args:
        picture: What is known.
        resource: The object.
        now: The time.

    Returns:
        One line, empty for what is fine, and the state whose colour it has, None for a dim one.
    """
    outcome = picture.outcomes.get(resource.ref)
    if outcome is not None and (outcome.settled is None or now - outcome.settled < OUTCOME_SHOWN):
        return outcome_text(outcome), _emphasis(outcome)
    health = picture.health(resource.ref)
    match health.state:
        case State.READY:
            return ("drifted from what was applied", State.WAITING) if health.drifted else ("", None)
        case State.STATIC:
            return "", None
        case State.WAITING:
            return _waits_on(picture, resource, now), None
        case State.SUSPENDED:
            return suspension(resource, now).removeprefix("suspended "), None
        case _:
            return in_short(health.message), health.state if health.state in FAULTS else None


def _waits_on(picture: Picture, resource: Resource, now: datetime) -> str:
    hops = next_hops(picture, resource.ref, now)
    if not hops:
        return in_short(picture.health(resource.ref).message)
    first = hops[0].ref
    more = f" and {len(hops) - 1} more" if len(hops) > 1 else ""
    return f"waits on {'itself' if first == resource.ref else short_name(first, resource.ref)}{more}"


def _emphasis(outcome: Outcome) -> State | None:
    if outcome.settled is None:
        return State.PROGRESSING
    if outcome.step in UNSENT:
        return State.WAITING
    return State.READY if outcome.step is Step.READY else State.FAILED


class ContextCells(msgspec.Struct, frozen=True):
    """The parts of a context's row."""

    name: str
    counts: tuple[tuple[State, int], ...]
    """What is not fine, worst first, without zeros."""
    total: int
    note: str
    """What is to be said of the connection, empty when it is live."""


def context_cells(context: str, picture: Picture, now: datetime) -> ContextCells:
    """What a context's row says.

    Args:
        context: The context's name.
        picture: What is known.
        now: The time.

    Returns:
        The parts of the row.
    """
    counts = picture.count(context)
    shown = (State.FAILED, State.STALLED, State.WAITING, State.SUSPENDED)
    return ContextCells(
        context,
        tuple((state, counts[state]) for state in shown if counts[state] > 0),
        picture.total(context),
        connection_note(picture.statuses[context], now),
    )


def connection_note(status: ContextStatus, now: datetime) -> str:
    """A context's connection in a few words.

    Args:
        status: The context's state.
        now: The time.

    Returns:
        `stale 4m`, `login needed`, `no Flux`, `namespace apps only`; empty when it is live and all is seen.
    """
    if status.phase is Phase.LIVE:
        return ", ".join(_limits(status))
    if status.phase is Phase.STALE:
        return f"stale {age(status.since, now)}"
    return status.phase.value


def _limits(status: ContextStatus) -> Iterator[str]:
    """What of a live context is not seen, or not at once."""
    if status.narrowed:
        elsewhere = KINDS.keys() - {*status.missing, *status.forbidden, *status.narrowed}
        what = f"{_few(status.narrowed)} in " if elsewhere else ""
        yield f"{what}namespace {status.namespace} only"
    if status.vanished:
        yield f"{_few(status.vanished)} not served"
    if status.forbidden:
        yield f"may not list {', '.join(status.forbidden)}"
    if status.polled:
        yield f"polled: {', '.join(status.polled)}"


def _few(kinds: tuple[str, ...]) -> str:
    return ", ".join(kinds) if len(kinds) <= _NAMED else f"{len(kinds)} kinds"


_NAMED = 2
"""How many kinds a note names."""
