"""Selectors, patches and what is built from files."""

from typing import Any

import pytest

from tui.demo.build import BuildError, build
from tui.demo.manifests import manifest
from tui.demo.patches import PatchError, json_patch, merge_patch
from tui.demo.protobuf import read_access_review
from tui.demo.selectors import SelectorError, field_selector, label_selector

LABELLED = manifest("Deployment", "web", "shop", labels={"app": "web", "tier": "front"})
EVENT = {
    "metadata": {"name": "web.1", "namespace": "shop"},
    "involvedObject": {"kind": "HelmRelease", "name": "web", "namespace": "shop", "uid": "u1"},
    "type": "Normal",
}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("app=web", True),
        ("app==web,tier=front", True),
        ("app=web,tier=back", False),
        ("app!=web", False),
        ("none!=web", True),
        ("app in (api, web)", True),
        ("app in (api),tier=front", False),
        ("app notin (api,db),tier", True),
        ("!app", False),
        ("!none", True),
    ],
)
def test_label_selectors(text: str, matches: bool) -> None:
    assert label_selector(text)(LABELLED) is matches


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("metadata.name=web.1", True),
        ("metadata.name=other", False),
        ("involvedObject.kind=HelmRelease,involvedObject.name=web", True),
        ("involvedObject.kind!=Pod", True),
        ("involvedObject.uid=u2", False),
        ("type!=Normal", False),
    ],
)
def test_field_selectors(text: str, matches: bool) -> None:
    assert field_selector(text)(EVENT) is matches


@pytest.mark.parametrize("text", ["spec.suspend=true", "nonsense"])
def test_field_selectors_that_are_refused(text: str) -> None:
    with pytest.raises(SelectorError):
        field_selector(text)


@pytest.mark.parametrize(
    ("patch", "result"),
    [
        ({"a": None}, {"b": {"c": 1, "d": 2}}),
        ({"b": {"c": None}}, {"a": 1, "b": {"d": 2}}),
        ({"b": {"c": 3}, "e": {"f": None, "g": 1}}, {"a": 1, "b": {"c": 3, "d": 2}, "e": {"g": 1}}),
        ({"b": [1]}, {"a": 1, "b": [1]}),
    ],
    ids=["remove", "remove inside", "set and add", "replace by a list"],
)
def test_merge_patches(patch: Any, result: Any) -> None:
    document = {"a": 1, "b": {"c": 1, "d": 2}}
    assert merge_patch(document, patch) == result
    assert document == {"a": 1, "b": {"c": 1, "d": 2}}


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ({"op": "replace", "path": "/spec/x", "value": 2}, {"spec": {"x": 2, "l": [1, 2]}}),
        ({"op": "add", "path": "/spec/a~1b", "value": 1}, {"spec": {"x": 1, "l": [1, 2], "a/b": 1}}),
        ({"op": "remove", "path": "/spec/x"}, {"spec": {"l": [1, 2]}}),
        ({"op": "add", "path": "/spec/l/-", "value": 3}, {"spec": {"x": 1, "l": [1, 2, 3]}}),
        ({"op": "remove", "path": "/spec/l/0"}, {"spec": {"x": 1, "l": [2]}}),
        ({"op": "test", "path": "/spec/x", "value": 1}, {"spec": {"x": 1, "l": [1, 2]}}),
    ],
    ids=lambda value: value.get("op") if "op" in value else "",
)
def test_json_patches(operation: Any, result: Any) -> None:
    assert json_patch({"spec": {"x": 1, "l": [1, 2]}}, [operation]) == result


@pytest.mark.parametrize(
    "patch",
    [
        {"op": "add"},
        [{"op": "replace", "path": "/none", "value": 1}],
        [{"op": "remove", "path": "/none"}],
        [{"op": "test", "path": "/a", "value": 2}],
        [{"op": "fly", "path": "/a"}],
        [{"path": "/a"}],
    ],
    ids=["no list", "nothing to replace", "nothing to remove", "test fails", "unknown", "no operation"],
)
def test_json_patches_that_are_refused(patch: Any) -> None:
    with pytest.raises(PatchError):
        json_patch({"a": 1}, patch)


