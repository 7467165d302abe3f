"""What is asked, and the patch that asks for it."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import (
    ROLLED_BACK,
    STALLED,
    Body,
    ago,
    body,
    helm_repository,
    hr,
    ks,
    read,
)
from tui.model.intent import Verb, ask, objection, patch_for

TOKEN = NOON.isoformat()
REQUEST = {"reconcile.fluxcd.io/requestedAt": TOKEN}
FORCE, RESET = {"reconcile.fluxcd.io/forceAt": TOKEN}, {"reconcile.fluxcd.io/resetAt": TOKEN}
LATE = NOON + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("verb", "object_", "patch"),
    [
        pytest.param(Verb.RECONCILE, ks("a"), {"metadata": {"annotations": REQUEST}}, id="reconcile"),
        pytest.param(Verb.SUSPEND, ks("a"), {"spec": {"suspend": True}}, id="suspend"),
        pytest.param(
            Verb.RESUME,
            ks("a", suspend=True),
            {"spec": {"suspend": None}, "metadata": {"annotations": REQUEST}},
            id="resume",
        ),
        pytest.param(Verb.SUSPEND, body("Alert", "a"), {"spec": {"suspend": True}}, id="suspend-what-is-static"),
        pytest.param(
            Verb.RESUME, body("Alert", "a", suspend=True), {"spec": {"suspend": None}}, id="resume-what-is-static"
        ),
        pytest.param(
            Verb.RESUME,
            helm_repository(oci=True, suspend=True),
            {"spec": {"suspend": None}},
            id="resume-an-oci-repository",
        ),
        pytest.param(
            Verb.SUSPEND,
            body("ResourceSet", "a"),
            {"metadata": {"annotations": {"fluxcd.controlplane.io/reconcile": "disabled"}}},
            id="suspend-operator-kind",
        ),
        pytest.param(
            Verb.RESUME,
            body("FluxInstance", "flux"),
            {"metadata": {"annotations": {**REQUEST, "fluxcd.controlplane.io/reconcile": "enabled"}}},
            id="resume-operator-kind",
        ),
        pytest.param(
            Verb.SUSPEND,
            body("ArtifactGenerator", "a"),
            {"metadata": {"annotations": {"source.extensions.fluxcd.io/reconcile": "disabled"}}},
            id="suspend-generator",
        ),
        pytest.param(Verb.FORCE, hr("a"), {"metadata": {"annotations": REQUEST | FORCE}}, id="force"),
        pytest.param(Verb.RESET, hr("a"), {"metadata": {"annotations": REQUEST | RESET}}, id="reset"),
    ],
)
def test_the_patch(verb: Verb, object_: Body, patch: dict[str, Any]) -> None:
    assert patch_for(ask(verb, read(object_), NOON)) == patch


def test_the_patch_of_a_resume_removes_the_field() -> None:
    assert (
        msgspec.json.encode(patch_for(ask(Verb.RESUME, read(body("Alert", "a")), NOON))) == b'{"spec":{"suspend":null}}'
    )


@pytest.mark.parametrize(
    ("verb", "object_", "why"),
    [
        pytest.param(Verb.RECONCILE, ks("a"), "", id="reconcile"),
        pytest.param(Verb.RECONCILE, ks("a", conditions=STALLED), "", id="reconcile-what-stalled"),
        pytest.param(Verb.RECONCILE, ks("a", suspend=True), "it is suspended: resume it first", id="suspended"),
        pytest.param(
            Verb.RECONCILE,
            body("ResourceSet", "a", annotations={"fluxcd.controlplane.io/reconcile": "disabled"}),
            "it is suspended: resume it first",
            id="switched-off",
        ),
        pytest.param(Verb.RECONCILE, body("Alert", "a"), "no controller reconciles this Alert", id="static"),
        pytest.param(
            Verb.RECONCILE,
            helm_repository(oci=True),
            "no controller reconciles this HelmRepository",
            id="oci-repository",
        ),
        pytest.param(
            Verb.RECONCILE,
            helm_repository(oci=True, suspend=True),
            "no controller reconciles this HelmRepository",
            id="suspended-oci-repository-is-not-to-be-resumed-for-it",
        ),
        pytest.param(
            Verb.RECONCILE,
            body("ExternalArtifact", "a"),
            "no controller reconciles this ExternalArtifact",
            id="external-artifact",
        ),
        pytest.param(Verb.SUSPEND, ks("a"), "", id="suspend"),
        pytest.param(Verb.SUSPEND, body("Provider", "a"), "", id="suspend-static"),
        pytest.param(
            Verb.SUSPEND, body("ExternalArtifact", "a"), "ExternalArtifacts cannot be suspended", id="not-suspendable"
        ),
        pytest.param(Verb.RESUME, ks("a", suspend=True), "", id="resume"),
        pytest.param(
            Verb.RESUME, body("ExternalArtifact", "a"), "ExternalArtifacts cannot be suspended", id="not-resumable"
        ),
        pytest.param(Verb.FORCE, hr("a"), "", id="force"),
        pytest.param(Verb.RESET, hr("a", conditions=ROLLED_BACK), "", id="reset"),
        pytest.param(Verb.FORCE, ks("a"), "only a HelmRelease can be forced", id="not-forcible"),
        pytest.param(Verb.RESET, body("Alert", "a"), "only a HelmRelease can be reset", id="not-resettable"),
        pytest.param(Verb.FORCE, hr("a", suspend=True), "it is suspended: resume it first", id="force-suspended"),
        pytest.param(Verb.RESET, hr("a", suspend=True), "it is suspended: resume it first", id="reset-suspended"),
        pytest.param(
            Verb.FORCE, ks("a", suspend=True), "only a HelmRelease can be forced", id="not-to-be-resumed-for-it"
        ),
        *(pytest.param(verb, hr("a", deleted=ago(1)), "it is being deleted", id=f"{verb}-deleted") for verb in Verb),
        pytest.param(
            Verb.RESUME, ks("a", suspend=True, deleted=ago(1)), "it is being deleted", id="suspended-and-deleted"
        ),
    ],
)
def test_what_would_do_nothing_is_not_sent(verb: Verb, object_: Body, why: str) -> None:
    assert objection(verb, read(object_)) == why


@pytest.mark.parametrize(
    ("timeout", "minutes"),
    [("", 5), ("1m", 5), ("10m", 11), ("nonsense", 5)],
    ids=["none", "shorter", "longer", "unreadable"],
)
def test_the_patience_fits_the_object(timeout: str, minutes: float) -> None:
    outcome = ask(Verb.RECONCILE, read(ks("a", spec={"timeout": timeout})), NOON)
    assert (outcome.asked, outcome.deadline) == (NOON, NOON + timedelta(minutes=minutes))


def test_a_request_with_an_absurd_timeout_can_be_made() -> None:
    assert ask(Verb.RECONCILE, read(ks("a", spec={"timeout": "99999999999999h"})), NOON).deadline > LATE
