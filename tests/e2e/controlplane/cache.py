"""The folder where built binaries are kept, one folder for each name, version and platform."""

import fcntl
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from tests.e2e.controlplane.versions import Binary

OVERRIDE = "GITOPS_TUI_CONTROLPLANE_DIR"
"""Names another folder for the cache."""

DATA = "data"
"""The folder beside a binary that holds what it needs at run time."""

_UNFINISHED = ".building-"
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def this_platform() -> str:
    """This machine's platform in Go's words, `linux-amd64`."""
    machine = platform.machine().lower()
    return f"{sys.platform}-{_MACHINES.get(machine, machine)}"


class Cache:
    """Binaries by name, version and platform. What is there is whole: folders appear by a rename."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, binary: Binary) -> Path:
        """Where a binary is kept, whether it is there or not.

        Args:
            binary: The binary.

        Returns:
            Its folder, which holds the binary and `data/`.
        """
        return self.root / f"{binary.name}-{binary.version}-{this_platform()}"

    def has(self, binary: Binary) -> bool:
        """Whether a binary is there.

        Args:
            binary: The binary.
        """
        return (self.folder(binary) / binary.name).is_file()

    def log(self, binary: Binary) -> Path:
        """Where the log of a binary's build is.

        Args:
            binary: The binary.
        """
        return self.root / "logs" / f"{binary.name}-{binary.version}.log"

    @contextmanager
    def lock(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Keep other builds out; the system gives the lock back when its process ends, however it ends.

        Args:
            waiting: Told once where another build has to be waited for.

        Yields:
            Once no other build is under way; what interrupted builds left is gone.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            for left in self.root.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(left, ignore_errors=True)
            yield

    @contextmanager
    def making(self, binary: Binary) -> Iterator[tuple[Path, Path]]:
        """Make a binary's folder; it is put in its place at the end, or not at all.

        Args:
            binary: The binary.

        Yields:
            A folder to work in, and the folder to fill.
        """
        work = Path(tempfile.mkdtemp(prefix=f"{_UNFINISHED}{binary.name}-", dir=self.root))
        try:
            product = work / "product"
            product.mkdir()
            yield work, product
            shutil.rmtree(self.folder(binary), ignore_errors=True)
            product.rename(self.folder(binary))
        finally:
            shutil.rmtree(work, ignore_errors=True)


def find_cache(environ: Mapping[str, str] = os.environ) -> Cache:
    """Find the cache: `GITOPS_TUI_CONTROLPLANE_DIR`, else `gitops-tui/controlplane` in the user's cache folder.

    Args:
        environ: The environment.

    Returns:
        The cache; its folder need not exist.
    """
    if override := environ.get(OVERRIDE):
        return Cache(Path(override).expanduser().absolute())
    return Cache(platformdirs.user_cache_path("gitops-tui") / "controlplane")
