"""Who owns which fields of an object, as far as that tells who suspended it (`metadata.managedFields`)."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from tui.model import kinds
from tui.model.kinds import EXTENSIONS_SWITCH, KINDS, OPERATOR_SWITCH


class FieldSet(msgspec.Struct, frozen=True, gc=False):
    """The one field of the spec that `managedFields` is read for."""

    suspend: dict[str, Any] | None = msgspec.field(name="f:suspend", default=None)


class AnnotationSet(msgspec.Struct, frozen=True, gc=False):
    """The annotations that `managedFields` is read for: those that suspend."""

    operator_switch: dict[str, Any] | None = msgspec.field(name=f"f:{OPERATOR_SWITCH}", default=None)
    extensions_switch: dict[str, Any] | None = msgspec.field(name=f"f:{EXTENSIONS_SWITCH}", default=None)


class MetadataSet(msgspec.Struct, frozen=True, gc=False):
    """What of the metadata `managedFields` is read for."""

    annotations: AnnotationSet | None = msgspec.field(name="f:annotations", default=None)


class FieldsV1(msgspec.Struct, frozen=True, gc=False):
    """Which fields a manager owns, as far as the program asks."""

    spec: FieldSet | None = msgspec.field(name="f:spec", default=None)
    metadata: MetadataSet | None = msgspec.field(name="f:metadata", default=None)


class ManagedFields(msgspec.Struct, frozen=True, gc=False):
    """One field manager's entry."""

    manager: str = ""
    operation: str = ""
    time: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    fields_v1: FieldsV1 = msgspec.field(name="fieldsV1", default=FieldsV1())

    def suspends(self, kind: str) -> bool:
        """Whether the manager owns what suspends an object.

        Args:
            kind: The object's kind.

        Returns:
            True where it set `spec.suspend`, or the annotation that such an object obeys.
        """
        match KINDS[kind].suspended_by:
            case kinds.OPERATOR_SWITCH:
                return self._annotations.operator_switch is not None
            case kinds.EXTENSIONS_SWITCH:
                return self._annotations.extensions_switch is not None
            case _:
                spec = self.fields_v1.spec
                return spec is not None and spec.suspend is not None

    @property
    def _annotations(self) -> AnnotationSet:
        metadata = self.fields_v1.metadata
        return (metadata and metadata.annotations) or _NO_ANNOTATIONS


_NO_ANNOTATIONS = AnnotationSet()
