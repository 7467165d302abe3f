"""The repositories over HTTP and on disk."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pygit2
import pytest
from aiohttp import web

from tui.demo.githttp import git_app
from tui.demo.history import ANNA, COMMITS
from tui.demo.region import loopback_socket
from tui.demo.repository import GitError, Repository, write_history

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def fetch(folder: Path, url: str) -> tuple[int, str]:
    """How many objects came, and the commit of the main branch."""
    mirror = pygit2.init_repository(str(folder), bare=True)
    if "origin" not in list(mirror.remotes.names()):
        mirror.remotes.create("origin", url, "+refs/*:refs/*")
    received = mirror.remotes["origin"].fetch().received_objects
    return received, str(mirror.references["refs/heads/main"].target)


async def test_a_mirror_fetches_over_http_and_then_only_what_is_new(tmp_path: Path) -> None:
    origin = Repository(tmp_path / "fleet.git")
    history = write_history(origin, NOW)
    runner = web.AppRunner(git_app({"/fleet.git": origin}))
    await runner.setup()
    taken = loopback_socket()
    await web.SockSite(runner, taken).start()
    url = f"http://127.0.0.1:{taken.getsockname()[1]}/fleet.git"
    try:
        received, head = await asyncio.to_thread(fetch, tmp_path / "mirror.git", url)
        assert head == history[-1][1]
        assert received > 100
        pushed = origin.commit({"README.md": "new\n"}, ANNA, NOW, "one file")
        received, head = await asyncio.to_thread(fetch, tmp_path / "mirror.git", url)
        assert (received, head) == (3, pushed)
        assert (await asyncio.to_thread(fetch, tmp_path / "mirror.git", url))[0] == 0
        mirror = pygit2.Repository(str(tmp_path / "mirror.git"))
        with pytest.raises(pygit2.GitError):
            await asyncio.to_thread(mirror.remotes["origin"].push, ["refs/heads/main:refs/heads/other"])
    finally:
        await runner.cleanup()


def test_the_history_is_the_same_every_time(tmp_path: Path) -> None:
    made = [write_history(Repository(tmp_path / name), NOW) for name in ("a", "b")]
    assert made[0] == made[1]
    assert [when for when, _ in made[0]] == sorted(NOW - commit.age for commit in COMMITS)
    authors = {commit.author.name for commit in COMMITS}
    assert len(authors) >= 4


@pytest.mark.parametrize(
    ("ref", "shown"),
    [
        ({"branch": "main"}, "main@sha1:"),
        ({"tag": "v1.4.0"}, "v1.4.0@sha1:"),
        ({"name": "refs/heads/main"}, "refs/heads/main@"),
    ],
    ids=["branch", "tag", "name"],
)
def test_what_a_reference_resolves_to(tmp_path: Path, ref: dict[str, str], shown: str) -> None:
    origin = Repository(tmp_path / "fleet.git")
    write_history(origin, NOW)
    commit, revision = origin.resolve(ref)
    assert revision.startswith(shown)
    assert revision.endswith(commit)
    assert origin.resolve({"commit": commit, **ref}) == (commit, f"sha1:{commit}")
    with pytest.raises(GitError, match="couldn't find remote ref"):
        origin.resolve({"branch": "gone"})
    with pytest.raises(GitError, match="object not found"):
        origin.files("0" * 40)


def test_a_mirror_takes_a_part_of_the_history(tmp_path: Path) -> None:
    origin, mirror = Repository(tmp_path / "fleet.git"), Repository(tmp_path / "mirror.git")
    history = write_history(origin, NOW)
    mirror.copy_from(origin, history[4][1])
    assert mirror.resolve({"branch": "main"})[0] == history[4][1]
    assert mirror.tags() == origin.tags()
    assert mirror.files(history[4][1]) == origin.files(history[4][1])
    assert not mirror.has(history[5][1])
    mirror.copy_from(origin, history[-1][1])
    assert mirror.has(history[5][1])
