"""The journal's file: lines appended whole, rotated by size, readable by its user alone."""

import errno
import fcntl
import getpass
import os
import secrets
import socket
import stat
from pathlib import Path

from tui.config.paths import shown
from tui.model.journal import RUNS, Entry, Pages, encode_entry, parse_pages
from tui.model.text import clean, one_line

_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_ROTATING = 0
"""The byte of the lock file that is locked by who rotates."""


def author() -> str:
    """Who works here.

    Returns:
        `user@host`.
    """
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # nobody told who that user id is
        user = str(os.getuid())
    return clean(one_line(f"{user}@{socket.gethostname()}"))


class FileJournal:
    """Fulfils `tui.ports.Journal` with a file that several runs may write at once.

    Each line is one write in append mode, so lines of two runs never mix. That a run lives is told by a lock on one
    byte of a file beside it, at the place of the run's number: the kernel gives it up however the run ends. Such locks
    belong to a process, so there may be one journal of a folder in each.
    """

    def __init__(self, path: Path, most: int = 2**20, kept: int = 3) -> None:
        """Nothing is opened or made yet.

        Args:
            path: The file; its folder is made when something is written.
            most: Bytes after which a new file is begun.
            kept: How many older files are kept.
        """
        self.path = path
        self.author = author()
        self.run = 1 + secrets.randbelow(RUNS - 1)
        self._most, self._kept = most, kept
        self._locks: int | None = None
        self._is_held = False

    def write(self, entry: Entry) -> str:
        """Append an entry in one write; a run's first line is written once its lock is held."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._is_held = self._is_held or self._lock(self.run)
            self._append(encode_entry(entry) + b"\n")
        except OSError as error:
            return (
                f"The journal {shown(self.path)} can't be written: {_why(error)}. What you ask is done and not written "
                "down; make room, or set GITOPS_TUI_STATE_DIR to a folder that you may write"
            )
        try:
            if self.path.stat().st_size > self._most:
                self._rotate()
        except OSError as error:
            return f"The journal {shown(self.path)} grows, since it can't be renamed: {_why(error)}. Move it away"
        return ""

    def read(self) -> Pages:
        """Read this file and the older ones that are kept."""
        files, problems = self._open_all()
        contents = []
        for name, file in reversed(files):
            with os.fdopen(file, "rb") as stream:
                contents.append((name, stream.read()))
        pages = parse_pages(contents)
        return Pages(pages.entries, (*problems, *pages.problems))

    def take_over(self, run: int) -> bool:
        """Lock another run's byte, if nobody has."""
        try:
            return run != self.run and self._lock(run)
        except OSError:  # what can't be locked can't be written either
            return False

    def close(self) -> None:
        """Give up the locks."""
        if self._locks is not None:
            os.close(self._locks)
            self._locks, self._is_held = None, False

    def _append(self, line: bytes) -> None:
        file = os.open(self.path, _APPEND, 0o600)
        try:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "It is not a file")
            if status.st_mode & 0o077:
                os.fchmod(file, 0o600)
            if status.st_size and os.pread(file, 1, status.st_size - 1) != b"\n":
                line = b"\n" + line  # somebody could not end theirs
            if os.write(file, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(file)

    def _rotate(self) -> None:
        if not self._lock(_ROTATING):
            return  # another run does it
        try:
            if self.path.stat().st_size > self._most:
                for number in range(self._kept, 0, -1):
                    if (younger := self._file(number - 1)).exists():
                        younger.replace(self._file(number))
        finally:
            fcntl.lockf(self._lock_file(), fcntl.LOCK_UN, 1, _ROTATING)

    def _file(self, number: int) -> Path:
        """The journal itself for 0, else the older file of that number."""
        return self.path.with_name(f"{self.path.name}.{number}") if number else self.path

    def _open_all(self) -> tuple[list[tuple[str, int]], list[str]]:
        """Every file, the youngest first: none is missed then when another run rotates them meanwhile."""
        files: dict[tuple[int, int], tuple[str, int]] = {}
        problems = []
        for number in range(self._kept + 1):
            path = self._file(number)
            try:
                file = os.open(path, _READ)
            except FileNotFoundError:
                continue
            except OSError as error:
                problems.append(f"{shown(path)}: {_why(error)}")
                continue
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode) or (status.st_dev, status.st_ino) in files:
                os.close(file)
            else:
                files[status.st_dev, status.st_ino] = shown(path), file
        return list(files.values()), problems

    def _lock(self, place: int) -> bool:
        try:
            fcntl.lockf(self._lock_file(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except (BlockingIOError, PermissionError):  # EAGAIN or EACCES, as POSIX has it for a lock that another holds
            return False
        return True

    def _lock_file(self) -> int:
        if self._locks is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._locks = os.open(self.path.with_name("journal.lock"), flags, 0o600)
        return self._locks


def _why(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "It is a symbolic link"
    return error.strerror or type(error).__name__
