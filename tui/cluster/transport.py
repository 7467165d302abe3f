"""HTTP towards one API server. Its imports take a while: import it in a thread, when it is needed."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlunsplit

import aiohttp
from kubernetes_asyncio.client.configuration import Configuration
from kubernetes_asyncio.client.rest import RESTClientObject
from yarl import URL

from tui import __version__
from tui.cluster.credentials import Credentials
from tui.cluster.entries import ClusterEntry, ContextEntry
from tui.cluster.errors import LoginNeeded, Unreachable
from tui.cluster.faults import Way, explain
from tui.cluster.server import base_url, proxy_for, shown_url, without_credentials
from tui.cluster.tls import as_file, authority_pem

USER_AGENT = f"gitops-tui/{__version__}"

_FAULTS = (aiohttp.ClientError, OSError, TimeoutError, RuntimeError, ValueError)
"""What the HTTP library raises; `OSError` is also `ssl.SSLError`, `RuntimeError` a session closed meanwhile."""


class Response:
    """An answer whose body is still to be read."""

    def __init__(self, response: aiohttp.ClientResponse, flight: "Flight") -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._flight = flight

    async def read(self) -> bytes:
        """Read the body.

        Returns:
            The body, decompressed.

        Raises:
            Unreachable: The connection was lost on the way.
        """
        with self._flight.explained():
            return await self._response.read()

    async def head(self, limit: int) -> bytes:
        """Read the beginning of the body.

        Args:
            limit: Bytes at most.

        Returns:
            The body's first bytes.

        Raises:
            Unreachable: The connection was lost on the way.
        """
        body = bytearray()
        async for chunk in self.chunks():
            body += chunk
            if len(body) >= limit:
                break
        return bytes(body[:limit])

    async def chunks(self) -> AsyncIterator[bytes]:
        """Read the body as it comes.

        Yields:
            Whatever has arrived.

        Raises:
            Unreachable: The connection was lost, or nothing came within the time that it may be silent.
        """
        with self._flight.explained():
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def rest(self, seconds: float) -> None:
        """Leave unread for a while what arrives: one waking up for much is cheaper than one for each packet.

        Args:
            seconds: How long.
        """
        connection = self._response.connection
        protocol = connection.protocol if connection is not None else None
        if protocol is None or not protocol.connected:
            return  # the answer has ended
        protocol.pause_reading()
        try:
            await asyncio.sleep(seconds)
        finally:
            if protocol.connected:
                protocol.resume_reading()


class Flight:
    """One request, from its start to the end of its answer."""

    def __init__(self, session: aiohttp.ClientSession, arguments: dict[str, Any], way: Way) -> None:
        self.sent = False
        """Whether its headers have left."""
        self._session = session
        self._arguments = arguments
        self._way = way
        self._seconds = 0.0

    @contextlib.asynccontextmanager
    async def open(
        self, *, total: float | None = None, connect: float | None = None, silence: float | None = None
    ) -> AsyncIterator[Response]:
        """Send it. Leaving the context closes the connection, unless the body was read to its end.

        Args:
            total: Seconds until the whole answer must be there.
            connect: Seconds until the connection must stand.
            silence: Seconds that may pass without anything arriving.

        Yields:
            The answer.

        Raises:
            Unreachable: There is none.
        """
        self._seconds = total or silence or 0.0
        timeout = aiohttp.ClientTimeout(total=total, connect=connect, sock_connect=connect, sock_read=silence)
        with self.explained():
            response = await self._session.request(**self._arguments, timeout=timeout, trace_request_ctx=self)
        try:
            yield Response(response, self)
        finally:
            response.close()

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Put what the HTTP library raises into words.

        Raises:
            Unreachable: Instead.
        """
        try:
            yield
        except _FAULTS as error:
            raise Unreachable(explain(error, self._way, self._seconds), sent=self.sent) from error


