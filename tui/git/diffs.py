"""What lies between two commits, as data: the commits and the patches of the files."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

import msgspec
import pygit2
from pygit2.enums import DeltaStatus, DiffFind, FileMode, SortMode

from tui.git.masking import mask_line, masked_lines
from tui.model.pending import Commit, DiffLine, FilePatch, FileStatus
from tui.model.text import clean, one_line


class Bounds(msgspec.Struct, frozen=True):
    """How much of a difference is worth drawing."""

    commits: int = 200
    files: int = 1000
    """Those under the path come first, so others are left out first."""
    lines: int = 2000
    """Of one patch."""
    all_lines: int = 40_000
    """Of all patches together."""
    width: int = 1000
    """Characters of one line."""


BOUNDS = Bounds()

_STATUS = {
    DeltaStatus.ADDED: FileStatus.ADDED,
    DeltaStatus.DELETED: FileStatus.DELETED,
    DeltaStatus.RENAMED: FileStatus.RENAMED,
}

_TAB = 4
"""Columns of a tab."""


def normal_path(path: str) -> str:
    """Bring `spec.path` into the form of Git's own paths.

    Args:
        path: `./apps/`, `apps`, `.`, or empty.

    Returns:
        `apps`; empty for the whole repository.
    """
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def commits_between(repository: pygit2.Repository, old: str, new: str, bounds: Bounds = BOUNDS) -> tuple[Commit, ...]:
    """List the commits that one commit leads to and another does not.

    Args:
        repository: Where both are.
        old: The full hash of what is there already.
        new: The full hash of what comes.
        bounds: How many to list at most.

    Returns:
        The commits, newest first.
    """
    walker = repository.walk(new, SortMode.TOPOLOGICAL | SortMode.TIME)
    walker.hide(old)
    return tuple(_commit(commit) for commit in islice(walker, bounds.commits))


def _commit(commit: pygit2.Commit) -> Commit:
    subject = commit.raw_message.decode("utf-8", "replace").strip().partition("\n")[0]
    author = commit.author.raw_name.decode("utf-8", "replace")
    return Commit(str(commit.id), one_line(clean(author)), _time(commit.commit_time), one_line(clean(subject)))


def _time(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):  # a commit may claim any number
        return datetime.fromtimestamp(0, UTC)


class Changes(msgspec.Struct, frozen=True):
    """The files that differ between two commits."""

    files: tuple[FilePatch, ...] = ()
    """Those under the path first; no more than the bounds allow."""
    total: int = 0
    """How many there are in truth."""
    matter: int = 0
    """How many of them lie under the path."""


def changes_between(
    repository: pygit2.Repository, old: str, new: str, path: str = "", bounds: Bounds = BOUNDS
) -> Changes:
    """Compare the trees of two commits.

    Args:
        repository: Where both are.
        old: The full hash of the old side.
        new: The full hash of the new side.
        path: `spec.path`; files under it matter.
        bounds: How much to return at most; what is left out of a patch is counted in `FilePatch.truncated`.

    Returns:
        What differs, renames found, secrets masked.
    """
    diff = repository[old].peel(pygit2.Tree).diff_to_tree(repository[new].peel(pygit2.Tree))
    diff.find_similar(DiffFind.FIND_RENAMES)
    inside = normal_path(path)
    places = sorted((not _matters(delta, inside), index) for index, delta in enumerate(diff.deltas))
    files: list[FilePatch] = []
    left = bounds.all_lines
    for outside, index in places[: bounds.files]:
        file = _file(repository, diff[index], not outside, min(bounds.lines, left), bounds.width)
        if file is not None:
            files.append(file)
            left -= len(file.lines)
    return Changes(tuple(files), len(places), sum(not outside for outside, _ in places))


def _matters(delta: pygit2.DiffDelta, inside: str) -> bool:
    paths = (delta.new_file.raw_path, delta.old_file.raw_path)
    prefix = inside.encode()
    return not prefix or any(path == prefix or path.startswith(prefix + b"/") for path in paths)


def _file(
    repository: pygit2.Repository, patch: pygit2.Patch | None, matters: bool, room: int, width: int
) -> FilePatch | None:
    if patch is None:
        return None
    delta = patch.delta
    _, added, removed = patch.line_stats
    drawer = _Drawer(_masks(repository, delta.old_file), _masks(repository, delta.new_file), width)
    lines: list[DiffLine] = []
    length = 0
    for hunk in patch.hunks if not delta.is_binary else ():
        length += 1 + len(hunk.lines)
        if len(lines) < room:
            lines.extend(islice(drawer.hunk(hunk), room - len(lines)))
    return FilePatch(
        path=_path(delta.new_file),
        old_path=_path(delta.old_file),
        status=_STATUS.get(delta.status, FileStatus.MODIFIED),
        added=added,
        removed=removed,
        lines=tuple(lines),
        binary=bool(delta.is_binary),
        matters=matters,
        truncated=length - len(lines),
    )


def _path(file: pygit2.DiffFile) -> str:
    return clean(file.raw_path.decode("utf-8", "replace")).replace("\n", "␤").replace("\t", "␉")


def _masks(repository: pygit2.Repository, file: pygit2.DiffFile) -> dict[int, str]:
    blob = repository.get(file.id) if file.mode in (FileMode.BLOB, FileMode.BLOB_EXECUTABLE) else None
    return masked_lines(blob.data.decode("utf-8", "replace")) if isinstance(blob, pygit2.Blob) else {}


class _Drawer:
    """Turns libgit2's lines into ours: masked, cleaned, and cut to a width."""

    def __init__(self, old: dict[int, str], new: dict[int, str], width: int) -> None:
        self._old = old
        self._new = new
        self._width = width

    def hunk(self, hunk: pygit2.DiffHunk) -> Iterator[DiffLine]:
        # Without the function name that Git adds: it is a line of the file, and may be a secret one.
        yield DiffLine("@", f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@")
        for line in hunk.lines:
            yield self._line(line)

    def _line(self, line: pygit2.DiffLine) -> DiffLine:
        if line.origin not in " +-":
            return DiffLine(" ", "\\ No newline at end of file")
        masked = self._old.get(line.old_lineno) if line.origin == "-" else self._new.get(line.new_lineno)
        raw = line.raw_content.decode("utf-8", "replace").removesuffix("\n") if masked is None else masked
        ending = "␍" if raw.endswith("\r") and line.origin != " " else ""
        text = clean(mask_line(raw)).expandtabs(_TAB).replace("\n", " ") + ending
        if len(text) > self._width:
            text = f"{text[: self._width]}…"
        return DiffLine(line.origin, text, max(line.old_lineno, 0), max(line.new_lineno, 0))
