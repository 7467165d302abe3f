"""What the control plane is made of, as `versions.toml` pins it."""

import tomllib
from enum import StrEnum
from pathlib import Path

import msgspec

VERSIONS = Path(__file__).with_name("versions.toml")


class Recipe(StrEnum):
    """How a binary is built."""

    MODULE = "module"
    """In the module's own folder, with a go.mod that names no local folders."""
    KUBERNETES = "kubernetes"
    """Through a main package of our own, since k8s.io/kubernetes can't be built as a dependency as it is."""
    FLUX_CLI = "flux-cli"
    """In a copy of the module, to which the manifests that it embeds are added."""


class Binary(msgspec.Struct, frozen=True):
    """One program of the control plane."""

    name: str
    module: str
    """The Go module's path."""
    version: str
    """The module's version, `v1.35.4`."""
    recipe: Recipe
    package: str = "."
    """What to build, relative to the module."""
    data: tuple[str, ...] = ()
    """Globs of the module's files and folders that are needed at run time."""
    tags: tuple[str, ...] = ()
    """Build tags."""
    cgo: bool = False
    """Whether parts of it are in C."""

    @property
    def label(self) -> str:
        """Name and version, for sentences: `etcd 3.6.4`."""
        return f"{self.name} {self.version.removeprefix('v')}"


def load_versions(path: Path = VERSIONS) -> tuple[Binary, ...]:
    """Read the pinned versions.

    Args:
        path: The file.

    Returns:
        Every binary, in the order in which they are built.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(msgspec.convert({"name": name, **entry}, Binary) for name, entry in table.items())
