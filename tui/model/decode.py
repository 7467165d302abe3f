"""API JSON to resources: one object, one page of a list, one line of a watch. What can't be decoded is reported."""

import msgspec

from tui.model.refs import ObjectRef
from tui.model.resources import Api, Metadata, Resource, Spec, Status
from tui.model.text import clean, clean_json


class _WireObject(Api, frozen=True):
    metadata: Metadata
    spec: Spec = Spec()
    status: Status | None = None


class Skipped(msgspec.Struct, frozen=True):
    """An object that could not be decoded and is left out of the picture."""

    context: str
    kind: str
    name: str
    """`namespace/name` where it could be read, else empty."""
    why: str


class Page(msgspec.Struct, frozen=True):
    """One page of a list."""

    resources: tuple[Resource, ...]
    skipped: tuple[Skipped, ...]
    resource_version: str
    continue_token: str
    """Empty on the last page."""


class ApiStatus(Api, frozen=True):
    """A `metav1.Status`: what an API server answers instead of an object when it refuses."""

    code: int = 0
    reason: str = ""
    message: str = ""


class WatchEvent(msgspec.Struct, frozen=True):
    """One line of a watch."""

    type: str
    """`ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`."""
    resource_version: str
    """Where the watch may be resumed, empty for `ERROR`."""
    resource: Resource | None = None
    """None for `BOOKMARK` and `ERROR`, and where the object was skipped."""
    skipped: Skipped | None = None
    error: ApiStatus | None = None


class _ListMeta(Api, frozen=True):
    resource_version: str = ""
    continue_token: str = msgspec.field(name="continue", default="")


class _RawList(Api, frozen=True):
    metadata: _ListMeta
    items: tuple[msgspec.Raw, ...] | None


class _WireList(Api, frozen=True):
    metadata: _ListMeta
    items: tuple[_WireObject, ...] | None


class _WireEvent(Api, frozen=True):
    type: str
    object: msgspec.Raw


class _Identity(Api, frozen=True):
    name: str = ""
    namespace: str = ""
    resource_version: str = ""


class _IdentityOnly(Api, frozen=True):
    metadata: _Identity = _Identity()


_decode_list = msgspec.json.Decoder(_WireList).decode
_decode_raw_list = msgspec.json.Decoder(_RawList).decode
_decode_object = msgspec.json.Decoder(_WireObject).decode
_decode_event = msgspec.json.Decoder(_WireEvent).decode
_decode_identity = msgspec.json.Decoder(_IdentityOnly).decode
_decode_status = msgspec.json.Decoder(ApiStatus).decode


def decode_object(raw: bytes, context: str, kind: str) -> Resource:
    """Decode one object.

    Args:
        raw: The object as the API server wrote it.
        context: The context it was read through.
        kind: Its kind (list items may leave theirs out).

    Returns:
        The object, its text cleaned.

    Raises:
        msgspec.MsgspecError: It is no JSON, or not of the shape that Flux's CRDs promise.
    """
    try:
        return _resource(_decode_object(clean_json(raw)), context, kind)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from None


def decode_page(raw: bytes, context: str, kind: str) -> Page:
    """Decode one page of a list; an item that can't be decoded is reported and the others are kept.

    Args:
        raw: The page as the API server wrote it.
        context: The context it was read through.
        kind: The kind that was listed.

    Returns:
        The page.

    Raises:
        msgspec.MsgspecError: The page as a whole is no list.
    """
    try:
        page = _decode_list(clean_json(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_page_by_item(raw, context, kind)
    resources = tuple(_resource(item, context, kind) for item in page.items or ())
    return Page(resources, (), page.metadata.resource_version, page.metadata.continue_token)


def decode_watch_event(raw: bytes, context: str, kind: str) -> WatchEvent:
    """Decode one line of a watch.

    Args:
        raw: The line, without its newline.
        context: The context it was read through.
        kind: The kind that is watched.

    Returns:
        The event; an object that can't be decoded is reported in `skipped` and the watch can go on.

    Raises:
        msgspec.MsgspecError: The line as a whole is no watch event.
    """
    event = _decode_event(raw)
    if event.type == "ERROR":
        return WatchEvent("ERROR", "", error=decode_status(bytes(event.object)))
    if event.type == "BOOKMARK":
        return WatchEvent("BOOKMARK", _decode_identity(event.object).metadata.resource_version)
    try:
        resource = decode_object(bytes(event.object), context, kind)
    except msgspec.DecodeError as error:
        version = _identity(event.object).resource_version
        return WatchEvent(event.type, version, skipped=_skipped(event.object, context, kind, error))
    return WatchEvent(event.type, resource.metadata.resource_version, resource)


def decode_status(raw: bytes) -> ApiStatus:
    """Decode the body of a refusal.

    Args:
        raw: The body, which a proxy on the way may have written.

    Returns:
        The API server's status, or an empty one with the body's first characters as message.
    """
    try:
        return _decode_status(clean_json(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ApiStatus(message=clean(raw[:200].decode("utf-8", "replace")))


def _resource(wire: _WireObject, context: str, kind: str) -> Resource:
    metadata = wire.metadata
    return Resource(
        ObjectRef(context, kind, metadata.namespace, metadata.name), metadata, wire.spec, wire.status or _NO_STATUS
    )


_NO_STATUS = Status()


def _decode_page_by_item(raw: bytes, context: str, kind: str) -> Page:
    page = _decode_raw_list(raw)
    resources: list[Resource] = []
    skipped: list[Skipped] = []
    for item in page.items or ():
        try:
            resources.append(decode_object(bytes(item), context, kind))
        except msgspec.DecodeError as error:
            skipped.append(_skipped(item, context, kind, error))
    return Page(tuple(resources), tuple(skipped), page.metadata.resource_version, page.metadata.continue_token)


def _identity(raw: msgspec.Raw) -> _Identity:
    try:
        return _decode_identity(clean_json(bytes(raw))).metadata
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Identity()


def _skipped(raw: msgspec.Raw, context: str, kind: str, error: msgspec.DecodeError) -> Skipped:
    identity = _identity(raw)
    name = f"{identity.namespace}/{identity.name}" if identity.namespace else identity.name
    return Skipped(context, kind, name, str(error))
