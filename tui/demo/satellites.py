"""The simulated controllers around the main chain: notification, images, source-watcher."""

from hashlib import sha256

from tui.demo.conditions import mark
from tui.demo.manifests import manifest
from tui.demo.resources import Key, Object
from tui.demo.routine import one_step
from tui.demo.run import Run
from tui.demo.times import go_duration, stamp

_TAGS = ("4.0.2", "4.0.3", "4.1.0")


@one_step(0.1, 0.3, told=False)
def receiver(run: Run) -> float | None:
    """Reconcile a Receiver.

    Args:
        run: The run.

    Returns:
        Seconds to the next run.
    """
    path = f"/hook/{sha256(run.key.path.encode()).hexdigest()}"
    message = f"Receiver initialized for path: {path}"
    with run.edit() as item:
        item["status"]["webhookPath"] = path
    if run.item["status"]["observedGeneration"] != run.item["metadata"]["generation"]:
        run.log(message)
    run.settle("Succeeded", message)
    finished = f"Reconciliation finished, next run in {go_duration(run.seconds('interval', 600.0))}"
    run.log(finished)
    run.event("Succeeded", finished)
    return run.interval()


@one_step(0.4, 1.5)
def image_repository(run: Run) -> float | None:
    """Reconcile an ImageRepository: scan the tags.

    Args:
        run: The run.

    Returns:
        Seconds to the next run.
    """
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


@one_step(0.1, 0.3, told=False)
def image_policy(run: Run) -> float | None:
    """Reconcile an ImagePolicy.

    Args:
        run: The run.

    Returns:
        None: it runs again when its ImageRepository was scanned.
    """
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


@one_step(0.5, 2.0)
def image_update(run: Run) -> float | None:
    """Reconcile an ImageUpdateAutomation, which finds nothing to update.

    Args:
        run: The run.

    Returns:
        Seconds to the next run.
    """
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


@one_step(0.4, 1.2)
def artifact_generator(run: Run) -> float | None:
    """Reconcile an ArtifactGenerator: make an ExternalArtifact per output.

    Args:
        run: The run.

    Returns:
        Seconds to the next run.
    """
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
