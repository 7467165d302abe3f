"""The pods of workloads that are not ready, and what Events say of them."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from tui.cluster.asking import Asking
from tui.cluster.refusal import Refused
from tui.model.health import Health, State
from tui.model.kstatus import judge
from tui.model.live import Live, decode_live_page
from tui.model.pods import judge_pod
from tui.model.resources import Api, Time
from tui.model.rollouts import LabelSelector, selector_of
from tui.model.text import clean_json, in_short
from tui.model.workloads import Applied, AppliedId, present, with_pods, worst_first
from tui.ports import Clock, ClusterError

MOST_WORKLOADS = 20
"""Of how many workloads the pods are read, the worst first."""

MOST_PODS = 50
"""How many pods of a workload are read."""

MOST_EVENTS = 500
"""How many Warnings of a namespace are read."""

_WORKLOADS = frozenset(
    (("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("apps", "ReplicaSet"), ("batch", "Job"))
)


class _Involved(Api, frozen=True):
    uid: str = ""


class _Series(Api, frozen=True):
    last_observed_time: Time | None = None


class _Event(Api, frozen=True):
    involved_object: _Involved = _Involved()
    message: str = ""
    last_timestamp: Time | None = None
    event_time: Time | None = None
    series: _Series | None = None

    @property
    def last(self) -> float:
        """When it was seen last, in seconds."""
        series = self.series.last_observed_time if self.series is not None else None
        moment = series or self.last_timestamp or self.event_time
        return moment.timestamp() if moment is not None else 0.0


class _Events(Api, frozen=True):
    items: tuple[_Event, ...] | None = ()


def has_pods(applied: Applied) -> bool:
    """Whether an object's pods say more than it does itself.

    Args:
        applied: An object.

    Returns:
        True for a workload that is not ready.
    """
    return (applied.id.group, applied.id.kind) in _WORKLOADS and not applied.is_fine


class PodReader:
    """Reads pods for one reading of an inventory."""

    def __init__(self, asking: Asking, clock: Clock) -> None:
        self._asking = asking
        self._clock = clock

    async def add_pods(self, found: dict[AppliedId, Applied], workloads: Mapping[AppliedId, Live]) -> None:
        """Put the pods below their workloads.

        Args:
            found: All that was read; the workloads in it are replaced.
            workloads: Those whose pods are wanted.
        """
        worst = [one.id for one in worst_first(found[id_] for id_ in workloads)][:MOST_WORKLOADS]
        pods: dict[AppliedId, tuple[Live, ...] | str] = {}
        async with asyncio.TaskGroup() as group:
            for one in worst:
                group.create_task(self._read_pods(one, workloads[one], pods))
        hints: dict[str, tuple[str, ...]] = {}
        async with asyncio.TaskGroup() as group:
            for namespace in sorted({one.namespace for one in pods}):
                group.create_task(self._read_hints(namespace, hints))
        for one, there in pods.items():
            found[one] = self._join(found[one], workloads[one], there, hints)

    def _join(
        self, workload: Applied, live: Live, pods: tuple[Live, ...] | str, hints: dict[str, tuple[str, ...]]
    ) -> Applied:
        if isinstance(pods, str):
            return _saying(workload, pods)
        if not pods:
            return _saying(workload, next(iter(hints.get(live.metadata.uid, ())), ""))
        return with_pods(workload, (self._pod(pod, hints.get(pod.metadata.uid, ())) for pod in pods))

    def _pod(self, pod: Live, hints: tuple[str, ...]) -> Applied:
        one = AppliedId("Pod", "", pod.metadata.namespace, pod.metadata.name)
        now = self._clock.now()
        if pod.metadata.deletion_timestamp is not None:
            return present(one, judge("", "Pod", pod, now))
        try:
            return present(one, judge_pod(pod, now, hints))
        except msgspec.MsgspecError as error:
            return present(one, Health(State.UNKNOWN, "Unreadable", f"its status can't be read: {error}"))

    async def _read_pods(self, one: AppliedId, live: Live, pods: dict[AppliedId, tuple[Live, ...] | str]) -> None:
        """List the pods of a workload; where they may not be listed, that is what is told."""
        try:
            selector = _as_text(selector_of(live))
            if not selector:
                return
            path = f"/api/v1/namespaces/{quote(one.namespace, safe='')}/pods"
            raw = await self._asking.get(path, {"labelSelector": selector, "limit": str(MOST_PODS)})
            listed = decode_live_page(raw).items
            pods[one] = tuple(pod for pod in listed if _is_of(pod, one, live))
        except Refused as error:
            pods[one] = "you may not list its pods" if error.code == 403 else str(error)
        except (ClusterError, msgspec.MsgspecError) as error:
            pods[one] = f"its pods can't be read: {error}"

    async def _read_hints(self, namespace: str, hints: dict[str, tuple[str, ...]]) -> None:
        """Add a namespace's Warnings by the object's uid, newest first; none without the right to see them."""
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/events"
        try:
            raw = await self._asking.get(path, {"fieldSelector": "type=Warning", "limit": str(MOST_EVENTS)})
            events = msgspec.json.decode(clean_json(raw), type=_Events).items or ()
        except (ClusterError, ValueError, RecursionError):
            return
        by_uid: defaultdict[str, list[str]] = defaultdict(list)
        for event in sorted(events, key=lambda event: event.last, reverse=True):
            # "Error: ImagePullBackOff" and "Back-off restarting …" repeat what the status says.
            if not event.message.startswith(("Error: ", "Back-off ")):
                by_uid[event.involved_object.uid].append(event.message)
        hints.update({uid: tuple(messages) for uid, messages in by_uid.items()})


def _saying(workload: Applied, more: str) -> Applied:
    if not more:
        return workload
    return msgspec.structs.replace(workload, message=": ".join(filter(None, (workload.message, in_short(more)))))


def _is_of(pod: Live, one: AppliedId, live: Live) -> bool:
    """Whether a pod is a workload's own.

    A Deployment's belong to ReplicaSets named after it and the pod's template (pkg/controller/deployment/sync.go).
    """
    owner = pod.metadata.controller
    if owner is None:
        return False
    if one.kind != "Deployment":
        return owner.uid == live.metadata.uid
    template = (pod.metadata.labels or {}).get("pod-template-hash", "")
    return owner.kind == "ReplicaSet" and owner.name == f"{one.name}-{template}"


def _as_text(selector: LabelSelector | None) -> str:
    """A selector as a query has it; empty where it would take everything."""
    if selector is None:
        return ""
    parts = [f"{key}={value}" for key, value in sorted((selector.match_labels or {}).items())]
    for one in selector.match_expressions or ():
        values = f"({','.join(one.values or ())})"
        parts.append(
            {
                "In": f"{one.key} in {values}",
                "NotIn": f"{one.key} notin {values}",
                "Exists": one.key,
                "DoesNotExist": f"!{one.key}",
            }.get(one.operator, one.key)
        )
    return ",".join(parts)
