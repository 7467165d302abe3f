"""Requests and streams over real sockets: credentials, TLS, proxies, deadlines, and what is said when they fail."""

import asyncio
import contextlib
import gzip
import json
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from tests.fakes.https import Handler, Proxy, pem, serve
from tests.fakes.rig import until
from tui import __version__
from tui.cluster import answers
from tui.cluster.answers import Stream
from tui.cluster.connection import Connection, LoginNeeded, Unreachable
from tui.cluster.entries import ClusterEntry, ContextEntry, ExecEntry, UserEntry
from tui.cluster.kubeconfig import load_kubeconfig

CA = {"certificate_authority_data": pem("ca.pem")}
ANNA = {"client_certificate_data": pem("client.pem"), "client_key_data": pem("client.key")}


def entry_of(url: str, user: UserEntry | None = None, **cluster: Any) -> ContextEntry:
    fields = CA | cluster if url.startswith("https") else cluster
    return ContextEntry("eu", "default", ClusterEntry("c", server=url, **fields), user or UserEntry("anna"))


@contextlib.asynccontextmanager
async def connected(
    url: str, user: UserEntry | None = None, environ: Mapping[str, str] | None = None, **cluster: Any
) -> AsyncIterator[Connection]:
    connection = Connection(entry_of(url, user, **cluster), environ=environ or {"PATH": "/usr/bin:/bin"})
    try:
        yield connection
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def serving(handler: Handler, certificate: str = "", **fields: Any) -> AsyncIterator[Connection]:
    async with serve(handler, certificate) as url, connected(url, **fields) as connection:
        yield connection


async def echo(request: web.Request) -> web.StreamResponse:
    """Answer with what was asked."""
    peer = request.transport.get_extra_info("peercert") if request.transport else None
    told = {
        "method": request.method,
        "path": request.raw_path,
        "headers": [[name.lower(), value] for name, value in request.headers.items()],
        "body": (await request.read()).decode(),
        "port": request.transport and request.transport.get_extra_info("peername")[1],
        "peer": peer and dict(pair for part in peer["subject"] for pair in part).get("commonName"),
    }
    return web.json_response(told)


async def echoed(connection: Connection, method: str = "GET", path: str = "/x", **fields: Any) -> Any:
    reply = await connection.request(method, path, **fields)
    assert reply.status == 200
    told = json.loads(reply.body)
    told["headers"] = dict(told["headers"])
    return told


async def failure(connection: Connection, **fields: Any) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        await connection.request("GET", "/x", **fields)
    return caught.value


# Requests.


async def test_request_as_it_arrives() -> None:
    async with serving(echo) as connection:
        told = await echoed(
            connection,
            "PATCH",
            "/apis/a%2Fb",
            params={"fieldManager": "gitops-tui", "labelSelector": "a=b, c&d"},
            body=b'{"spec":{"suspend":true}}',
            content_type="application/merge-patch+json",
            accept="application/json;as=Table",
        )
    assert (told["method"], told["body"]) == ("PATCH", '{"spec":{"suspend":true}}')
    assert told["path"] == "/apis/a%2Fb?fieldManager=gitops-tui&labelSelector=a%3Db%2C+c%26d"
    assert told["headers"]["content-type"] == "application/merge-patch+json"
    assert told["headers"]["accept"] == "application/json;as=Table"
    assert told["headers"]["user-agent"] == f"gitops-tui/{__version__}"
    assert "authorization" not in told["headers"]


async def test_path_prefix_of_the_server_is_kept() -> None:
    async with serve(echo, "") as url, connected(f"{url}/k8s/clusters/c-1/") as connection:
        assert (await echoed(connection, path="/version"))["path"] == "/k8s/clusters/c-1/version"
        assert connection.server == f"{url}/k8s/clusters/c-1"


@pytest.mark.parametrize("status", [200, 201, 302, 307, 403, 404, 409, 410, 422, 429, 500, 503])
async def test_every_status_but_401_is_a_reply(status: int) -> None:
    """Redirects are not followed: credentials would go along."""
    asked = Counter[str]()

    async def handler(request: web.Request) -> web.StreamResponse:
        asked[request.path] += 1
        return web.Response(status=status, text="401 refused", headers={"Retry-After": "7", "Location": "/elsewhere"})

    async with serving(handler) as connection:
        reply = await connection.request("POST", "/x", body=b"{}")
    assert (reply.status, reply.body, reply.headers["retry-after"]) == (status, b"401 refused", "7")
    assert asked == {"/x": 1}


