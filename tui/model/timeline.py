"""The Events of some objects as one list."""

from collections.abc import Sequence

from tui.model.changes import EventRecord
from tui.model.picture import Picture
from tui.model.refs import ObjectRef

_FEW = 60
"""Up to so many objects, all their Events are looked through; above it, only the latest of the context."""

_SHOWN = 200


def timeline(picture: Picture, refs: Sequence[ObjectRef]) -> list[EventRecord]:
    """The Events about some objects of one context.

    Args:
        picture: What is known.
        refs: The objects.

    Returns:
        At most 200 Events, newest first; those of the same second in the order in which they were written.
    """
    if not refs:
        return []
    if len(refs) <= _FEW:
        events = [event for ref in refs for event in picture.events(ref)]
    else:
        wanted = set(refs)
        events = [event for event in picture.recent_events(refs[0].context) if event.ref in wanted]
    events.sort(key=_when, reverse=True)
    return events[:_SHOWN]


def _when(event: EventRecord) -> tuple[float, int, str]:
    return (event.last.timestamp() if event.last else 0.0, event.version, event.uid)
