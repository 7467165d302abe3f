"""What the HTTP library raises, in words: by type and by code, never by what a text says."""

import errno
import os
import ssl
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec

from tui.model.text import clean

_UNKNOWN_AUTHORITY = frozenset({2, 7, 18, 19, 20, 21, 24, 27})
"""OpenSSL's X509_V_ERR_… for a chain that leads to no authority of the kubeconfig."""

_OTHER_NAME = frozenset({62, 64})
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""

_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"})
"""OpenSSL's reasons when the other side does not speak TLS at all."""


class Way(msgspec.Struct, frozen=True):
    """The way to an API server, as it may be shown."""

    server: str
    proxy: str
    cluster: str
    tls_server_name: str


def explain(error: BaseException, way: Way, seconds: float) -> str:
    """Say what stood in the way.

    Args:
        error: What the HTTP library raised.
        way: The way on which it happened.
        seconds: The deadline that was set, for an error that says it has passed.

    Returns:
        A sentence with the next step.
    """
    root = _ssl_error(error)
    if isinstance(root, ssl.SSLCertVerificationError):
        return _certificate(root, way)
    if root is not None:
        return _tls(root, way)
    words = next((words for types, words in _WORDS if isinstance(error, types)), None)
    if words is not None:
        return words(error, way, seconds)
    return (
        f"{way.server} can't be asked ({type(error).__name__}); check cluster {clean(way.cluster)!r} in the kubeconfig."
    )


def _place(way: Way) -> str:
    return f"The proxy {way.proxy}, or {way.server} behind it," if way.proxy else way.server


def _certificate(error: ssl.SSLCertVerificationError, way: Way) -> str:
    code = error.verify_code
    server, cluster = way.server, f"cluster {clean(way.cluster)!r}"
    if code == 10:
        return f"The certificate of {server} has expired; it must be renewed on the server."
    if code == 9:
        return f"The certificate of {server} is not valid yet; check the clock here and on the server."
    if code in _OTHER_NAME:
        wanted = f" ({clean(way.tls_server_name)!r} is asked for)" if way.tls_server_name else ""
        return (
            f"The certificate of {server} is for other names{wanted}; correct server or tls-server-name of {cluster}."
        )
    why = clean(error.verify_message) or "it is not valid"
    if code in _UNKNOWN_AUTHORITY:
        why = "it is signed by an unknown authority"
    return f"The certificate of {server} can't be trusted: {why}; correct certificate-authority of {cluster}."


def _proxy(status: int, way: Way) -> str:
    if status == 407:
        return f"The proxy {way.proxy} wants a login (407); put user and password into its URL."
    return f"The proxy {way.proxy} does not let through to {way.server} ({status}); check the proxy, or NO_PROXY."


def _ssl_error(error: BaseException) -> ssl.SSLError | None:
    # The HTTP library's own errors are SSL errors too, but without the codes.
    for candidate in (error.__cause__, getattr(error, "os_error", None), error):
        if isinstance(candidate, ssl.SSLError):
            return candidate
    return None


def _tls(error: ssl.SSLError, way: Way) -> str:
    reason = str(getattr(error, "reason", None) or "")
    if reason in _NO_TLS:
        return f"{_place(way)} does not speak TLS; check scheme and port of the server's URL in the kubeconfig."
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        return (
            f"{way.server} refuses the client certificate ({reason.lower()}); log in again, or correct the kubeconfig."
        )
    return (
        f"TLS with {way.server} fails ({clean(reason).lower() or 'the handshake broke off'}); check what answers there."
    )


def _no_connection(error: aiohttp.ClientConnectorError, way: Way, _seconds: float) -> str:
    if error.os_error.errno == errno.ECONNREFUSED:
        return f"Nothing listens at {way.server}; check that the API server runs, and the URL in the kubeconfig."
    return f"{way.server} can't be reached ({_reason(error)}); check the network or VPN."


def _no_proxy(error: aiohttp.ClientProxyConnectionError, way: Way, _seconds: float) -> str:
    return f"The proxy {way.proxy} on the way to {way.server} can't be reached ({_reason(error)}); check the proxy."


def _reason(error: aiohttp.ClientConnectorError) -> str:
    code = error.os_error.errno
    return os.strerror(code).lower() if code and code > 0 else type(error.os_error).__name__


_WORDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Callable[[Any, Way, float], str]], ...] = (
    (aiohttp.ClientHttpProxyError, lambda error, way, _: _proxy(error.status, way)),
    (aiohttp.ClientProxyConnectionError, _no_proxy),
    (
        aiohttp.ClientConnectorDNSError,
        lambda _error, way, _: f"{_place(way)} is not found by its name (DNS); check the network or VPN, and the name.",
    ),
    (
        aiohttp.ConnectionTimeoutError,
        lambda _error, way, _: f"{way.server} can't be reached: no connection in time; check the network or VPN.",
    ),
    (
        TimeoutError,
        lambda _error, way, seconds: f"{way.server} was silent for {seconds:g} s; check the network or VPN.",
    ),
    (aiohttp.ClientConnectorError, _no_connection),
    (
        aiohttp.ClientPayloadError,
        lambda _error, way, _: (
            f"{way.server} broke off in the middle of its answer; it restarts, or the network was cut."
        ),
    ),
    (
        aiohttp.ClientResponseError,
        lambda _error, way, _: f"{_place(way)} does not answer in HTTP; check scheme and port in the kubeconfig.",
    ),
    (
        (aiohttp.ClientConnectionError, OSError, RuntimeError),
        lambda _error, way, _: f"{way.server} closed the connection; it restarts, or the network was cut.",
    ),
)
"""From the particular to the general: the first that fits is said."""
