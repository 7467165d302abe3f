"""Which objects the load server has: as many as asked, the same for the same number."""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from tui.model.kinds import HELM_GROUP, KINDS, KUSTOMIZE_GROUP, SOURCE_GROUP

_SHARES = {"GitRepository": 40, "HelmRelease": 400}
_OF = 1040
"""40 GitRepositories, 600 Kustomizations and 400 HelmReleases in 1,040 objects."""

_VERSIONS = {SOURCE_GROUP: "v1", KUSTOMIZE_GROUP: "v1", HELM_GROUP: "v2"}
TEAMS = ("payments", "search", "checkout", "identity", "catalog", "logistics", "analytics", "platform")
"""Who owns objects, in turn."""

Json = dict[str, Any]
"""A piece of JSON."""


class State(StrEnum):
    """What an object is doing."""

    READY = "ready"
    PROGRESSING = "progressing"
    FAILED = "failed"
    WAITING = "waiting"
    SUSPENDED = "suspended"


class Item(msgspec.Struct, frozen=True):
    """Which object it is; everything else follows from that."""

    kind: str
    number: int
    """Its place among the objects of its kind, from 0."""
    siblings: int
    """How many objects there are of the kind that it comes from: sources, or Kustomizations for a HelmRelease."""

    @property
    def name(self) -> str:
        """The object's name."""
        return f"{TEAMS[self.number % len(TEAMS)]}-{KINDS[self.kind].short}-{self.number:05d}"

    @property
    def namespace(self) -> str:
        """The object's namespace: sources are together, the others with their team."""
        return "flux-system" if self.kind == "GitRepository" else f"team-{TEAMS[self.number % len(TEAMS)]}"

    @property
    def uid(self) -> str:
        """The object's uid."""
        return self.digest[:32]

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that are this object's own."""
        return hashlib.sha256(f"{self.kind}/{self.number}".encode()).hexdigest()

    @property
    def state(self) -> State:
        """What the object does when nothing happens: in a hundred two fail, two wait, one is suspended."""
        if self.kind == "GitRepository":
            return State.READY
        rest = self.number % 100
        if rest in (31, 67):
            return State.FAILED
        if rest in (32, 68):
            return State.WAITING
        return State.SUSPENDED if rest == 90 else State.READY


def fleet(objects: int) -> dict[str, list[Item]]:
    """Choose the objects.

    Args:
        objects: How many.

    Returns:
        The objects of each kind; 40 : 600 : 400 of GitRepository, Kustomization and HelmRelease.
    """
    counts = {kind: max(1, round(objects * share / _OF)) for kind, share in _SHARES.items()}
    counts["Kustomization"] = max(1, objects - sum(counts.values()))
    above = {"GitRepository": 0, "Kustomization": counts["GitRepository"], "HelmRelease": counts["Kustomization"]}
    return {kind: [Item(kind, number, above[kind]) for number in range(counts[kind])] for kind in above}


def api_version(kind: str) -> str:
    """The group and version that a kind is served at.

    Args:
        kind: One of the kinds of the fleet.

    Returns:
        `kustomize.toolkit.fluxcd.io/v1`.
    """
    group = KINDS[kind].group
    return f"{group}/{_VERSIONS[group]}"


def settled_since(item: Item, born: datetime) -> datetime:
    """When an object's conditions last changed before the load began: hours to days ago.

    Args:
        item: The object.
        born: When the fleet was set up.

    Returns:
        The time.
    """
    return born + timedelta(hours=1 + int(item.digest[:4], 16) % 240)
