"""Edges: every way from an object to its source, what it depends on, who applied it, what it applied."""

import pytest

from tests.fakes.objects import (
    Body,
    applied_by,
    body,
    git,
    helm_chart,
    helm_repository,
    hr,
    inventory_id,
    ks,
    oci,
    read,
    ref,
)
from tui.model.graph import Links, links_of, origin_of
from tui.model.refs import ObjectRef

IN_OTHER_NAMESPACE = {"kind": "GitRepository", "name": "charts", "namespace": "sources"}
IN_OWN_NAMESPACE = {"kind": "HelmRepository", "name": "charts"}
OCI_TEMPLATE = {"kind": "OCIRepository", "spec": {"url": "oci://registry.example/api", "ref": {"semver": "1.x"}}}


def _chart(source: Body) -> Body:
    return {"spec": {"chart": "api", "sourceRef": source}}


@pytest.mark.parametrize(
    ("object_", "source"),
    [
        pytest.param(ks("a"), ref("GitRepository", "flux-system"), id="kustomization"),
        pytest.param(
            ks("a", spec={"sourceRef": {"kind": "OCIRepository", "name": "m", "namespace": "sources"}}),
            ref("OCIRepository", "m", "sources"),
            id="kustomization-from-another-namespace",
        ),
        pytest.param(
            ks("a", spec={"sourceRef": {"kind": "ExternalArtifact", "name": "m"}}),
            ref("ExternalArtifact", "m"),
            id="kustomization-of-an-external-artifact",
        ),
        pytest.param(
            hr("api", ref={"kind": "OCIRepository", "name": "api"}),
            ref("OCIRepository", "api", "apps"),
            id="chart-ref-oci",
        ),
        pytest.param(
            hr("api", ref={"kind": "HelmChart", "name": "api", "namespace": "charts"}),
            ref("HelmChart", "api", "charts"),
            id="chart-ref-helm-chart",
        ),
        pytest.param(
            hr("api", ref={"kind": "ExternalArtifact", "name": "api"}),
            ref("ExternalArtifact", "api", "apps"),
            id="chart-ref-external-artifact",
        ),
        pytest.param(hr("api", chart=_chart(IN_OWN_NAMESPACE)), ref("HelmChart", "apps-api", "apps"), id="template"),
        pytest.param(
            hr("api", chart=_chart(IN_OTHER_NAMESPACE)),
            ref("HelmChart", "apps-api", "sources"),
            id="template-with-a-source-in-another-namespace",
        ),
        pytest.param(
            hr("api", chart=_chart(IN_OWN_NAMESPACE), status={"helmChart": "charts/renamed"}),
            ref("HelmChart", "renamed", "charts"),
            id="generated-chart-by-name",
        ),
        pytest.param(
            hr("api", chart=OCI_TEMPLATE), ref("OCIRepository", "apps-api", "apps"), id="template-of-flux-2.10"
        ),
        pytest.param(
            hr("api", chart=OCI_TEMPLATE, status={"helmChart": "apps/apps-api"}),
            ref("OCIRepository", "apps-api", "apps"),
            id="template-of-flux-2.10-with-an-old-chart-left",
        ),
        pytest.param(body("HelmRelease", "api"), None, id="release-without-chart"),
        pytest.param(
            hr("api", ref={"kind": "OCIRepository", "name": "api"}, status={"helmChart": "apps/apps-api"}),
            ref("OCIRepository", "api", "apps"),
            id="chart-ref-with-an-old-chart-left",
        ),
        pytest.param(helm_chart("c"), ref("HelmRepository", "charts"), id="chart"),
        pytest.param(
            helm_chart("c", of="GitRepository", source="fleet"), ref("GitRepository", "fleet"), id="chart-in-git"
        ),
        pytest.param(git(), None, id="git-is-a-beginning"),
        pytest.param(helm_repository(), None, id="helm-repository-is-a-beginning"),
        pytest.param(oci("m"), None, id="oci-is-a-beginning"),
        pytest.param(
            body("ImagePolicy", "p", spec={"imageRepositoryRef": {"name": "api"}}),
            ref("ImageRepository", "api"),
            id="image-policy",
        ),
        pytest.param(
            body("ImageUpdateAutomation", "u", spec={"sourceRef": {"kind": "GitRepository", "name": "fleet"}}),
            ref("GitRepository", "fleet"),
            id="image-update",
        ),
        pytest.param(body("Alert", "a", spec={"providerRef": {"name": "slack"}}), ref("Provider", "slack"), id="alert"),
        pytest.param(
            body("ExternalArtifact", "x", spec={"sourceRef": {"kind": "ArtifactGenerator", "name": "g"}}),
            ref("ArtifactGenerator", "g"),
            id="external-artifact",
        ),
    ],
)
def test_where_the_content_comes_from(object_: Body, source: ObjectRef | None) -> None:
    assert links_of(read(object_)).source == source


@pytest.mark.parametrize(
    ("object_", "origin"),
    [
        pytest.param(hr("api"), ref("HelmRepository", "charts"), id="repository"),
        pytest.param(
            hr("api", chart=_chart(IN_OWN_NAMESPACE)), ref("HelmRepository", "charts", "apps"), id="own-namespace"
        ),
        pytest.param(hr("api", chart=_chart(IN_OTHER_NAMESPACE)), ref("GitRepository", "charts", "sources"), id="git"),
        pytest.param(hr("api", chart=OCI_TEMPLATE), None, id="oci-template"),
        pytest.param(hr("api", ref={"kind": "OCIRepository", "name": "api"}), None, id="chart-ref"),
        pytest.param(helm_chart("c"), None, id="no-release"),
    ],
)
def test_what_a_generated_chart_is_pulled_from(object_: Body, origin: ObjectRef | None) -> None:
    assert origin_of(read(object_)) == origin


