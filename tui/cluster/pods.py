"""Finding the pods of a Flux controller, as `flux logs` does (flux2 cmd/flux/logs.go), but all of them."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

import msgspec

from tui.cluster.connection import Connection
from tui.cluster.refusal import Refused, refusal
from tui.model.text import clean_json
from tui.ports import ClusterError

HOME = "flux-system"
"""Where Flux is installed unless told otherwise."""

_PART_OF_FLUX = "app.kubernetes.io/part-of=flux"

T = TypeVar("T")


class Pod(msgspec.Struct, frozen=True):
    """A pod whose log can be followed."""

    namespace: str
    name: str
    container: str
    running: bool


class Place(msgspec.Struct, frozen=True):
    """Where pods of a controller are looked for."""

    namespace: str
    """Empty for all."""
    selector: str
    """A label selector."""

    @property
    def pods(self) -> str:
        """The path of its pods."""
        return f"/api/v1/namespaces/{self.namespace}/pods" if self.namespace else "/api/v1/pods"


class _Metadata(msgspec.Struct, frozen=True):
    name: str = ""
    namespace: str = ""


class _Selector(msgspec.Struct, frozen=True, rename="camel"):
    match_labels: dict[str, str] = {}


class _DeploymentSpec(msgspec.Struct, frozen=True):
    selector: _Selector = _Selector()
    replicas: int | None = None


class Deployment(msgspec.Struct, frozen=True):
    """A controller's Deployment."""

    metadata: _Metadata = _Metadata()
    spec: _DeploymentSpec = _DeploymentSpec()

    @property
    def place(self) -> Place:
        """Where its pods are."""
        labels = self.spec.selector.match_labels
        return Place(self.metadata.namespace, ",".join(f"{key}={value}" for key, value in sorted(labels.items())))


class _Deployments(msgspec.Struct, frozen=True):
    items: tuple[Deployment, ...] | None = ()


class _Container(msgspec.Struct, frozen=True):
    name: str = ""


class _PodSpec(msgspec.Struct, frozen=True):
    containers: tuple[_Container, ...] = ()


class _PodStatus(msgspec.Struct, frozen=True):
    phase: str = ""


class _Pod(msgspec.Struct, frozen=True):
    metadata: _Metadata = _Metadata()
    spec: _PodSpec = _PodSpec()
    status: _PodStatus = _PodStatus()


class _Pods(msgspec.Struct, frozen=True):
    items: tuple[_Pod, ...] | None = ()


async def find_places(connection: Connection, controller: str, own: str = "") -> tuple[Place, ...]:
    """Find where the pods of a controller are.

    Deployments labelled `app.kubernetes.io/part-of=flux` in flux-system first, then in the user's own namespace, then
    across namespaces; shards are Deployments whose names begin with the controller's. A user who may not list
    Deployments, or a Flux that was installed otherwise, is served by the pods' own labels.

    Args:
        connection: The way to the API server.
        controller: The controller's name.
        own: The namespace of the kubeconfig's context, empty for none.

    Returns:
        The places that have pods of it.

    Raises:
        ClusterError: There are none, or they may not be listed; the message says which.
    """
    denied: list[str] = []
    for namespace in namespaces(own):
        found = await allowed(deployments_in(connection, controller, namespace), denied)
        places = tuple(one.place for one in found)
        if await allowed(pods_in(connection, places), denied):
            return places
    for place in labelled(controller, own):
        if await allowed(pods_in(connection, (place,)), denied):
            return (place,)
    if denied:
        raise ClusterError(f"The log of {controller} may not be read: it takes list on pods. {denied[-1]}")
    raise ClusterError(f"No pod of {controller} was found, neither in {HOME} nor elsewhere: is it installed?")


async def pods_in(connection: Connection, places: Sequence[Place]) -> tuple[Pod, ...]:
    """List the pods in some places.

    Args:
        connection: The way to the API server.
        places: Where to look.

    Returns:
        The pods, once each.

    Raises:
        ClusterError: They could not be listed.
    """
    found: dict[tuple[str, str], Pod] = {}
    for place in places:
        for pod in (await _list(connection, place.pods, place.selector, _Pods)).items or ():
            names = [container.name for container in pod.spec.containers]
            container = "manager" if "manager" in names else next(iter(names), "")
            found[pod.metadata.namespace, pod.metadata.name] = Pod(
                pod.metadata.namespace, pod.metadata.name, container, pod.status.phase == "Running"
            )
    return tuple(found.values())


def namespaces(own: str) -> tuple[str, ...]:
    """Where Flux is looked for, in order.

    Args:
        own: The namespace of the kubeconfig's context, empty for none.

    Returns:
        The namespaces; empty for all.
    """
    return tuple(dict.fromkeys((HOME, own, "")))


def labelled(controller: str, own: str) -> tuple[Place, ...]:
    """Where the pods of a controller are looked for by their own labels, in order.

    Args:
        controller: The controller's name.
        own: The namespace of the kubeconfig's context, empty for none.

    Returns:
        The places.
    """
    labels = ("app", "app.kubernetes.io/name")
    return tuple(Place(namespace, f"{label}={controller}") for label in labels for namespace in namespaces(own))


async def deployments_in(connection: Connection, controller: str, namespace: str) -> tuple[Deployment, ...]:
    """List the Deployments of a controller, its shards included.

    Args:
        connection: The way to the API server.
        controller: The controller's name.
        namespace: Where to look, empty for everywhere.

    Returns:
        Those that select pods by labels.

    Raises:
        ClusterError: They could not be listed.
    """
    where = f"namespaces/{namespace}/" if namespace else ""
    deployments = await _list(connection, f"/apis/apps/v1/{where}deployments", _PART_OF_FLUX, _Deployments)
    return tuple(
        one
        for one in deployments.items or ()
        if one.spec.selector.match_labels
        and (one.metadata.name == controller or one.metadata.name.startswith(f"{controller}-"))
    )


async def _list(connection: Connection, path: str, selector: str, shape: type[T]) -> T:
    reply = await connection.request("GET", path, params={"labelSelector": selector})
    if reply.status != 200:
        raise refusal(reply.status, reply.headers, reply.body, f"GET {path}")
    try:
        return msgspec.json.decode(clean_json(reply.body), type=shape)
    except (ValueError, RecursionError) as error:
        raise Refused(reply.status, f"The answer to GET {path} can't be read: {error}.") from error


async def allowed(asked: Awaitable[tuple[T, ...]], denied: list[str]) -> tuple[T, ...]:
    """Take what was asked for, or nothing where it is forbidden.

    Args:
        asked: The question.
        denied: Why something was forbidden is noted here.

    Returns:
        The answer.

    Raises:
        ClusterError: It failed otherwise.
    """
    try:
        return await asked
    except Refused as error:
        if error.code != 403:
            raise
        denied.append(str(error))
        return ()
