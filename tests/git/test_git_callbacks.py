from pathlib import Path

import pytest

from tui.git.addresses import parse
from tui.git.callbacks import Callbacks
from tui.git.credentials import Keyring
from tui.git.failures import GitFailure, explain
from tui.git.worker import Errand, GivenUpError


def callbacks(url: str, environ: dict[str, str]) -> tuple[Callbacks, Errand]:
    errand = Errand(lambda _: None, 10.0)
    address = parse(url)
    return Callbacks(errand, address, Keyring(address, environ), url), errand


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ssh://git@h.example/x", "the host key of h.example is not in ~/.ssh/known_hosts, or it changed; run `git ls"),
        ("https://h.example/x", "the TLS certificate of h.example is not trusted; name its authority in SSL_CERT_FILE"),
    ],
)
async def test_who_is_not_known_is_not_trusted(url: str, says: str, environ: dict[str, str]) -> None:
    made, _ = callbacks(url, environ)
    assert made.certificate_check(None, True, b"h.example") is True
    with pytest.raises(GitFailure) as caught:
        made.certificate_check(None, False, b"h.example")
    assert says in str(caught.value)


async def test_an_errand_given_up_ends_at_every_turn(environ: dict[str, str]) -> None:
    made, errand = callbacks("https://h.example/x", environ)
    assert made.sideband_progress is None
    errand.give_up()
    with pytest.raises(GivenUpError):
        _ = made.sideband_progress
    with pytest.raises(GivenUpError):
        made.certificate_check(None, True, b"h.example")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fatal: '/x' does not appear to be a git repository", "h.example shows no repository there"),
        ("failed to connect to h.example: No route to host: Network is unreachable", "no way to h.example from here"),
        ("failed to write: No space left on device", "the disk that holds the cache is full"),
        ("repository path '/x' is not owned by current user", "safe.directory /x` trusts it"),
        ("request failed with status code: 407", "the proxy wants credentials"),
        ("error 4031 in object 404", "error 4031 in object 404; `git ls-remote https://h.example/x` may tell more"),
        ("odd \x1b[2J\nthing", "odd [2J thing; "),
    ],
)
def test_what_libgit2_says_becomes_a_sentence(text: str, says: str) -> None:
    failure = explain(RuntimeError(text), parse("https://ana:s3cret@h.example/x"))
    assert str(failure).startswith("Cannot fetch https://h.example/x: ")
    assert says in str(failure)


def test_the_home_of_these_tests_is_empty(home: Path) -> None:
    assert list(home.iterdir()) == []
