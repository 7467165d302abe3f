"""What a kubeconfig says of contexts, clusters and users, with the fields that client-go knows.

The fields are those of client-go tools/clientcmd/api/v1/types.go, the rules those of tools/clientcmd/validation.go and
tools/clientcmd/client_config.go.
"""

from pathlib import Path
from typing import Any

import msgspec

EXEC_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
"""The API versions of exec plugins that kubectl still speaks (v1alpha1 went with Kubernetes 1.24)."""


class _Discreet(msgspec.Struct, frozen=True):
    """An entry that prints as its name alone: it may hold credentials."""

    name: str

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("name", self.name)]


class ClusterEntry(_Discreet, frozen=True):
    """An entry of `clusters`."""

    server: str = ""
    certificate_authority: Path | None = None
    certificate_authority_data: bytes = b""
    """PEM; wins over the file."""
    insecure: bool = False
    """`insecure-skip-tls-verify`."""
    tls_server_name: str = ""
    proxy_url: str = ""
    disable_compression: bool = False
    exec_config: Any = None
    """What exec plugins are given as the cluster's `config`."""


class ExecEntry(_Discreet, frozen=True):
    """`user.exec`: a program that prints credentials; `name` is its command."""

    api_version: str = ""
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    provide_cluster_info: bool = False
    interactive_mode: str = ""
    """`Never`, `IfAvailable`, `Always`; empty where it is not said."""
    install_hint: str = ""


class AuthProvider(_Discreet, frozen=True):
    """`user.auth-provider`; `name` is the provider's."""

    config: dict[str, str] = {}


class UserEntry(_Discreet, frozen=True):
    """An entry of `users`."""

    origin: Path | None = None
    """The file it was read from, from which it is read anew when it is refused."""
    token: str = ""
    token_file: Path | None = None
    """Wins over the token as long as it can be read."""
    username: str = ""
    password: str = ""
    client_certificate: Path | None = None
    client_certificate_data: bytes = b""
    """PEM; wins over the file."""
    client_key: Path | None = None
    client_key_data: bytes = b""
    """PEM; wins over the file."""
    exec: ExecEntry | None = None
    auth_provider: AuthProvider | None = None
    as_user: str = ""
    as_uid: str = ""
    as_groups: tuple[str, ...] = ()
    as_extra: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def has_certificate(self) -> bool:
        """Whether a client certificate is named or given."""
        return bool(self.client_certificate or self.client_certificate_data)

    @property
    def has_key(self) -> bool:
        """Whether the client certificate's key is named or given."""
        return bool(self.client_key or self.client_key_data)


class RawContext(msgspec.Struct, frozen=True):
    """An entry of `contexts`, as it is written."""

    cluster: str = ""
    user: str = ""
    namespace: str = ""
    origin: Path | None = None


class ContextEntry(_Discreet, frozen=True):
    """A context with its cluster and its user."""

    namespace: str
    """`default` where the context names none."""
    cluster: ClusterEntry
    user: UserEntry
    origin: Path | None = None
    """The file that holds the context; None for the in-cluster one."""
    problem: str = ""
    """Why it can't be used, as a sentence; empty where it can."""


def find_fault(cluster: ClusterEntry, user: UserEntry) -> str:
    """Find what makes kubectl refuse a cluster together with a user.

    Args:
        cluster: The cluster's entry.
        user: The user's entry.

    Returns:
        What is wrong, as the first part of a sentence with its next step; empty where nothing is.
    """
    return _fault_of_cluster(cluster) or _fault_of_user(user) or (_fault_of_exec(user.exec) if user.exec else "")


def _fault_of_cluster(cluster: ClusterEntry) -> str:
    if not cluster.server.strip():
        return f"cluster {cluster.name!r} has no `server`; add its URL"
    has_authority = cluster.certificate_authority or cluster.certificate_authority_data
    if cluster.insecure and has_authority:
        return (
            f"cluster {cluster.name!r} has both a certificate-authority and insecure-skip-tls-verify, which kubectl"
            " refuses; remove one"
        )
    return ""


def _fault_of_user(user: UserEntry) -> str:
    name = f"user {user.name!r}"
    if (user.token or user.token_file) and (user.username or user.password):
        return f"{name} has a token and a password, which kubectl refuses; remove one"
    if user.exec and user.auth_provider:
        return f"{name} has an exec plugin and an auth-provider, which kubectl refuses; remove one"
    if user.has_certificate and not user.has_key:
        return f"{name} has a client certificate without its key; add client-key or client-key-data"
    if user.has_key and not user.has_certificate:
        return f"{name} has a client key without its certificate; add client-certificate or client-certificate-data"
    if not user.as_user and (user.as_uid or user.as_groups or user.as_extra):
        return f"{name} impersonates groups or extras without `as`; add the user to impersonate"
    return ""


def _fault_of_exec(plugin: ExecEntry) -> str:
    if not plugin.name:
        return "its exec plugin has no `command`; add it"
    if plugin.api_version not in EXEC_VERSIONS:
        return (
            f"its exec plugin {plugin.name} has apiVersion {plugin.api_version or '(none)'!r}, which kubectl does not"
            f" speak; let the plugin's vendor write the entry anew, with {EXEC_VERSIONS[1]} or v1"
        )
    if not plugin.interactive_mode and plugin.api_version == EXEC_VERSIONS[0]:
        return f"its exec plugin {plugin.name} has no interactiveMode; add `interactiveMode: IfAvailable`"
    if plugin.interactive_mode not in ("", "Never", "IfAvailable", "Always"):
        return f"its exec plugin {plugin.name} has an unknown interactiveMode; write Never, IfAvailable or Always"
    return ""
