"""Field ownership as API servers keep it in `managedFields`: who set which field, and server-side apply over it.

Ownership is kept per leaf; a list is one leaf (Flux's CRDs have few list-maps, and none that the demo needs).
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from tui.demo.resources import Object

Path = tuple[str, ...]

_IDENTITY = frozenset((("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")))
_SERVER_FIELDS = frozenset(
    ("creationTimestamp", "uid", "resourceVersion", "generation", "managedFields", "deletionTimestamp", "finalizers")
)


class Writer(NamedTuple):
    """Who writes, and when."""

    manager: str
    operation: str
    """`Apply` or `Update`."""
    time: str
    """RFC 3339, whole seconds."""


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The fields of an object that somebody can own.

    Args:
        value: An object or a part of it.
        path: Where the part is.

    Yields:
        Path and value of each leaf; neither status nor what the API server writes itself.
    """
    if isinstance(value, dict) and (value or not path):
        for name, item in value.items():
            if path == () and name == "status":
                continue
            if path == ("metadata",) and name in _SERVER_FIELDS:
                continue
            yield from leaves(item, (*path, name))
    elif path not in _IDENTITY:
        yield path, value


def to_fields(paths: Iterable[Path]) -> Object:
    """Write paths as a `fieldsV1`.

    Args:
        paths: Leaves.

    Returns:
        Nested objects with `f:` before each name.
    """
    fields: Object = {}
    for path in sorted(paths):
        level = fields
        for name in path:
            level = level.setdefault(f"f:{name}", {})
    return fields


def from_fields(fields: Object, path: Path = ()) -> Iterator[Path]:
    """Read a `fieldsV1`.

    Args:
        fields: The nested objects.
        path: Where they are.

    Yields:
        The leaves.
    """
    for name, item in fields.items():
        inner = (*path, name.removeprefix("f:"))
        if item:
            yield from from_fields(item, inner)
        else:
            yield inner


def _main_entries(item: Object) -> list[Object]:
    return [entry for entry in item["metadata"].get("managedFields", ()) if "subresource" not in entry]


def owned(item: Object, manager: str, operation: str) -> set[Path]:
    """The fields that a manager owns.

    Args:
        item: The object.
        manager: The field manager.
        operation: `Apply` or `Update`.

    Returns:
        Their paths.
    """
    return {
        path
        for entry in _main_entries(item)
        if entry["manager"] == manager and entry["operation"] == operation
        for path in from_fields(entry["fieldsV1"])
    }


def record(item: Object, writer: Writer, taken: set[Path], gone: set[Path]) -> None:
    """Note that a writer now owns some fields, and that some exist no more.

    Args:
        item: The object, changed in place.
        writer: Who wrote.
        taken: The fields it owns alone from now on, beside those it had.
        gone: Fields that were removed.
    """
    entries: list[Object] = []
    mine = set(taken)
    for entry in item["metadata"].get("managedFields", ()):
        if "subresource" in entry:
            entries.append(entry)
            continue
        kept = set(from_fields(entry["fieldsV1"])) - gone
        if entry["manager"] == writer.manager and entry["operation"] == writer.operation:
            mine |= kept
        elif kept := kept - taken:
            entries.append(entry if len(kept) == _count(entry) else {**entry, "fieldsV1": to_fields(kept)})
    if mine:
        entries.insert(0, _entry(item, writer, mine))
    item["metadata"]["managedFields"] = entries


def _count(entry: Object) -> int:
    return sum(1 for _ in from_fields(entry["fieldsV1"]))


def _entry(item: Object, writer: Writer, paths: set[Path]) -> Object:
    return {
        "apiVersion": item["apiVersion"],
        "fieldsType": "FieldsV1",
        "fieldsV1": to_fields(paths),
        "manager": writer.manager,
        "operation": writer.operation,
        "time": writer.time,
    }


