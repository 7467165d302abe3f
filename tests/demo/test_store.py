from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from tui.demo.manifests import config_map, kustomization
from tui.demo.objects import LOG_LENGTH, ConflictError, ExpiredError, Store
from tui.demo.ownership import Writer, apply, owned, update
from tui.demo.resources import Key, Object

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY = Key("Kustomization", "flux-system", "apps")


def at(manager: str, operation: str = "Update") -> Writer:
    return Writer(manager, operation, "2026-11-21T12:00:00Z")


@pytest.fixture
def store() -> Store:
    return Store(Random(1), lambda: NOW)


def changed(item: Object, **fields: Any) -> Object:
    return {**item, "metadata": {**item["metadata"]}, **fields}


def test_the_generation_follows_the_spec_alone(store: Store) -> None:
    first = store.put(kustomization("apps", "./apps"))
    assert (first["metadata"]["generation"], first["metadata"]["creationTimestamp"]) == (1, "2026-11-21T12:00:00Z")
    second = store.put(changed(first, status={"observedGeneration": 1}))
    assert second["metadata"]["generation"] == 1
    third = store.put(changed(second, spec={**second["spec"], "suspend": True}))
    assert third["metadata"]["generation"] == 2
    versions = [int(item["metadata"]["resourceVersion"]) for item in (first, second, third)]
    assert versions == sorted(set(versions))


def test_writing_the_same_again_changes_nothing(store: Store) -> None:
    first = store.put(kustomization("apps", "./apps"))
    version = store.version
    assert store.put(changed(first)) == first
    assert store.version == version


def test_a_write_that_expects_another_version_is_refused(store: Store) -> None:
    first = store.put(kustomization("apps", "./apps"))
    with pytest.raises(ConflictError):
        store.put(changed(first, spec={}), "1")
    assert store.get(KEY) == first


def test_a_list_of_the_past_undoes_what_came_later(store: Store) -> None:
    store.put(config_map("a", "x", value="1"))
    store.put(config_map("b", "x", value="1"))
    version = store.version
    live = store.get(Key("ConfigMap", "x", "a"))
    assert live is not None
    store.put(changed(live, data={"value": "2"}))
    store.delete(Key("ConfigMap", "x", "b"))
    store.put(config_map("c", "x", value="1"))
    then = store.all_at("ConfigMap", "", version)
    assert [(item["metadata"]["name"], item["data"]["value"]) for item in then] == [("a", "1"), ("b", "1")]
    now = store.all("ConfigMap")
    assert [(item["metadata"]["name"], item["data"]["value"]) for item in now] == [("a", "2"), ("c", "1")]


def test_the_log_ends_somewhere(store: Store) -> None:
    version = store.version
    for number in range(LOG_LENGTH + 1):
        store.put(config_map(f"n{number}", "x"))
    with pytest.raises(ExpiredError):
        store.since("ConfigMap", version)
    assert len(store.since("ConfigMap", store.version - 3)) == 3
    store.expire()
    assert store.since("ConfigMap", store.version) == []
    with pytest.raises(ExpiredError):
        store.since("ConfigMap", store.version - 1)


def live_object() -> Object:
    item = apply(None, kustomization("apps", "./apps"), at("kustomize-controller", "Apply"))
    item["metadata"]["generation"] = 1
    return item


@pytest.mark.parametrize(
    ("manager", "seize", "kept"),
    [
        ("flux", "kubectl", True),
        ("gitops-tui", "kubectl", True),
        ("kubectl-patch", "kubectl", False),
        ("kubectl", "", True),
    ],
    ids=["flux", "gitops-tui", "kubectl is seized", "nobody is seized"],
)
def test_server_side_apply_and_fields_that_are_not_declared(manager: str, seize: str, kept: bool) -> None:
    live = live_object()
    suspended = update(live, changed(live, spec={**live["spec"], "suspend": True}), at(manager))
    assert owned(suspended, manager, "Update") == {("spec", "suspend")}
    again = apply(suspended, kustomization("apps", "./apps"), at("kustomize-controller", "Apply"), seize)
    assert ("suspend" in again["spec"]) is kept


def test_server_side_apply_reverts_what_is_declared_and_drops_what_is_no_longer() -> None:
    declared = kustomization("apps", "./apps", suspend=True)
    live = apply(live_object(), declared, at("kustomize-controller", "Apply"))
    assert ("spec", "suspend") in owned(live, "kustomize-controller", "Apply")
    resumed = update(live, changed(live, spec={**live["spec"], "suspend": False}), at("flux"))
    assert ("spec", "suspend") not in owned(resumed, "kustomize-controller", "Apply")
    reverted = apply(resumed, declared, at("kustomize-controller", "Apply"))
    assert reverted["spec"]["suspend"] is True
    assert owned(reverted, "flux", "Update") == set()
    dropped = apply(reverted, kustomization("apps", "./apps"), at("kustomize-controller", "Apply"))
    assert "suspend" not in dropped["spec"]


def test_applying_the_same_again_gives_the_same_object() -> None:
    live = live_object()
    assert apply(live, kustomization("apps", "./apps"), at("kustomize-controller", "Apply")) is live
