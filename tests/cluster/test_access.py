"""Access reviews: asked once, remembered for minutes."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fakes.apiserver import ApiServer, answer, refuse
from tests.fakes.entry import entry_for
from tui.cluster.access import REMEMBERED, UNANSWERED, AccessReviews
from tui.cluster.connection import Connection
from tui.ports import Access

PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
KS = ("kustomize.toolkit.fluxcd.io", "kustomizations")


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@contextlib.asynccontextmanager
async def reviews(*behaviours: Any) -> AsyncIterator[tuple[ApiServer, AccessReviews, Time]]:
    async with ApiServer() as server:
        server.on(PATH, *behaviours, method="POST")
        connection = Connection(entry_for(server.url, "eu"))
        time = Time()
        try:
            yield server, AccessReviews(connection, time), time
        finally:
            await connection.close()


def says(allowed: bool) -> Any:
    return answer({"status": {"allowed": allowed}}, 201)


@pytest.mark.parametrize(
    ("behaviour", "access"),
    [
        (says(True), Access.ALLOWED),
        (says(False), Access.DENIED),
        (refuse(500), Access.UNKNOWN),
        (refuse(403), Access.UNKNOWN),
        (answer(b"<html>", 201), Access.UNKNOWN),
    ],
    ids=["allowed", "denied", "failed", "forbidden", "no-json"],
)
async def test_the_answer(behaviour: Any, access: Access) -> None:
    async with reviews(behaviour) as (server, it, _):
        assert await it.may_patch(*KS, "apps") is access
        (seen,) = server.requests(PATH, "POST")
        assert json.loads(seen.body)["spec"]["resourceAttributes"] == {
            "group": "kustomize.toolkit.fluxcd.io",
            "resource": "kustomizations",
            "namespace": "apps",
            "verb": "patch",
        }


async def test_an_answer_is_remembered_for_minutes() -> None:
    async with reviews(says(True), says(False)) as (_, it, time):
        assert await it.may_patch(*KS, "apps") is Access.ALLOWED
        time.now += REMEMBERED - 1
        assert await it.may_patch(*KS, "apps") is Access.ALLOWED
        time.now += 2
        assert await it.may_patch(*KS, "apps") is Access.DENIED


async def test_what_could_not_be_asked_is_asked_again_soon_but_not_at_once() -> None:
    async with reviews(refuse(503), says(True)) as (server, it, time):
        assert await it.may_patch(*KS, "apps") is Access.UNKNOWN
        assert await it.may_patch(*KS, "apps") is Access.UNKNOWN
        assert len(server.requests(PATH, "POST")) == 1
        time.now += UNANSWERED + 1
        assert await it.may_patch(*KS, "apps") is Access.ALLOWED


async def test_a_question_is_asked_once_at_a_time() -> None:
    async with reviews(says(True)) as (server, it, _):
        asked = [it.may_patch(*KS, namespace) for namespace in ("apps", "apps", "apps", "infra")]
        assert await asyncio.gather(*asked) == [Access.ALLOWED] * 4
        assert len(server.requests(PATH, "POST")) == 2


async def test_a_server_that_is_not_there_is_unknown() -> None:
    async with reviews(says(True)) as (server, it, _):
        await server.stop()
        assert await it.may_patch(*KS, "apps") is Access.UNKNOWN
