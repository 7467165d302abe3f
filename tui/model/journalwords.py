"""What the journal says of an action, in words."""

from datetime import datetime

import msgspec

from tui.model.detail import Detail
from tui.model.health import State
from tui.model.intent import Outcome, Step, Verb
from tui.model.journal import Action, Entry
from tui.model.text import in_short
from tui.model.times import age, seconds
from tui.model.wording import describe

_STATES = {Step.READY: State.READY, Step.FAILED: State.FAILED, Step.REFUSED: State.FAILED}

_TOOK = (Step.FAILED, Step.TIMED_OUT)
"""Steps after which it matters how long it took."""


class JournalLine(msgspec.Struct, frozen=True):
    """An action as a row."""

    state: State
    """How it went, as the state whose sign and colour say so."""
    when: str
    who: str
    context: str
    verb: str
    what: str
    """The object."""
    told: str
    """What became of it."""


def line_of(action: Action, run: int) -> JournalLine:
    """An action as a row.

    Args:
        action: The action.
        run: The run of the program that asks: what that has not finished is under way.

    Returns:
        The row's cells.
    """
    last = action.last
    told, state = _told(action, run), _STATES.get(last.step, State.UNKNOWN)
    if action.is_open and last.run == run:
        state = State.PROGRESSING
    if last.step is not Step.READY and last.message:
        told = f"{told}: {in_short(last.message)}"
    when = f"{action.began.astimezone():%m-%d %H:%M}"
    return JournalLine(state, when, last.who, last.context, last.verb, describe(last.ref), told)


def _told(action: Action, run: int) -> str:
    """How far it has come, without its message."""
    last = action.last
    if action.overtaken:
        return "overtaken"
    if last.settled is None:
        return str(last.step) if last.run == run else "end unknown"
    if last.took is None:
        return f"{last.step}, found out later"
    if last.step is Step.READY:
        return f"{'suspended' if last.verb is Verb.SUSPEND else 'ready'} in {seconds(last.took)}"
    return f"{last.step} after {seconds(last.took)}" if last.step in _TOOK else str(last.step)


def describe_action(action: Action, run: int) -> Detail:
    """An action as the strip has it.

    Args:
        action: The action.
        run: The run of the program that asks.

    Returns:
        The strip's text.
    """
    last = action.last
    title = f"{last.context} · {last.verb} {describe(last.ref)} · {_told(action, run)}"
    message = _message(action, run)
    facts = tuple(f"{name} {said}" for name, said in facts_of(action))
    return Detail(line_of(action, run).state, title, (message,) if message else (), facts)


def _message(action: Action, run: int) -> str:
    last = action.last
    if action.overtaken:
        return f"it was {last.step} when something else was asked of the object, which was followed instead"
    if action.is_open and last.run != run:
        return f"it was {last.step} when that run of the program ended, if it has; it is looked up in {last.context}"
    return last.message


def facts_of(action: Action) -> list[tuple[str, str]]:
    """All else that the journal has of an action.

    Args:
        action: The action.

    Returns:
        What each fact is, and the fact; who and when first.
    """
    last, note = action.last, action.last.note
    facts = [("by", last.who), ("on", _moment(action.began))]
    if last.settled is not None:
        facts.append(("found out" if last.looked_up else "ended", _moment(last.settled)))
    if note is not None:
        facts += [("noted by", note.by), ("reason", note.reason), ("until", _moment(note.until) if note.until else "")]
    facts += [("request", last.token), ("uid", last.uid)]
    return [(name, said) for name, said in facts if said]


def full_text(action: Action, run: int) -> list[str]:
    """Everything that the journal has of an action.

    Args:
        action: The action.
        run: The run of the program that asks.

    Returns:
        One fact a line.
    """
    last = action.last
    facts = [
        ("action", f"{last.verb} {last.kind} {last.ref.path}"),
        ("context", last.context),
        ("outcome", _told(action, run)),
        ("message", _message(action, run)),
        *facts_of(action),
    ]
    return [f"{name:9} {said}" for name, said in facts if said]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def what_was_found(entry: Entry, outcome: Outcome, who: str, now: datetime) -> str:
    """Tell of a request that an earlier run did not follow to its end.

    Args:
        entry: The last that the journal had of it.
        outcome: What was found out.
        who: Who is told.
        now: The time.

    Returns:
        A sentence.
    """
    whose = "your" if entry.who == who else f"{entry.who}'s"
    asked = f"{whose} {entry.verb} of {describe(entry.ref)}, {age(entry.asked, now)} ago, was not followed to its end"
    return f"{asked}: {_found(outcome)}"


def _found(outcome: Outcome) -> str:
    message = in_short(outcome.message)
    match outcome.step:
        case Step.READY:
            return "it is suspended" if outcome.verb is Verb.SUSPEND else "it came to ready"
        case Step.FAILED:
            return f"it failed: {message}"
        case Step.REFUSED:
            return message
        case _:
            return f"what became of it is not known: {message}"