@pytest.mark.parametrize(("disabled", "expected"), [(False, True), (True, False)])
async def test_answers_may_be_compressed(disabled: bool, expected: bool) -> None:
    """`disable-compression` of the cluster's entry asks for identity."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if "gzip" in request.headers["Accept-Encoding"]:
            return web.Response(body=gzip.compress(b"packed"), headers={"Content-Encoding": "gzip"})
        return web.Response(body=b"plain")

    async with serving(handler, disable_compression=disabled) as connection:
        reply = await connection.request("GET", "/x")
    assert reply.body == (b"packed" if expected else b"plain")


async def test_netrc_and_cookies_are_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login eve password s\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await echo(request)
        response.set_cookie("session", "1")
        return response

    async with serving(handler) as connection:
        for _ in range(2):
            headers = (await echoed(connection))["headers"]
            assert "authorization" not in headers
            assert "cookie" not in headers


# Credentials.


async def test_token_and_repeated_headers() -> None:
    user = UserEntry("anna", token="t", as_user="eve", as_groups=("dev", "ops"))
    async with serving(echo, "local", user=user) as connection:
        headers = json.loads((await connection.request("GET", "/x")).body)["headers"]
    assert ["authorization", "Bearer t"] in headers
    assert [value for name, value in headers if name == "impersonate-group"] == ["dev", "ops"]


async def test_client_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is left on disk, and no file stays open."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = sum(1 for _ in Path("/proc/self/fd").iterdir()) if Path("/proc/self/fd").is_dir() else 0
    async with serve(echo, "local", client_ca="ca") as url:
        async with connected(url, UserEntry("anna", **ANNA)) as connection:
            assert (await echoed(connection))["peer"] == "anna"
        async with connected(url) as connection:
            error = await failure(connection)
            assert "client certificate" in str(error) or "closed the connection" in str(error)
    assert list(tmp_path.iterdir()) == []
    if before:
        await until(lambda: sum(1 for _ in Path("/proc/self/fd").iterdir()) <= before)


async def test_client_certificate_without_memfd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS: a file that is deleted at once."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delattr("os.memfd_create", raising=False)
    async with serve(echo, "local", client_ca="ca") as url, connected(url, UserEntry("anna", **ANNA)) as connection:
        assert (await echoed(connection))["peer"] == "anna"
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("user", "told"),
    [
        pytest.param(ANNA | {"client_key_data": pem("server.key")}, "are no pair in PEM form", id="key of another"),
        pytest.param(ANNA | {"client_certificate_data": b"x"}, "are no pair in PEM form", id="no PEM"),
        pytest.param(
            ANNA | {"client_key_data": b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"}, "is encrypted", id="passphrase"
        ),
    ],
)
async def test_client_certificate_that_cant_be_used(user: dict[str, Any], told: str) -> None:
    async with serving(echo, "local", user=UserEntry("anna", **user)) as connection:
        with pytest.raises(LoginNeeded, match=told):
            await connection.request("GET", "/x")


class Issuer:
    """A server that accepts one token, and an exec plugin that fetches it and counts its runs."""

    def __init__(self, folder: Path, until: str = "") -> None:
        self.valid = "t1"
        self.seen: list[tuple[str, str]] = []
        self._runs, self._token, self._script = folder / "runs", folder / "token", folder / "plugin.py"
        self.issue("t1")
        status = f"'token': token{f', {until!r}: time' if until else ''}"
        self._script.write_text(
            "import json, sys\n"
            "runs, source = sys.argv[1:]\n"
            "open(runs, 'a').write('x')\n"
            "token, _, time = open(source).read().partition(' ')\n"
            "if not token: sys.exit('not logged in')\n"
            f"print(json.dumps({{'apiVersion': 'client.authentication.k8s.io/v1', 'kind': 'ExecCredential',"
            f" 'status': {{{status}}}}}))\n"
        )

    def issue(self, token: str, time: str = "") -> None:
        self._token.write_text(f"{token} {time}")

    @property
    def runs(self) -> int:
        return len(self._runs.read_text()) if self._runs.exists() else 0

    @property
    def user(self) -> UserEntry:
        args = ("-S", "-E", str(self._script), str(self._runs), str(self._token))
        plugin = ExecEntry(
            sys.executable, api_version="client.authentication.k8s.io/v1", interactive_mode="Never", args=args
        )
        return UserEntry("anna", exec=plugin)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.seen.append((request.method, request.headers["Authorization"]))
        if request.headers["Authorization"] != f"Bearer {self.valid}":
            return web.Response(status=401)
        if request.path == "/watch":
            return web.Response(text="one\ntwo\n")
        return web.Response(text="ok")


async def test_401_refreshes_once_for_twenty_requests(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    async with serving(issuer.answer, "local", user=issuer.user) as connection:
        assert (await connection.request("GET", "/x")).body == b"ok"
        issuer.valid = "t2"
        issuer.issue("t2")
        methods = ["GET"] * 10 + ["PATCH"] * 10
        replies = await asyncio.gather(*(connection.request(method, "/x", body=b"{}") for method in methods))
    assert [reply.body for reply in replies] == [b"ok"] * 20
    assert issuer.runs == 2
    # A 401 was not carried out: each is sent at most twice, and carried out once.
    done = Counter(method for method, authorization in issuer.seen if authorization == "Bearer t2")
    assert done == {"GET": 10, "PATCH": 10}


async def test_first_credentials_are_read_once_for_twenty_requests(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    async with serving(issuer.answer, "local", user=issuer.user) as connection:
        await asyncio.gather(*(connection.request("GET", "/x") for _ in range(20)))
    assert issuer.runs == 1


async def test_401_to_fresh_credentials_is_login_needed(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    issuer.valid = "another"
    async with serving(issuer.answer, "local", user=issuer.user) as connection:
        results = await asyncio.gather(*(connection.request("GET", "/x") for _ in range(20)), return_exceptions=True)
        assert {type(result) for result in results} == {LoginNeeded}
        assert "refuses the credentials of user 'anna' (401)" in str(results[0])
        assert connection.server in str(results[0])
        assert issuer.runs == 2
        assert len(issuer.seen) <= 40
        # Someone has logged in elsewhere: the next request finds out by itself.
        issuer.valid = "t1"
        assert (await connection.request("GET", "/x")).body == b"ok"


async def test_plugin_that_fails_runs_once_for_all_who_wait(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    issuer.issue("")
    async with serving(issuer.answer, "local", user=issuer.user) as connection:
        results = await asyncio.gather(*(connection.request("GET", "/x") for _ in range(20)), return_exceptions=True)
        assert {type(result) for result in results} == {LoginNeeded}
        assert "not logged in" in str(results[0])
        assert (issuer.runs, issuer.seen) == (1, [])
        issuer.issue("t1")
        assert (await connection.request("GET", "/x")).body == b"ok"


async def test_caller_that_gives_up_leaves_the_others_their_credentials(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    async with serving(issuer.answer, "local", user=issuer.user) as connection:
        first = asyncio.create_task(connection.request("GET", "/x"))
        others = [asyncio.create_task(connection.request("GET", "/x")) for _ in range(3)]
        await asyncio.sleep(0)
        first.cancel()
        assert [reply.body for reply in await asyncio.gather(*others)] == [b"ok"] * 3


async def test_credentials_are_read_anew_when_they_expire(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path, until="expirationTimestamp")
    issuer.issue("t1", "2027-01-15T08:00:30Z")
    now = 1_800_000_000.0
    async with serve(issuer.answer, "local") as url:
        connection = Connection(entry_of(url, issuer.user), environ={}, clock=lambda: now)
        for _ in range(2):
            await connection.request("GET", "/x")
        assert issuer.runs == 1
        now += 30
        issuer.valid = "t2"
        issuer.issue("t2", "2027-01-15T08:00:30Z")  # expired when issued: it is used all the same, as by client-go
        await connection.request("GET", "/x")
        assert issuer.runs == 2
        assert [authorization for _, authorization in issuer.seen] == ["Bearer t1", "Bearer t1", "Bearer t2"]
        await connection.close()


async def test_new_token_in_the_kubeconfig_is_found(tmp_path: Path) -> None:
    """A login elsewhere rewrites the kubeconfig; 401 and a retry by hand read it anew."""
    issuer = Issuer(tmp_path)

    def write(token: str) -> Path:
        document = {
            "clusters": [{"name": "c", "cluster": {"server": url, "certificate-authority": "ca.pem"}}],
            "users": [{"name": "anna", "user": {"token": token}}],
            "contexts": [{"name": "eu", "context": {"cluster": "c", "user": "anna"}}],
        }
        (tmp_path / "config").write_text(json.dumps(document))
        return tmp_path / "config"

    (tmp_path / "ca.pem").write_bytes(pem("ca.pem"))
    async with serve(issuer.answer, "local") as url:
        connection = Connection(load_kubeconfig(write("t1"), {}, tmp_path).contexts[0], environ={})
        await connection.request("GET", "/x")
        write("t2")
        issuer.valid = "t2"
        await connection.request("GET", "/x")
        assert [authorization for _, authorization in issuer.seen] == ["Bearer t1", "Bearer t1", "Bearer t2"]
        write("t3")
        issuer.valid = "t3"
        await connection.forget_credentials()
        await connection.request("GET", "/x")
        assert issuer.seen[3:] == [("GET", "Bearer t3")]
        await connection.close()


async def test_401_on_a_stream(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    async with serving(issuer.answer, "local", user=issuer.user) as connection:
        await connection.request("GET", "/x")
        issuer.valid = "t2"
        issuer.issue("t2")
        async with connection.stream("/watch", read_deadline=10) as stream:
            assert [line async for line in stream.lines()] == [b"one", b"two"]
        issuer.valid = "t3"
        with pytest.raises(LoginNeeded):
            async with connection.stream("/watch", read_deadline=10):
                pass


async def test_new_client_certificate_leaves_running_streams_alone(tmp_path: Path) -> None:
    """A plugin renews its certificate: new connections present it, those under way go on."""
    source = tmp_path / "status.json"

    def issue(certificate: str) -> None:
        status = {"clientCertificateData": pem(certificate).decode(), "clientKeyData": pem("client.key").decode()}
        source.write_text(
            json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status})
        )

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path != "/watch":
            return await echo(request)
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"one\n")
        await more.wait()
        await response.write(b"two\n")
        return response

    plugin = ExecEntry(
        "/bin/cat", api_version="client.authentication.k8s.io/v1", interactive_mode="Never", args=(str(source),)
    )
    more = asyncio.Event()
    issue("client.pem")
    async with (
        serve(handler, "local", client_ca="ca") as url,
        connected(url, UserEntry("anna", exec=plugin)) as connection,
        connection.stream("/watch", read_deadline=10) as stream,
    ):
        lines = stream.lines()
        assert await anext(lines) == b"one"
        before = await echoed(connection)
        assert (await echoed(connection))["port"] == before["port"]
        source.write_text(source.read_text().replace("CERTIFICATE-----\\n", "CERTIFICATE-----\\n\\n", 1))
        await connection.forget_credentials()
        after = await echoed(connection)
        assert (after["peer"], after["port"] == before["port"]) == ("anna", False)
        more.set()
        assert [line async for line in lines] == [b"two"]


# TLS.


@pytest.mark.parametrize(
    ("certificate", "cluster"),
    [
        pytest.param("local", {}, id="CA"),
        pytest.param("named", {"tls_server_name": "api.test"}, id="tls-server-name"),
        pytest.param("expired", {"insecure": True, "certificate_authority_data": b""}, id="insecure"),
        pytest.param("leaf", {"certificate_authority_data": pem("intermediate.pem")}, id="trust in an intermediate"),
        pytest.param("local", {"certificate_authority_data": pem("other-ca.pem") + pem("ca.pem")}, id="bundle"),
    ],
)
async def test_tls_that_holds(certificate: str, cluster: dict[str, Any]) -> None:
    async with serving(echo, certificate, **cluster) as connection:
        assert (await echoed(connection))["path"] == "/x"


@pytest.mark.parametrize(
    ("certificate", "cluster", "told"),
    [
        pytest.param("expired", {}, "has expired; it must be renewed on the server", id="expired"),
        pytest.param("named", {}, "is for other names; correct server or tls-server-name of cluster 'c'", id="name"),
        pytest.param("local", {"tls_server_name": "b.test"}, "('b.test' is asked for)", id="tls-server-name"),
        pytest.param(
            "local",
            {"certificate_authority_data": pem("other-ca.pem")},
            "signed by an unknown authority; correct certificate-authority of cluster 'c'",
            id="another CA",
        ),
        pytest.param("local", {"certificate_authority_data": b""}, "unknown authority", id="the system's CAs"),
        pytest.param("leaf", {}, "unknown authority", id="intermediate not sent"),
        pytest.param("local", {"certificate_authority_data": b"x"}, "no certificate in PEM form", id="no PEM"),
        pytest.param(
            "local",
            {"certificate_authority_data": b"", "certificate_authority": Path("/no/such/ca.pem")},
            "certificate-authority /no/such/ca.pem of cluster 'c' can't be read",
            id="CA file gone",
        ),
    ],
)
async def test_tls_that_fails_in_words(certificate: str, cluster: dict[str, Any], told: str) -> None:
    async with serving(echo, certificate, **cluster) as connection:
        error = await failure(connection)
    assert told in str(error)
    assert not error.sent


async def test_https_towards_a_server_without_tls() -> None:
    async with serve(echo, "") as url, connected(url.replace("http:", "https:")) as connection:
        assert "does not speak TLS; check scheme and port" in str(await failure(connection))


async def test_http_towards_a_server_with_tls() -> None:
    async with serve(echo, "local") as url, connected(url.replace("https:", "http:")) as connection:
        error = await failure(connection)
    assert str(error).startswith(connection.server)


# The network.


async def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with connected(f"https://u:s@127.0.0.1:{port}") as connection:
        error = await failure(connection)
    assert str(error).startswith(f"Nothing listens at https://127.0.0.1:{port}; check that the API server runs")
    assert not error.sent


async def test_name_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: object, **__: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with connected("https://gone.test:6443") as connection:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
        error = await failure(connection)
    assert str(error).startswith("https://gone.test:6443 is not found by its name (DNS)")
    assert not error.sent


async def test_request_deadline() -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(handler) as connection:
        error = await failure(connection, deadline=0.2)
    assert "was silent for 0.2 s" in str(error)
    assert error.sent


async def test_deadline_before_anything_is_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # accepts, and never shakes hands
        async with connected(f"https://127.0.0.1:{listener.getsockname()[1]}") as connection:
            error = await failure(connection, deadline=0.2)
    assert not error.sent


async def test_deadline_covers_the_body() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"{")
        await asyncio.Event().wait()
        return response

    async with serving(handler) as connection:
        assert (await failure(connection, deadline=0.3)).sent


@pytest.mark.parametrize("prepared", [False, True])
async def test_connection_cut_after_sending(prepared: bool) -> None:
    asked = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        response = web.StreamResponse()
        if prepared:
            await response.prepare(request)
            await response.write(b"{")
        assert request.transport is not None
        request.transport.abort()
        return response

    async with serving(handler) as connection:
        with pytest.raises(Unreachable) as caught:
            await connection.request("PATCH", "/x", body=b"{}")
    assert caught.value.sent
    assert asked == 1  # a write is never repeated by itself


async def test_answer_that_is_no_http() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with listener, connected(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}") as connection:
        assert "does not answer in HTTP" in str(await failure(connection))


async def test_context_that_cant_be_used() -> None:
    entry = msgspec.structs.replace(entry_of("https://a.test"), problem="It names no cluster.")
    with pytest.raises(Unreachable, match=r"It names no cluster\."):
        await Connection(entry).request("GET", "/x")


async def test_closed_connection() -> None:
    async with serving(echo) as connection:
        await connection.request("GET", "/x")
        await connection.close()
        await connection.close()
        assert "is disconnected" in str(await failure(connection))


async def test_many_streams_at_once() -> None:
    """Every watch holds a connection; none waits for another's."""
    open_streams = 0
    everyone = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal open_streams
        open_streams += 1
        if open_streams == 110:
            everyone.set()
        await everyone.wait()
        return web.Response(text="line\n")

    async def read(connection: Connection) -> list[bytes]:
        async with connection.stream("/x", read_deadline=20) as stream:
            return [line async for line in stream.lines()]

    async with serving(handler) as connection:
        assert await asyncio.gather(*(read(connection) for _ in range(110))) == [[b"line"]] * 110


