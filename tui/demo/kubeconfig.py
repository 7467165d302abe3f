"""The kubeconfig of the demo."""

import base64
from collections.abc import Mapping
from pathlib import Path

import yaml


def write_kubeconfig(path: Path, servers: Mapping[str, tuple[str, str]], certificate: str) -> None:
    """Write a kubeconfig that only its owner can read.

    Args:
        path: Where.
        servers: Context → URL and token; the first is the current context.
        certificate: The certificate of every server, as PEM.
    """
    authority = base64.b64encode(certificate.encode()).decode()
    clusters = [
        {"name": context, "cluster": {"server": url, "certificate-authority-data": authority}}
        for context, (url, _) in servers.items()
    ]
    users = [{"name": f"{context}-demo", "user": {"token": token}} for context, (_, token) in servers.items()]
    contexts = [
        {"name": context, "context": {"cluster": context, "user": f"{context}-demo", "namespace": "flux-system"}}
        for context in servers
    ]
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": next(iter(servers)),
        "clusters": clusters,
        "users": users,
        "contexts": contexts,
    }
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(document, sort_keys=False))
