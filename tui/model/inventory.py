"""What an applier says it applied, and what is known of it once that was read."""

from tui.model.changes import InventoryRead
from tui.model.kinds import GROUPS, KINDS, OPERATOR_GROUP, Role
from tui.model.refs import ObjectRef, parse_inventory_id
from tui.model.resources import Resource
from tui.model.workloads import AppliedId


def applies(kind: str) -> bool:
    """Whether objects of a kind apply others.

    Args:
        kind: A Flux kind.

    Returns:
        True for a Kustomization, a HelmRelease, a ResourceSet and a FluxInstance.
    """
    return kind == "FluxInstance" or (kind in KINDS and KINDS[kind].role is Role.APPLIER)


def inventory_of(resource: Resource) -> tuple[AppliedId, ...]:
    """What an object applied besides Flux's own kinds, which are watched anyway.

    Args:
        resource: An applier.

    Returns:
        The objects, in the order of the inventory; none where they live in another cluster.
    """
    if resource.spec.kube_config is not None:
        return ()
    parsed = (parse_inventory_id(entry.id) for entry in resource.inventory if entry.id)
    return tuple(
        AppliedId(one.kind, one.group, one.namespace, one.name)
        for one in parsed
        if one is not None and not (one.group in GROUPS and one.kind in KINDS)
    )


def why_nothing(resource: Resource) -> str:
    """Why there is nothing to be read of what an object applied.

    Args:
        resource: Any Flux object.

    Returns:
        A sentence, empty where `inventory_of` has something.
    """
    kind = resource.ref.kind
    if not applies(kind):
        return f"A {kind} applies nothing itself"
    if resource.spec.kube_config is not None:
        return "It applies to another cluster (spec.kubeConfig): look there"
    if resource.inventory:
        own = f"All it applied is Flux's own ({len(resource.inventory)}): it stands below it in the tree"
        return "" if inventory_of(resource) else own
    if kind == "HelmRelease" and resource.status.inventory is None and resource.status.history:
        return "Its helm-controller writes no inventory: that takes Flux 2.8 (helm-controller 1.5)"
    return "It has applied nothing yet"


_OWNER_LABELS = {
    "Kustomization": "kustomize.toolkit.fluxcd.io",
    "HelmRelease": "helm.toolkit.fluxcd.io",
    "ResourceSet": f"resourceset.{OPERATOR_GROUP}",
    "FluxInstance": OPERATOR_GROUP,
}


def owner_selector(ref: ObjectRef) -> str:
    """The label selector of what an applier applied (fluxcd/pkg ssa/manager.go SetOwnerLabels and its like).

    Args:
        ref: The applier.

    Returns:
        A selector. An object may have lost its labels or got another owner's, so it finds not necessarily all.
    """
    prefix = _OWNER_LABELS[ref.kind]
    return f"{prefix}/name={ref.name},{prefix}/namespace={ref.namespace}"


class Inventories:
    """What was read of the inventories that somebody looks at."""

    def __init__(self) -> None:
        self._read: dict[ObjectRef, InventoryRead] = {}

    def get(self, ref: ObjectRef) -> InventoryRead | None:
        """What was read of an applier's inventory.

        Args:
            ref: The applier.

        Returns:
            It, None where nobody has asked.
        """
        return self._read.get(ref)

    def put(self, reading: InventoryRead) -> bool:
        """Take what was read, in place of what was known.

        Args:
            reading: It.

        Returns:
            Whether it says anything new.
        """
        before = self._read.get(reading.ref)
        self._read[reading.ref] = reading
        return before is None or (before.objects, before.problem) != (reading.objects, reading.problem)

    def drop(self, ref: ObjectRef) -> bool:
        """Forget an applier's inventory.

        Args:
            ref: The applier.

        Returns:
            Whether it was known.
        """
        return self._read.pop(ref, None) is not None

    def refs(self) -> list[ObjectRef]:
        """The appliers whose inventories were read.

        Returns:
            Their references.
        """
        return list(self._read)
