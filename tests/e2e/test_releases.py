"""Helm releases: their charts from Git and from a registry, out of retries, reset and forced."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.api import ApiError, Body, wait_for
from tests.e2e.content import RELEASE, ROOT, yaml
from tests.e2e.extra import PATIENCE, present
from tests.e2e.ownregion import OwnRegion
from tests.e2e.region import Region
from tests.e2e.registry import CHART, Registry
from tests.e2e.watching import Watching, ref, watching
from tui.model.detail import describe_object
from tui.model.health import State
from tui.model.intent import Outcome, Step, Verb
from tui.model.kinds import FORCE_REQUEST, RECONCILE_REQUEST, RESET_REQUEST
from tui.model.question import NoGitError, question_about

_STUBBORN = "stubborn"
"""A release whose ConfigMap some other hand has made immutable, so that no upgrade can change it."""


# From Git


async def test_a_chart_in_git(region: Region) -> None:
    release = ref(region, RELEASE, "HelmRelease")
    async with watching(region) as watch:
        assert (await watch.until_state(release, State.READY, PATIENCE)).reason.endswith("Succeeded")
        chart = watch.picture.links(release).source
        assert chart == ref(region, f"{region.namespace}-{RELEASE}", "HelmChart")
        assert watch.picture.links(chart).source == ref(region, ROOT, "GitRepository")
        body = region.get("HelmRelease", RELEASE)
        assert watch.get(release).revision == body["status"]["history"][0]["chartVersion"]
        assert question_about(watch.picture, release).url == region.git_url


async def test_with_source_brings_a_new_chart_from_git_by_way_of_its_helm_chart(region: Region) -> None:
    release = ref(region, RELEASE, "HelmRelease")
    chart, source = ref(region, f"{region.namespace}-{RELEASE}", "HelmChart"), ref(region, ROOT, "GitRepository")
    async with watching(region) as watch:
        template = region.repository.read("charts/podinfo/templates/config.yaml")
        commit = region.push("charts/podinfo/templates/config.yaml", f"{template}  more: in the chart\n")
        outcome = await watch.ask(Verb.RECONCILE, release, with_source=True, seconds=PATIENCE)
        assert outcome.step is Step.READY, outcome.message
        first, second = (watch.picture.outcomes[one] for one in (source, chart))
        assert (first.step, second.step) == (Step.READY, Step.READY)
        assert first.settled is not None
        assert second.settled is not None
        assert first.settled <= second.asked
        assert second.settled <= outcome.asked
        for one in (first, second, outcome):
            body = region.get(one.ref.kind, one.ref.name)
            assert body["status"]["lastHandledReconcileAt"] == one.token, one.ref.kind
        await _until_chart(watch, region, RELEASE, f"0.1.0+{commit[:12]}")
    assert _config_map(region, RELEASE)["data"]["more"] == "in the chart"


# Out of retries


async def test_out_of_retries_it_is_stalled_and_a_plain_reconcile_does_nothing(region: Region) -> None:
    release = ref(region, _STUBBORN, "HelmRelease")
    async with watching(region) as watch:
        with _stubborn(region):
            health = await watch.until_state(release, State.STALLED, PATIENCE)
            assert health.reason == "RetriesExceeded"
            assert "field is immutable" in health.message.splitlines()[0], "what failed, not what remedied it"
            detail = describe_object(watch.picture, release, watch.session.clock.now())
            assert "will not retry by itself" in detail.title
            assert "gave up after 2 tries" in detail.facts
            before = _released_version(region)
            outcome = await watch.ask(Verb.RECONCILE, release, seconds=PATIENCE)
            assert outcome.step is Step.FAILED
            assert outcome.message.startswith("RetriesExceeded: Helm upgrade failed")
            assert region.get("HelmRelease", _STUBBORN)["status"]["lastHandledReconcileAt"] == outcome.token
            assert _released_version(region) == before


async def test_a_reset_makes_it_try_again_and_a_force_upgrades_it_when_it_can(region: Region) -> None:
    release = ref(region, _STUBBORN, "HelmRelease")
    async with watching(region) as watch:
        with _stubborn(region):
            await watch.until_state(release, State.STALLED, PATIENCE)
            before = _released_version(region)
            reset = await watch.ask(Verb.RESET, release, seconds=PATIENCE)
            assert reset.step is Step.FAILED
            assert "field is immutable" in reset.message
            _assert_obeyed(region, reset, RESET_REQUEST, "lastHandledResetAt")
            assert _released_version(region) > before, "it was tried again"
            await watch.until_state(release, State.STALLED, PATIENCE)

            _delete_config_map(region)  # what was in its way is gone, and nobody tries again
            forced = await watch.ask(Verb.FORCE, release, seconds=PATIENCE)
            assert forced.step is Step.READY, forced.message
            _assert_obeyed(region, forced, FORCE_REQUEST, "lastHandledForceAt")
            assert watch.picture.health(release).state is State.READY
            last = region.get("HelmRelease", _STUBBORN)["status"]["history"][0]
            assert last["status"] == "deployed"
            assert _config_map(region, _STUBBORN)["data"]["message"] == "changed"


async def test_a_force_upgrades_what_is_in_sync_once(region: Region) -> None:
    release = ref(region, RELEASE, "HelmRelease")
    async with watching(region) as watch:
        await watch.until_state(release, State.READY, PATIENCE)
        before = _released_version(region, RELEASE)
        forced = await watch.ask(Verb.FORCE, release, seconds=PATIENCE)
        assert forced.step is Step.READY, forced.message
        assert _released_version(region, RELEASE) == before + 1
        assert (await watch.ask(Verb.RECONCILE, release, seconds=PATIENCE)).step is Step.READY
        assert _released_version(region, RELEASE) == before + 1


# Suspended


async def test_a_suspended_release_is_neither_forced_nor_reset_and_resumes(region: Region) -> None:
    release = ref(region, RELEASE, "HelmRelease")
    async with watching(region) as watch:
        assert (await watch.ask(Verb.SUSPEND, release, seconds=PATIENCE)).step is Step.READY
        before = region.get("HelmRelease", RELEASE)["metadata"].get("annotations")
        for verb in (Verb.FORCE, Verb.RESET, Verb.RECONCILE):
            outcome = await watch.ask(verb, release)
            assert (outcome.step, outcome.message) == (Step.REFUSED, "it is suspended: resume it first")
        assert region.get("HelmRelease", RELEASE)["metadata"].get("annotations") == before
        resumed = await watch.ask(Verb.RESUME, release, seconds=PATIENCE)
        assert resumed.step is Step.READY, resumed.message
    assert region.get("HelmRelease", RELEASE)["status"]["lastHandledReconcileAt"] == resumed.token


# From a registry


@pytest.fixture
def registry(own: OwnRegion) -> Iterator[Registry]:
    """The region's registry, with a chart in it."""
    try:
        yield Registry(own)
    finally:
        own.stop("registry")