# Streams.


def streaming(*chunks: bytes, then: str = "end") -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
        if then == "hang":
            await asyncio.Event().wait()
        if then == "cut":
            assert request.transport is not None
            request.transport.close()
        return response

    return handler


async def lines_of(stream: Stream) -> list[bytes]:
    return [line async for line in stream.lines()]


LONG = b"x" * 3_000_000


@pytest.mark.parametrize(
    ("chunks", "lines", "dropped"),
    [
        pytest.param([], [], 0, id="nothing"),
        pytest.param([b"a\nb\n"], [b"a", b"b"], 0, id="two in one"),
        pytest.param([b"a", b"b\nc", b"\n"], [b"ab", b"c"], 0, id="split anywhere"),
        pytest.param([b"a\n\n\nb\n"], [b"a", b"b"], 0, id="empty lines"),
        pytest.param([b'a\n{"type'], [b"a"], 6, id="unfinished last line"),
        pytest.param([LONG[:1_500_000], LONG[1_500_000:] + b"\nb\n"], [LONG, b"b"], 0, id="3 MB"),
        pytest.param([b"a\n" * 20_000], [b"a"] * 20_000, 0, id="many small"),
    ],
)
async def test_lines(chunks: list[bytes], lines: list[bytes], dropped: int) -> None:
    async with serving(streaming(*chunks)) as connection, connection.stream("/x", read_deadline=10) as stream:
        assert stream.status == 200
        assert await lines_of(stream) == lines
        assert stream.dropped == dropped


