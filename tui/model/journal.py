"""The journal as values: its lines, the actions that they tell of, and what became of one that nobody followed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from tui.model.intent import Note, Outcome, Step, Verb, settle
from tui.model.kinds import KINDS
from tui.model.outcome import follow
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.text import beginning, clean_json, counted, mask_credentials, one_line

FORMAT = 1
"""Of the lines. One of another format is passed over."""

RUNS = 2**48
"""Runs of the program are told apart by a number from 1 to below this: JSON readers keep it exact."""

_MOST_OF_A_MESSAGE = 2000
_GRACE = timedelta(seconds=30)
"""How long after it was asked a request may still be on its way to its object."""

Zoned = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its zone."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: one step of one request, whole, so that each line can be read without the others."""

    format: int
    at: Zoned
    """When the line was written."""
    who: str
    """Who asked, `user@host`."""
    run: Annotated[int, msgspec.Meta(ge=1, lt=RUNS)]
    """The run of the program in which it was asked."""
    context: str
    kind: str
    namespace: str
    name: str
    uid: str
    verb: Verb
    step: Step
    asked: Zoned
    deadline: Zoned
    token: str = ""
    replaced: str = ""
    overtaken: str = ""
    message: str = ""
    settled: Zoned | None = None
    note: Note | None = None
    looked_up: bool = False
    """A later run found out how it ended; when it ended is not known then."""

    @property
    def ref(self) -> ObjectRef:
        """The object."""
        return ObjectRef(self.context, self.kind, self.namespace, self.name)

    @property
    def took(self) -> timedelta | None:
        """How long the request took, None where that is not known."""
        return None if self.settled is None or self.looked_up else self.settled - self.asked

    @property
    def outcome(self) -> Outcome:
        """What the line tells, as it can be followed."""
        return Outcome(ref=self.ref, **{name: getattr(self, name) for name in _KEPT_OF_OUTCOME})


_KEPT_OF_OUTCOME = sorted({*Outcome.__struct_fields__} & {*Entry.__struct_fields__})
"""The fields that an outcome and its entry share."""


class Action(msgspec.Struct, frozen=True):
    """One thing that was asked, and the last that the journal has of it."""

    began: datetime
    """When its first line was written."""
    last: Entry
    overtaken: bool = False
    """The same run asked something else of the object before this had ended, and followed that instead."""

    @property
    def is_open(self) -> bool:
        """Whether its end is missing."""
        return self.last.settled is None and not self.overtaken

    def is_same(self, other: "Action") -> bool:
        """Whether it is the same action, whatever is known of it by now.

        Args:
            other: An action.

        Returns:
            True where the same run asked it of the same object at the same time.
        """
        return (self.began, self.last.run, self.last.ref) == (other.began, other.last.run, other.last.ref)


class Pages(msgspec.Struct, frozen=True):
    """What could be read of a journal."""

    entries: tuple[Entry, ...] = ()
    """In the order they were written; those of two runs at once may be mixed."""
    problems: tuple[str, ...] = ()
    """What could not be read, each by file and line."""

    @property
    def complaint(self) -> str:
        """The problems in one sentence, empty where there are none."""
        if not self.problems:
            return ""
        more = len(self.problems) - 1
        rest = f", and {counted(more, 'more line')} like it" if more else ""
        return f"The journal has what can't be read: {self.problems[0]}{rest}. The rest counts; mend or remove it"


def entry_of(outcome: Outcome, who: str, run: int, now: datetime, looked_up: bool = False) -> Entry:
    """Write down how far a request has come; what it says is bounded, and without credentials.

    Args:
        outcome: The request.
        who: Who asked.
        run: The run of the program in which it was asked.
        now: The time.
        looked_up: Whether a later run found out how it ended.

    Returns:
        The entry.
    """
    note = outcome.note
    if note is not None:
        note = msgspec.structs.replace(note, by=_safe(note.by), reason=_safe(note.reason))
    kept = {name: getattr(outcome, name) for name in _KEPT_OF_OUTCOME}
    kept |= {"message": _safe(outcome.message), "note": note}
    return Entry(FORMAT, now, who, run, *outcome.ref, **kept, looked_up=looked_up)


def _safe(text: str) -> str:
    return mask_credentials(one_line(beginning(text, _MOST_OF_A_MESSAGE)))


