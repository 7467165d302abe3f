"""Bringing an object into sight, whatever hides its row."""

import msgspec

from tui.model.kinds import KINDS, Role
from tui.model.picture import Picture
from tui.model.query import Query
from tui.model.refs import ObjectRef
from tui.model.rows import Mode, View, context_ref, lay_out, matching


def reveal(picture: Picture, view: View, ref: ObjectRef) -> View:
    """Change as little as can be of how the picture is looked at, so that an object has a row.

    Args:
        picture: What is known.
        view: How it is looked at.
        ref: An object that is known.

    Returns:
        The same view, or one that shows its context too, filters nothing, knows its kind, and has open what is above.
    """
    if view.solo and ref.context not in view.solo:
        view = msgspec.structs.replace(view, solo=view.solo | {ref.context})
    if view.filtering and ref not in matching(picture, view, ref.context):
        view = msgspec.structs.replace(view, query=Query(), faults_only=False)
    if view.mode is Mode.DEPENDS_ON and KINDS[ref.kind].role is not Role.APPLIER:
        view = msgspec.structs.replace(view, mode=Mode.OWNERS)
    rows = lay_out(picture, msgspec.structs.replace(view, folded=frozenset()))
    above: set[ObjectRef] = {context_ref(ref.context)}
    place = rows.position.get(ref)
    while place is not None and (parent := rows.rows[place].parent) is not None:
        above.add(parent)
        place = rows.position.get(parent)
    return msgspec.structs.replace(view, folded=view.folded - above)
