"""What one run of the simulated kustomize-controller does to the cluster: build, apply, prune, check health."""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

import msgspec

from tui.demo.build import BuildError, PathNotFoundError, build
from tui.demo.conditions import drop, is_true, kstatus, mark
from tui.demo.engine import Steps
from tui.demo.inventory import inventory_entries, inventory_keys
from tui.demo.repository import GitError
from tui.demo.resources import Key, Object, key_of
from tui.demo.run import Run
from tui.demo.sources import artifact_files
from tui.demo.times import go_duration, stamp

_GROUP = "kustomize.toolkit.fluxcd.io"
_TEMPORARY = "/tmp"  # noqa: S108 (it is only named, in errors)
_POLL = 5.0
_HISTORY_LENGTH = 5


class FailureError(Exception):
    """A run failed; reason and message go into Ready."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class _Attempt(NamedTuple):
    """What a run works on."""

    revision: str
    origin: str
    objects: list[Object]
    digest: str


def apply_all(run: Run, source: Object) -> Steps:
    """Bring the cluster to what the source says.

    Args:
        run: The run.
        source: The source, which has an artifact.

    Yields:
        Seconds to the next step.

    Raises:
        FailureError: Something failed; the history tells of it already.
    """
    artifact = source["status"]["artifact"]
    revision = artifact["revision"]
    with run.edit() as item:
        item["status"]["lastAttemptedRevision"] = revision
        mark(item, "Reconciling", "True", "Progressing", progress(run, "Building manifests", revision), run.now)
    yield run.pause(0.1, 0.4)
    objects = _build(run, source)
    attempt = _Attempt(revision, origin_of(artifact), objects, _digest(objects))
    run.mark("Reconciling", "True", "Progressing", progress(run, "Detecting drift", revision))
    yield run.pause(0.1, 0.5)
    keys = _apply(run, attempt)
    _write_inventory(run, attempt, keys)
    yield from _check_health(run, attempt, keys)
    _remember(run, attempt, "ReconciliationSucceeded")
    return None


def _build(run: Run, source: Object) -> list[Object]:
    root = f"{_TEMPORARY}/kustomization-{run.cluster.random.getrandbits(31)}"
    path = run.spec.get("path", "")
    try:
        files = artifact_files(run.cluster, source)
        variables, missing = _variables(run)
        objects = build(files, path, None if missing else variables, root)
    except PathNotFoundError as error:
        raise FailureError("ArtifactFailed", str(error)) from error
    except (BuildError, GitError) as error:
        raise FailureError("BuildFailed", str(error)) from error
    if missing and objects:
        raise FailureError("BuildFailed", f"post build failed for '{_resource_id(objects[0])}': {missing}")
    return objects


def _variables(run: Run) -> tuple[Mapping[str, str] | None, str]:
    """What is to be substituted, None for nothing; and what of it is missing."""
    post_build = run.spec.get("postBuild")
    if post_build is None:
        return None, ""
    variables: dict[str, str] = {}
    for ref in post_build.get("substituteFrom", ()):
        found = run.cluster.store.get(Key(ref["kind"], run.key.namespace, ref["name"]))
        if found is None and not ref.get("optional"):
            kind, name = ref["kind"], ref["name"]
            return None, f"substitute from '{kind}/{name}' error: {kind.lower()}s \"{name}\" not found"
        variables |= (found or {}).get("data", {})
    return variables | post_build.get("substitute", {}), ""


def _resource_id(item: Object) -> str:
    """How kustomize calls an object (sigs.k8s.io/kustomize kyaml/resid/gvk.go)."""
    group, _, version = item["apiVersion"].rpartition("/")
    return f"{item['kind']}.{version}.{group or '[noGrp]'}/{item['metadata']['name']}"


def _digest(objects: list[Object]) -> str:
    return f"sha256:{sha256(msgspec.json.encode(objects)).hexdigest()}"


def _apply(run: Run, attempt: _Attempt) -> list[Key]:
    labels = {f"{_GROUP}/name": run.key.name, f"{_GROUP}/namespace": run.key.namespace}
    actions: dict[str, str] = {}
    keys: list[Key] = []
    for declared in sorted(attempt.objects, key=lambda item: item["kind"] != "Namespace"):
        item = _placed(run, attempt, declared)
        key = key_of(item)
        keys.append(key)
        if not _is_switched_off(run.cluster.store.get(key)):
            actions[key.subject] = run.apply(item, labels, seize="kubectl")
    run.log("server-side apply completed", output=actions, revision=attempt.revision)
    if lines := [f"{subject} {action}" for subject, action in actions.items() if action != "unchanged"]:
        run.event("Progressing", "\n".join(lines), {"revision": attempt.revision})
    return keys


def _placed(run: Run, attempt: _Attempt, declared: Object) -> Object:
    """The manifest with its namespace, if the cluster can take it."""
    metadata, kind = declared["metadata"], declared["kind"]
    resource = run.cluster.types.get(kind)
    versions = (
        [f"{resource.group}/{name}" if resource.group else name for name in resource.versions] if resource else []
    )
    name = f"{kind}/{metadata['name']}"
    if resource is None or declared["apiVersion"] not in versions:
        problem = f'no matches for kind "{kind}" in version "{declared["apiVersion"]}"'
        _remember(run, attempt, "ReconciliationFailed")
        raise FailureError("ReconciliationFailed", f"{name} dry-run failed: {problem}\n")
    if not resource.namespaced:
        return declared
    namespace = run.spec.get("targetNamespace") or metadata.get("namespace") or "default"
    if run.cluster.store.get(Key("Namespace", "", namespace)) is None:
        _remember(run, attempt, "ReconciliationFailed")
        subject = f"{kind}/{namespace}/{metadata['name']}"
        raise FailureError("ReconciliationFailed", f'{subject} not found: namespaces "{namespace}" not found\n')
    return {**declared, "metadata": {**metadata, "namespace": namespace}}


def _is_switched_off(live: Object | None) -> bool:
    knobs = {**live["metadata"].get("labels", {}), **live["metadata"].get("annotations", {})} if live else {}
    return str(knobs.get(f"{_GROUP}/reconcile", "")).lower() == "disabled"


def _write_inventory(run: Run, attempt: _Attempt, keys: list[Key]) -> None:
    stale = [key for key in inventory_keys(run.item) if key not in keys]
    with run.edit() as item:
        item["status"]["inventory"] = {"entries": inventory_entries(keys)}
    if not run.spec.get("prune"):
        return
    if gone := [f"{key.subject} deleted" for key in reversed(stale) if run.cluster.delete(key)]:
        told = "\n".join(gone)
        run.log(f"garbage collection completed: {told}")
        run.event("Progressing", told, {"revision": attempt.revision})


def _remember(run: Run, attempt: _Attempt, result: str) -> None:
    """Add to the history: a repeat counts up and moves to the front (fluxcd/pkg apis/meta/history.go)."""
    now = stamp(run.now)
    with run.edit() as item:
        history: list[Object] = item["status"].get("history", [])
        same = [one for one in history if (one["digest"], one["lastReconciledStatus"]) == (attempt.digest, result)]
        metadata = {"revision": attempt.revision} | ({"originRevision": attempt.origin} if attempt.origin else {})
        entry = {
            "digest": attempt.digest,
            "firstReconciled": same[0]["firstReconciled"] if same else now,
            "lastReconciled": now,
            "lastReconciledDuration": go_duration(run.took),
            "lastReconciledStatus": result,
            "metadata": metadata,
            "totalReconciliations": (same[0]["totalReconciliations"] if same else 0) + 1,
        }
        item["status"]["history"] = [entry, *(one for one in history if one not in same)][:_HISTORY_LENGTH]


def _check_health(run: Run, attempt: _Attempt, keys: list[Key]) -> Steps:
    wanted = keys if run.spec.get("wait") else _named_checks(run)
    if not wanted:
        with run.edit() as item:
            drop(item, "Healthy")
        return None
    was_healthy = is_true(run.item, "Healthy")
    message = progress(run, "Running health checks", attempt.revision)
    with run.edit() as item:
        mark(item, "Reconciling", "True", "Progressing", message, run.now)
        mark(item, "Healthy", "Unknown", "Progressing", message, run.now)
    began, timeout = run.now, _timeout(run)
    yield run.pause(0.01, 0.05)
    while problem := _unhealthy(run, wanted, final=(run.now - began).total_seconds() >= timeout):
        waited = (run.now - began).total_seconds()
        if problem != "waiting":
            late = run.cluster.random.uniform(0.005, 0.05)  # so no two failures read the same
            text = f"health check failed after {go_duration(waited + late)}: {problem}"
            _remember(run, attempt, "HealthCheckFailed")
            run.mark("Healthy", "False", "HealthCheckFailed", text)
            raise FailureError("HealthCheckFailed", text)
        yield min(_POLL, timeout - waited)
    text = f"Health check passed in {go_duration((run.now - began).total_seconds())}"
    if not was_healthy:
        run.event("Progressing", text, {"revision": attempt.revision})
    run.mark("Healthy", "True", "Succeeded", text)
    return None


def _named_checks(run: Run) -> list[Key]:
    return [Key(one["kind"], one.get("namespace", ""), one["name"]) for one in run.spec.get("healthChecks", ())]


def _unhealthy(run: Run, keys: list[Key], *, final: bool) -> str:
    """What is wrong (fluxcd/pkg ssa/manager_wait.go); `waiting` while it may still come right, else empty."""
    states = {key: kstatus(run.cluster.store.get(key)) for key in keys if key != run.key}
    bad = {key: state for key, state in states.items() if state != "Current"}
    if not bad:
        return ""
    listed = ", ".join(f"{key.subject} status: '{state}'" for key, state in bad.items())
    if all(state == "Failed" for state in bad.values()):
        return f"failed early due to stalled resources: [{listed}]"
    return f"timeout waiting for: [{listed}]" if final else "waiting"


def origin_of(artifact: Object) -> str:
    """The Git revision that an artifact from a registry was made of.

    Args:
        artifact: The artifact.

    Returns:
        The revision, empty where it is not known.
    """
    found: str = artifact.get("metadata", {}).get("org.opencontainers.image.revision", "")
    return found


def progress(run: Run, what: str, revision: str) -> str:
    """The message of Reconciling while a run works.

    Args:
        run: The run.
        what: What it does.
        revision: What for.

    Returns:
        The message.
    """
    return f"{what} for revision {revision} with a timeout of {go_duration(_timeout(run))}"


def _timeout(run: Run) -> float:
    """Half a minute at least (kustomize-controller api/v1/kustomization_types.go, GetTimeout)."""
    return max(30.0, run.seconds("timeout", run.seconds("interval", 600.0) - 30.0))
