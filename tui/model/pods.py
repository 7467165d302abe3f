"""Why a pod is not ready, in one sentence."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from tui.model.health import Health, State
from tui.model.live import Conditions, Live, read_part
from tui.model.resources import Api, Time
from tui.model.text import beginning, counted, one_line

_SCHEDULE_WINDOW = timedelta(seconds=15)
"""How long a pod may be without a node before that is a fault (fluxcd/cli-utils pkg/kstatus/status/core.go)."""

UNPULLED = frozenset(
    (
        "ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError",
        "RegistryUnavailable", "SignatureValidationFailed",
    )
)  # fmt: skip
"""What the kubelet calls an image that it can't get (kubernetes pkg/kubelet/images/types.go)."""

_SETTING_UP = frozenset(("ContainerCreating", "PodInitializing", ""))

_QUOTED_IMAGE = re.compile(r'"[^"\s]+": ')
_LONGEST = 300
"""Characters of what a container's last words may take in a sentence."""


class _Waiting(Api, frozen=True):
    reason: str = ""
    message: str = ""


class _Terminated(Api, frozen=True):
    exit_code: int = 0
    reason: str = ""
    message: str = ""
    finished_at: Time | None = None


class _Running(Api, frozen=True):
    pass


class _State(Api, frozen=True):
    waiting: _Waiting | None = None
    running: _Running | None = None
    terminated: _Terminated | None = None


class _Container(Api, frozen=True):
    name: str = ""
    image: str = ""
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    state: _State = _State()
    last_state: _State = _State()


class _Status(Conditions, frozen=True):
    phase: str = ""
    reason: str = ""
    message: str = ""
    init_container_statuses: tuple[_Container, ...] | None = None
    container_statuses: tuple[_Container, ...] | None = None


class _Resources(Api, frozen=True):
    limits: dict[str, str | int] | None = None


class _Declared(Api, frozen=True):
    name: str = ""
    image: str = ""
    restart_policy: str = ""
    resources: _Resources = _Resources()


class _Gate(Api, frozen=True):
    condition_type: str = ""


class _Spec(Api, frozen=True):
    containers: tuple[_Declared, ...] = ()
    init_containers: tuple[_Declared, ...] | None = None
    readiness_gates: tuple[_Gate, ...] | None = None

    def declared(self, name: str) -> _Declared:
        every = (*(self.init_containers or ()), *self.containers)
        return next((one for one in every if one.name == name), _Declared(name))


def judge_pod(live: Live, now: datetime, hints: tuple[str, ...] = ()) -> Health:
    """Judge a pod.

    kstatus knows only crash loops and what can't be scheduled as failed; here, all that does not come right by itself
    is, and a pod that failed is not Current.

    Args:
        live: The pod, which is not being deleted.
        now: The time.
        hints: The messages of its Warnings, newest first: probes and mounts fail nowhere but in Events.

    Returns:
        The verdict, its message the sentence.
    """
    spec, status = read_part(live.spec, _Spec), read_part(live.status, _Status)
    ready, created = status.get("Ready"), live.metadata.creation_timestamp
    since = ready.last_transition_time if ready is not None else created
    if status.phase == "Succeeded":
        return Health(State.READY, "Completed", "completed", since)
    if status.phase == "Failed":
        return _ended(status, since)
    if (unscheduled := _unscheduled(status, created, now)) is not None:
        return unscheduled
    troubles = list(_troubles(spec, status, hints))
    for state in (State.FAILED, State.PROGRESSING):
        for trouble in troubles:
            if trouble.state is state:
                return trouble if trouble.since else _since(trouble, since)
    return _as_a_whole(spec, status, since)


def _since(trouble: Health, since: datetime | None) -> Health:
    return Health(trouble.state, trouble.reason, trouble.message, since)


def _ended(status: _Status, since: datetime | None) -> Health:
    """A pod that won't run again. Evicted ones say why themselves, others through their containers."""
    if status.reason == "Evicted":
        return Health(State.FAILED, status.reason, f"was evicted: {one_line(status.message)}", since)
    for container in (*(status.init_container_statuses or ()), *(status.container_statuses or ())):
        ended = container.state.terminated
        if ended is not None and ended.exit_code:
            message = f"container {container.name} ended with {_exit(ended, _Declared())}{_last_words(ended)}"
            return Health(State.FAILED, ended.reason or "Error", message, ended.finished_at or since)
    told = one_line(status.message) or status.reason or "no reason given"
    return Health(State.FAILED, status.reason or "Failed", f"failed: {told}", since)


def _unscheduled(status: _Status, created: datetime | None, now: datetime) -> Health | None:
    scheduled = status.get("PodScheduled")
    if scheduled is None or scheduled.status != "False":
        return None
    if scheduled.reason == "SchedulingGated":
        message = f"is held back by its scheduling gates: {scheduled.message}"
        return Health(State.PROGRESSING, scheduled.reason, message, scheduled.last_transition_time)
    is_new = created is not None and now - created < _SCHEDULE_WINDOW
    state = State.PROGRESSING if is_new else State.FAILED
    message = f"can't be scheduled: {one_line(scheduled.message)}"
    return Health(state, scheduled.reason, message, scheduled.last_transition_time)


