"""API JSON to structs: every kind, pages, watch lines, and all that can be wrong with them."""

from datetime import timedelta

import msgspec
import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import (
    MAIN,
    READY,
    Body,
    artifact,
    body,
    git,
    helm_chart,
    helm_repository,
    hr,
    ks,
    oci,
    page,
    read,
    suspended_by,
    to_json,
    watch_line,
)
from tui.model.decode import decode_object, decode_page, decode_status, decode_watch_event
from tui.model.kinds import KINDS, find_kind
from tui.model.refs import ObjectRef

REALISTIC = [
    git(),
    oci("manifests"),
    body("Bucket", "b", spec={"endpoint": "minio:9000", "bucketName": "fleet", "interval": "5m"}, conditions=READY),
    helm_repository(),
    helm_chart("apps-api"),
    body(
        "ExternalArtifact",
        "ea",
        spec={
            "sourceRef": {"apiVersion": "source.extensions.fluxcd.io/v1beta1", "kind": "ArtifactGenerator", "name": "g"}
        },
        status={"artifact": artifact("latest@sha256:" + "ab" * 32)},
    ),
    body(
        "ArtifactGenerator",
        "g",
        spec={"sources": [{"alias": "a", "kind": "GitRepository", "name": "x"}], "artifacts": [{"name": "ea"}]},
        status={
            "inventory": [{"name": "ea", "namespace": "flux-system", "digest": "sha256:00", "filename": "1.tar.gz"}]
        },
        conditions=READY,
    ),
    ks("apps", after=["infra"], inventory=["apps_web_apps_Deployment"]),
    hr("api"),
    body("Alert", "a", spec={"providerRef": {"name": "p"}, "eventSources": [{"kind": "Kustomization", "name": "*"}]}),
    body("Provider", "p", spec={"type": "slack", "channel": "general"}),
    body(
        "Receiver", "r", spec={"type": "github", "resources": []}, status={"webhookPath": "/hook/x"}, conditions=READY
    ),
    body(
        "ImageRepository",
        "i",
        spec={"image": "registry.example/api", "interval": "5m"},
        status={"lastScanResult": {"tagCount": 3}},
        conditions=READY,
    ),
    body(
        "ImagePolicy",
        "i",
        spec={"imageRepositoryRef": {"name": "i"}, "policy": {"semver": {"range": "1.x"}}},
        status={"latestRef": {"name": "x", "tag": "1.0"}},
        conditions=READY,
    ),
    body(
        "ImageUpdateAutomation",
        "u",
        spec={"sourceRef": {"kind": "GitRepository", "name": "x"}, "git": {"commit": {}}, "update": {"path": "./"}},
        status={"lastPushCommit": "00"},
        conditions=READY,
    ),
    body(
        "FluxInstance",
        "flux",
        spec={"distribution": {"version": "2.x"}, "sync": {"ref": "refs/heads/main"}},
        status={"inventory": {"entries": []}, "lastAppliedRevision": "v2.9.4@sha256:" + "ab" * 32},
        conditions=READY,
    ),
    body(
        "ResourceSet",
        "rs",
        spec={"dependsOn": [{"apiVersion": "v1", "kind": "Secret", "name": "s", "ready": True}]},
        status={"history": [{"lastReconciled": "2026-11-21T11:00:00Z", "totalReconciliations": 4}]},
        conditions=READY,
    ),
    body("ResourceSetInputProvider", "ip", spec={"type": "GitHubPullRequest", "url": "https://x"}, conditions=READY),
]


def _without_text(number: object) -> Body:
    broken = ks("broken", version="77")
    broken["spec"]["path"] = number
    return broken


@pytest.mark.parametrize("object_", REALISTIC, ids=lambda object_: object_["kind"])
def test_every_kind_is_decoded(object_: Body) -> None:
    resource = read(object_)
    metadata = object_["metadata"]
    assert resource.ref == ObjectRef(
        "eu", object_["kind"], "flux-system" if metadata["name"] != "api" else "apps", metadata["name"]
    )
    assert (resource.metadata.uid, resource.metadata.resource_version) == (metadata["uid"], metadata["resourceVersion"])
    assert len(resource.status.conditions) == len(object_["status"].get("conditions", ()))
    assert resource.suspended is False


def test_the_table_of_examples_has_every_kind() -> None:
    assert {object_["kind"] for object_ in REALISTIC} == set(KINDS)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("ks", "Kustomization"),
        ("Kustomizations", "Kustomization"),
        ("GITREPOSITORY", "GitRepository"),
        ("hr", "HelmRelease"),
        ("rset", "ResourceSet"),
        ("k", None),
        ("", None),
    ],
)
def test_kinds_are_found_by_what_people_call_them(word: str, kind: str | None) -> None:
    found = find_kind(word)
    assert (found.name if found else None) == kind


