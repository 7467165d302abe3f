"""Where an API server is: its URL, and the proxy on the way to it."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit, urlunsplit

from tui.cluster.entries import ClusterEntry
from tui.cluster.errors import Unreachable
from tui.model.text import clean


def base_url(cluster: ClusterEntry) -> SplitResult:
    """The URL that paths are appended to, as client-go makes it (rest/url_utils.go, tools/clientcmd/client_config.go).

    A host without a scheme is https where the entry speaks of TLS, else http; query and fragment go.

    Args:
        cluster: The cluster's entry.

    Returns:
        The URL, taken apart; credentials are left in.

    Raises:
        Unreachable: It is no URL of an API server; the text says why.
    """
    text = cluster.server.strip()
    if "://" not in text:
        speaks_tls = cluster.certificate_authority or cluster.certificate_authority_data or cluster.insecure
        text = f"{'https' if speaks_tls else 'http'}://{text}"
    parts = _split(text)
    if parts is None:
        raise Unreachable(
            f"The server of cluster {clean(cluster.name)!r}, {clean(without_credentials(text))!r}, is no http:// or"
            " https:// URL; correct it in the kubeconfig."
        )
    return parts._replace(path=parts.path.rstrip("/"), query="", fragment="")


def _split(url: str) -> SplitResult | None:
    """Take an HTTP URL apart; None where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def shown_url(cluster: ClusterEntry) -> str:
    """The server's URL as it may be shown.

    Args:
        cluster: The cluster's entry.

    Returns:
        The URL without credentials; what is written in the kubeconfig, where it is no URL.
    """
    try:
        return without_credentials(urlunsplit(base_url(cluster)))
    except Unreachable:
        return clean(without_credentials(cluster.server))


def without_credentials(url: str) -> str:
    """Leave user name and password out of a URL.

    Args:
        url: Any URL.

    Returns:
        The URL without them.
    """
    scheme, colon, rest = url.rpartition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{colon}{authority.rpartition('@')[2]}{slash}{path}"


def proxy_for(cluster: ClusterEntry, environ: Mapping[str, str]) -> str | None:
    """The proxy on the way to an API server: the entry's `proxy-url`, else what the environment says.

    The environment is read as kubectl reads it (golang.org/x/net/http/httpproxy): `HTTPS_PROXY` or `HTTP_PROXY` by the
    server's scheme, `NO_PROXY` with names, suffixes, addresses and CIDR blocks, and never for localhost.

    Args:
        cluster: The cluster's entry.
        environ: The environment.

    Returns:
        The proxy's URL with its credentials, or None for the direct way.

    Raises:
        Unreachable: The proxy can't be used; the text says why.
    """
    server = base_url(cluster)
    proxy = cluster.proxy_url or _proxy_from_environment(server, environ)
    if not proxy:
        return None
    where = f"proxy-url of cluster {clean(cluster.name)!r}" if cluster.proxy_url else "proxy of the environment"
    if not cluster.proxy_url and "://" not in proxy:
        proxy = f"http://{proxy}"
    shown = clean(without_credentials(proxy))
    if proxy.startswith(("socks5://", "socks5h://")):
        raise Unreachable(f"The {where}, {shown}, is a SOCKS proxy, which is not supported; name an http:// proxy.")
    if _split(proxy) is None:
        raise Unreachable(f"The {where}, {shown!r}, is no http:// or https:// URL; correct it.")
    return proxy


def _proxy_from_environment(server: SplitResult, environ: Mapping[str, str]) -> str:
    def value(name: str) -> str:
        return environ.get(name) or environ.get(name.lower()) or ""

    host, port = server.hostname or "", server.port or (443 if server.scheme == "https" else 80)
    if _bypasses(host, port, value("NO_PROXY")):
        return ""
    return value("HTTPS_PROXY" if server.scheme == "https" else "HTTP_PROXY")


def _bypasses(host: str, port: int, no_proxy: str) -> bool:
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_matches(entry.strip().lower(), host, port) for entry in no_proxy.split(","))


def _matches(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        return _in_block(host, entry)
    name, wanted_port = _split_port(entry)
    if not name or (wanted_port and wanted_port != str(port)):
        return False
    if _address(name) is not None:
        return _address(name) == _address(host)
    suffix = name.removeprefix("*")
    return host.endswith(suffix if suffix.startswith(".") else f".{suffix}") or host == suffix


def _in_block(host: str, block: str) -> bool:
    address = _address(host)
    try:
        return address is not None and address in ip_network(block, strict=False)
    except ValueError:
        return False


def _split_port(entry: str) -> tuple[str, str]:
    if entry.startswith("["):
        name, _, port = entry[1:].partition("]")
        return name, port.removeprefix(":")
    if entry.count(":") == 1:
        name, _, port = entry.partition(":")
        return name, port
    return entry, ""


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