async def test_stream_asks_for_identity() -> None:
    """A compressed watch arrives in lumps, or late."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text=f"{request.headers['Accept-Encoding']} {request.raw_path}\n")

    async with (
        serving(handler) as connection,
        connection.stream("/x", params={"watch": "true", "fieldSelector": "a=b"}, read_deadline=10) as stream,
    ):
        assert await lines_of(stream) == [b"identity /x?watch=true&fieldSelector=a%3Db"]


async def test_lines_come_as_they_are_written() -> None:
    more = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"one\n")
        await more.wait()
        await response.write(b"two\n")
        return response

    async with serving(handler) as connection, connection.stream("/x", read_deadline=10) as stream:
        lines = stream.lines()
        assert await anext(lines) == b"one"
        more.set()
        assert await anext(lines) == b"two"


async def test_half_open_stream() -> None:
    """Nothing at all for the read deadline: the connection is taken for dead."""
    async with (
        serving(streaming(b"one\n", then="hang")) as connection,
        connection.stream("/x", read_deadline=0.2) as stream,
    ):
        lines = stream.lines()
        assert await anext(lines) == b"one"
        with pytest.raises(Unreachable, match=r"was silent for 0\.2 s"):
            await anext(lines)


async def test_read_deadline_starts_anew_with_each_byte() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(8):
            await asyncio.sleep(0.1)
            await response.write(b"x\n")
        return response

    async with serving(handler) as connection, connection.stream("/x", read_deadline=0.5) as stream:
        assert len(await lines_of(stream)) == 8


async def test_stream_whose_headers_never_come() -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(handler) as connection:
        with pytest.raises(Unreachable, match=r"was silent for 0\.2 s"):
            async with connection.stream("/x", read_deadline=0.2):
                pass


async def test_stream_that_is_cut() -> None:
    async with (
        serving(streaming(b"one\ntw", then="cut")) as connection,
        connection.stream("/x", read_deadline=10) as stream,
    ):
        lines = stream.lines()
        assert await anext(lines) == b"one"
        with pytest.raises(Unreachable, match="broke off in the middle"):
            await anext(lines)


async def test_line_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LINE_LIMIT", 1 << 20)
    async with (
        serving(streaming(b"one\n", *[b"x" * 100_000] * 12, then="hang")) as connection,
        connection.stream("/x", read_deadline=10) as stream,
    ):
        lines = stream.lines()
        assert await anext(lines) == b"one"
        with pytest.raises(Unreachable, match="sends a line longer than 1 MiB"):
            await anext(lines)


@pytest.mark.parametrize("size", [20, 3_000_000])
async def test_refused_stream(size: int) -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=403, body=b"x" * size, headers={"Retry-After": "3"})

    async with serving(handler) as connection, connection.stream("/x", read_deadline=10) as stream:
        assert (stream.status, stream.headers["retry-after"]) == (403, "3")
        assert await stream.body() == b"x" * min(size, answers.REFUSAL_LIMIT)


async def test_leaving_a_stream_closes_its_connection() -> None:
    gone = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            await response.write(b"one\n")
            await asyncio.Event().wait()
        finally:
            gone.set()
        return response

    async with serving(handler) as connection:
        async with connection.stream("/x", read_deadline=10) as stream:
            async for _ in stream.lines():
                break
        await asyncio.wait_for(gone.wait(), 5)


async def test_what_the_reader_raises_goes_through() -> None:
    async with serving(streaming(b"one\n")) as connection:
        with pytest.raises(TimeoutError, match="mine"):
            async with connection.stream("/x", read_deadline=10):
                raise TimeoutError("mine")


async def test_closing_ends_streams() -> None:
    async with (
        serving(streaming(b"one\n", then="hang")) as connection,
        connection.stream("/x", read_deadline=10) as stream,
    ):
        lines = stream.lines()
        assert await anext(lines) == b"one"
        await connection.close()
        with pytest.raises(Unreachable):
            await anext(lines)


# Proxies.


async def test_https_through_a_proxy_of_the_environment() -> None:
    """CONNECT, by the name that only the proxy knows; TLS is with the server behind it."""
    async with serve(echo, "named") as url, Proxy().towards(url) as proxy:
        environ = {"HTTPS_PROXY": proxy.url, "NO_PROXY": "10.0.0.0/8"}
        async with connected("https://api.test:6443", environ=environ) as connection:
            assert (await echoed(connection))["path"] == "/x"
            async with connection.stream("/y", read_deadline=10) as stream:
                assert stream.status == 200
    assert set(proxy.asked) == {"CONNECT api.test:6443 HTTP/1.1"}


async def test_http_through_a_proxy_of_the_entry() -> None:
    async with (
        serve(echo, "") as url,
        Proxy().towards(url) as proxy,
        connected("http://api.test", proxy_url=proxy.url) as connection,
    ):
        assert (await echoed(connection))["headers"]["host"] == "api.test"
    assert proxy.asked == ["GET http://api.test/x HTTP/1.1"]


async def test_tls_server_name_through_a_proxy() -> None:
    async with serve(echo, "named") as url, Proxy().towards(url) as proxy:
        fields = {"proxy_url": proxy.url, "tls_server_name": "api.test"}
        async with connected("https://10.0.0.1:6443", **fields) as connection:
            assert (await echoed(connection))["path"] == "/x"


@pytest.mark.parametrize(("scheme", "certificate"), [("http", ""), ("https", "named")])
async def test_proxy_that_wants_a_login(scheme: str, certificate: str) -> None:
    async with serve(echo, certificate) as url, Proxy(credentials="eve:s3cret").towards(url) as proxy:
        with_login = proxy.url.replace("://", "://eve:s3cret@")
        async with connected(f"{scheme}://api.test", proxy_url=with_login) as connection:
            assert "authorization" not in (await echoed(connection))["headers"]
        async with connected(f"{scheme}://api.test", proxy_url=proxy.url.replace("://", "://eve:wrong@")) as connection:
            if scheme == "http":  # the proxy's answer is the answer
                assert (await connection.request("GET", "/x")).status == 407
            else:
                error = await failure(connection)
                assert f"The proxy {proxy.url} wants a login (407)" in str(error)
                assert "wrong" not in str(error)
                assert not error.sent


async def test_proxy_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with connected("https://api.test", proxy_url=f"http://u:s@127.0.0.1:{port}") as connection:
        error = await failure(connection)
    assert str(error) == (
        f"The proxy http://127.0.0.1:{port} on the way to https://api.test can't be reached (connection refused);"
        " check the proxy."
    )
    assert not error.sent


async def test_socks_proxy_is_refused_in_words() -> None:
    async with connected("https://api.test", environ={"HTTPS_PROXY": "socks5://127.0.0.1:1"}) as connection:
        assert "is a SOCKS proxy, which is not supported" in str(await failure(connection))
