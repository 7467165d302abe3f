"""Which Flux kinds a cluster serves, and at which version."""

import asyncio
from typing import Protocol, TypeVar
from urllib.parse import quote

import msgspec

from tui.cluster.connection import Connection
from tui.cluster.refusal import Refused, refusal
from tui.model.kinds import (
    EXTENSIONS_GROUP,
    GROUPS,
    HELM_GROUP,
    IMAGE_GROUP,
    KINDS,
    KUSTOMIZE_GROUP,
    NOTIFICATION_GROUP,
    OPERATOR_GROUP,
    SOURCE_GROUP,
)
from tui.model.refs import ObjectRef
from tui.ports import ClusterError

T = TypeVar("T")

DEADLINE = 15.0
"""Seconds for one discovery document: some kilobytes."""

_USUAL_VERSIONS = {
    SOURCE_GROUP: "v1",
    KUSTOMIZE_GROUP: "v1",
    HELM_GROUP: "v2",
    NOTIFICATION_GROUP: "v1",
    IMAGE_GROUP: "v1",
    EXTENSIONS_GROUP: "v1beta1",
    OPERATOR_GROUP: "v1",
}
"""What Flux 2.9 serves: used only where a user may not read the discovery endpoints."""

_USUAL_EXCEPTIONS = {"Alert": "v1beta3", "Provider": "v1beta3"}


class Api(msgspec.Struct, frozen=True):
    """Where a cluster serves one kind."""

    group: str
    version: str
    plural: str
    namespaced: bool = True

    @property
    def collection(self) -> str:
        """The path of all objects of the kind."""
        return f"{self._prefix}/{self.plural}"

    def within(self, namespace: str) -> str:
        """The path of the kind's objects in one namespace.

        Args:
            namespace: The namespace.

        Returns:
            The path, the name in it quoted; empty where the kind has no namespaces.
        """
        return f"{self._prefix}/namespaces/{quote(namespace, safe='')}/{self.plural}" if self.namespaced else ""

    def item(self, ref: ObjectRef) -> str:
        """The path of one object.

        Args:
            ref: The object.

        Returns:
            The path, each name in it quoted.
        """
        return f"{self.within(ref.namespace) or self.collection}/{quote(ref.name, safe='')}"

    @property
    def _prefix(self) -> str:
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"


class Discovery(msgspec.Struct, frozen=True):
    """What a cluster serves of Flux."""

    apis: dict[str, Api]
    """By kind, in the order of `KINDS`."""
    unknown: frozenset[str] = frozenset()
    """Groups that could not be asked about: what was known of them still counts."""


class _Version(msgspec.Struct, frozen=True):
    version: str


class Group(msgspec.Struct, frozen=True, rename="camel"):
    """One API group as `/apis` and `/apis/<group>` tell it."""

    name: str
    versions: tuple[_Version, ...] = ()
    preferred_version: _Version | None = None

    @property
    def ordered(self) -> list[str]:
        """The versions, the preferred one first."""
        names = [self.preferred_version.version] if self.preferred_version else []
        return names + [entry.version for entry in self.versions if entry.version not in names]


class _GroupList(msgspec.Struct, frozen=True):
    groups: tuple[Group, ...] | None = ()


class ApiResource(msgspec.Struct, frozen=True):
    """One resource, or subresource, of a group's version."""

    name: str
    kind: str = ""
    namespaced: bool = True


class ApiResourceList(msgspec.Struct, frozen=True):
    """What `/apis/<group>/<version>` answers."""

    resources: tuple[ApiResource, ...] | None = ()


class _Reader(Protocol):
    async def __call__(self, path: str) -> bytes: ...


async def discover(connection: Connection) -> Discovery:
    """Ask a cluster which Flux kinds it serves.

    Per group the preferred version is asked first and the others only for kinds that it lacks: before Flux 2.10
    `notification.toolkit.fluxcd.io` prefers v1, and serves Alert and Provider at v1beta3 alone. Where discovery is
    forbidden, Flux's usual versions are taken for served; what isn't will answer 404.

    Args:
        connection: The way to the API server.

    Returns:
        What it serves.

    Raises:
        ClusterError: The list of groups could not be read.
    """

    async def read(path: str) -> bytes:
        reply = await connection.request("GET", path, deadline=DEADLINE)
        if reply.status != 200:
            raise refusal(reply.status, reply.headers, reply.body, f"GET {connection.server}{path}")
        return reply.body

    try:
        groups = decode_document(await read("/apis"), _GroupList).groups or ()
    except Refused as error:
        if error.code != 403:
            raise
        return Discovery({kind: _usual(kind) for kind in KINDS})
    flux = [group for group in groups if group.name in GROUPS]
    answers = await asyncio.gather(*(_served(read, group) for group in flux))
    found = {kind: api for answer in answers if answer is not None for kind, api in answer.items()}
    unknown = frozenset(group.name for group, answer in zip(flux, answers, strict=True) if answer is None)
    return Discovery({kind: found[kind] for kind in KINDS if kind in found}, unknown)


async def _served(read: _Reader, group: Group) -> dict[str, Api] | None:
    """The kinds of one group, None where it can't be told now."""
    wanted = {kind.plural: kind.name for kind in KINDS.values() if kind.group == group.name}
    found: dict[str, Api] = {}
    for version in group.ordered:
        try:
            resources = decode_document(await read(f"/apis/{group.name}/{version}"), ApiResourceList).resources or ()
        except Refused as error:
            if error.code == 404:
                continue
            if error.code != 403:
                return None
            return {kind: _usual(kind) for kind in wanted.values()}
        except ClusterError:
            return None
        for resource in resources:
            kind = wanted.get(resource.name)
            if kind is not None:
                found.setdefault(kind, Api(group.name, version, resource.name, resource.namespaced))
        if len(found) == len(wanted):
            break
    return found


def _usual(kind: str) -> Api:
    group = KINDS[kind].group
    return Api(group, _USUAL_EXCEPTIONS.get(kind, _USUAL_VERSIONS[group]), KINDS[kind].plural)


def decode_document(raw: bytes, shape: type[T]) -> T:
    """Read a discovery document.

    Args:
        raw: The document.
        shape: What it is read as.

    Returns:
        It.

    Raises:
        Refused: It is none.
    """
    try:
        return msgspec.json.decode(raw, type=shape)
    except (ValueError, RecursionError) as error:
        raise Refused(200, f"The API server's discovery document can't be read: {error}.") from error