@pytest.mark.ours
async def test_a_chart_in_a_registry(own: OwnRegion, registry: Registry) -> None:
    digest = registry.push_chart("boxed", "stable", _chart("0.1.0", "first"))
    release, source = ref(own, "boxed", "HelmRelease"), ref(own, "boxed", "OCIRepository")
    async with watching(own) as watch:
        with _boxed(own, registry):
            await watch.until_state(release, State.READY, PATIENCE)
            assert watch.picture.links(release).source == source
            assert watch.picture.links(source).source is None
            assert watch.fetched(source) == f"stable@{digest}"
            assert watch.get(release).revision == f"0.1.0+{digest[7:19]}"
            with pytest.raises(NoGitError, match=r"comes from OCIRepository .*/boxed, not from a GitRepository"):
                question_about(watch.picture, release)

            digest = registry.push_chart("boxed", "stable", _chart("0.2.0", "second"))
            outcome = await watch.ask(Verb.RECONCILE, release, with_source=True, seconds=PATIENCE)
            assert outcome.step is Step.READY, outcome.message
            assert watch.picture.outcomes[source].step is Step.READY
            assert own.get("OCIRepository", "boxed")["status"]["artifact"]["revision"] == f"stable@{digest}"
            await _until_chart(watch, own, "boxed", f"0.2.0+{digest[7:19]}")
            assert _config_map(own, "boxed")["data"]["message"] == "second"


