"""What this user may do, asked before a key is offered."""

import asyncio
from collections.abc import Callable
from time import monotonic

import msgspec

from tui.cluster.connection import Connection
from tui.ports import Access, ClusterError

REMEMBERED = 300.0
"""Seconds that an answer is kept."""

UNANSWERED = 10.0
"""Seconds until a question that could not be asked is asked again."""

_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

_Key = tuple[str, str, str]


class _Answer(msgspec.Struct, frozen=True):
    allowed: bool = False


class _Review(msgspec.Struct, frozen=True):
    status: _Answer


class AccessReviews:
    """Asks SelfSubjectAccessReviews, each question once at a time, and remembers the answers for some minutes."""

    def __init__(self, connection: Connection, now: Callable[[], float] = monotonic) -> None:
        self._connection = connection
        self._now = now
        self._locks: dict[_Key, asyncio.Lock] = {}
        self._answers: dict[_Key, tuple[float, Access]] = {}

    async def may_patch(self, group: str, resource: str, namespace: str) -> Access:
        """Whether this user may patch.

        Args:
            group: The API group.
            resource: The plural.
            namespace: The namespace; empty for all.

        Returns:
            The answer, `UNKNOWN` where it could not be asked.
        """
        key = (group, resource, namespace)
        async with self._locks.setdefault(key, asyncio.Lock()):
            until, answer = self._answers.get(key, (0.0, Access.UNKNOWN))
            if self._now() < until:
                return answer
            answer = await self._ask(key)
            keep = UNANSWERED if answer is Access.UNKNOWN else REMEMBERED
            self._answers[key] = (self._now() + keep, answer)
            return answer

    async def _ask(self, key: _Key) -> Access:
        group, resource, namespace = key
        attributes = {"group": group, "resource": resource, "namespace": namespace, "verb": "patch"}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        try:
            reply = await self._connection.request("POST", _PATH, body=msgspec.json.encode(review))
            if not 200 <= reply.status < 300:
                return Access.UNKNOWN
            allowed = msgspec.json.decode(reply.body, type=_Review).status.allowed
        except (ClusterError, ValueError):
            return Access.UNKNOWN
        return Access.ALLOWED if allowed else Access.DENIED
