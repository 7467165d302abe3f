"""Writes that clients send: patches and deletions."""

from tui.demo.flux import SimulatedCluster
from tui.demo.objects import ConflictError
from tui.demo.ownership import Writer, update
from tui.demo.patches import PatchError, json_patch, merge_patch
from tui.demo.paths import Target, existing
from tui.demo.refusal import ApiError
from tui.demo.resources import Object
from tui.demo.times import stamp

_SERVER_FIELDS = ("name", "namespace", "uid", "creationTimestamp", "generation", "managedFields")
_CORE_VERSIONS = ("v1", "apps/v1")


def patch_object(
    cluster: SimulatedCluster, target: Target, content_type: str, body: Object, manager: str, *, dry_run: bool
) -> Object:
    """Patch the main resource of an object.

    Args:
        cluster: Where.
        target: The object.
        content_type: The form of the patch.
        body: The patch.
        manager: The field manager.
        dry_run: Change nothing.

    Returns:
        The object as it is then.

    Raises:
        ApiError: It is refused.
    """
    live = existing(cluster.store, target)
    patched = _patched(content_type, live, body)
    metadata = patched["metadata"]
    if (uid := metadata.get("uid")) not in (None, live["metadata"]["uid"]):
        raise _not_that_one(target, str(uid))
    expected = metadata.get("resourceVersion", "")
    metadata["resourceVersion"] = live["metadata"]["resourceVersion"]
    metadata |= {name: live["metadata"][name] for name in _SERVER_FIELDS if name in live["metadata"]}
    if target.item.has_status:
        patched.pop("status", None)
        patched |= {"status": live["status"]} if "status" in live else {}
    wanted = update(live, patched, Writer(manager, "Update", stamp(cluster.now)))
    if dry_run:
        return wanted
    try:
        return cluster.store.put(wanted, expected)
    except ConflictError:
        raise _conflict(target) from None


def delete_object(cluster: SimulatedCluster, target: Target) -> Object:
    """Delete an object.

    Args:
        cluster: Where.
        target: The object.

    Returns:
        The object, where a finalizer keeps it for now; else the Status that says so.

    Raises:
        ApiError: There is no such object.
    """
    existing(cluster.store, target)
    cluster.delete(target.key)
    if kept := cluster.store.get(target.key):
        return kept
    details = {"name": target.name, "group": target.item.group, "kind": target.item.plural}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def _conflict(target: Target) -> ApiError:
    resource = f"{target.item.plural}.{target.item.group}" if target.item.group else target.item.plural
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return ApiError(409, f'Operation cannot be fulfilled on {resource} "{target.name}": {why}', name=target.name)


def _not_that_one(target: Target, uid: str) -> ApiError:
    what = f'{target.item.kind}.{target.item.group} "{target.name}" is invalid'
    return ApiError(422, f'{what}: metadata.uid: Invalid value: "{uid}": field is immutable', name=target.name)


def _patched(content_type: str, live: Object, body: Object) -> Object:
    match content_type:
        case "application/merge-patch+json" | "application/strategic-merge-patch+json":
            if content_type.startswith("application/strategic") and live["apiVersion"] not in _CORE_VERSIONS:
                raise ApiError(
                    415,
                    "the body of the request was in an unknown format - accepted media types include: "
                    "application/json-patch+json, application/merge-patch+json",
                )
            patched: Object = merge_patch(live, body)
        case "application/json-patch+json":
            try:
                patched = json_patch(live, body)
            except PatchError as error:
                raise ApiError(400, str(error)) from None
        case _:
            raise ApiError(415, f"the demo takes merge patches and JSON patches, not {content_type}")
    asked = body.get("metadata", {}) if isinstance(body, dict) else {}
    metadata = dict(patched["metadata"])
    if "resourceVersion" not in asked:
        metadata.pop("resourceVersion", None)
    return {**patched, "metadata": metadata}
