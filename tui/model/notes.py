"""What a person says of a suspension: read from what is typed, from an object's annotations, and told in words."""

import re
from datetime import UTC, datetime, time, timedelta

import msgspec

from tui.model.intent import Note
from tui.model.managers import ManagedFields
from tui.model.resources import Resource
from tui.model.text import clean, in_short, one_line
from tui.model.times import age, parse_duration

_DAYS = re.compile(r"(?:(\d{1,4})w)?(?:(\d{1,4})d)?(.*)", re.DOTALL)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?", re.DOTALL)
_YEARS = range(1970, 9000)
"""Years that are a date in every zone."""

_LONGEST = 1000
"""Characters of a reason."""

_FORMS = "write 2h, 3d, 17:00, 2026-12-01 or 2026-12-01 17:00"


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
    return Note(reason=reason, until=parse_until(" ".join(words[at + 1 :]), now) if places else None)


def parse_until(typed: str, now: datetime) -> datetime:
    """Read when an object is to be resumed.

    Args:
        typed: A duration (`2h`, `3d`), a time of day of today or else tomorrow (`17:00`), a date, whose beginning is
            meant, or a date and a time; in the machine's zone where it names none.
        now: The time.

    Returns:
        The moment, in UTC.

    Raises:
        NoteError: It is none of these, or is over.
    """
    moment = _moment(typed, now)
    if moment is None:
        told = f"{typed!r} is no time to resume it" if typed else "there is no time behind 'until'"
        raise NoteError(f"{told}: {_FORMS}")
    if moment <= now:
        raise NoteError(f"{tell_moment(moment, now)} is over already: {_FORMS}, in the time to come")
    return moment


def _moment(typed: str, now: datetime) -> datetime | None:
    if clock := _CLOCK.fullmatch(typed):
        today = now.astimezone().date()
        at = time(int(clock[1]), int(clock[2]))
        moments = (datetime.combine(today + timedelta(days), at).astimezone(UTC) for days in (0, 1))
        return next((one for one in moments if one > now), None)
    if _DATE.fullmatch(typed):
        return read_moment(typed)
    days = _DAYS.fullmatch(typed)
    if days is None or not typed or (days[3] and not parse_duration(days[3])):
        return None
    return now + timedelta(days=7 * int(days[1] or 0) + int(days[2] or 0)) + parse_duration(days[3])


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
