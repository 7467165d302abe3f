"""The simulated controllers around the main chain: notification, images, source-watcher."""

from hashlib import sha256

from tui.demo.conditions import mark
from tui.demo.engine import Steps
from tui.demo.manifests import manifest
from tui.demo.resources import Key, Object
from tui.demo.run import Run
from tui.demo.times import go_duration, stamp
from tui.model.kinds import KINDS

_TAGS = ("4.0.2", "4.0.3", "4.1.0")


def is_suspended(run: Run) -> bool:
    """Whether the object is suspended, by spec or annotation; its reconcile request then counts as handled.

    Args:
        run: The run.

    Returns:
        Whether there is nothing to do.
    """
    switch = KINDS[run.key.kind].suspended_by
    annotations = run.item["metadata"].get("annotations", {})
    disabled = switch != "spec" and str(annotations.get(switch, "")).lower() == "disabled"
    if run.spec.get("suspend") or disabled:
        run.log("Reconciliation is suspended for this object")
        run.handle()
        return True
    return False


def begin_work(run: Run) -> None:
    """Say that the work has begun.

    Args:
        run: The run.
    """
    run.mark("Reconciling", "True", "Progressing", "reconciliation in progress")


def receiver(run: Run) -> Steps:
    """Reconcile a Receiver.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    if is_suspended(run):
        return None
    begin_work(run)
    yield run.pause(0.1, 0.3)
    path = f"/hook/{sha256(run.key.path.encode()).hexdigest()}"
    message = f"Receiver initialized for path: {path}"
    with run.edit() as item:
        item["status"]["webhookPath"] = path
    run.settle("Succeeded", message)
    run.log(message)
    run.event("Succeeded", f"Reconciliation finished, next run in {go_duration(run.seconds('interval', 600.0))}")
    return run.interval()


def image_repository(run: Run) -> Steps:
    """Reconcile an ImageRepository: scan the tags.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    if is_suspended(run):
        return None
    begin_work(run)
    yield run.pause(0.4, 1.5)
    with run.edit() as item:
        status = item["status"]
        status["canonicalImageName"] = run.spec["image"]
        status["observedExclusionList"] = run.spec["exclusionList"]
        scan = {"latestTags": list(reversed(_TAGS)), "scanTime": stamp(run.now), "tagCount": len(_TAGS)}
        status["lastScanResult"] = scan
    message = f"successful scan: found {len(_TAGS)} tags with checksum 1913457083"
    run.settle("Succeeded", message)
    run.log(message)
    run.event("Succeeded", message)
    return run.interval()


def image_policy(run: Run) -> Steps:
    """Reconcile an ImagePolicy.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        None: it runs again when its ImageRepository was scanned.
    """
    if is_suspended(run):
        return None
    yield run.pause(0.1, 0.3)
    ref = run.spec["imageRepositoryRef"]
    key = Key("ImageRepository", ref.get("namespace", run.key.namespace), ref["name"])
    repository = run.cluster.store.get(key)
    if repository is None or "lastScanResult" not in repository.get("status", {}):
        run.mark(
            "Ready", "False", "DependencyNotReady", f"referenced ImageRepository '{key.path}' has not been scanned yet"
        )
        return 10.0
    image, tag = repository["spec"]["image"], repository["status"]["lastScanResult"]["latestTags"][0]
    with run.edit() as item:
        item["status"]["latestRef"] = {"name": image, "tag": tag}
    run.settle("Succeeded", f"Latest image tag for {image} resolved to {tag}")
    return None


def image_update(run: Run) -> Steps:
    """Reconcile an ImageUpdateAutomation, which finds nothing to update.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    if is_suspended(run):
        return None
    begin_work(run)
    yield run.pause(0.5, 2.0)
    ref = run.spec["sourceRef"]
    source = run.cluster.store.get(Key(ref["kind"], run.key.namespace, ref["name"]))
    artifact = (source or {}).get("status", {}).get("artifact")
    if artifact is None:
        message = f"failed to checkout source: {ref['kind']} '{ref['name']}' has no artifact"
        run.mark("Ready", "False", "GitOperationFailed", message)
        return 30.0
    with run.edit() as item:
        item["status"]["lastAutomationRunTime"] = stamp(run.now)
        item["status"]["observedSourceRevision"] = artifact["revision"]
    run.settle("Succeeded", "repository up-to-date")
    run.log("repository up-to-date")
    return run.interval()


def artifact_generator(run: Run) -> Steps:
    """Reconcile an ArtifactGenerator: make an ExternalArtifact per output.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    if is_suspended(run):
        return None
    begin_work(run)
    yield run.pause(0.4, 1.2)
    ref = run.spec["sources"][0]
    source = run.cluster.store.get(Key(ref["kind"], run.key.namespace, ref["name"]))
    artifact = (source or {}).get("status", {}).get("artifact")
    if artifact is None:
        run.mark("Ready", "False", "SourceFetchFailed", f"source {ref['kind']}/{ref['name']} has no artifact")
        return 10.0
    made = [_external_artifact(run, output, artifact) for output in run.spec["artifacts"]]
    with run.edit() as item:
        item["status"]["inventory"] = made
        item["status"]["observedSourcesDigest"] = artifact["digest"]
    message = f"reconciliation succeeded, generated {len(made)} artifact(s)"
    run.settle("Succeeded", message)
    run.log(message)
    run.event("Succeeded", message)
    return run.interval()


def _external_artifact(run: Run, output: Object, source: Object) -> Object:
    name, namespace = output["name"], run.key.namespace
    digest = sha256(f"{name}{source['revision']}".encode()).hexdigest()
    owner = {"apiVersion": run.item["apiVersion"], "kind": run.key.kind, "name": run.key.name, "namespace": namespace}
    spec = {"sourceRef": owner}
    run.apply(
        manifest("ExternalArtifact", name, namespace, spec=spec), {"app.kubernetes.io/managed-by": "source-watcher"}
    )
    made = run.cluster.store.get(Key("ExternalArtifact", namespace, name)) or {}
    revision = f"latest@sha256:{digest}"
    path = f"externalartifact/{namespace}/{name}/{digest}.tar.gz"
    if made.get("status", {}).get("artifact", {}).get("revision") != revision:
        changed = {**made, "metadata": {**made["metadata"]}}
        changed["status"] = {
            "artifact": {
                "digest": f"sha256:{digest}",
                "lastUpdateTime": stamp(run.now),
                "metadata": {"org.opencontainers.image.revision": source["revision"]},
                "path": path,
                "revision": revision,
                "size": 4096 + int(digest[:3], 16),
                "url": f"http://source-watcher.flux-system.svc.cluster.local./{path}",
            }
        }
        mark(changed, "Ready", "True", "Succeeded", "Artifact is ready", run.now)
        run.cluster.store.put(changed)
    return {"digest": f"sha256:{digest}", "filename": f"{digest}.tar.gz", "name": name, "namespace": namespace}
