import asyncio
import time
from pathlib import Path

import pygit2
import pytest
from pygit2.enums import CredentialType

from tui.git import credentials
from tui.git.addresses import parse
from tui.git.credentials import Keyring
from tui.git.failures import GitFailure
from tui.git.pending import PyGit
from tui.model.pending import Pending, Question

from .smarthttp import Server
from .upstream import Upstream

PLAIN = CredentialType.USERPASS_PLAINTEXT


@pytest.fixture
def guarded(server: Server, upstream: Upstream) -> Server:
    """A server that lets only flux:right in."""
    upstream.commit({"a": "1"})
    server.password = "right"
    return server


def helper(home: Path, body: str) -> None:
    """Make a script this person's credential helper."""
    script = home / "helper"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o700)
    (home / ".gitconfig").write_text(f"[credential]\n\thelper = {script}\n")


def netrc(home: Path, text: str) -> None:
    (home / ".netrc").write_text(text)
    (home / ".netrc").chmod(0o600)


async def ask(git: PyGit, url: str) -> Pending:
    return await git.pending(Question(url=url, branch="main"), lambda _: None)


def tried(server: Server) -> list[str]:
    """What was sent, each once."""
    return list(dict.fromkeys(server.authorizations))


async def test_from_the_url(git: PyGit, guarded: Server) -> None:
    assert (await ask(git, guarded.url(user="flux:right"))).problem == ""


async def test_from_the_helper(git: PyGit, guarded: Server, home: Path) -> None:
    helper(home, f'cat > "{home}/asked"; test "$1" = get && echo username=flux && echo password=right')
    assert (await ask(git, guarded.url())).problem == ""
    asked = (home / "asked").read_text()
    assert f"protocol=http\nhost=127.0.0.1:{guarded.port}\n" in asked


async def test_from_netrc(git: PyGit, guarded: Server, home: Path) -> None:
    netrc(home, "machine 127.0.0.1 login flux password right\n")
    assert (await ask(git, guarded.url())).problem == ""


async def test_from_the_store(git: PyGit, guarded: Server, home: Path) -> None:
    lines = ["http://flux:wrong@127.0.0.1/", "::", f"http://flux:ri%67ht@127.0.0.1:{guarded.port}"]
    (home / ".git-credentials").write_text("\n".join(lines))
    assert (await ask(git, guarded.url())).problem == ""
    assert tried(guarded) == ["flux:right"]


async def test_without_git_on_the_path(guarded: Server, home: Path, cache: Path) -> None:
    helper(home, "echo username=flux; echo password=wrong")
    netrc(home, "machine 127.0.0.1 login flux password right\n")
    git = PyGit(cache, {"HOME": str(home), "PATH": str(home)})
    assert (await ask(git, guarded.url())).problem == ""
    assert tried(guarded) == ["flux:right"]


async def test_each_is_tried_once_and_the_last_one_may_be_right(git: PyGit, guarded: Server, home: Path) -> None:
    helper(home, "test $1 = get && echo username=flux && echo password=wrong")
    (home / ".git-credentials").write_text(f"http://flux:wrong@127.0.0.1:{guarded.port}\n")
    netrc(home, "machine 127.0.0.1 login flux password right\n")
    assert (await ask(git, guarded.url(user="flux:stale"))).problem == ""
    assert tried(guarded) == ["flux:stale", "flux:wrong", "flux:right"]
    refused = guarded.authorizations[: guarded.authorizations.index("flux:right")]
    assert len(refused) == len(set(refused))


async def test_all_refused(git: PyGit, guarded: Server, home: Path) -> None:
    helper(home, "test $1 = get && echo username=flux && echo password=wr0ng")
    netrc(home, "machine 127.0.0.1 login flux password wr0ng2\n")
    pending = await ask(git, guarded.url())
    assert pending.problem == (
        f"Cannot fetch {guarded.url()}: 127.0.0.1 refuses the credentials of git's credential helper and ~/.netrc; "
        f"renew them, then try again (`git ls-remote {guarded.url()}` tells more)."
    )
    assert "wr0ng" not in str(pending)


async def test_none_found(git: PyGit, guarded: Server) -> None:
    pending = await ask(git, guarded.url())
    assert "127.0.0.1 wants credentials and none were found; run `git ls-remote" in pending.problem
    assert guarded.authorizations == []


