"""A plain client of an API server, independent of the program's own: what the tests do and see by other means."""

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

from tui.cluster.entries import ContextEntry
from tui.cluster.tls import as_file, authority_pem

Body = dict[str, Any]

FLUX = {
    "GitRepository": "source.toolkit.fluxcd.io/v1",
    "OCIRepository": "source.toolkit.fluxcd.io/v1",
    "HelmChart": "source.toolkit.fluxcd.io/v1",
    "Kustomization": "kustomize.toolkit.fluxcd.io/v1",
    "HelmRelease": "helm.toolkit.fluxcd.io/v2",
    "Receiver": "notification.toolkit.fluxcd.io/v1",
}
"""The API version of each Flux kind that the fixture has."""


class ApiError(Exception):
    """The API server refused."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    """One API server as one user."""

    def __init__(self, entry: ContextEntry) -> None:
        self._server = entry.cluster.server.rstrip("/")
        self._headers = {"Authorization": f"Bearer {entry.user.token}"} if entry.user.token else {}
        self._tls = _tls(entry)
        self._plurals: dict[tuple[str, str], tuple[str, bool]] = {}

    def request(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """Send one request.

        Args:
            method: The HTTP method.
            path: Path and query.
            body: JSON to send.
            kind: Its content type.

        Returns:
            The answer's JSON.

        Raises:
            ApiError: The API server refused.
            OSError: It can't be reached.
        """
        with self._open(method, path, body, kind, 30) as answer:
            content = answer.read()
        return json.loads(content) if content.startswith(b"{") else content.decode()

    def is_ready(self) -> bool:
        """Whether the API server says that it is ready."""
        try:
            return bool(self.request("GET", "/readyz") == "ok")
        except (OSError, ApiError):
            return False

    def get(self, kind: str, name: str, namespace: str) -> Body:
        """Read a Flux object.

        Args:
            kind: Its kind.
            name: Its name.
            namespace: Its namespace.
        """
        found: Body = self.request("GET", self.path(FLUX[kind], kind, namespace, name))
        return found

    def lacks(self, path: str) -> bool:
        """Whether there is nothing at a path.

        Args:
            path: An object's path.
        """
        try:
            self.request("GET", path)
        except ApiError as error:
            return error.status == 404
        return False

    def list(self, kind: str) -> list[Body]:
        """Read every object of a Flux kind.

        Args:
            kind: The kind.
        """
        items: list[Body] = self.request("GET", self.path(FLUX[kind], kind))["items"]
        return items

    def apply(self, body: Body) -> Body:
        """Apply an object, as `kubectl apply --server-side` does.

        Args:
            body: The object.

        Returns:
            What the API server made of it.
        """
        meta = body["metadata"]
        path = self.path(body["apiVersion"], body["kind"], meta.get("namespace", ""), meta["name"])
        query = "?fieldManager=e2e&force=true"
        applied: Body = self.request("PATCH", path + query, body, "application/apply-patch+yaml")
        return applied

    def patch(self, kind: str, name: str, namespace: str, body: Body, manager: str = "kubectl-edit") -> Body:
        """Send a merge patch to a Flux object, as kubectl does.

        Args:
            kind: Its kind.
            name: Its name.
            namespace: Its namespace.
            body: The patch.
            manager: The field manager.
        """
        path = f"{self.path(FLUX[kind], kind, namespace, name)}?fieldManager={manager}"
        patched: Body = self.request("PATCH", path, body, "application/merge-patch+json")
        return patched

    def delete(self, kind: str, name: str, namespace: str) -> None:
        """Delete a Flux object.

        Args:
            kind: Its kind.
            name: Its name.
            namespace: Its namespace.
        """
        self.request("DELETE", self.path(FLUX[kind], kind, namespace, name))

    def watch(self, kind: str, namespace: str, seconds: int) -> Iterator[Body]:
        """Watch a Flux kind from now on.

        Args:
            kind: The kind.
            namespace: The namespace.
            seconds: How long.

        Yields:
            Watch events as they come, those of the objects that are there first.
        """
        path = f"{self.path(FLUX[kind], kind, namespace)}?watch=true&timeoutSeconds={seconds}"
        with self._open("GET", path, None, "application/json", seconds + 5) as answer:
            for line in answer:
                yield json.loads(line)

    def path(self, version: str, kind: str, namespace: str = "", name: str = "") -> str:
        """The path of an object or of a collection, by discovery.

        Args:
            version: The API version.
            kind: The kind.
            namespace: The namespace, where the kind has one.
            name: The name, empty for the collection.
        """
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if (version, kind) not in self._plurals:
            for found in self.request("GET", root)["resources"]:
                if "/" not in found["name"]:
                    self._plurals[version, found["kind"]] = found["name"], found["namespaced"]
        plural, namespaced = self._plurals[version, kind]
        return "/".join([root, *(["namespaces", namespace] if namespaced and namespace else []), plural, name]).rstrip(
            "/"
        )

    def _open(self, method: str, path: str, body: Any, kind: str, seconds: float) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = self._headers | {"Content-Type": kind, "Accept": "application/json"}
        request = urllib.request.Request(self._server + path, data, headers, method=method)
        try:
            return urllib.request.urlopen(request, timeout=seconds, context=self._tls)
        except urllib.error.HTTPError as error:
            with error:
                raise ApiError(error.code, error.read().decode(errors="replace")) from None


def _tls(entry: ContextEntry) -> ssl.SSLContext:
    user = entry.user
    authority = authority_pem(entry.cluster).decode()
    context = ssl.create_default_context(cadata=authority or None)
    certificate = user.client_certificate_data or (user.client_certificate and user.client_certificate.read_bytes())
    key = user.client_key_data or (user.client_key and user.client_key.read_bytes())
    if certificate and key:
        with as_file(certificate + b"\n" + key) as path:
            context.load_cert_chain(path)
    return context


def wait_for(what: str, true: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait, outside of any event loop, until something is true.

    Args:
        what: What is waited for, for the complaint.
        true: Whether it is so now; what it returns.
        seconds: How long to wait.

    Returns:
        What came true.

    Raises:
        TimeoutError: It did not.
    """
    end = time.monotonic() + seconds
    while not (found := true()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.1)
    return found
