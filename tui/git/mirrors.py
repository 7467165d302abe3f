"""Bare mirrors of repositories under a cache folder, fetched when somebody asks and never more than that."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pygit2
from pygit2.enums import FetchPrune, RepositoryOpenFlag

from tui.git import worker
from tui.git.addresses import Address
from tui.git.callbacks import Callbacks
from tui.git.credentials import Keyring
from tui.git.failures import GitFailure, explain, is_damage, too_slow
from tui.git.worker import Errand

REFSPECS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
"""What a mirror follows."""

OWN = "refs/gitops-tui/"
"""Where a mirror keeps what it fetches beside branches and tags: `names/<reference>` and `commits/<sha>`."""

_LOCK_POLL = 0.1
"""Seconds between two tries to get the lock that another process holds."""


class Limits(msgspec.Struct, frozen=True):
    """How patient to be, in seconds."""

    fetch: float = 300.0
    """For one fetch altogether: the first one of a big repository takes its time."""
    silence: float = 20.0
    """For a server that says nothing."""
    fresh: float = 4.0
    """How long after a fetch the same one is not repeated."""


class Wanted(msgspec.Struct, frozen=True):
    """What a fetch must bring beside branches and tags."""

    name: str = ""
    """A reference elsewhere, `refs/pull/420/head`."""
    commits: tuple[str, ...] = ()
    """Full hashes; those that no branch or tag leads to are asked for by hash."""


class Mirrors:
    """The mirrors in one cache folder."""

    def __init__(self, cache: Path, environ: Mapping[str, str], limits: Limits) -> None:
        """Point to a cache folder; nothing is read or written yet.

        Args:
            cache: The folder that holds the mirrors; made when needed.
            environ: Environment variables, for where credentials are.
            limits: How patient to be. `silence` becomes libgit2's own, which is the whole process's.
        """
        self._cache = cache
        self._environ = environ
        self._limits = limits
        self._locks: dict[str, asyncio.Lock] = {}
        self._done: dict[str, tuple[float, Wanted]] = {}
        pygit2.settings.server_connect_timeout = int(limits.silence * 1000)
        pygit2.settings.server_timeout = int(limits.silence * 1000)

    def open(self, address: Address) -> AbstractContextManager[pygit2.Repository | None]:
        """Open what is there of a mirror, for the time of a `with` block.

        Args:
            address: The repository.

        Returns:
            The mirror, or None where there is none, or none that can be opened.
        """
        return _opened(self._cache / address.folder)

    def fetched_at(self, address: Address) -> datetime | None:
        """Tell when a mirror was last fetched with success.

        Args:
            address: The repository.

        Returns:
            The time in UTC, None when it never was.
        """
        try:
            seconds = (self._cache / address.folder / "FETCH_HEAD").stat().st_mtime
        except OSError:
            return None
        return datetime.fromtimestamp(seconds, UTC)

    async def refresh(self, address: Address, wanted: Wanted, progress: Callable[[str], None]) -> None:
        """Fetch a repository into its mirror, unless that was done a moment ago.

        Cancelling ends it at once: the thread stops at the next sign of life from the server, or when the server has
        been silent for too long, and leaves the mirror as it was before.

        Args:
            address: The repository.
            wanted: What to bring beside branches and tags.
            progress: Told in words what is being done.

        Raises:
            GitFailure: It could not be fetched; the text says why and what to do next.
        """
        async with self._locks.setdefault(address.folder, asyncio.Lock()):
            at, had = self._done.get(address.folder, (0.0, None))
            if had == wanted and time.monotonic() - at < self._limits.fresh:
                return
            await self._run(address, progress, lambda errand: self._fetch(errand, address, wanted))
            self._done[address.folder] = (time.monotonic(), wanted)

    async def rebuild(self, address: Address, wanted: Wanted, progress: Callable[[str], None]) -> None:
        """Throw a damaged mirror away and fetch it anew; the old one stays until the new one is complete.

        Args:
            address: The repository.
            wanted: What to bring beside branches and tags.
            progress: Told in words what is being done.

        Raises:
            GitFailure: It could not be fetched; the text says why and what to do next.
        """
        async with self._locks.setdefault(address.folder, asyncio.Lock()):
            await self._run(address, progress, lambda errand: self._fetch(errand, address, wanted, anew=True))

    async def _run(self, address: Address, progress: Callable[[str], None], work: Callable[[Errand], None]) -> None:
        errand = Errand(progress, self._limits.fetch)
        try:
            await worker.run(errand, lambda: work(errand))
        except TimeoutError as error:
            raise too_slow(address, self._limits.fetch) from error
        except OSError as error:
            raise GitFailure(
                f"Cannot write the Git cache {self._cache}: {error.strerror or error}; make it writable, or point "
                "XDG_CACHE_HOME to a folder that is."
            ) from error

    def _fetch(self, errand: Errand, address: Address, wanted: Wanted, *, anew: bool = False) -> None:
        folder = self._cache / address.folder
        self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(folder.with_name(f"{folder.name}.lock"), errand):
            try:
                with _opened(folder) as mirror:
                    if mirror is not None and not anew:
                        self._transfer(errand, mirror, address, wanted)
                        return
            except (pygit2.GitError, KeyError) as error:
                if not is_damage(error):
                    raise explain(error, address) from error
            self._fetch_anew(errand, address, wanted)

    def _fetch_anew(self, errand: Errand, address: Address, wanted: Wanted) -> None:
        folder = self._cache / address.folder
        fresh = folder.with_name(f"{folder.name}.new")
        try:
            _discard(fresh)
            _create(fresh, address.url)
            with _opened(fresh) as mirror:
                if mirror is not None:
                    self._transfer(errand, mirror, address, wanted)
        except (pygit2.GitError, KeyError) as error:
            raise explain(error, address) from error
        else:
            _discard(folder)
            fresh.rename(folder)
        finally:
            _discard(fresh)

    def _transfer(self, errand: Errand, mirror: pygit2.Repository, address: Address, wanted: Wanted) -> None:
        remote = mirror.remotes["origin"]
        callbacks = Callbacks(errand, address, Keyring(address, self._environ), remote.url or address.url)
        errand.say(f"connecting to {address.host or address.path}")
        remote.connect(callbacks=callbacks, proxy=True)
        heads = {head.name for head in remote.list_heads(connect=False) if head.name}
        _drop_stale(mirror, heads)
        refspecs = [*REFSPECS]
        if wanted.name in heads and pygit2.reference_is_valid_name(own_name(wanted.name)):
            refspecs.append(f"+{wanted.name}:{own_name(wanted.name)}")
        remote.fetch(refspecs, callbacks=callbacks, prune=FetchPrune.NO_PRUNE, proxy=True)
        for sha in wanted.commits:
            if sha not in mirror:
                errand.say(f"asking for commit {sha[:8]}")
                # Most servers give what any reference leads to, many what once was on a branch; the rest refuse.
                with contextlib.suppress(pygit2.GitError):
                    remote.fetch([f"+{sha}:{OWN}commits/{sha}"], callbacks=callbacks, proxy=True)


def own_name(name: str) -> str:
    """Say where a mirror keeps a reference that is neither a branch nor a tag.

    Args:
        name: The reference's name at the repository.

    Returns:
        Its name in the mirror.
    """
    return f"{OWN}names/{name}"


def reference_names(mirror: pygit2.Repository) -> list[str]:
    """List a mirror's references.

    Args:
        mirror: The repository.

    Returns:
        Their full names; those that are not UTF-8 are left out, since no source can name them.
    """
    names = []
    for raw in mirror.raw_listall_references():
        with contextlib.suppress(UnicodeDecodeError):
            names.append(raw.decode())
    return names


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[pygit2.Repository | None]:
    """Open a mirror and close it for certain: libgit2 shares open packs by their path, damaged ones too."""
    try:
        mirror = pygit2.Repository(str(folder), RepositoryOpenFlag.NO_SEARCH)
    except (pygit2.GitError, KeyError):
        yield None
        return
    try:
        yield mirror if "origin" in mirror.remotes.names() else None
    finally:
        mirror.free()


def _create(folder: Path, url: str) -> None:
    mirror = pygit2.init_repository(str(folder), bare=True, mode=0o700)
    mirror.remotes.create("origin", url, REFSPECS[0])
    for refspec in REFSPECS[1:]:
        mirror.remotes.add_fetch("origin", refspec)
    mirror.free()


def _discard(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)


def _drop_stale(mirror: pygit2.Repository, heads: set[str]) -> None:
    """Forget what is gone upstream, before the fetch: branch `a` would stand in the way of a new branch `a/b`."""
    for name in reference_names(mirror):
        if not name.startswith(f"{OWN}commits/") and name.removeprefix(f"{OWN}names/") not in heads:
            mirror.references.delete(name)


@contextlib.contextmanager
def _locked(path: Path, errand: Errand) -> Iterator[None]:
    """Hold a lock file: against other processes, and against a thread of ours that was given up but has not ended."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        waits = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not waits:
                    errand.say("waiting for another fetch of this repository to end")
                waits = True
                errand.pause(_LOCK_POLL)
        yield
    finally:
        os.close(lock)
