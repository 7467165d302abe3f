"""What a build needs of the machine: Go, git, disk; and how much of it can be had at once."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import msgspec

GIB = 1024**3
DISK = 15
"""GB that have to be free while building: Go's caches take most of it."""
MEMORY_FOR_TWO = 8 * GIB
"""Free memory from which two builds run at once: linking kube-apiserver takes more than 2 GiB."""

_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
_MEMINFO = Path("/proc/meminfo")


class NeedError(Exception):
    """The machine lacks something; the text is one line that says what and what to do."""


class Go(msgspec.Struct, frozen=True):
    """The Go toolchain."""

    command: str
    caches: tuple[Path, ...]
    """Its module and build caches, which are the user's own."""
    c_compiler: str
    """What it compiles C with."""


def require_go() -> Go:
    """Find Go and git.

    Returns:
        The toolchain.

    Raises:
        NeedError: One of them is not there.
    """
    command = shutil.which("go")
    if command is None:
        raise NeedError(
            "go is missing: install Go, or name folders with the binaries in KUBEBUILDER_ASSETS and GITOPS_TUI_E2E_BIN"
        )
    if shutil.which("git") is None:
        raise NeedError("git is missing: install it; the regions serve their repositories with it")
    try:
        told = subprocess.run(
            [command, "env", "-json", "GOCACHE", "GOMODCACHE", "CC"], capture_output=True, check=True, text=True
        )
    except subprocess.CalledProcessError as error:
        raise NeedError(f"{command} does not work: {error.stderr.strip()}; install Go anew") from None
    facts = json.loads(told.stdout)
    return Go(command, (Path(facts["GOCACHE"]), Path(facts["GOMODCACHE"])), facts["CC"])


def require_c(go: Go, names: Iterable[str]) -> None:
    """Find a C compiler, where one is needed.

    Args:
        go: The toolchain.
        names: The binaries that have parts in C.

    Raises:
        NeedError: There is none.
    """
    needy = ", ".join(names)
    if needy and shutil.which(next(iter(shlex.split(go.c_compiler)), "")) is None:
        raise NeedError(
            f"{go.c_compiler or 'a C compiler'} is missing: install a C compiler, which {needy} is built with, "
            "or name another one in CC"
        )


def require_disk(folders: Iterable[Path]) -> None:
    """Make sure that there is room.

    Args:
        folders: Where a build writes; they need not exist.

    Raises:
        NeedError: One of their disks is too full.
    """
    for folder in folders:
        there = next(one for one in (folder, *folder.parents) if one.exists())
        free = shutil.disk_usage(there).free / 1e9
        if free < DISK:
            raise NeedError(f"disk: {folder} has {free:.0f} GB free and a build needs {DISK}; make room, or move it")


def builds_at_once() -> int:
    """How many builds the memory allows at the same time: two, or one."""
    return 2 if free_memory() >= MEMORY_FOR_TWO else 1


def free_memory() -> int:
    """The memory that can be had, in bytes: what Linux calls available, elsewhere half of what is built in."""
    if not _MEMINFO.exists():
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    lines = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines())
    available = int(lines["MemAvailable"].split()[0]) * 1024
    limit = _CGROUP_LIMIT.read_text().strip() if _CGROUP_LIMIT.exists() else "max"
    return min(available, int(limit)) if limit.isdigit() else available
