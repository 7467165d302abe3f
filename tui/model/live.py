"""Objects that Flux applied, of any kind, as the API server tells them: only what their health depends on."""

from typing import TypeVar

import msgspec

from tui.model.resources import Api, Condition, Time
from tui.model.text import clean_json

T = TypeVar("T")

_NOTHING = msgspec.Raw(b"")


class OwnerReference(Api, frozen=True):
    """Who made an object."""

    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


class LiveMetadata(Api, frozen=True):
    """Metadata of any object."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    generation: int = 0
    creation_timestamp: Time | None = None
    deletion_timestamp: Time | None = None
    finalizers: tuple[str, ...] | None = None
    labels: dict[str, str] | None = None
    owner_references: tuple[OwnerReference, ...] | None = None

    @property
    def controller(self) -> OwnerReference | None:
        """The owner that manages it."""
        return next((owner for owner in self.owner_references or () if owner.controller), None)


class Live(Api, frozen=True):
    """An object as it is now. Spec and status are read by the rule of its kind, since each kind has its own shapes."""

    metadata: LiveMetadata = LiveMetadata()
    spec: msgspec.Raw = _NOTHING
    status: msgspec.Raw = _NOTHING


class LivePage(msgspec.Struct, frozen=True):
    """One page of a list."""

    items: tuple[Live, ...]
    continue_token: str
    """Empty on the last page."""


class Conditions(Api, frozen=True):
    """What the statuses of most kinds have in common."""

    conditions: tuple[Condition, ...] | None = None
    observed_generation: int | None = None

    def get(self, type_: str) -> Condition | None:
        """The condition of a type.

        Args:
            type_: `Ready`.

        Returns:
            It, None where the status has none.
        """
        return next((one for one in self.conditions or () if one.type == type_), None)

    def true(self, type_: str) -> Condition | None:
        """The condition of a type, if its status is True.

        Args:
            type_: `Stalled`.

        Returns:
            It, None where there is none or it is not True.
        """
        found = self.get(type_)
        return found if found is not None and found.status == "True" else None


class _ListMeta(Api, frozen=True):
    continue_token: str = msgspec.field(name="continue", default="")


class _LiveList(Api, frozen=True):
    metadata: _ListMeta = _ListMeta()
    items: tuple[Live, ...] | None = ()


_decode_live = msgspec.json.Decoder(Live).decode
_decode_list = msgspec.json.Decoder(_LiveList).decode


def decode_live(raw: bytes) -> Live:
    """Decode one object.

    Args:
        raw: The object as the API server wrote it.

    Returns:
        The object, its text cleaned.

    Raises:
        msgspec.MsgspecError: It is no object of an API server.
    """
    try:
        return _decode_live(clean_json(raw))
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from None


def decode_live_page(raw: bytes) -> LivePage:
    """Decode one page of a list.

    Args:
        raw: The page as the API server wrote it.

    Returns:
        The page, its text cleaned.

    Raises:
        msgspec.MsgspecError: It is no list.
    """
    try:
        page = _decode_list(clean_json(raw))
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from None
    return LivePage(page.items or (), page.metadata.continue_token)


def read_part(raw: msgspec.Raw, shape: type[T]) -> T:
    """Read spec or status.

    Args:
        raw: The part, which may be missing or null.
        shape: What it is read as; every field of it has a default.

    Returns:
        What the program uses of it.

    Raises:
        msgspec.MsgspecError: It is of another shape.
    """
    content = bytes(raw)
    return msgspec.json.decode(content, type=shape) if content and content != b"null" else shape()
