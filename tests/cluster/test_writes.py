"""Writes: sent once, and honest about what became of them."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fakes.apiserver import ApiServer, answer, cut, refuse, serve_groups
from tests.fakes.entry import entry_for
from tests.fakes.rig import StepClock
from tui.cluster.cluster import KubernetesCluster
from tui.model.kinds import KUSTOMIZE_GROUP
from tui.model.refs import ObjectRef

REF = ObjectRef("eu", "Kustomization", "flux-system", "apps")
PATH = f"/apis/{KUSTOMIZE_GROUP}/v1/namespaces/flux-system/kustomizations/apps"
BODY = {"spec": {"suspend": True}}


@contextlib.asynccontextmanager
async def cluster(*behaviours: Any) -> AsyncIterator[tuple[ApiServer, KubernetesCluster]]:
    async with ApiServer() as server:
        serve_groups(server, {KUSTOMIZE_GROUP: {"v1": ["kustomizations"]}})
        server.on(PATH, *behaviours, method="PATCH")
        cluster = KubernetesCluster(entry_for(server.url, "eu"), StepClock())
        try:
            yield server, cluster
        finally:
            await cluster.close()


async def test_a_patch_is_a_merge_patch_by_our_field_manager() -> None:
    async with cluster(answer({})) as (server, it):
        reply = await it.patch(REF, BODY)
        assert reply.accepted
        assert not reply.message
        (seen,) = server.requests(PATH, "PATCH")
        assert seen.params == {"fieldManager": "gitops-tui"}
        assert seen.headers["Content-Type"] == "application/merge-patch+json"
        assert json.loads(seen.body) == BODY


async def test_a_patch_is_held_to_the_object_that_was_meant() -> None:
    async with cluster(answer({})) as (server, it):
        await it.patch(REF, {"metadata": {"annotations": {"a": "b"}}}, "uid-1")
        (seen,) = server.requests(PATH, "PATCH")
        assert json.loads(seen.body) == {"metadata": {"annotations": {"a": "b"}, "uid": "uid-1"}}


async def test_an_object_that_took_its_place_is_told() -> None:
    said = 'Kustomization "apps" is invalid: metadata.uid: Invalid value: "uid-1": field is immutable'
    async with cluster(refuse(422, said)) as (_, it):
        reply = await it.patch(REF, BODY, "uid-1")
        assert (reply.accepted, reply.uncertain) == (False, False)
        assert "it was deleted and made anew meanwhile" in reply.message


@pytest.mark.parametrize(
    ("body", "version"),
    [({"metadata": {"resourceVersion": "77"}}, "77"), ({}, ""), (b"<html>", ""), ([], "")],
    ids=["told", "left-out", "no-json", "no-object"],
)
async def test_which_version_has_the_change_is_told(body: Any, version: str) -> None:
    async with cluster(answer(body)) as (_, it):
        reply = await it.patch(REF, BODY)
        assert (reply.accepted, reply.version) == (True, version)


@pytest.mark.parametrize(
    ("code", "said", "words", "uncertain"),
    [
        (403, "User anna cannot patch", ["You may not change", "anna", "flux-edit"], False),
        (404, "not found", ["Kustomization flux-system/apps in eu is gone"], False),
        (409, "the object has been modified", ["by somebody else", "modified"], False),
        (422, "spec.suspend: Invalid value", ["does not accept", "Invalid value"], False),
        (429, "slow down", ["too busy", "slow down"], False),
        (500, "etcd timeout", ["500", "etcd timeout"], True),
        (504, "", ["504"], True),
    ],
    ids=["forbidden", "gone", "conflict", "invalid", "busy", "failed", "gateway"],
)
async def test_a_refusal_is_told_and_nothing_is_sent_again(
    code: int, said: str, words: list[str], uncertain: bool
) -> None:
    async with cluster(refuse(code, said)) as (server, it):
        reply = await it.patch(REF, BODY)
        assert not reply.accepted
        assert reply.uncertain is uncertain
        assert all(word in reply.message for word in words), reply.message
        assert len(server.requests(PATH, "PATCH")) == 1


async def test_a_connection_that_is_lost_after_sending_leaves_it_uncertain() -> None:
    async with cluster(cut()) as (server, it):
        reply = await it.patch(REF, BODY)
        assert (reply.accepted, reply.uncertain) == (False, True)
        assert "may have been done" in reply.message
        assert len(server.requests(PATH, "PATCH")) == 1


async def test_a_server_that_is_not_there_was_not_sent_anything() -> None:
    async with cluster(answer({})) as (server, it):
        await server.stop()
        reply = await it.patch(REF, BODY)
        assert (reply.accepted, reply.uncertain) == (False, False)
        assert reply.message.startswith("Not sent: ")


async def test_a_server_that_vanishes_after_discovery_was_not_sent_anything() -> None:
    async with cluster(answer({})) as (server, it):
        assert (await it.patch(REF, BODY)).accepted
        await server.stop()
        reply = await it.patch(REF, BODY)
        assert (reply.accepted, reply.uncertain) == (False, False)
        assert len(server.requests(PATH, "PATCH")) == 1


async def test_credentials_that_are_refused_are_told() -> None:
    async with cluster(refuse(401)) as (_, it):
        reply = await it.patch(REF, BODY)
        assert (reply.accepted, reply.uncertain) == (False, False)
        assert reply.message


async def test_a_kind_that_is_not_served_is_told() -> None:
    async with cluster(answer({})) as (_, it):
        reply = await it.patch(REF._replace(kind="HelmRelease"), BODY)
        assert not reply.accepted
        assert "does not serve HelmRelease" in reply.message