def _troubles(spec: _Spec, status: _Status, hints: tuple[str, ...]) -> Iterator[Health]:
    """What keeps containers from being ready: that of init containers first, which the others wait for."""
    for container in status.init_container_statuses or ():
        declared = spec.declared(container.name)
        ended = container.state.terminated
        is_done = ended is not None and ended.exit_code == 0
        is_sidecar = declared.restart_policy == "Always"
        if is_done or (is_sidecar and container.started):
            continue
        trouble = _trouble(container, declared, hints, f"init container {container.name}")
        if trouble is not None:
            yield trouble
            return
        yield Health(State.PROGRESSING, "Initializing", f"init container {container.name} still runs")
        return
    for container in status.container_statuses or ():
        if not container.ready:
            declared = spec.declared(container.name)
            trouble = _trouble(container, declared, hints, f"container {container.name}")
            yield trouble or _not_ready(container, hints)


def _trouble(container: _Container, declared: _Declared, hints: tuple[str, ...], name: str) -> Health | None:
    waiting, ended = container.state.waiting, container.state.terminated
    if waiting is not None and waiting.reason in UNPULLED:
        return Health(State.FAILED, waiting.reason, _unpulled(declared.image or container.image, waiting, hints))
    if (waiting is not None and waiting.reason == "CrashLoopBackOff") or (ended is not None and ended.exit_code):
        return _crashing(container, declared, name)
    if waiting is not None and waiting.reason in _SETTING_UP:
        why = next((hint for hint in hints if "probe failed" not in hint), "")
        return Health(State.PROGRESSING, waiting.reason, f"{name} is not created yet{f': {why}' if why else ''}")
    if waiting is not None:
        return Health(State.FAILED, waiting.reason, f"{name} can't be started: {waiting.message or waiting.reason}")
    return None


def _unpulled(image: str, waiting: _Waiting, hints: tuple[str, ...]) -> str:
    """The registry's own words are the end of what the kubelet passes on; older ones pass them on in Events only."""
    told = next((text for text in (waiting.message, *hints) if _registry_says(image, text)), "")
    why = _registry_says(image, told) or one_line(waiting.message) or waiting.reason
    return f'image "{image}" not found' if why == "not found" else f'image "{image}" can\'t be pulled: {why}'


def _registry_says(image: str, text: str) -> str:
    told = one_line(text)
    ends = [match.end() for match in _QUOTED_IMAGE.finditer(told)]
    plain = told.rfind(f"{image}: ")
    if image and plain >= 0:
        ends.append(plain + len(image) + 2)
    return told[max(ends) :].strip() if ends else ""


def _crashing(container: _Container, declared: _Declared, name: str) -> Health:
    waiting = container.state.waiting
    ended = container.state.terminated or container.last_state.terminated or _Terminated()
    restarts = container.restart_count
    times = f", {counted(restarts, 'restart')}" if restarts else ""
    message = f"{name} keeps crashing: {_exit(ended, declared)}{times}{_last_words(ended)}"
    reason = waiting.reason if waiting is not None else ended.reason or "Error"
    return Health(State.FAILED, reason, message, ended.finished_at)


def _exit(ended: _Terminated, declared: _Declared) -> str:
    if ended.reason == "OOMKilled":
        limit = (declared.resources.limits or {}).get("memory", "")
        return f"out of memory (OOMKilled{f', limit {limit}' if limit else ''})"
    known = {126: "its command can't be run", 127: "its command is not there", 137: "killed", 139: "segmentation fault"}
    why = ended.reason if ended.reason not in ("", "Error") else known.get(ended.exit_code, "")
    return f"exit code {ended.exit_code}{f' ({why})' if why else ''}"


def _last_words(ended: _Terminated) -> str:
    told = beginning(one_line(ended.message), _LONGEST)
    return f": {told}" if told else ""


def _not_ready(container: _Container, hints: tuple[str, ...]) -> Health:
    name, last = f"container {container.name}", container.last_state.terminated
    probe = next((one_line(hint) for hint in hints if "probe failed" in hint), "")
    restarted = (
        f" (restarted {counted(container.restart_count, 'time')}, last {_exit(last, _Declared())})" if last else ""
    )
    if container.state.running is None:
        return Health(State.PROGRESSING, "NotStarted", f"{name} has not started yet")
    lacking = "startup" if container.started is False else "readiness"
    why = probe or f"its {lacking} probe has not succeeded yet"
    return Health(State.PROGRESSING, "NotReady", f"{name} runs but is not ready: {why}{restarted}")


def _as_a_whole(spec: _Spec, status: _Status, since: datetime | None) -> Health:
    if status.true("Ready") is not None:
        restarts = sum(one.restart_count for one in status.container_statuses or ())
        return Health(State.READY, message=counted(restarts, "restart") if restarts else "", since=since)
    for gate in spec.readiness_gates or ():
        if status.true(gate.condition_type) is None:
            return Health(State.PROGRESSING, "ReadinessGate", f"waits for {gate.condition_type}", since)
    if status.phase == "Unknown":
        return Health(State.UNKNOWN, "NodeLost", "its node does not answer", since)
    phase = status.phase or "not seen by any node yet"
    return Health(State.PROGRESSING, "NotReady", f"is not ready ({phase})", since)
