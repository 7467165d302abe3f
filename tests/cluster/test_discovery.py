"""Which Flux kinds a cluster serves, and at which version."""

import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.fakes.apiserver import ApiServer, answer, hang, refuse, serve_groups
from tests.fakes.entry import entry_for
from tui.cluster.connection import Connection, Unreachable
from tui.cluster.discovery import Api, discover
from tui.cluster.refusal import Refused
from tui.model.kinds import HELM_GROUP, IMAGE_GROUP, KINDS, KUSTOMIZE_GROUP, NOTIFICATION_GROUP, SOURCE_GROUP
from tui.model.refs import ObjectRef


@contextlib.asynccontextmanager
async def connected() -> AsyncIterator[tuple[ApiServer, Connection]]:
    async with ApiServer() as server:
        connection = Connection(entry_for(server.url, "eu"))
        try:
            yield server, connection
        finally:
            await connection.close()


async def test_kinds_are_found_at_their_groups_preferred_version() -> None:
    async with connected() as (server, connection):
        serve_groups(
            server,
            {
                "apps": {"v1": ["deployments"]},
                KUSTOMIZE_GROUP: {"v1": ["kustomizations"]},
                SOURCE_GROUP: {"v1": ["gitrepositories", "buckets"], "v1beta2": ["gitrepositories", "buckets"]},
            },
        )
        found = await discover(connection)
        assert {kind: api.collection for kind, api in found.apis.items()} == {
            "GitRepository": "/apis/source.toolkit.fluxcd.io/v1/gitrepositories",
            "Bucket": "/apis/source.toolkit.fluxcd.io/v1/buckets",
            "Kustomization": "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations",
        }
        assert not found.unknown
        assert not server.requests("/apis/apps/v1"), "only Flux's groups are asked about"


async def test_a_kind_that_the_preferred_version_lacks_is_found_at_another() -> None:
    async with connected() as (server, connection):
        serve_groups(
            server, {NOTIFICATION_GROUP: {"v1": ["receivers"], "v1beta3": ["alerts", "providers", "receivers"]}}
        )
        found = await discover(connection)
        assert {kind: api.version for kind, api in found.apis.items()} == {
            "Alert": "v1beta3",
            "Provider": "v1beta3",
            "Receiver": "v1",
        }


async def test_a_group_whose_version_vanishes_meanwhile_has_no_kinds() -> None:
    async with connected() as (server, connection):
        serve_groups(server, {HELM_GROUP: {"v2": ["helmreleases"]}, KUSTOMIZE_GROUP: {"v1": ["kustomizations"]}})
        server.on(f"/apis/{HELM_GROUP}/v2", refuse(404))
        found = await discover(connection)
        assert list(found.apis) == ["Kustomization"]


async def test_no_flux_group_is_no_kind() -> None:
    async with connected() as (server, connection):
        serve_groups(server, {"apps": {"v1": ["deployments"]}})
        assert (await discover(connection)).apis == {}


async def test_a_group_that_fails_is_unknown_and_the_others_are_found() -> None:
    async with connected() as (server, connection):
        serve_groups(server, {HELM_GROUP: {"v2": ["helmreleases"]}, IMAGE_GROUP: {"v1": ["imagepolicies"]}})
        server.on(f"/apis/{HELM_GROUP}/v2", refuse(503, "down"))
        found = await discover(connection)
        assert list(found.apis) == ["ImagePolicy"]
        assert found.unknown == {HELM_GROUP}


@pytest.mark.parametrize("path", ["/apis", f"/apis/{NOTIFICATION_GROUP}/v1"], ids=["groups", "resources"])
async def test_where_discovery_is_forbidden_the_usual_versions_are_tried(path: str) -> None:
    async with connected() as (server, connection):
        serve_groups(server, {NOTIFICATION_GROUP: {"v1": ["receivers"]}})
        server.on(path, refuse(403, "forbidden"))
        found = await discover(connection)
        assert found.apis["Receiver"].collection == f"/apis/{NOTIFICATION_GROUP}/v1/receivers"
        assert found.apis["Alert"].collection == f"/apis/{NOTIFICATION_GROUP}/v1beta3/alerts"
        assert len(found.apis) == (len(KINDS) if path == "/apis" else 3)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [(refuse(500, "boom"), 500), (answer(b"<html>"), 200), (answer([]), 200)],
    ids=["500", "html", "list"],
)
async def test_what_is_no_discovery_is_told(behaviour: object, code: int) -> None:
    async with connected() as (server, connection):
        server.on("/apis", behaviour)  # type: ignore[arg-type]
        with pytest.raises(Refused) as caught:
            await discover(connection)
        assert caught.value.code == code


async def test_a_server_that_is_lost_while_groups_are_asked_leaves_them_unknown() -> None:
    async with connected() as (server, connection):
        serve_groups(server, {HELM_GROUP: {"v2": ["helmreleases"]}})

        async def gone(request: object) -> object:
            assert request.transport is not None  # type: ignore[attr-defined]
            request.transport.abort()  # type: ignore[attr-defined]
            return await hang()(request)  # type: ignore[arg-type]

        server.on(f"/apis/{HELM_GROUP}/v2", gone)  # type: ignore[arg-type]
        assert (await discover(connection)).unknown == {HELM_GROUP}


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    async with connected() as (server, connection):
        await server.stop()
        with pytest.raises(Unreachable):
            await discover(connection)


@pytest.mark.parametrize(
    ("api", "ref", "path"),
    [
        (
            Api(KUSTOMIZE_GROUP, "v1", "kustomizations"),
            ObjectRef("eu", "Kustomization", "ns", "apps"),
            f"/apis/{KUSTOMIZE_GROUP}/v1/namespaces/ns/kustomizations/apps",
        ),
        (Api("g.io", "v1", "things", False), ObjectRef("eu", "Thing", "", "a:b/c"), "/apis/g.io/v1/things/a%3Ab%2Fc"),
        (Api("", "v1", "secrets"), ObjectRef("eu", "Secret", "ns", "s"), "/api/v1/namespaces/ns/secrets/s"),
    ],
    ids=["namespaced", "cluster-scoped-and-quoted", "core"],
)
def test_the_path_of_an_object(api: Api, ref: ObjectRef, path: str) -> None:
    assert api.item(ref) == path
