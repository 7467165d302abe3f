"""One Flux object as the API server has it now, read past the watch."""

import msgspec

from tui.cluster.connection import Connection
from tui.cluster.refusal import refusal
from tui.model.decode import decode_object
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.ports import ClusterError

_DEADLINE = 10.0
"""Seconds until the answer must be there."""


async def read_one(connection: Connection, path: str, ref: ObjectRef) -> Resource | None:
    """Read one object.

    Args:
        connection: The way to the API server.
        path: The object's path.
        ref: The object.

    Returns:
        It, None where there is none.

    Raises:
        ClusterError: It could not be read.
    """
    reply = await connection.request("GET", path, deadline=_DEADLINE)
    what = f"{ref.kind} {ref.path} in {ref.context}"
    if reply.status == 404:
        return None
    if reply.status != 200:
        raise refusal(reply.status, reply.headers, reply.body, f"GET {what}")
    try:
        return decode_object(reply.body, ref.context, ref.kind)
    except msgspec.MsgspecError as error:
        raise ClusterError(f"{what} can't be read: {error}.") from error
