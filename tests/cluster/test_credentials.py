"""From a kubeconfig's user to what a request presents."""

import base64
import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from tui.cluster.credentials import FILE_PERIOD, SHORTEST_LIFE, Credentials, read_credentials
from tui.cluster.entries import AuthProvider, ClusterEntry, ContextEntry, ExecEntry, UserEntry
from tui.cluster.errors import LoginNeeded

NOW = 1_800_000_000.0
V1 = "client.authentication.k8s.io/v1"


async def read(user: UserEntry, server: str = "https://a.test") -> Credentials:
    entry = ContextEntry("eu", "default", ClusterEntry("c", server=server), user)
    return await read_credentials(entry, {"PATH": "/usr/bin:/bin"}, NOW)


async def refusal(user: UserEntry) -> str:
    with pytest.raises(LoginNeeded) as caught:
        await read(user)
    return str(caught.value)


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("Authorization", f"Bearer {token}"),)


def plugin(status: dict[str, Any]) -> ExecEntry:
    document = json.dumps({"apiVersion": V1, "kind": "ExecCredential", "status": status})
    return ExecEntry(
        sys.executable, api_version=V1, interactive_mode="Never", args=("-S", "-E", "-c", f"print({document!r})")
    )


def jwt(**claims: Any) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{payload}.signature"


async def test_nothing_is_anonymous() -> None:
    assert await read(UserEntry("")) == Credentials()


async def test_token() -> None:
    assert await read(UserEntry("u", token="t")) == Credentials(bearer("t"))


async def test_basic() -> None:
    value = base64.b64encode(b"anna:s:ecret").decode()
    assert (await read(UserEntry("u", username="anna", password="s:ecret"))).headers == (
        ("Authorization", f"Basic {value}"),
    )


async def test_token_file_wins_and_is_read_anew_every_minute(tmp_path: Path) -> None:
    """transport/round_trippers.go NewBearerAuthWithRefreshRoundTripper, transport/token_source.go."""
    path = tmp_path / "token"
    path.write_text("  from-file\n")
    user = UserEntry("u", token="inline", token_file=path)
    assert await read(user) == Credentials(bearer("from-file"), expires=NOW + FILE_PERIOD)
    path.unlink()
    assert (await read(user)).headers == bearer("inline")


async def test_token_file_that_cant_be_read(tmp_path: Path) -> None:
    user = UserEntry("u", token_file=tmp_path / "token")
    assert f"token file {tmp_path}/token of user 'u' can't be read (No such file or directory)" in await refusal(user)
    (tmp_path / "token").write_text("\n")
    assert "is empty" in await refusal(user)


async def test_client_certificate_from_files_or_data(tmp_path: Path) -> None:
    """Data win over files: rest/config.go dataFromSliceOrFile."""
    (tmp_path / "cert").write_bytes(b"CERT")
    (tmp_path / "key").write_bytes(b"KEY")
    files = UserEntry("u", client_certificate=tmp_path / "cert", client_key=tmp_path / "key")
    assert await read(files) == Credentials(certificate=b"CERT", key=b"KEY")
    both = UserEntry(
        "u",
        client_certificate=tmp_path / "cert",
        client_key=tmp_path / "key",
        client_certificate_data=b"C",
        client_key_data=b"K",
    )
    assert await read(both) == Credentials(certificate=b"C", key=b"K")
    (tmp_path / "key").unlink()
    assert f"client key {tmp_path}/key of user 'u' can't be read" in await refusal(files)


