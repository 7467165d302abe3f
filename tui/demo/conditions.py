"""Status conditions, written as Flux's controllers write them (fluxcd/pkg runtime/conditions/setter.go)."""

from datetime import datetime

from tui.demo.resources import Object
from tui.demo.times import stamp

_FIRST = {"Reconciling": 0, "Stalled": 1, "Ready": 2}


def condition(item: Object, type_: str) -> Object | None:
    """Find a condition.

    Args:
        item: The object.
        type_: The condition's type.

    Returns:
        The condition, or None.
    """
    for found in item.get("status", {}).get("conditions", ()):
        if found["type"] == type_:
            result: Object = found
            return result
    return None


def is_true(item: Object, type_: str) -> bool:
    """Whether a condition is there and True.

    Args:
        item: The object.
        type_: The condition's type.

    Returns:
        Whether it is.
    """
    found = condition(item, type_)
    return found is not None and found["status"] == "True"


def mark(item: Object, type_: str, status: str, reason: str, message: str, now: datetime) -> None:
    """Set a condition; its transition time moves when status, reason or message changes.

    Reconciling and Stalled exclude each other.

    Args:
        item: The object, changed in place.
        type_: The condition's type.
        status: `True`, `False` or `Unknown`.
        reason: The reason.
        message: The message.
        now: The time.
    """
    old = condition(item, type_)
    same = old is not None and (old["status"], old["reason"], old["message"]) == (status, reason, message)
    made = {
        "lastTransitionTime": old["lastTransitionTime"] if same and old else stamp(now),
        "message": message,
        "observedGeneration": item["metadata"]["generation"],
        "reason": reason,
        "status": status,
        "type": type_,
    }
    excluded = {"Reconciling": "Stalled", "Stalled": "Reconciling"}.get(type_)
    others = [found for found in _conditions(item) if found["type"] not in (type_, excluded)]
    ordered = sorted([*others, made], key=lambda found: (_FIRST.get(found["type"], 3), found["type"]))
    item.setdefault("status", {})["conditions"] = ordered


def drop(item: Object, *types: str) -> None:
    """Remove conditions.

    Args:
        item: The object, changed in place.
        *types: Their types.
    """
    if "conditions" in item.get("status", {}):
        item["status"]["conditions"] = [found for found in _conditions(item) if found["type"] not in types]


def _conditions(item: Object) -> list[Object]:
    found: list[Object] = item.get("status", {}).get("conditions", [])
    return found


def kstatus(item: Object | None) -> str:
    """The status as `cli-utils` computes it, which health checks wait for (pkg/kstatus/status/generic.go).

    Args:
        item: The object, None where it is not there.

    Returns:
        `NotFound`, `Terminating`, `InProgress`, `Failed` or `Current`.
    """
    if item is None:
        return "NotFound"
    if "deletionTimestamp" in item["metadata"]:
        return "Terminating"
    status = item.get("status", {})
    if status.get("observedGeneration", item["metadata"].get("generation")) != item["metadata"].get("generation"):
        return "InProgress"
    if item["kind"] == "Deployment":
        return _deployment_status(item["spec"]["replicas"], status)
    if is_true(item, "Stalled") and not is_true(item, "Reconciling"):
        return "Failed"
    ready = condition(item, "Ready")
    settled = not is_true(item, "Reconciling") and (ready is None or ready["status"] == "True")
    return "Current" if settled else "InProgress"


def _deployment_status(wanted: int, status: Object) -> str:
    names = ("updatedReplicas", "availableReplicas")
    rolled_out = all(status.get(name, 0) >= wanted for name in names) and status.get("replicas", 0) <= wanted
    return "Current" if rolled_out else "InProgress"