@pytest.mark.parametrize(
    ("object_", "revision"),
    [
        pytest.param(git(), MAIN, id="artifact"),
        pytest.param(ks("a", applied=MAIN, attempted="main@sha1:" + "0" * 40), MAIN, id="applied"),
        pytest.param(ks("a", applied="", attempted=MAIN), MAIN, id="never-applied"),
        pytest.param(hr("a", version="1.9.1", attempted="1.9.2"), "1.9.1", id="deployed-chart"),
        pytest.param(
            hr(
                "a",
                attempted="1.9.2",
                status={
                    "history": [
                        {"version": 4, "status": "failed", "chartVersion": "1.9.2"},
                        {"version": 3, "status": "deployed", "chartVersion": "1.9.1"},
                    ]
                },
            ),
            "1.9.1",
            id="failed-upgrade-is-not-in-force",
        ),
        pytest.param(
            hr(
                "a",
                attempted="1.9.2",
                status={"history": [{"version": 1, "status": "failed", "chartVersion": "1.9.2"}]},
            ),
            "1.9.2",
            id="failed-install",
        ),
        pytest.param(hr("a", attempted="1.9.2", status={"history": []}), "1.9.2", id="chart-never-deployed"),
        pytest.param(body("Alert", "a"), "", id="none"),
    ],
)
def test_the_revision_in_force(object_: Body, revision: str) -> None:
    assert read(object_).revision == revision


def test_the_manager_that_owns_suspend_is_remembered() -> None:
    owner = read(ks("x", suspend=True, managed=suspended_by("gitops-tui", 90))).suspend_owner
    assert owner is not None
    assert (owner.manager, owner.operation, owner.time) == ("gitops-tui", "Update", NOON - timedelta(minutes=90))


@pytest.mark.parametrize(
    "managed",
    [
        pytest.param(None, id="none"),
        pytest.param(suspended_by("x", 1)[:1], id="owns-other-fields"),
        pytest.param([{"manager": "x", "operation": "Update", "fieldsV1": {"f:metadata": {}}}], id="owns-no-spec"),
        pytest.param([{"manager": "x", "operation": "Update"}], id="no-fields"),
    ],
)
def test_nobody_owns_suspend(managed: list[Body] | None) -> None:
    assert read(ks("x", managed=managed)).suspend_owner is None


def test_only_the_annotations_that_mean_something_are_kept() -> None:
    last = "kubectl.kubernetes.io/last-applied-configuration"
    annotations = {last: "{}", "fluxcd.controlplane.io/suspendedBy": "anna"}
    resource = read(ks("x", annotations=annotations, requested="t1"))
    assert (resource.requested_at, resource.metadata.annotations.suspended_by) == ("t1", "anna")
    assert last not in repr(resource)


def test_a_name_of_253_characters() -> None:
    name = ("x" * 62 + ".") * 4 + "y"
    assert read(ks(name[:253])).ref.name == name[:253]


def test_an_object_of_one_and_a_half_megabytes() -> None:
    huge = ks("x", inventory=[f"apps_web-{number:06}_apps_Deployment" for number in range(30_000)])
    huge["spec"]["postBuild"] = {"substitute": {"x": "y" * 400_000}}
    raw = to_json(huge)
    assert len(raw) > 1_500_000
    assert len(decode_object(raw, "eu", "Kustomization").inventory) == 30_000


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            {"status": {"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "today"}]}},
            id="bad-time",
        ),
        pytest.param(
            {
                "status": {
                    "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-21T12:00:00"}]
                }
            },
            id="time-without-zone",
        ),
        pytest.param({"status": {"conditions": [{"status": "True"}]}}, id="condition-without-type"),
        pytest.param({"spec": {"suspend": "yes"}}, id="suspend-is-text"),
        pytest.param({"spec": []}, id="spec-is-a-list"),
        pytest.param({"metadata": {}}, id="no-name"),
        pytest.param({"metadata": {"name": None}}, id="null-name"),
    ],
)
def test_what_flux_does_not_promise_is_refused(change: Body) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_object(to_json({**ks("x"), **change}), "eu", "Kustomization")


def test_a_page_keeps_everything_but_the_broken_item() -> None:
    told = decode_page(page(ks("a"), _without_text(7), ks("b"), version="9", more="next"), "eu", "Kustomization")
    assert [resource.ref.name for resource in told.resources] == ["a", "b"]
    assert [(skip.context, skip.kind, skip.name) for skip in told.skipped] == [
        ("eu", "Kustomization", "flux-system/broken")
    ]
    assert "$.spec.path" in told.skipped[0].why
    assert (told.resource_version, told.continue_token) == ("9", "next")


