"""Where a repository is: its URL taken apart, with its credentials kept off everything that is written or shown."""

import hashlib
import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f]|%0[0ad]", re.IGNORECASE)
"""Blanks and control characters, raw or escaped: with a newline a URL could forge lines of the credential protocol."""

SCHEMES = ("http", "https", "ssh", "file")
"""Flux follows the first three (source-controller api/v1/gitrepository_types.go); `file` serves local repositories."""


@dataclass(frozen=True)
class Address:
    """A repository's URL. Its printed form holds no credentials."""

    url: str
    """Without password, and without user but for ssh, where the user is part of the place."""
    scheme: str
    host: str
    """Lower case; empty for `file`."""
    path: str
    """With its leading slash, still percent-encoded."""
    user: str = field(default="", repr=False)
    """Decoded; may be a token, so it is only shown for ssh."""
    password: str = field(default="", repr=False)

    @property
    def folder(self) -> str:
        """A name for this repository's mirror: readable, unique, and free of credentials."""
        slug = re.sub(r"[^a-z0-9.]+", "-", f"{self.host}{self.path}".lower()).strip("-.")[:60]
        return f"{slug or 'repository'}-{hashlib.sha256(self.url.encode()).hexdigest()[:12]}"

    @property
    def in_cluster(self) -> bool:
        """Whether the host's name looks like one that only a cluster's DNS knows: `git.infra.svc`, or a bare name."""
        if self.host in ("", "localhost") or _is_number(self.host):
            return False
        return "." not in self.host or re.search(r"\.svc(\.|$)|\.cluster\.local$", self.host) is not None


def parse(url: str) -> Address:
    """Take a repository's URL apart.

    Args:
        url: `spec.url` of a GitRepository, or a `file://` URL.

    Returns:
        The address.

    Raises:
        ValueError: It is no URL that can be followed; the text says why and what to do, and names no credentials.
    """
    if not url:
        raise ValueError("The source has no URL: set its spec.url.")
    if _FORBIDDEN.search(url):
        raise ValueError("The source's URL holds blanks or control characters: correct its spec.url.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise ValueError(
            "The source's URL cannot be read, its host or port is malformed: correct its spec.url."
        ) from error
    if parts.scheme not in SCHEMES or (not host and parts.scheme != "file"):
        raise ValueError(
            "The source's URL is not one that Flux follows: spec.url must be https://, http:// or ssh:// and a host."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    place = f"[{host}]" if ":" in host else host
    place += f":{port}" if port else ""
    if parts.scheme == "ssh" and user:
        place = f"{parts.username}@{place}"
    return Address(_join(parts, place), parts.scheme, host, parts.path, user, password)


def _join(parts: SplitResult, place: str) -> str:
    return urlunsplit((parts.scheme, place, parts.path.rstrip("/"), parts.query, ""))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
