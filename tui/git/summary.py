"""What is pending, in the words of a colleague."""

from datetime import datetime

import msgspec

from tui.git.diffs import Changes, normal_path
from tui.git.refs import Followed
from tui.model.pending import Stage
from tui.model.text import counted


class Step(msgspec.Struct, frozen=True):
    """From one stage to a later one."""

    old: Stage
    new: Stage
    ahead: int
    """Commits that the later stage adds."""
    behind: int
    """Commits of the earlier stage that the later one has lost."""


class Facts(msgspec.Struct, frozen=True):
    """What was found out."""

    stages: tuple[Stage, ...]
    followed: Followed
    path: str
    steps: tuple[Step, ...]
    """Between neighbouring stages (attempted left out) whose commits the mirror has."""
    whole: Step | None
    """From the first such stage to the last."""
    changes: Changes
    """What differs from the first such stage to the last."""
    lost: tuple[Stage, ...] = ()
    """Stages whose commit the mirror does not have."""
    as_of: datetime | None = None
    """When the mirror was last fetched, where it could not be fetched now."""


def summarise(facts: Facts) -> str:
    """Say what is pending, or plainly that nothing is.

    Args:
        facts: What was found out.

    Returns:
        One to three sentences.
    """
    sentences = [_forced(facts), _lost(facts), _pending(facts), _attempt(facts), _age(facts)]
    return " ".join(sentence for sentence in sentences if sentence)


def _pending(facts: Facts) -> str:
    known = [stage for stage in facts.stages if stage.commit and stage.title != "attempted"]
    here = [stage for stage in known if stage not in facts.lost]
    if not known:
        return "Nothing is known of what is pending."
    if len({stage.commit for stage in known}) == 1:
        return _nothing(facts, known)
    if facts.whole is None:
        chain = ", ".join(f"{stage.title} {stage.commit[:8]}" for stage in known)
        return f"Pending: {chain}; what lies between cannot be told from here."
    whole = facts.whole
    if len({stage.commit for stage in here}) == 1:
        return f"{_capital(_chain(here))}."
    commits = counted(whole.ahead, "commit")
    if whole.behind:
        commits = f"{commits} added and {whole.behind:,} dropped"
    start = f"From {whole.old.title} on: " if facts.lost else ""
    return f"{start}{commits}, {_files(facts)}{_parts(facts)}."


def _nothing(facts: Facts, known: list[Stage]) -> str:
    chain = _chain(known)
    titles = {stage.title for stage in facts.stages if stage.commit}
    if titles == {"upstream"}:
        return f"Nothing has been fetched yet: upstream is at {known[0].commit[:8]}."
    if "attempted" in titles and "applied" not in titles:
        return f"Nothing has been applied yet: {chain}."
    if "upstream" not in titles:
        return f"{_capital(chain)}; where upstream is, is not known."
    return f"Nothing is pending: {chain}."


def _chain(stages: list[Stage]) -> str:
    return f"{' = '.join(stage.title for stage in stages)} ({stages[0].commit[:8]})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _files(facts: Facts) -> str:
    changes = facts.changes
    files = counted(changes.total, "file")
    if normal_path(facts.path) and changes.total:
        if changes.matter == changes.total:
            matter = "all of them matter" if changes.total > 1 else "it matters"
        else:
            matter = f"{changes.matter or 'none'} that {'matters' if changes.matter <= 1 else 'matter'}"
        files = f"{files} ({matter} to {facts.path})"
    if len(changes.files) < changes.total:
        files += f", the first {len(changes.files):,} listed"
    return files


_STEP_WORDS = {
    ("applied", "fetched"): "fetched and not yet applied",
    ("fetched", "upstream"): "not yet fetched",
    ("applied", "upstream"): "not yet applied",
}


def _parts(facts: Facts) -> str:
    parts = [(step.ahead, _STEP_WORDS[step.old.title, step.new.title]) for step in facts.steps if step.ahead]
    if not parts:
        return ""
    if len(parts) == 1:
        return f": {parts[0][1]}"
    return ": " + ", ".join(f"{ahead:,} {words}" for ahead, words in parts)


def _forced(facts: Facts) -> str:
    """Say that a commit in force is not part of what is followed any more."""
    upstream = facts.stages[-1]
    dropped = [step for step in facts.steps if step.behind]
    if not dropped or not upstream.commit or facts.as_of is not None:
        return ""
    # Named by the earliest stage that stands there: what is in force matters more than what was fetched.
    walked = (stage for stage in facts.stages if stage.title != "attempted")
    stage = next(stage for stage in walked if stage.commit == dropped[0].old.commit)
    return _no_longer(stage, facts.followed)


def _lost(facts: Facts) -> str:
    if not facts.lost:
        return ""
    stage = facts.lost[0]
    if facts.as_of is not None:
        return f"The {stage.title} commit {stage.commit[:8]} is newer than the mirror."
    if facts.followed.commit == stage.commit:
        return f"The repository has no commit {stage.commit[:8]} any more, which the source is pinned to."
    return f"{_no_longer(stage, facts.followed)[:-1]}, and the server does not give it out any more."


def _no_longer(stage: Stage, followed: Followed) -> str:
    if followed.is_branch:
        return (
            f"Upstream was force-pushed: the {stage.title} commit {stage.commit[:8]} is no longer on {followed.label}."
        )
    return f"The {stage.title} commit {stage.commit[:8]} is not part of {followed.label}."


def _attempt(facts: Facts) -> str:
    attempted = [stage for stage in facts.stages if stage.title == "attempted"]
    return f"The last attempt, at {attempted[0].commit[:8]}, has not succeeded so far." if attempted else ""


def _age(facts: Facts) -> str:
    if facts.as_of is None:
        return ""
    return f"Upstream is as it was last fetched, {facts.as_of:%Y-%m-%d %H:%M} UTC."
