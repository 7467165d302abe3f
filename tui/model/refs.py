"""Names of things: object references, revisions and inventory ids."""

from typing import NamedTuple

from tui.model.text import shorten_hashes


class ObjectRef(NamedTuple):
    """The full identity of an object: everything that selects, marks, acts or remembers holds one of these."""

    context: str
    """The kubeconfig context the object was seen through."""
    kind: str
    """The API kind, `Kustomization`."""
    namespace: str
    """The namespace, empty for a cluster-scoped object."""
    name: str
    """The object's name."""

    @property
    def path(self) -> str:
        """`namespace/name`, or the name alone for a cluster-scoped object."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class InventoryId(NamedTuple):
    """One entry of a status inventory, taken apart."""

    namespace: str
    name: str
    group: str
    kind: str


def parse_inventory_id(text: str) -> InventoryId | None:
    """Take an inventory id apart: `<namespace>_<name>_<group>_<Kind>`.

    RBAC names store `:` as `__` (fluxcd/cli-utils pkg/object/objmetadata.go), so only the first and the last two
    underscores separate.

    Args:
        text: The id as an inventory has it.

    Returns:
        Its parts, or None when the text is no inventory id.
    """
    namespace, first, rest = text.partition("_")
    name_and_group, second, kind = rest.rpartition("_")
    name, third, group = name_and_group.rpartition("_")
    if not (first and second and third and name and kind):
        return None
    return InventoryId(namespace, name.replace("__", ":"), group, kind)


class Revision(NamedTuple):
    """A source revision, taken apart."""

    name: str
    """Branch, tag, `refs/…` or chart version; empty where the revision is a digest alone."""
    digest: str
    """Hexadecimal digest or commit, empty where the revision has none."""
    algorithm: str
    """`sha1`, `sha256` …; empty where the revision has no digest or is of the form before Flux 2."""

    @property
    def short(self) -> str:
        """As a row shows it: `main@a1b2c3d4`, `a1b2c3d4` or `1.9.2`."""
        digest = self.digest[:8]
        name = self.name.removeprefix("refs/heads/").removeprefix("refs/tags/")
        return f"{name}@{digest}" if name and digest else name or digest

    @property
    def commit(self) -> str:
        """The Git commit, or an empty string where the revision names none."""
        is_commit = self.algorithm == "sha1" or (not self.algorithm and len(self.digest) == 40)
        return self.digest if is_commit else ""


def parse_revision(text: str) -> Revision:
    """Take a revision apart, in each of the forms that sources write (fluxcd/pkg git/git.go).

    Known forms: `main@sha1:<hex>`, `refs/heads/main@sha1:<hex>`, `sha1:<hex>`, the older `main/<hex>`,
    `tag@sha256:<hex>`, `sha256:<hex>` and a chart version. A branch may contain slashes, so the last separator counts.

    Args:
        text: The revision as a status has it.

    Returns:
        Its parts; text that has no known form is all name.
    """
    name, at, digest = text.rpartition("@")
    algorithm, colon, value = digest.partition(":")
    if colon and _is_hex(value):
        return Revision(name if at else "", value, algorithm)
    name, slash, value = text.rpartition("/")
    if slash and len(value) == 40 and _is_hex(value):
        return Revision(name, value, "")
    return Revision(shorten_hashes(text), "", "")


def _is_hex(text: str) -> bool:
    return len(text) >= 7 and all(character in "0123456789abcdef" for character in text)