@pytest.mark.ours
async def test_a_tag_that_the_registry_does_not_have(own: OwnRegion, registry: Registry) -> None:
    registry.push_chart("boxed", "stable", _chart("0.1.0", "first"))
    release, source = ref(own, "boxed", "HelmRelease"), ref(own, "boxed", "OCIRepository")
    async with watching(own) as watch:
        with _boxed(own, registry):
            await watch.until_state(release, State.READY, PATIENCE)
            own.patch("OCIRepository", "boxed", {"spec": {"ref": {"tag": "nowhere"}}})
            health = await watch.until_state(source, State.FAILED, PATIENCE)
            assert health.reason == "OCIArtifactPullFailed"
            assert "MANIFEST_UNKNOWN" in health.message
            outcome = await watch.ask(Verb.RECONCILE, release, with_source=True, seconds=PATIENCE)
            assert outcome.step is Step.FAILED
            assert outcome.message.startswith(f"its source oci {own.namespace}/boxed came to: failed")
            alone = await watch.ask(Verb.RECONCILE, release, seconds=PATIENCE)
            assert alone.step is Step.FAILED
            assert alone.message.startswith("SourceNotReady: ")
            assert watch.picture.health(release).state is State.WAITING
            told = describe_object(watch.picture, release, watch.session.clock.now()).message[0]
            assert told.startswith("waits on oci boxed, which fails")

            own.patch("OCIRepository", "boxed", {"spec": {"ref": {"tag": "stable"}}})
            await watch.until_state(source, State.READY, PATIENCE)
            await watch.until_state(release, State.READY, PATIENCE)


# Hands


def _chart(version: str, message: str) -> dict[str, str]:
    template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  message: "
    about = {"apiVersion": "v2", "name": "boxed", "version": version}
    return {"Chart.yaml": yaml(about), "templates/config.yaml": f"{template}{message}\n"}


def _release(region: Region, name: str, **spec: Any) -> Body:
    meta = {"name": name, "namespace": region.namespace}
    common = {"interval": "10m", "timeout": "30s"}
    return {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": meta, "spec": common | spec}


@contextmanager
def _boxed(region: Region, registry: Registry) -> Iterator[None]:
    """An OCIRepository and a release of the chart in it."""
    source = {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "OCIRepository",
        "metadata": {"name": "boxed", "namespace": region.namespace},
        "spec": {
            "interval": "30m",
            "timeout": "20s",
            "url": f"{registry.url}/boxed",
            "insecure": True,
            "ref": {"tag": "stable"},
            "layerSelector": {"mediaType": CHART, "operation": "copy"},
        },
    }
    release = _release(region, "boxed", chartRef={"kind": "OCIRepository", "name": "boxed"})
    with present(region, source), present(region, release):
        yield


@contextmanager
def _stubborn(region: Region) -> Iterator[None]:
    """A release that was installed, and then can't be upgraded, with one retry."""
    source = {"kind": "GitRepository", "name": ROOT}
    chart = {"spec": {"chart": "./charts/podinfo", "interval": "10m", "sourceRef": source}}
    upgrade = {"remediation": {"retries": 1}}
    release = _release(region, _STUBBORN, chart=chart, upgrade=upgrade, values={"message": "first"})
    with present(region, release):
        try:
            wait_for(f"{_STUBBORN} to be installed", lambda: _is_installed(region), PATIENCE)
            path = region.api.path("v1", "ConfigMap", region.namespace, _STUBBORN)
            region.api.request("PATCH", path, {"immutable": True}, "application/merge-patch+json")
            region.patch("HelmRelease", _STUBBORN, {"spec": {"values": {"message": "changed"}}})
            yield
        finally:
            _delete_config_map(region)


def _is_installed(region: Region) -> bool:
    conditions = region.get("HelmRelease", _STUBBORN).get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _config_map(region: Region, name: str) -> Body:
    found: Body = region.api.request("GET", region.api.path("v1", "ConfigMap", region.namespace, name))
    return found


def _delete_config_map(region: Region) -> None:
    try:
        region.api.request("DELETE", region.api.path("v1", "ConfigMap", region.namespace, _STUBBORN))
    except ApiError as error:
        if error.status != 404:
            raise


def _released_version(region: Region, name: str = _STUBBORN) -> int:
    """How many releases Helm has made, failed ones and rollbacks too."""
    return max(int(one["version"]) for one in region.get("HelmRelease", name)["status"]["history"])


def _assert_obeyed(region: Region, outcome: Outcome, annotation: str, handled: str) -> None:
    """One token everywhere: in both requests, and in what the controller says it has handled."""
    body = region.get("HelmRelease", outcome.ref.name)
    annotations, status = body["metadata"]["annotations"], body["status"]
    assert annotations[RECONCILE_REQUEST] == annotations[annotation] == outcome.token
    assert status["lastHandledReconcileAt"] == status[handled] == outcome.token


async def _until_chart(watch: Watching, region: Region, name: str, version: str) -> None:
    """Wait until a release of a chart version is in force, by what is shown and by what the API server has."""
    release = ref(region, name, "HelmRelease")
    await watch.until(
        f"{name} to be ready at {version}",
        lambda: watch.get(release).revision == version and watch.picture.health(release).state is State.READY,
        PATIENCE,
    )
    assert region.get("HelmRelease", name)["status"]["history"][0]["chartVersion"] == version
