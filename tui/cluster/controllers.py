"""Whether a Flux controller runs, and which of its pods to look at where it does not."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tui.cluster.connection import Connection
from tui.cluster.pods import HOME, Deployment, Place, allowed, deployments_in, labelled, namespaces
from tui.cluster.refusal import Refused, refusal
from tui.model.health import SEVERITY, Health, State
from tui.model.live import Live, decode_live_page
from tui.model.pods import judge_pod
from tui.model.text import in_short
from tui.ports import ClusterError, ControllerState

_DEADLINE = 10.0
"""Seconds for each question."""


async def look_at(connection: Connection, controller: str, own: str, now: datetime) -> ControllerState:
    """Look for a controller's Deployments and pods where its log would be looked for.

    Args:
        connection: The way to the API server.
        controller: The controller's name.
        own: The namespace of the kubeconfig's context, empty for none.
        now: The time.

    Returns:
        What stands in its way, or that it runs.
    """
    try:
        return await _find(connection, controller, own, now)
    except Refused as error:
        if error.code == 403:
            return _hidden(controller)
        return ControllerState(f"is {controller} running? {str(error).rstrip('.')}")
    except ClusterError as error:
        return ControllerState(f"is {controller} running? {str(error).rstrip('.')}")


async def _find(connection: Connection, controller: str, own: str, now: datetime) -> ControllerState:
    for namespace in namespaces(own):
        if found := await allowed(deployments_in(connection, controller, namespace), []):
            return _judge([await _look_at_one(connection, one, now) for one in found])
    seen: list[str] = []
    for place in labelled(controller, own):
        denied: list[str] = []
        if pods := await allowed(_pods_in(connection, place), denied):
            return _judge([_worst(pods, now)])
        seen += [] if denied else [place.namespace]
    if not seen:
        return _hidden(controller)
    where = f"neither in {HOME} nor elsewhere" if "" in seen else f"in {seen[0]}"
    return ControllerState(f"no pod of {controller} was found, {where}: is it installed, or scaled to 0?")


async def _look_at_one(connection: Connection, deployment: Deployment, now: datetime) -> ControllerState:
    """One Deployment, the controller's own or that of a shard: with leader election one pod is enough."""
    name, namespace = deployment.metadata.name, deployment.metadata.namespace
    if deployment.spec.replicas == 0:
        return ControllerState(f"{name} is scaled to 0 in {namespace}: scale it up")
    pods = await _pods_in(connection, deployment.place)
    return _worst(pods, now) if pods else ControllerState(f"{name} has no pod in {namespace}: look at the Deployment")


def _judge(states: Sequence[ControllerState]) -> ControllerState:
    """All Deployments together: those that run go without saying where one does not."""
    broken = [one.text for one in states if not one.runs]
    return ControllerState("; ".join(broken)) if broken else states[0]


def _worst(pods: Sequence[Live], now: datetime) -> ControllerState:
    verdicts = [(pod.metadata.name, _verdict(pod, now)) for pod in pods]
    for name, health in verdicts:
        if health.state is State.READY:
            return ControllerState(f"{name} runs: its log (l) says what it is busy with", runs=True)
    name, health = min(verdicts, key=lambda one: SEVERITY[one[1].state])
    return ControllerState(_problem(name, health))


def _verdict(pod: Live, now: datetime) -> Health:
    if pod.metadata.deletion_timestamp is not None:
        return Health(State.TERMINATING, "Terminating", "is being deleted")
    try:
        return judge_pod(pod, now)
    except msgspec.MsgspecError as error:
        return Health(State.UNKNOWN, "Unreadable", f"has a status that can't be read: {error}")


def _problem(name: str, health: Health) -> str:
    """Which pod, what it is called that ails it, and why; without a container there is no log."""
    told = in_short(health.message)
    if health.reason in ("CrashLoopBackOff", "Error", "OOMKilled"):
        return f"{name} is in {health.reason}: {told}: look at its log with l"
    return f"{name} {told}" if told.startswith(_VERBS) else f"{name}: {told}"


_VERBS = ("is ", "was ", "has ", "can't ", "failed: ", "waits ")
"""How what `judge_pod` says of a pod itself begins, not of one of its containers."""


def _hidden(controller: str) -> ControllerState:
    return ControllerState(
        f"is {controller} running? You may not list its pods: ask who runs Flux to look at it, or for list on pods"
    )


async def _pods_in(connection: Connection, place: Place) -> tuple[Live, ...]:
    reply = await connection.request("GET", place.pods, params={"labelSelector": place.selector}, deadline=_DEADLINE)
    if reply.status != 200:
        raise refusal(reply.status, reply.headers, reply.body, f"GET {place.pods}")
    try:
        return decode_live_page(reply.body).items
    except msgspec.MsgspecError as error:
        raise ClusterError(f"The answer to GET {place.pods} can't be read: {error}.") from error
