"""How far workloads are: Deployments and their like, Jobs (fluxcd/cli-utils pkg/kstatus/status/core.go)."""

from datetime import datetime

from tui.model.health import Health, State
from tui.model.live import Conditions, Live, read_part
from tui.model.resources import Api, Time
from tui.model.text import counted

_ENDLESS = 2**31 - 1
"""A progress deadline that stands for none (kubernetes pkg/controller/deployment/util)."""


class LabelSelectorRequirement(Api, frozen=True):
    """One entry of `matchExpressions`."""

    key: str = ""
    operator: str = ""
    values: tuple[str, ...] | None = None


class LabelSelector(Api, frozen=True):
    """Which pods a workload takes for its own."""

    match_labels: dict[str, str] | None = None
    match_expressions: tuple[LabelSelectorRequirement, ...] | None = None


class _RollingUpdate(Api, frozen=True):
    partition: int | None = None


class _Strategy(Api, frozen=True):
    type: str = ""
    rolling_update: _RollingUpdate | None = None


class _Spec(Api, frozen=True):
    replicas: int | None = None
    progress_deadline_seconds: int = _ENDLESS
    update_strategy: _Strategy | None = None
    parallelism: int | None = None
    completions: int | None = None
    suspend: bool | None = None
    selector: LabelSelector | None = None

    @property
    def wanted(self) -> int:
        return 1 if self.replicas is None else self.replicas


class _Status(Conditions, frozen=True):
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    fully_labeled_replicas: int = 0
    current_revision: str = ""
    update_revision: str = ""
    desired_number_scheduled: int | None = None
    current_number_scheduled: int = 0
    updated_number_scheduled: int = 0
    number_available: int = 0
    number_ready: int = 0


class _JobStatus(Conditions, frozen=True):
    start_time: Time | None = None
    completion_time: Time | None = None
    active: int = 0
    succeeded: int = 0
    failed: int = 0


class _CronJobStatus(Api, frozen=True):
    last_schedule_time: Time | None = None
    last_successful_time: Time | None = None


def selector_of(live: Live) -> LabelSelector | None:
    """Which pods a workload takes for its own.

    Args:
        live: A Deployment, StatefulSet, DaemonSet, ReplicaSet or Job.

    Returns:
        `spec.selector`.

    Raises:
        msgspec.MsgspecError: It has another shape.
    """
    return read_part(live.spec, _Spec).selector


def deployment(live: Live, _: datetime) -> Health:
    """Judge a Deployment.

    It fails when its deadline has passed. kstatus does not look at ReplicaFailure: the pods are refused (quota,
    admission), which is tried again for ever and needs a person all the same.

    Args:
        live: The Deployment.

    Returns:
        The verdict.
    """
    spec, status = read_part(live.spec, _Spec), read_part(live.status, _Status)
    progressing = status.get("Progressing") or status.get("Available")
    since = progressing.last_transition_time if progressing is not None else None
    reason = progressing.reason if progressing is not None else ""
    refused = status.true("ReplicaFailure")
    if refused is not None:
        return _refused(refused.reason, refused.message, refused.last_transition_time)
    counts = _unavailable(spec.wanted, status)
    if reason == "ProgressDeadlineExceeded":
        waited = f"no progress within {spec.progress_deadline_seconds}s"
        return Health(State.FAILED, reason, f"{counts}: {waited}" if counts else waited, since)
    if not counts and reason != "NewReplicaSetAvailable" and spec.progress_deadline_seconds != _ENDLESS:
        counts = "its new ReplicaSet is not available yet"
    if not counts and status.true("Available") is None:
        counts = "is not available yet"
    return Health(State.PROGRESSING, "RollingOut", counts, since) if counts else _done(spec.wanted, since)


def _unavailable(wanted: int, status: _Status) -> str:
    if wanted > status.replicas:
        return _short(status.replicas, wanted, "created")
    if wanted > status.updated_replicas:
        return _short(status.updated_replicas, wanted, "updated")
    if status.updated_replicas > status.available_replicas:
        return _short(status.available_replicas, status.updated_replicas, "available")
    if status.replicas > wanted:
        return f"the new replicas are not all ready: {_surplus(status.replicas - wanted, 'old')}"
    return _short(status.ready_replicas, wanted, "ready") if wanted > status.ready_replicas else ""


def stateful_set(live: Live, _: datetime) -> Health:
    """Judge a StatefulSet; its controller writes no conditions, so it is never said to fail.

    Args:
        live: The StatefulSet.

    Returns:
        The verdict.
    """
    spec, status = read_part(live.spec, _Spec), read_part(live.status, _Status)
    strategy = spec.update_strategy or _Strategy()
    partition = strategy.rolling_update.partition if strategy.rolling_update is not None else None
    lacking = "" if strategy.type == "OnDelete" else _lacking(spec.wanted, partition, status)
    return _rolling(lacking) if lacking else _done(spec.wanted, None)