def is_news(before: Outcome | None, after: Outcome) -> bool:
    """Whether the journal has to be told of an outcome.

    Args:
        before: The last outcome of the same object in this run.
        after: The outcome now.

    Returns:
        False where it is the same step of the same request and says the same, or still waits for its turn.
    """
    if before is None or (before.verb, before.step) != (after.verb, after.step):
        return True
    said = (before.asked, before.token, before.message) != (after.asked, after.token, after.message)
    return after.step is not Step.QUEUED and said


def encode_entry(entry: Entry) -> bytes:
    """An entry as a line of JSON.

    Args:
        entry: The entry.

    Returns:
        The line without its end.
    """
    return msgspec.json.encode(entry)


class _Formatted(msgspec.Struct):
    format: int


def parse_entry(raw: bytes) -> Entry | str:
    """Read a line.

    Args:
        raw: The line without its end.

    Returns:
        The entry, or what is wrong with the line.
    """
    try:
        form = msgspec.json.decode(raw, type=_Formatted).format
        if form != FORMAT:
            return f"it is of format {form}, which another version of gitops-tui wrote"
        entry = msgspec.json.decode(clean_json(raw), type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"it is no entry ({one_line(beginning(str(error), 200))})"
    return entry if entry.kind in KINDS else f"Flux has no kind '{entry.kind[:80]}'"


def parse_pages(files: Iterable[tuple[str, bytes]]) -> Pages:
    """Read a journal's files; what is no entry is passed over.

    Args:
        files: Each file's name, as it is shown, and its bytes; the oldest first.

    Returns:
        What could be read.
    """
    entries: list[Entry] = []
    problems: list[str] = []
    for name, raw in files:
        for number, line in enumerate(raw.split(b"\n"), 1):
            read = parse_entry(line) if line.strip() else None
            if isinstance(read, Entry):
                entries.append(read)
            elif read is not None:
                problems.append(f"{name}:{number}: {read}")
    return Pages(tuple(entries), tuple(problems))


def fold(entries: Iterable[Entry]) -> list[Action]:
    """Put lines together to the actions that they tell of.

    Args:
        entries: In the order they were written.

    Returns:
        The actions in the order they began.
    """
    actions: list[Action] = []
    latest: dict[tuple[int, ObjectRef], int] = {}
    for entry in entries:
        key = entry.run, entry.ref
        place = latest.get(key)
        if place is not None and _continues(actions[place].last, entry):
            actions[place] = msgspec.structs.replace(actions[place], last=entry)
            continue
        if place is not None and actions[place].is_open:
            actions[place] = msgspec.structs.replace(actions[place], overtaken=True)
        latest[key] = len(actions)
        actions.append(Action(entry.at, entry))
    return actions


def _continues(before: Entry, entry: Entry) -> bool:
    """Whether it is the same request: one that waited is asked anew at its turn, with a token of its own."""
    if before.settled is not None or before.verb is not entry.verb:
        return False
    return before.step is Step.QUEUED or before.asked == entry.asked


def look_up(entry: Entry, resource: Resource | None, now: datetime) -> Outcome:
    """Judge from the object what became of a request that its run did not follow to the end.

    Args:
        entry: The last that the journal has of it.
        resource: The object now, None when it is gone.
        now: The time.

    Returns:
        The outcome; not settled while a controller may still be at work on it.
    """
    outcome = msgspec.structs.replace(entry.outcome, version="0")  # what is there now is later than any request then
    if outcome.step is Step.QUEUED:
        return settle(outcome, Step.REFUSED, "it was not sent: the program ended before its turn", now)
    after = follow(outcome, resource, now)
    is_decided = after.is_settled and after.step is not Step.TIMED_OUT
    if resource is None or is_decided or now < outcome.asked + _GRACE or not _lacks(outcome, resource):
        return after
    return settle(outcome, Step.REFUSED, "it is not on the object: it was not sent, or was lost on the way", now)


def _lacks(outcome: Outcome, resource: Resource) -> bool:
    """Whether the object still has the request before ours, or none."""
    return (
        bool(outcome.token)
        and resource.requested_at in ("", outcome.replaced)
        and resource.requested_at != outcome.token
    )
