"""A push travels commit → source → Kustomization → object, and every pane tells the same story of it."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.api import Body, wait_for
from tests.e2e.content import config_map, kustomization, sync, yaml
from tests.e2e.driving import Driven, driven
from tests.e2e.extra import is_gone
from tests.e2e.person import log_in
from tests.e2e.region import Region
from tests.e2e.watching import ref
from tui.model.intent import Step
from tui.model.refs import ObjectRef
from tui.screens.diff import DiffScreen

_SUBJECT = "Raise the answer to 42"
_LONG = 90.0
"""Seconds: Git and controllers under load."""

_SIZE = (200, 50)
"""Columns and lines: wide enough that a row has its revision beside its message."""

_NAME = "story"
_FILE = f"{_NAME}/config.yaml"


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: Region) -> Path:
    """A person's home: the Git credentials that the diff uses are those that are found from here."""
    home = tmp_path / "home"
    log_in(home, region)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GITOPS_TUI_CACHE_DIR", str(home / "cache"))
    return home


@pytest.fixture
def story(region: Region) -> Iterator[str]:
    """A GitRepository and a Kustomization of this test's own, both `story`, and the commit that they are at.

    Controllers send no more than 25 Events of an object at once and then one in five minutes (client-go,
    tools/record/events_cache.go): those of the objects that all tests share are used up.
    """
    commit = region.push(_FILE, yaml(config_map(_NAME, region.namespace, answer="41")))
    source, _ = sync(region.namespace, region.git_url, region.origin.secret)
    source["metadata"]["name"] = _NAME
    applier = kustomization(_NAME, region.namespace, f"./{_NAME}", sourceRef={"kind": "GitRepository", "name": _NAME})
    try:
        for body in (source, applier):
            region.api.apply(body)
        wait_for("the story to begin", lambda: _revision(region).endswith(commit), _LONG)
        yield commit
    finally:
        for kind in ("Kustomization", "GitRepository"):
            region.api.delete(kind, _NAME, region.namespace)
            wait_for(f"the {kind} to be gone", partial(is_gone, region, kind, _NAME), _LONG)


async def test_tree_events_and_diff_tell_the_same_story_of_a_push(region: Region, story: str) -> None:
    applier, source = ref(region, _NAME), ref(region, _NAME, "GitRepository")
    async with driven(region, size=_SIZE) as drive:
        await drive.go_to(applier)
        await _see_in_row(drive, applier, f"main@{story[:8]}")
        commit = await asyncio.to_thread(_raise_the_answer, region)
        await _see_the_commit_pending(drive, story, commit)
        await _see_in_row(drive, source, f"main@{story[:8]}")  # nobody has fetched it yet

        assert await drive.outcome(applier, "W") is Step.READY
        assert _applied(region)["data"] == {"answer": "42"}
        for one in (applier, source):
            await _see_in_row(drive, one, f"main@{commit[:8]}")
        await _hear_of(drive, applier, f"ConfigMap/{region.namespace}/{_NAME} configured", "ReconciliationSucceeded")
        assert f"Applied revision: main@sha1:{commit[:8]}" in drive.text_of(drive.main.detail)
        await _hear_of(drive, source, f"stored artifact for commit '{_SUBJECT}'", "NewArtifact")
        assert f"stored artifact for revision 'main@sha1:{commit[:8]}" in drive.text_of(drive.main.detail)
        for one in (applier, source):
            await _see_nothing_pending(drive, one, commit)


async def test_the_diff_tells_fetched_from_applied_while_what_is_fetched_can_not_be_applied(
    region: Region, story: str
) -> None:
    applier = ref(region, _NAME)
    async with driven(region, size=_SIZE) as drive:
        await drive.go_to(applier)
        broken = await asyncio.to_thread(region.push, _FILE, "kind: [", "Break it")
        assert await drive.outcome(applier, "W") is Step.FAILED
        summary = await _open_diff(drive, broken[:8], story[:8], "Break it", _FILE)
        assert _stages(applied=story, attempted=broken, fetched=broken, upstream=broken) in summary
        await _back(drive)
        await _see_in_row(drive, applier, f"{story[:8]}→{broken[:8]}")
        await _hear_of(drive, applier, "BuildFailed")
        mended = await asyncio.to_thread(_raise_the_answer, region)
        assert await drive.outcome(applier, "W") is Step.READY
        await _see_nothing_pending(drive, applier, mended)


def _raise_the_answer(region: Region) -> str:
    return region.push(_FILE, yaml(config_map(_NAME, region.namespace, answer="42")), _SUBJECT)


def _revision(region: Region) -> str:
    return str(region.get("Kustomization", _NAME).get("status", {}).get("lastAppliedRevision", ""))


def _applied(region: Region) -> Body:
    found: Body = region.api.request("GET", region.api.path("v1", "ConfigMap", region.namespace, _NAME))
    return found


def _stages(**commits: str) -> str:
    return " → ".join(f"{stage} {commit[:8]}" for stage, commit in commits.items())


async def _see_the_commit_pending(drive: Driven, before: str, commit: str) -> None:
    summary = await _open_diff(drive, commit[:8], _SUBJECT, _FILE)
    assert _stages(applied=before, fetched=before, upstream=commit) in summary
    screen = drive.app.screen
    assert isinstance(screen, DiffScreen)
    patch = drive.text_of(screen.patch)
    assert _FILE in patch
    assert '"answer": "41"' in patch
    assert '"answer": "42"' in patch
    await _back(drive)


async def _see_nothing_pending(drive: Driven, target: ObjectRef, commit: str) -> None:
    drive.main.select(target)
    await _open_diff(drive, "Nothing is pending", commit[:8])
    await _back(drive)


async def _open_diff(drive: Driven, *texts: str) -> str:
    """Open the diff and wait until its summary has some texts."""
    await drive.pilot.press("D")
    await drive.until("the diff to open", lambda: isinstance(drive.app.screen, DiffScreen), _LONG)
    screen = drive.app.screen
    assert isinstance(screen, DiffScreen)

    def summary() -> str:
        return drive.text_of(screen.summary)

    await drive.until(f"{texts} in the diff", lambda: all(text in summary() for text in texts), _LONG)
    return summary()


async def _back(drive: Driven) -> None:
    await drive.pilot.press("escape")
    await drive.until("the main screen", lambda: drive.app.screen is drive.main, _LONG)


async def _see_in_row(drive: Driven, target: ObjectRef, text: str) -> None:
    """Wait until an object's row of the tree has a text."""
    await drive.until(f"{text} in the row of {target.path}", lambda: text in drive.line(target), _LONG)


async def _hear_of(drive: Driven, target: ObjectRef, *texts: str) -> None:
    """Select an object and wait until its events have some texts."""
    drive.main.select(target)
    await drive.until(
        f"{texts} in the events", lambda: all(text in drive.text_of(drive.main.events) for text in texts), _LONG
    )
