"""A mirror in a region's Gitea: Flux pulls from it with a token, and is told of what comes."""

import secrets
import time

from tests.e2e.api import Body, wait_for
from tests.e2e.gitea import OWNER, Gitea
from tests.e2e.origin import Origin

_SELDOM = "8h"
"""How often a mirror looks by itself: not within a test."""


_AGAIN = 15.0
"""Seconds after which a mirror that has not come is told to look once more."""


_STUCK = 50.0
"""Seconds after which Gitea is started anew."""


class Mirror(Origin):
    """A pull mirror, private, with a webhook once `tell` has made it."""

    def __init__(self, gitea: Gitea, name: str, upstream: str) -> None:
        super().__init__(f"{gitea.url}/{OWNER}/{name}.git")
        self._gitea = gitea
        self._name = name
        self._upstream = upstream
        self._path = f"/repos/{OWNER}/{name}"
        self._hook = 0
        self._word = secrets.token_hex(16)
        """What the webhook and Flux's Receiver both know."""
        self._is_held = False
        self.secret = f"{name}-login"
        self.receiver = f"{name}-mirror"
        """The name of the Receiver, and of the Secret with what the webhook signs with."""

    def create(self) -> None:
        """Make it, as far as its upstream has come."""
        place = {"clone_addr": self._upstream, "repo_owner": OWNER, "repo_name": self._name, "service": "git"}
        wish = {"mirror": True, "private": True, "mirror_interval": _SELDOM}
        self._gitea.ask("POST", "/repos/migrate", place | wish)

    def remove(self) -> None:
        """Delete it."""
        self._gitea.ask("DELETE", self._path)

    def objects(self, namespace: str, source: str, token: str = "") -> list[Body]:
        """The Secret with Flux's token, the Receiver, and the Secret of the webhook.

        Args:
            namespace: The namespace of the Flux objects.
            source: The GitRepository's name.
            token: Another token than the one that is good.
        """
        login = {"username": OWNER, "password": token or self._gitea.token}
        receiver = {
            "type": "github",  # as Flux's docs recommend for Gitea, which sends what GitHub sends
            "events": ["ping", "push"],
            "secretRef": {"name": self.receiver},
            "resources": [{"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", "name": source}],
        }
        meta = {"name": self.receiver, "namespace": namespace}
        return [
            _secret(self.secret, namespace, login),
            _secret(self.receiver, namespace, {"token": self._word}),
            {"apiVersion": "notification.toolkit.fluxcd.io/v1", "kind": "Receiver", "metadata": meta, "spec": receiver},
        ]

    def login(self) -> str:
        """The URL of its Gitea, with the owner's token that may only read."""
        return self._gitea.url.replace("://", f"://{OWNER}:{self._gitea.token}@")

    def head(self) -> str:
        """The last commit that has come."""
        return str(self._gitea.ask("GET", f"{self._path}/branches/main")["commit"]["id"])

    def follow(self, commit: str) -> None:
        """Let it come to a commit, unless it is held back.

        Args:
            commit: The commit, which is the last one upstream.
        """
        if self._is_held:
            return
        began, asked, is_fresh = time.monotonic(), 0.0, False

        def has_come() -> bool:
            nonlocal asked, is_fresh
            now = time.monotonic()
            if now - began > _STUCK and not is_fresh:  # its queue may hold a mirror for minutes: "already in queue"
                self._gitea.restart()
                is_fresh, asked = True, 0.0
            if now - asked > _AGAIN:  # it does not repeat a fetch that failed
                self._gitea.ask("POST", f"{self._path}/mirror-sync")
                asked = now
            return self.head() == commit

        wait_for(f"the mirror to be at {commit}", has_come, 180)

    def look_every(self, interval: str) -> None:
        """Choose how often it looks upstream by itself.

        Args:
            interval: The time, `1m` at least, or `0s` for never.
        """
        self._gitea.ask("PATCH", self._path, {"mirror_interval": interval})

    def hold(self) -> None:
        """Hold it back, as people do: it does not look by itself, and nobody tells it to."""
        self.look_every("0s")
        self._is_held = True

    def release(self, commit: str) -> None:
        """Let it follow again.

        Args:
            commit: Where it comes to now, the last commit upstream.
        """
        self._is_held = False
        self.look_every(_SELDOM)
        self.follow(commit)

    def restore(self, commit: str) -> None:
        """Undo what a test did to it.

        Args:
            commit: The last commit upstream.
        """
        if self._is_held:
            self.release(commit)
        self.tell("")

    def tell(self, address: str) -> None:
        """Let the webhook call whenever a commit has come.

        Args:
            address: The URL to call; empty to call nobody.
        """
        if self._hook:
            self._gitea.ask("DELETE", f"{self._path}/hooks/{self._hook}")
            self._hook = 0
        if address:
            config = {"url": address, "content_type": "json", "secret": self._word}
            wish = {"type": "gitea", "active": True, "events": ["push"], "config": config}
            self._hook = self._gitea.ask("POST", f"{self._path}/hooks", wish)["id"]


def _secret(name: str, namespace: str, data: dict[str, str]) -> Body:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": data}
