"""One object as YAML, to be read by a person."""

from typing import Any

import msgspec
import yaml

from tui.cluster.connection import Connection
from tui.cluster.refusal import refusal
from tui.model.refs import ObjectRef
from tui.model.text import clean_json
from tui.ports import ClusterError

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

MASK = "*****"


async def read_manifest(connection: Connection, path: str, ref: ObjectRef) -> str:
    """Read one object.

    Args:
        connection: The way to the API server.
        path: The object's path.
        ref: The object, for the words of an error.

    Returns:
        It as YAML.

    Raises:
        ClusterError: It could not be read.
    """
    reply = await connection.request("GET", path)
    what = f"{ref.kind} {ref.path} in {ref.context}"
    if reply.status == 404:
        raise ClusterError(f"{what} is gone: it was deleted meanwhile.")
    if reply.status == 403:
        raise ClusterError(f"You may not read {what}: ask for the role flux-view.")
    if reply.status != 200:
        raise refusal(reply.status, reply.headers, reply.body, f"GET {what}")
    try:
        manifest = msgspec.json.decode(clean_json(reply.body), type=dict[str, Any])
        return to_yaml(manifest)
    except (ValueError, RecursionError) as error:
        raise ClusterError(f"{what} can't be shown: {error}.") from error


def to_yaml(manifest: dict[str, Any]) -> str:
    """Write a manifest as YAML without what no person wrote, and without secrets.

    Args:
        manifest: The object; it is not changed.

    Returns:
        YAML, its keys in the API server's order; managed fields and the last applied configuration are left out, and
        the values of a Secret are masked.
    """
    shown = dict(manifest)
    metadata = shown.get("metadata")
    if isinstance(metadata, dict):
        shown["metadata"] = _tidy(metadata)
    if shown.get("kind") == "Secret":
        for field in ("data", "stringData"):
            if isinstance(shown.get(field), dict):
                shown[field] = dict.fromkeys(shown[field], MASK)
    return yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=120)


def _tidy(metadata: dict[str, Any]) -> dict[str, Any]:
    tidy = {key: value for key, value in metadata.items() if key != "managedFields"}
    annotations = tidy.get("annotations")
    if isinstance(annotations, dict) and _LAST_APPLIED in annotations:
        tidy["annotations"] = {key: value for key, value in annotations.items() if key != _LAST_APPLIED}
        if not tidy["annotations"]:
            del tidy["annotations"]
    return tidy
