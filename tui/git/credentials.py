"""The person's own credentials for a repository: found where git and ssh find them, each tried once, kept in memory."""

import contextlib
import netrc
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pygit2
from pygit2.enums import CredentialType

from tui.git.addresses import Address
from tui.git.failures import GitFailure

Login = pygit2.UserPass | pygit2.Keypair | pygit2.Username
"""What libgit2 takes."""

Offer = tuple[str, Login]
"""Where a login was found, in words, and the login."""

_HELPER_SECONDS = 10.0
"""How long a credential helper may take."""


class Keyring:
    """The logins for one fetch, offered one after the other whenever the server refuses the last one."""

    def __init__(self, address: Address, environ: Mapping[str, str]) -> None:
        self._address = address
        self._environ = environ
        self._offers: Iterator[Offer] | None = None
        self._tried: list[str] = []
        self._seen: set[tuple[object, ...]] = set()

    def next(self, url: str, user: str | None, allowed: CredentialType) -> Login:
        """Choose what to try next; libgit2 asks again after each refusal, without end.

        Args:
            url: Where libgit2 is really going: `insteadOf` of the Git configuration may have changed the URL.
            user: The user in that URL.
            allowed: What the server accepts.

        Returns:
            A login that was not tried yet.

        Raises:
            GitFailure: There is none left.
        """
        if not allowed & (CredentialType.SSH_KEY | CredentialType.USERPASS_PLAINTEXT):
            if allowed & CredentialType.USERNAME:
                return pygit2.Username(user or "git")
            raise GitFailure(
                f"Cannot fetch {self._address.url}: the server accepts no kind of login that is supported."
            )
        if self._offers is None:
            self._offers = self._find(url, user)
        for source, login in self._offers:
            key = (type(login), *login.credential_tuple)
            if key not in self._seen and allowed & login.credential_type:
                self._seen.add(key)
                self._tried.append(source)
                return login
        raise GitFailure(self._exhausted(urlsplit(url).scheme == "ssh"))

    def _find(self, url: str, user: str | None) -> Iterator[Offer]:
        own = self._address if urlsplit(url).hostname == self._address.host else None
        if own and own.password:
            yield "the URL", pygit2.UserPass(own.user, own.password)
        if urlsplit(url).scheme == "ssh":
            yield from _ssh_logins(user or "git", self._environ)
        else:
            yield from _http_logins(url, user or (own.user if own else ""), self._environ)

    def _exhausted(self, ssh: bool) -> str:
        start = f"Cannot fetch {self._address.url}: {self._address.host} "
        if self._tried:
            refused = " and ".join(dict.fromkeys(self._tried))
            step = "add the right key to your ssh-agent" if ssh else "renew them, then try again"
            return (
                f"{start}refuses the credentials of {refused}; {step} (`git ls-remote {self._address.url}` tells more)."
            )
        if ssh:
            return f"{start}wants an SSH key and none was found; add one with `ssh-add`, then try again."
        return (
            f"{start}wants credentials and none were found; run `git ls-remote {self._address.url}` once with a "
            "credential helper, or add them to ~/.netrc."
        )


def _ssh_logins(user: str, environ: Mapping[str, str]) -> Iterator[Offer]:
    if environ.get("SSH_AUTH_SOCK"):
        yield "the ssh-agent", pygit2.KeypairFromAgent(user)
    folder = _home(environ) / ".ssh"
    for key in sorted(folder.glob("id_*")) if folder.is_dir() else []:
        if key.suffix != ".pub" and key.is_file():
            public = key.with_name(f"{key.name}.pub")
            yield f"~/.ssh/{key.name}", pygit2.Keypair(user, public if public.is_file() else None, key, "")


def _http_logins(url: str, user: str, environ: Mapping[str, str]) -> Iterator[Offer]:
    sources: tuple[tuple[str, Callable[[str, str, Mapping[str, str]], pygit2.UserPass | None]], ...] = (
        ("git's credential helper", _from_helper),
        ("~/.git-credentials", _from_store),
        ("~/.netrc", _from_netrc),
    )
    for name, find in sources:
        login = find(url, user, environ)
        if login is not None:
            yield name, login
    if user:
        yield "the URL", pygit2.UserPass(user, "")


def _from_helper(url: str, user: str, environ: Mapping[str, str]) -> pygit2.UserPass | None:
    git = shutil.which("git", path=environ.get("PATH"))
    if git is None or "\n" in user or "\0" in user:
        return None
    parts = urlsplit(url)
    place = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    asked = {
        "protocol": parts.scheme,
        "host": f"{place}:{parts.port}" if parts.port else place,
        "path": parts.path.lstrip("/"),
        "username": user,
    }
    lines = "".join(f"{name}={value}\n" for name, value in asked.items() if value)
    answer = dict(line.partition("=")[::2] for line in _ask(git, lines, environ).splitlines())
    if not answer.get("password"):
        return None
    return pygit2.UserPass(answer.get("username", ""), answer["password"])


def _ask(git: str, lines: str, environ: Mapping[str, str]) -> str:
    """Run `git credential fill` so that it can neither ask on the terminal nor open a window, nor take for ever."""
    mute = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "", "GCM_INTERACTIVE": "never"}
    try:
        helper = subprocess.Popen(  # noqa: S603 - git, found on PATH, with fixed arguments
            [git, "credential", "fill"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environ, **mute},
            cwd="/",
            start_new_session=True,
        )
    except OSError:
        return ""
    try:
        answer, _ = helper.communicate(f"{lines}\n".encode(), timeout=_HELPER_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(helper.pid, signal.SIGKILL)  # its session: helpers of the helper too
        helper.communicate()
        return ""
    return answer.decode(errors="replace") if helper.returncode == 0 else ""


def _from_store(url: str, user: str, environ: Mapping[str, str]) -> pygit2.UserPass | None:
    home = _home(environ)
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    for path in (home / ".git-credentials", config / "git" / "credentials"):
        for line in _lines(path):
            login = _stored(line, url, user)
            if login is not None:
                return login
    return None


def _stored(line: str, url: str, user: str) -> pygit2.UserPass | None:
    wanted = urlsplit(url)
    try:
        entry = urlsplit(line)
        same = (entry.scheme, entry.hostname, entry.port) == (wanted.scheme, wanted.hostname, wanted.port)
    except ValueError:
        return None
    name, password = unquote(entry.username or ""), unquote(entry.password or "")
    path = entry.path.strip("/")
    if not same or not password or (user and name != user) or (path and path != wanted.path.strip("/")):
        return None
    return pygit2.UserPass(name, password)


def _from_netrc(url: str, user: str, environ: Mapping[str, str]) -> pygit2.UserPass | None:
    path = Path(environ.get("NETRC") or _home(environ) / ".netrc")
    try:
        # Only the host's own entry: `default` would hand a password to whatever host a source names.
        entry = netrc.netrc(str(path)).hosts.get(urlsplit(url).hostname or "")
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
        return None
    if entry is None or not entry[2] or (user and entry[0] != user):
        return None
    return pygit2.UserPass(entry[0] or entry[1] or "", entry[2])


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home())
