"""What the tests of tui.git share: a home without anybody's configuration, a repository, servers, the adapter."""

import os
from collections.abc import Iterator
from pathlib import Path

import pygit2
import pytest

from tui.git.mirrors import Limits
from tui.git.pending import PyGit

from .smarthttp import Server, serve
from .upstream import Upstream


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """A home that libgit2, git and the adapter all take for the person's own."""
    folder = tmp_path / "home"
    folder.mkdir()
    paths = pygit2.settings.search_path
    levels = (pygit2.enums.ConfigLevel.GLOBAL, pygit2.enums.ConfigLevel.XDG, pygit2.enums.ConfigLevel.SYSTEM)
    before = [(level, paths[level]) for level in levels]
    homedir, silence = pygit2.settings.homedir, pygit2.settings.server_timeout
    for level in levels:
        paths[level] = str(folder)
    pygit2.settings.homedir = str(folder)
    yield folder
    for level, value in before:
        paths[level] = value
    pygit2.settings.homedir = homedir
    pygit2.settings.server_timeout = silence


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    """The environment of that person."""
    return {"HOME": str(home), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    """An empty repository."""
    return Upstream(tmp_path / "srv" / "fleet.git")


@pytest.fixture
def server(tmp_path: Path, upstream: Upstream) -> Iterator[Server]:
    """A smart-HTTP server in front of it."""
    with serve(tmp_path / "srv") as running:
        yield running


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Where mirrors go."""
    return tmp_path / "cache" / "git"


@pytest.fixture
def git(cache: Path, environ: dict[str, str]) -> PyGit:
    """The adapter; it fetches each time it is asked, and loses patience soon."""
    return PyGit(cache, environ, Limits(fetch=10.0, silence=5.0, fresh=0.0))