FILES = {
    "plain/a.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    b"data: {region: '${region}', x: '${none:=y}'}\n",
    "plain/deep/b.yml": b"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n---\n",
    "plain/notes.txt": b"kind: nothing",
    "listed/kustomization.yaml": b"resources: [../plain/deep, c.yaml]\n",
    "listed/c.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    "listed/unlisted.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n",
}


@pytest.mark.parametrize(
    ("path", "names"),
    [("./plain", ["a", "b"]), ("plain/deep/", ["b"]), ("./listed", ["b", "c"]), ("./", ["a", "b", "b", "c"])],
    ids=["all below", "one folder", "as listed", "the root"],
)
def test_what_a_path_builds(path: str, names: list[str]) -> None:
    assert sorted(item["metadata"]["name"] for item in build(FILES, path, None, "/tmp/k")) == names


def test_variables_are_substituted_where_that_is_asked_for() -> None:
    assert build(FILES, "plain/", {"region": "eu"}, "/tmp/k")[0]["data"] == {"region": "eu", "x": "y"}
    assert build(FILES, "plain/", None, "/tmp/k")[0]["data"]["region"] == "${region}"


_GENERATED = "failed to decode Kubernetes YAML from /tmp/k/x/a.yaml: "
_LISTED = "kustomize build failed: accumulating resources: "


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.yaml": b"a: [\n"}, f"{_GENERATED}MalformedYAMLError: yaml: line 1: did not find expected node content"),
        (
            {"a.yaml": b"a: b\n\tc: d\n"},
            f"{_GENERATED}MalformedYAMLError: yaml: line 2: found a tab character that violates",
        ),
        ({"a.yaml": b"just text"}, f"{_GENERATED}missing Resource metadata"),
        (
            {"a.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {}"},
            f"{_GENERATED}missing metadata.name in object {{{{v1 ConfigMap}} {{{{ }} map[] map[]}}}}",
        ),
        (
            {"a.yaml": b"apiVersion: v1\nmetadata: {name: z}"},
            f"{_GENERATED}missing kind in object {{{{v1 }} {{{{z }} map[] map[]}}}}",
        ),
        ({"kustomization.yaml": b"a: [\n"}, "error converting YAML to JSON: yaml: line 1: did not find expected"),
        (
            {"kustomization.yaml": b"resources: [a.yaml]", "a.yaml": b"a: [\n"},
            f"{_LISTED}accumulating resources from 'a.yaml': MalformedYAMLError: yaml: line 1: did not find expected",
        ),
        (
            {"kustomization.yaml": b"resources: [gone.yaml]"},
            f"{_LISTED}accumulation err='accumulating resources from 'gone.yaml': open /tmp/k/x/gone.yaml: no such",
        ),
        (
            {"kustomization.yaml": b"resources: [a.yaml]", "a.yaml": b"kind: X\nmetadata: {}"},
            f"{_LISTED}accumulation err='accumulating resources from 'a.yaml': missing metadata.name in object",
        ),
    ],
    ids=[
        "bad YAML",
        "a tab",
        "no mapping",
        "no name",
        "no kind",
        "bad kustomization.yaml",
        "bad YAML that is listed",
        "listed and missing",
        "listed and without a name",
    ],
)
def test_files_that_can_not_be_built(files: dict[str, bytes], message: str) -> None:
    """In the words of kustomize-controller 1.9.5 (fluxcd/pkg kustomize/generator.go) and of kustomize."""
    with pytest.raises(BuildError) as raised:
        build({f"x/{name}": content for name, content in files.items()}, "x", None, "/tmp/k")
    assert str(raised.value).startswith(message)


def test_kubectls_access_review_is_read() -> None:
    def field(number: int, data: bytes) -> bytes:
        return bytes((number << 3 | 2, len(data))) + data

    attributes = (
        field(1, b"payments") + field(2, b"patch") + field(3, b"helm.toolkit.fluxcd.io") + field(5, b"helmreleases")
    )
    body = b"k8s\x00" + field(1, field(1, b"v1")) + field(2, field(1, b"") + field(2, field(1, attributes)))
    asked = read_access_review(body)["spec"]["resourceAttributes"]
    group = {"group": "helm.toolkit.fluxcd.io", "resource": "helmreleases"}
    assert asked == {"namespace": "payments", "verb": "patch", **group}
    for broken in (b"{}", b"k8s\x00", body[:-40]):
        with pytest.raises(ValueError, match="protobuf"):
            read_access_review(broken)
