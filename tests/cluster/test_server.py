"""Where an API server is, and by which proxy: client-go rest/url_utils.go, golang.org/x/net/http/httpproxy."""

from pathlib import Path
from typing import Any
from urllib.parse import urlunsplit

import pytest

from tui.cluster.entries import ClusterEntry
from tui.cluster.errors import Unreachable
from tui.cluster.server import base_url, proxy_for, shown_url

PROXY = "http://proxy.test:3128"


@pytest.mark.parametrize(
    ("server", "fields", "expected"),
    [
        pytest.param("https://a.test", {}, "https://a.test", id="plain"),
        pytest.param(" https://a.test/ ", {}, "https://a.test", id="slash and blanks"),
        pytest.param("https://a.test:6443/k8s/c-1/", {}, "https://a.test:6443/k8s/c-1", id="path prefix"),
        pytest.param("https://a.test/x?y=1#z", {}, "https://a.test/x", id="query and fragment go"),
        pytest.param("a.test:8080", {}, "http://a.test:8080", id="no scheme"),
        pytest.param("a.test:8443", {"insecure": True}, "https://a.test:8443", id="no scheme, TLS spoken of"),
        pytest.param("a.test", {"certificate_authority": Path("x")}, "https://a.test", id="no scheme, CA"),
        pytest.param("https://[fd00::1]:6443", {}, "https://[fd00::1]:6443", id="IPv6"),
    ],
)
def test_base_url(server: str, fields: dict[str, Any], expected: str) -> None:
    assert urlunsplit(base_url(ClusterEntry("c", server=server, **fields))) == expected


@pytest.mark.parametrize("server", ["ftp://a", "https://", "https://a:port", "https://a:99999", "https://[::1"])
def test_no_url(server: str) -> None:
    with pytest.raises(Unreachable, match="no http:// or https:// URL"):
        base_url(ClusterEntry("c", server=server))
    assert shown_url(ClusterEntry("c", server=server)) == server


def test_shown_url_has_no_credentials() -> None:
    for server in ("https://u:s@a.test/p", "https://u:s@a:x", "u:s@a.test"):
        assert "u:s" not in shown_url(ClusterEntry("c", server=server))


@pytest.mark.parametrize(
    ("server", "environ", "expected"),
    [
        pytest.param("https://a.test", {}, None, id="none"),
        pytest.param("https://a.test", {"HTTPS_PROXY": PROXY}, PROXY, id="https"),
        pytest.param("https://a.test", {"https_proxy": PROXY}, PROXY, id="lower case"),
        pytest.param("https://a.test", {"HTTP_PROXY": PROXY}, None, id="of the other scheme"),
        pytest.param("http://a.test", {"HTTP_PROXY": PROXY}, PROXY, id="http"),
        pytest.param("https://a.test", {"HTTPS_PROXY": "proxy.test:3128"}, PROXY, id="without scheme"),
        pytest.param("https://a.test", {"ALL_PROXY": PROXY}, None, id="ALL_PROXY is not Go's"),
        pytest.param("https://localhost:1", {"HTTPS_PROXY": PROXY}, None, id="localhost"),
        pytest.param("https://127.0.0.2:1", {"HTTPS_PROXY": PROXY}, None, id="loopback"),
        pytest.param("https://[::1]:1", {"HTTPS_PROXY": PROXY}, None, id="loopback 6"),
    ],
)
def test_proxy_of_the_environment(server: str, environ: dict[str, str], expected: str | None) -> None:
    assert proxy_for(ClusterEntry("c", server=server), environ) == expected


@pytest.mark.parametrize(
    ("no_proxy", "server", "bypassed"),
    [
        pytest.param("*", "https://a.test", True, id="all"),
        pytest.param("a.test", "https://a.test", True, id="name"),
        pytest.param("A.Test", "https://a.test", True, id="any case"),
        pytest.param("test", "https://a.test", True, id="suffix"),
        pytest.param("b.test, test ,", "https://a.test", True, id="list with blanks"),
        pytest.param("st", "https://a.test", False, id="no suffix at a dot"),
        pytest.param(".test", "https://a.test", True, id="leading dot"),
        pytest.param("*.test", "https://a.test", True, id="leading star"),
        pytest.param(".a.test", "https://a.test", False, id="leading dot is not the name itself"),
        pytest.param("a.test:443", "https://a.test", True, id="port"),
        pytest.param("a.test:6443", "https://a.test", False, id="another port"),
        pytest.param("10.0.0.0/8", "https://10.1.2.3:6443", True, id="CIDR"),
        pytest.param("10.0.0.0/8", "https://11.1.2.3", False, id="outside CIDR"),
        pytest.param("10.0.0.0/8", "https://a.test", False, id="CIDR is not for names"),
        pytest.param("10.0.0.0/x", "https://10.0.0.1", False, id="no CIDR"),
        pytest.param("10.1.2.3", "https://10.1.2.3", True, id="address"),
        pytest.param("10.1.2.3:6443", "https://10.1.2.3:6443", True, id="address and port"),
        pytest.param("fd00::/8", "https://[fd00::1]", True, id="CIDR 6"),
        pytest.param("[fd00::1]:6443", "https://[fd00::1]:6443", True, id="address 6 and port"),
        pytest.param("", "https://a.test", False, id="empty"),
    ],
)
def test_no_proxy(no_proxy: str, server: str, bypassed: bool) -> None:
    environ = {"HTTPS_PROXY": PROXY, "NO_PROXY": no_proxy}
    assert (proxy_for(ClusterEntry("c", server=server), environ) is None) == bypassed


def test_proxy_of_the_entry_goes_before_the_environment() -> None:
    """Config.Proxy replaces http.ProxyFromEnvironment, NO_PROXY included."""
    entry = ClusterEntry("c", server="https://a.test", proxy_url="http://u:s@other.test:1")
    assert proxy_for(entry, {"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}) == "http://u:s@other.test:1"


@pytest.mark.parametrize(
    ("proxy_url", "environ", "told"),
    [
        pytest.param("socks5://u:s@p:1", {}, "proxy-url of cluster 'c', socks5://p:1, is a SOCKS proxy", id="socks5"),
        pytest.param("", {"HTTPS_PROXY": "socks5://p:1"}, "proxy of the environment, socks5://p:1", id="environment"),
        pytest.param("p:1", {}, "'p:1', is no http:// or https:// URL", id="no scheme"),
        pytest.param("ftp://u:s@p", {}, "'ftp://p', is no http://", id="other scheme"),
        pytest.param("", {"HTTPS_PROXY": "http://p:x"}, "'http://p:x', is no http://", id="port"),
    ],
)
def test_proxy_that_cant_be_used(proxy_url: str, environ: dict[str, str], told: str) -> None:
    with pytest.raises(Unreachable) as caught:
        proxy_for(ClusterEntry("c", server="https://a.test", proxy_url=proxy_url), environ)
    assert told in str(caught.value)
    assert "u:s" not in str(caught.value)
    assert not caught.value.sent
