"""Which commit a source follows, resolved in a mirror as source-controller resolves it at the repository."""

import difflib
import re

import msgspec
import pygit2

from tui.git import mirrors, semver
from tui.model.pending import Question
from tui.model.text import clean, one_line

DEFAULT_BRANCH = "master"
"""What a source without `spec.ref` follows (fluxcd/pkg git/options.go)."""

_COMMIT = re.compile(r"[0-9a-f]{40}")


class Followed(msgspec.Struct, frozen=True):
    """What a source follows, and where that is now."""

    label: str
    """In words: `main`, `tag v1.2.3`, `commit a1b2c3d4`; cleaned."""
    commit: str = ""
    """The full hash, empty where it could not be resolved."""
    problem: str = ""
    """Why it could not, and the next step."""
    is_branch: bool = False
    """Whether it is meant to move forward only, so that a commit it lost was forced away."""


def is_commit(text: str) -> bool:
    """Tell whether a text is a full commit hash.

    Args:
        text: The end of a revision, `a1b2…`.

    Returns:
        Whether it has 40 hexadecimal digits.
    """
    return _COMMIT.fullmatch(text) is not None


def resolve(mirror: pygit2.Repository, question: Question) -> Followed:
    """Resolve `spec.ref`: commit before name before semver before tag before branch, `master` where there is none.

    The order is that of the API (source-controller api/v1/gitrepository_types.go, GitRepositoryRef).

    Args:
        mirror: A mirror of the repository.
        question: What the source says.

    Returns:
        What is followed, its commit or why there is none.
    """
    if question.commit:
        return _of_commit(question.commit.lower())
    if question.name:
        return _of_name(mirror, question.name)
    if question.semver:
        return _of_semver(mirror, question.semver)
    if question.tag:
        return _of_tag(mirror, question.tag)
    return _of_branch(mirror, question.branch or DEFAULT_BRANCH)


def _of_commit(sha: str) -> Followed:
    shown = _shown(sha)
    if not is_commit(sha):
        return Followed(f"commit {shown}", problem=f"spec.ref.commit is {shown!r}, which is no full commit hash.")
    return Followed(f"commit {shown[:8]}", sha)


def _of_name(mirror: pygit2.Repository, name: str) -> Followed:
    plain = name.removesuffix("^{}")
    known = plain.startswith(("refs/heads/", "refs/tags/"))
    commit = _peel(mirror, plain if known else mirrors.own_name(plain))
    is_branch = plain.startswith("refs/heads/")
    label = _shown(plain.removeprefix("refs/heads/"))
    if commit is None:
        return _missing(mirror, label, f"The repository has no reference {_shown(plain)}; correct spec.ref.name.")
    return Followed(label, str(commit.id), is_branch=is_branch)


def _of_semver(mirror: pygit2.Repository, text: str) -> Followed:
    shown = _shown(text)
    label = f"semver {shown}"
    try:
        holds = semver.parse_range(text)
    except ValueError:
        return Followed(label, problem=f"spec.ref.semver is {shown!r}, which is no semver range; correct it.")
    # Of versions that differ only in build metadata the younger commit wins (fluxcd/pkg git/gogit/clone.go).
    best: tuple[semver.Version, int, str, str] | None = None
    for tag in _short_names(mirror, "refs/tags/"):
        version = semver.version(tag)
        commit = _peel(mirror, f"refs/tags/{tag}") if version is not None and holds(version) else None
        if version is not None and commit is not None:
            found = (version, commit.commit_time, tag, str(commit.id))
            best = found if best is None else max(best, found)
    if best is None:
        return _missing(
            mirror, label, f"No tag of the repository is a version in {shown}; push one, or widen the range."
        )
    return Followed(f"tag {_shown(best[2])}", best[3])


def _of_tag(mirror: pygit2.Repository, tag: str) -> Followed:
    commit = _peel(mirror, f"refs/tags/{tag}")
    label = f"tag {_shown(tag)}"
    if commit is None:
        known = _known(tag, _short_names(mirror, "refs/tags/"))
        return _missing(
            mirror, label, f"The repository has no tag {_shown(tag)}{known}; push it, or correct spec.ref.tag."
        )
    return Followed(label, str(commit.id))


def _of_branch(mirror: pygit2.Repository, branch: str) -> Followed:
    commit = _peel(mirror, f"refs/heads/{branch}")
    label = _shown(branch)
    if commit is None:
        known = _known(branch, _short_names(mirror, "refs/heads/"))
        return _missing(
            mirror, label, f"The repository has no branch {label}{known}; push it, or correct spec.ref.branch."
        )
    return Followed(label, str(commit.id), is_branch=True)


def _missing(mirror: pygit2.Repository, label: str, problem: str) -> Followed:
    if not mirrors.reference_names(mirror):
        problem = "The repository is empty: it has no commits yet; push one."
    return Followed(label, problem=problem)


def _peel(mirror: pygit2.Repository, name: str) -> pygit2.Commit | None:
    """Find the commit a reference leads to, through annotated tags; damage in the mirror is raised, not hidden."""
    if not pygit2.reference_is_valid_name(name):
        return None
    reference = mirror.references.get(name)
    if reference is None:
        return None
    try:
        return reference.peel(pygit2.Commit)
    except pygit2.InvalidSpecError:  # a tag of a tree or of a blob
        return None


def _short_names(mirror: pygit2.Repository, prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in mirrors.reference_names(mirror) if name.startswith(prefix)]


def _known(wanted: str, names: list[str]) -> str:
    """Name those that may have been meant."""
    names = sorted(name for name in names if name != wanted)
    likely = list(dict.fromkeys(difflib.get_close_matches(wanted, names, n=3, cutoff=0.5) + names))[:3]
    return f" (it has {', '.join(_shown(name) for name in likely)})" if likely else ""


def _shown(text: str) -> str:
    return one_line(clean(text))
