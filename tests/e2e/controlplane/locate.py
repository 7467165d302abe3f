"""Where each binary comes from: envtest's folder, a folder that somebody names, the PATH, or what was built."""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from tests.e2e.controlplane.cache import DATA, Cache, find_cache
from tests.e2e.controlplane.versions import Binary, load_versions

ASSETS = "KUBEBUILDER_ASSETS"
"""Names a folder with kube-apiserver and etcd (controller-runtime pkg/envtest/server.go)."""

FOLDER = "GITOPS_TUI_E2E_BIN"
"""Names a folder with any of the binaries; `data/NAME/` in it holds what they need at run time."""

_ENVTEST = frozenset(("kube-apiserver", "etcd"))


class Found(msgspec.Struct, frozen=True):
    """A binary that is there."""

    binary: Binary
    path: Path
    data: Path
    """The folder with what it needs at run time; it exists only where the binary needs anything."""
    origin: str
    """Where it comes from: the variable that named it, `PATH` or `cache`."""


class AbsentError(Exception):
    """Binaries are absent; the text is one line that says which and what to do."""


def find(binary: Binary, cache: Cache, environ: Mapping[str, str] = os.environ) -> Found | None:
    """Find a binary.

    Args:
        binary: The binary.
        cache: What was built.
        environ: The environment.

    Returns:
        The first one found, together with its data; None where there is none.
    """
    for origin, folder in _folders(binary, environ):
        path = shutil.which(binary.name, path=folder)
        data = _data(binary, Path(folder), cache) if path and folder else None
        if path and data:
            return Found(binary, Path(path), data, origin)
    built = cache.folder(binary)
    return Found(binary, built / binary.name, built / DATA, "cache") if cache.has(binary) else None


def find_all(cache: Cache | None = None, environ: Mapping[str, str] = os.environ) -> dict[str, Found]:
    """Find every binary of the control plane.

    Args:
        cache: What was built, by default the user's cache.
        environ: The environment.

    Returns:
        Those that are there, by name.
    """
    cache = cache or find_cache(environ)
    found = (find(binary, cache, environ) for binary in load_versions())
    return {one.binary.name: one for one in found if one is not None}


def absent(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Find out which binaries are not there.

    Args:
        environ: The environment.

    Returns:
        Their names.
    """
    found = find_all(environ=environ)
    return [binary.name for binary in load_versions() if binary.name not in found]


def require_all(environ: Mapping[str, str] = os.environ) -> dict[str, Found]:
    """Find every binary of the control plane.

    Args:
        environ: The environment.

    Returns:
        All of them, by name.

    Raises:
        AbsentError: Some are absent.
    """
    if missing := absent(environ):
        raise AbsentError(told(missing))
    return find_all(environ=environ)


def told(missing: Iterable[str]) -> str:
    """Say that binaries are absent.

    Args:
        missing: Their names.

    Returns:
        One line, with the next step.
    """
    return f"no {', '.join(missing)}: `make controlplane` builds what is absent"


def _folders(binary: Binary, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Where to look besides the cache: names of variables and folders, the first wins."""
    named = [(ASSETS, environ.get(ASSETS, ""))] if binary.name in _ENVTEST else []
    named.append((FOLDER, environ.get(FOLDER, "")))
    on_path = [("PATH", folder) for folder in environ.get("PATH", "").split(os.pathsep)]
    return [(origin, folder) for origin, folder in (*named, *on_path) if folder]


def _data(binary: Binary, folder: Path, cache: Cache) -> Path | None:
    """The data that go with a binary in a folder: beside it, else those of the build; None where they are missing."""
    beside, built = folder / DATA / binary.name, cache.folder(binary) / DATA
    if not binary.data or beside.is_dir():
        return beside
    return built if built.is_dir() else None
