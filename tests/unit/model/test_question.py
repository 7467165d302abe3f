"""What Git is asked about an object."""

import pytest

from tests.fakes.objects import (
    MAIN,
    OLD_MAIN,
    OLD_SHA,
    SHA,
    Body,
    artifact,
    body,
    git,
    helm_chart,
    helm_repository,
    hr,
    ks,
    oci,
    picture_of,
    ref_of,
)
from tui.model.pending import Question
from tui.model.question import NoGitError, question_about

URL = "https://git.example/fleet.git"
GIT_CHART = {"spec": {"chart": "./charts/api", "sourceRef": {"kind": "GitRepository", "name": "flux-system"}}}
NO_GIT = ", not from a GitRepository: there is no Git diff"


@pytest.mark.parametrize(
    ("objects", "question"),
    [
        pytest.param([git()], Question(URL, branch="main", fetched=SHA), id="source"),
        pytest.param([git(spec={"ref": None})], Question(URL, fetched=SHA), id="source-of-the-default-branch"),
        pytest.param(
            [git(spec={"ref": {"semver": ">1", "tag": "v1", "name": "refs/x", "commit": OLD_SHA}}, revision=OLD_MAIN)],
            Question(URL, "", "v1", ">1", "refs/x", OLD_SHA, fetched=OLD_SHA),
            id="source-of-a-version",
        ),
        pytest.param([git(status={"artifact": None})], Question(URL, branch="main"), id="source-that-fetched-nothing"),
        pytest.param(
            [ks("apps"), git()], Question(URL, branch="main", applied=SHA, fetched=SHA, path="./apps"), id="all-applied"
        ),
        pytest.param(
            [ks("apps", applied=OLD_MAIN, attempted=MAIN), git()],
            Question(URL, branch="main", applied=OLD_SHA, attempted=SHA, fetched=SHA, path="./apps"),
            id="last-attempt-failed",
        ),
        pytest.param(
            [ks("apps", applied="", attempted=""), git()],
            Question(URL, branch="main", fetched=SHA, path="./apps"),
            id="never-applied",
        ),
        pytest.param(
            [ks("apps", applied=f"main/{SHA}", attempted=f"main/{SHA}"), git()],
            Question(URL, branch="main", applied=SHA, fetched=SHA, path="./apps"),
            id="revision-before-flux-2",
        ),
        pytest.param(
            [
                hr("api", "flux-system", chart=GIT_CHART),
                helm_chart("flux-system-api", source="flux-system", of="GitRepository"),
                git(),
            ],
            Question(URL, branch="main", fetched=SHA),
            id="release-of-a-chart-in-git",
        ),
    ],
)
def test_what_is_asked(objects: list[Body], question: Question) -> None:
    assert question_about(picture_of(*objects), ref_of(objects[0])) == question


@pytest.mark.parametrize(
    ("objects", "why"),
    [
        pytest.param(
            [ks("apps")], "its source, GitRepository flux-system/flux-system, does not exist", id="source-is-missing"
        ),
        pytest.param(
            [ks("apps", spec={"sourceRef": {"kind": "OCIRepository", "name": "m"}}), oci("m")],
            f"Kustomization flux-system/apps comes from OCIRepository flux-system/m{NO_GIT}",
            id="from-a-registry",
        ),
        pytest.param(
            [hr("api"), helm_chart("apps-api"), helm_repository()],
            f"HelmRelease apps/api comes from HelmRepository flux-system/charts{NO_GIT}",
            id="from-a-helm-repository",
        ),
        pytest.param(
            [hr("api", ref={"kind": "OCIRepository", "name": "m", "namespace": "flux-system"}), oci("m")],
            f"HelmRelease apps/api comes from OCIRepository flux-system/m{NO_GIT}",
            id="release-from-a-registry",
        ),
        pytest.param([body("Alert", "a")], "Alert flux-system/a does not come from a GitRepository", id="no-source"),
        pytest.param(
            [
                body(
                    "ExternalArtifact",
                    "x",
                    spec={"sourceRef": {"kind": "ExternalArtifact", "name": "x"}},
                    status={"artifact": artifact(MAIN)},
                )
            ],
            f"ExternalArtifact flux-system/x comes from ExternalArtifact flux-system/x{NO_GIT}",
            id="its-own-source",
        ),
    ],
)
def test_what_does_not_come_from_git(objects: list[Body], why: str) -> None:
    with pytest.raises(NoGitError) as raised:
        question_about(picture_of(*objects), ref_of(objects[0]))
    assert str(raised.value) == why


def test_an_object_that_is_gone() -> None:
    with pytest.raises(NoGitError, match="Kustomization flux-system/apps is gone"):
        question_about(picture_of(), ref_of(ks("apps")))