class Transport:
    """Connections to one API server that present one client certificate."""

    def __init__(self, entry: ContextEntry, credentials: Credentials, environ: Mapping[str, str]) -> None:
        """Read the certificates; nothing is opened yet.

        Args:
            entry: The context.
            credentials: Whose certificate to present.
            environ: The environment, for proxies.

        Raises:
            Unreachable: The authority's certificates or the proxy can't be used.
            LoginNeeded: The client certificate can't be used.
        """
        self._presented = (credentials.certificate, credentials.key)
        cluster = entry.cluster
        proxy = proxy_for(cluster, environ)
        self._base = str(URL(without_credentials(urlunsplit(base_url(cluster))))).rstrip("/")
        self._way = Way(shown_url(cluster), without_credentials(proxy or ""), cluster.name, cluster.tls_server_name)
        self._rest = _open(entry, credentials, proxy, self._way)
        # A session of our own over its connector: without ~/.netrc, cookies and the HTTP library's idea of NO_PROXY.
        self._session = aiohttp.ClientSession(
            connector=self._rest.pool_manager.connector,
            connector_owner=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT},
            trace_configs=[_trace()],
        )

    def presents(self, credentials: Credentials) -> bool:
        """Whether these credentials have the client certificate of this transport.

        Args:
            credentials: Fresh ones.

        Returns:
            True when the transport can go on being used.
        """
        return self._presented == (credentials.certificate, credentials.key)

    def flight(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        authorization: Iterable[tuple[str, str]],
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Flight:
        """Prepare a request.

        Args:
            method: The HTTP method.
            path: The path below the server's URL, quoted.
            params: The query, not quoted.
            authorization: The headers of the credentials.
            headers: The other headers.
            body: The body.

        Returns:
            The request, ready to be opened.
        """
        query = f"?{urlencode(params)}" if params else ""
        arguments: dict[str, Any] = {
            "method": method,
            "url": URL(f"{self._base}{path}{query}", encoded=True),
            "headers": [*headers.items(), *authorization],
            "data": body,
            "allow_redirects": False,
            "proxy": self._rest.proxy,
            "server_hostname": self._rest.server_hostname,
        }
        return Flight(self._session, arguments, self._way)

    async def close(self) -> None:
        """Close all connections, those in use too."""
        connector = self._rest.pool_manager.connector
        await self._session.close()
        if connector is not None:
            # Without waiting for the server's half of TLS's goodbye, for which a program that ends has no time.
            await connector.close(abort_ssl=True)
        await self._rest.close()


def _trace() -> aiohttp.TraceConfig:
    """Tells each flight when its headers have left."""

    async def note(_session: object, context: SimpleNamespace, _parameters: object) -> None:
        context.trace_request_ctx.sent = True

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(note)
    return trace


def _open(entry: ContextEntry, credentials: Credentials, proxy: str | None, way: Way) -> RESTClientObject:
    """Load the certificates into a TLS context, as client-go does with them."""
    authority = _authority(entry.cluster)
    if b"ENCRYPTED" in credentials.key:  # OpenSSL would ask for the passphrase, on the terminal
        raise LoginNeeded(
            f"The client key of user {entry.user.name!r} is encrypted, which kubectl does not read either; store it"
            " without a passphrase, or use an exec plugin."
        )
    configuration = Configuration(host=way.server)
    configuration.verify_ssl = not entry.cluster.insecure
    # Go does not ask certificates for the extensions that this flag of Python 3.13 wants.
    configuration.disable_strict_ssl_verification = True
    configuration.tls_server_name = entry.cluster.tls_server_name or None
    configuration.proxy = proxy
    configuration.connection_pool_maxsize = 0  # no limit: every watch holds a connection
    try:
        with as_file(authority) as ca, as_file(credentials.certificate) as cert, as_file(credentials.key) as key:
            configuration.ssl_ca_cert = ca if authority else None
            configuration.cert_file, configuration.key_file = (cert, key) if credentials.certificate else (None, None)
            rest = RESTClientObject(configuration)
    except (ssl.SSLError, ValueError) as error:
        raise _unusable(entry, authority) from error
    # Go trusts whatever the entry names as authority, also a certificate that another one signed.
    _tls_context(rest).verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return rest


def _tls_context(rest: RESTClientObject) -> ssl.SSLContext:
    """The TLS context that a client was made with; neither library hands it out."""
    context = getattr(rest.pool_manager.connector, "_ssl", None)
    assert isinstance(context, ssl.SSLContext)  # noqa: S101 - it is passed in by the constructor
    return context


def _authority(cluster: ClusterEntry) -> bytes:
    authority = authority_pem(cluster)
    if cluster.certificate_authority is not None and not authority:
        raise Unreachable(
            f"The certificate-authority {cluster.certificate_authority} of cluster {cluster.name!r} can't be read;"
            " correct the path in the kubeconfig."
        )
    return authority


def _unusable(entry: ContextEntry, authority: bytes) -> Unreachable | LoginNeeded:
    """Which of the certificates it was that OpenSSL did not take."""
    try:
        ssl.create_default_context(cadata=authority.decode("ascii") if authority else None)
    except (ssl.SSLError, ValueError):
        return Unreachable(
            f"The certificate-authority of cluster {entry.cluster.name!r} holds no certificate in PEM form;"
            " correct it in the kubeconfig."
        )
    return LoginNeeded(
        f"The client certificate and key of user {entry.user.name!r} are no pair in PEM form;"
        " log in again, or correct the kubeconfig."
    )
