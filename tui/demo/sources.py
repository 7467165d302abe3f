"""The simulated source-controller (internal/controller/*_controller.go of the real one)."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from tui.demo.artifacts import (
    begin,
    building,
    digest_of,
    fail,
    is_current,
    not_cached,
    stall,
    store_artifact,
    up_to_date,
)
from tui.demo.charts import ChartError, find_chart
from tui.demo.conditions import is_true
from tui.demo.engine import Steps
from tui.demo.incidents import is_reachable
from tui.demo.repository import GitError, Repository
from tui.demo.resources import Key, Object
from tui.demo.run import Cluster, Run


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


def git_repository(run: Run) -> Steps:
    """Reconcile a GitRepository: look for a new commit.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    begin(run)
    yield run.pause(0.2, 0.9)
    held = "artifact" in run.item["status"]
    try:
        repository = _repository(run, "list remote for" if held else "clone")
        commit, revision = repository.resolve(run.spec.get("ref", {}))
        subject = repository.subject(commit)
    except GitError as error:
        return fail(run, "FetchFailed", "GitOperationFailed", f"failed to checkout and determine revision: {error}")
    if is_current(run, revision):
        message = f"no changes since last reconciliation: observed revision '{revision}'"
        return up_to_date(
            run, "GitOperationSucceeded", message, {"Succeeded": f"stored artifact for commit '{revision}'"}
        )
    building(run, "NewRevision", f"new upstream revision '{revision}'")
    yield run.pause(0.3, 1.2)
    message = f"stored artifact for revision '{revision}'"
    digest = store_artifact(run, revision, f"{commit}.tar.gz", "Succeeded", message)
    run.log(f"stored artifact for commit '{subject}'")
    run.event("NewArtifact", f"stored artifact for commit '{subject}'", {"revision": revision, "digest": digest})
    return run.interval()


def _repository(run: Run, verb: str) -> Repository:
    url = run.spec["url"]
    found = run.cluster.git.get(urlsplit(url).path)
    if found is None:
        raise GitError(f"unable to {verb} '{url}': repository not found: ")
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
    begin(run)
    yield run.pause(0.2, 0.9)
    url, ref = run.spec["url"], run.spec.get("ref", {})
    tag = ref.get("tag") or ref.get("semver") or "latest"
    if not is_reachable(url):
        why = f'failed to determine artifact digest: Get "https://{urlsplit(url).hostname}/v2/": no such host'
        return fail(run, "FetchFailed", "OCIArtifactPullFailed", why)
    digest = digest_of(url, tag)
    revision = f"{tag}@sha256:{digest}"
    message = f"stored artifact with revision '{revision}' from '{url}'"
    if is_current(run, revision):
        told = f"artifact up-to-date with remote revision: '{revision}'"
        return up_to_date(run, "ArtifactUpToDate", told, {"Succeeded": message})
    building(run, "NewRevision", f"new revision '{revision}' for '{url}'")
    yield run.pause(0.3, 1.2)
    stored = store_artifact(
        run, revision, f"{digest}.tar.gz", "Succeeded", f"stored artifact for digest '{revision}'", "latest.tar.gz"
    )
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
    if run.is_static:
        return None
    begin(run)
    yield run.pause(0.3, 1.0)
    url = run.spec["url"]
    if not is_reachable(url):
        host = urlsplit(url).hostname
        why = (
            "failed to fetch Helm repository index: failed to cache index to temporary file: "
            f'Get "{url}/index.yaml": dial tcp: lookup {host} on 10.96.0.10:53: no such host'
        )
        return fail(run, "FetchFailed", "Failed", why)
    digest = digest_of(url, "index")
    revision = f"sha256:{digest}"
    message = f"stored fetched index of size {int(digest[:3], 16)}kB from '{url}'"
    if is_current(run, revision):
        told = f"artifact up-to-date with remote revision: '{revision}'"
        return up_to_date(run, "ArtifactUpToDate", told, {"Succeeded": message})
    building(run, "NewRevision", f"new index revision '{revision}'")
    yield run.pause(0.3, 1.0)
    stored = store_artifact(
        run, revision, f"index-{digest}.yaml", "Succeeded", f"stored artifact: revision '{revision}'", "index.yaml"
    )
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
    begin(run)
    yield run.pause(0.2, 0.8)
    ref = run.spec["sourceRef"]
    source = run.cluster.store.get(Key(ref["kind"], run.key.namespace, ref["name"]))
    if source is None:
        why = f"failed to get source: {not_cached(ref['kind'], ref['name'])}"
        return fail(run, "FetchFailed", "SourceUnavailable", why)
    artifact = source.get("status", {}).get("artifact")
    if artifact is None and source["spec"].get("type") != "oci":
        message = f"no artifact available for {ref['kind']} source '{ref['name']}'"
        if not is_true(run.item, "FetchFailed"):
            run.event("NoSourceArtifact", message)
        run.log(message)
        return fail(run, "FetchFailed", "NoSourceArtifact", message, warning=False)
    try:
        chart = find_chart(run.spec["chart"], run.spec.get("version", "*"))
    except ChartError as error:
        stall(run, "FetchFailed", "InvalidChartReference", f"invalid chart reference: {error}")
        return None
    message = f"pulled '{chart.name}' chart with version '{chart.version}'"
    if is_current(run, chart.version):
        told = f"artifact up-to-date with remote revision: '{chart.version}'"
        return up_to_date(run, "ArtifactUpToDate", told, {"ChartPullSucceeded": message})
    building(run, "NewChart", message)
    yield run.pause(0.3, 1.0)
    observed = {"observedChartName": chart.name, "observedSourceArtifactRevision": (artifact or {}).get("revision", "")}
    observed = {name: value for name, value in observed.items() if value}
    file = f"{chart.name}-{chart.version}.tgz"
    digest = store_artifact(run, chart.version, file, "ChartPullSucceeded", message, "latest.tar.gz", **observed)
    run.log(message)
    run.event("ChartPullSucceeded", message, {"revision": chart.version, "digest": digest})
    return run.interval()
