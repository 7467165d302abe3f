"""The answer to a question, put together from a mirror."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import pygit2

from tui.git import diffs, refs
from tui.git.refs import Followed
from tui.git.summary import Facts, Step, summarise
from tui.model.pending import Commit, Pending, Question, Stage
from tui.model.text import clean, one_line


def answer(mirror: pygit2.Repository, question: Question, problem: str = "", as_of: datetime | None = None) -> Pending:
    """Find out from a mirror what is pending.

    Args:
        mirror: A mirror of the repository.
        question: The commits that the cluster knows.
        problem: Why the mirror could not be fetched now, empty when it was.
        as_of: When it was last fetched, where it could not be fetched now.

    Returns:
        The answer.
    """
    followed = refs.resolve(mirror, question)
    upstream = followed.commit if as_of is None or _reaches(mirror, followed.commit, question.fetched) else ""
    stages = (*known_stages(question), Stage("upstream", upstream))
    walked = [stage for stage in stages if stage.commit and stage.title != "attempted"]
    here = [stage for stage in walked if stage.commit in mirror]
    whole = _step(mirror, here[0], here[-1]) if len(here) > 1 else None
    changes = diffs.Changes()
    commits: tuple[Commit, ...] = ()
    if whole is not None and whole.old.commit != whole.new.commit:
        changes = diffs.changes_between(mirror, whole.old.commit, whole.new.commit, question.path)
        commits = diffs.commits_between(mirror, whole.old.commit, whole.new.commit)
    facts = Facts(
        stages=stages,
        followed=followed,
        path=one_line(clean(question.path)),
        steps=tuple(_step(mirror, old, new) for old, new in pairwise(here)),
        whole=whole,
        changes=changes,
        lost=tuple(stage for stage in walked if stage not in here),
        as_of=as_of,
    )
    problems = [problem or followed.problem, *_unreadable(question), _missing_path(mirror, facts, here)]
    return Pending(stages, commits, changes.files, summarise(facts), " ".join(filter(None, problems)))


def unanswered(question: Question, problem: str) -> Pending:
    """Answer with what the cluster knows alone.

    Args:
        question: The commits that the cluster knows.
        problem: Why nothing more is known.

    Returns:
        The answer.
    """
    stages = (*known_stages(question), Stage("upstream", ""))
    facts = Facts(stages, Followed(""), question.path, (), None, diffs.Changes())
    return Pending(stages, summary=summarise(facts), problem=problem)


def known_stages(question: Question) -> Iterator[Stage]:
    """Yield the stages before upstream.

    Args:
        question: The commits that the cluster knows.

    Yields:
        `applied` and `attempted` where there are such, and `fetched`.
    """
    applied, attempted = _commit(question.applied), _commit(question.attempted)
    if applied:
        yield Stage("applied", applied)
    if attempted and attempted != applied:
        yield Stage("attempted", attempted)
    yield Stage("fetched", _commit(question.fetched))


def _commit(text: str) -> str:
    return text.lower() if refs.is_commit(text.lower()) else ""


def _unreadable(question: Question) -> Iterator[str]:
    for title, text in (("applied", question.applied), ("fetched", question.fetched)):
        if text and not _commit(text):
            yield f"The {title} revision {one_line(clean(text))!r} names no Git commit, so it is left out."


def _reaches(mirror: pygit2.Repository, upstream: str, fetched: str) -> bool:
    """Tell whether a mirror that could not be fetched is at least as new as what the cluster fetched."""
    if not upstream or not fetched:
        return bool(upstream)
    return upstream in mirror and fetched in mirror and mirror.ahead_behind(upstream, fetched)[1] == 0


def _step(mirror: pygit2.Repository, old: Stage, new: Stage) -> Step:
    return Step(old, new, *mirror.ahead_behind(new.commit, old.commit))


def _missing_path(mirror: pygit2.Repository, facts: Facts, here: list[Stage]) -> str:
    path = diffs.normal_path(facts.path)
    if not path or not here or path in mirror[here[-1].commit].peel(pygit2.Tree):
        return ""
    last = here[-1]
    gone = path in mirror[here[0].commit].peel(pygit2.Tree)
    return (
        f"{facts.path} {'is gone' if gone else 'does not exist'} in {last.title} {last.commit[:8]}, where the "
        "Kustomization would fail; correct spec.path, or add the folder."
    )
