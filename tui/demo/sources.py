"""The simulated source-controller (internal/controller/*_controller.go of the real one)."""

from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlsplit

from tui.demo.charts import ChartError, find_chart
from tui.demo.conditions import condition, is_true, mark
from tui.demo.engine import Steps
from tui.demo.incidents import is_reachable
from tui.demo.repository import GitError, Repository
from tui.demo.resources import TYPES, Key, Object
from tui.demo.run import Cluster, Run
from tui.demo.times import stamp

_RETRY = 60.0
"""Seconds after which a failed fetch is tried again; the real one backs off up to its interval."""


def artifact_files(cluster: Cluster, source: Object) -> Mapping[str, bytes]:
    """What is in a source's artifact.

    Args:
        cluster: Where the source is.
        source: The source, which has an artifact.

    Returns:
        Path → content; empty for sources that do not come from Git.

    Raises:
        GitError: The commit is not in the repository any more.
    """
    if source["kind"] != "GitRepository":
        return {}
    repository = cluster.git.get(urlsplit(source["spec"]["url"]).path)
    if repository is None:
        raise GitError(f"unable to clone '{source['spec']['url']}': repository not found")
    return repository.files(source["status"]["artifact"]["revision"].rpartition(":")[2])


def _suspended(run: Run) -> bool:
    if run.spec.get("suspend"):
        run.log("reconciliation is suspended for this object")
        run.handle()
        return True
    return False


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()


def _is_current(run: Run, revision: str) -> bool:
    held: str = run.item.get("status", {}).get("artifact", {}).get("revision", "")
    return held == revision and is_true(run.item, "Ready")


def _up_to_date(run: Run, reason: str, message: str) -> float:
    ready = condition(run.item, "Ready") or {}
    run.log(message)
    run.event(reason, message)
    run.settle(ready["reason"], ready["message"])
    return run.interval()


def _building(run: Run, outdated: str, message: str) -> None:
    with run.edit() as item:
        if "artifact" in item.get("status", {}):
            mark(item, "ArtifactOutdated", "True", outdated, message, run.now)
        mark(item, "Reconciling", "True", "Progressing", f"building artifact: {message}", run.now)
        mark(item, "Ready", "Unknown", "Progressing", f"building artifact: {message}", run.now)


def _store(run: Run, revision: str, file: str, reason: str, message: str, **status: object) -> str:
    """Keep the artifact and be ready; returns its digest."""
    digest = f"sha256:{_digest(run.cluster.context, run.key.subject, revision)}"
    folder = f"{run.key.kind.lower()}/{run.key.namespace}/{run.key.name}"
    with run.edit() as item:
        item["status"] |= status
        item["status"]["artifact"] = {
            "digest": digest,
            "lastUpdateTime": stamp(run.now),
            "path": f"{folder}/{file}",
            "revision": revision,
            "size": 1024 + int(digest[7:11], 16),
            "url": f"http://source-controller.flux-system.svc.cluster.local./{folder}/{file}",
        }
        mark(item, "ArtifactInStorage", "True", reason, message, run.now)
    run.settle(reason, message)
    return digest


def _fail(run: Run, type_: str, reason: str, message: str) -> float:
    with run.edit() as item:
        mark(item, type_, "True", reason, message, run.now)
        mark(item, "Ready", "False", reason, message, run.now)
        mark(item, "Reconciling", "True", "ProgressingWithRetry", message, run.now)
    run.handle()
    run.log("Reconciler error", message)
    run.event(reason, message, warning=True)
    return min(_RETRY, run.interval())


def git_repository(run: Run) -> Steps:
    """Reconcile a GitRepository: look for a new commit.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    if _suspended(run):
        return None
    yield run.pause(0.2, 0.9)
    try:
        repository = _repository(run)
        commit, revision = repository.resolve(run.spec.get("ref", {}))
        subject = repository.subject(commit)
    except GitError as error:
        return _fail(run, "FetchFailed", "GitOperationFailed", f"failed to checkout and determine revision: {error}")
    if _is_current(run, revision):
        message = f"no changes since last reconciliation: observed revision '{revision}'"
        return _up_to_date(run, "GitOperationSucceeded", message)
    _building(run, "NewRevision", f"new upstream revision '{revision}'")
    yield run.pause(0.3, 1.2)
    message = f"stored artifact for revision '{revision}'"
    digest = _store(run, revision, f"{commit}.tar.gz", "Succeeded", message)
    run.log(f"stored artifact for commit '{subject}'")
    run.event("NewArtifact", f"stored artifact for commit '{subject}'", {"revision": revision, "digest": digest})
    return run.interval()


def _repository(run: Run) -> Repository:
    url = run.spec["url"]
    found = run.cluster.git.get(urlsplit(url).path)
    if found is None:
        raise GitError(f"unable to clone '{url}': repository not found")
    return found


def oci_repository(run: Run) -> Steps:
    """Reconcile an OCIRepository.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    if _suspended(run):
        return None
    yield run.pause(0.2, 0.9)
    url, ref = run.spec["url"], run.spec.get("ref", {})
    tag = ref.get("tag") or ref.get("semver") or "latest"
    if not is_reachable(url):
        why = f'failed to determine artifact digest: Get "https://{urlsplit(url).hostname}/v2/": no such host'
        return _fail(run, "FetchFailed", "OCIArtifactPullFailed", why)
    digest = _digest(url, tag)
    revision = f"{tag}@sha256:{digest}"
    if _is_current(run, revision):
        return _up_to_date(run, "ArtifactUpToDate", f"artifact up-to-date with remote revision: '{revision}'")
    _building(run, "NewRevision", f"new revision '{revision}' for '{url}'")
    yield run.pause(0.3, 1.2)
    stored = _store(run, revision, f"{digest}.tar.gz", "Succeeded", f"stored artifact for digest '{revision}'", url=url)
    message = f"stored artifact with revision '{revision}' from '{url}'"
    run.log(message)
    run.event("NewArtifact", message, {"revision": revision, "digest": stored})
    return run.interval()


