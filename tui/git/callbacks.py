"""What libgit2 asks and tells while it fetches: credentials, the server's identity, progress, and whether to go on."""

import time
from urllib.parse import urlsplit

import pygit2
from pygit2.enums import CredentialType
from pygit2.remotes import TransferProgress

from tui.git.addresses import Address
from tui.git.credentials import Keyring, Login
from tui.git.failures import GitFailure
from tui.git.worker import Errand

_TELL_EVERY = 0.1
"""Seconds between two reports of progress."""


class Callbacks(pygit2.RemoteCallbacks):
    """The callbacks of one fetch; what they raise ends it and comes out of pygit2's call."""

    def __init__(self, errand: Errand, address: Address, keyring: Keyring, url: str) -> None:
        """Prepare for one fetch.

        Args:
            errand: Asked at every turn whether to go on, and told the progress.
            address: The repository, as the source names it.
            keyring: Where logins come from.
            url: Where libgit2 really goes, `insteadOf` applied.
        """
        super().__init__()
        self._errand = errand
        self._address = address
        self._keyring = keyring
        self._ssh = urlsplit(url).scheme == "ssh"
        self._told = 0.0

    def credentials(self, url: str, username_from_url: str | None, allowed_types: CredentialType) -> Login:
        """Offer the next login."""
        self._errand.check()
        return self._keyring.next(url, username_from_url, allowed_types)

    def certificate_check(self, certificate: None, valid: bool, host: bytes) -> bool:  # noqa: ARG002
        """Trust only whom libgit2 found in ~/.ssh/known_hosts, or whose TLS certificate is good."""
        self._errand.check()
        if valid:
            return True
        name = host.decode(errors="replace")
        if self._ssh:
            raise GitFailure(
                f"Cannot fetch {self._address.url}: the host key of {name} is not in ~/.ssh/known_hosts, "
                f"or it changed; run `git ls-remote {self._address.url}` once and compare the fingerprint."
            )
        raise GitFailure(
            f"Cannot fetch {self._address.url}: the TLS certificate of {name} is not trusted; "
            "name its authority in SSL_CERT_FILE."
        )

    @property
    def sideband_progress(self) -> None:  # type: ignore[override]
        """Decline the server's own progress messages.

        pygit2 decodes them strictly and in the pieces they arrive in, so that a divided character would end the fetch.
        It looks the callback up for each message, which is the moment to see whether to go on.
        """
        self._errand.check()

    def transfer_progress(self, stats: TransferProgress) -> None:
        """Tell how many objects have arrived."""
        self._errand.check()
        now = time.monotonic()
        if now - self._told < _TELL_EVERY and stats.received_objects != stats.total_objects:
            return
        self._told = now
        if stats.received_objects < stats.total_objects:
            self._errand.say(f"fetching {stats.received_objects:,} of {stats.total_objects:,} objects")
        elif stats.total_deltas:
            self._errand.say(f"unpacking {stats.indexed_deltas:,} of {stats.total_deltas:,} differences")
