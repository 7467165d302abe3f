"""Applying patches: JSON merge patch (RFC 7386) and JSON patch (RFC 6902)."""

from copy import deepcopy
from typing import Any

from tui.demo.resources import Object


class PatchError(ValueError):
    """The patch can't be applied; the text says why."""


def merge_patch(target: Any, patch: Any) -> Any:
    """Apply a JSON merge patch.

    Args:
        target: The document, which is left as it is.
        patch: The patch; null removes.

    Returns:
        The patched document.
    """
    if not isinstance(patch, dict):
        return deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


def json_patch(target: Object, patch: Any) -> Object:
    """Apply a JSON patch: add, replace, remove and test.

    Args:
        target: The document, which is left as it is.
        patch: The operations.

    Returns:
        The patched document.

    Raises:
        PatchError: An operation is not of that form, or finds nothing, or its test fails.
    """
    result = deepcopy(target)
    if not isinstance(patch, list):
        raise PatchError("a JSON patch is a list of operations")
    for operation in patch:
        try:
            _operate(result, operation["op"], operation["path"], operation.get("value"))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise PatchError(f"the operation {operation} can't be done: {error}") from error
    return result


def _operate(document: Any, verb: str, path: str, value: Any) -> None:
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    holder = document
    for part in parents:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    if isinstance(holder, list):
        _operate_list(holder, verb, last, value)
    elif verb in ("add", "replace"):
        if verb == "replace" and last not in holder:
            raise KeyError(path)
        holder[last] = value
    elif verb == "remove":
        del holder[last]
    elif verb != "test" or holder.get(last) != value:
        raise ValueError(f"{verb} {path}")


def _operate_list(holder: list[Any], verb: str, last: str, value: Any) -> None:
    position = len(holder) if last == "-" else int(last)
    if verb == "add":
        holder.insert(position, value)
    elif verb == "replace":
        holder[position] = value
    elif verb == "remove":
        del holder[position]
    elif verb != "test" or holder[position] != value:
        raise ValueError(f"{verb} {last}")
