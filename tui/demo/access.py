"""Who may do what: one user, one token, and rules that deny."""

import hmac
from typing import NamedTuple

from tui.demo.resources import Object


class Rule(NamedTuple):
    """What is denied; `*` stands for everything."""

    verb: str
    resource: str
    """The plural, `kustomizations`."""
    namespace: str

    def covers(self, verb: str, resource: str, namespace: str) -> bool:
        """Whether the rule denies a request.

        Args:
            verb: Its verb.
            resource: Its resource.
            namespace: Its namespace, empty for all of them.

        Returns:
            Whether it does.
        """
        pairs = ((self.verb, verb), (self.resource, resource), (self.namespace, namespace))
        return all(mine in ("*", theirs) for mine, theirs in pairs)


class Access:
    """The credentials and the rights of the demo's user in one cluster."""

    def __init__(self, token: str) -> None:
        """Begin with every right.

        Args:
            token: The bearer token.
        """
        self.revoked = False
        """Whether the token is refused."""
        self._token = token
        self._denied: set[Rule] = set()

    def authenticated(self, authorization: str) -> bool:
        """Whether a request comes from the user.

        Args:
            authorization: Its Authorization header.

        Returns:
            Whether the token is right and was not revoked.
        """
        return not self.revoked and hmac.compare_digest(authorization.encode(), f"Bearer {self._token}".encode())

    def deny(self, verb: str = "*", resource: str = "*", namespace: str = "*") -> None:
        """Deny something from now on.

        Args:
            verb: `patch`, `watch` and so on.
            resource: The plural.
            namespace: The namespace.
        """
        self._denied.add(Rule(verb, resource, namespace))

    def allow_all(self) -> None:
        """Deny nothing any more."""
        self._denied.clear()

    def allowed(self, verb: str, resource: str, namespace: str) -> bool:
        """Whether the user may do something.

        Args:
            verb: The verb.
            resource: The plural.
            namespace: The namespace, empty for all of them.

        Returns:
            Whether no rule denies it.
        """
        return not any(rule.covers(verb, resource, namespace) for rule in self._denied)

    def review(self, body: Object) -> Object:
        """Answer a SelfSubjectAccessReview.

        Args:
            body: The review, as it was sent.

        Returns:
            It with its status.
        """
        asked = body.get("spec", {}).get("resourceAttributes", {})
        allowed = self.allowed(asked.get("verb", "*"), asked.get("resource", "*"), asked.get("namespace", ""))
        reason = "" if allowed else "the demo denies this"
        return {**body, "metadata": {}, "status": {"allowed": allowed, "reason": reason}}
