"""What a request needs to be let in: headers and a client certificate, from what a kubeconfig's user names."""

import base64
import binascii
import math
import string
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from tui.cluster.entries import AuthProvider, ContextEntry, UserEntry
from tui.cluster.errors import LoginNeeded
from tui.cluster.exec_plugin import run_plugin
from tui.cluster.server import base_url
from tui.model.text import clean

FILE_PERIOD = 60.0
"""Seconds after which a token file is read anew (client-go transport/token_source.go)."""

SHORTEST_LIFE = 10.0
"""Seconds for which a plugin's credentials are used at least: a clock that is off must not run it for every request."""

_HEADER_KEY = frozenset(string.ascii_letters + string.digits + "!#$&'*+-.^_`|~")
"""The characters that client-go leaves alone in the key of an impersonation extra: a header's, but the percent sign."""


class Credentials(msgspec.Struct, frozen=True):
    """What is presented to the API server; printed without its secrets."""

    headers: tuple[tuple[str, str], ...] = ()
    """A name may come several times."""
    certificate: bytes = b""
    """The client certificate and its chain, PEM; empty for none."""
    key: bytes = b""
    """Its private key, PEM."""
    expires: float = math.inf
    """When they must be read anew, in seconds since the epoch."""

    def __repr__(self) -> str:
        return f"Credentials(expires={self.expires})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("expires", self.expires)]


async def read_credentials(entry: ContextEntry, environ: Mapping[str, str], now: float) -> Credentials:
    """Read what a context's user names; what is given outright goes before an exec plugin, as in client-go.

    Towards a server without TLS no credentials are sent, nor read (client-go tools/clientcmd/client_config.go).

    Args:
        entry: The context.
        environ: The environment, for exec plugins.
        now: The time, in seconds since the epoch.

    Returns:
        The credentials.

    Raises:
        LoginNeeded: They can't be had; the text says why and what to do.
    """
    user = entry.user
    impersonation = tuple(_impersonation(user))
    if base_url(entry.cluster).scheme != "https":
        return Credentials(impersonation)
    certificate = _pem(user, "client certificate", user.client_certificate_data, user.client_certificate)
    key = _pem(user, "client key", user.client_key_data, user.client_key)
    authorization = _token_or_password(user)
    expires = now + FILE_PERIOD if user.token_file else math.inf
    if not authorization and not certificate:
        if user.exec is not None:
            return await _from_plugin(entry, environ, now, impersonation)
        if user.auth_provider is not None:
            authorization, expires = _from_provider(entry, user.auth_provider, now)
    return Credentials(_authorized(user, authorization) + impersonation, certificate, key, expires)


def _authorized(user: UserEntry, value: str) -> tuple[tuple[str, str], ...]:
    if not value:
        return ()
    if not (value.isascii() and value.isprintable()):
        raise LoginNeeded(
            f"The token of user {user.name!r} holds characters that no token has, such as a line break;"
            " copy it anew into the kubeconfig."
        )
    return (("Authorization", value),)


def _token_or_password(user: UserEntry) -> str:
    token = user.token
    if user.token_file is not None:
        try:
            token = user.token_file.read_text(encoding="utf-8").strip() or token
        except (OSError, UnicodeDecodeError) as error:
            if not token:
                raise LoginNeeded(_unreadable(user, "token file", user.token_file, error)) from None
        if not token:
            raise LoginNeeded(f"The token file {user.token_file} of user {user.name!r} is empty; log in again.")
    if token:
        return f"Bearer {token}"
    if user.username or user.password:
        return f"Basic {base64.b64encode(f'{user.username}:{user.password}'.encode()).decode()}"
    return ""


def _pem(user: UserEntry, what: str, data: bytes, path: Path | None) -> bytes:
    if data or path is None:
        return data
    try:
        return path.read_bytes()
    except OSError as error:
        raise LoginNeeded(_unreadable(user, what, path, error)) from None


def _unreadable(user: UserEntry, what: str, path: Path, error: Exception) -> str:
    why = getattr(error, "strerror", None) or "it is no text"
    return f"The {what} {path} of user {user.name!r} can't be read ({why}); log in again, or correct the kubeconfig."


def _impersonation(user: UserEntry) -> Iterator[tuple[str, str]]:
    """The headers of client-go transport/round_trippers.go, NewImpersonatingRoundTripper."""
    if user.as_user:
        yield "Impersonate-User", user.as_user
    if user.as_uid:
        yield "Impersonate-Uid", user.as_uid
    for group in user.as_groups:
        yield "Impersonate-Group", group
    for key, values in user.as_extra:
        for value in values:
            yield f"Impersonate-Extra-{_header_key(key)}", value


def _header_key(key: str) -> str:
    return "".join(
        letter if letter in _HEADER_KEY else "".join(f"%{byte:02X}" for byte in letter.encode()) for letter in key
    )


async def _from_plugin(
    entry: ContextEntry, environ: Mapping[str, str], now: float, impersonation: tuple[tuple[str, str], ...]
) -> Credentials:
    assert entry.user.exec is not None  # noqa: S101 - the caller has looked
    status = await run_plugin(entry, entry.user.exec, environ)
    authorization = f"Bearer {status.token}" if status.token else ""
    until = status.expiration_timestamp
    if until is not None and until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return Credentials(
        _authorized(entry.user, authorization) + impersonation,
        status.client_certificate_data.encode(),
        status.client_key_data.encode(),
        max(until.timestamp(), now + SHORTEST_LIFE) if until is not None else math.inf,
    )


def _from_provider(entry: ContextEntry, provider: AuthProvider, now: float) -> tuple[str, float]:
    """The `Authorization` header of an auth-provider, and when it expires."""
    who = f"User {entry.user.name!r}"
    if provider.name != "oidc":
        raise LoginNeeded(
            f"{who} logs in with the auth-provider {clean(provider.name)!r}, which kubectl has dropped too (1.26);"
            " have its exec plugin written into the kubeconfig (gke-gcloud-auth-plugin, kubelogin), then retry."
        )
    token = provider.config.get("id-token", "").strip()
    renew = f"renew it with `kubectl --context {clean(entry.name)} get namespaces` in another terminal, then retry"
    if not token:
        raise LoginNeeded(f"{who} has no OIDC id-token yet; {renew}.")
    expires = _expiry(token)
    if expires is None:
        raise LoginNeeded(f"The OIDC id-token of user {entry.user.name!r} is no JSON web token; {renew}.")
    if expires <= now:
        when = datetime.fromtimestamp(expires, UTC)
        raise LoginNeeded(
            f"The OIDC id-token of user {entry.user.name!r} expired at {when:%Y-%m-%d %H:%M} UTC; {renew}."
        )
    return f"Bearer {token}", expires


class _Claims(msgspec.Struct, frozen=True):
    exp: float = math.inf


def _expiry(token: str) -> float | None:
    """When a JSON web token expires, in seconds since the epoch; None where it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(payload, type=_Claims).exp
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        return None
