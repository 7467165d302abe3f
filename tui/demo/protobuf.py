"""Just enough protobuf to read what kubectl sends for an access review (k8s.io/api authorization/v1 generated.proto).

kubectl encodes requests of built-in types as protobuf and does not fall back to JSON. Responses may be JSON.
"""

from tui.demo.resources import Object

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"

_MAGIC = b"k8s\x00"
_ATTRIBUTES = {1: "namespace", 2: "verb", 3: "group", 4: "version", 5: "resource", 6: "subresource", 7: "name"}


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position


def _fields(data: bytes) -> dict[int, bytes]:
    """The length-delimited fields of a message, the last of each number."""
    found: dict[int, bytes] = {}
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        value, position = _varint(data, position)
        if tag & 7 == 2:
            if position + value > len(data):
                raise IndexError(position)
            found[tag >> 3] = data[position : position + value]
            position += value
        elif tag & 7 != 0:
            raise ValueError(f"unexpected wire type {tag & 7}")
    return found


def read_access_review(body: bytes) -> Object:
    """Read a SelfSubjectAccessReview.

    Args:
        body: A `runtime.Unknown` that holds it, as clients send it.

    Returns:
        The review as JSON has it.

    Raises:
        ValueError: It is something else.
    """
    if not body.startswith(_MAGIC):
        raise ValueError("no Kubernetes protobuf")
    try:
        review = _fields(_fields(body[len(_MAGIC) :])[2])
        attributes = _fields(_fields(review[2]).get(1, b""))
    except (IndexError, KeyError) as error:
        raise ValueError("truncated protobuf") from error
    asked = {name: attributes[number].decode() for number, name in _ATTRIBUTES.items() if number in attributes}
    kind = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
    return {**kind, "spec": {"resourceAttributes": asked}}
