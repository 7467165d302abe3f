"""One region of the demo: a simulated cluster behind an API server of its own, with switches for what can fail."""

import secrets
import socket
import ssl
from collections.abc import Callable

from aiohttp import web

from tui.demo.access import Access
from tui.demo.apiserver import api_app
from tui.demo.flux import SimulatedCluster
from tui.demo.watch import Gate

BOOKMARK_EVERY = 60.0
"""Seconds between two bookmarks of a watch, as kube-apiserver has it."""


def loopback_socket(port: int = 0) -> socket.socket:
    """Take a port on the loopback address.

    Args:
        port: The port, 0 for any free one.

    Returns:
        The bound socket.
    """
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", port))
    return taken


class Region:
    """One context's cluster as clients reach it."""

    def __init__(self, cluster: SimulatedCluster, tls: ssl.SSLContext, touched: Callable[[], None]) -> None:
        """Make it; `start` serves it.

        Args:
            cluster: What is served.
            tls: How.
            touched: Called after each write of a client.
        """
        self.cluster = cluster
        self.touched = touched
        self.gate = Gate()
        self.token = secrets.token_urlsafe(24)
        """The bearer token of the demo's user."""
        self.access = Access(self.token)
        self.bookmark_every = BOOKMARK_EVERY
        self._tls = tls
        self._runner: web.AppRunner | None = None
        taken = loopback_socket()
        self.port: int = taken.getsockname()[1]
        self._socket: socket.socket | None = taken

    @property
    def url(self) -> str:
        """Where the API server is."""
        return f"https://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Serve, on the same port as before; nothing happens when it does already."""
        if self._runner is not None:
            return
        runner = web.AppRunner(api_app(self), handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        taken = self._socket or loopback_socket(self.port)
        self._socket = None
        await web.SockSite(runner, taken, ssl_context=self._tls).start()
        self._runner = runner

    async def stop(self) -> None:
        """Drop every connection and answer no more, as when an API server dies."""
        self.thaw()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def freeze(self) -> None:
        """Hang: connections stay open, and nothing is answered or sent."""
        self.gate.open.clear()

    def thaw(self) -> None:
        """Go on after `freeze`."""
        self.gate.open.set()

    def expire_log(self) -> None:
        """Forget all changes: running watches end with an ERROR event, older resource versions get 410."""
        self.cluster.store.expire()
        self.gate.expire()

    def revoke(self) -> None:
        """Refuse the token from now on; running watches go on, as they do with a real API server."""
        self.access.revoked = True

    def restore(self) -> None:
        """Take the token again."""
        self.access.revoked = False

    def deny(self, verb: str = "*", resource: str = "*", namespace: str = "*") -> None:
        """Deny the user something.

        Args:
            verb: `patch`, `watch` and so on; `*` is every one.
            resource: The plural, `kustomizations`.
            namespace: The namespace; `*` is every one, and requests about all of them.
        """
        self.access.deny(verb, resource, namespace)

    def allow_all(self) -> None:
        """Deny nothing any more."""
        self.access.allow_all()