def _lacking(wanted: int, partition: int | None, status: _Status) -> str:
    for done, what in ((status.replicas, "created"), (status.ready_replicas, "ready")):
        if wanted > done:
            return _short(done, wanted, what)
    if status.replicas > wanted:
        return _surplus(status.replicas - wanted, "surplus")
    updated = wanted - (partition or 0)
    behind = partition is None and status.current_revision != status.update_revision
    return _short(status.updated_replicas, updated, "updated") if behind or status.updated_replicas < updated else ""


def daemon_set(live: Live, _: datetime) -> Health:
    """Judge a DaemonSet.

    Args:
        live: The DaemonSet.

    Returns:
        The verdict.
    """
    status = read_part(live.status, _Status)
    wanted = status.desired_number_scheduled
    if wanted is None or status.observed_generation is None:
        return _rolling("its controller has not seen it yet")
    for done, what in (
        (status.current_number_scheduled, "scheduled"),
        (status.updated_number_scheduled, "updated"),
        (status.number_available, "available"),
        (status.number_ready, "ready"),
    ):
        if wanted > done:
            return _rolling(_short(done, wanted, what, "pods"))
    return Health(State.READY, message="no node wants its pods" if wanted == 0 else "")


def replica_set(live: Live, _: datetime) -> Health:
    """Judge a ReplicaSet.

    Args:
        live: The ReplicaSet.

    Returns:
        The verdict; kstatus calls ReplicaFailure InProgress.
    """
    spec, status = read_part(live.spec, _Spec), read_part(live.status, _Status)
    refused = status.true("ReplicaFailure")
    if refused is not None:
        return _refused(refused.reason, refused.message, refused.last_transition_time)
    for done, what in (
        (status.fully_labeled_replicas, "labelled"),
        (status.available_replicas, "available"),
        (status.ready_replicas, "ready"),
    ):
        if spec.wanted > done:
            return _rolling(_short(done, spec.wanted, what))
    if status.replicas > spec.wanted:
        return _rolling(_surplus(status.replicas - spec.wanted, "surplus"))
    return _done(spec.wanted, None)


def job(live: Live, _: datetime) -> Health:
    """Judge a Job as Flux does, for whom one that still runs is not done (fluxcd/pkg runtime/statusreaders/job.go).

    Args:
        live: The Job.

    Returns:
        The verdict.
    """
    spec, status = read_part(live.spec, _Spec), read_part(live.status, _JobStatus)
    if spec.suspend:
        return Health(State.SUSPENDED, "Suspended", "is suspended (spec.suspend)")
    parallelism = 1 if spec.parallelism is None else spec.parallelism
    completions = parallelism if spec.completions is None else spec.completions
    if status.true("Complete") is not None:
        return Health(State.READY, "Complete", since=status.completion_time)
    failed = status.true("Failed")
    if failed is not None:
        tries = f"{counted(status.failed, 'failed pod')}"
        return Health(State.FAILED, failed.reason, f"{failed.message} ({tries})", failed.last_transition_time)
    if status.start_time is None:
        return Health(State.PROGRESSING, "NotStarted", "has not started yet", live.metadata.creation_timestamp)
    failures = f", {status.failed} failed" if status.failed else ""
    message = f"{status.succeeded} of {completions} done, {status.active} running{failures}"
    return Health(State.PROGRESSING, "Running", message, status.start_time)


def cron_job(live: Live, _: datetime) -> Health:
    """Judge a CronJob, which is always ready for kstatus; that its last run did not succeed is said.

    Args:
        live: The CronJob.

    Returns:
        The verdict.
    """
    if read_part(live.spec, _Spec).suspend:
        return Health(State.SUSPENDED, "Suspended", "is suspended (spec.suspend)")
    status = read_part(live.status, _CronJobStatus)
    last, good = status.last_schedule_time, status.last_successful_time
    missed = last is not None and (good is None or good < last)
    return Health(State.READY, message="its last run has not succeeded (yet)" if missed else "", since=last)


def _short(done: int, wanted: int, what: str, noun: str = "replicas") -> str:
    return f"{done} of {wanted} {noun} {what}"


def _surplus(number: int, which: str) -> str:
    return counted(number, f"{which} replica still runs", f"{which} replicas still run")


def _rolling(message: str) -> Health:
    return Health(State.PROGRESSING, "RollingOut", message)


def _refused(reason: str, message: str, since: datetime | None) -> Health:
    return Health(State.FAILED, reason or "ReplicaFailure", f"its pods can't be created: {message}", since)


def _done(wanted: int, since: datetime | None) -> Health:
    return Health(State.READY, message="" if wanted else "scaled to 0", since=since)
