"""Inventories: the lists of applied objects in the status of an applier."""

from tui.demo.resources import TYPES, Key, Object


def inventory_id(key: Key) -> str:
    """Write an inventory id (cli-utils pkg/object/objmetadata.go).

    Args:
        key: The object.

    Returns:
        `<namespace>_<name>_<group>_<Kind>`, `:` in the name as `__`.
    """
    return f"{key.namespace}_{key.name.replace(':', '__')}_{TYPES[key.kind].group}_{key.kind}"


def inventory_entries(keys: list[Key]) -> list[Object]:
    """Write an inventory.

    Args:
        keys: The objects.

    Returns:
        The entries, sorted.
    """
    return sorted(
        ({"id": inventory_id(key), "v": TYPES[key.kind].versions[0]} for key in keys), key=lambda one: one["id"]
    )


def inventory_keys(item: Object) -> list[Key]:
    """Read an inventory.

    Args:
        item: A Kustomization or a HelmRelease.

    Returns:
        The objects it applied.
    """
    found: list[Key] = []
    for entry in item.get("status", {}).get("inventory", {}).get("entries", ()):
        namespace, _, rest = entry["id"].partition("_")
        rest, _, kind = rest.rpartition("_")
        found.append(Key(kind, namespace, rest.rpartition("_")[0].replace("__", ":")))
    return found