async def test_certificate_and_token_go_together() -> None:
    user = UserEntry("u", token="t", client_certificate_data=b"C", client_key_data=b"K")
    assert await read(user) == Credentials(bearer("t"), b"C", b"K")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({"token": "t"}, Credentials(bearer("t")), id="token for ever"),
        pytest.param(
            {"token": "t", "expirationTimestamp": "2027-01-15T08:00:30Z"},
            Credentials(bearer("t"), expires=NOW + 30),
            id="token until",
        ),
        pytest.param(
            {"token": "t", "expirationTimestamp": "2027-01-15T07:00:00Z"},
            Credentials(bearer("t"), expires=NOW + SHORTEST_LIFE),
            id="expired when issued",
        ),
        pytest.param(
            {"clientCertificateData": "C", "clientKeyData": "K"}, Credentials((), b"C", b"K"), id="certificate"
        ),
    ],
)
async def test_exec_plugin(status: dict[str, Any], expected: Credentials) -> None:
    assert await read(UserEntry("u", exec=plugin(status))) == expected


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"token": "mine"}, id="token"),
        pytest.param({"username": "a", "password": "b"}, id="password"),
        pytest.param({"client_certificate_data": b"C", "client_key_data": b"K"}, id="certificate"),
    ],
)
async def test_exec_plugin_is_not_run_where_credentials_are_given(given: dict[str, Any]) -> None:
    """exec.go UpdateTransportConfig: HasTokenAuth, HasBasicAuth and HasCertAuth go first."""
    broken = ExecEntry("no-such-plugin", api_version=V1, interactive_mode="Never")
    assert await read(UserEntry("u", exec=broken, **given)) == await read(UserEntry("u", **given))


async def test_impersonation() -> None:
    """transport/round_trippers.go NewImpersonatingRoundTripper and headerKeyEscape."""
    user = UserEntry(
        "u",
        token="t",
        as_user="eve",
        as_uid="42",
        as_groups=("dev", "ops"),
        as_extra=(("acme.com/Why%", ("a", "b")), ("ü", ("c",))),
    )
    assert (await read(user)).headers == (
        ("Authorization", "Bearer t"),
        ("Impersonate-User", "eve"),
        ("Impersonate-Uid", "42"),
        ("Impersonate-Group", "dev"),
        ("Impersonate-Group", "ops"),
        ("Impersonate-Extra-acme.com%2FWhy%25", "a"),
        ("Impersonate-Extra-acme.com%2FWhy%25", "b"),
        ("Impersonate-Extra-%C3%BC", "c"),
    )


async def test_no_credentials_without_tls() -> None:
    """client_config.go ClientConfig: "only try to read the auth information if we are secure"."""
    broken = ExecEntry("no-such-plugin", api_version=V1, interactive_mode="Never")
    assert await read(UserEntry("u", token="t", as_user="eve"), "http://a.test") == Credentials(
        (("Impersonate-User", "eve"),)
    )
    assert await read(UserEntry("u", exec=broken), "http://a.test") == Credentials()


@pytest.mark.parametrize("token", ["a\nb", "a\r\nX-Evil: 1", "ä", "a\x00b"])
async def test_token_that_would_break_a_header(token: str) -> None:
    assert "holds characters that no token has" in await refusal(UserEntry("u", token=token))


async def test_oidc_token_until_it_expires() -> None:
    user = UserEntry("u", auth_provider=AuthProvider("oidc", {"id-token": jwt(exp=NOW + 60)}))
    credentials = await read(user)
    assert credentials.headers[0][1].startswith("Bearer head.")
    assert credentials.expires == NOW + 60
    endless = UserEntry("u", auth_provider=AuthProvider("oidc", {"id-token": jwt()}))
    assert (await read(endless)).expires == math.inf


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        pytest.param(
            AuthProvider("oidc", {"id-token": jwt(exp=NOW)}), "expired at 2027-01-15 08:00 UTC; renew it with", id="old"
        ),
        pytest.param(AuthProvider("oidc"), "has no OIDC id-token yet; renew it with `kubectl --context eu", id="none"),
        pytest.param(AuthProvider("oidc", {"id-token": "x"}), "is no JSON web token", id="no JWT"),
        pytest.param(AuthProvider("oidc", {"id-token": "a.%%.c"}), "is no JSON web token", id="no base64"),
        pytest.param(AuthProvider("gcp"), "which kubectl has dropped too (1.26)", id="gcp"),
        pytest.param(AuthProvider("azure"), "auth-provider 'azure'", id="azure"),
    ],
)
async def test_auth_provider_that_gives_nothing(provider: AuthProvider, told: str) -> None:
    assert told in await refusal(UserEntry("u", auth_provider=provider))


async def test_token_goes_before_auth_provider() -> None:
    assert (await read(UserEntry("u", token="t", auth_provider=AuthProvider("gcp")))).headers == bearer("t")


def test_credentials_print_without_secrets() -> None:
    credentials = Credentials(bearer("hunter2"), b"CERT", b"KEY")
    assert repr(credentials) == "Credentials(expires=inf)"
    assert "hunter2" not in str(credentials.__rich_repr__())