@pytest.mark.parametrize(
    ("object_", "expected"),
    [
        pytest.param(ks("a", after=["infra"]), [ref("Kustomization", "infra")], id="own-namespace"),
        pytest.param(
            ks("a", "apps", after=["infra"]), [ref("Kustomization", "infra", "apps")], id="dependent-s-namespace"
        ),
        pytest.param(
            ks("a", after=["infra/db", "x"]), [ref("Kustomization", "db", "infra"), ref("Kustomization", "x")], id="two"
        ),
        pytest.param(hr("a", after=["db"]), [ref("HelmRelease", "db", "apps")], id="release"),
        pytest.param(
            body(
                "ResourceSet",
                "a",
                spec={
                    "dependsOn": [
                        {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "name": "infra"},
                        {
                            "apiVersion": "apiextensions.k8s.io/v1",
                            "kind": "CustomResourceDefinition",
                            "name": "certs.io",
                        },
                        {"apiVersion": "v1", "kind": "Secret", "name": "s", "namespace": "apps"},
                    ]
                },
            ),
            [
                ref("Kustomization", "infra"),
                ref("CustomResourceDefinition", "certs.io", ""),
                ref("Secret", "s", "apps"),
            ],
            id="resource-set-on-anything",
        ),
        pytest.param(ks("a"), [], id="none"),
    ],
)
def test_what_has_to_be_ready_first(object_: Body, expected: list[ObjectRef]) -> None:
    assert list(links_of(read(object_)).depends_on) == expected


@pytest.mark.parametrize(
    ("labels", "owner"),
    [
        pytest.param(applied_by("apps"), ref("Kustomization", "apps"), id="kustomization"),
        pytest.param(
            {"helm.toolkit.fluxcd.io/name": "api", "helm.toolkit.fluxcd.io/namespace": "apps"},
            ref("HelmRelease", "api", "apps"),
            id="release",
        ),
        pytest.param(
            {**applied_by("apps"), "helm.toolkit.fluxcd.io/name": "api", "helm.toolkit.fluxcd.io/namespace": "apps"},
            ref("Kustomization", "apps"),
            id="kustomization-before-release",
        ),
        pytest.param(
            {"resourceset.fluxcd.controlplane.io/name": "t", "resourceset.fluxcd.controlplane.io/namespace": "apps"},
            ref("ResourceSet", "t", "apps"),
            id="resource-set",
        ),
        pytest.param(
            {"fluxcd.controlplane.io/name": "flux", "fluxcd.controlplane.io/namespace": "flux-system"},
            ref("FluxInstance", "flux"),
            id="flux-instance",
        ),
        pytest.param({"app.kubernetes.io/name": "api"}, None, id="other-labels"),
        pytest.param({}, None, id="none"),
    ],
)
def test_who_applied_it_as_its_labels_claim(labels: dict[str, str], owner: ObjectRef | None) -> None:
    assert links_of(read(ks("x", labels=labels))).labelled_owner == owner


@pytest.mark.parametrize(
    ("object_", "applied"),
    [
        pytest.param(
            ks(
                "a",
                inventory=[
                    "apps_web_apps_Deployment",
                    inventory_id("HelmRelease", "api", "apps"),
                    inventory_id("Kustomization", "b"),
                    "_fluxcd__Namespace",
                    "flux-system_fluxcd__Secret",
                    "nonsense-fluxcd",
                ],
            ),
            [ref("HelmRelease", "api", "apps"), ref("Kustomization", "b")],
            id="flux-objects-only",
        ),
        pytest.param(
            ks("a", inventory=[inventory_id("HelmRelease", "api")], spec={"kubeConfig": {"secretRef": {"name": "x"}}}),
            [],
            id="what-lives-in-another-cluster-is-not-here",
        ),
        pytest.param(ks("a"), [], id="no-inventory"),
        pytest.param(
            body(
                "ArtifactGenerator",
                "g",
                "apps",
                status={
                    "inventory": [
                        {"name": "one", "namespace": "apps"},
                        {"name": "two"},
                    ]
                },
            ),
            [ref("ExternalArtifact", "one", "apps"), ref("ExternalArtifact", "two", "apps")],
            id="artifact-generator",
        ),
        pytest.param(
            body(
                "FluxInstance", "flux", status={"inventory": {"entries": [{"id": inventory_id("GitRepository", "x")}]}}
            ),
            [ref("GitRepository", "x")],
            id="flux-instance",
        ),
    ],
)
def test_what_it_applied(object_: Body, applied: list[ObjectRef]) -> None:
    assert list(links_of(read(object_)).applied) == applied


def test_an_inventory_that_did_not_change_is_not_parsed_again() -> None:
    before = read(ks("a", inventory=[inventory_id("HelmRelease", "api")]))
    after = read(ks("a", inventory=[inventory_id("HelmRelease", "api")], after=["b"]))
    remembered = Links(applied=(ref("HelmRelease", "remembered"),))
    links = links_of(after, before, remembered)
    assert links.applied == remembered.applied
    assert links.depends_on == (ref("Kustomization", "b"),)


def test_an_inventory_moves_away_when_the_cluster_does() -> None:
    inventory = [inventory_id("HelmRelease", "api")]
    before = read(ks("a", inventory=inventory))
    after = read(ks("a", inventory=inventory, spec={"kubeConfig": {"secretRef": {"name": "x"}}}))
    assert links_of(after, before, links_of(before)).applied == ()
