"""What the simulated source controllers share: how a run of a source begins, stores an artifact, fails."""

from collections.abc import Mapping
from hashlib import sha256

from tui.demo.conditions import condition, drop, is_true, mark
from tui.demo.resources import TYPES
from tui.demo.run import Run
from tui.demo.times import stamp

_RETRY = 60.0
"""Seconds after which a failed fetch is tried again; the real one backs off up to its interval."""

_WORKING = "reconciliation in progress"

_STORAGE = "http://source-controller.flux-system.svc.cluster.local."


def not_cached(kind: str, name: str) -> str:
    """What a controller's cache says of an object that is not there; the API server itself names the plural.

    Args:
        kind: The object's kind.
        name: Its name.

    Returns:
        The error.
    """
    return f'{kind}.{TYPES[kind].group} "{name}" not found'


def digest_of(*parts: str) -> str:
    """Make up a digest.

    Args:
        *parts: What it is of.

    Returns:
        64 hexadecimal digits.
    """
    return sha256("\0".join(parts).encode()).hexdigest()


def begin(run: Run) -> None:
    """Say what the run is about: a new generation, a request, an artifact where there is none.

    One that only looks for news says nothing (`reconcile` and `reconcileStorage` of each controller).

    Args:
        run: The run.
    """
    item = run.item
    status, generation = item.get("status", {}), item["metadata"]["generation"]
    observed = status.get("observedGeneration", 0)
    if generation != observed:
        _progress(run, f"processing object: new generation {observed} -> {generation}")
    elif run.token != status.get("lastHandledReconcileAt", ""):
        _progress(run, _WORKING)
    if "artifact" not in status:
        _progress(run, "building artifact", drift=True)


def _progress(run: Run, message: str, *, drift: bool = False) -> None:
    """Mark an object as being worked on (fluxcd/pkg runtime/reconcile/result.go, ProgressiveStatus)."""
    with run.edit() as item:
        mark(item, "Reconciling", "True", "Progressing", message, run.now)
        ready = condition(item, "Ready")
        if drift or ready is None or ready["status"] == "Unknown":
            mark(item, "Ready", "Unknown", "Progressing", message, run.now)


def is_current(run: Run, revision: str) -> bool:
    """Whether a source's artifact is of a revision.

    Args:
        run: The run of the source.
        revision: The revision.

    Returns:
        Whether it is.
    """
    held: str = run.item.get("status", {}).get("artifact", {}).get("revision", "")
    return held == revision


def up_to_date(run: Run, reason: str, message: str, recovered: Mapping[str, str]) -> float:
    """Nothing is new: Ready says again what is stored, and an Event tells where that was in doubt.

    Args:
        run: The run.
        reason: The reason of the Event that nothing is new.
        message: Its message.
        recovered: Reason and message of the Event after a failure.

    Returns:
        Seconds to the next run.
    """
    failed = is_true(run.item, "FetchFailed")
    stored = condition(run.item, "ArtifactInStorage") or {}
    run.log(message)
    run.event(reason, message)
    run.settle(stored["reason"], stored["message"])
    for why, what in recovered.items() if failed else ():
        artifact = run.item["status"]["artifact"]
        run.log(what)
        run.event(why, what, {"revision": artifact["revision"], "digest": artifact["digest"]})
    return run.interval()


def building(run: Run, outdated: str, message: str) -> None:
    """Say that a new artifact is being made.

    Args:
        run: The run.
        outdated: Why the old one is outdated, if there is one.
        message: What is new.
    """
    with run.edit() as item:
        if "artifact" in item.get("status", {}):
            mark(item, "ArtifactOutdated", "True", outdated, message, run.now)
    _progress(run, f"building artifact: {message}", drift=True)


def store_artifact(
    run: Run, revision: str, file: str, reason: str, message: str, latest: str = "", **status: object
) -> str:
    """Keep the artifact and be ready.

    Args:
        run: The run.
        revision: Its revision.
        file: The name of its file.
        reason: The reason of Ready.
        message: Its message.
        latest: The name under which the newest one can be had, empty where there is none.
        **status: More of the status.

    Returns:
        Its digest.
    """
    digest = f"sha256:{digest_of(run.cluster.context, run.key.subject, revision)}"
    folder = f"{run.key.kind.lower()}/{run.key.namespace}/{run.key.name}"
    with run.edit() as item:
        item["status"] |= status
        item["status"]["artifact"] = {
            "digest": digest,
            "lastUpdateTime": stamp(run.now),
            "path": f"{folder}/{file}",
            "revision": revision,
            "size": 1024 + int(digest[7:11], 16),
            "url": f"{_STORAGE}/{folder}/{file}",
        }
        if latest:
            item["status"]["url"] = f"{_STORAGE}/{folder}/{latest}"
        mark(item, "ArtifactInStorage", "True", reason, message, run.now)
    run.settle(reason, message)
    return digest


def fail(run: Run, type_: str, reason: str, message: str, *, warning: bool = True) -> float:
    """Fail and try again: Reconciling goes on to say what was being done.

    Args:
        run: The run.
        type_: The condition that tells what is bad.
        reason: The reason.
        message: The error.
        warning: Whether it is logged as an error and told in an Event.

    Returns:
        Seconds to the next run.
    """
    with run.edit() as item:
        working = condition(item, "Reconciling") or {"message": _WORKING}
        mark(item, type_, "True", reason, message, run.now)
        mark(item, "Ready", "False", reason, message, run.now)
        mark(item, "Reconciling", "True", "ProgressingWithRetry", working["message"], run.now)
    run.handle()
    if warning:
        run.log("Reconciler error", message)
        run.event(reason, message, warning=True)
    return min(_RETRY, run.interval())


def stall(run: Run, type_: str, reason: str, message: str) -> None:
    """Fail for good: nothing is tried again before the object or its source changes.

    Args:
        run: The run.
        type_: The condition that tells what is bad.
        reason: The reason.
        message: The error.
    """
    with run.edit() as item:
        drop(item, "Reconciling")
        for bad in (type_, "Stalled"):
            mark(item, bad, "True", reason, message, run.now)
        mark(item, "Ready", "False", reason, message, run.now)
        item["status"]["observedGeneration"] = item["metadata"]["generation"]
    run.handle()
    run.log("reconciliation stalled", message)
    run.event(reason, message, warning=True)