def hold(item: Object, finalizer: str, writer: Writer) -> Object:
    """Keep an object from being deleted before its controller has cleaned up.

    Args:
        item: The object.
        finalizer: The finalizer.
        writer: The controller.

    Returns:
        The object with the finalizer, which the controller owns.
    """
    entry = _entry(item, writer, set()) | {
        "fieldsV1": {"f:metadata": {"f:finalizers": {".": {}, f'v:"{finalizer}"': {}}}}
    }
    entries = [*item["metadata"].get("managedFields", ()), entry]
    return {**item, "metadata": {**item["metadata"], "finalizers": [finalizer], "managedFields": entries}}


def record_status(item: Object, writer: Writer) -> None:
    """Note that a controller wrote the status.

    Args:
        item: The object, changed in place.
        writer: The controller.
    """
    entries = [entry for entry in item["metadata"].get("managedFields", ()) if "subresource" not in entry]
    fields = to_fields(("status", name) for name in item.get("status", ()))
    entry = {**_entry(item, writer, set()), "fieldsV1": fields, "subresource": "status"}
    item["metadata"]["managedFields"] = [*entries, entry]


def set_field(item: Object, path: Path, value: Any) -> None:
    """Set one field.

    Args:
        item: The object, changed in place.
        path: The field.
        value: Its value.
    """
    level = item
    for name in path[:-1]:
        level = level.setdefault(name, {})
    level[path[-1]] = value


def _drop_field(item: Object, path: Path) -> None:
    levels = [item]
    for name in path[:-1]:
        following = levels[-1].get(name)
        if not isinstance(following, dict):
            return
        levels.append(following)
    levels[-1].pop(path[-1], None)
    for level, name in zip(reversed(levels[:-1]), reversed(path[:-1]), strict=True):
        if level[name] == {}:
            del level[name]


def apply(live: Object | None, manifest: Object, writer: Writer, seize: str = "") -> Object:
    """Server-side apply with force, as Flux's appliers do it (fluxcd/pkg ssa/manager_apply.go, ssa/patch.go).

    A field that the writer owned and no longer declares is removed. So is one that it does not declare and that was
    set by a manager whose name begins with `seize`: kustomize-controller takes over what `kubectl` wrote.

    Args:
        live: The object as it is, None where it is not.
        manifest: What is declared.
        writer: The applier.
        seize: Prefix of the managers whose fields are taken over, empty for none.

    Returns:
        The object as it is to be; equal to `live` where nothing changes.
    """
    wanted = dict(leaves(manifest))
    if live is None:
        created = deepcopy(manifest)
        record(created, writer, set(wanted), set())
        return created
    seized = [entry for entry in _main_entries(live) if seize and entry["manager"].startswith(seize)]
    mine = owned(live, writer.manager, "Apply")
    gone = (mine | {path for entry in seized for path in from_fields(entry["fieldsV1"])}) - set(wanted)
    present = dict(leaves(live))
    changed = {path for path, value in wanted.items() if path not in present or present[path] != value}
    if not (changed or gone or seized) and set(wanted) <= mine:
        return live
    result = deepcopy(live)
    metadata = result["metadata"]
    metadata["managedFields"] = [entry for entry in metadata.get("managedFields", ()) if entry not in seized]
    for path in gone:
        _drop_field(result, path)
    for path in changed:
        set_field(result, path, deepcopy(wanted[path]))
    record(result, writer, changed | (set(wanted) - mine), gone)
    return result


def update(live: Object, wanted: Object, writer: Writer) -> Object:
    """An ordinary write (PUT, PATCH): the fields whose value changes now belong to the writer.

    Args:
        live: The object as it is.
        wanted: The object as the writer wants it.
        writer: Who writes.

    Returns:
        The object as it is to be.
    """
    before, after = dict(leaves(live)), dict(leaves(wanted))
    changed = {path for path, value in after.items() if path not in before or before[path] != value}
    gone = set(before) - set(after)
    result = deepcopy(wanted)
    if changed or gone:
        record(result, writer, changed, gone)
    return result
