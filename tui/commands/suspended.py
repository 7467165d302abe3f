"""`gitops-tui get --suspended`: what is suspended, and its columns."""

from datetime import datetime

from tui.commands.collect import Asked
from tui.commands.targets import find
from tui.model.notes import tell_until
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.suspensions import cells_of, suspension_of, suspensions

TITLES = ("STATE", "WAS", "SINCE", "BY", "BEHIND", "UNTIL", "REASON")
"""The columns behind the name."""


def wanted(asked: Asked) -> list[ObjectRef]:
    """The objects that are to be printed.

    Args:
        asked: What was asked.

    Returns:
        All that are meant; of these what is suspended where that was asked for, what is overdue first.
    """
    picture = asked.session.picture
    refs = find(picture, asked.contexts, asked.namespaces, asked.target)
    if not asked.suspended:
        return refs
    meant = set(refs)
    return [one.ref for one in suspensions(picture, asked.session.clock.now(), asked.contexts) if one.ref in meant]


def columns(picture: Picture, resource: Resource, now: datetime) -> tuple[str, ...]:
    """The cells of a suspended object, or of one that was until now.

    Args:
        picture: What is known.
        resource: The object.
        now: The time.

    Returns:
        A cell for each of `TITLES`.
    """
    one = suspension_of(picture, resource, now)
    cells = cells_of(picture, one, now)
    if not resource.suspended:
        return (str(one.state), *("",) * (len(TITLES) - 1))
    until = tell_until(one.note, now).removeprefix("until ")
    return (str(one.state), str(one.frozen), cells.since, cells.by, cells.behind, until, cells.why)
