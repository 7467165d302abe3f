"""The log of the selected object's controller: one stream, opened late, filtered, tried again."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.fakes.clock import NOON, in_virtual_time
from tests.fakes.cluster import FakeCluster, settle
from tests.fakes.objects import ref
from tui.logfollower import LogFollower
from tui.model.changes import LogLine
from tui.model.refs import ObjectRef
from tui.ports import ClusterError
from tui.tasks import Tasks

KUSTOMIZE, HELM, SOURCE = "kustomize-controller", "helm-controller", "source-controller"
APPS, INFRA = ref("Kustomization", "apps"), ref("Kustomization", "infra")
API, GIT = ref("HelmRelease", "api", "apps"), ref("GitRepository", "fleet")


def _line(message: str, about: ObjectRef | None = None, *, kind: str = "") -> LogLine:
    if about is None:
        return LogLine(NOON, "info", message)
    return LogLine(NOON, "info", message, "", kind or about.kind, about.namespace, about.name)


class Rig:
    """A follower of the logs of two contexts."""

    def __init__(self) -> None:
        self.eu, self.us = FakeCluster("eu"), FakeCluster("us")
        self.connected = {"eu": self.eu, "us": self.us}
        self.failed: list[str] = []
        self.changes = 0
        self.tasks = Tasks(lambda name, error: self.failed.append(f"{name}: {error}"))
        self.logs = LogFollower(self.connected.get, self.tasks, self._changed)

    def _changed(self) -> None:
        self.changes += 1

    @property
    def messages(self) -> list[str]:
        return [line.message for line in self.logs.lines]

    async def open(self, one: ObjectRef | None) -> None:
        """Select an object and stay there."""
        self.logs.follow(one)
        await asyncio.sleep(1)


def _run(script: Callable[[Rig], Awaitable[None]]) -> None:
    async def run() -> None:
        rig = Rig()
        try:
            await script(rig)
        finally:
            await rig.tasks.close()
        assert rig.failed == []

    in_virtual_time(run())


def test_the_controller_s_lines_arrive() -> None:
    async def script(rig: Rig) -> None:
        await rig.open(APPS)
        assert rig.eu.opened == [KUSTOMIZE]
        assert (rig.logs.controller, rig.logs.note) == (KUSTOMIZE, f"no lines of {KUSTOMIZE} so far")
        before = rig.logs.version, rig.changes
        rig.eu.say(KUSTOMIZE, _line("one"), _line("two"))
        await settle()
        assert (rig.messages, rig.logs.note) == (["one", "two"], "")
        assert (rig.logs.version, rig.changes) == (before[0] + 2, before[1] + 2)

    _run(script)


def test_moving_on_leaves_no_trace_at_the_api_server() -> None:
    async def script(rig: Rig) -> None:
        for one in (APPS, API, GIT, APPS, API):
            rig.logs.follow(one)
            await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        assert rig.eu.opened == [HELM]

    _run(script)


def test_another_object_of_the_same_controller_keeps_the_stream() -> None:
    async def script(rig: Rig) -> None:
        await rig.open(APPS)
        rig.eu.say(KUSTOMIZE, _line("kept"))
        await rig.open(INFRA)
        assert (rig.eu.opened, rig.eu.closed_logs, rig.messages) == ([KUSTOMIZE], [], ["kept"])

    _run(script)


@pytest.mark.parametrize(
    ("following", "cluster", "controller"),
    [
        pytest.param(API, "eu", HELM, id="another-controller"),
        pytest.param(ref("Kustomization", "apps", context="us"), "us", KUSTOMIZE, id="another-context"),
    ],
)
def test_another_target_closes_the_stream_and_drops_its_lines(
    following: ObjectRef, cluster: str, controller: str
) -> None:
    async def script(rig: Rig) -> None:
        await rig.open(APPS)
        rig.eu.say(KUSTOMIZE, _line("old"))
        await settle()
        rig.logs.follow(following)
        assert rig.messages == []
        rig.eu.say(KUSTOMIZE, _line("too late"))
        await asyncio.sleep(1)
        assert (rig.eu.closed_logs, rig.messages) == ([KUSTOMIZE], [])
        assert rig.connected[cluster].opened[-1] == controller
        rig.connected[cluster].say(controller, _line("new"))
        await settle()
        assert rig.messages == ["new"]

    _run(script)


@pytest.mark.parametrize(
    "nothing",
    [pytest.param(None, id="a-context-s-row"), pytest.param(ref("Deployment", "web"), id="a-kind-without-controller")],
)
def test_what_has_no_controller_has_no_log(nothing: ObjectRef | None) -> None:
    async def script(rig: Rig) -> None:
        await rig.open(APPS)
        rig.eu.say(KUSTOMIZE, _line("old"))
        await rig.open(nothing)
        assert (rig.eu.closed_logs, rig.messages, rig.logs.controller, rig.logs.note) == ([KUSTOMIZE], [], "", "")

    _run(script)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param([APPS], ["a1", "a2"], id="one"),
        pytest.param([APPS, INFRA], ["a1", "i1", "a2"], id="two"),
        pytest.param([], ["a1", "i1", "start", "other", "a2"], id="all"),
        pytest.param([GIT], [], id="none"),
    ],
)
def test_lines_are_filtered_by_object(wanted: list[ObjectRef], expected: list[str]) -> None:
    async def script(rig: Rig) -> None:
        await rig.open(APPS)
        rig.eu.say(
            KUSTOMIZE,
            _line("a1", APPS),
            _line("i1", INFRA),
            _line("start"),
            _line("other", ref("Kustomization", "apps", "elsewhere")),
            _line("a2", APPS, kind="kustomization"),
        )
        await settle()
        assert [line.message for line in rig.logs.of(frozenset(wanted))] == expected

    _run(script)


def test_what_goes_wrong_is_a_sentence_and_is_tried_again() -> None:
    async def script(rig: Rig) -> None:
        rig.eu.say(KUSTOMIZE, ClusterError("no pod of kustomize-controller was found"))
        await rig.open(APPS)
        assert (rig.logs.note, rig.eu.opened) == ("no pod of kustomize-controller was found", [KUSTOMIZE])
        rig.eu.say(KUSTOMIZE, _line("there it is"))
        await asyncio.sleep(16)
        assert (rig.logs.note, rig.messages, len(rig.eu.opened)) == ("", ["there it is"], 2)

    _run(script)


def test_an_error_that_lasts_is_told_once() -> None:
    async def script(rig: Rig) -> None:
        rig.eu.say(KUSTOMIZE, *(ClusterError("forbidden") for _ in range(4)))
        await rig.open(APPS)
        before = rig.changes
        await asyncio.sleep(40)
        assert (len(rig.eu.opened), rig.changes) == (3, before)

    _run(script)


def test_lines_stay_while_a_broken_log_is_tried_again_and_do_not_come_twice() -> None:
    async def script(rig: Rig) -> None:
        await rig.open(APPS)
        rig.eu.say(KUSTOMIZE, _line("one"), ClusterError("gone"))
        await settle()
        assert (rig.messages, rig.logs.note) == (["one"], "gone")
        rig.eu.say(KUSTOMIZE, _line("one"), _line("two"))
        await asyncio.sleep(16)
        assert (rig.messages, rig.logs.note) == (["one", "two"], "")

    _run(script)


def test_a_context_that_is_not_connected_says_so_until_it_is() -> None:
    async def script(rig: Rig) -> None:
        del rig.connected["eu"]
        await rig.open(APPS)
        assert rig.logs.note == "eu is not connected"
        rig.connected["eu"] = rig.eu
        rig.eu.say(KUSTOMIZE, _line("back"))
        await asyncio.sleep(16)
        assert rig.messages == ["back"]

    _run(script)


def test_only_the_latest_lines_are_kept() -> None:
    async def script(rig: Rig) -> None:
        await rig.open(APPS)
        rig.eu.say(KUSTOMIZE, *(_line(str(number)) for number in range(5001)))
        await settle()
        assert (len(rig.messages), rig.messages[0], rig.messages[-1]) == (5000, "1", "5000")

    _run(script)