def helm_repository(run: Run) -> Steps:
    """Reconcile a HelmRepository; one of type `oci` is static.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    if run.spec.get("type") == "oci" or _suspended(run):
        return None
    yield run.pause(0.3, 1.0)
    url = run.spec["url"]
    if not is_reachable(url):
        host = urlsplit(url).hostname
        why = (
            "failed to fetch Helm repository index: failed to cache index to temporary file: "
            f'Get "{url}/index.yaml": dial tcp: lookup {host} on 10.96.0.10:53: no such host'
        )
        return _fail(run, "FetchFailed", "IndexationFailed", why)
    digest = _digest(url, "index")
    revision = f"sha256:{digest}"
    if _is_current(run, revision):
        return _up_to_date(run, "ArtifactUpToDate", f"artifact up-to-date with remote revision: '{revision}'")
    _building(run, "NewRevision", f"new index revision '{revision}'")
    yield run.pause(0.3, 1.0)
    stored = _store(
        run, revision, f"index-{digest}.yaml", "Succeeded", f"stored artifact: revision '{revision}'", url=url
    )
    message = f"stored fetched index of size {int(digest[:3], 16)}kB from '{url}'"
    run.log(message)
    run.event("NewArtifact", message, {"revision": revision, "digest": stored})
    return run.interval()


def helm_chart(run: Run) -> Steps:
    """Reconcile a HelmChart, whose source is a HelmRepository.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    if _suspended(run):
        return None
    yield run.pause(0.2, 0.8)
    ref = run.spec["sourceRef"]
    source = run.cluster.store.get(Key(ref["kind"], run.key.namespace, ref["name"]))
    if source is None:
        what = f'{TYPES[ref["kind"]].plural}.{TYPES[ref["kind"]].group} "{ref["name"]}" not found'
        return _fail(run, "FetchFailed", "SourceUnavailable", f"failed to get source: {what}")
    artifact = source.get("status", {}).get("artifact")
    if artifact is None and source["spec"].get("type") != "oci":
        return _no_source_artifact(run, ref)
    try:
        chart = find_chart(run.spec["chart"], run.spec.get("version", "*"))
    except ChartError as error:
        return _fail(run, "FetchFailed", "InvalidChartReference", f"invalid chart reference: {error}")
    if _is_current(run, chart.version):
        return _up_to_date(run, "ArtifactUpToDate", f"artifact up-to-date with remote revision: '{chart.version}'")
    _building(run, "NewChart", f"new '{chart.name}' chart with version '{chart.version}'")
    yield run.pause(0.3, 1.0)
    message = f"pulled '{chart.name}' chart with version '{chart.version}'"
    observed = {"observedChartName": chart.name, "observedSourceArtifactRevision": (artifact or {}).get("revision", "")}
    observed = {name: value for name, value in observed.items() if value}
    digest = _store(run, chart.version, f"{chart.name}-{chart.version}.tgz", "ChartPullSucceeded", message, **observed)
    run.log(message)
    run.event("ChartPullSucceeded", message, {"revision": chart.version, "digest": digest})
    return run.interval()


def _no_source_artifact(run: Run, ref: Object) -> float:
    message = f"no artifact available for {ref['kind']} source '{ref['name']}'"
    known = condition(run.item, "FetchFailed")
    with run.edit() as item:
        mark(item, "FetchFailed", "True", "NoSourceArtifact", message, run.now)
        mark(item, "Ready", "False", "NoSourceArtifact", message, run.now)
        mark(item, "Reconciling", "True", "Progressing", "reconciliation in progress", run.now)
    run.handle()
    run.log(message)
    if known is None:
        run.event("NoSourceArtifact", message)
    return _RETRY
