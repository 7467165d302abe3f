"""What an API server says about itself: version, groups, resources."""

from collections.abc import Mapping

from tui.demo.resources import GROUP_VERSIONS, Object, ResourceType

_VERBS = ["delete", "get", "list", "patch", "watch"]

VERSION: Object = {
    "major": "1",
    "minor": "34",
    "gitVersion": "v1.34.2",
    "gitCommit": "demo",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "go1.24.9",
    "compiler": "gc",
    "platform": "linux/amd64",
}
"""`GET /version`: the API that is spoken."""

_REVIEWS: Object = {
    "name": "selfsubjectaccessreviews",
    "singularName": "selfsubjectaccessreview",
    "namespaced": False,
    "kind": "SelfSubjectAccessReview",
    "verbs": ["create"],
}
_REVIEW_GROUP = "authorization.k8s.io"


def api_versions() -> Object:
    """`GET /api`.

    Returns:
        APIVersions.
    """
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def _group(name: str, versions: tuple[str, ...]) -> Object:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def _groups(types: Mapping[str, ResourceType]) -> dict[str, tuple[str, ...]]:
    served = {item.group for item in types.values() if item.group}
    return {name: versions for name, versions in GROUP_VERSIONS.items() if name in served} | {_REVIEW_GROUP: ("v1",)}


def group_list(types: Mapping[str, ResourceType]) -> Object:
    """`GET /apis`.

    Args:
        types: What the cluster serves.

    Returns:
        APIGroupList.
    """
    groups = [_group(name, versions) for name, versions in _groups(types).items()]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(types: Mapping[str, ResourceType], name: str) -> Object | None:
    """`GET /apis/<group>`.

    Args:
        types: What the cluster serves.
        name: The group.

    Returns:
        APIGroup, None where it is not served.
    """
    versions = _groups(types).get(name)
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)} if versions else None


def resource_list(types: Mapping[str, ResourceType], name: str, version: str) -> Object | None:
    """`GET /apis/<group>/<version>`, or `/api/v1` for the core group.

    Args:
        types: What the cluster serves.
        name: The group, empty for core.
        version: The version.

    Returns:
        APIResourceList, None where it is not served.
    """
    if name == _REVIEW_GROUP and version == "v1":
        resources = [_REVIEWS]
    else:
        found = [item for item in types.values() if item.group == name and version in item.versions]
        resources = [entry for item in found for entry in _resources(item)]
    if not resources:
        return None
    group_version = f"{name}/{version}" if name else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources}


def _resources(item: ResourceType) -> list[Object]:
    main: Object = {
        "name": item.plural,
        "singularName": item.kind.lower(),
        "namespaced": item.namespaced,
        "kind": item.kind,
        "verbs": _VERBS,
        "shortNames": list(item.short_names),
        "categories": list(item.categories),
    }
    sub = {"singularName": "", "namespaced": item.namespaced, "kind": item.kind, "verbs": ["get"]}
    found = [main]
    if item.kind == "Pod":
        found.append({"name": "pods/log", **sub})
    return found