@pytest.mark.parametrize(
    ("item", "name"),
    [
        pytest.param(b'{"metadata":{"name":"\xff"}}', "", id="invalid-utf-8"),
        pytest.param(b"7", "", id="number"),
        pytest.param(b'{"metadata":{"name":"x","namespace":7}}', "", id="no-identity"),
        pytest.param(rb'{"metadata":{"name":"x\u001b[1m"},"spec":7}', "x[1m", id="hostile-name-of-a-broken-item"),
    ],
)
def test_a_broken_item_costs_only_itself(item: bytes, name: str) -> None:
    raw = b'{"metadata":{"resourceVersion":"9"},"items":[%s,%s]}' % (item, to_json(ks("a")))
    told = decode_page(raw, "eu", "Kustomization")
    assert [resource.ref.name for resource in told.resources] == ["a"]
    assert [skip.name for skip in told.skipped] == [name]


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        pytest.param(page(), [], id="empty"),
        pytest.param(b'{"metadata":{"resourceVersion":"1"},"items":null}', [], id="null-items"),
        pytest.param(page(ks("a"), ks("b")), ["a", "b"], id="two"),
    ],
)
def test_a_page(raw: bytes, names: list[str]) -> None:
    told = decode_page(raw, "eu", "Kustomization")
    assert [resource.ref.name for resource in told.resources] == names
    assert (told.skipped, told.continue_token) == ((), "")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"{}", id="nothing"),
        pytest.param(b"[]", id="a-list-of-nothing"),
        pytest.param(b'{"kind":"Status","code":200,"metadata":{}}', id="a-status"),
        pytest.param(b'{"items":[]}', id="no-metadata"),
        pytest.param(page(ks("a"))[:-5], id="truncated"),
        pytest.param(b"<html>welcome</html>", id="html"),
    ],
)
def test_what_is_no_list_is_no_empty_list(raw: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode_page(raw, "eu", "Kustomization")


@pytest.mark.parametrize("type_", ["ADDED", "MODIFIED", "DELETED"])
def test_a_watch_event_with_an_object(type_: str) -> None:
    event = decode_watch_event(watch_line(type_, ks("a", version="7")), "eu", "Kustomization")
    assert (event.type, event.resource_version, event.skipped, event.error) == (type_, "7", None, None)
    assert event.resource is not None
    assert event.resource.ref == ObjectRef("eu", "Kustomization", "flux-system", "a")


def test_a_bookmark_moves_the_version_only() -> None:
    bookmark = {"kind": "Kustomization", "metadata": {"resourceVersion": "99"}}
    event = decode_watch_event(watch_line("BOOKMARK", bookmark), "eu", "Kustomization")
    assert (event.type, event.resource_version, event.resource) == ("BOOKMARK", "99", None)


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        pytest.param({"code": 410, "reason": "Expired", "message": "too old\x1b[2J"}, 410, "too old[2J", id="expired"),
        pytest.param({}, 0, "", id="empty"),
        pytest.param("nonsense", 0, '"nonsense"', id="no-status"),
    ],
)
def test_an_error_event(status: object, code: int, message: str) -> None:
    event = decode_watch_event(watch_line("ERROR", status), "eu", "Kustomization")
    assert event.error is not None
    assert (event.type, event.resource_version, event.error.code, event.error.message) == ("ERROR", "", code, message)


def test_a_broken_object_in_a_watch_is_skipped_and_the_version_moves_on() -> None:
    event = decode_watch_event(watch_line("MODIFIED", _without_text(7)), "eu", "Kustomization")
    assert (event.resource, event.resource_version) == (None, "77")
    assert event.skipped is not None
    assert (event.skipped.name, event.skipped.kind) == ("flux-system/broken", "Kustomization")


def test_a_watch_object_in_invalid_utf_8_is_skipped() -> None:
    event = decode_watch_event(b'{"type":"ADDED","object":{"metadata":{"name":"\xff"}}}', "eu", "Kustomization")
    assert event.resource is None
    assert event.skipped is not None


@pytest.mark.parametrize(
    "line",
    [watch_line("ADDED", ks("a"))[:-4], b"{}", b"", b"garbage", b'{"type":"ADDED"}'],
    ids=["truncated", "nothing", "empty", "garbage", "no-object"],
)
def test_what_is_no_watch_event_is_an_error(line: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode_watch_event(line, "eu", "Kustomization")


@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        pytest.param(b'{"kind":"Status","code":403,"message":"forbidden"}', 403, "forbidden", id="status"),
        pytest.param(b"<html>\x1b[31mBad gateway</html>", 0, "<html>[31mBad gateway</html>", id="a-proxy-s-page"),
        pytest.param(b"\xff\xfe", 0, "\ufffd\ufffd", id="bytes"),
        pytest.param(b'{"code":"403"}', 0, '{"code":"403"}', id="code-as-text"),
        pytest.param(b"", 0, "", id="nothing"),
        pytest.param(b"x" * 1000, 0, "x" * 200, id="long"),
    ],
)
def test_the_body_of_a_refusal(raw: bytes, code: int, message: str) -> None:
    status = decode_status(raw)
    assert (status.code, status.message) == (code, message)
