"""What is pending in Git between what is applied, what was fetched and what upstream has, as data."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Question(msgspec.Struct, frozen=True):
    """Which changes are asked for: where the repository is, and what the cluster knows of it."""

    url: str
    """`spec.url` of the GitRepository."""
    branch: str = ""
    tag: str = ""
    semver: str = ""
    name: str = ""
    commit: str = ""
    """The forms of `spec.ref`; precedence commit > name > semver > tag > branch (default master)."""
    applied: str = ""
    """The commit in force, empty for a source that is not applied itself or never was."""
    attempted: str = ""
    """The commit last tried, where it is not the applied one."""
    fetched: str = ""
    """The commit of the source's artifact."""
    path: str = ""
    """`spec.path` of the Kustomization, empty for the whole repository."""


class Stage(msgspec.Struct, frozen=True):
    """One station on a commit's way from upstream into the cluster."""

    title: str
    """`applied`, `attempted`, `fetched` or `upstream`."""
    commit: str
    """The full commit, empty where it is not known."""


class Commit(msgspec.Struct, frozen=True):
    """A commit between two stages."""

    sha: str
    author: str
    when: datetime
    subject: str


class FileStatus(StrEnum):
    """What happened to a file."""

    ADDED = "A"
    MODIFIED = "M"
    DELETED = "D"
    RENAMED = "R"


class DiffLine(msgspec.Struct, frozen=True, gc=False):
    """One line of a patch."""

    origin: str
    """` `, `+`, `-`, or `@` for a hunk's header."""
    text: str
    old: int = 0
    """Line number on the old side, 0 where it has none."""
    new: int = 0
    """Line number on the new side, 0 where it has none."""


class FilePatch(msgspec.Struct, frozen=True):
    """The change of one file."""

    path: str
    old_path: str
    status: FileStatus
    added: int
    removed: int
    lines: tuple[DiffLine, ...]
    binary: bool = False
    matters: bool = True
    """Whether the file lies under the path that was asked about."""
    truncated: int = 0
    """How many lines of the patch were left out because it is too long to draw."""


class Pending(msgspec.Struct, frozen=True):
    """The answer: the stages, and what lies between the first and the last that are known."""

    stages: tuple[Stage, ...]
    commits: tuple[Commit, ...] = ()
    """Newest first."""
    files: tuple[FilePatch, ...] = ()
    """Those that matter first."""
    summary: str = ""
    """In words: what is pending, or plainly that nothing is, and why."""
    problem: str = ""
    """What failed and what to do next; what could be found out is there all the same."""