async def test_nobody_is_asked_on_the_terminal(
    git: PyGit, guarded: Server, home: Path, environ: dict[str, str]
) -> None:
    asked = home / "asked"
    askpass = home / "askpass"
    askpass.write_text(f"#!/bin/sh\ntouch {asked}\necho x\n")
    askpass.chmod(0o700)
    environ |= {"GIT_ASKPASS": str(askpass), "SSH_ASKPASS": str(askpass), "DISPLAY": ":0"}
    assert "none were found" in (await ask(git, guarded.url())).problem
    assert not asked.exists()


async def test_a_helper_that_hangs_is_ended_with_its_children(
    git: PyGit, guarded: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "_HELPER_SECONDS", 0.2)
    helper(home, f'sleep 30 & echo $! > "{home}/child"; wait')
    assert "none were found" in (await ask(git, guarded.url())).problem
    child = Path("/proc") / (home / "child").read_text().strip() / "stat"
    ends = time.monotonic() + 5
    while child.exists() and child.read_text().split()[2] != "Z":
        assert time.monotonic() < ends, "the helper's child lives on"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "text", ["machine", "machine 127.0.0.1 login flux password\n", "\xff\xfe", "default login flux password right\n"]
)
async def test_a_netrc_that_does_not_help(git: PyGit, guarded: Server, home: Path, text: str) -> None:
    (home / ".netrc").write_bytes(text.encode("latin-1"))
    assert "none were found" in (await ask(git, guarded.url())).problem


def test_the_urls_own_password_goes_to_its_host_only(environ: dict[str, str]) -> None:
    keyring = Keyring(parse("https://ana:pw@git.example.com/x"), environ)
    with pytest.raises(GitFailure, match="wants credentials"):
        keyring.next("https://elsewhere.example.com/x", None, PLAIN)


def test_a_token_without_password_is_offered_last(environ: dict[str, str]) -> None:
    keyring = Keyring(parse("https://t0ken@git.example.com/x"), environ)
    login = keyring.next("https://git.example.com/x", None, PLAIN)
    assert login.credential_tuple == ("t0ken", "")
    with pytest.raises(GitFailure) as caught:
        keyring.next("https://git.example.com/x", None, PLAIN)
    assert "t0ken" not in str(caught.value)


def test_ssh_offers_the_agent_and_then_the_keys(environ: dict[str, str], home: Path) -> None:
    folder = home / ".ssh"
    folder.mkdir()
    for name in ("id_ed25519", "id_ed25519.pub", "id_rsa", "known_hosts", "config"):
        (folder / name).write_text("")
    keyring = Keyring(parse("ssh://git@git.example.com/x"), environ | {"SSH_AUTH_SOCK": "/run/agent"})
    url = "ssh://git@git.example.com/x"
    assert keyring.next(url, "git", CredentialType.USERNAME).credential_tuple == ("git",)
    kinds = CredentialType.SSH_KEY | CredentialType.SSH_MEMORY
    assert isinstance(keyring.next(url, "git", kinds), pygit2.KeypairFromAgent)
    assert keyring.next(url, "git", kinds).credential_tuple[1:3] == (folder / "id_ed25519.pub", folder / "id_ed25519")
    assert keyring.next(url, "git", kinds).credential_tuple[1:3] == (None, folder / "id_rsa")
    with pytest.raises(GitFailure, match=r"of the ssh-agent and ~/\.ssh/id_ed25519 and ~/\.ssh/id_rsa; add"):
        keyring.next(url, "git", kinds)


def test_ssh_without_any_key(environ: dict[str, str]) -> None:
    keyring = Keyring(parse("ssh://git@git.example.com/x"), environ)
    with pytest.raises(GitFailure, match=r"wants an SSH key and none was found; add one with `ssh-add`"):
        keyring.next("ssh://git@git.example.com/x", "git", CredentialType.SSH_KEY)


def test_a_kind_of_login_that_nobody_has(environ: dict[str, str]) -> None:
    keyring = Keyring(parse("https://git.example.com/x"), environ)
    with pytest.raises(GitFailure, match="no kind of login that is supported"):
        keyring.next("https://git.example.com/x", None, CredentialType.DEFAULT)
