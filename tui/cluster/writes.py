"""Writing to an API server: sent once, never again, and honest about what became of it."""

from typing import Any

import msgspec

from tui.cluster.connection import Connection, Unreachable
from tui.model.decode import decode_status
from tui.model.refs import ObjectRef
from tui.ports import ClusterError, WriteReply

FIELD_MANAGER = "gitops-tui"
"""Named explicitly: an applier takes fields back from managers whose name begins with `kubectl`
(fluxcd/pkg ssa/patch.go)."""


async def send_patch(
    connection: Connection, path: str, ref: ObjectRef, body: dict[str, Any], uid: str = ""
) -> WriteReply:
    """Send one JSON merge patch.

    Args:
        connection: The way to the API server.
        path: The object's path.
        ref: The object, for the words of the reply.
        body: The merge patch.
        uid: Whom it is meant for; empty for whoever bears the name.

    Returns:
        What became of it.
    """
    try:
        reply = await connection.request(
            "PATCH",
            path,
            params={"fieldManager": FIELD_MANAGER},
            body=msgspec.json.encode(_held_to(uid, body)),
            content_type="application/merge-patch+json",
        )
    except Unreachable as error:
        if error.sent:
            return WriteReply(
                accepted=False,
                message=f"{error} It may have been done, so it is not sent again: the object tells.",
                uncertain=True,
            )
        return WriteReply(accepted=False, message=f"Not sent: {error}")
    except ClusterError as error:
        return WriteReply(accepted=False, message=f"Not done: {error}")
    if 200 <= reply.status < 300:
        return WriteReply(accepted=True, version=_version(reply.body))
    return _refused(reply.status, decode_status(reply.body).message.strip(), ref)


class _Metadata(msgspec.Struct):
    resource_version: str = msgspec.field(name="resourceVersion", default="")


class _Written(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


def _version(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Written).metadata.resource_version
    except (ValueError, RecursionError):
        return ""  # written all the same


def _held_to(uid: str, body: dict[str, Any]) -> dict[str, Any]:
    """A patch that the API server refuses where another object bears the name by now.

    An object's uid can't be changed (apimachinery pkg/api/validation/objectmeta.go).
    """
    return {**body, "metadata": {**body.get("metadata", {}), "uid": uid}} if uid else body


def _refused(code: int, said: str, ref: ObjectRef) -> WriteReply:
    what = f"{ref.kind} {ref.path} in {ref.context}"
    match code:
        case 409 | 422 if "metadata.uid" in said:
            message = f"{what} is another object by now: it was deleted and made anew meanwhile."
        case 403:
            message = f"You may not change {what}: {said or 'forbidden'}. Ask for the role flux-edit."
        case 404:
            message = f"{what} is gone: it was deleted meanwhile."
        case 409:
            message = f"{what} was changed by somebody else at the same time: {said or 'conflict'}. Look again."
        case 400 | 422:
            message = f"The API server does not accept this change of {what}: {said or code}."
        case 429 | 503:
            message = f"The API server is too busy to change {what} ({code}): {said or 'try again later'}."
        case _:
            message = f"The API server answers {code} to the change of {what}: {said or 'no reason given'}."
    # A server that fails, or a gateway that waited too long for it, may have stored the change all the same.
    return WriteReply(accepted=False, message=message, uncertain=code in (500, 502, 504))
