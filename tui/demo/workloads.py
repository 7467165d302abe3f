"""Deployments and their pods: images that exist turn ready within seconds, others never do."""

from hashlib import sha256

import msgspec

from tui.demo.engine import Steps
from tui.demo.incidents import BROKEN_IMAGES
from tui.demo.manifests import manifest
from tui.demo.resources import Key, Object
from tui.demo.run import Run
from tui.demo.times import stamp


def reconcile(run: Run) -> Steps:
    """Roll a Deployment out.

    Args:
        run: The run of the Deployment.

    Yields:
        Seconds to the next step.

    Returns:
        None: it runs again when its spec changes.
    """
    template = run.spec["template"]
    version = sha256(msgspec.json.encode(template)).hexdigest()[:10]
    image = template["spec"]["containers"][0]["image"]
    old = [pod for pod in _pods(run) if pod["metadata"]["labels"]["pod-template-hash"] != version]
    current = [pod for pod in _pods(run) if pod not in old]
    if not current:
        _create_pod(run, version)
        _write_status(run, available=any(_is_ready(pod) for pod in old), surge=bool(old))
        yield run.pause(1.5, 5.0)
        current = [pod for pod in _pods(run) if pod["metadata"]["labels"]["pod-template-hash"] == version]
    if image in BROKEN_IMAGES:
        _fail_pull(run, current[0], image)
        _write_status(run, available=any(_is_ready(pod) for pod in old), surge=bool(old))
        return None
    _start_pod(run, current[0])
    for pod in old:
        run.cluster.store.delete(Key("Pod", run.key.namespace, pod["metadata"]["name"]))
    _write_status(run, available=True, surge=False)
    return None


def pods_of(run_or_pods: list[Object], deployment: str) -> list[Object]:
    """The pods that a Deployment owns.

    Args:
        run_or_pods: Pods of its namespace.
        deployment: Its name.

    Returns:
        Those of them.
    """
    return [
        pod for pod in run_or_pods if pod["metadata"]["ownerReferences"][0]["name"].rpartition("-")[0] == deployment
    ]


def _pods(run: Run) -> list[Object]:
    return pods_of(run.cluster.store.all("Pod", run.key.namespace), run.key.name)


def _is_ready(pod: Object) -> bool:
    return any(item["type"] == "Ready" and item["status"] == "True" for item in pod["status"].get("conditions", ()))


def _create_pod(run: Run, version: str) -> None:
    template = run.spec["template"]
    name = f"{run.key.name}-{version}-{run.cluster.random.getrandbits(20):05x}"
    labels = {**template["metadata"]["labels"], "pod-template-hash": version}
    pod = manifest("Pod", name, run.key.namespace, labels=labels, spec=template["spec"])
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{run.key.name}-{version}", "controller": True}
    pod["metadata"]["ownerReferences"] = [{**owner, "uid": run.item["metadata"]["uid"]}]
    pod["status"] = {"phase": "Pending", "conditions": [], "containerStatuses": []}
    run.cluster.store.put(pod)


def _set_pod(run: Run, pod: Object, phase: str, state: Object, *, ready: bool) -> None:
    container = run.spec["template"]["spec"]["containers"][0]
    status = "True" if ready else "False"
    conditions = [
        {"type": name, "status": status, "lastTransitionTime": stamp(run.now)} for name in ("Ready", "ContainersReady")
    ]
    made = {
        "phase": phase,
        "conditions": conditions,
        "containerStatuses": [
            {"name": container["name"], "image": container["image"], "ready": ready, "restartCount": 0, "state": state}
        ],
    }
    if pod["status"]["phase"] != phase or not pod["status"]["containerStatuses"]:
        run.cluster.store.put({**pod, "metadata": {**pod["metadata"]}, "status": made})


def _start_pod(run: Run, pod: Object) -> None:
    _set_pod(run, pod, "Running", {"running": {"startedAt": stamp(run.now)}}, ready=True)


def _fail_pull(run: Run, pod: Object, image: str) -> None:
    reason = f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": {image}: not found'
    message = f'Back-off pulling image "{image}": ErrImagePull: {reason}'
    _set_pod(run, pod, "Pending", {"waiting": {"reason": "ImagePullBackOff", "message": message}}, ready=False)
    failed = f'Failed to pull image "{image}": {reason}'
    run.cluster.recorder.record(pod, "kubelet", "Warning", "Failed", failed)
    run.cluster.recorder.record(pod, "kubelet", "Normal", "BackOff", f'Back-off pulling image "{image}"')


def _write_status(run: Run, *, available: bool, surge: bool) -> None:
    replicas = run.spec["replicas"]
    reason = "MinimumReplicasAvailable" if available else "MinimumReplicasUnavailable"
    done = available and not surge
    with run.edit() as item:
        item["status"] = {
            "observedGeneration": item["metadata"]["generation"],
            "replicas": replicas + int(surge),
            "updatedReplicas": replicas,
            "readyReplicas": replicas if available else 0,
            "availableReplicas": replicas if available else 0,
            "unavailableReplicas": 0 if done else 1,
            "conditions": [
                _condition(run, "Available", "True" if available else "False", reason),
                _condition(run, "Progressing", "True", "NewReplicaSetAvailable" if done else "ReplicaSetUpdated"),
            ],
        }


def _condition(run: Run, type_: str, status: str, reason: str) -> Object:
    old = next((one for one in run.item.get("status", {}).get("conditions", ()) if one["type"] == type_), None)
    if old and (old["status"], old["reason"]) == (status, reason):
        return dict(old)
    now = stamp(run.now)
    return {"type": type_, "status": status, "reason": reason, "lastTransitionTime": now, "lastUpdateTime": now}
