"""What went wrong between here and a repository, as sentences: what failed, where, why, and the next step."""

import re

from tui.git.addresses import Address
from tui.model.text import clean, one_line

_HTTP_STATUS = re.compile(r"\bstatus code: (\d{3})\b")

_LOCAL_CLASSES = frozenset({4, 5, 6, 7, 9, 10, 11, 14, 15})
"""libgit2's git_error_t (include/git2/errors.h) for what is wrong with a repository on disk: reference, zlib,
repository, config, odb, index, object, tree, and the indexer, which also fails when a delta's base is damaged."""


class GitFailure(Exception):  # noqa: N818 - it is the answer, not a mishap of the program
    """Something about a repository that a person should read; the text is fit to be shown."""


def is_damage(error: Exception) -> bool:
    """Tell a damaged mirror from trouble on the way to the repository.

    Args:
        error: What pygit2 raised.

    Returns:
        Whether making the mirror anew may help.
    """
    return isinstance(error, KeyError) or getattr(error, "error_class", 0) in _LOCAL_CLASSES


def explain(error: Exception, address: Address) -> GitFailure:
    """Put what libgit2 said into a sentence.

    Args:
        error: What pygit2 raised; a `GitFailure` says it already.
        address: The repository.

    Returns:
        The sentence, as something to raise.
    """
    if isinstance(error, GitFailure):
        return error
    text = one_line(clean(str(error)))
    return GitFailure(f"Cannot fetch {address.url}: {_reason(text, address)}")


def too_slow(address: Address, seconds: float) -> GitFailure:
    """Say that a fetch took too long.

    Args:
        address: The repository.
        seconds: How long was waited.

    Returns:
        The sentence, as something to raise.
    """
    where = address.host or address.url
    return GitFailure(
        f"Cannot fetch {address.url}: {where} did not finish within {seconds:.0f} s; "
        "check the network or VPN and try again."
    )


_SIGNS = (
    ("timed out", "{host} stopped answering; check the network or VPN and try again."),
    (
        "Connection refused",
        "{host} refuses connections there; check the port in spec.url, and whether the server runs.",
    ),
    ("unreachable", "there is no way to {host} from here; check the network or VPN and try again."),
    ("No space left", "the disk that holds the cache is full; free some space and try again."),
    (
        "not owned by current user",
        "it belongs to somebody else; `git config --global --add safe.directory {path}` trusts it.",
    ),
    ("failed to resolve path", "there is no Git repository in that folder; correct the source's spec.url."),
    (
        "does not appear to be a git repository",
        "{host} shows no repository there; check spec.url, and that you may read it.",
    ),
    ("could not find repository", "there is no Git repository in that folder; correct the source's spec.url."),
)
"""What libgit2 and the system say, and what it means; libgit2 has no codes for these."""


def _reason(text: str, address: Address) -> str:
    status = _HTTP_STATUS.search(text)
    if status:
        return _of_status(int(status[1]), address)
    if "failed to resolve address" in text:
        return _unresolved(address)
    for sign, reason in _SIGNS:
        if sign in text:
            return reason.format(host=address.host, path=address.path)
    return f"{text}; `git ls-remote {address.url}` may tell more."


def _unresolved(address: Address) -> str:
    if not address.in_cluster:
        return f"the name {address.host} is not known here; check spec.url, and the network, VPN or DNS."
    base = f"{address.scheme}://{address.host}/"
    return (
        f"that host only resolves inside the cluster; forward it with `kubectl port-forward` and map it with "
        f'`git config --global url."http://localhost:8080/".insteadOf {base}`.'
    )


def _of_status(status: int, address: Address) -> str:
    host = address.host
    if status in (401, 403):
        return f"{host} refuses access (HTTP {status}); check that your own Git credentials may read this repository."
    if status in (404, 410):
        return f"{host} shows no repository there (HTTP {status}); check spec.url, and that you may read it."
    if status == 407:
        return "the proxy wants credentials (HTTP 407); put them into http.proxy of your Git configuration."
    if status >= 500:
        return f"{host} is in trouble (HTTP {status}); try again later."
    return f"{host} answers HTTP {status}; check spec.url."
