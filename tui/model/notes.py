"""What a person says of a suspension: read from what is typed, from an object's annotations, and told in words."""

from datetime import UTC, datetime, time

import msgspec

from tui.model.intent import Note
from tui.model.managers import ManagedFields
from tui.model.resources import Resource
from tui.model.text import clean, in_short, one_line
from tui.model.times import age
from tui.model.until import parse_until

_YEARS = range(1970, 9000)
"""Years that are a date in every zone."""

_LONGEST = 1000
"""Characters of a reason."""


class NoteError(Exception):
    """What was typed can't be recorded; the text says why and what to write."""


def parse_note(typed: str, now: datetime) -> Note:
    """Read what is typed behind `suspend`.

    Args:
        typed: A reason, `until` and a moment, or both: `INC-42 flaky registry until 2h`.
        now: The time, from which durations and times of day count.

    Returns:
        The note, without who made it.

    Raises:
        NoteError: What stands behind the last `until` is no moment to come, or the reason is too long.
    """
    words = one_line(clean(typed)).split(" ")
    places = [place for place, word in enumerate(words) if word == "until"]
    at = places[-1] if places else len(words)
    reason = " ".join(words[:at])
    if len(reason) > _LONGEST:
        raise NoteError(f"the reason has {len(reason)} characters and may have {_LONGEST}: name a ticket instead")
    return Note(reason=reason, until=_until(" ".join(words[at + 1 :]), now) if places else None)


def _until(typed: str, now: datetime) -> datetime:
    if not typed:
        raise NoteError("there is no time behind 'until': write 2h, 3d, 17:00 or 2026-12-01")
    try:
        moment = parse_until(typed, now.astimezone()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NoteError(str(error)) from None
    if moment.year not in _YEARS:
        raise NoteError(f"{typed!r} is too far away: write 2h, 3d, 17:00 or 2026-12-01")
    return moment


def read_moment(text: str) -> datetime | None:
    """Read a date or a date and a time; whoever wrote it, it never costs more than itself.

    Args:
        text: In the form of RFC 3339; in the machine's zone where it names none.

    Returns:
        The moment in UTC, None where it is none or is thousands of years away.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.year in _YEARS else None


def signed(note: Note | None, person: str) -> Note | None:
    """A note with who makes it.

    Args:
        note: What is said.
        person: Who suspends, empty where that is not known.

    Returns:
        The note, None where it says nothing.
    """
    note = note or Note()
    whole = note if note.by else msgspec.structs.replace(note, by=person)
    return whole if whole != Note() else None


def note_of(resource: Resource) -> Note:
    """The note on a suspended object, unless it is about an earlier suspension.

    The flux CLI and kubectl leave the annotations where they are when they resume. They are about an earlier suspension
    where somebody else owns what suspends the object now, and has set it after they were written.

    Args:
        resource: The object.

    Returns:
        The note; empty where there is none.
    """
    owner = resource.suspend_owner
    writer = next((entry for entry in resource.metadata.managed_fields if entry.notes), None)
    if writer is not None and owner is not None and _is_about_another(writer, owner, resource.ref.kind):
        return Note()
    said = resource.metadata.annotations
    return Note(in_short(said.note_by), in_short(said.note_reason), read_moment(said.note_until))


def _is_about_another(writer: ManagedFields, owner: ManagedFields, kind: str) -> bool:
    is_earlier = writer.time is not None and owner.time is not None and writer.time < owner.time
    return is_earlier and not writer.suspends(kind)


def is_overdue(note: Note, now: datetime) -> bool:
    """Whether an object should have been resumed already.

    Args:
        note: The note on its suspension.
        now: The time.

    Returns:
        True where the moment is named and has come.
    """
    return note.until is not None and note.until <= now


def tell_until(note: Note, now: datetime) -> str:
    """When an object is to be resumed, in words.

    Args:
        note: The note on its suspension.
        now: The time.

    Returns:
        `until 17:00`, `until 2026-12-01 (overdue by 3d)`; empty where nobody said.
    """
    if note.until is None:
        return ""
    overdue = f" (overdue by {age(note.until, now)})" if is_overdue(note, now) else ""
    return f"until {tell_moment(note.until, now)}{overdue}"


def tell_moment(moment: datetime, now: datetime) -> str:
    """A moment in the machine's zone, with no more than tells it apart.

    Args:
        moment: The moment.
        now: The time.

    Returns:
        `17:00` for today, `2026-12-01` for the beginning of a day, else `2026-12-01 17:00`.
    """
    local = moment.astimezone()
    if local.time() == time():
        return f"{local:%Y-%m-%d}"
    return f"{local:%H:%M}" if local.date() == now.astimezone().date() else f"{local:%Y-%m-%d %H:%M}"


def tell_note(note: Note, now: datetime) -> str:
    """Why an object is suspended and until when, in words.

    Args:
        note: The note on its suspension.
        now: The time.

    Returns:
        `INC-42 flaky registry, until 2026-12-01`; empty where nobody said.
    """
    return ", ".join(part for part in (note.reason, tell_until(note, now)) if part)
