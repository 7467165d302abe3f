"""What the path of a request names."""

from collections.abc import Mapping
from typing import NamedTuple

from tui.demo.objects import Store
from tui.demo.refusal import ApiError, no_such_path, not_found
from tui.demo.resources import Key, Object, ResourceType


class Target(NamedTuple):
    """What a path names."""

    item: ResourceType
    api_version: str
    namespace: str
    name: str
    subresource: str

    @property
    def resource(self) -> str:
        """As rules name it, `pods/log`."""
        return f"{self.item.plural}/{self.subresource}" if self.subresource else self.item.plural

    @property
    def key(self) -> Key:
        """The object."""
        return Key(self.item.kind, self.namespace, self.name)


def find_target(types: Mapping[str, ResourceType], group: str, version: str, parts: list[str]) -> Target:
    """Take a path apart.

    Args:
        types: What the cluster serves.
        group: The API group.
        version: The API version.
        parts: What follows the version.

    Returns:
        What it names.

    Raises:
        ApiError: Nothing that is served.
    """
    namespace = ""
    if parts[0] == "namespaces" and len(parts) > 2:
        namespace, parts = parts[1], parts[2:]
    plural, name, subresource = (*parts, "", "")[:3]
    found = [item for item in types.values() if (item.group, item.plural) == (group, plural)]
    if not found or version not in found[0].versions or len(parts) > 3:
        raise no_such_path()
    item = found[0]
    is_served = subresource == "" or (subresource, item.kind) == ("log", "Pod")
    if not is_served or (name and item.namespaced and not namespace):
        raise no_such_path()
    return Target(item, f"{group}/{version}" if group else version, namespace, name, subresource)


def existing(store: Store, target: Target) -> Object:
    """The object that a path names.

    Args:
        store: Where to look.
        target: The path.

    Returns:
        The object.

    Raises:
        ApiError: There is none.
    """
    found = store.get(target.key)
    if found is None:
        raise not_found(target.item, target.name)
    return found


def forbidden(verb: str, target: Target) -> ApiError:
    """The user may not do that.

    Args:
        verb: What was asked for.
        target: Of what.

    Returns:
        The refusal.
    """
    item = target.item
    where = f'in the namespace "{target.namespace}"' if target.namespace else "at the cluster scope"
    resource = f"{item.plural}.{item.group}" if item.group else item.plural
    name = f' "{target.name}"' if target.name else ""
    what = f'User "demo" cannot {verb} resource "{item.plural}" in API group "{item.group}" {where}'
    return ApiError(403, f"{resource}{name} is forbidden: {what}", name=target.name, group=item.group, kind=item.plural)
