"""The kubeconfig between the load server and those who read from it."""

import base64
import json
import ssl
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

CONTEXT = "bench-eu-west"
"""Its one context."""


def write_kubeconfig(path: Path, url: str, token: str, certificate: bytes = b"") -> None:
    """Write a kubeconfig with one context; JSON, which is YAML too.

    Args:
        path: The file, readable for its owner alone.
        url: Where the server is.
        token: Its bearer token.
        certificate: Its certificate, PEM; empty where it speaks plain HTTP.
    """
    cluster = {"server": url}
    if certificate:
        cluster["certificate-authority-data"] = base64.b64encode(certificate).decode()
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": CONTEXT,
        "clusters": [{"name": CONTEXT, "cluster": cluster}],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": CONTEXT}}],
        "users": [{"name": CONTEXT, "user": {"token": token}}],
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config))


def connect(path: Path) -> tuple[HTTPConnection, dict[str, str]]:
    """Prepare a connection to the server of a kubeconfig that `write_kubeconfig` wrote.

    Args:
        path: The file.

    Returns:
        The connection, and the headers that each request needs.
    """
    config = json.loads(path.read_text())
    headers = {"Authorization": f"Bearer {config['users'][0]['user']['token']}"}
    cluster = config["clusters"][0]["cluster"]
    address = urlsplit(cluster["server"]).netloc
    if "certificate-authority-data" not in cluster:
        return HTTPConnection(address, timeout=30), headers
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    return HTTPSConnection(address, timeout=30, context=context), headers
