"""Inventory ids and revisions, in every form in which Flux writes them."""

import pytest

from tests.fakes.objects import OLD_SHA, SHA
from tui.model.refs import InventoryId, ObjectRef, Revision, parse_inventory_id, parse_revision

DIGEST = "cd" * 32


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("apps_web_apps_Deployment", InventoryId("apps", "web", "apps", "Deployment"), id="namespaced"),
        pytest.param("apps_web__Service", InventoryId("apps", "web", "", "Service"), id="core-group"),
        pytest.param("_apps__Namespace", InventoryId("", "apps", "", "Namespace"), id="cluster-scoped"),
        pytest.param(
            "_certs.cert-manager.io_apiextensions.k8s.io_CustomResourceDefinition",
            InventoryId("", "certs.cert-manager.io", "apiextensions.k8s.io", "CustomResourceDefinition"),
            id="crd",
        ),
        pytest.param(
            "_system__node-reader_rbac.authorization.k8s.io_ClusterRole",
            InventoryId("", "system:node-reader", "rbac.authorization.k8s.io", "ClusterRole"),
            id="rbac-colon",
        ),
        pytest.param(
            "kube-system_system____leader_rbac.authorization.k8s.io_Role",
            InventoryId("kube-system", "system::leader", "rbac.authorization.k8s.io", "Role"),
            id="rbac-two-colons",
        ),
        pytest.param(
            "___x_rbac.authorization.k8s.io_ClusterRole",
            InventoryId("", ":x", "rbac.authorization.k8s.io", "ClusterRole"),
            id="rbac-leading-colon",
        ),
        pytest.param(
            "ns_a_b_c_example.io_Thing", InventoryId("ns", "a_b_c", "example.io", "Thing"), id="underscores-in-name"
        ),
        pytest.param(
            "flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization",
            InventoryId("flux-system", "apps", "kustomize.toolkit.fluxcd.io", "Kustomization"),
            id="flux",
        ),
        pytest.param("", None, id="empty"),
        pytest.param("nonsense", None, id="no-underscore"),
        pytest.param("a_b", None, id="one-underscore"),
        pytest.param("a_b_C", None, id="two-underscores"),
        pytest.param("a__g_K", None, id="no-name"),
        pytest.param("ns_name_group_", None, id="no-kind"),
        pytest.param("____", None, id="only-underscores"),
    ],
)
def test_inventory_ids(text: str, expected: InventoryId | None) -> None:
    assert parse_inventory_id(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "short", "commit"),
    [
        pytest.param(f"main@sha1:{SHA}", Revision("main", SHA, "sha1"), "main@a1b2c3d4", SHA, id="branch"),
        pytest.param(
            f"feature/x/y@sha1:{SHA}",
            Revision("feature/x/y", SHA, "sha1"),
            "feature/x/y@a1b2c3d4",
            SHA,
            id="branch-with-slashes",
        ),
        pytest.param(
            f"we@ird@sha1:{SHA}", Revision("we@ird", SHA, "sha1"), "we@ird@a1b2c3d4", SHA, id="branch-with-at"
        ),
        pytest.param(
            f"refs/heads/main@sha1:{SHA}",
            Revision("refs/heads/main", SHA, "sha1"),
            "main@a1b2c3d4",
            SHA,
            id="ref-name",
        ),
        pytest.param(
            f"refs/tags/v1.2@sha1:{SHA}", Revision("refs/tags/v1.2", SHA, "sha1"), "v1.2@a1b2c3d4", SHA, id="tag-name"
        ),
        pytest.param(
            f"refs/pull/7/head@sha1:{SHA}",
            Revision("refs/pull/7/head", SHA, "sha1"),
            "refs/pull/7/head@a1b2c3d4",
            SHA,
            id="pull-request",
        ),
        pytest.param(f"v1.2.3@sha1:{SHA}", Revision("v1.2.3", SHA, "sha1"), "v1.2.3@a1b2c3d4", SHA, id="tag"),
        pytest.param(f"sha1:{SHA}", Revision("", SHA, "sha1"), "a1b2c3d4", SHA, id="commit-only"),
        pytest.param(f"main/{SHA}", Revision("main", SHA, ""), "main@a1b2c3d4", SHA, id="before-flux-2"),
        pytest.param(
            f"feature/x/{SHA}", Revision("feature/x", SHA, ""), "feature/x@a1b2c3d4", SHA, id="before-flux-2-slashes"
        ),
        pytest.param(
            f"HEAD/{OLD_SHA}", Revision("HEAD", OLD_SHA, ""), "HEAD@9f8e7d6c", OLD_SHA, id="before-flux-2-head"
        ),
        pytest.param(
            f"latest@sha256:{DIGEST}", Revision("latest", DIGEST, "sha256"), "latest@cdcdcdcd", "", id="oci-tag"
        ),
        pytest.param(f"sha256:{DIGEST}", Revision("", DIGEST, "sha256"), "cdcdcdcd", "", id="digest"),
        pytest.param("1.9.2", Revision("1.9.2", "", ""), "1.9.2", "", id="chart-version"),
        pytest.param(
            "1.9.2+1f2e3d4c5b6a", Revision("1.9.2+1f2e3d4c5b6a", "", ""), "1.9.2+1f2e3d4c5b6a", "", id="oci-chart"
        ),
        pytest.param("", Revision("", "", ""), "", "", id="empty"),
        pytest.param("main@sha1:", Revision("main@sha1:", "", ""), "main@sha1:", "", id="no-digest"),
        pytest.param(
            "main@sha1:zzzzzzzz", Revision("main@sha1:zzzzzzzz", "", ""), "main@sha1:zzzzzzzz", "", id="no-hex"
        ),
        pytest.param(DIGEST, Revision("cdcdcdcd", "", ""), "cdcdcdcd", "", id="bare-hash-is-cut"),
    ],
)
def test_revisions(text: str, expected: Revision, short: str, commit: str) -> None:
    revision = parse_revision(text)
    assert revision == expected
    assert (revision.short, revision.commit) == (short, commit)


@pytest.mark.parametrize(
    ("namespace", "path"), [("flux-system", "flux-system/apps"), ("", "apps")], ids=["namespaced", "cluster-scoped"]
)
def test_the_path_of_an_object(namespace: str, path: str) -> None:
    assert ObjectRef("eu", "Kustomization", namespace, "apps").path == path
