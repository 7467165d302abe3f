"""Whether the same commit is everywhere: the source that most is applied from, as each context has fetched it."""

from collections import Counter
from datetime import datetime

from tui.model.kinds import KINDS, Role
from tui.model.picture import Picture
from tui.model.refs import ObjectRef, parse_revision
from tui.model.resources import Resource
from tui.model.times import age


def headline(picture: Picture, contexts: list[str], now: datetime) -> tuple[str, str]:
    """Whether the same commit is everywhere: the source that most is applied from, as each context has fetched it.

    Args:
        picture: What is known.
        contexts: The contexts that are compared.
        now: The time.

    Returns:
        The revision that most have, and a sentence: `main@a1b2c3d4 everywhere but ap-south (9f8e7d6c, 12m behind)`.
    """
    source = _main_source(picture, contexts)
    if source is None:
        return "", "No source is the same in two live contexts: there is no commit to compare"
    kind, namespace, name = source
    found = {context: picture.get(ObjectRef(context, kind, namespace, name)) for context in contexts}
    fetched = {context: resource for context, resource in found.items() if resource is not None}
    usual = _newest_of_most(fetched)
    others = [context for context in fetched if fetched[context].revision != usual]
    short = parse_revision(usual).short or "nothing fetched"
    if not others:
        return usual, f"{short} everywhere ({len(fetched)} contexts)"
    since = min(
        (at for context in fetched if fetched[context].revision == usual and (at := _at(fetched[context]))),
        default=None,
    )
    lagging = ", ".join(f"{context} ({_skew(fetched[context], since, now)})" for context in others)
    return usual, f"{short} everywhere but {lagging}"


def _main_source(picture: Picture, contexts: list[str]) -> tuple[str, str, str] | None:
    used: Counter[tuple[str, str, str]] = Counter()
    there: Counter[tuple[str, str, str]] = Counter()
    for context in contexts:
        for ref in picture.refs(context):
            source = picture.links(ref).source
            if source is not None and KINDS[ref.kind].role is Role.APPLIER:
                used[source[1:]] += 1
            if KINDS[ref.kind].role is Role.SOURCE:
                there[ref[1:]] += 1
    shared = [source for source in used if there[source] > 1]
    return max(sorted(shared), key=lambda source: (there[source], used[source]), default=None)


def _newest_of_most(fetched: dict[str, Resource]) -> str:
    counted = Counter(resource.revision for resource in fetched.values())
    newest: dict[str, float] = {}
    for resource in fetched.values():
        at = _at(resource)
        newest[resource.revision] = max(newest.get(resource.revision, 0.0), at.timestamp() if at else 0.0)
    return max(sorted(counted), key=lambda revision: (counted[revision], newest[revision]))


def _at(resource: Resource) -> datetime | None:
    artifact = resource.status.artifact
    return artifact.last_update_time if artifact is not None else None


def _skew(resource: Resource, since: datetime | None, now: datetime) -> str:
    revision = parse_revision(resource.revision)
    told = revision.digest[:8] or revision.name or "nothing fetched"
    at = _at(resource)
    if since is None:
        return told
    if at is not None and at > since:
        return f"{told}, newer since {age(at, now)}"
    return f"{told}, {age(since, now)} behind"
